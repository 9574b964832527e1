"""Who may vote in a poll, and how much each ballot weighs: fixed when the poll opens.

A community of a million must not stand still while a roll is drawn up. Members only ever join at its end, so rolls that
follow each other share their places and their Merkle tree; each sees as much of them as there was when it was fixed.

>>> book = RollBook()
>>> book.join(["m1", "m4"], [1, 1])
>>> small = book.roll()
>>> book.join(["m5"], [1])
>>> small.members, small.place("m5"), book.roll().place("m5")
(('m1', 'm4'), None, 2)
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.log.merkle import Tree, leaf_hash
from engine.values import Digest, MemberId

INT64_MAX = 2**63 - 1


class Roll:
    """`members` in the order of joining and `powers` (int64), one each."""

    def __init__(self, book: RollBook) -> None:
        self._book, self._count = book, len(book.members)
        self.members: tuple[MemberId, ...] = tuple(book.members)
        self.powers: np.ndarray[Any, Any] = np.array(book.powers, np.int64)
        self.powers.flags.writeable = False

    def place(self, member: str) -> int | None:
        """The member's place from 0; None when she is not on this roll."""
        found = self._book.places.get(member)
        return found if found is not None and found < self._count else None

    @property
    def numbers(self) -> np.ndarray[Any, Any]:
        """How many members of the community joined before each; a roll out of a snapshot does not know."""
        assert len(self._book.numbers) == len(self._book.members)
        return np.array(self._book.numbers[: self._count], np.int64)

    @property
    def total(self) -> int:
        """The power of all together."""
        return total(self.powers)

    @property
    def root(self) -> Digest:
        """The Merkle root over `member power` lines (RFC 9162)."""
        return Digest(self._book.root(self._count).hex())


def total(powers: np.ndarray[Any, Any]) -> int:
    """The sum of int64 from 0, however large.

    >>> total(np.array([2**62, 2**62, 2**62])) == 3 * 2**62
    True
    """
    if not len(powers) or int(powers.max()) <= INT64_MAX // len(powers):
        return int(powers.sum())
    return sum(powers.tolist())


class RollBook:
    """What rolls under one power rule have in common, as long as members only join."""

    def __init__(self) -> None:
        self.members: list[MemberId] = []
        self.powers = array("q")
        self.numbers = array("q")
        """How many members of the community joined before each; left out where nobody asks."""
        self.places: dict[str, int] = {}
        self.seen = 0
        """How many members of the community were looked at, on the roll or not."""
        self._tree = Tree()
        self._last: Roll | None = None

    @classmethod
    def of(cls, members: Sequence[MemberId], powers: Sequence[int]) -> RollBook:
        book = cls()
        book.join(members, powers)
        return book

    def join(self, members: Sequence[MemberId], powers: Sequence[int], numbers: Sequence[int] = ()) -> None:
        first = len(self.members)
        self.members += members
        self.powers.extend(powers)
        self.numbers.extend(numbers)
        self.places.update(zip(members, range(first, first + len(members)), strict=True))

    def roll(self) -> Roll:
        """The roll of all who have joined so far; one for all who ask before somebody else joins."""
        if self._last is None or len(self._last.members) != len(self.members):
            self._last = Roll(self)
        return self._last

    def root(self, count: int) -> bytes:
        """The root over the first `count` lines; the tree grows as far as it is asked for."""
        for place in range(self._tree.size, count):
            self._tree.append(leaf_hash(f"{self.members[place]} {self.powers[place]}".encode()))
        return self._tree.root(count)
