"""Who stands highest on each ballot among the options left: the count that rules by rounds share.

>>> election = Election.read("4: garden > library\\n3: library > pool\\n2: pool > library")
>>> Tops(election).votes((0, 1, 2)), Tops(election).votes((0, 1))
(([4, 3, 2], 9), ([4, 5, 0], 9))
"""

from __future__ import annotations

import numpy as np

from engine.elections import counting
from engine.elections.election import Array, Election

Left = tuple[int, ...]
"""The options still in the count, by number, ascending."""


class Tops:
    """First places among those left, round by round; where options only drop out, only their ballots move."""

    def __init__(self, election: Election) -> None:
        self._election, self._many = election, len(election.options)
        self._strict = election.strict
        self._left: Left = ()
        self._top: Array | None = None
        """What each ballot ranks highest of `_left`; -1 for nothing."""

    def votes(self, left: Left) -> tuple[list[int], int]:
        """The votes of every option (0 for those out), and the weight of all ballots that rank any of those left.

        A ballot that ranks several of them equally highest rests: it counts in the second figure only.
        """
        if not self._strict:
            return self._votes_among_equals(left)
        top = self._move(left)
        votes = counting.tallied(top, self._election.weighed, self._many).tolist()
        return votes, sum(votes)

    def _move(self, left: Left) -> Array:
        orders = self._election.orders
        stays = np.zeros(self._many + 1, np.bool_)
        stays[list(left)] = True
        stays[-1] = True  # a cell of -1, after the last option named, ends the ballot
        if self._top is None or not set(left) <= set(self._left):
            if not orders.shape[1]:
                return np.full(len(orders), -1)
            top = orders[:, 0].copy()
            moved = np.flatnonzero(~stays[top]) if len(left) < self._many else np.empty(0, np.intp)
        else:
            top = self._top
            gone = [place for place in self._left if place not in left]
            moved = np.flatnonzero(top == gone[0] if len(gone) == 1 else ~stays[top])
        if len(moved):
            rows = orders[moved]
            first = stays[rows].argmax(axis=1)
            found = rows[np.arange(len(rows)), first]
            found[~stays[found]] = -1
            top[moved] = found
        self._left, self._top = left, top
        return top

    def _votes_among_equals(self, left: Left) -> tuple[list[int], int]:
        weights, ranks = self._election.weights, self._election.table[:, left]
        highest = ranks.min(axis=1)
        firsts = ranks == highest[:, None]
        counts = (highest < self._many) & (firsts.sum(axis=1) == 1)
        votes = [0] * self._many
        for column, place in enumerate(left):
            votes[place] = int(weights[counts & firsts[:, column]].sum())
        return votes, int(weights[highest < self._many].sum())
