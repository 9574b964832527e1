"""A store in memory: for simulations, tests and the first look. Nothing survives the process."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from engine.community import Kept
from engine.log.fields import Opening
from engine.log.merkle import Tile
from engine.log.record import Erased, Filing, Line
from engine.state import State


class MemoryStore:
    """Keeps lines in a list; a batch is staged beside it and joins it at the commit."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._filings: list[Filing] = []
        self._vault: dict[int, dict[str, Opening]] = {}
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._receipts: dict[tuple[str, bytes], tuple[Kept, int]] = {}
        self._checkpoints: dict[int, str] = {}
        self._lock = threading.RLock()

    def size(self) -> int:
        return len(self._lines)

    def lines(self, start: int, stop: int | None = None) -> Iterator[tuple[int, bytes]]:
        return enumerate(self._lines[start:stop], start)

    def openings(self, seq: int) -> list[Opening]:
        return list(self._vault.get(seq, {}).values())

    def opening(self, seq: int, field: str) -> tuple[bytes, bytes] | None:
        found = self._vault.get(seq, {}).get(field)
        return (found.salt, found.value) if found else None

    def tile(self, level: int, index: int) -> bytes:
        return self._tiles[level, index]

    def checkpoint(self) -> str | None:
        return self._checkpoints[max(self._checkpoints)] if self._checkpoints else None

    def put_checkpoint(self, size: int, note: str) -> None:
        self._checkpoints[size] = note

    def checkpoints(self) -> Iterator[tuple[int, str]]:
        return iter(sorted(self._checkpoints.items()))

    def tiles(self) -> Iterator[Tile]:
        return iter((level, index, data) for (level, index), data in self._tiles.items())

    def find(self, column: str, value: str) -> Iterator[tuple[int, bytes]]:
        """The events whose `kind`, `actor` or `thing` (a poll's or idea's id) is `value`, oldest first."""
        for seq, filing in enumerate(self._filings):
            if getattr(filing, column) == value:
                yield seq, self._lines[seq]

    def filing(self, seq: int) -> Filing:
        return self._filings[seq]

    def scrub(self) -> None:
        """Nothing to do: what is dropped from memory is gone."""

    def snapshot(self) -> State | None:
        return None

    @contextmanager
    def writing(self) -> Iterator[MemoryBatch]:
        with self._lock:
            batch = MemoryBatch(self)
            yield batch
            batch.commit()


class MemoryBatch:
    """What one transaction will change."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._lines: list[Line] = []
        self._tiles: list[Tile] = []
        self._erased: list[Erased] = []
        self._receipts: dict[tuple[str, bytes], tuple[Kept, int]] = {}
        self._before = 0

    def append(self, lines: Sequence[Line]) -> None:
        self._lines += lines

    def put_tiles(self, tiles: Sequence[Tile]) -> None:
        self._tiles += tiles

    def erase(self, erased: Erased) -> None:
        self._erased.append(erased)

    def receipt(self, actor: str, key_hash: bytes) -> Kept | None:
        found = self._receipts.get((actor, key_hash)) or self._store._receipts.get((actor, key_hash))
        return found[0] if found else None

    def put_receipt(self, actor: str, key_hash: bytes, kept: Kept, at: int) -> None:
        self._receipts[actor, key_hash] = kept, at

    def drop_receipts(self, before: int) -> None:
        self._before = max(self._before, before)

    def commit(self) -> None:
        store = self._store
        for line in self._lines:
            store._lines.append(line.data)
            store._filings.append(line.filing)
            if line.openings:
                store._vault[line.seq] = {opening.field: opening for opening in line.openings}
        for level, index, data in self._tiles:
            store._tiles[level, index] = data
        for owner, seq, field in self._erased:
            if owner:
                for kept in store._vault.values():
                    for name in [name for name, opening in kept.items() if opening.owner == owner]:
                        del kept[name]
            else:
                store._vault.get(seq, {}).pop(field, None)
        store._receipts.update(self._receipts)
        if self._before > 0:
            store._receipts = {key: value for key, value in store._receipts.items() if value[1] >= self._before}
