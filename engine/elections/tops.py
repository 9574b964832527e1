"""The highest-ranked of the options left on each ballot: the count that rules by rounds share.

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
NO_WEIGHTS = np.empty(0, np.int64)


class Tops:
    """First preferences among the options left, round by round; while options only drop out, only their ballots move."""

    def __init__(self, election: Election) -> None:
        self._election, self._option_count = election, len(election.options)
        self._strict = election.strict
        self._left: Left = ()
        self._top: Array | None = None
        """What each ballot ranks highest of `_left`; -1 for nothing."""
        self._votes = np.empty(0, np.int64)
        """What follows from `_top`, by option."""
        self._at = np.empty(0, np.int8)
        """In which cell each ballot's top stands, at the earliest."""

    def votes(self, left: Left) -> tuple[list[int], int]:
        """The votes of every option (0 for those out), and the weight of all ballots that rank any of the options left.

        A ballot that ranks several of them equal highest rests: it counts in the second figure only.
        """
        if not self._strict:
            return self._votes_among_equals(left)
        self._move(left)
        votes = self._votes.tolist()
        return votes, sum(votes)

    def _move(self, left: Left) -> None:
        orders, weights = self._election.orders, self._election.given_weights
        if self._top is None or not set(left) <= set(self._left):
            self._left, self._top = tuple(range(self._option_count)), orders[:, 0].copy()
            if len(orders) and not -1 <= int(self._top.min()) <= int(self._top.max()) < self._option_count:
                raise counting.unknown_option(self._option_count)
            self._at = np.zeros(len(orders), counting.rank_type(self._option_count))
            self._votes = counting.tallied(self._top, weights, self._option_count)
        gone = [place for place in self._left if place not in left]
        self._left = left
        if not gone:
            return
        top, stays = self._top, np.zeros(self._option_count + 1, np.bool_)
        stays[list(left)] = True
        stays[-1] = True  # a cell of -1, after the last option named, ends the ballot
        self._votes[gone] = 0
        if fast := counting.compiled(orders.size):
            if not fast.move(orders, NO_WEIGHTS if weights is None else weights, stays, self._at, top, self._votes):
                raise counting.unknown_option(self._option_count)
            return
        moved = np.flatnonzero(top == gone[0] if len(gone) == 1 else ~stays[top])
        if len(moved):
            top[moved] = next_tops = _next(orders, stays, moved, len(left))
            self._votes += counting.tallied(next_tops, None if weights is None else weights[moved], self._option_count)

    def _votes_among_equals(self, left: Left) -> tuple[list[int], int]:
        weights, ranks = self._election.weights, self._election.table[:, left]
        highest = ranks.min(axis=1)
        firsts = ranks == highest[:, None]
        counts = (highest < self._option_count) & (firsts.sum(axis=1) == 1)
        votes = [0] * self._option_count
        for column, place in enumerate(left):
            votes[place] = int(weights[counts & firsts[:, column]].sum())
        return votes, int(weights[highest < self._option_count].sum())


def _next(orders: Array, stays: Array, moved: Array, left: int) -> Array:
    """The first option still in on each of the `moved` ballots, -1 if there is none; `left` is how many options are still in."""
    tops, length = np.full(len(moved), -1, orders.dtype), orders.shape[1]
    todo, column = np.arange(len(moved)), 1  # an option that is out stood in the first cell, or later
    # While most stay, one of the next cells nearly always does; later whole ballots are looked through at once.
    while 2 * left > length and column < length and len(todo):
        cells = orders[moved[todo], column]
        tops[todo] = cells
        todo, column = todo[~_looked_up(cells, stays)], column + 1
    if len(todo) and column < length:
        rows = orders[moved[todo]]
        hits = _looked_up(rows, stays)
        tops[todo] = rows[np.arange(len(rows)), hits.argmax(axis=1)]
    tops[~stays[tops]] = -1
    return tops


def _looked_up(cells: Array, stays: Array) -> Array:
    """`stays[cells]`; cells that are bytes are translated as bytes, because NumPy would first widen each to an index."""
    if cells.size and not -1 <= int(cells.min()) <= int(cells.max()) < len(stays) - 1:
        raise counting.unknown_option(len(stays) - 1)
    if cells.itemsize > 1 or cells.ndim == 1:
        return stays[cells]
    table = np.zeros(256, np.bool_)
    known = stays[:-1][:128]
    table[: len(known)], table[-1] = known, True  # as an unsigned byte, -1 is the last
    return np.frombuffer(cells.tobytes().translate(table.tobytes()), np.bool_).reshape(cells.shape)
