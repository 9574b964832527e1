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
as in `quadratic_funding`. Closeness is exact; roots are cut off behind twelve decimals. Sources: Miller, Weyl & Erichsen
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

from math import isqrt, lcm
from typing import Literal

import numpy as np

from engine.elections.arrays import Array
from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.limits import FUNDING_WORK_MAX
from engine.refusals import refuse
from engine.rules import funding_rule
from engine.rules.funding._crowd import Crowd, crowd, roots
from engine.rules.funding._matching import UNIT, WHOLE, matched
from engine.values import PositiveMoney, Share

Closeness = Literal["markov", "friends", "any"]
SMALLEST = PositiveMoney(1)
WORD_BITS = 64


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
    _check_work(people, len(election.options), 1)
    close, whole = _closeness(people, closeness)
    _check_work(people, len(election.options), 1 + whole.bit_length() // WORD_BITS)
    claims = [_claim(people, option, close, whole, unit if soft else 0) for option in range(len(election.options))]
    return matched(election, claims, pool, cap, fill)


def _check_work(people: Crowd, options: int, words: int) -> None:
    cells = (sum(map(len, people.sets)) + people.group_count) * people.group_count
    if options * cells * words > FUNDING_WORK_MAX:
        raise refuse("too_large", "the election", "has too many gifts and groups to compare", "count it by vanilla_cluster_match")


def _closeness(people: Crowd, closeness: Closeness) -> tuple[list[Array], int]:
    """How close each set of contributors is to each group, as whole numbers over the one that is returned beside them."""
    belong = np.zeros((len(people.sets), people.group_count), bool)
    for number, groups in enumerate(people.sets):
        belong[number, list(groups)] = True
    if closeness == "markov":
        found, whole = _markov(people, belong)
    else:
        friends = belong.astype(np.int64) @ belong.T.astype(np.int64) > 0
        heads = np.array(people.heads, np.int64)
        among = friends.astype(np.int64) @ (belong * heads[:, None])  # of each set's friends, how many are in each group
        if closeness == "any":
            found, whole = [(row > 0).astype(object) for row in among], 1
        else:
            known = (friends @ heads).tolist()
            whole = lcm(*known)
            found = [row.astype(object) * (whole // count) for row, count in zip(among, known, strict=True)]
    return [np.where(row, whole, one) for row, one in zip(belong, found, strict=True)], whole


def _markov(people: Crowd, belong: Array) -> tuple[list[Array], int]:
    """Where three steps lead: to one of her groups, to one of its members, to one of theirs."""
    parts, group_count = people.parts, people.group_count
    sizes = [int(size) for size in np.array(people.heads, np.int64) @ belong]
    meet = np.zeros((group_count, group_count), object)  # of a group's members, the parts that they have in another, over `parts`
    for groups, heads in zip(people.sets, people.heads, strict=True):
        for group in groups:
            meet[group, list(groups)] += heads * (parts // len(groups))
    size = lcm(*(each for each in sizes if each))
    found = []
    for groups in people.sets:
        steps = sum((meet[group] * (size // sizes[group]) for group in groups), np.zeros(group_count, object))
        found.append(steps * (parts // len(groups)))
    return found, parts * parts * size


def _claim(people: Crowd, option: int, close: list[Array], whole: int, unit: int) -> int:
    """What one option claims, in units of 10^-12; `unit` is that of square roots, 0 where what is close does not count."""
    parts = people.parts
    against = np.zeros((people.group_count, people.group_count), object)  # what the row gives that counts against the column
    for groups, gifts, near in zip(people.sets, people.gifts[option], close, strict=True):
        if not gifts:
            continue
        given = sum(amount * givers for amount, givers in gifts.items()) * UNIT * (whole - near)
        if unit:
            given = given + roots(gifts, unit) * near
        against[list(groups)] += given * (parts // len(groups))
    scale = whole * parts
    product = np.triu(against * against.T, 1)
    pairs = sum(isqrt(each) // scale for each in product[product > 0].tolist())
    alone, lone = roots(people.alone[option]), people.alone[option]
    with_alone = sum(isqrt(given * UNIT * UNIT // parts) for given in people.by_groups(option)) * alone // UNIT
    squares = sum(amount * givers for amount, givers in lone.items()) * UNIT
    return 2 * (pairs + with_alone) + max(0, alone * alone // UNIT - squares)
