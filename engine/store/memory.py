"""A store in memory: for simulations, tests and the first look. Nothing survives the process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager

from engine.event import Erased, Event
from engine.lines import Filing, Line
from engine.log.fields import Opening
from engine.log.merkle import Tile
from engine.state import State
from engine.storage import Kept
from engine.store import reading


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
        opening = self._vault.get(seq, {}).get(field)
        return (opening.salt, opening.value) if opening else None

    def texts(self, wanted: Collection[tuple[int, str]]) -> dict[tuple[int, str], bytes]:
        return {(seq, field): opening[1] for seq, field in wanted if (opening := self.opening(seq, field))}

    def event(self, seq: int) -> Event | None:
        return reading.event_at(self, seq)

    def tile(self, level: int, index: int) -> bytes:
        return self._tiles[level, index]

    def checkpoint(self) -> str | None:
        return self._checkpoints[max(self._checkpoints)] if self._checkpoints else None

    def put_checkpoint(self, size: int, note: str) -> None:
        self._checkpoints[size] = note

    def checkpoints(self) -> Iterator[tuple[int, str]]:
        return iter(sorted(self._checkpoints.items()))

    def kept(self) -> None:
        """Nothing lies beside it."""

    def check_nothing_beside(self) -> None:
        """There is nothing else."""

    def tiles(self) -> Iterator[Tile]:
        return iter((level, index, data) for (level, index), data in self._tiles.items())

    def find(self, column: str, value: str, kind: str = "") -> Iterator[tuple[int, bytes]]:
        """The events whose `kind` or `actor` is `value`, or that are about that `thing`, perhaps of one kind only, oldest first."""
        for seq, filing in enumerate(self._filings):
            filed = value in filing.things if column == "thing" else getattr(filing, column) == value
            if filed and kind in ("", filing.kind):
                yield seq, self._lines[seq]

    def rows(self) -> tuple[int, int, int]:
        further = sum(len(filing.things[1:]) for filing in self._filings)
        return len(self._lines), sum(len(kept) for kept in self._vault.values()), further

    def filing(self, seq: int) -> Filing:
        return self._filings[seq]

    @contextmanager
    def view(self) -> Iterator[MemoryStore]:
        """The store held still for a while."""
        with self._lock:
            yield self

    def scrub(self) -> bool:
        """Nothing to do: what is dropped from memory is gone."""
        return True

    def snapshot(self) -> State | None:
        return None

    @contextmanager
    def writing(self) -> Iterator[MemoryBatch]:
        with self._lock:
            batch = MemoryBatch(self)
            try:
                yield batch
            except BaseException:
                batch.undo()
                raise


class MemoryBatch:
    """One transaction: what it changes is seen at once by its writer, and taken back if it fails."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._undo: list[Callable[[], object]] = []

    def undo(self) -> None:
        for step in reversed(self._undo):
            step()

    def append(self, lines: Sequence[Line]) -> None:
        store, size = self._store, len(self._store._lines)
        self._undo += [lambda: setattr(store, "_lines", store._lines[:size]), lambda: setattr(store, "_filings", store._filings[:size])]
        for line in lines:
            store._lines.append(line.data)
            store._filings.append(line.filing)
            if line.openings:
                store._vault[line.seq] = {opening.field: opening for opening in line.openings}
                self._undo.append(lambda seq=line.seq: store._vault.pop(seq, None))  # type: ignore[misc]

    def put_tiles(self, tiles: Sequence[Tile]) -> None:
        for level, index, data in tiles:
            self._store._tiles[level, index] = data
            self._undo.append(lambda place=(level, index): self._store._tiles.pop(place))  # type: ignore[misc]

    def erase(self, erased: Erased) -> None:
        store = self._store
        for seq, kept in store._vault.items():
            for name, opening in list(kept.items()):
                if opening.owner == erased.owner or (seq, name) == (erased.seq, erased.field):
                    del kept[name]
                    self._undo.append(lambda kept=kept, opening=opening: kept.update({opening.field: opening}))  # type: ignore[misc]
        before = dict(store._receipts)
        self._undo.append(lambda: setattr(store, "_receipts", before))
        store._receipts = {
            key: (kept, at)
            for key, (kept, at) in before.items()
            if key[0] != erased.owner and not kept.seq <= erased.said_at < kept.seq + kept.count
        }

    def receipt(self, actor: str, key_hash: bytes) -> Kept | None:
        receipt = self._store._receipts.get((actor, key_hash))
        return receipt[0] if receipt else None

    def put_receipt(self, actor: str, key_hash: bytes, kept: Kept, at: int) -> None:
        self._store._receipts[actor, key_hash] = kept, at
        self._undo.append(lambda: self._store._receipts.pop((actor, key_hash), None))

    def drop_receipts(self, before: int) -> None:
        receipts = self._store._receipts
        old = {key: kept for key, kept in receipts.items() if kept[1] < before}
        for key in old:
            del receipts[key]
        self._undo.append(lambda: receipts.update(old))
