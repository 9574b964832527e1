"""What a ballot's cells may hold, by the kind of ballot.

>>> check_cells(np.array([[5, 0], [2, 4]]), "score", total=2)
>>> check_cells(np.array([[0, 1], [1, 1]]), "single", total=2)
Traceback (most recent call last):
engine.refusals.Refusal: election_wrong: the election has a ballot that is not single, number 2 of 2: it chooses several; at most 1
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.elections.arrays import INT64_MAX, Array
from engine.elections.kinds import NUMBERED, Kind
from engine.limits import POINTS_PER_BALLOT_MAX
from engine.refusals import Refusal, refuse


def check_cells(
    table: Array, kind: Kind, total: int, costs: Array | None = None, budget: int | None = None, money: Callable[[int], object] = str
) -> None:
    """Refuse a table (rows, options), of at least one row, that holds what ballots of this kind cannot: a cell out of bounds, a ballot
    that gives more than it has, or points whose sum, `total` being the weight of all ballots, would not fit 63 bits."""
    lowest, highest = int(table.min()), int(table.max())
    limit = POINTS_PER_BALLOT_MAX if kind in NUMBERED else table.shape[1] if kind == "ranked" else 1
    if lowest < 0 or highest > limit:
        odd = ((table < 0) | (table > limit)).any(axis=1)
        raise _odd_ballot(odd, kind, "has other cells", "give each from 0 to {limit:,}", limit=limit)
    if kind == "knapsack":
        assert costs is not None and budget is not None
        spent = table.astype(np.int64).dot(costs)
        _check_sums(spent, kind, budget, "costs more than the budget", money)
    elif kind == "quadratic":
        _check_sums((table.astype(np.int64) ** 2).sum(axis=1), kind, limit, "costs more credits", "{:,}".format)
    elif kind in ("single", "cumulative"):
        fact = "chooses several" if kind == "single" else "gives more points"
        _check_sums(table.sum(axis=1, dtype=np.int64), kind, limit, fact, "{:,}".format)
    if kind in NUMBERED and total * highest > INT64_MAX:
        raise refuse("election_wrong", "the election", "has weights and points too large to add up exactly", "scale them down")


def _check_sums(used: Array, kind: Kind, most: int, fact: str, written: Callable[[int], object]) -> None:
    if int(used.max()) > most:
        raise _odd_ballot(used > most, kind, fact, "at most {most}", most=written(most))


def _odd_ballot(odd: Any, kind: Kind, fact: str, way_out: str, /, **values: object) -> Refusal:
    """The refusal of the first ballot that is `odd`."""
    place, count = int(odd.argmax()) + 1, len(odd)
    return refuse(
        "election_wrong", "the election", "has a ballot that is not {kind}, number {place:,} of {count:,}: it " + fact,
        way_out, kind=kind, place=place, count=count, **values,
    )  # fmt: skip
