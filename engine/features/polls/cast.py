"""Cast, or replace, your ballot in an open poll."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine import rules
from engine.elections import choice as choices
from engine.event import ANY_MEMBER, ActKind, Ask, Command, Erased, Event, Record, Vault
from engine.features.polls.state import NOT_ON_ROLL, POLL_CLOSED, Poll, PollId, Polls, Question, poll_of
from engine.log.fields import Private
from engine.refusals import refuse
from engine.rules.earning import Act
from engine.state import State
from engine.values import Name, Power

CAST = ActKind(Name("ballot_cast"), "casting a first ballot in a poll")


@dataclass(frozen=True)
class CastBallot(Command):
    """`choice` by option numbers: `3`, `1,4`, `2>1=4` or `3:5,9:4`, as the poll's kind of ballot is; empty for a blank ballot."""

    resource = "/polls/{poll}/ballots"

    poll: PollId
    choice: str

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        asked = poll_of(state, self.poll).asked
        choice, power = read_choice(asked, self.choice), _power(state, self.poll, ask.actor)
        if rules.secrecy(asked.terms.secrecy).sealed:
            return [BallotSealed(self.poll, power, Private(choice))]
        return [BallotCast(self.poll, power, choice)]


@dataclass(frozen=True)
class Ballot(Event, abstract=True):
    """A ballot cast by the event's actor, with the power she has on the poll's roll. Being on that suffices to vote: no amendment shuts
    anybody out of an open poll."""

    by = ANY_MEMBER
    may = None

    poll: PollId
    power: Power

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.poll,)

    def acts(self, state: State, record: Record[Event]) -> Iterable[Act]:
        """Voting counts once a poll: replacing a ballot is no further act."""
        replaced = state[Polls][self.poll].open_ballots.cast_by(record.actor) >= 0
        return [] if replaced else [Act(CAST.name, record.actor, self.poll)]


@dataclass(frozen=True)
class BallotCast(Ballot):
    """A ballot whose choice stands in the log."""

    choice: str

    def check(self, state: State, record: Record[Event]) -> None:
        poll = _check_may_cast(state, record, self, sealed=False)
        if read_choice(poll.asked, self.choice) != self.choice:
            raise refuse("log_unlawful", "the choice", "is spelled {choice!r}", "spell it the one way there is", choice=self.choice[:40])

    def apply(self, state: State, record: Record[Event]) -> None:
        state[Polls][self.poll].open_ballots.put(record.actor, record.seq, self.choice)


@dataclass(frozen=True)
class BallotSealed(Ballot):
    """A ballot whose choice the log holds as a commitment until the poll closes. What opens it belongs to the poll, so that nobody
    else's forgetting its voter takes it away; what opened the one it replaces ends."""

    choice: Private[str]

    def owner(self, record: Record[Event], field: str) -> str:
        return self.poll

    def erases(self, state: State, record: Record[Event]) -> Iterable[Erased]:
        replaced = state[Polls][self.poll].open_ballots.cast_by(record.actor)
        return [Erased(seq=replaced, field="choice")] if replaced >= 0 else []

    def check(self, state: State, record: Record[Event]) -> None:
        _check_may_cast(state, record, self, sealed=True)

    def check_opened(self, state: State, opened: Mapping[str, object]) -> None:
        choice = opened.get("choice")
        if choice is not None and read_choice(state[Polls][self.poll].asked, str(choice)) != choice:
            raise refuse("opening_wrong", "the choice", "is not spelled as its field asks", "do not rely on it")

    def apply(self, state: State, record: Record[Event]) -> None:
        state[Polls][self.poll].open_ballots.seal(record.actor, record.seq, self.choice.commitment)


def read_choice(asked: Question, choice: str) -> str:
    """The one spelling of a choice in this poll; refused when it is none."""
    terms = asked.terms
    if "=" in choice and rules.rule_of_version("voting", terms.rule.version).strict:
        raise refuse(
            "choice_wrong", "the ballot", "ranks two options alike", "put one of them first: this rule follows an order without ties"
        )
    spelled = choices.read(choice, terms.ballot, len(asked.options), terms.named_max, terms.points_max)
    if terms.ballot == "knapsack":
        costs = sum(asked.options[int(number) - 1].cost or 0 for number in spelled.split(",") if number)
        if costs > (asked.budget or 0):
            raise refuse("choice_wrong", "the ballot", "names options that cost more than the budget together", "leave one of them out")
    return spelled


def _power(state: State, poll: str, member: str) -> Power:
    """What a member's ballot weighs; refused when she is not on the roll."""
    ballots = state[Polls][poll].open_ballots
    place = ballots.place(member)
    if place is None:
        raise refuse(
            NOT_ON_ROLL, "member {member}", "is not on the roll of poll {poll}", "it was fixed when the poll opened",
            member=member, poll=poll,
        )  # fmt: skip
    return Power(int(ballots.roll.powers[place]))


def _check_may_cast(state: State, record: Record[Event], ballot: Ballot, sealed: bool) -> Poll:
    name = ballot.poll
    poll = state[Polls].taking_ballots(name, record.at)
    ballots, terms = poll.open_ballots, poll.asked.terms
    if ballot.power != _power(state, name, record.actor):
        raise refuse("log_unlawful", "the ballot", "has another power than the roll says", "give it that", power=ballot.power)
    if not terms.replaceable and ballots.cast_by(record.actor) >= 0:
        raise refuse(POLL_CLOSED, "poll {poll}", "has your ballot, which cannot be replaced", "wait for the result", poll=name)
    if rules.secrecy(terms.secrecy).sealed != sealed:
        raise refuse("log_unlawful", "poll {poll}", "takes {secrecy} ballots", "cast one of that kind", poll=name, secrecy=terms.secrecy)
    return poll
