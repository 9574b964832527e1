"""Who forgets herself takes along what she has sealed in polls that still take ballots.

Forgotten by somebody else, her ballot stays and is counted: nobody else's act may change a count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine import rules
from engine.event import NOBODY, Erased, Event, Record
from engine.features.polls.state import PollId, Polls
from engine.kernel.forget import SelfForgotten
from engine.kernel.hooks import react
from engine.state import State
from engine.values import MemberId


@dataclass(frozen=True)
class BallotWithdrawn(Event):
    """A sealed ballot whose voter has left."""

    by = NOBODY
    may = None

    poll: PollId
    member: MemberId

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.poll, self.member)

    def erases(self, state: State, record: Record[Event]) -> Iterable[Erased]:
        return [Erased(seq=state[Polls][self.poll].open_ballots.cast_by(self.member), field="choice")]

    def apply(self, state: State, record: Record[Event]) -> None:
        state[Polls][self.poll].open_ballots.withdraw(self.member)


@react
def takes_her_ballots(state: State, record: Record[SelfForgotten]) -> list[BallotWithdrawn]:
    member = record.event.whom(record)
    return [
        BallotWithdrawn(poll.id, member)
        for poll in state[Polls].open.values()
        if not poll.ended
        and record.at < poll.closes_at
        and rules.secrecy(poll.asked.terms.secrecy).sealed
        and poll.open_ballots.cast_by(member) >= 0
    ]
