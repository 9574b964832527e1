"""Let another member vote for you."""

from __future__ import annotations

from dataclasses import dataclass

from engine.event import ANY_MEMBER, Ask, Command, Event, Record, Right, Vault
from engine.features.delegation.state import DELEGATE_WRONG, DELEGATION_TOO_LONG, TOPIC_UNKNOWN, Delegations
from engine.features.delegation.terms import DelegationTerms
from engine.features.polls.electorate import VOTE
from engine.kernel import charter as charters
from engine.kernel.authority import holds
from engine.kernel.members import Members
from engine.refusals import refuse
from engine.state import State
from engine.values import DAY_MS, MemberId, Moment, Name

DELEGATE = Right(Name("delegate"), "let another member vote for her")


@dataclass(frozen=True)
class Delegate(Command):
    """The member `to` votes for you where you do not: in decisions of the kind `topic`, or without one in all that the charter lists.
    Until a moment, or as long as the charter allows where you name none. It replaces what you delegated in the same before, and goes for
    polls that open from now on. Whoever casts a ballot of her own is not spoken for; where your delegate does not vote, her own speaks for both.
    """

    resource = "/delegations"

    to: MemberId
    topic: Name | None = None
    until: Moment | None = None

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        until = self.until
        if until is None:
            until = Moment(ask.now + charters.in_force(state)[DelegationTerms].days_max * DAY_MS)
        return [DelegationGiven(self.to, self.topic, until)]


@dataclass(frozen=True)
class DelegationGiven(Event):
    """A member has delegated. Loops and long chains are taken: who votes in a poll decides whether they are any. No act for earning rules:
    points for it would buy votes."""

    by = ANY_MEMBER
    may = DELEGATE

    to: MemberId
    topic: Name | None
    until: Moment

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (record.actor, self.to)

    def check(self, state: State, record: Record[Event]) -> None:
        terms = charters.in_force(state)[DelegationTerms]
        _check_delegate(state, record.actor, self.to)
        if self.topic is not None and self.topic not in terms.decisions:
            raise refuse(
                TOPIC_UNKNOWN, "topic {topic!r}", "is not one that can be delegated", "known: {known}; leave it out for all of them",
                topic=self.topic, known=", ".join(terms.decisions),
            )  # fmt: skip
        if not record.at < self.until <= record.at + terms.days_max * DAY_MS:
            raise refuse(
                DELEGATION_TOO_LONG, "the delegation", "would end before it begins, or after more than {days} days",
                "name an end within {days} days, or leave it out", days=terms.days_max,
            )  # fmt: skip

    def apply(self, state: State, record: Record[Event]) -> None:
        members = state[Members]
        given = state[Delegations].given(self.topic)
        given.give(members[record.actor].number, members[self.to].number, record.at, self.until)


def _check_delegate(state: State, member: str, to: str) -> None:
    """Refuse a delegate who could not speak for anybody."""
    if to == member:
        raise refuse(DELEGATE_WRONG, "member {to}", "cannot speak for herself by a delegation", "name another, or simply vote", to=to)
    if state[Members][to].forgotten:
        raise refuse(DELEGATE_WRONG, "member {to}", "has left", "name somebody who is here", to=to)
    if not holds(state, to, VOTE):
        raise refuse(DELEGATE_WRONG, "member {to}", "has no role that votes", "name somebody who may cast_ballot", to=to)
