"""Contributors by the groups they belong to: what rules that match across groups start from.

Contributors who are in the same groups are alike to such a rule, and stand together as one set of groups.
"""

from __future__ import annotations

from collections import defaultdict
from math import isqrt, lcm
from typing import Literal, NamedTuple

import numpy as np

from engine.elections.election import Election
from engine.refusals import refuse
from engine.rules.funding._matching import UNIT

GroupsBy = Literal["given", "gifts"]


class Crowd(NamedTuple):
    """`sets` are the different sets of groups that contributors belong to, by number, and `heads` how many contributors each has;
    `gifts` says for each option what each of them gives, as amounts with how many give so much; `alone`, who belongs to none."""

    group_count: int
    sets: list[tuple[int, ...]]
    heads: list[int]
    gifts: list[list[dict[int, int]]]
    alone: list[dict[int, int]]

    @property
    def parts(self) -> int:
        """A number that divides by how many groups anybody is in."""
        return lcm(*map(len, self.sets))

    def given(self, option: int) -> list[int]:
        """What each set of contributors gives an option."""
        return [sum(amount * givers for amount, givers in each.items()) for each in self.gifts[option]]

    def by_groups(self, option: int, times: int = 1) -> list[int]:
        """What each group gives an option, a contributor's gift being divided among hers alike (or so many times), over `parts`^times."""
        parts, whole = self.parts, [0] * self.group_count
        for groups, amount in zip(self.sets, self.given(option), strict=True):
            for group in groups:
                whole[group] += amount * (parts // len(groups)) ** times
        return whole


def crowd(election: Election, by: GroupsBy) -> Crowd:
    """The contributors of a round, by groups given beside their gifts, or by what they give to. Who gives nothing at all is none.

    >>> election = Election.read("groups: climbers, chess\\n2: garden 9\\n1: pool 4\\ngroups:\\n3: garden 1")
    >>> crowd(election, "given")
    Crowd(group_count=2, sets=[(0, 1)], heads=[3], gifts=[[{9: 2}], [{4: 1}]], alone=[{1: 3}, {}])
    """
    merged = election.merged()
    if by == "given" and merged.groups is None:
        raise refuse(
            "election_wrong",
            "the election",
            "names no groups",
            "put a line groups: before those who belong to them, or count with by = gifts",
        )
    members = merged.support if by == "gifts" or merged.groups is None else merged.groups.members
    option_count = len(merged.options)
    numbers: dict[tuple[int, ...], int] = {}
    heads: list[int] = []
    gifts: list[list[dict[int, int]]] = [[] for _ in range(option_count)]
    alone: list[dict[int, int]] = [defaultdict(int) for _ in range(option_count)]
    for row, belongs, weight in zip(merged.table.tolist(), members, merged.weights.tolist(), strict=True):
        groups = tuple(np.flatnonzero(belongs).tolist())
        given = [(option, amount) for option, amount in enumerate(row) if amount]
        if not given:
            continue
        number = numbers.setdefault(groups, len(numbers)) if groups else -1
        if number == len(heads):
            heads.append(0)
            for each in gifts:
                each.append({})
        if groups:
            heads[number] += weight
        for option, amount in given:
            into = gifts[option][number] if groups else alone[option]
            into[amount] = into.get(amount, 0) + weight
    return Crowd(members.shape[1], list(numbers), heads, gifts, [dict(each) for each in alone])


def roots(gifts: dict[int, int], unit: int = 1) -> int:
    """The sum of √(amount · unit) over gifts, in units of 10^-12, each root cut off there.

    >>> roots({4: 2, 2: 1}) == 4 * UNIT + 1_414213562373
    True
    """
    return sum(givers * isqrt(amount * unit * UNIT * UNIT) for amount, givers in gifts.items())
