"""The books of the community's money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.ledger import Accounts, Entry
from engine.refusals import Code
from engine.state import Part

FUNDS, OUTSIDE = "funds", "outside"
FUNDS_SHORT = Code("funds_short", "conflict")


@dataclass
class Treasury(Part):
    """`funds` are free; money set aside lies in the account of what it is for, money paid in its member's."""

    accounts: Accounts = field(default_factory=Accounts)

    @property
    def funds(self) -> int:
        return self.accounts.balance(FUNDS)

    def move(self, source: str, target: str, amount: int) -> None:
        """From one account to another."""
        self.accounts.post(Entry(source, -amount), Entry(target, amount))

    def sums(self) -> Mapping[str, tuple[int, int]]:
        amounts = self.accounts.amounts
        return {"money": (len(amounts), sum(amounts.values()))} if amounts else {}
