"""What a charter says of money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from engine.elections.outcome import write_money
from engine.features.treasury.state import Treasury
from engine.kernel import charter as charters
from engine.kernel.charter import NOT_ALLOWED, Charter, Terms, wrong
from engine.kernel.hooks import fits
from engine.limits import DECIMALS_MAX, NAME_TEXT_MAX
from engine.refusals import Refusal, refuse
from engine.state import State
from engine.values import TextOf


@dataclass(frozen=True)
class MoneyTerms(Terms):
    """`unit` has `decimals` places: amounts are whole numbers of the smallest."""

    key = "money"
    unit: Annotated[str, TextOf(NAME_TEXT_MAX)] = ""
    decimals: int = 0

    def shown(self, amount: int) -> str:
        """An amount of the smallest unit as people read it: `5,000.50 EUR`."""
        return f"{'-' if amount < 0 else ''}{write_money(abs(amount), self.decimals)} {self.unit}".rstrip()

    def problems(self, charter: Charter) -> Iterable[Refusal]:
        if self.decimals > DECIMALS_MAX:
            yield wrong("money.decimals", "is {value}", "give 0 to {most}", value=self.decimals, most=DECIMALS_MAX)


def money_of(state: State) -> MoneyTerms:
    """How the community counts money today."""
    return charters.in_force(state)[MoneyTerms]


@fits
def the_books_keep_their_unit(state: State, charter: Charter) -> list[Refusal]:
    now, then = money_of(state), charter[MoneyTerms]
    if (now.unit, now.decimals) == (then.unit, then.decimals) or not state[Treasury].accounts.amounts:
        return []
    fact, way_out = "counts money in another unit than the books stand in", "keep {unit} with {decimals} decimals"
    return [refuse(NOT_ALLOWED, "the new charter", fact, way_out, unit=now.unit, decimals=now.decimals)]
