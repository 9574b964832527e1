"""Put a new charter in force, as a poll under the old one has decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.event import ANY_MEMBER, Ask, Command, Event, Record, Right, Vault
from engine.features.amendments.terms import AmendmentTerms
from engine.features.polls.state import ADOPT, PollId, poll_of
from engine.kernel import charter as charters
from engine.kernel.charter import Charters
from engine.kernel.hooks import incompatibilities
from engine.refusals import Code, Refusal, refuse
from engine.state import State
from engine.values import CharterText, Name

AMEND = Right(Name("amend_charter"), "put an adopted charter in force", needed=True)
AMENDMENT_FORBIDDEN = Code("amendment_forbidden", "forbidden")


@dataclass(frozen=True)
class AmendCharter(Command):
    """Puts in force the text that `poll` has adopted; `charter`, where it is given, has to be that text to the letter."""

    resource = "/charters"

    poll: PollId
    charter: CharterText | None = None

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        asked = poll_of(state, self.poll).asked.amendment
        if asked is None:
            raise _forbidden("poll {poll}", "was about no charter", "name one that was", poll=self.poll)
        if self.charter not in (None, asked):
            raise _forbidden("the text", "is not the one poll {poll} was about", "use that text to the letter", poll=self.poll)
        return [CharterAmended(self.poll)]


@dataclass(frozen=True)
class CharterAmended(Event):
    """The text that a poll has adopted is in force from this event on; what is open keeps the terms it began under."""

    by = ANY_MEMBER
    may = AMEND

    poll: PollId

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.poll,)

    def check(self, state: State, record: Record[Event]) -> None:
        terms, poll = charters.in_force(state).get(AmendmentTerms), poll_of(state, self.poll)
        if terms is None:
            raise _forbidden("the charter", "does not let itself be amended", "found another community")
        if poll.asked.decision != terms.decision or poll.asked.amendment is None:
            raise _forbidden(
                "poll {poll}", "is a {decision} poll", "only {amends} amends",
                poll=poll.id, decision=poll.asked.decision, amends=terms.decision,
            )  # fmt: skip
        if poll.asked.charter != charters.seq_in_force(state):
            raise _forbidden("poll {poll}", "was opened under an earlier charter", "vote on it again", poll=poll.id)
        if not poll.final or poll.result is None or poll.result.winners != (ADOPT,):
            raise _forbidden("poll {poll}", "has not adopted it", "amend only what a poll has adopted", poll=poll.id)
        for problem in incompatibilities(state, charters.lawful(poll.asked.amendment)):
            raise _forbidden("the new charter", "does not fit: {problem}", "let a poll adopt one that does", problem=problem.fact)

    def apply(self, state: State, record: Record[Event]) -> None:
        text = poll_of(state, self.poll).asked.amendment
        assert text is not None
        state[Charters].put(record.seq, text)


def _forbidden(thing: str, fact: str, way_out: str, /, **values: Any) -> Refusal:
    return refuse(AMENDMENT_FORBIDDEN, thing, fact, way_out, **values)
