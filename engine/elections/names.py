"""The regular lines of ballots as people write them, whole blocks at a time: perhaps a count and a colon, and known names with signs
between, either all with points or none.

Regular is a line about which nothing can be wrong, whatever kind of ballots the other lines hold: no name twice, no comment, no
commas among signs of a ranking.

>>> known = Spellings({spelling: option for option, name in enumerate(("Ann", "Jo B")) for spelling in spellings_of(name)})
>>> lines = regular(Block('7: Ann > "Jo B"\\nAnn\\n3: Ann 5, "Jo B" 2\\n1: Ann > Cem\\n2:\\n', 1, 0), known)
>>> lines.taken.tolist(), lines.counts[lines.taken].tolist(), lines.cells.tolist(), lines.figures.tolist()
([True, True, True, False, True], [7, 1, 3, 2], [0, 1, 0, 0, 1], [0, 1, 0, 5, 2])
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from engine.elections.arrays import Array
from engine.elections.blocks import Block, Runs, Spellings, numbers, runs
from engine.elections.gathered import repeats
from engine.limits import POWER_TOTAL_MAX

_SPACE, _TAB, _LF, _ABOVE, _EQUAL, _COMMA, _COLON, _QUOTE = b' \t\n>=,:"'
_BARE = re.compile(r'[^\s>=,:"#\\]+')


class Lines(NamedTuple):
    """bool (lines,): which are `taken`, which of them rank (`ranked`), list with commas (`listed`), give points (`pointed`); how often each
    was cast; and of the names on all lines taken, how many each line has, which options they are, and their levels or points."""

    taken: Array
    ranked: Array
    listed: Array
    pointed: Array
    counts: Array
    lengths: Array
    cells: Array
    figures: Array


def spellings_of(name: str) -> list[bytes]:
    """How a name is written in a regular line.

    >>> spellings_of("Ann"), spellings_of("Jo B"), spellings_of('"')
    ([b'"Ann"', b'Ann'], [b'"Jo B"'], [])
    """
    # A comment or an escaped sign makes a run that is spelled like no name, so that its line is not regular.
    if {'"', "\\"} & set(name):
        return []
    spelled = name.encode("utf-8", "surrogatepass")
    return [b'"%b"' % spelled] + [spelled] * bool(_BARE.fullmatch(name))


def regular(block: Block, spellings: Spellings) -> Lines:
    """What stands on the regular lines of a block."""
    data, count = block.data, len(block)
    marks = (data == _ABOVE) | (data == _EQUAL) | (data == _COMMA) | (data == _COLON)
    blank = (data == _SPACE) | (data == _TAB) | (data == _LF)
    blank[block.ends[-1] :] = True
    odd = block.broken > 0
    if b'"' in block.raw:
        quoted = _quoted(block, odd)
        marks &= ~quoted
        blank &= ~quoted
    starts, ends = runs(~(marks | blank))
    if not len(starts):
        nothing = np.zeros(count, bool)
        return Lines(nothing, nothing, nothing, nothing, nothing, nothing, np.zeros(0, np.int16), np.zeros(0, np.int64))
    return _read(block, Runs.of(block, starts, ends), np.flatnonzero(marks), odd, spellings)


def _quoted(block: Block, odd: Array) -> Array:
    """bool (bytes,): what stands in quotes, and they themselves; lines on which a quote is open at the end are marked as `odd`."""
    quotes = np.flatnonzero(block.data == _QUOTE)
    counts = block.counts(quotes)
    odd |= counts % 2 > 0
    quotes = quotes[np.repeat(counts % 2 == 0, counts)]
    change = np.zeros(len(block.data) + 1, np.int8)
    change[quotes[::2]] = 1
    change[quotes[1::2] + 1] -= 1
    return np.cumsum(change[:-1], dtype=np.int8) > 0


def _read(block: Block, spans: Runs, marks: Array, odd: Array, spellings: Spellings) -> Lines:
    data, count = block.data, len(block)
    signs = data[marks]
    mark_counts = block.counts(marks)
    mark_firsts = np.cumsum(mark_counts) - mark_counts
    headed = np.zeros(count, np.int64)
    marked = mark_counts > 0
    headed[marked] = signs[mark_firsts[marked]] == _COLON
    names = spans.lengths - headed
    plain = mark_counts == headed + np.maximum(names - 1, 0)
    pointed = (names > 0) & (names % 2 == 0) & (mark_counts == headed + names // 2 - 1)
    taken = (plain | pointed) & (spans.lengths > 0) & ~odd
    mark_line = np.repeat(np.arange(count), mark_counts)
    colons = np.zeros(len(marks), bool)
    colons[mark_firsts[headed > 0]] = True
    alternate = bool((mark_counts == spans.lengths - 1).all())  # as they do in lines of names without points
    fits = _between(spans, marks, mark_line, mark_firsts, headed, pointed, alternate)
    fits &= (signs == _COLON) == colons
    taken[mark_line[~fits]] = False
    commas = signs == _COMMA
    listed = block.counts(marks[commas]) if commas.any() else np.zeros(count, np.int64)
    above = mark_counts > listed + headed
    taken &= ~(above & ((listed > 0) | pointed))
    counts = np.where(headed, numbers(data, spans.starts[spans.firsts], spans.ends[spans.firsts]), 1)
    taken &= (counts >= 1) & (counts <= POWER_TOTAL_MAX)
    begun = np.cumsum(np.concatenate(([0], signs == _ABOVE)))
    before = np.arange(len(spans.starts)) - spans.line if alternate else np.searchsorted(marks, spans.starts)
    levels = begun[before] - np.repeat(begun[mark_firsts], spans.lengths)
    return _named(block, spans, (taken, above, listed > 0, pointed, counts, headed), levels, spellings)


def _between(spans: Runs, marks: Array, mark_line: Array, mark_firsts: Array, headed: Array, pointed: Array, alternate: bool) -> Array:
    """Whether each sign stands after one run and before the next: after which, its place among the signs of its line says."""
    if alternate:
        at = np.arange(len(marks)) + mark_line
        both: Array = (spans.ends[at] <= marks) & (marks < spans.starts[at + 1])
        return both
    place = np.arange(len(marks)) - mark_firsts[mark_line]
    after = np.where(pointed[mark_line] & (place >= headed[mark_line]), 2 * place - headed[mark_line] + 1, place)
    at = np.minimum(spans.firsts[mark_line] + after, len(spans.starts) - 1)
    last = after + 1 >= spans.lengths[mark_line]
    between: Array = (spans.ends[at] <= marks) & (last | (marks < spans.starts[np.minimum(at + 1, len(spans.starts) - 1)]))
    return between


def _named(block: Block, spans: Runs, lines: tuple[Array, ...], levels: Array, spellings: Spellings) -> Lines:
    """The options that are named, and their levels or points; a line that names somebody unknown, or twice, is not taken."""
    taken, above, listed, pointed, counts, headed = lines
    count, data = len(block), block.data
    head = spans.first & (headed[spans.line] > 0)
    figured = np.zeros(len(spans.starts), bool)
    figures = levels
    if pointed.any():
        place = np.arange(len(spans.starts)) - spans.firsts[spans.line] - headed[spans.line]
        figured = pointed[spans.line] & (place % 2 == 1) & ~head
        points = np.full(len(spans.starts), -1, np.int64)
        points[figured] = numbers(data, spans.starts[figured], spans.ends[figured])
        taken[spans.line[figured & (points < 0)]] = False
        figures = np.where(pointed[spans.line], np.append(points[1:], -1), levels)
    options = spellings.of(data, spans.starts, spans.ends)
    named = ~head & ~figured
    taken[spans.line[named & (options < 0)]] = False
    kept = named & taken[spans.line]
    again = repeats(spans.line[kept], options[kept], spellings.bound, count)
    if again.any():
        taken &= ~again
        kept &= taken[spans.line]
    lengths = np.bincount(spans.line[kept], minlength=count)
    return Lines(taken, taken & above, taken & listed & ~pointed, taken & pointed, counts, lengths, options[kept], figures[kept])
