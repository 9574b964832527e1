"""End a poll whose sealed ballots can no longer be opened, naming them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.event import ANY_MEMBER, NOBODY, Ask, Command, Erased, Event, Record, Right, Vault
from engine.features.polls.close import free, give_back
from engine.features.polls.state import POLL_STILL_OPEN, PollId, Polls, poll_of
from engine.kernel import charter as charters
from engine.kernel.authority import holder_count
from engine.kernel.clock import ClockCorrected
from engine.kernel.hooks import react
from engine.refusals import refuse
from engine.state import State
from engine.values import Name, Seq

VOID = Right(Name("void_poll"), "void polls whose openings are lost", needed=True)
LOST_PER_EVENT_MAX = 2_000
"""Lost ballots named in one event."""


@dataclass(frozen=True)
class VoidPoll(Command):
    """Only for a poll that has lost openings: the vault is asked which, and the event names them."""

    resource = "/polls/{poll}/voiding"

    poll: PollId

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        poll = poll_of(state, self.poll)
        lost = [Seq(seq) for seq in sorted(poll.open_ballots.sealed()) if vault.opening(seq, "choice") is None]
        if poll.asked.draw_secret is not None and vault.opening(poll.seq, "draw_secret") is None:
            lost.insert(0, poll.seq)
        return [PollVoided(self.poll, tuple(lost[:LOST_PER_EVENT_MAX]))]


@dataclass(frozen=True)
class Voiding(Event, abstract=True):
    """The poll is over without a count; what would have opened its ballots ends with it."""

    poll: PollId

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.poll,)

    def erases(self, state: State, record: Record[Event]) -> Iterable[Erased]:
        return [Erased(owner=self.poll)]

    def apply(self, state: State, record: Record[Event]) -> None:
        polls = state[Polls]
        poll = polls[self.poll]
        poll.void, poll.result = True, None
        if poll.ballots is not None:
            polls.close(poll)
            free(state, poll)
        give_back(state, poll)


@dataclass(frozen=True)
class PollVoided(Voiding):
    """`lost` names ballots whose openings are lost, oldest first and so many as an event holds; the poll's own event where the
    secret of its draw is. That they are lost is the word of who says so: nobody else can see into the vault.
    """

    by = ANY_MEMBER
    may = VOID

    lost: tuple[Seq, ...]

    def under(self, state: State) -> Seq | None:
        """As the poll was opened, unless nobody is left who may by that: a poll that cannot be counted must end."""
        then = poll_of(state, self.poll).asked.charter
        return then if holder_count(state, charters.as_of(state, then), VOID) else None

    def check(self, state: State, record: Record[Event]) -> None:
        poll = poll_of(state, self.poll)
        ballots = poll.open_ballots
        if not poll.ended and record.at < poll.closes_at:
            raise refuse(POLL_STILL_OPEN, "poll {poll}", "is not waiting to be closed", "wait for its end", poll=poll.id)
        if list(self.lost) != sorted(set(self.lost)):
            raise refuse(
                "log_unlawful", "poll {poll}", "names a lost ballot twice or out of order", "name each once, oldest first", poll=poll.id
            )
        if not self.lost:
            raise refuse(POLL_STILL_OPEN, "poll {poll}", "has lost nothing it needs", "close it (ClosePoll)", poll=poll.id)
        waiting = set(ballots.sealed()) | (set() if poll.asked.draw_secret is None else {poll.seq})
        if not waiting >= set(self.lost):
            raise refuse(
                "log_unlawful", "poll {poll}", "is said to have lost ballots it does not wait for", "name those it has lost", poll=poll.id
            )


@dataclass(frozen=True)
class PollMistimed(Voiding):
    """The poll was opened, or ended, in a time that the log has taken back."""

    by = NOBODY
    may = None


@react
def held_in_false_time(state: State, record: Record[ClockCorrected]) -> list[PollMistimed]:
    to, polls = record.event.to, state[Polls]
    not_final = polls.open | polls.contested | polls.unattested
    return [PollMistimed(poll.id) for poll in not_final.values() if poll.opened_at > to or poll.ended_at > to]
