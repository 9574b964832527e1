"""Quadratic funding in which two people who keep giving to the same options raise each other's gifts less and less.

An option's claim is what quadratic funding makes of every pair of contributors, 2·√(a·b) for their gifts a and b, times
`bound` / (`bound` + Σ√(a·b) over all options): however much a pair gives, together it moves no more than twice `bound`.
With a large `bound`, this is plain quadratic funding. Everything else is as there (`cap`, `fill`). Roots and quotients
are truncated to twelve decimals. Source: Buterin 2019, "Pairwise coordination subsidies" (ethresear.ch 5553).

>>> gifts = Election.read("2: garden 100\\n1: garden 100, pool 100\\n1: pool 100")
>>> tally("pairwise_funding", gifts, pool=1000, bound=100).scores
{'garden': 300, 'pool': 100}
"""

from __future__ import annotations

from math import isqrt

from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.limits import FUNDING_WORK_MAX
from engine.refusals import refuse
from engine.rules import funding_rule
from engine.rules.funding._matching import UNIT, WHOLE, matched
from engine.values import PositiveMoney, Share


@funding_rule
def pairwise_funding(election: Election, *, pool: PositiveMoney, bound: PositiveMoney, cap: Share = WHOLE, fill: bool = False) -> Outcome:
    merged = election.merged()
    if merged.rows * int((merged.table > 0).sum()) > FUNDING_WORK_MAX:
        raise refuse(
            "too_large", "the election", "has {rows:,} different contributors to pair", "count it by quadratic_funding", rows=merged.rows
        )
    claims = [0] * len(election.options)
    gifts = [{place: amount for place, amount in enumerate(row) if amount} for row in merged.table.tolist()]
    weights = merged.weights.tolist()
    for one, given in enumerate(gifts):
        for other in range(one, len(gifts)):
            pairs = weights[one] * (weights[one] - 1) // 2 if one == other else weights[one] * weights[other]
            shared = {place: isqrt(amount * gifts[other][place] * UNIT * UNIT) for place, amount in given.items() if place in gifts[other]}
            whole = bound * UNIT + sum(shared.values())
            for place, root in shared.items():
                claims[place] += 2 * pairs * (root * bound * UNIT // whole)
    return matched(election, claims, pool, cap, fill)
