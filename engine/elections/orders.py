"""The regular lines of files of rankings, whole blocks at a time: a count, and options by their numbers or short names.

Regular is a line about which nothing can be wrong: a count within bounds and known options, none twice.

>>> from engine.elections.blocks import Spellings
>>> ballots, known = Gathered(), Spellings({b"1": 0, b"2": 1})
>>> text = "7: 2,1\\n2: {1,2}\\n3: 2;1\\n4: {},{2}\\n"
>>> levels(Block(text, 1, 0), known).add(ballots).tolist()
[True, True, False, True]
>>> ballots.lines.tolist(), ballots.ranks(2).tolist(), ballots.firsts(2).tolist()
([1, 2, 4], [[1, 0], [0, 0], [2, 0]], [[0, 1], [1, 1], [0, 0]])
>>> spaced(Block("7 2 1 0\\n1 2\\n", 1, 0), known).regular.tolist(), listed(Block("7,2,1,\\n1,2,2\\n", 1, 0), known).regular.tolist()
([True, False], [True, False])
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.elections.arrays import Array
from engine.elections.blocks import Block, Runs, Spellings, is_digit, numbers, runs
from engine.elections.gathered import Gathered, repeats
from engine.limits import POWER_TOTAL_MAX

_SPACE, _TAB, _LF, _COLON, _COMMA, _OPEN, _CLOSE, _ZERO = b" \t\n:,{}0"
UNKNOWN, NOBODY = -1, -2


class Orders(NamedTuple):
    """The lines of a block: which are `regular`, how often each was cast; of each run of bytes, the line it is on, the option it names
    (below 0 for none) and its level, if lines have levels."""

    block: Block
    regular: Array
    counts: Array
    line: Array
    options: Array
    levels: Array | None = None

    def add(self, ballots: Gathered, places: Array | None = None) -> Array:
        """Add what the regular lines hold, and say which those are; `places` says what to call each option, below 0 if it is left out."""
        kept = self.regular[self.line] & (self.options >= 0)
        named = self.options[kept]
        if places is not None and bool((places < 0).any()):
            kept[kept] = places[named] >= 0
            named = self.options[kept]
        ballots.add_many(
            self.block.numbers[self.regular], self.counts[self.regular],
            np.bincount(self.line[kept], minlength=len(self.block))[self.regular],
            named if places is None else places[named], None if self.levels is None else self.levels[kept],
        )  # fmt: skip
        return self.regular


def none(block: Block) -> Orders:
    """No regular lines."""
    nothing = np.zeros(0, np.int64)
    return Orders(block, np.zeros(len(block), bool), np.zeros(len(block), np.int64), nothing, nothing)


def levels(block: Block, spellings: Spellings) -> Orders:
    """PrefLib's lines: a count, a colon, and options with commas between, and with braces around equal ones."""
    data, empty = block.data, b"{}" in block.raw
    starts, ends = runs(is_digit(data))
    if empty:  # a level without anybody, as categories have them: a run of no bytes between its braces
        nobody = np.flatnonzero((data[1:] == _CLOSE) & (data[:-1] == _OPEN)) + 1
        starts, ends = np.sort(np.concatenate((starts, nobody))), np.sort(np.concatenate((ends, nobody)))
    if not len(starts):
        return none(block)
    spans = Runs.of(block, starts, ends)
    options = spellings.of(data, starts, ends)
    if empty:
        options[starts == ends] = NOBODY
    fits, level = spans.first | (options != UNKNOWN), None
    if b"{" in block.raw or b"}" in block.raw:
        opens, closes = data[starts - 1] == _OPEN, data[ends] == _CLOSE
        inside = np.cumsum(opens) - np.cumsum(closes)
        inside -= np.repeat((inside - opens + closes)[spans.firsts], spans.lengths)
        before = inside - opens + closes
        last = np.append(spans.first[1:], True)
        fits &= (inside >= 0) & (before >= 0) & (before + opens <= 1) & ~(last & (inside != 0))
        begun = np.cumsum(before == 0)
        level = begun - np.repeat(begun[spans.firsts], spans.lengths) - 1
        starts, ends = starts - opens, ends + closes
    colons = ends[spans.firsts]
    colons = colons + (data[colons] == _SPACE)
    begins = colons + 1 + (data[colons + 1] == _SPACE)
    joined = (starts[1:] == ends[:-1] + 1) & (data[ends[:-1]] == _COMMA)
    fits[1:] &= spans.first[1:] | np.where(spans.first[:-1], starts[1:] == begins[spans.line[1:]], joined)
    regular = (spans.starts[spans.firsts] == block.starts) & (data[colons] == _COLON)
    regular &= np.where(spans.lengths > 1, ends[spans.lasts], begins) == block.ends
    return _checked(block, spans, regular, fits, options, spellings.bound, level)


def spaced(block: Block, spellings: Spellings) -> Orders:
    """Lines of BLT: a count, options and a 0, with spaces between."""
    data = block.data
    written = (data != _SPACE) & (data != _TAB) & (data != _LF)
    written[block.ends[-1] :] = False
    starts, ends = runs(written)
    if not len(starts):
        return none(block)
    spans = Runs.of(block, starts, ends)
    options = spellings.of(data, starts, ends)
    regular = (spans.lengths > 1) & (ends[spans.lasts] - starts[spans.lasts] == 1) & (data[starts[spans.lasts]] == _ZERO)
    options[spans.lasts[spans.lengths > 0]] = NOBODY
    return _checked(block, spans, regular, spans.first | (options != UNKNOWN), options, spellings.bound)


def listed(block: Block, spellings: Spellings) -> Orders:
    """Lines of Scottish councils: a count and options, with commas between, and perhaps one after the last."""
    data = block.data
    starts, ends = runs(is_digit(data))
    if not len(starts):
        return none(block)
    spans = Runs.of(block, starts, ends)
    options, last = spellings.of(data, starts, ends), ends[spans.lasts]
    fits = spans.first | (options != UNKNOWN)
    fits[1:] &= spans.first[1:] | (starts[1:] == ends[:-1] + 1) & (data[ends[:-1]] == _COMMA)
    regular = (starts[spans.firsts] == block.starts) & (last + (data[last] == _COMMA) == block.ends)
    return _checked(block, spans, regular, fits, options, spellings.bound)


def _checked(
    block: Block, spans: Runs, regular: Array, fits: Array, options: Array, option_count: int, level: Array | None = None
) -> Orders:
    """The lines of which every run `fits`, with counts within bounds and no option twice."""
    counts = numbers(block.data, spans.starts[spans.firsts], spans.ends[spans.firsts])
    regular = regular & (spans.lengths > 0) & (block.broken == 0) & (counts >= 1) & (counts <= POWER_TOTAL_MAX)
    regular[spans.line[~fits]] = False
    options[spans.first] = NOBODY
    kept = regular[spans.line] & (options >= 0)
    regular &= ~repeats(spans.line[kept], options[kept], option_count, len(block))
    return Orders(block, regular, counts, spans.line, options, level)
