"""A community in one SQLite file: `community.db`, with log and vault, so that they commit together.

sqlite-utils makes the tables and keeps their migrations; the append is plain SQL. WAL, `synchronous=FULL`: what is
committed survives a kill and a loss of power. Every thread has a connection of its own; the database orders writers.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from weakref import WeakSet

from sqlite_utils import Database

from engine.event import Erased, Event
from engine.lines import Filing, Line
from engine.log.fields import Opening
from engine.log.merkle import Tile
from engine.refusals import refuse
from engine.state import State
from engine.storage import Kept
from engine.store import reading, snapshot

APPLICATION_ID = 0x466F6C6B
"""`Folk`: what says that a database is ours."""
SCHEMA = 2
BUSY_SECONDS = 30
VALUE_BYTES_MAX = 1_000_000
"""Longer than anything we write, and short enough to be read from a database that somebody else gave us."""
SCRUB_TRIES, SCRUB_MS = 20, 50
"""How often, and how long each time, an erasure waits for readers before it leaves the rest to the next start."""

TABLES: dict[str, dict[str, type]] = {
    "events": {"seq": int, "kind": str, "actor": str, "thing": str, "event": str},
    "things": {"thing": str, "seq": int, "place": int},
    "vault": {"seq": int, "field": str, "owner": str, "salt": bytes, "value": str},
    "tiles": {"level": int, "number": int, "hashes": bytes},
    "checkpoints": {"size": int, "note": str},
    "receipts": {"actor": str, "key_hash": bytes, "command_digest": bytes, "seq": int, "count": int, "at": int},
    "pending": {"what": str},
}
KEYS: dict[str, str | tuple[str, ...]] = {
    "events": "seq",
    "things": ("thing", "seq"),
    "vault": ("seq", "field"),
    "tiles": ("level", "number"),
    "checkpoints": "size",
    "receipts": ("actor", "key_hash"),
    "pending": "what",
}


class _Connection(sqlite3.Connection):
    """A connection that closes when the thread it belonged to is gone."""

    def __del__(self) -> None:
        self.close()


def create(path: Path) -> None:
    """A new, empty database, in WAL mode before anybody else opens it."""
    if path.exists():
        raise refuse("already_founded", str(path), "exists already", "choose an empty folder")
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))  # the vault is its owner's; WAL files follow its mode
    connection = sqlite3.connect(path)
    try:
        connection.execute("pragma secure_delete = on")
        connection.execute("pragma journal_mode = wal")
        database = Database(connection)
        with connection:
            for name, columns in TABLES.items():
                database[name].create(columns, pk=KEYS[name], not_null=set(columns), strict=True)  # type: ignore[union-attr]
            connection.execute("create index vault_owner on vault(owner)")
            connection.execute("create index receipts_at on receipts(at)")
            connection.execute("create index things_seq on things(seq, place)")
            for column in ("kind", "actor", "thing"):
                connection.execute(f"create index events_{column} on events({column}, seq)")
            connection.execute(f"pragma application_id = {APPLICATION_ID}")
            connection.execute(f"pragma user_version = {SCHEMA}")
    finally:
        connection.close()


class SqliteStore:
    """The store in `path`, which must exist. `cache` is where a snapshot of the state may lie; `readonly` is
    for a database somebody else gave us: one view of it, and nothing in its schema trusted.
    """

    def __init__(self, path: Path, cache: snapshot.Cache | None = None, readonly: bool = False) -> None:
        self.path, self.cache, self._readonly = path, cache, readonly
        self._local = threading.local()
        self._opened: WeakSet[_Connection] = WeakSet()
        self._opened_lock = threading.Lock()
        if not path.is_file():
            raise refuse("community_unknown", str(path), "does not exist", "check the folder's name, or found a community (folkmoot found)")
        with _refusing():
            if self._one("pragma application_id") != APPLICATION_ID:
                raise refuse("file_foreign", str(path), "is no database of folkmoot's", "name the folder of a community")
            if readonly and not self._is_ours():
                raise refuse("file_foreign", str(path), "holds more than folkmoot writes", "name a folder folkmoot has written")
            if self._one("pragma user_version") != SCHEMA:
                raise refuse("file_foreign", str(path), "is of another version of folkmoot", "use the version that wrote it")
        if not readonly and self._one("select count(*) from pending"):
            self.scrub()

    def _connection(self) -> sqlite3.Connection:
        found: _Connection | None = getattr(self._local, "connection", None)
        if found is None:
            where = f"{self.path.resolve().as_uri()}?mode={'ro' if self._readonly else 'rw'}"
            found = sqlite3.connect(
                where, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, factory=_Connection
            )
            found.execute("pragma trusted_schema = off")
            if self._readonly:
                found.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX)
                found.execute("pragma cell_size_check = on")
                found.execute("begin")
            else:
                found.execute("pragma synchronous = full")
                found.execute("pragma secure_delete = on")
            self._local.connection = found
            with self._opened_lock:
                self._opened.add(found)
        return found

    def _is_ours(self) -> bool:
        """Whether there are our tables with our columns, and nothing that would be worked out when it is read."""
        rows = self._connection().execute("select type, name from sqlite_master where type != 'index'").fetchall()
        columns = {
            name: {column[1] for column in self._connection().execute(f"pragma table_xinfo({name})") if column[6] == 0}
            for _, name in rows
            if name in TABLES
        }
        hidden = any(column[6] for name in columns for column in self._connection().execute(f"pragma table_xinfo({name})"))
        ours = {name: set(listed) for name, listed in TABLES.items()}
        strange = self._connection().execute(
            "select exists (select 1 from receipts not indexed where actor not in ('newcomer', 'founder', 'clock')"
            " and (actor not glob 'm[0-9]*' or length(actor) > 17 or substr(actor, 2) glob '*[^0-9]*'))"
            " or exists (select 1 from pending where what != 'scrub')"
        )
        if columns == ours and strange.fetchone()[0]:
            return False
        return all(kind == "table" for kind, _ in rows) and len(rows) == len(ours) and not hidden and columns == ours

    def _one(self, sql: str, *values: object) -> int:
        row = self._connection().execute(sql, values).fetchone()
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
        rows = self._connection().execute(
            "select seq, cast(event as blob) from events where seq >= ? and seq < ? order by seq",
            (start, 2**62 if stop is None else stop),
        )
        yield from rows

    def find(self, column: str, value: str, kind: str = "") -> Iterator[tuple[int, bytes]]:
        """The events whose `kind` or `actor` is `value`, or that are about that `thing`, perhaps of one kind only, oldest first, by
        index."""
        assert column in ("kind", "actor", "thing")
        # The plus keeps the index of the first column in use: the second has few values.
        of_kind = " and +kind = :kind" if kind else ""
        query = f"select seq, cast(event as blob) from events where {column} = :value{of_kind}"
        if column == "thing":
            query += f" union all select seq, cast(event as blob) from events where seq in (select seq from things where thing = :value){of_kind}"
        yield from self._connection().execute(f"{query} order by seq", {"value": value, "kind": kind})

    def rows(self) -> tuple[int, int, int]:
        # Not by an index: one somebody else gave us may leave rows out.
        return tuple(self._one(f"select count(*) from {table} not indexed") for table in ("events", "vault", "things"))  # type: ignore[return-value]

    def filing(self, seq: int) -> Filing:
        kind, actor, thing = self._connection().execute("select kind, actor, thing from events where seq = ?", (seq,)).fetchone()
        further = self._connection().execute("select thing from things where seq = ? order by place", (seq,))
        return Filing(kind, actor, tuple(filter(None, (thing, *(row[0] for row in further)))))

    def openings(self, seq: int) -> list[Opening]:
        rows = self._connection().execute("select field, owner, salt, cast(value as blob) from vault where seq = ?", (seq,))
        return [Opening(*row) for row in rows]

    def opening(self, seq: int, field: str) -> tuple[bytes, bytes] | None:
        found: tuple[bytes, bytes] | None = (
            self._connection().execute("select salt, cast(value as blob) from vault where seq = ? and field = ?", (seq, field)).fetchone()
        )
        return found

    def event(self, seq: int) -> Event | None:
        return reading.event_at(self, seq)

    def tile(self, level: int, index: int) -> bytes:
        row = self._connection().execute("select hashes from tiles where level = ? and number = ?", (level, index)).fetchone()
        if row is None:
            raise refuse("log_broken", f"tile {level}/{index}", "is missing", "restore the database, or its tiles, from a copy")
        return bytes(row[0])

    def checkpoint(self) -> str | None:
        row = self._connection().execute("select note from checkpoints order by size desc limit 1").fetchone()
        return None if row is None else str(row[0])

    def put_checkpoint(self, size: int, note: str) -> None:
        with _refusing():
            self._connection().execute("insert or replace into checkpoints(size, note) values (?, ?)", (size, note))

    def checkpoints(self) -> Iterator[tuple[int, str]]:
        for size, note in self._connection().execute("select size, cast(note as blob) from checkpoints order by size"):
            yield size, note.decode()

    def tiles(self) -> Iterator[Tile]:
        yield from self._connection().execute("select level, number, hashes from tiles")

    def snapshot(self) -> State | None:
        return None if self.cache is None else snapshot.load(self.cache, self)

    @contextmanager
    def writing(self) -> Iterator[SqliteBatch]:
        connection = self._connection()
        with _refusing():
            connection.execute("begin immediate")
        try:
            yield SqliteBatch(connection)
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:
                connection.execute("rollback")
            raise

    @contextmanager
    def view(self) -> Iterator[SqliteStore]:
        """The store as it is now, read-only, whatever is written meanwhile."""
        found = SqliteStore(self.path, readonly=True)
        try:
            yield found
        finally:
            found.close()

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


class SqliteBatch:
    """One transaction of the writer."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def append(self, lines: Sequence[Line]) -> None:
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
        if erased.owner:
            self._connection.execute("delete from vault where owner = ?", (erased.owner,))
        else:
            self._connection.execute("delete from vault where seq = ? and field = ?", (erased.seq, erased.field))
        # A receipt holds a digest of what was asked: with a guess it would confirm what is to be forgotten.
        self._connection.execute(
            "delete from receipts where actor = ?1 or (seq <= ?2 and ?2 < seq + count)",
            (erased.owner, erased.said_at),
        )
        self._connection.execute("insert or ignore into pending(what) values ('scrub')")

    def receipt(self, actor: str, key_hash: bytes) -> Kept | None:
        row = self._connection.execute(
            "select command_digest, seq, count from receipts where actor = ? and key_hash = ?", (actor, key_hash)
        ).fetchone()
        return None if row is None else Kept(*row)

    def put_receipt(self, actor: str, key_hash: bytes, kept: Kept, at: int) -> None:
        self._connection.execute("insert into receipts values (?, ?, ?, ?, ?, ?)", (actor, key_hash, kept.digest, kept.seq, kept.count, at))

    def drop_receipts(self, before: int) -> None:
        self._connection.execute("delete from receipts where at < ?", (before,))


@contextmanager
def _refusing() -> Iterator[None]:
    """What SQLite says no to, as refusals."""
    try:
        yield
    except sqlite3.OperationalError as fault:
        if "locked" in str(fault) or "busy" in str(fault):
            raise refuse("storage_busy", "the store", "is being written by another process", "ask again in a moment") from None
        raise refuse("storage_failed", "the store", f"failed: {fault}", "nothing was recorded; look at its disk") from None
    except sqlite3.DatabaseError as fault:
        raise refuse("file_foreign", "the database", f"cannot be read: {fault}", "restore it from a copy") from None
