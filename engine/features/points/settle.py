"""Write down what time has done: points that have expired.

Time alone changes nothing in the state: an expired lot counts for nothing from its moment on, whenever this is done.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.event import Ask, Command, Event, Record, Vault, Who
from engine.features.points.state import PointLedger
from engine.kernel.hooks import due
from engine.kernel.members import Members
from engine.refusals import Code, refuse
from engine.state import State
from engine.values import MemberId, Moment, Points

EXPIRED_PER_EVENT_MAX = 500
"""Members in one event: each has at most 100 bytes."""
EXPIRED_PER_COMMAND_MAX = 20 * EXPIRED_PER_EVENT_MAX
"""Members whose expired points one command writes off: it must not hold the writer for long."""
NOTHING_TO_SETTLE = Code("nothing_to_settle", "conflict")


@dataclass(frozen=True)
class Settle(Command):
    """What has expired by now, oldest members first; as much as one command may write, the rest with the next one."""

    resource = "/settlements"

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        expired = list(_expired(state, ask.now, EXPIRED_PER_COMMAND_MAX))
        if not expired:
            raise refuse(NOTHING_TO_SETTLE, "the clock", "has ended nothing since it was last written down", "ask again later")
        parts = range(0, len(expired), EXPIRED_PER_EVENT_MAX)
        return [PointsExpired(tuple(expired[first : first + EXPIRED_PER_EVENT_MAX])) for first in parts]


@dataclass(frozen=True)
class Expired:
    """What one member's lots that have ended held."""

    member: MemberId
    points: Points


@dataclass(frozen=True)
class PointsExpired(Event):
    """Points that nobody can spend any more, written off: those of the first members, by number, who have some."""

    by = frozenset({Who.CLOCK})
    may = None
    may_follow = frozenset({"PointsExpired"})

    members: tuple[Expired, ...]

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return tuple(one.member for one in self.members)

    def check(self, state: State, record: Record[Event]) -> None:
        if not self.members or self.members != tuple(_expired(state, record.at, len(self.members))):
            raise refuse("log_unlawful", "what has expired", "is not what the books say", "write off that, all of it and nothing else")

    def apply(self, state: State, record: Record[Event]) -> None:
        members = state[Members]
        state[PointLedger].lots.write_off([members[one.member].number for one in self.members], record.at)


def _expired(state: State, at: int, most: int) -> Iterator[Expired]:
    for number, points in state[PointLedger].lots.due(at, most).items():
        yield Expired(state[Members].at(number).id, Points(points))


@due
def settling(state: State, at: Moment) -> Iterator[Command]:
    if state[PointLedger].lots.due(at, 1):
        yield Settle()
