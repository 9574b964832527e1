"""End a poll whose sealed ballots can no longer be opened, naming them."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands import Ask, Command, Vault
from engine.ledger import Entry
from engine.limits import LOST_PER_EVENT_MAX
from engine.log.record import Event, Record
from engine.refusals import refuse
from engine.state import State
from engine.values import PollId, Seq


@dataclass(frozen=True)
class VoidPoll(Command):
    """Only for a poll that has lost openings: the vault is asked which, and the event names them."""

    resource = "/polls/{poll}/voiding"

    poll: PollId

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        poll = state.poll(self.poll)
        if poll.ballots is None:
            raise refuse("poll_closed", f"poll {poll.id}", "is closed already", "look at its result")
        lost = [Seq(seq) for seq in sorted(poll.ballots.waiting) if vault.opening(seq, "choice") is None]
        if poll.terms.lot is not None and vault.opening(poll.seq, "lot") is None:
            lost.insert(0, Seq(poll.seq))
        return [PollVoided(self.poll, tuple(lost[:LOST_PER_EVENT_MAX]))]


@dataclass(frozen=True)
class PollVoided(Event):
    """`lost` names ballots whose openings are lost, oldest first and so many as an event holds; the poll's own event where the
    secret of its draw is. Once it is void, no opening of its ballots is missed.
    """

    poll: PollId
    lost: tuple[Seq, ...]

    def check(self, state: State, record: Record) -> None:
        state.require(record.actor, "void_poll")
        poll = state.poll(self.poll)
        if poll.ballots is None or record.at < poll.terms.closes_at:
            by_hand = "close it by hand (ClosePoll): who voted counts, and without ballots nothing is decided"
            way_out = "wait for its clock" if poll.terms.closes == "clock" else by_hand
            raise refuse("poll_still_open", f"poll {poll.id}", "is not waiting to be closed", way_out)
        if list(self.lost) != sorted(set(self.lost)):
            raise refuse("log_unlawful", f"poll {poll.id}", "names a lost ballot twice or out of order", "name each once, oldest first")
        if not self.lost:
            raise refuse("poll_still_open", f"poll {poll.id}", "has lost nothing it needs", "close it (ClosePoll)")
        own = set() if poll.terms.lot is None else {poll.seq}
        if not poll.ballots.waiting.keys() | own >= set(self.lost):
            raise refuse("log_unlawful", f"poll {poll.id}", "is said to have lost ballots it does not wait for", "name those it has lost")

    def apply(self, state: State, record: Record) -> None:
        poll = state.polls[self.poll]
        poll.ballots, poll.void = None, True
        if poll.terms.budget is not None:
            state.ledger.post("money", Entry(poll.id, -poll.terms.budget), Entry("funds", poll.terms.budget))
