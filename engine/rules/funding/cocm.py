"""Quadratic funding between groups, in which a gift counts for less against a group the closer its giver is to it.

Connection-oriented cluster match, with groups `given` beside the gifts or, as Gitcoin counts its rounds, one for every
option of those who give to it (`by`: `gifts`). An option's claim is the sum, over all ordered pairs of different groups g
and h, of √(what g gives against h) · √(what h gives against g). A member of g gives an equal part of her gift in each of
her groups, and of that only the share 1 − k against h, where k is how close she is to h: 1 if she is a member, otherwise
by `closeness`

* `markov`: how likely a walk from her to one of her groups, to one of its members and to one of hers ends in h,
* `friends`: the share in h of all who share a group with her, herself among them,
* `any`: 1 if she shares a group with any member of h.

With `soft`, the share k of her gift counts as its square root, measured in `unit` (100 where amounts are cents and roots
are of euros). Whoever is in no group stands alone, close to nobody; who gives nothing is nobody's friend. `cap` and `fill`
as in `quadratic_funding`. Closeness is cut off at 2^-128, roots behind twelve decimals. Sources: Miller, Weyl & Erichsen
2022, "Beyond collusion resistance" (doi 10.2139/ssrn.4311507): `any` and `soft`, as in Miller's plural-qf (commit
d88292df), which adds the gifts themselves; Gitcoin's qf-calculator (commit 4d9e48d1): the rest, `markov` its default.

>>> gifts = Election.read("groups: climbers\\n1: garden 10\\ngroups: climbers, chess\\n1: garden 20\\ngroups: chess\\n1: pool 1")
>>> outcome = tally("cocm", gifts, pool=1000, closeness="any", soft=True)
>>> outcome.steps[1]                                                 # 2 · √(√10 + √20/2) · √(√20/2)
'garden: 2 contributors gave 30, a claim of about 7; paid 6'
>>> strangers = Election.read("groups: climbers\\n1: garden 100\\ngroups: chess\\n1: garden 100")
>>> tally("cocm", strangers, pool=1000).scores
{'garden': 200}
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isqrt, lcm
from typing import Literal

import numpy as np

from engine.elections.arrays import Array
from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.refusals import refuse
from engine.rules import funding_rule
from engine.rules.funding._crowd import Crowd, crowd, roots, total
from engine.rules.funding._matching import UNIT, WHOLE, matched
from engine.values import PositiveMoney, Share

Closeness = Literal["markov", "friends", "any"]
SMALLEST = PositiveMoney(1)
ONE = 1 << 128
COCM_WORK_MAX = 50_000_000
"""Cells of closeness read: some seconds."""


@funding_rule
def cocm(
    election: Election,
    *,
    pool: PositiveMoney,
    by: Literal["given", "gifts"] = "given",
    closeness: Closeness = "markov",
    soft: bool = False,
    unit: PositiveMoney = SMALLEST,
    cap: Share = WHOLE,
    fill: bool = False,
) -> Outcome:
    people = crowd(election, by)
    _check_work(people, len(election.options), closeness != "markov")
    close = _closeness(people, closeness)
    claims = [_claim(people, option, close, unit if soft else 0) for option in range(len(election.options))]
    return matched(election, claims, pool, cap, fill)


def _check_work(people: Crowd, options: int, reads_for_friends: bool) -> None:
    """Refuse a round in which cells of closeness would be read more often than in some seconds."""
    sizes = [len(groups) for groups in people.sets]
    reads = sum(sizes) + sum(sizes[number] for gifts in people.gifts for number in gifts) + options * people.group_count
    reads += reads_for_friends * len(sizes) ** 2 // 64  # many at once
    if reads * people.group_count > COCM_WORK_MAX:
        raise refuse("too_large", "the election", "has too many gifts and groups to compare", "count it by vanilla_cluster_match")


def _closeness(people: Crowd, closeness: Closeness) -> list[Array]:
    """How close each set of contributors is to each group, in units of 2^-128."""
    belong = np.zeros((len(people.sets), people.group_count), bool)
    for number, groups in enumerate(people.sets):
        belong[number, list(groups)] = True
    heads = np.array(people.heads, np.int64)
    close = _markov(people, heads @ belong) if closeness == "markov" else _friends(belong, heads, closeness == "any")
    return [np.where(row, ONE, one) for row, one in zip(belong, close, strict=True)]


def _markov(people: Crowd, sizes: Array) -> Iterator[Array]:
    """Where three steps lead: to one of her groups, to one of its members, to one of theirs; `sizes` says how many members groups have."""
    parts, group_count = people.parts, people.group_count
    meet = np.zeros((group_count, group_count), object)  # of a group's members, the parts that they have in another, over `parts`
    for groups, heads in zip(people.sets, people.heads, strict=True):
        for group in groups:
            meet[group, list(groups)] += heads * (parts // len(groups))
    size = lcm(*sizes[sizes > 0].tolist())
    for groups in people.sets:
        steps = sum((meet[group] * (size // int(sizes[group])) for group in groups), np.zeros(group_count, object))
        yield steps * ONE // (len(groups) * parts * size)


def _friends(belong: Array, heads: Array, is_any: bool) -> Iterator[Array]:
    """Of all who share a group with a contributor, the share that each group has, or whether it has any."""
    weighed = belong * heads[:, None]
    for row in belong:
        friends = belong[:, row].any(axis=1)
        among = weighed[friends].sum(axis=0)
        yield (among > 0).astype(object) * ONE if is_any else among.astype(object) * ONE // int(heads[friends].sum())


def _claim(people: Crowd, option: int, close: list[Array], unit: int) -> int:
    """What one option claims, in units of 10^-12; `unit` is that of square roots, 0 where what is close does not count."""
    parts = people.parts
    against = np.zeros((people.group_count, people.group_count), object)  # what the row gives that counts against the column
    for number, gifts in people.gifts[option].items():
        groups, near = people.sets[number], close[number]
        counted = total(gifts) * UNIT * (ONE - near)
        if unit:
            counted = counted + roots(gifts, unit) * near
        against[list(groups)] += counted * (parts // len(groups))
    product = np.triu(against * against.T, 1)
    pairs = sum(isqrt(each) // (ONE * parts) for each in product[product > 0].tolist())
    alone = roots(people.alone[option])
    with_alone = sum(isqrt(given * UNIT * UNIT // parts) for given in people.by_groups(option)) * alone // UNIT
    return 2 * (pairs + with_alone) + max(0, alone * alone // UNIT - total(people.alone[option]) * UNIT)
