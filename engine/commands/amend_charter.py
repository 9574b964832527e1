"""Put a new charter in force, as a poll under the old one has decided."""

from __future__ import annotations

from dataclasses import dataclass

from engine import charter as charters
from engine.commands import Ask, Command, Vault
from engine.commands.open_poll import ADOPT, unfit
from engine.log.record import Event, Record
from engine.refusals import refuse
from engine.state import State
from engine.values import CharterText, PollId


@dataclass(frozen=True)
class AmendCharter(Command):
    """Left out, `charter` is the text that `poll` was about; given, it has to be that text to the letter."""

    resource = "/charters"

    poll: PollId
    charter: CharterText | None = None

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        asked = state.poll(self.poll).terms.amendment
        text = asked if self.charter is None else self.charter
        if text is None:
            raise _forbidden(f"poll {self.poll}", "was about no charter", "name one that was")
        return [CharterAmended(self.poll, text)]


@dataclass(frozen=True)
class CharterAmended(Event):
    """In force from this event on; what is open keeps the terms it began under."""

    poll: PollId
    charter: CharterText

    def check(self, state: State, record: Record) -> None:
        state.require(record.actor, "amend_charter")
        amendments, poll = state.charter.amendments, state.poll(self.poll)
        if amendments is None:
            raise _forbidden("the charter", "does not let itself be amended", "found another community")
        if poll.terms.decision != amendments.decision:
            raise _forbidden(f"poll {poll.id}", f"is a {poll.terms.decision} poll", f"only {amendments.decision} amends")
        if poll.terms.charter != state.charter_seq:
            raise _forbidden(f"poll {poll.id}", "was opened under an earlier charter", "vote on it again")
        if poll.result is None or poll.result.winners != (ADOPT,):
            raise _forbidden(f"poll {poll.id}", "has not adopted it", "amend only what a poll has adopted")
        if poll.terms.subject != charters.digest(self.charter):
            raise _forbidden("the text", f"is not the one poll {poll.id} was about", "use that text to the letter")
        if problem := unfit(state, charters.lawful(self.charter)):
            raise _forbidden("the new charter", f"does not fit: {problem}", "let a poll adopt one that does")

    def apply(self, state: State, record: Record) -> None:
        state.charters[record.seq] = self.charter


def _forbidden(thing: str, fact: str, way_out: str) -> Exception:
    return refuse("amendment_forbidden", thing, fact, way_out)
