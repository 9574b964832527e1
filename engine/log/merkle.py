"""The tree over the log: RFC 9162, in tiles of 256 hashes as C2SP `tlog-tiles` lays them out.

A tile of level L and index N holds the hashes of the complete subtrees of 256^L leaves, numbers 256N to 256N + 255.
Full tiles never change, so they are stored once; what is not yet full stays in memory. A proof reads three or four
tiles and hashes a few hundred times, however long the log is.

>>> tree = Tree()
>>> for word in (b"idea", b"ballot", b"reward"):
...     tree.append(leaf_hash(word))
>>> proof = tree.prove_inclusion(1, 3)
>>> verify_inclusion(leaf_hash(b"ballot"), 1, 3, proof, tree.root())
True
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import sha256

TILE_WIDTH = 256
HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

Tile = tuple[int, int, bytes]
"""Level, index, and 256 hashes of 32 bytes."""


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 ‖ data)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over `hashes`; all but the last must stand for equally many leaves, the last for no more.

    Pairing neighbours level by level and carrying an odd last one up gives RFC 9162's tree.
    """
    if not hashes:
        return EMPTY_ROOT
    level = list(hashes)
    while len(level) > 1:
        paired = [sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            paired.append(level[-1])
        level = paired
    return level[0]


class Tree:
    """An append-only Merkle tree that keeps its right edge in memory and asks `stored` for full tiles.

    `stored(level, index)` gives a full tile's 8,192 bytes. Full tiles wait in `filled` until the store takes them.
    """

    def __init__(self, stored: Callable[[int, int], bytes] | None = None) -> None:
        self.size = 0
        self.filled: list[Tile] = []
        self._edge: list[list[bytes]] = [[]]
        self._kept: dict[tuple[int, int], bytes] = {}
        self._stored = stored or (lambda level, index: self._kept[level, index])
        self._tile = lru_cache(maxsize=64)(self._full_tile)

    def append(self, leaf: bytes) -> None:
        self.size += 1
        level, carried = 0, leaf
        while True:
            edge = self._edge[level]
            edge.append(carried)
            if len(edge) < TILE_WIDTH:
                return
            tile = (level, (self.size >> (8 * (level + 1))) - 1, b"".join(edge))
            self.filled.append(tile)
            self._kept[tile[:2]] = tile[2]
            carried = root_of(edge)
            edge.clear()
            level += 1
            if level == len(self._edge):
                self._edge.append([])

    def take_filled(self) -> list[Tile]:
        """The tiles that have become full since the last call; once taken they must be found in the store."""
        taken, self.filled = self.filled, []
        return taken

    def forget_kept(self) -> None:
        """Drop the full tiles held in memory: they are in the store now."""
        self._kept.clear()

    def full_tile(self, level: int, index: int) -> bytes | None:
        """A full tile still in memory; None when there is none."""
        return self._kept.get((level, index))

    def resume(self, size: int, leaves: Sequence[bytes]) -> None:
        """Take up a stored tree of `size` leaves; `leaves` are those after its last full tile."""
        self.size = size
        self._edge = [list(leaves)]
        full = size >> 8
        level = 0
        while full:
            first = full & ~0xFF
            edge = [root_of(_split(self._stored(level, index))) for index in range(first, full)]
            self._edge.append(edge)
            full >>= 8
            level += 1

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves (all of them when None)."""
        if size is None or size == self.size:
            carried: list[bytes] = []
            for edge in self._edge:
                whole = edge + carried
                carried = [root_of(whole)] if whole else []
            return carried[0] if carried else EMPTY_ROOT
        return self._span(0, size) if size else EMPTY_ROOT

    def prove_inclusion(self, index: int, size: int) -> list[bytes]:
        """The audit path of leaf `index` in the tree of `size` leaves, nearest sibling first."""
        assert 0 <= index < size <= self.size
        path, low, high = [], 0, size
        while high - low > 1:
            middle = low + _split_at(high - low)
            if index < middle:
                path.append(self._span(middle, high))
                high = middle
            else:
                path.append(self._span(low, middle))
                low = middle
        return path[::-1]

    def prove_consistency(self, old: int, size: int) -> list[bytes]:
        """The proof that the tree of `size` leaves only appends to the tree of `old` leaves."""
        assert 0 <= old <= size <= self.size
        if old in (0, size):
            return []
        path, low, high, whole = [], 0, size, True
        while old != high:
            middle = low + _split_at(high - low)
            if old <= middle:
                path.append(self._span(middle, high))
                high = middle
            else:
                path.append(self._span(low, middle))
                low, whole = middle, False
        return ([] if whole else [self._span(low, high)]) + path[::-1]

    def _span(self, low: int, high: int) -> bytes:
        """The hash over leaves low … high - 1, which begin where a subtree begins."""
        count = high - low
        if count & (count - 1) == 0:
            return self._node(count.bit_length() - 1, low // count)
        middle = low + _split_at(count)
        return node_hash(self._span(low, middle), self._span(middle, high))

    def _node(self, height: int, index: int) -> bytes:
        """The complete subtree of 2^height leaves number `index`."""
        level, above = divmod(height, 8)
        first = index << above
        tile, offset = first >> 8, first & 0xFF
        if (tile + 1) << (8 * (level + 1)) <= self.size:
            return self._tile(level, tile)[above][offset >> above]
        return root_of(self._edge[level][offset : offset + (1 << above)])

    def _full_tile(self, level: int, index: int) -> list[list[bytes]]:
        """A full tile's hashes and the seven levels of nodes above them."""
        data = self._kept.get((level, index)) or self._stored(level, index)
        rows = [_split(data)]
        while len(rows) < 8:
            below = rows[-1]
            rows.append([node_hash(below[i], below[i + 1]) for i in range(0, len(below), 2)])
        return rows


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` proves that `leaf` stands at `index` of the tree of `size` leaves with that root (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size or len(leaf) != HASH_BYTES or len(root) != HASH_BYTES:
        return False
    number, last, climbed = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if number & 1 or number == last:
            climbed = node_hash(sibling, climbed)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            climbed = node_hash(climbed, sibling)
        number, last = number >> 1, last >> 1
    return last == 0 and climbed == root


def verify_consistency(old: int, size: int, path: Sequence[bytes], old_root: bytes, root: bytes) -> bool:
    """Whether `path` proves that the tree with `root` appends to the one with `old_root` (RFC 9162 2.1.4.2).

    Nothing can be proved about an empty tree: every tree appends to it.
    """
    if not 0 < old <= size:
        return False
    if old == size:
        return not path and old_root == root
    if not path:
        return False
    steps = list(path) if old & (old - 1) else [old_root, *path]
    number, last = old - 1, size - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    first = second = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        number, last = number >> 1, last >> 1
    return last == 0 and first == old_root and second == root


def _split_at(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def _split(data: bytes) -> list[bytes]:
    return [data[i : i + 32] for i in range(0, len(data), 32)]
