"""A text of ballots as blocks of bytes, of which the regular lines are read as arrays and the others are named.

Whoever reads a format says what a regular line is: one about which nothing can be wrong. Such lines become arrays without a
Python object for each ballot. Every other line is read by itself, and only there is anything refused; so a file gives the
same election, or the same refusal, whatever its blocks hold. The first `HEAD` characters are read line by line: there are
the settings and the names, and a small file is not worth an array.

>>> text = "3: 1,2\\n# a comment\\n4: 2,1\\n"
>>> block = Block(text, line=1, at=0)
>>> starts, ends = runs(is_digit(block.data))
>>> numbers(block.data, starts, ends).tolist(), Spellings({b"1": 0, b"2": 1}).of(block.data, starts, ends).tolist()
([3, 1, 2, 4, 2, 1], [-1, 0, 1, -1, 1, 0])
>>> list(block.others(np.array([True, False, True])))
[(1, 2, '# a comment')]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

import numpy as np

from engine.elections.arrays import Array

HEAD, SIZE = 1 << 12, 1 << 18
"""Characters that are read line by line before arrays pay, and in a block: as many as the processor's cache holds with its arrays."""
DIGITS_MAX = 16
"""Digits of a number in a regular line."""
LONG_MAX = 400
"""Bytes of the longest spelling that is looked up: a hundred letters of any script."""
SPELLINGS_MAX = 1 << 11
"""Spellings looked up in one file: 256 options, some written in several ways."""
TRIES_MAX = 100
"""Factors tried for a hash without collisions: each is the right one more often than not."""
_LF, _PAD = 10, 8


class Block:
    """Whole lines: `data` is a line break, the bytes of the lines, each with its line break, and some zeros. `starts` and `ends` say
    where in `data` each line begins, and where its line break is; `line` is the first one's number, `at` where it begins in the text."""

    def __init__(self, text: str, line: int, at: int, table: bool = False) -> None:
        raw = text.encode("utf-8", "surrogatepass")
        self.raw = b"".join((b"\n", raw, b"" if raw.endswith(b"\n") else b"\n", bytes(_PAD)))
        self.data = np.frombuffer(self.raw, np.uint8)
        breaks = np.flatnonzero(self.data == _LF)
        self.starts, self.ends = breaks[:-1] + 1, breaks[1:]
        self.line, self.at, self.table = line, at, table
        self.ascii = text.isascii()
        self.head = False
        """Whether it is to be read line by line."""

    def __len__(self) -> int:
        return len(self.starts)

    def text_of(self, place: int) -> str:
        """The text of a line, with its line feed."""
        return self.raw[self.starts[place] : self.ends[place] + 1].decode("utf-8", "surrogatepass")

    def begins(self, place: int) -> int:
        """Where in the text a line begins."""
        return self.at + len(self.raw[1 : self.starts[place]].decode("utf-8", "surrogatepass"))

    def counts(self, places: Array) -> Array:
        """How many of these places, which are given in order, lie on each line."""
        return np.diff(np.searchsorted(places, self.starts), append=len(places))

    @cached_property
    def broken(self) -> Array:
        """How many more lines Python sees on each line, which breaks them at such signs as a vertical tab or U+2028, too; but not in a
        table, where only a line feed ends a line."""
        data, more = self.data, np.zeros(len(self), np.int64)
        if self.table:
            return more
        places = np.flatnonzero((data < 32) & (data != _LF) & (data != 9))[:-_PAD]
        if not self.ascii:
            separates = (data[1:-1] == 0x80) & (data[:-2] == 0xE2) & (data[2:] & 0xFE == 0xA8)
            places = np.concatenate((places, np.flatnonzero((data[1:] == 0x85) & (data[:-1] == 0xC2)), np.flatnonzero(separates)))
        for place in np.unique(np.searchsorted(self.ends, places)).tolist():
            more[place] = len(self.text_of(place).splitlines()) - 1
        return more

    @property
    def lines(self) -> int:
        """How many lines Python sees."""
        return len(self) + int(self.broken.sum())

    @property
    def numbers(self) -> Array:
        """The number of each line."""
        numbers: Array = np.arange(self.line, self.line + len(self)) + np.cumsum(self.broken) - self.broken
        return numbers

    def places(self, taken: Array) -> Iterator[int]:
        """The lines, from 0, that are not taken. A line may show that those after it mean something else: whoever reads it then marks
        them as not taken."""
        place = 0
        while place < len(self):
            place += int(taken[place:].argmin())
            if taken[place]:
                return
            yield place
            place += 1

    def others(self, taken: Array) -> Iterator[tuple[int, int, str]]:
        """Likewise, each with its number and its text, broken as Python breaks it."""
        numbers = self.numbers
        for place in self.places(taken):
            for number, line in enumerate(self.text_of(place).splitlines(), int(numbers[place])):
                yield place, number, line


