"""Who holds what: money in double entry, points in lots spent oldest first.

Every posting sums to zero, so nothing appears or vanishes. Points lie in *lots*, each with the moment from which it counts
(0: at once) and the one at which it expires (0: never); an expired lot counts for nothing, and stands in the books until an
event writes its end down. Holders go by number, so that lots are columns: some 24 bytes each, one a day and holder.

>>> lots = Lots()
>>> lots.earn(3, 40)
>>> lots.earn(3, 10, expires_at=100)
>>> lots.spend(3, 15, now=1)
>>> lots.spendable(3, now=1), lots.spendable(3, now=100), lots.issued - lots.spent
(35, 25, 35)
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import NamedTuple, NewType

import numpy as np
from numpy.typing import NDArray

from engine.refusals import Code, refuse
from engine.values import Column, Money, Points

POINTS_SHORT = Code("points_short", "conflict")
LOT_MAX = 2**62
"""Points in one lot: a column holds 64 bits. Points are no money: they weigh ballots, and all power of a poll stays below 2^53."""

Account = NewType("Account", str)
"""`outside`, `funds`, or the id of whatever money is held for."""


class Entry(NamedTuple):
    """One line of a posting: `amount` is added to `account`."""

    account: str
    amount: int


@dataclass
class Accounts:
    """Money in double entry: it comes from the account `outside`."""

    amounts: dict[Account, Money] = field(default_factory=dict)

    def post(self, *entries: Entry) -> None:
        """Enter lines that sum to zero."""
        assert sum(entry.amount for entry in entries) == 0, entries
        for account, amount in entries:
            self.amounts[Account(account)] = Money(self.balance(account) + amount)

    def balance(self, account: str) -> int:
        return self.amounts.get(Account(account), Money(0))


WIDTH = 3
"""Numbers of one lot in its column: the moment it expires, the moment it counts from, its points."""


@dataclass
class Lots:
    lots: dict[int, Column] = field(default_factory=dict)
    """The lots of each holder, oldest first."""
    issued: Points = Points(0)
    spent: Points = Points(0)
    expired: Points = Points(0)
    totals: dict[int, Points] = field(init=False, repr=False, compare=False)
    """What each holder's lots hold together, whether or not it counts now."""
    _expiring: dict[int, set[int]] = field(init=False, repr=False, compare=False)
    """Who holds a lot that expires at a moment."""
    _vesting: dict[int, set[int]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.totals, self._expiring, self._vesting = {}, {}, {}
        for holder, lots in self.lots.items():
            self.totals[holder] = Points(sum(lots[2::WIDTH]))
            for place in range(0, len(lots), WIDTH):
                self._note(holder, lots[place], lots[place + 1])

    def earn(self, holder: int, points: int, vests_at: int = 0, expires_at: int = 0) -> None:
        """A lot more; it joins the holder's last one where that is of the same terms."""
        assert points > 0
        lots = self.lots.setdefault(holder, array("q"))
        if len(lots) and lots[-3] == expires_at and lots[-2] == vests_at and lots[-1] + points <= LOT_MAX:
            lots[-1] += points
        else:
            lots.extend((expires_at, vests_at, points))
            self._note(holder, expires_at, vests_at)
        self.issued = Points(self.issued + points)
        self.totals[holder] = Points(self.totals.get(holder, 0) + points)

    def _note(self, holder: int, expires_at: int, vests_at: int) -> None:
        if expires_at:
            self._expiring.setdefault(expires_at, set()).add(holder)
        if vests_at:
            self._vesting.setdefault(vests_at, set()).add(holder)

    def spendable(self, holder: int, now: int) -> int:
        """What a holder may spend at `now`."""
        lots = self.lots.get(holder, ())
        return sum(lots[place + 2] for place in range(0, len(lots), WIDTH) if _counts(lots[place], lots[place + 1], now))

    def all_spendable(self, count: int, now: int) -> NDArray[np.int64]:
        """What each of the first `count` holders may spend at `now`; whoever's lots do not all count is looked at singly."""
        held = np.zeros(count, np.int64)
        if self.totals:
            held[np.fromiter(self.totals, np.int64)] = np.fromiter(self.totals.values(), np.int64)
        for holder in self._not_all_counting(now):
            held[holder] = self.spendable(holder, now)
        return held

    def spend_up_to(self, holder: int, points: int, now: int) -> None:
        """Take so many points, or what is left of them."""
        self.spend(holder, min(points, self.spendable(holder, now)), now)

    def spend(self, holder: int, points: int, now: int) -> None:
        """Take points from the oldest lots that count; refused when they do not suffice."""
        held = self.spendable(holder, now)
        if points > held:
            raise refuse(POINTS_SHORT, "the holder", "has {held} points of {points}", "spend less, or earn more", held=held, points=points)
        if not points:
            return
        lots, kept, rest = self.lots[holder], array("q"), points
        for place in range(0, len(lots), WIDTH):
            expires_at, vests_at, there = lots[place : place + WIDTH]
            taken = min(rest, there) if _counts(expires_at, vests_at, now) else 0
            rest -= taken
            if there > taken:
                kept.extend((expires_at, vests_at, there - taken))
        self._keep(holder, kept)
        self.spent = Points(self.spent + points)

    def due(self, now: int, most: int) -> dict[int, int]:
        """What has expired by `now` and still stands in the books, of the first `most` holders by number; costs what is due."""
        holders = set().union(*(holders for moment, holders in self._expiring.items() if moment <= now))
        return {holder: self._over(holder, now) for holder in nsmallest(most, holders)}

    def _over(self, holder: int, now: int) -> int:
        lots = self.lots[holder]
        return sum(lots[place + 2] for place in range(0, len(lots), WIDTH) if 0 < lots[place] <= now)

    def write_off(self, holders: Iterable[int], now: int) -> None:
        """End what has expired by `now` of each of `holders`."""
        for holder in holders:
            lots, kept = self.lots[holder], array("q")
            for place in range(0, len(lots), WIDTH):
                if not 0 < lots[place] <= now:
                    kept.extend(lots[place : place + WIDTH])
            self.expired = Points(self.expired + self._over(holder, now))
            self._keep(holder, kept)

    def _not_all_counting(self, now: int) -> set[int]:
        """Whoever holds a lot that has expired, or does not count yet."""
        part = [holders for moment, holders in self._expiring.items() if moment <= now]
        part += [holders for moment, holders in self._vesting.items() if moment > now]
        return set().union(*part)

    def _keep(self, holder: int, lots: Column) -> None:
        """The holder has these lots now."""
        before = self.lots[holder]
        for offset, named in ((0, self._expiring), (1, self._vesting)):
            for moment in set(before[offset::WIDTH]) - set(lots[offset::WIDTH]) - {0}:
                named[moment].discard(holder)
                if not named[moment]:
                    del named[moment]
        if lots:
            self.lots[holder], self.totals[holder] = lots, Points(sum(lots[2::WIDTH]))
        else:
            del self.lots[holder], self.totals[holder]


def _counts(expires_at: int, vests_at: int, now: int) -> bool:
    """Whether a lot of these terms may be spent at `now`."""
    return vests_at <= now and (not expires_at or expires_at > now)
