"""What the cells of a table of ballots may hold, by their kind, and which integers hold them.

Gifts are amounts up to 2^256 - 1. They stand in int64 wherever what all ballots give together fits, and otherwise as
Python's integers, which are slower and exact.

>>> [str(table(np.array([[wei, 3]], object), "gifts", None, None, 1).dtype) for wei in (10**18, 10**19)]
['int64', 'object']
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from engine.elections.arrays import INT64_MAX, Array
from engine.elections.counting import rank_type, sums
from engine.elections.kinds import NUMBERED, Kind
from engine.elections.outcome import Amount
from engine.limits import AMOUNT_MAX, POINTS_PER_BALLOT_MAX
from engine.refusals import Refusal, refuse

CALLED_GIFTS = ", or call them gifts (ballots: gifts)"


SUMMED: dict[Kind, str] = {"single": "chooses several", "cumulative": "gives more points", "quadratic": "costs more credits"}
"""What a ballot does that gives more together than it has."""


class Purse(NamedTuple):
    """What a knapsack ballot may take: costs and a budget, of which people write `decimals` places behind a point."""

    costs: tuple[int, ...]
    budget: int
    decimals: int


def table(given: Array, kind: Kind, weights: Array | None, purse: Purse | None, total: int) -> Array:
    """The ballots in integers that hold them, column by column: rules compare options, and an option's cells are then one straight
    run. Points and grades keep the integers they came in, to be compared and added up, not multiplied. `total` is the weight of all;
    refused at the first ballot that is not of its kind."""
    if given.dtype.kind not in ("iubO" if kind == "gifts" else "iub"):
        raise _wrong("has ballots that are not integers", "give integer arrays, weights as int64")
    if kind == "gifts":
        return _amounts(given, weights, total)
    if len(given):
        _check(given, kind, purse, total)
    return np.asfortranarray(given, dtype=None if kind in NUMBERED else rank_type(given.shape[1]))


def _amounts(given: Array, weights: Array | None, total: int) -> Array:
    if given.dtype == object and any(type(cell) is not int for cell in given.flat):
        raise _wrong("has gifts that are not integers", "give whole numbers of the smallest unit of money")
    lowest, highest = (int(given.min()), int(given.max())) if given.size else (0, 0)
    if lowest < 0 or highest > AMOUNT_MAX:
        odd = ((given < 0) | (given > AMOUNT_MAX)).any(axis=1)
        raise odd_ballot(odd, "gifts", "has other cells", "give each from 0 to {limit}", limit=AMOUNT_MAX)
    if total * highest <= INT64_MAX:
        return np.asfortranarray(given, dtype=np.int64)
    exact = np.asfortranarray(given, dtype=object)
    if (whole := sum(sums(exact, weights).tolist())) > AMOUNT_MAX:
        raise _wrong("has gifts of {whole} together", "give at most {most}", whole=whole, most=AMOUNT_MAX)
    return exact


def _check(given: Array, kind: Kind, purse: Purse | None, total: int) -> None:
    option_count = given.shape[1]
    lowest, highest = int(given.min()), int(given.max())
    limit = POINTS_PER_BALLOT_MAX if kind in NUMBERED else option_count if kind == "ranked" else 1
    gifts = CALLED_GIFTS if kind == "cumulative" else ""
    if lowest < 0 or highest > limit:
        odd = ((given < 0) | (given > limit)).any(axis=1)
        raise odd_ballot(odd, kind, "has other cells", "give each from 0 to {limit:,}" + (gifts if lowest >= 0 else ""), limit=limit)
    if kind == "knapsack":
        assert purse is not None
        spent = given.astype(np.int64).dot(np.array(purse.costs, np.int64))
        _check_sums(spent, kind, purse.budget, "costs more than the budget", "at most {most}", Amount(purse.budget, purse.decimals))
    elif kind in SUMMED:
        used = (given.astype(np.int64) ** 2 if kind == "quadratic" else given).sum(axis=1, dtype=np.int64)
        _check_sums(used, kind, limit, SUMMED[kind], "at most {most}" + gifts, f"{limit:,}")
    if kind in NUMBERED and total * highest > INT64_MAX:
        raise _wrong("has weights and points too large to add up exactly", "scale them down")


def _check_sums(used: Array, kind: Kind, most: int, fact: str, way_out: str, written: object) -> None:
    if int(used.max()) > most:
        raise odd_ballot(used > most, kind, fact, way_out, most=written)


def odd_ballot(odd: Any, kind: Kind, fact: str, way_out: str, /, **values: object) -> Refusal:
    """The refusal of the first ballot that is `odd`."""
    place, count = int(odd.argmax()) + 1, len(odd)
    return _wrong(
        "has a ballot that is not {kind}, number {place:,} of {count:,}: it " + fact, way_out, kind=kind, place=place, count=count, **values
    )


def _wrong(fact: str, way_out: str, /, **values: object) -> Refusal:
    return refuse("election_wrong", "the election", fact, way_out, **values)
