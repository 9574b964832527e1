"""Write down what time has done: points that have expired.

Time alone changes nothing in the state: an expired lot counts for nothing from its moment on, whenever this is done.
The clockwork asks for it; a reward round that spends points does it on its way.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands import Ask, Command, Vault
from engine.limits import SETTLED_PER_COMMAND_MAX, SHARES_PER_EVENT_MAX
from engine.log.record import Event, Record
from engine.refusals import refuse
from engine.state import State
from engine.values import MemberId, Points


@dataclass(frozen=True)
class Settle(Command):
    """What has expired by now, oldest holders first; as much as one command may write, the rest with the next one."""

    resource = "/settlements"

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [TimeSettled()]


@dataclass(frozen=True)
class TimeSettled(Event):
    """What has expired follows in one or more `PointsExpired`."""

    def check(self, state: State, record: Record) -> None:
        state.require(record.actor, "settle")
        if not state.ledger.expired(record.at):
            raise refuse("nothing_to_settle", "the clock", "has ended nothing since it was last written down", "ask again later")

    def apply(self, state: State, record: Record) -> None:
        """Nothing: what follows says it all."""

    def follows(self, state: State, record: Record) -> list[Event]:
        return expiries(state, record.at, SETTLED_PER_COMMAND_MAX)


@dataclass(frozen=True)
class Expired:
    """What one member's lots that have ended held."""

    member: MemberId
    points: Points


@dataclass(frozen=True)
class PointsExpired(Event):
    """Points that nobody can spend any more, written off."""

    consequence = True

    members: tuple[Expired, ...]

    def apply(self, state: State, record: Record) -> None:
        state.ledger.expire([one.member for one in self.members], record.at)


def expiries(state: State, at: int, most: int | None = None) -> list[Event]:
    """What has expired by `at`, of at most `most` members, in as many events as it takes."""
    ended = [Expired(member, Points(points)) for member, points in state.ledger.expired(at).items()][:most]
    return [PointsExpired(tuple(ended[first : first + SHARES_PER_EVENT_MAX])) for first in range(0, len(ended), SHARES_PER_EVENT_MAX)]
