"""The regular lines of a PrefLib file, whole blocks at a time: a count, a colon, and alternatives with commas between, none twice,
and with braces around equal ones.

>>> from engine.elections.blocks import Spellings
>>> ballots = Gathered()
>>> text = "7: 2,1\\n2: {1,2}\\n3: 2;1\\n4: {},{2}\\n"
>>> take(Block(text, 1, len(text)), Spellings({b"1": 0, b"2": 1}), ballots).tolist()
[True, True, False, True]
>>> ballots.lines.tolist(), ballots.ranks(2).tolist(), ballots.firsts(2).tolist()
([1, 2, 4], [[1, 0], [0, 0], [2, 0]], [[0, 1], [1, 1], [0, 0]])
"""

from __future__ import annotations

import numpy as np

from engine.elections.blocks import Array, Block, Spellings, is_digit, numbers, runs
from engine.elections.gathered import Gathered, repeats
from engine.limits import POWER_TOTAL_MAX

_SPACE, _COLON, _COMMA, _OPEN, _CLOSE = b" :,{}"


def take(block: Block, spellings: Spellings, ballots: Gathered) -> Array:
    """Add the regular ballots of a block; bool (lines,): which lines those are."""
    data, empty = block.data, b"{}" in block.raw
    starts, ends = runs(is_digit(data))
    if empty:  # a level without anybody, as categories have them: a run of no bytes between its braces
        nobody = np.flatnonzero((data[1:] == _CLOSE) & (data[:-1] == _OPEN)) + 1
        starts, ends = np.sort(np.concatenate((starts, nobody))), np.sort(np.concatenate((ends, nobody)))
    lengths = block.counts(starts)
    regular = (lengths > 0) & (block.broken == 0)
    if not regular.any():
        return regular
    line = np.repeat(np.arange(len(block)), lengths)
    firsts, begins, counts = _counts(block, starts, ends, lengths, regular)
    first = np.zeros(len(starts), bool)
    first[firsts[lengths > 0]] = True
    options = spellings.of(data, starts, ends)
    if empty:
        options[starts == ends] = -2
    fits = first | (options != -1)
    levels = None
    if b"{" in block.raw or b"}" in block.raw:
        opens, closes = data[starts - 1] == _OPEN, data[ends] == _CLOSE
        inside = np.cumsum(opens) - np.cumsum(closes)
        inside -= np.repeat((inside - opens + closes)[np.minimum(firsts, len(starts) - 1)], lengths)
        before = inside - opens + closes
        fits &= (inside >= 0) & (before >= 0) & (before + opens <= 1)
        fits[np.append(first[1:], True)] &= inside[np.append(first[1:], True)] == 0
        begun = np.cumsum(before == 0)
        levels = begun - np.repeat(begun[np.minimum(firsts, len(starts) - 1)], lengths) - 1
        starts, ends = starts - opens, ends + closes
    joined = (starts[1:] == ends[:-1] + 1) & (data[ends[:-1]] == _COMMA)
    after_count = first[:-1]
    fits[1:] &= first[1:] | np.where(after_count, starts[1:] == begins[line[1:]], joined)
    regular[line[~fits]] = False
    last = np.maximum(firsts + lengths - 1, 0)
    regular &= np.where(lengths > 1, ends[last], begins) == block.ends
    return _add(block, regular, (line, first, options, levels), counts, len(spellings), ballots)


def _counts(block: Block, starts: Array, ends: Array, lengths: Array, regular: Array) -> tuple[Array, Array, Array]:
    """Which runs are the first of their lines, where the ballots begin, and how often they were cast; what is not so is not regular."""
    data = block.data
    firsts = np.cumsum(lengths) - lengths
    at = np.minimum(firsts, len(starts) - 1)
    colons = ends[at] + (data[ends[at]] == _SPACE)
    begins = colons + 1 + (data[colons + 1] == _SPACE)
    counts = numbers(data, starts[at], ends[at])
    regular &= (starts[at] == block.starts) & (data[colons] == _COLON) & (counts >= 1) & (counts <= POWER_TOTAL_MAX)
    return firsts, begins, counts


def _add(
    block: Block, regular: Array, runs_: tuple[Array, Array, Array, Array | None], counts: Array, option_count: int, ballots: Gathered
) -> Array:
    """Add what stands on the regular lines, but for those that name somebody twice."""
    line, first, options, levels = runs_
    kept = regular[line] & ~first & (options >= 0)
    again = repeats(line[kept], options[kept], option_count, len(block))
    if again.any():
        regular &= ~again
        kept &= regular[line]
    ballots.add_many(
        block.numbers[regular], counts[regular], np.bincount(line[kept], minlength=len(block))[regular], options[kept],
        None if levels is None else levels[kept],
    )  # fmt: skip
    return regular
