"""Ballots as a file is read: in parts, some arrays of many lines and some single lines, which become the arrays of an election.

A ballot is the number of its line, how often it was cast, and the options it names, each with a figure: its level of a
ranking, or its points. The parts are sorted by line at the end; until then a ballot read from an array is no Python object.

>>> gathered = Gathered()
>>> gathered.add(5, 1, [2, 0])
>>> gathered.add_many(np.array([3, 4]), np.array([7, 2]), np.array([1, 2]), np.array([1, 0, 1]), np.array([0, 0, 0]))
>>> gathered.lines.tolist(), gathered.counts.tolist(), gathered.lengths.tolist(), gathered.levelled.tolist()
([3, 4, 5], [7, 2, 1], [1, 2, 2], [False, True, False])
>>> gathered.orders(3).tolist(), gathered.ranks(3).tolist()
([[1, -1, -1], [0, 1, -1], [2, 0, -1]], [[3, 0, 3], [0, 0, 3], [1, 3, 0]])
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from engine.elections.arrays import Array
from engine.elections.counting import rank_type


class Part(NamedTuple):
    """Some ballots: `cells` holds their options one after another, `lengths` how many are whose; `figures`, one for each cell, are None
    where every option is on a level of its own."""

    lines: Array
    counts: Array
    lengths: Array
    cells: Array
    figures: Array | None

    def places(self) -> Array:
        """The place of each cell on its ballot, from 0."""
        places: Array = np.arange(len(self.cells)) - np.repeat(np.cumsum(self.lengths) - self.lengths, self.lengths)
        return places

    def same(self) -> Array:
        """Whether each cell is on the level of the one before it."""
        same = np.zeros(len(self.cells), bool)
        if self.figures is not None and len(same):
            same[1:] = (self.figures[1:] == self.figures[:-1]) & (self.places()[1:] > 0)
        return same

    def ranks(self) -> Array:
        """How many options each ballot ranks above each cell."""
        places = self.places()
        if self.figures is None:
            return places
        if np.array_equal(self.figures, places):
            return places
        above = np.maximum.accumulate(np.where(self.same(), 0, np.arange(len(places)))) if len(places) else places
        return places - (np.arange(len(places)) - above)


class Gathered:
    """Ballots in parts. First they are added; once an array has been asked for, no more are."""

    def __init__(self) -> None:
        self.rows = 0
        self._parts: list[Part] = []
        self._single: list[tuple[int, int, Sequence[int], Sequence[int] | None]] = []

    def add(self, line: int, count: int, cells: Sequence[int], figures: Sequence[int] | None = None) -> None:
        """One ballot."""
        self._single.append((line, count, cells, figures))
        self.rows += 1
        if len(self._single) >= 1 << 12:
            self._pack()

    def add_many(self, lines: Array, counts: Array, lengths: Array, cells: Array, figures: Array | None = None) -> None:
        """Some ballots of one or several blocks, by ascending lines."""
        if len(lines):
            self._parts.append(Part(lines, counts, lengths.astype(np.int16), cells.astype(np.int16, copy=False), figures))
            self.rows += len(lines)

    def _pack(self) -> None:
        """The single ballots as a part: of numbers that are not Python objects."""
        if not self._single:
            return
        lines, counts, cells, figures = zip(*self._single, strict=True)
        every = [figure for row, given in zip(cells, figures, strict=True) for figure in (range(len(row)) if given is None else given)]
        levelled = any(given is not None for given in figures)
        self._parts.append(
            Part(
                np.array(lines, np.int64), np.array(counts, np.int64), np.array([*map(len, cells)], np.int32),
                np.array([cell for row in cells for cell in row], np.int32), np.array(every, np.int64 if max(every, default=0) < 2**63 else object) if levelled else None,
            )
        )  # fmt: skip
        self._single.clear()

    @cached_property
    def _order(self) -> Array | None:
        """By which places the parts are sorted; None where they are already."""
        self._pack()
        lines = self._joined("lines")
        return None if bool((lines[1:] > lines[:-1]).all()) else np.argsort(lines, kind="stable")

    def _joined(self, field: str) -> Array:
        parts = [getattr(part, field) for part in self._parts]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def _sorted(self, joined: Array) -> Array:
        return joined if self._order is None else joined[self._order]

    @cached_property
    def lines(self) -> Array:
        self._pack()
        return self._sorted(self._joined("lines"))

    @cached_property
    def counts(self) -> Array:
        self._pack()
        return self._sorted(self._joined("counts"))

    @cached_property
    def lengths(self) -> Array:
        self._pack()
        return self._sorted(self._joined("lengths"))

    @property
    def longest(self) -> int:
        """How many options the longest ballot names."""
        return int(self.lengths.max(initial=0))

    @property
    def total(self) -> int:
        """How many ballots were cast, which int64 need not hold."""
        return (int((self.counts >> 32).sum()) << 32) + int((self.counts & 0xFFFF_FFFF).sum())

    @property
    def strict(self) -> bool:
        """Whether no ballot has two options on a level."""
        self._pack()
        return not any(bool(part.same().any()) for part in self._parts)

    @property
    def levelled(self) -> Array:
        """Which ballots have several options on a level."""
        self._pack()
        joined = [
            np.bincount(np.repeat(np.arange(len(part.lines)), part.lengths)[part.same()], minlength=len(part.lines)) for part in self._parts
        ]
        return self._sorted(np.concatenate(joined) > 0 if joined else np.zeros(0, bool))

    def _placed(self) -> Iterator[tuple[Part, Array]]:
        """Each part, and the rows in which its ballots stand."""
        order, before = self._order, 0
        rows = np.arange(self.rows)
        if order is not None:
            rows[order] = np.arange(self.rows)
        for part in self._parts:
            yield part, rows[before : before + len(part.lines)]
            before += len(part.lines)

    def orders(self, options: int, width: int | None = None) -> Array:
        """(rows, width): the options as each ballot names them, -1 after the last; as wide as there are options, unless said."""
        orders = np.full((self.rows, options if width is None else width), -1, rank_type(options))
        for part, rows in self._placed():
            longest = int(part.lengths.max())
            if int(part.lengths.min()) == longest:
                orders[rows, :longest] = part.cells.reshape(len(rows), longest)
            else:
                orders[np.repeat(rows, part.lengths), part.places()] = part.cells
        return orders

    def ranks(self, options: int) -> Array:
        """(rows, options): how many options a ballot ranks above each, the number of options where it does not name it."""
        table = np.full((self.rows, options), options, rank_type(options))
        for part, rows in self._placed():
            table[np.repeat(rows, part.lengths), part.cells] = part.ranks()
        return table

    def figures(self, options: int, empty: int = 0) -> Array:
        """(rows, options), Python's integers where 64 bits hold not all: the points that a ballot gives each option, `empty` where it does not name it."""
        self._pack()
        large = any(part.figures is not None and part.figures.dtype == object for part in self._parts)
        table = np.full((self.rows, options), empty, object if large else np.int64)
        for part, rows in self._placed():
            if part.figures is not None:
                table[np.repeat(rows, part.lengths), part.cells] = part.figures
        return table

    def places(self, options: int) -> Array:
        """(rows, options): at which place from 0 a ballot names each option, whatever its figures, otherwise the number of options."""
        table = np.full((self.rows, options), options, np.int16)
        for part, rows in self._placed():
            table[np.repeat(rows, part.lengths), part.cells] = part.places()
        return table

    def listed(self, options: int) -> Array:
        """int64 (options,): how many ballots name each option."""
        return np.bincount(self._joined("cells"), minlength=options)

    def named(self, options: int) -> Array:
        """(rows, options): 1 where a ballot names an option."""
        table = np.zeros((self.rows, options), np.int8)
        for part, rows in self._placed():
            table[np.repeat(rows, part.lengths), part.cells] = 1
        return table

    def firsts(self, options: int) -> Array:
        """(rows, options): 1 where an option is on the first level of a ballot."""
        table = np.zeros((self.rows, options), np.int8)
        for part, rows in self._placed():
            first = (part.places() if part.figures is None else part.figures) == 0
            table[np.repeat(rows, part.lengths)[first], part.cells[first]] = 1
        return table


def repeats(rows: Array, cells: Array, options: int, count: int) -> Array:
    """bool (count,): which of `count` ballots name an option twice; `rows` says whose each cell is.

    >>> repeats(np.array([0, 0, 1, 1]), np.array([2, 1, 1, 1]), 3, 2).tolist()
    [False, True]
    """
    named = np.zeros(count * options, bool)
    named[rows * options + cells] = True
    twice: Array = named.reshape(count, options).sum(axis=1) < np.bincount(rows, minlength=count)
    return twice
