"""What the database of a community looks like, and whether one that somebody gave us looks like that and like nothing more.

The statements are written out, so that their text in the schema can be compared to the letter: a comment in one would be
a place to hide what was erased.
"""

from __future__ import annotations

import os
import sqlite3
from functools import cache
from pathlib import Path
from struct import unpack, unpack_from

from engine.refusals import Refusal, refuse

APPLICATION_ID = 0x466F6C6B
"""`Folk`: what says that a database is ours."""
SCHEMA = 3
TABLES = {
    "events": "seq integer not null primary key, kind text not null, actor text not null, thing text not null, event text not null",
    "things": "thing text not null, seq integer not null, place integer not null, primary key (thing, seq)",
    "vault": "seq integer not null, field text not null, owner text not null, salt blob not null, value text not null, primary key (seq, field)",
    "tiles": "level integer not null, number integer not null, hashes blob not null, primary key (level, number)",
    "checkpoints": "size integer not null primary key, note text not null",
    "receipts": "actor text not null, key_hash blob not null, command_digest blob not null, seq integer not null, count integer not null,"
    " at integer not null, primary key (actor, key_hash)",
    "pending": "what text not null primary key",
}
INDEXES = {
    "events_kind": "events(kind, seq)",
    "events_actor": "events(actor, seq)",
    "events_thing": "events(thing, seq)",
    "things_seq": "things(seq, place)",
    "vault_owner": "vault(owner)",
    "receipts_at": "receipts(at)",
}
SCHEMA_ROWS_MAX = 100
HEADER_BYTES, LOCK_BYTE = 100, 2**30


def make(connection: sqlite3.Connection) -> None:
    """Our tables and indexes in an empty database."""
    for name, columns in TABLES.items():
        connection.execute(f"create table {name} ({columns}) strict")
    for name, columns in INDEXES.items():
        connection.execute(f"create index {name} on {columns}")


def create(path: Path) -> None:
    """A new, empty database, in WAL mode before anybody else opens it."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))  # the vault is its owner's; WAL files follow its mode
    connection = sqlite3.connect(path)
    try:
        connection.execute("pragma secure_delete = on")
        connection.execute("pragma journal_mode = wal")
        with connection:
            make(connection)
            connection.execute(f"pragma application_id = {APPLICATION_ID}")
            connection.execute(f"pragma user_version = {SCHEMA}")
    finally:
        connection.close()


def is_ours(connection: sqlite3.Connection) -> bool:
    """Whether the schema of a database is ours to the letter: no further table, index, view or trigger, no other column, no comment."""
    return _schema(connection) == _our_schema()


def _schema(connection: sqlite3.Connection) -> list[tuple[str, ...]]:
    query = "select type, name, tbl_name, coalesce(sql, '') from sqlite_master order by type, name limit ?"
    return connection.execute(query, (SCHEMA_ROWS_MAX,)).fetchall()


@cache
def _our_schema() -> list[tuple[str, ...]]:
    connection = sqlite3.connect(":memory:")
    try:
        make(connection)
        return _schema(connection)
    finally:
        connection.close()


STRANGE_ROWS = """
select exists (select 1 from receipts not indexed where
    typeof(key_hash) != 'blob' or length(key_hash) != 32 or typeof(command_digest) != 'blob' or length(command_digest) != 32
    or count < 1 or seq + count > (select count(*) from events not indexed)
    or not exists (
      select 1 from events where events.seq = receipts.seq and events.actor = receipts.actor
      and substr(event, 1, 25 + length(receipts.actor) + length(receipts.at))
        = '{"actor":"' || receipts.actor || '","at":' || receipts.at || ',"body":'))
  or (select count(*) != count(distinct seq) from receipts not indexed)
  or exists (select 1 from pending not indexed where what != 'scrub')
  or (select count(*) > 1 from pending not indexed)
"""
"""A receipt stands where the first event of its command does, has that one's actor and time, and two hashes; one for each command."""


def check_rows_of_ours(connection: sqlite3.Connection) -> None:
    """Refuse rows that are no part of the log and say something all the same; what is events, vault and tiles the audit looks at."""
    row = connection.execute(STRANGE_ROWS).fetchone()
    if row[0]:
        raise _more("holds receipts that belong to no command of the log")
    problem = connection.execute("pragma integrity_check(1)").fetchone()[0]
    if problem != "ok":
        raise refuse(
            "log_broken", "the database", "does not hold together: {problem}", "restore it from a copy", problem=str(problem)[:200]
        )


def check_file(path: Path, connection: sqlite3.Connection) -> None:
    """Refuse a database file with bytes in it that no table has: after its end, in its header, on pages that are free.

    Only where nothing waits in the write-ahead log: else the file is not what the database is.
    """
    if not wal_is_empty(path):
        return
    pages, size = (int(connection.execute(f"pragma {name}").fetchone()[0]) for name in ("page_count", "page_size"))
    if path.stat().st_size != pages * size:
        raise _more("is not as long as its pages")
    with path.open("rb") as file:

        def page(number: int) -> bytes:
            if not 0 < number <= pages:
                raise _more("has a free page that is none of its pages")
            file.seek((number - 1) * size)
            return file.read(size)

        header = file.read(HEADER_BYTES)
        if header[20] or any(header[72:92]):
            raise _more("has bytes in its header that mean nothing")
        if pages * size > LOCK_BYTE and any(page(LOCK_BYTE // size + 1)):
            raise _more("has bytes on the page that is never used")
        trunk, left = unpack_from(">II", header, 32)
        while trunk and left > 0:
            here = page(trunk)
            trunk, count = unpack(">II", here[:8])
            if count > size // 4 - 2:
                raise _more("has a list of free pages that is none")
            numbers = unpack(f">{size // 4 - 2}I", here[8:])  # behind the last may stand what has left the list
            if any(number > pages for number in numbers) or any(any(page(number)) for number in numbers[:count]):
                raise _more("has bytes on free pages")
            left -= 1 + count
        if trunk or left:
            raise _more("has a list of free pages that is none")


def wal_is_empty(path: Path) -> bool:
    """Whether the database file is the whole database."""
    beside = path.with_name(f"{path.name}-wal")
    return not beside.exists() or beside.stat().st_size == 0


def _more(fact: str) -> Refusal:
    return refuse("log_broken", "the database", fact, "restore it from a copy: folkmoot writes none such")
