"""Who may vote in a poll, and how much each ballot weighs: fixed when the poll opens.

A community of a million must not stand still while a roll is drawn up. Members only ever join at its end, so rolls that
follow each other share one book and its Merkle tree; each sees as much of them as there was when it was fixed.

>>> book = RollBook()
>>> book.enter([1, 4], [1, 1], [0, 1])
>>> small = book.roll()
>>> book.enter([5], [1], [2])
>>> small.member(1), small.place("m5"), book.roll().place("m5")
('m4', None, 2)
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.log.merkle import Tree, leaf_hash
from engine.values import Column, Digest, MemberId

INT64_MAX = 2**63 - 1


@dataclass
class RollBook:
    """What rolls drawn up alike have in common, as long as members only join. `key` says what they were drawn up by."""

    key: str = ""
    seqs: Column = field(default_factory=lambda: array("q"))
    """The event by which each member on it joined."""
    powers: Column = field(default_factory=lambda: array("q"))
    numbers: Column = field(default_factory=lambda: array("i"))
    """How many members of the community joined before each."""
    seen: int = 0
    """How many members of the community were looked at, on the roll or not."""
    _tree: Tree = field(init=False, repr=False, compare=False, default_factory=Tree)
    _rolls: dict[int, Roll] = field(init=False, repr=False, compare=False, default_factory=dict)

    def enter(self, seqs: Iterable[int], powers: Iterable[int], numbers: Iterable[int]) -> None:
        """The next members, in the order of joining."""
        self.seqs.extend(seqs)
        self.powers.extend(powers)
        self.numbers.extend(numbers)

    @property
    def hashed(self) -> int:
        """How many entries the tree holds: it is not kept in snapshots, and grows as far as it is asked for."""
        return self._tree.size

    def take_over(self, other: RollBook) -> None:
        """What another book of the same key has further: one key makes one order, so either begins as the other does."""
        if other.seen > self.seen:
            known = len(self.seqs)
            self.enter(other.seqs[known:], other.powers[known:], other.numbers[known:])
            self.seen = other.seen
        if self.hashed < other.hashed <= len(self.seqs):
            self._tree = other._tree

    def roll(self, count: int | None = None) -> Roll:
        """The roll of the first `count` entries (all so far), one for all who ask for the same."""
        count = len(self.seqs) if count is None else count
        roll = self._rolls.get(count)
        if roll is None:
            roll = self._rolls[count] = Roll(self, count)
        return roll

    def keep(self, counts: set[int]) -> None:
        """Let those rolls go that nobody uses any more."""
        self._rolls = {count: roll for count, roll in self._rolls.items() if count in counts}

    def trim(self, count: int) -> None:
        """Let go of all but the first `count` entries, of which there is one at least: no poll opens with nobody on its roll."""
        if count < len(self.seqs) or self.seen != self.numbers[-1] + 1:
            del self.seqs[count:], self.powers[count:], self.numbers[count:]
            self.seen = self.numbers[-1] + 1
            self._tree = Tree()

    def root(self, count: int) -> bytes:
        """The root over the first `count` lines; the tree grows as far as it is asked for."""
        for place in range(self._tree.size, count):
            self._tree.append(leaf_hash(b"m%d %d" % (self.seqs[place], self.powers[place])))
        return self._tree.root(count)


class Roll:
    """The first `count` entries of a book; `powers` (int64) one each."""

    def __init__(self, book: RollBook, count: int) -> None:
        self.book, self.count = book, count
        self.powers: NDArray[np.int64] = np.array(book.powers[:count], np.int64)
        self.powers.flags.writeable = False
        self._last: tuple[str, int | None] = ("", None)

    def place(self, member: str) -> int | None:
        """The member's place from 0; None when she is not on this roll."""
        asked, place = self._last  # a ballot asks four times
        if member != asked:
            place = MemberId.place_in(self.book.seqs, member, self.count)
            self._last = member, place
        return place

    def power(self, place: int) -> int:
        """What the ballot of whoever stands there weighs."""
        return self.book.powers[place]

    def member(self, place: int) -> MemberId:
        return MemberId.of(self.book.seqs[place])

    @property
    def numbers(self) -> NDArray[np.int64]:
        """How many members of the community joined before each."""
        return np.array(self.book.numbers[: self.count], np.int64)

    @property
    def total(self) -> int:
        """The power of all together."""
        return total(self.powers)

    @property
    def root(self) -> Digest:
        """The Merkle root over `member power` lines (RFC 9162)."""
        return Digest(self.book.root(self.count).hex())


def total(powers: NDArray[np.int64]) -> int:
    """The sum of int64 from 0, however large.

    >>> total(np.array([2**62, 2**62, 2**62])) == 3 * 2**62
    True
    """
    if not len(powers) or int(powers.max()) <= INT64_MAX // len(powers):
        return int(powers.sum())
    return sum(powers.tolist())
