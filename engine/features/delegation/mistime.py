"""What becomes of delegations that were given in a time which the log has taken back.

They are void, as the polls are that were opened in it: otherwise they would sleep until the true time came to that day, and then hand on
votes that nobody remembers to have given. Who means hers to hold gives it again; one that it had replaced has ended with it.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.event import NOBODY, Event, Record
from engine.features.delegation.state import Delegations
from engine.kernel.clock import ClockCorrected
from engine.kernel.hooks import react
from engine.state import State
from engine.values import Moment


@dataclass(frozen=True)
class DelegationsMistimed(Event):
    """So many delegations, given later than the time to which the log was set back, hold no longer."""

    by = NOBODY
    may = None

    to: Moment
    delegations: int

    def apply(self, state: State, record: Record[Event]) -> None:
        for _, given in state[Delegations].all():
            given.take_back(self.to)


@react
def given_in_false_time(state: State, record: Record[ClockCorrected]) -> list[DelegationsMistimed]:
    to = record.event.to
    count = sum(given.count_since(to) for _, given in state[Delegations].all())
    return [DelegationsMistimed(to, count)] if count else []
