"""Quadratic funding between groups: gifts match each other where their contributors have nothing else in common.

Connection-oriented cluster match. For the count of one option, every contributor belongs to the groups of the *other*
options she gives to, in equal parts, or stands alone. The option's claim is the sum, over all pairs of groups g and h,
of 2·√(what g gives) · √(what h gives), and what a group gives against h leaves out everybody who shares a group with
anybody in h: friends do not raise each other's gifts. If nobody gives to anything else, this is quadratic funding. What
only one group, or one contributor, supports is not matched. Groups that are known from elsewhere, and other degrees of
friendship, are for `cocm`. `cap` and `fill` as in `quadratic_funding`. Roots and quotients are truncated to twelve
decimals. Sources: Miller, Weyl & Erichsen 2022, "Beyond collusion resistance" (doi
10.2139/ssrn.4311507); that friends count for nothing, and that groups follow from what people give to, as in Gitcoin's
rounds.

>>> gifts = Election.read("1: garden 100, library 1\\n1: garden 100, pool 1\\n1: garden 100, pool 1")
>>> outcome = tally("cluster_match", gifts, pool=1000)
>>> outcome.scores                                   # two contributors meet at the pool: as one group they match the third
{'garden': 282, 'library': 0, 'pool': 0}
>>> tally("quadratic_funding", gifts, pool=1000).scores
{'garden': 600, 'library': 0, 'pool': 2}
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

Gift = tuple[list[int], int, int]
"""The other options the contributor gives to; how much; how many such contributors there are."""


@funding_rule
def cluster_match(election: Election, *, pool: PositiveMoney, cap: Share = WHOLE, fill: bool = False) -> Outcome:
    merged, option_count = election.merged(), len(election.options)
    rows, weights = merged.table.tolist(), merged.weights.tolist()
    groups = [[place for place, amount in enumerate(row) if amount] for row in rows]
    if sum(len(own) ** 2 for own in groups) * option_count + option_count**3 > FUNDING_WORK_MAX:
        raise refuse("too_large", "the election", "has too many gifts and groups to compare", "count it by quadratic_funding")
    met: list[set[int]] = [set() for _ in range(option_count)]
    for own in groups:
        for group in own:
            met[group].update(own)
    claims = []
    for option in range(option_count):
        gifts = [
            ([group for group in own if group != option], row[option], weight)
            for own, row, weight in zip(groups, rows, weights, strict=True)
            if row[option]
        ]
        claims.append(_claim(gifts, met, option_count))
    return matched(election, claims, pool, cap, fill)


def _claim(gifts: list[Gift], met: list[set[int]], option_count: int) -> int:
    """What one option claims, in units of 10^-12; for each group, `met` names the groups that share a member with it."""
    against = [[0] * option_count for _ in range(option_count)]  # what the row gives that counts against the column
    whole = [0] * option_count
    alone = squares = 0
    for own, amount, weight in gifts:
        if not own:
            alone += weight * isqrt(amount * UNIT * UNIT)
            squares += weight * amount * UNIT
            continue
        part = weight * (amount * UNIT // len(own))
        strangers = [group for group in range(option_count) if not any(mine in met[group] for mine in own)]
        for group in own:
            whole[group] += part
            for other in strangers:
                against[group][other] += part
    pairs = sum(isqrt(against[one][other] * against[other][one]) for one in range(option_count) for other in range(one))
    with_alone = sum(isqrt(given * UNIT) for given in whole) * alone // UNIT
    return 2 * (pairs + with_alone) + max(0, alone * alone // UNIT - squares)
