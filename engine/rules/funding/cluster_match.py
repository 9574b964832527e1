"""Quadratic funding over groups: a gift counts for more the fewer ties its giver has to the other groups that give.

Connection-oriented cluster match. Everybody belongs to the groups of the options she gives to, in equal parts. An option's claim is, over
all pairs of groups g and h, 2·√(what g gives) · √(what h gives); of a member's gift c her part counts whole against a group she
has nobody in common with, and only √c against one where somebody shares a group with her: friends cannot raise each other
much. What one group, or one contributor, alone supports is not matched. `cap` and `fill` as in quadratic funding. Roots and
quotients are cut off behind twelve decimals. Source: Miller, Weyl & Erichsen 2022, "Beyond collusion resistance"
(doi 10.2139/ssrn.4311507); groups by what people give to as in Gitcoin's rounds.

>>> gifts = Election.read("1: garden 100, library 1\\n1: garden 100, pool 1\\n2: pool 100")
>>> tally("cluster_match", gifts, pool=30).scores
{'garden': 26, 'library': 0, 'pool': 4}
"""

from __future__ import annotations

from math import isqrt

from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.refusals import refuse
from engine.rules import funding_rule
from engine.rules.funding._matching import UNIT, WHOLE, matched
from engine.values import PositiveMoney, Share

SUMS_MAX = 20_000_000
"""Gifts times groups, twice over, that are summed: some seconds."""


@funding_rule
def cluster_match(election: Election, *, pool: PositiveMoney, cap: Share = WHOLE, fill: bool = False) -> Outcome:
    merged = election.merged()
    many = len(election.options)
    groups = [[place for place, amount in enumerate(row) if amount] for row in merged.table.tolist()]
    if sum(len(own) ** 2 for own in groups) * many > SUMS_MAX:
        raise refuse("too_large", "the election", "has too many gifts and groups to compare", "count it by quadratic_funding")
    met = _met(groups, many)
    claims = []
    for option in range(many):
        given = [[0] * many for _ in range(many)]
        for own, amount, weight in zip(groups, merged.table[:, option].tolist(), merged.weights.tolist(), strict=True):
            if not amount:
                continue
            known = set().union(*(met[group] for group in own))
            whole, root = amount * UNIT // len(own), isqrt(amount * UNIT * UNIT) // len(own)
            for group in own:
                for other in range(many):
                    given[group][other] += weight * (root if other in known else whole)
        alone = int(merged.weights[merged.table[:, option] > 0].sum()) < 2
        claims.append(
            0 if alone else 2 * sum(isqrt(given[one][other] * given[other][one]) for one in range(many) for other in range(one + 1, many))
        )
    return matched(election, claims, pool, cap, fill)


def _met(groups: list[list[int]], many: int) -> list[set[int]]:
    """For each group, the groups in which some member shares it: those that anybody in it also belongs to."""
    met: list[set[int]] = [set() for _ in range(many)]
    for own in groups:
        for group in own:
            met[group].update(own)
    return met
