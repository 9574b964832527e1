"""The regular lines of a table of ranks, whole blocks at a time: as many cells as the head, a count, and in the ranks cells that have
been met before, in quotes or not.

>>> known = Spellings({spelled: held for cell, held in {"Ann": 0, "Bo, B": 1, "skipped": -2}.items() for spelled in spellings_of(cell)}, UNKNOWN)
>>> lines = regular(Block('3,Ann,"Bo, B"\\n1,Cem,Ann\\n2,skipped,\\n', 1, 0), Columns(3, 0, [1, 2]), known)
>>> lines.taken.tolist(), lines.counts[lines.taken].tolist(), lines.cells[lines.taken[lines.rows]].tolist()
([True, False, True], [3, 2], [[0, 1], [-2, -2]])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from engine.elections.arrays import Array
from engine.elections.blocks import Block, Spellings, numbers
from engine.limits import POWER_TOTAL_MAX

_LF, _COMMA, _QUOTE = b'\n,"'
UNKNOWN, NONE = -(1 << 15), -2
"""No spelling that is known: below every mark, and below everybody who is excluded, each of whom has a number of her own."""
LINE_MAX = 100_000
"""Bytes of a regular line: less than Python's reader of tables allows a cell."""


class Columns(NamedTuple):
    """How many cells a line has, which one counts ballots (-1 for none), and which are ranks."""

    width: int
    counter: int
    ranks: Sequence[int]


class Lines(NamedTuple):
    """bool (lines,): which lines are `taken`, and what their `counts` are; for the lines `rows`, what stands at each rank: an option or a mark."""

    block: Block
    taken: Array
    counts: Array
    rows: Array
    cells: Array


def none(block: Block) -> Lines:
    """No regular lines."""
    count = len(block)
    return Lines(block, np.zeros(count, bool), np.ones(count, np.int64), np.zeros(0, np.int64), np.zeros((0, 1), np.int16))


def spellings_of(cell: str) -> list[bytes]:
    """How a cell is written in a regular line.

    >>> spellings_of("Ann"), spellings_of("Bo, B"), spellings_of('B"o')
    ([b'"Ann"', b'Ann'], [b'"Bo, B"'], [])
    """
    if not cell or '"' in cell or "\n" in cell:
        return []
    spelled = cell.encode("utf-8", "surrogatepass")
    return [b'"%b"' % spelled] + [spelled] * ("," not in cell)


def regular(block: Block, columns: Columns, spellings: Spellings) -> Lines:
    """What stands on the regular lines of a block."""
    data = block.data
    separates = data == _COMMA
    quotes = np.flatnonzero(data == _QUOTE)
    quoted = block.counts(quotes)
    if len(quotes):
        pairs = quotes[np.repeat(quoted % 2 == 0, quoted)]
        change = np.zeros(len(data) + 1, np.int8)
        change[pairs[::2]] = 1
        change[pairs[1::2] + 1] -= 1
        separates &= np.cumsum(change[:-1], dtype=np.int8) == 0
    commas = np.flatnonzero(separates)
    cells = block.counts(commas)
    taken = (cells == columns.width - 1) & (quoted % 2 == 0) & (block.ends - block.starts < LINE_MAX)
    taken &= block.ends - block.starts > columns.width - 1  # a line of nothing but commas is passed over
    rows = np.flatnonzero(taken)
    if not len(rows):
        return none(block)
    bounds = np.empty((len(rows), columns.width + 1), np.int64)
    bounds[:, 0], bounds[:, -1] = block.starts[rows] - 1, block.ends[rows]
    bounds[:, 1:-1] = commas[np.repeat(taken, cells)].reshape(len(rows), columns.width - 1)
    starts, ends = bounds[:, :-1] + 1, bounds[:, 1:]
    if len(quotes):  # in a cell that is not in quotes as a whole, a quote stands for itself
        whole = (ends - starts >= 2) & (data[starts] == _QUOTE) & (data[ends - 1] == _QUOTE)
        taken[rows] &= 2 * whole.sum(axis=1) == quoted[rows]
    counts = np.ones(len(block), np.int64)
    if columns.counter >= 0:
        counts[rows] = numbers(data, starts[:, columns.counter], ends[:, columns.counter])
        taken &= (counts >= 1) & (counts <= POWER_TOTAL_MAX)
    starts, ends = (each[:, columns.ranks].reshape(-1) for each in (starts, ends))
    held = np.where(starts == ends, np.int16(NONE), spellings.of(data, starts, ends)).reshape(len(rows), -1)
    taken[rows] &= (held != UNKNOWN).all(axis=1)
    return Lines(block, taken, counts, rows, held)
