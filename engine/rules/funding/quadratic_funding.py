"""A pool of money matches people's gifts, and many small gifts count for more than a few large ones.

An option's claim is (Σ√c)² − Σc over the gifts c of its contributors: what liberal radicalism would have it receive,
less what it has received. Claims that exceed the pool are paid in proportion; if the pool exceeds the claims, it pays
just those, unless `fill` pays it out whole. No option gets more than `cap` of the pool, and what that cuts off goes to
the others in proportion. Whoever splits one gift among invented people gains by it: know who gives. Roots are truncated
to twelve decimals, and everything else is exact; payouts are whole units by largest remainder, and never add up to more
than the pool. Sources: Buterin, Hitzig & Weyl 2019 (arXiv 1809.06421); the cap that hands on what it cuts off as in
Gitcoin's qf-calculator.

>>> gifts = Election.read("4: garden 100\\n1: library 400\\n1: garden 25, pool 25\\n1: pool 225")
>>> outcome = tally("quadratic_funding", gifts, pool=1000)
>>> outcome.scores
{'garden': 914, 'library': 0, 'pool': 86}
>>> outcome.steps[1]
'garden: 5 contributors gave 425, a claim of 1,600; paid 914'
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from engine.elections import roots
from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.rules import funding_rule
from engine.rules.funding._matching import DECIMALS, UNIT, WHOLE, matched
from engine.values import PositiveMoney, Share


@funding_rule
def quadratic_funding(election: Election, *, pool: PositiveMoney, cap: Share = WHOLE, fill: bool = False) -> Outcome:
    return matched(election, [_claim(gifts) for gifts in _gifts(election)], pool, cap, fill)


def _claim(gifts: dict[int, int]) -> int:
    """(Σ√c)² − Σc in units of 10^-12; nothing for a single contributor."""
    if sum(gifts.values()) < 2:
        return 0
    summed: roots.Roots = {}
    for amount, givers in gifts.items():
        roots.add(summed, amount, Fraction(givers))
    root = (roots.cut(summed, DECIMALS) * UNIT).numerator
    given = sum(amount * givers for amount, givers in gifts.items())
    return max(0, root * root // UNIT - given * UNIT)


def _gifts(election: Election) -> list[dict[int, int]]:
    """For each option, how many contributors gave which amount."""
    gifts: list[dict[int, int]] = []
    for column in election.table.T:
        given = np.flatnonzero(column)
        amounts, places = np.unique(column[given], return_inverse=True)
        counts = np.zeros(len(amounts), np.int64)
        np.add.at(counts, places.reshape(-1), election.weights[given])
        gifts.append(dict(zip(amounts.tolist(), counts.tolist(), strict=True)))
    return gifts