class Runs(NamedTuple):
    """Runs of bytes on lines: where each begins and has ended, and on which line it is; `first` marks the first of each line.
    `lengths` says how many a line has, `firsts` which is its first, `lasts` its last (of a line without any: one that exists)."""

    starts: Array
    ends: Array
    line: Array
    first: Array
    lengths: Array
    firsts: Array
    lasts: Array

    @classmethod
    def of(cls, block: Block, starts: Array, ends: Array) -> Runs:
        """At least one run, by their places in the block."""
        lengths = block.counts(starts)
        until, first = np.cumsum(lengths), np.zeros(len(starts), bool)
        firsts = until - lengths
        first[firsts[lengths > 0]] = True
        line = np.repeat(np.arange(len(block)), lengths)
        return cls(starts, ends, line, first, lengths, np.minimum(firsts, len(starts) - 1), np.maximum(until - 1, 0))


def blocks(text: str, start: int = 0, line: int = 1, table: bool = False) -> Iterator[Block]:
    """The text from `start`, which begins the given line, in blocks that grow; lines are those that end with a line feed."""
    size, first = HEAD or SIZE, HEAD > 0
    while start < len(text):
        end = text.find("\n", min(len(text), start + size) - 1) + 1 or len(text)
        block = Block(text[start:end], line, start, table)
        block.head, first = first, False
        yield block
        start, line, size = end, line + block.lines, min(max(SIZE, HEAD), size * 4)


def is_digit(data: Array) -> Array:
    return data - np.uint8(48) < 10


def runs(marked: Array) -> tuple[Array, Array]:
    """Where runs of marked bytes begin, and where they have ended; the first byte and the last are not marked."""
    edges = np.flatnonzero(marked[1:] != marked[:-1]) + 1
    return edges[::2], edges[1::2]


def words(data: Array, starts: Array, lengths: Array, skipped: int = 0) -> Array:
    """Eight bytes of each run from the `skipped`-th on, as a number; what lies behind its end counts as zeros.

    The first byte is the lowest, and shorter runs are shifted up, so that the last byte is always the highest.
    """
    eight = np.ndarray((len(data) - 7,), "V8", data.data, 0, (1,))
    shifts = (64 - 8 * np.minimum(8, lengths - skipped)).astype(np.uint64)
    if not len(starts):
        return np.zeros(0, np.uint64)
    taken: Array = eight[np.minimum(starts + skipped, len(data) - 8)].view("<u8").astype(np.uint64, copy=False) << shifts
    return taken


def numbers(data: Array, starts: Array, ends: Array) -> Array:
    """The numbers that runs of bytes write, -1 where a run is not 1 to `DIGITS_MAX` digits.

    Eight digits at once, as Lemire shows: pairs, then fours, then all are joined by one multiplication each.
    """
    lengths = ends - starts
    held = np.full(len(starts), -1, np.int64)
    short = np.flatnonzero((lengths > 0) & (lengths <= 8))
    held[short] = _eight(words(data, starts[short], lengths[short]), lengths[short])
    longer = np.flatnonzero((lengths > 8) & (lengths <= DIGITS_MAX))
    if len(longer):
        begin, rest = starts[longer], lengths[longer] - 8
        high, low = _eight(words(data, begin, rest), rest), _eight(words(data, begin + rest, rest * 0 + 8), rest * 0 + 8)
        held[longer] = np.where((high < 0) | (low < 0), -1, high * 10**8 + low)
    return held


