"""What equal shares buys after each addition of money, one after the other, without a gap.

Additions are counted as columns, many at once, while each may change what is bought; and as spans where thousands change
nothing but the prices. What a span costs and how long it turns out to be decide which goes on; the answers are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from engine.elections.work import Meter
from engine.rules.voting.equal_shares._batch import EPS, Voters, bought_for
from engine.rules.voting.equal_shares._spans import Spans

COLUMNS_FIRST = 8
"""Sizes of share that are counted together at first; then as many as were counted before."""
COLUMNS_MAX, CELLS_MAX = 64, 1 << 24
"""Sizes of share that are counted together, and ballots times sizes, which have to fit in memory."""
COLUMNS_OF_SPAN, SUPPORTERS_OF_COLUMN = 0.5, 1_300
"""How many columns a span costs, or rather fewer: half of one where options have very many supporters, as both go through
these; one more where they have 1,300 on average, two more where they have 650, and so on, because all the rest of a span
takes as long however few they are."""
COLUMNS_BEFORE, SPANS_IN_VAIN = 32, 8.0
"""For each column that a span costs, the columns counted before one is tried: too few to matter where it is in vain. And
how many spans in a row may be in vain once others have saved much."""


class Stretch(NamedTuple):
    """From `first` to `last` additions, `bought` is what is bought; None where only exact numbers tell."""

    first: int
    last: int
    bought: frozenset[int] | None


def stretches(voters: Voters, share: Callable[[int], Fraction], first: int, last: int, meter: Meter) -> Iterator[Stretch]:
    """What is bought after `first` to `last` additions; `share` is what everybody has then, always as much more.
    The `meter` is spent on it."""
    supporters = sum(map(len, voters.rows)) / max(len(voters.rows), 1)
    span_cost = COLUMNS_OF_SPAN + SUPPORTERS_OF_COLUMN / max(supporters, 1)
    grows, spans = share(first + 1) - share(first), Spans(voters, max(4, int(2 * span_cost)), meter)
    counted, before, credit = 0, COLUMNS_BEFORE * span_cost if span_cost > 1 else 0, 0.0
    width, width_max = COLUMNS_FIRST, max(1, min(COLUMNS_MAX, CELLS_MAX // voters.ballots))
    while first <= last:
        if counted >= before:
            bought, further = spans.bought(float(share(first)), float(grows), last - first)
            credit = min(SPANS_IN_VAIN, credit + (further + 1) / span_cost - 1)
            if credit < 0:
                counted, before, credit = 0, 2 * before, 0.0
            if bought is not None:
                yield Stretch(first, first + further, bought)
                first += further + 1
                continue
        ahead = range(first, min(first + (1 if counted >= before else min(width, width_max)), last + 1))
        shares = np.array([float(share(each)) for each in ahead])
        for first, bought in zip(ahead, bought_for(voters, shares, shares * EPS, meter), strict=True):
            yield Stretch(first, first, bought)
        counted += len(ahead)
        width = max(width, counted)
        first = ahead.stop
