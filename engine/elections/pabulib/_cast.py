"""The regular votes of a `.pb` file, whole blocks at a time: lines with a cell for each column, known projects, and points for each or none.

Of a vote only what counts is kept, and of who cast it, a hash: enough to see that nobody votes twice.
"""

from __future__ import annotations

import numpy as np

from engine.elections.arrays import Array
from engine.elections.blocks import LONG_MAX, Block, Spellings, numbers, words
from engine.elections.gathered import Gathered, repeats
from engine.limits import POINTS_PER_BALLOT_MAX

_LF, _SEMICOLON, _COMMA = b"\n;,"
LINE_MAX = 100_000
"""Bytes of a regular line: less than Python's reader of tables allows a cell."""
POINT_DIGITS_MAX = 9


class Cast:
    """The votes of regular lines, read with the places of projects by their ids. `pointed` and `pointless` say whether some vote for
    projects gives them points, and whether some does not."""

    def __init__(self, head: list[str], places: dict[str, int]) -> None:
        columns = {name.strip(): place for place, name in enumerate(head)}
        self.width, self.vote = len(head), columns["vote"]
        self.points, self.voter = columns.get("points", -1), columns.get("voter_id", -1)
        self.spellings = Spellings({name.encode("utf-8", "surrogatepass"): place for name, place in places.items()})
        self.ballots, self.voters = Gathered(), list[Array]()
        self.pointed = self.pointless = False
        self._last: tuple[Block, Array, Array, Array, Array, Array] | None = None

    def regular(self, block: Block) -> Array:
        """bool (lines,): which lines of a block are regular; `keep` takes them."""
        data = block.data
        separators = np.flatnonzero(data == _SEMICOLON)
        cells = block.counts(separators)
        regular: Array = (cells == self.width - 1) & (block.ends - block.starts < LINE_MAX)
        for sign in (b'"', b"\0"):
            if sign in block.raw[1 : block.ends[-1]]:
                regular &= block.counts(np.flatnonzero(data == sign[0])[: None if sign == b'"' else -8]) == 0
        self._last = None
        if not regular.any():
            return regular
        lines = np.flatnonzero(regular)
        bounds = np.empty((len(lines), self.width + 1), np.int64)
        bounds[:, 0], bounds[:, -1] = block.starts[lines] - 1, block.ends[lines]
        bounds[:, 1:-1] = separators[np.repeat(regular, cells)].reshape(len(lines), self.width - 1)
        fits, voters = self._voters(data, bounds)
        starts, ends, lengths = _items(data, bounds[:, self.vote] + 1, bounds[:, self.vote + 1])
        row, options = np.repeat(np.arange(len(lines)), lengths), self.spellings.of(data, starts, ends)
        fits[row[options < 0]] = False
        known = options >= 0
        fits &= ~repeats(row[known], options[known], self.spellings.bound, len(lines))
        figures = np.full(len(options), -1, np.int64)
        if self.points >= 0:
            starts, ends, given = _items(data, bounds[:, self.points] + 1, bounds[:, self.points + 1])
            points = np.where(ends - starts <= POINT_DIGITS_MAX, numbers(data, starts, ends), -1)
            fits[np.repeat(np.arange(len(lines)), given)[(points < 0) | (points > POINTS_PER_BALLOT_MAX)]] = False
            fits &= (given == 0) | (given == lengths)
            figures[(given == lengths)[row]] = points[np.repeat(given == lengths, given)]
        regular[lines[~fits]] = False
        self._last = block, lines, lengths, options, figures, voters
        return regular

    def _voters(self, data: Array, bounds: Array) -> tuple[Array, Array]:
        """Which lines name their voters without a space around them, and a hash of each name, 0 for none."""
        count = len(bounds)
        if self.voter < 0:
            return np.ones(count, bool), np.zeros(count, np.uint64)
        starts, ends = bounds[:, self.voter] + 1, bounds[:, self.voter + 1]
        plain = np.logical_and.reduce([(data[edge] > 32) & (data[edge] < 127) for edge in (starts, ends - 1)])
        return (ends == starts) | (plain & (ends - starts <= LONG_MAX)), hashes(data, starts, ends)

    def keep(self, taken: Array) -> None:
        """Take those lines of the last block."""
        if self._last is None:
            return
        block, lines, lengths, options, figures, voters = self._last
        held = taken[lines]
        cells = np.repeat(held, lengths)
        options, figures, lengths, lines = options[cells], figures[cells], lengths[held], lines[held]
        pointless = bool((figures < 0).any())
        self.pointless |= pointless
        self.pointed |= bool((figures >= 0).any())
        self.ballots.add_many(block.numbers[lines], np.ones(len(lines), np.int64), lengths, options, None if pointless else figures)
        self.voters.append(voters[held])


def hashes(data: Array, starts: Array, ends: Array) -> Array:
    """uint64: a number for each run of bytes, the same for the same bytes, and hardly ever for others; 0 for no bytes."""
    lengths = ends - starts
    mixed = lengths.astype(np.uint64)
    factor = np.uint64(0x9E3779B97F4A7C15)
    for turn in range(-(-int(min(lengths.max(initial=0), LONG_MAX)) // 8)):
        long = np.flatnonzero(lengths > 8 * turn)
        key = words(data, starts[long], lengths[long], 8 * turn)
        mixed[long] = ((mixed[long] ^ (mixed[long] >> np.uint64(32))) * factor) ^ key
    mixed = (mixed ^ (mixed >> np.uint64(32))) * factor
    return np.where(lengths > 0, mixed | np.uint64(1), np.uint64(0))


def _items(data: Array, starts: Array, ends: Array) -> tuple[Array, Array, Array]:
    """What commas part in each cell: where each item begins and has ended, and how many a cell holds, none if it is empty."""
    commas = np.flatnonzero(data == _COMMA)
    low, high = np.searchsorted(commas, starts), np.searchsorted(commas, ends)
    lengths = np.where(ends > starts, high - low + 1, 0)
    first = np.cumsum(lengths) - lengths
    filled = lengths > 0
    cell = np.repeat(np.arange(len(lengths)), lengths)
    place = np.arange(len(cell)) - first[cell]
    begins, stops = np.empty(len(cell), np.int64), np.empty(len(cell), np.int64)
    later = place > 0
    begins[later] = commas[(low[cell] + place - 1)[later]] + 1
    begins[first[filled]] = starts[filled]
    stops[(first + lengths - 1)[filled]] = ends[filled]
    stops[np.flatnonzero(later) - 1] = begins[later] - 1
    return begins, stops, lengths
