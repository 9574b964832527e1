"""Quadratic funding in which a group counts as one contributor: what its members give stands under one square root.

An option's claim is (Σ√g)² − Σc over what each group g gives it, and over each contributor who is in no group as if she
were one of her own; c is every single gift. A contributor in several groups counts in equal parts in each (`parts`:
`once`), or those parts again so (`twice`), so that it never pays to found more groups: squared cluster match. `by` says
which groups: those `given` beside the gifts, or all who give to the same options (`gifts`: donation profiles). Friends in
different groups still raise each other's gifts; `cocm` looks at that as well. `cap` and `fill` as in `quadratic_funding`.
Roots and quotients are cut off behind twelve decimals. Sources: Miller, Weyl & Erichsen 2022, "Beyond collusion
resistance" (doi 10.2139/ssrn.4311507), and Miller's plural-qf (commit d88292df); `gifts` as in Gitcoin's qf-calculator.

>>> gifts = Election.read("groups: climbers\\n2: garden 50\\ngroups:\\n1: garden 100")
>>> outcome = tally("vanilla_cluster_match", gifts, pool=1000)
>>> outcome.scores, outcome.steps[1]                      # two climbers count as one who gives 100
({'garden': 200}, 'garden: 3 contributors gave 200, a claim of 200; paid 200')
>>> tally("quadratic_funding", gifts, pool=1000).scores
{'garden': 382}
"""

from __future__ import annotations

from math import isqrt
from typing import Literal

from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.rules import funding_rule
from engine.rules.funding._crowd import Crowd, crowd, roots
from engine.rules.funding._matching import UNIT, WHOLE, matched
from engine.values import PositiveMoney, Share


@funding_rule
def vanilla_cluster_match(
    election: Election,
    *,
    pool: PositiveMoney,
    by: Literal["given", "gifts"] = "given",
    parts: Literal["once", "twice"] = "once",
    cap: Share = WHOLE,
    fill: bool = False,
) -> Outcome:
    people = _profiles(crowd(election, "gifts")) if by == "gifts" else crowd(election, "given")
    claims = [_claim(people, option, 1 if parts == "once" else 2) for option in range(len(election.options))]
    return matched(election, claims, pool, cap, fill)


def _profiles(people: Crowd) -> Crowd:
    """The same contributors, everybody who gives to the same options in one group, and in no other."""
    count = len(people.sets)
    return people._replace(group_count=count, sets=[(number,) for number in range(count)])


def _claim(people: Crowd, option: int, times: int) -> int:
    """What one option claims, in units of 10^-12."""
    scale = people.parts**times
    summed = sum(isqrt(given * UNIT * UNIT // scale) for given in people.by_groups(option, times)) + roots(people.alone[option])
    return max(0, summed * summed // UNIT - people.given(option) * UNIT)
