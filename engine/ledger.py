"""Who holds what: points and money in double entry, points in lots spent oldest first.

Every posting sums to zero in its unit, so nothing appears or vanishes: points come from the account `issued`, money
from `outside`. A member's points lie in *lots*, each with the moment it expires (0: never); an expired lot still
stands in the books until something is spent, but counts for nothing.

>>> ledger = Ledger()
>>> ledger.earn("m3", 40, at=0, expires_at=0)
>>> ledger.spend("m3", 15, now=1)
>>> ledger.points("m3", now=1), sum(ledger.accounts["points"].values())
(25, 0)
"""

from __future__ import annotations

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

    def spend(self, member: MemberId, points: int, now: int) -> None:
        """Take points from the oldest lots that have not expired; refused when they do not suffice."""
        held = self.points(member, now)
        if points > held:
            raise refuse("points_short", f"member {member}", f"has {held} points of {points}", "spend less, or earn more")
        kept: list[Lot] = []
        rest, expired = points, 0
        for lot in self.lots.get(member, ()):
            if lot.expires_at and lot.expires_at <= now:
                expired += lot.points
                continue
            taken = min(rest, lot.points)
            rest -= taken
            if lot.points > taken:
                kept.append(lot._replace(points=lot.points - taken))
        self.lots[member] = kept
        self.post("points", Entry(member, -points - expired), Entry("spent", points), Entry("expired", expired))
