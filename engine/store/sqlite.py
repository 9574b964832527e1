"""A community in one SQLite file: `community.db`, with log and vault, so that they commit together.

Plain SQL. WAL, `synchronous=FULL`: what is committed survives a kill and a loss of power. Every thread has a connection
of its own; the database orders writers.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakSet

from engine.event import Erased, Event
from engine.limits import HEAD_TEXT_MAX
from engine.lines import Filing, Line
from engine.log.fields import Opening
from engine.log.merkle import Tile
from engine.refusals import refuse
from engine.state import State
from engine.storage import BatchLost, Kept
from engine.store import reading, snapshot, tables
from engine.store.atomic_files import read_small

RARE_MAX = 2_000
"""Events of one kind that are looked at in a few milliseconds; a poll may have a million ballots."""
TEXTS_PER_QUERY = 200
"""Texts read by one query: two values each, well below what any SQLite takes."""
BUSY_SECONDS = 30
VALUE_BYTES_MAX = 1_000_000
"""Longer than anything we write, and short enough to be read from a database that somebody else gave us."""
SCRUB_TRIES, SCRUB_MS = 20, 50
"""How often, and how long each time, an erasure waits for readers before it leaves the rest to the next start."""

HEAD = "newest.head"
"""The newest signed head, beside the database: what an older copy put in its place does not continue."""


class _Connection(sqlite3.Connection):
    """A connection that closes when the thread it belonged to is gone."""

    def __del__(self) -> None:
        self.close()


def _check_beside(path: Path) -> None:
    """SQLite opens what lies beside a database under these names, and waits for ever where that is a pipe."""
    for ending in ("-journal", "-wal", "-shm"):
        beside = path.resolve().with_name(path.resolve().name + ending)
        if beside.is_symlink() or (beside.exists() and not beside.is_file()):
            raise refuse("file_unreadable", "{name}", "is no regular file", "put it away", name=beside.name)


class SqliteStore:
    """The store in `path`, which must exist. `cache` is where a snapshot of the state may lie; `readonly` is
    for a database somebody else gave us: one view of it, and nothing in its schema trusted.
    """

    def __init__(self, path: Path, cache: snapshot.Cache | None = None, readonly: bool = False) -> None:
        self.path, self.cache, self._readonly = path, cache, readonly
        self._local = threading.local()
        self._opened: WeakSet[_Connection] = WeakSet()
        self._opened_lock = threading.Lock()
        with _refusing():
            if not path.is_file():
                raise refuse(
                    "community_unknown", "{path}", "does not exist, or is no file",
                    "check the folder's name, or found a community (folkmoot found)", path=path,
                )  # fmt: skip
            _check_beside(path)
            if self._one("pragma application_id") != tables.APPLICATION_ID:
                raise refuse("file_foreign", "{path}", "is no database of folkmoot's", "name the folder of a community", path=path)
            if self._one("pragma user_version") != tables.SCHEMA:
                raise refuse("file_foreign", "{path}", "is of another version of folkmoot", "use the version that wrote it", path=path)
            if readonly and not tables.is_ours(self._connection()):
                raise refuse("file_foreign", "{path}", "holds more than folkmoot writes", "name a folder folkmoot has written", path=path)
        if not readonly and self._one("select count(*) from pending"):
            self.scrub()

    def _connection(self) -> sqlite3.Connection:
        """The connection of this thread, which sees all that its transaction has written."""
        connection: _Connection | None = getattr(self._local, "connection", None)
        batch: SqliteBatch | None = getattr(self._local, "batch", None)
        if batch is not None:
            batch.flush()
        if connection is None:
            connection = sqlite3.connect(
                self._address(), uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, factory=_Connection
            )
            connection.execute("pragma trusted_schema = off")
            if self._readonly:
                connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX)
                connection.execute("pragma cell_size_check = on")
                connection.execute("begin")
            else:
                connection.execute("pragma synchronous = full")
                connection.execute("pragma secure_delete = on")
            self._local.connection = connection
            with self._opened_lock:
                self._opened.add(connection)
        return connection

    def _address(self) -> str:
        where = f"{self.path.resolve().as_uri()}?mode={'ro' if self._readonly else 'rw'}"
        # Where nothing can be written, not even what readers of a write-ahead log share, the file by itself is the database.
        still = self._readonly and not os.access(self.path.parent, os.W_OK) and tables.wal_is_empty(self.path)
        return f"{where}&immutable=1" if still else where

    def _failing(self) -> AbstractContextManager[None]:
        """What a failure means here: the end of the batch that this thread is writing, or a refusal."""
        return _losing() if getattr(self._local, "batch", None) is not None else _refusing()

    def _row(self, sql: str, *values: object) -> Any:
        with self._failing():
            return self._connection().execute(sql, values).fetchone()

    def _rows(self, sql: str, values: Any = ()) -> Iterator[Any]:
        with self._failing():
            # Not `yield from`, which closes the cursor: who stops half-way may do so when the store is closed already.
            for row in self._connection().execute(sql, values):  # noqa: UP028
                yield row

    def _one(self, sql: str, *values: object) -> int:
        row = self._row(sql, *values)
        return 0 if row is None else int(row[0])

    def close(self) -> None:
        with self._opened_lock:
            for connection in list(self._opened):
                connection.close()
            self._opened.clear()
        self._local = threading.local()

    def size(self) -> int:
        return self._one("select coalesce(max(seq), -1) + 1 from events")

    def lines(self, start: int, stop: int | None = None) -> Iterator[tuple[int, bytes]]:
        return self._rows(
            "select seq, cast(event as blob) from events where seq >= ? and seq < ? order by seq",
            (start, 2**62 if stop is None else stop),
        )

    def find(self, column: str, value: str, kind: str = "") -> Iterator[tuple[int, bytes]]:
        """The events whose `kind` or `actor` is `value`, or that are about that `thing`, perhaps of one kind only, oldest first, by
        index."""
        assert column in ("kind", "actor", "thing")
        # A plus keeps the index of the other column in use: of a rare kind all are looked at, else all that is about a thing.
        rare = bool(kind) and self._one(f"select count(*) from (select 1 from events where kind = ? limit {RARE_MAX})", kind) < RARE_MAX
        of_kind = (" and kind = :kind" if rare else " and +kind = :kind") if kind else ""
        query = f"select seq, cast(event as blob) from events where {'+' if rare else ''}{column} = :value{of_kind}"
        if column == "thing":
            query += f" union all select seq, cast(event as blob) from events where seq in (select seq from things where thing = :value){of_kind}"
        return self._rows(f"{query} order by seq", {"value": value, "kind": kind})

    def rows(self) -> tuple[int, int, int]:
        # Not by an index: one somebody else gave us may leave rows out.
        return tuple(self._one(f"select count(*) from {table} not indexed") for table in ("events", "vault", "things"))  # type: ignore[return-value]

    def filing(self, seq: int) -> Filing:
        kind, actor, thing = self._row("select kind, actor, thing from events where seq = ?", seq)
        further = list(self._rows("select place, thing from things where seq = ? order by place", (seq,)))
        if [place for place, _ in further] != list(range(1, len(further) + 1)):
            raise refuse("log_broken", "event {seq}", "is filed out of order", "restore the database from a copy", seq=seq)
        return Filing(kind, actor, tuple(filter(None, (thing, *(row[1] for row in further)))))

    def openings(self, seq: int) -> list[Opening]:
        return [Opening(*row) for row in self._rows("select field, owner, salt, cast(value as blob) from vault where seq = ?", (seq,))]

    def opening(self, seq: int, field: str) -> tuple[bytes, bytes] | None:
        opening: tuple[bytes, bytes] | None = self._row(
            "select salt, cast(value as blob) from vault where seq = ? and field = ?", seq, field
        )
        return opening

    def texts(self, wanted: Collection[tuple[int, str]]) -> dict[tuple[int, str], bytes]:
        asked, values = list(wanted), dict[tuple[int, str], bytes]()
        for first in range(0, len(asked), TEXTS_PER_QUERY):
            some = asked[first : first + TEXTS_PER_QUERY]
            rows = self._rows(
                "select seq, field, cast(value as blob) from vault where (seq, field) in (values "
                + ", ".join(["(?, ?)"] * len(some))
                + ")",
                [part for pair in some for part in pair],
            )
            values |= {(seq, field): value for seq, field, value in rows}
        return values

    def event(self, seq: int) -> Event | None:
        return reading.event_at(self, seq)

    def tile(self, level: int, index: int) -> bytes:
        row = self._row("select hashes from tiles where level = ? and number = ?", level, index)
        if row is None:
            raise refuse(
                "log_broken", "tile {level}/{index}", "is missing", "restore the database, or its tiles, from a copy",
                level=level, index=index,
            )  # fmt: skip
        return bytes(row[0])

    def checkpoint(self) -> str | None:
        row = self._row("select note from checkpoints order by size desc limit 1")
        return None if row is None else str(row[0])

    def signed(self) -> int:
        """How many events stand under the newest signed head."""
        return self._one("select coalesce(max(size), 0) from checkpoints")

    def put_checkpoint(self, size: int, note: str) -> None:
        with _refusing():
            self._connection().execute("insert or replace into checkpoints(size, note) values (?, ?)", (size, note))

    def checkpoints(self) -> Iterator[tuple[int, str]]:
        for size, note in self._rows("select size, cast(note as blob) from checkpoints order by size"):
            yield size, note.decode()

    def tiles(self) -> Iterator[Tile]:
        return self._rows("select level, number, hashes from tiles")

    def kept(self) -> str | None:
        """The signed head that was left beside the database."""
        return kept_head(self.path.parent)

    def check_nothing_beside(self) -> None:
        """Refuse what of the database is no part of the log and its vault."""
        with _refusing():
            tables.check_rows_of_ours(self._connection())
            tables.check_file(self.path, self._connection())

    def snapshot(self) -> State | None:
        return None if self.cache is None else snapshot.load(self.cache, self)

    @contextmanager
    def writing(self) -> Iterator[SqliteBatch]:
        connection = self._connection()
        with _refusing():
            connection.execute("begin immediate")
        try:
            self._local.batch = batch = SqliteBatch(connection)
            yield batch
            batch.flush()
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:
                connection.execute("rollback")
            raise
        finally:
            self._local.batch = None

    @contextmanager
    def view(self) -> Iterator[SqliteStore]:
        """The store as it is now, read-only, whatever is written meanwhile."""
        store = SqliteStore(self.path, readonly=True)
        try:
            yield store
        finally:
            store.close()

    def scrub(self) -> bool:
        """Empty the write-ahead log until nothing is left in it; False while somebody reading is in the way."""
        connection = self._connection()
        if not self._one("select count(*) from pending"):
            return True
        connection.execute(f"pragma busy_timeout = {SCRUB_MS}")
        try:
            for _ in range(SCRUB_TRIES):
                busy, _, _ = connection.execute("pragma wal_checkpoint(truncate)").fetchone()
                if busy:
                    continue
                connection.execute("delete from pending where what = 'scrub'")
                busy, _, _ = connection.execute("pragma wal_checkpoint(truncate)").fetchone()
                if not busy:
                    return True
                # Somebody may have erased between the two: what she erased may lie in the log again.
                connection.execute("insert or ignore into pending(what) values ('scrub')")
            return False  # the mark stays, and the clockwork, the next erasure or the next start finishes it
        finally:
            connection.execute(f"pragma busy_timeout = {BUSY_SECONDS * 1000}")


def kept_head(folder: Path) -> str | None:
    """The newest signed head that was left beside the database in a folder."""
    path = folder / HEAD
    return read_small(path, HEAD_TEXT_MAX).decode(errors="replace") if os.path.lexists(path) else None


class SqliteBatch:
    """One transaction of the writer. Lines are put into their tables together: at its end, or when somebody looks at them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lines: list[Line] = []

    def append(self, lines: Sequence[Line]) -> None:
        self._lines += lines

    def flush(self) -> None:
        """Put the lines appended so far where they can be read."""
        if self._lines:
            lines, self._lines = self._lines, []
            with _losing():
                self._put(lines)

    def _put(self, lines: list[Line]) -> None:
        self._connection.executemany(
            "insert into events(seq, kind, actor, thing, event) values (?, ?, ?, ?, ?)",
            [(line.seq, line.filing.kind, line.filing.actor, (line.filing.things or ("",))[0], line.data.decode()) for line in lines],
        )
        further = [(thing, line.seq, place) for line in lines for place, thing in enumerate(line.filing.things[1:], 1)]
        if further:
            self._connection.executemany("insert into things(thing, seq, place) values (?, ?, ?)", further)
        vault = [
            (line.seq, opening.field, opening.owner, opening.salt, opening.value.decode()) for line in lines for opening in line.openings
        ]
        if vault:
            self._connection.executemany("insert into vault(seq, field, owner, salt, value) values (?, ?, ?, ?, ?)", vault)

    def put_tiles(self, tiles: Sequence[Tile]) -> None:
        self._connection.executemany("insert into tiles(level, number, hashes) values (?, ?, ?)", tiles)

    def erase(self, erased: Erased) -> None:
        self.flush()
        if erased.owner:
            self._execute("delete from vault where owner = ?", erased.owner)
        else:
            self._execute("delete from vault where seq = ? and field = ?", erased.seq, erased.field)
        # A receipt holds a digest of what was asked: with a guess it would confirm what is to be forgotten.
        self._execute("delete from receipts where actor = ?1 or (seq <= ?2 and ?2 < seq + count)", erased.owner, erased.said_at)
        self._execute("insert or ignore into pending(what) values ('scrub')")

    def receipt(self, actor: str, key_hash: bytes) -> Kept | None:
        row = self._execute("select command_digest, seq, count from receipts where actor = ? and key_hash = ?", actor, key_hash)
        return None if row is None else Kept(*row)

    def put_receipt(self, actor: str, key_hash: bytes, kept: Kept, at: int) -> None:
        self._execute("insert into receipts values (?, ?, ?, ?, ?, ?)", actor, key_hash, kept.digest, kept.seq, kept.count, at)

    def drop_receipts(self, before: int) -> None:
        self._execute("delete from receipts where at < ?", before)

    def _execute(self, sql: str, *values: object) -> Any:
        with _losing():
            return self._connection.execute(sql, values).fetchone()


@contextmanager
def _losing() -> Iterator[None]:
    """Whatever fails within a transaction ends it, whether or not SQLite has ended it already: a full disk makes it take back everything, and
    what was written then would be written for good."""
    try:
        yield
    except (sqlite3.Error, OSError) as fault:
        raise BatchLost(str(fault)) from fault


@contextmanager
def _refusing() -> Iterator[None]:
    """What SQLite and its disk say no to, as refusals."""
    try:
        yield
    except sqlite3.OperationalError as fault:
        if "locked" in str(fault) or "busy" in str(fault):
            raise refuse("storage_busy", "the store", "is being written by another process", "ask again in a moment") from None
        raise refuse("storage_failed", "the store", "failed: {fault}", "nothing was recorded; look at its disk", fault=str(fault)) from None
    except sqlite3.DatabaseError as fault:
        raise refuse("file_foreign", "the database", "cannot be read: {fault}", "restore it from a copy", fault=str(fault)) from None
    except OSError as fault:
        raise refuse(
            "storage_failed", "the store", "failed: {fault}", "look at its disk and its permissions", fault=fault.strerror or str(fault)
        ) from None
