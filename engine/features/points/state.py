"""The books of points: lots by member, and what each had from which line of the charter in its period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.kernel.members import Members
from engine.ledger import Lots
from engine.rules.earning import Period
from engine.state import Part, State
from engine.values import DAY_MS, MemberId, Points


@dataclass
class Tally:
    """What members had from one source in its newest period; what came before is nobody's question any more."""

    period: int = -1
    times: dict[MemberId, int] = field(default_factory=dict)
    points: dict[MemberId, Points] = field(default_factory=dict)

    def had(self, member: MemberId, period: int) -> tuple[int, int]:
        """How often, and how much, in a period: nothing, where it is not the newest."""
        return (self.times.get(member, 0), self.points.get(member, 0)) if period == self.period else (0, 0)

    def note(self, member: MemberId, period: int, points: int) -> None:
        if period != self.period:
            self.period = period
            self.times.clear()
            self.points.clear()
        self.times[member] = self.times.get(member, 0) + 1
        self.points[member] = Points(self.points.get(member, 0) + points)


@dataclass
class PointLedger(Part):
    """Holders go by their number among the members."""

    lots: Lots = field(default_factory=Lots)
    had: dict[tuple[str, str], Tally] = field(default_factory=dict)
    """By the line of the charter, or the category, and the period."""

    def sums(self) -> Mapping[str, tuple[int, int]]:
        lots = self.lots
        return {"points": (len(lots.totals), lots.issued - lots.spent - lots.expired - sum(lots.totals.values()))} if lots.issued else {}


def points_of(state: State, member: str, at: int) -> int:
    """What a member may spend at `at`."""
    number = state[Members].number(member)
    return 0 if number is None else state[PointLedger].lots.spendable(number, at)


def points_held(state: State, at: int) -> NDArray[np.int64]:
    """What each member may spend at `at`, by number; who is forgotten may spend nothing."""
    members = state[Members]
    held = state[PointLedger].lots.all_spendable(len(members), at)
    held[np.array(members.gone, bool)] = 0
    return held


def period_of(per: Period, at: int) -> int:
    """Which stretch of the calendar a moment (milliseconds since 1970) falls in, counted from 1970.

    >>> [period_of(per, 1_700_000_000_000) for per in ("day", "week", "month", "year", "ever")]
    [19675, 2811, 646, 53, 0]
    """
    day = at // DAY_MS
    if per == "ever":
        return 0
    if per == "day":
        return day
    if per == "week":
        return (day + 3) // 7  # 1970 began on a Thursday
    year, month = _civil(day)
    return year - 1970 if per == "year" else (year - 1970) * 12 + month - 1


def _civil(day: int) -> tuple[int, int]:
    """Year and month of a day since 1970, in the Gregorian calendar: years counted from March, so that leap days come last."""
    era, of_era = divmod(day + 719_468, 146_097)
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    return era * 400 + year + (month >= 10), month + 3 if month < 10 else month - 9
