"""Who holds what: points and money in double entry, points in lots spent oldest first.

Every posting sums to zero in its unit, so nothing appears or vanishes: points come from the account `issued`, money
from `outside`. A member's points lie in *lots*, each with the moment it expires (0: never); an expired lot counts for
nothing, and stands in the books until an event writes its end down.

>>> ledger = Ledger()
>>> ledger.earn("m3", 40, at=0, expires_at=0)
>>> ledger.spend("m3", 15, now=1)
>>> ledger.points("m3", now=1), sum(ledger.accounts["points"].values())
(25, 0)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from engine.refusals import refuse
from engine.values import MemberId

Unit = Literal["points", "money"]


class Entry(NamedTuple):
    """One line of a posting: `amount` is added to `account`."""

    account: str
    amount: int


class Lot(NamedTuple):
    """Points earned together; `expires_at` in milliseconds since 1970, 0 for never."""

    points: int
    expires_at: int


@dataclass
class Ledger:
    accounts: dict[Unit, dict[str, int]] = field(default_factory=lambda: {"points": {}, "money": {}})
    lots: dict[MemberId, list[Lot]] = field(default_factory=dict)
    _next_expiry: int = field(default=0, repr=False, compare=False)
    """No lot expires before this moment; 0 where none ever does."""

    def post(self, unit: Unit, *entries: Entry) -> None:
        """Enter lines that sum to zero."""
        assert sum(entry.amount for entry in entries) == 0, entries
        accounts = self.accounts[unit]
        for account, amount in entries:
            accounts[account] = accounts.get(account, 0) + amount

    def money(self, account: str) -> int:
        return self.accounts["money"].get(account, 0)

    def points(self, member: MemberId, now: int) -> int:
        """What a member may spend at `now`."""
        return sum(lot.points for lot in self.lots.get(member, ()) if not lot.expires_at or lot.expires_at > now)

    def earn(self, member: MemberId, points: int, at: int, expires_at: int) -> None:
        assert points > 0 and (not expires_at or expires_at > at)
        self.post("points", Entry("issued", -points), Entry(member, points))
        self.lots.setdefault(member, []).append(Lot(points, expires_at))
        if expires_at:
            self._next_expiry = min(self._next_expiry or expires_at, expires_at)

    def spend(self, member: MemberId, points: int, now: int) -> None:
        """Take points from the oldest lots; refused when they do not suffice. What has expired is written off before."""
        held = self.points(member, now)
        if points > held:
            raise refuse("points_short", f"member {member}", f"has {held} points of {points}", "spend less, or earn more")
        kept: list[Lot] = []
        rest = points
        for lot in self.lots.get(member, ()):
            assert not lot.expires_at or lot.expires_at > now, "expired points are written off first"
            taken = min(rest, lot.points)
            rest -= taken
            if lot.points > taken:
                kept.append(lot._replace(points=lot.points - taken))
        self.lots[member] = kept
        self.post("points", Entry(member, -points), Entry("spent", points))

    def expired(self, now: int) -> dict[MemberId, int]:
        """What has expired by `now` and still stands in the books, by member in the order of their first points."""
        if not self._next_expiry or now < self._next_expiry:
            return {}
        sums = {member: sum(lot.points for lot in lots if lot.expires_at and lot.expires_at <= now) for member, lots in self.lots.items()}
        found = {member: points for member, points in sums.items() if points}
        if not found:
            self._next_expiry = min((lot.expires_at for lots in self.lots.values() for lot in lots if lot.expires_at), default=0)
        return found

    def expire(self, members: Iterable[MemberId], now: int) -> None:
        """Write off the points of `members` that have expired by `now`."""
        for member in members:
            kept = [lot for lot in self.lots[member] if not lot.expires_at or lot.expires_at > now]
            lost = sum(lot.points for lot in self.lots[member]) - sum(lot.points for lot in kept)
            self.lots[member] = kept
            self.post("points", Entry(member, -lost), Entry("expired", lost))