def _eight(eight: Array, lengths: Array) -> Array:
    zeros = np.array([int.from_bytes(b"0" * (8 - length), "little") for length in range(9)], np.uint64)
    eight = eight | zeros[lengths]
    digits = ((eight & 0xF0F0F0F0F0F0F0F0) | (((eight + 0x0606060606060606) & 0xF0F0F0F0F0F0F0F0) >> np.uint64(4))) == 0x3333333333333333
    eight = ((eight & 0x0F0F0F0F0F0F0F0F) * np.uint64(2561)) >> np.uint64(8)
    eight = ((eight & 0x00FF00FF00FF00FF) * np.uint64(6553601)) >> np.uint64(16)
    eight = ((eight & 0x0000FFFF0000FFFF) * np.uint64(42949672960001)) >> np.uint64(32)
    return np.where(digits, eight.astype(np.int64), -1)


class Spellings:
    """What runs of bytes stand for, looked up in arrays: a hash without collisions among the known spellings, and then every byte
    is compared. `meanings` are numbers below `bound`."""

    def __init__(self, meanings: Mapping[bytes, int], unknown: int = -1) -> None:
        known = [spelling for spelling in meanings if 0 < len(spelling) <= LONG_MAX][:SPELLINGS_MAX]
        self.unknown = unknown
        self.lengths = np.array([*map(len, known), 0], np.int64)
        self.meanings = np.array([*(meanings[spelling] for spelling in known), unknown], np.int16)
        self.bound = 1 + max(0, int(self.meanings.max()))
        self.deep = -(-int(self.lengths.max()) // 8)
        data = np.frombuffer(b"".join(known) + bytes(_PAD), np.uint8)
        starts = np.concatenate(([0], np.cumsum(self.lengths[:-1])))[: len(known)]
        self.keys = np.zeros((self.deep, len(known) + 1), np.uint64)
        pieces = self._pieces(data, starts, self.lengths[:-1])
        for turn, (long, key) in enumerate(pieces):
            self.keys[turn, :-1][long] = key
        self._spread(self.lengths[:-1], pieces)

    def __len__(self) -> int:
        return len(self.lengths) - 1

    def _pieces(self, data: Array, starts: Array, lengths: Array) -> list[tuple[Array | slice, Array]]:
        """Which runs are longer than none, eight, sixteen bytes and so on, and what their next eight bytes are."""
        pieces: list[tuple[Array | slice, Array]] = [(slice(None), words(data, starts, lengths))]
        for turn in range(1, self.deep):
            long = np.flatnonzero(lengths > 8 * turn)
            if not len(long):
                break
            pieces.append((long, words(data, starts[long], lengths[long], 8 * turn)))
        return pieces[: self.deep]

    def _spread(self, lengths: Array, pieces: list[tuple[Array | slice, Array]]) -> None:
        """Find a factor that gives each known spelling a slot of its own; there are so many slots that one soon does."""
        self.shift, factor = np.uint64(64 - max(8, 2 * len(lengths).bit_length())), 0x9E3779B97F4A7C15
        for _ in range(TRIES_MAX):
            self.factor = np.uint64(factor)
            slots = self._slots(lengths, pieces)
            if len(np.unique(slots)) == len(lengths):
                break
            factor = (factor * 6364136223846793005 + 1442695040888963407) % (1 << 64) | 1
        # Where somebody has made names that share a slot under every factor, one of them is known, and lines with others are read singly.
        self.slots = np.full(1 << (64 - int(self.shift)), len(lengths), np.int16)
        self.slots[slots] = np.arange(len(lengths))

    def _slots(self, lengths: Array, pieces: list[tuple[Array | slice, Array]]) -> Array:
        mixed = lengths.astype(np.uint64)
        for long, key in pieces:
            mixed[long] = (mixed[long] * self.factor) ^ key
            mixed[long] ^= mixed[long] >> np.uint64(32)
        slots: Array = ((mixed * self.factor) >> self.shift).view(np.int64)
        return slots

    def of(self, data: Array, starts: Array, ends: Array) -> Array:
        """int16: what each run means, `unknown` where it is none that is known."""
        if not self.deep or not len(starts):
            return np.full(len(starts), self.unknown, np.int16)
        lengths = ends - starts
        pieces = self._pieces(data, starts, lengths)
        known = self.slots[self._slots(lengths, pieces)]
        same = lengths == self.lengths[known]
        for turn, (long, key) in enumerate(pieces):
            same[long] &= key == self.keys[turn][known[long]]
        return np.where(same, self.meanings[known], np.int16(self.unknown))
