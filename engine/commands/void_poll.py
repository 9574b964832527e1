"""End a poll whose sealed ballots can no longer be opened, naming them."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands import Ask, Command, Vault
from engine.ledger import Entry
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
        lost = tuple(Seq(seq) for _, seq in poll.ballots.sealed() if vault.opening(seq, "choice") is None)
        return [PollVoided(self.poll, lost)]


@dataclass(frozen=True)
class PollVoided(Event):
    poll: PollId
    lost: tuple[Seq, ...]

    def check(self, state: State, record: Record) -> None:
        state.require(record.actor, "void_poll")
        poll = state.poll(self.poll)
        if poll.ballots is None or record.at < poll.terms.closes_at:
            raise refuse("poll_still_open", f"poll {poll.id}", "is not waiting to be closed", "close it when its time is over")
        if not self.lost:
            raise refuse("poll_still_open", f"poll {poll.id}", "has lost no ballot", "close it (ClosePoll)")
        waiting = {seq for _, seq in poll.ballots.sealed()}
        if not set(self.lost) <= waiting:
            raise refuse("log_unlawful", f"poll {poll.id}", "is said to have lost ballots it does not wait for", "name those it has lost")

    def apply(self, state: State, record: Record) -> None:
        poll = state.polls[self.poll]
        poll.ballots, poll.void = None, True
        if poll.terms.budget is not None:
            state.ledger.post("money", Entry(poll.id, -poll.terms.budget), Entry("funds", poll.terms.budget))
