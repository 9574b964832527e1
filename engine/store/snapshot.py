"""A state on disk, so that a start need not fold the whole log.

Every part of the state is written by the codec, its columns of numbers beside it, and named by the digest of its schema:
canonical JSON and integer arrays, never pickle, behind 32 bytes that only the log's secret key can make of them. Whatever
differs makes it be ignored. It is a cache: delete it at will. `verify` never reads it. It holds no text, because the state
holds none.
"""

from __future__ import annotations

import hmac
import io
from array import array
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, Protocol, get_args, get_type_hints

import numpy as np

from engine import catalogue
from engine.log.codec import form
from engine.log.json import canonical, parse_own
from engine.log.merkle import Tree, leaf_hash
from engine.state import Part, State
from engine.store.atomic_files import read_small, replace_with
from engine.values import Moment, Seq

VERSION = 4
MAC_BYTES = 32
BYTES_MAX = 2_000_000_000
"""A larger one is not read: starting from the log costs no memory."""


class Log(Protocol):
    """What of a store a snapshot is checked against."""

    def size(self) -> int: ...
    def lines(self, start: int, stop: int | None = None) -> Iterator[tuple[int, bytes]]: ...
    def tile(self, level: int, index: int) -> bytes: ...


class Cache(NamedTuple):
    """Where a snapshot lies, and the secret by which it is known for our own: without the log's key there is none."""

    path: Path
    secret: bytes


def save(cache: Cache, state: State) -> None:
    """Write a snapshot beside the old one and put it in its place."""
    columns: list[np.ndarray[Any, Any]] = []
    parts = {name: _packed(written, columns) for name, written in _written(state)}
    meta = {"version": VERSION, "seq": state.seq, "root": state.tree.root().hex(), "at": state.at, "parts": parts}
    into = io.BytesIO()
    numbered = {f"c{number}": column for number, column in enumerate(columns)}
    np.savez(into, seq=np.array(state.seq), meta=np.frombuffer(canonical(meta), np.uint8), **numbered)  # type: ignore[arg-type]
    data = into.getbuffer()
    replace_with(cache.path, lambda file: file.write(hmac.digest(cache.secret, data, "sha256") + data))


def load(cache: Cache, log: Log) -> State | None:
    """The state a snapshot holds, if it is ours and fits this log; None when there is none or anything differs."""
    try:
        whole = read_small(cache.path, BYTES_MAX)
        data = memoryview(whole)[MAC_BYTES:]
        if not hmac.compare_digest(whole[:MAC_BYTES], hmac.digest(cache.secret, data, "sha256")):
            return None
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            meta = parse_own(file["meta"].tobytes())
            if meta["version"] != VERSION or meta["seq"] > log.size():
                return None
            state = _state(meta, file, log)
    except Exception:  # noqa: BLE001 - a cache that cannot be read is no cache
        return None
    return state if state.tree.root().hex() == meta["root"] else None


def seq_of(cache: Cache) -> int:
    """How many events a snapshot says it covers; 0 when there is none to read."""
    try:
        if not cache.path.is_file():  # a pipe would keep us waiting
            return 0
        with cache.path.open("rb") as opened:
            opened.seek(MAC_BYTES)
            with np.load(opened, allow_pickle=False) as file:
                return int(file["seq"])
    except Exception:  # noqa: BLE001 - a cache that cannot be read is no cache
        return 0


def view(state: State) -> bytes:
    """All that a state knows, as bytes: equal states have equal ones, whichever parts somebody has asked for."""
    columns: list[np.ndarray[Any, Any]] = []
    parts = [[name, _packed(written, columns)] for name, written in _written(state)]
    shapes = [[str(column.dtype), list(column.shape)] for column in columns]
    written = canonical([[state.seq, state.at, state.tree.root().hex()], shapes, *parts])
    return written + b"".join(column.tobytes() for column in columns)


def _written(state: State) -> list[tuple[str, Any]]:
    """What every part says, by its name; one that only says what every new one does is left out: it was asked for, and that is all."""
    parts = []
    for part in state:
        part.tidy()
        kind = type(part)
        parts.append((name_of(kind), form(kind).write(part), form(kind).write(kind())))
    return sorted(((name, written) for name, written, empty in parts if repr(written) != repr(empty)), key=lambda one: one[0])


def name_of(part: type[Part]) -> str:
    """A part by its place in the house and the digest of its schema, with that of everything in it."""
    return f"{part.__module__}.{part.__name__} {sha256(canonical(_shape(part))).hexdigest()[:16]}"


def _shape(hint: Any) -> Any:
    """A type as it is written: of a dataclass its fields, at any depth. None holds itself: the codec could not write it."""
    if isinstance(hint, type) and is_dataclass(hint):
        hints = get_type_hints(hint, include_extras=True)
        return [hint.__qualname__, *([field.name, _shape(hints[field.name])] for field in fields(hint) if field.init)]
    return [str(hint), *(_shape(inner) for inner in get_args(hint))]


def _packed(value: Any, columns: list[np.ndarray[Any, Any]]) -> Any:
    """A written value with its columns of numbers put aside."""
    if isinstance(value, array | np.ndarray):
        columns.append(np.array(value))
        return {"column": len(columns) - 1, "kind": value.typecode if isinstance(value, array) else ""}
    if isinstance(value, dict):
        return {name: _packed(item, columns) for name, item in value.items()}
    if isinstance(value, list):
        return value if all(type(item) in (str, int) for item in value) else [_packed(item, columns) for item in value]
    return value


def _unpacked(value: Any, file: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"column", "kind"}:
            column = file[f"c{value['column']}"]
            return array(value["kind"], column.tobytes()) if value["kind"] else column
        return {name: _unpacked(item, file) for name, item in value.items()}
    if isinstance(value, list):
        return value if all(type(item) in (str, int) for item in value) else [_unpacked(item, file) for item in value]
    return value


def _state(meta: Any, file: Any, log: Log) -> State:
    seq = meta["seq"]
    tree = Tree(log.tile)
    tree.resume(seq, [leaf_hash(data) for _, data in log.lines(seq & ~0xFF, seq)])
    state = State(tree)
    state.seq, state.at = Seq(seq), Moment(meta["at"])
    kinds = {name_of(kind): kind for kind in catalogue.subclasses(Part)}
    for name, written in meta["parts"].items():
        trust = form(kinds[name]).trust  # a part this copy lacks, or has in another shape: no cache
        assert trust is not None
        state.put(trust(_unpacked(written, file)))
    return state
