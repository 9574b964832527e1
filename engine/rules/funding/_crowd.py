"""Contributors by the groups they belong to: what rules that match across groups start from.

Contributors who are in the same groups are alike to such a rule, and stand together as one set of groups.
"""

from __future__ import annotations

from itertools import pairwise
from math import isqrt, lcm
from typing import Literal, NamedTuple

import numpy as np

from engine.elections.arrays import Array
from engine.elections.election import Election
from engine.refusals import refuse
from engine.rules.funding._matching import UNIT

GroupsBy = Literal["given", "gifts"]
Gifts = dict[int, int]
"""Amounts, and how many give so much."""


class Crowd(NamedTuple):
    """`sets` are the different sets of groups that contributors belong to, by number, and `heads` how many contributors each has;
    `gifts` says for each option, of each set that gives anything, how many give which amount; `alone`, that of those in no group."""

    group_count: int
    sets: list[tuple[int, ...]]
    heads: list[int]
    gifts: list[dict[int, Gifts]]
    alone: list[Gifts]

    @property
    def parts(self) -> int:
        """A number that divides by how many groups anybody is in."""
        return lcm(*set(map(len, self.sets)))

    def given(self, option: int) -> int:
        """What all together give an option."""
        return sum(map(total, self.gifts[option].values())) + total(self.alone[option])

    def by_groups(self, option: int, times: int = 1) -> list[int]:
        """What each group gives an option, a contributor's gift being divided among hers alike (or so many times), over `parts`^times."""
        parts, whole = self.parts, [0] * self.group_count
        for number, gifts in self.gifts[option].items():
            part = total(gifts) * (parts // len(self.sets[number])) ** times
            for group in self.sets[number]:
                whole[group] += part
        return whole


def crowd(election: Election, by: GroupsBy) -> Crowd:
    """The contributors of a round, by groups given beside their gifts, or by what they give to. Who gives nothing at all is none.

    >>> election = Election.read("groups: climbers, chess\\n2: garden 9\\n1: pool 4\\ngroups:\\n3: garden 1")
    >>> crowd(election, "given")
    Crowd(group_count=2, sets=[(0, 1)], heads=[3], gifts=[{0: {9: 2}}, {0: {4: 1}}], alone=[{1: 3}, {}])
    """
    if by == "given" and election.groups is None:
        way_out = "put a line groups: before those who belong to them, or count with by = gifts"
        raise refuse("election_wrong", "the election", "names no groups", way_out)
    members = election.support if by == "gifts" or election.groups is None else election.groups.members
    people = Crowd(members.shape[1], [], [], [{} for _ in election.options], [{} for _ in election.options])
    numbers: dict[tuple[int, ...], int] = {}
    rows, options = np.nonzero(election.table)
    amounts = iter(election.table[rows, options].tolist())
    belonging, belonged = np.nonzero(members)
    gifts, groups = _runs(rows, options, election.rows), _runs(belonging, belonged, election.rows)
    for given, belongs, weight in zip(gifts, groups, election.weights.tolist(), strict=True):
        number = numbers.setdefault(belongs, len(numbers)) if given and belongs else -1
        if number == len(people.sets):
            people.sets.append(belongs)
            people.heads.append(0)
        if number >= 0:
            people.heads[number] += weight
        for option, amount in zip(given, amounts, strict=False):
            into = people.gifts[option].setdefault(number, {}) if number >= 0 else people.alone[option]
            into[amount] = into.get(amount, 0) + weight
    return people


def _runs(rows: Array, cells: Array, count: int) -> list[tuple[int, ...]]:
    """The cells of each of `count` rows."""
    ends, every = np.searchsorted(rows, np.arange(count + 1)).tolist(), cells.tolist()
    return [tuple(every[start:end]) for start, end in pairwise(ends)]


def total(gifts: Gifts) -> int:
    """What these gifts come to."""
    return sum(amount * givers for amount, givers in gifts.items())


def roots(gifts: Gifts, unit: int = 1) -> int:
    """The sum of √(amount · unit) over gifts, in units of 10^-12, each root cut off there.

    >>> roots({4: 2, 2: 1}) == 4 * UNIT + 1_414213562373
    True
    """
    return sum(givers * isqrt(amount * unit * UNIT * UNIT) for amount, givers in gifts.items())
