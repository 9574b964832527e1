"""What a community asks of the store it is kept in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from engine.event import Erased, Vault
from engine.lines import Line
from engine.log.fields import Opening
from engine.log.merkle import Tile
from engine.state import State


@dataclass(frozen=True, slots=True)
class Kept:
    """A remembered receipt of an idempotency key."""

    digest: bytes
    seq: int
    count: int


class BatchLost(Exception):
    """The store has failed within a batch. It may have taken back all of it by itself, so that nothing more may be written, nor anybody be
    answered but by `storage_failed`: it is no answer to the ask during which it failed."""


class Batch(Protocol):
    """An open transaction of a store, which the writer alone holds."""

    def append(self, lines: Sequence[Line]) -> None: ...
    def put_tiles(self, tiles: Sequence[Tile]) -> None: ...
    def erase(self, erased: Erased) -> None: ...
    def receipt(self, actor: str, key_hash: bytes) -> Kept | None: ...
    def put_receipt(self, actor: str, key_hash: bytes, kept: Kept, at: int) -> None: ...
    def drop_receipts(self, before: int) -> None: ...


class Store(Vault, Protocol):
    """Where a community is kept. `writing` orders writers; leaving it commits, an exception in it rolls back."""

    def size(self) -> int: ...
    def lines(self, start: int, stop: int | None = None) -> Iterator[tuple[int, bytes]]: ...
    def openings(self, seq: int) -> list[Opening]: ...
    def texts(self, wanted: Collection[tuple[int, str]]) -> dict[tuple[int, str], bytes]:
        """The canonical values of fields, each an event and a path; those that are erased are not among them."""
        ...

    def find(self, column: str, value: str, kind: str = "") -> Iterator[tuple[int, bytes]]: ...
    def tile(self, level: int, index: int) -> bytes: ...
    def writing(self) -> AbstractContextManager[Batch]: ...
    def checkpoint(self) -> str | None: ...
    def put_checkpoint(self, size: int, note: str) -> None: ...
    def scrub(self) -> bool:
        """Leave no byte of what was erased; False while somebody reading keeps that from being done."""
        ...

    def view(self) -> AbstractContextManager[Store]: ...
    def snapshot(self) -> State | None: ...
