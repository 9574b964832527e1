"""A log as flat tables for people with questions: one `.db`, openable in Datasette or any SQLite tool.

A table of all events, one of texts, one of what is about what, and one for each kind of event with its fields as columns;
a field that is called as a column every kind has gets a low line behind its name (`seq_`).
Public facts and texts only; nothing private and nothing still sealed. It can be deleted and written again at will.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from engine import lines
from engine.community import Community
from engine.log.fields import Erasable, sealed_in
from engine.log.json import parse_own
from engine.storage import Store

HEAD = ("seq", "at", "kind", "actor", "cause")


def write(community: Community, out: Path) -> int:
    """Tables `events`, `texts`, `things` and one for each kind of event there is; gives the number of events."""
    database = Database(out)
    with community.store.view() as store, database.conn:
        size = store.size()
        database.table("events").insert_all(_events(store, size), pk="seq", alter=True)
        database.table("texts").insert_all(_texts(store, size), pk=("seq", "field"))
        database.table("things").insert_all(_things(store, size), pk=("thing", "seq"))
        for kind, rows in groupby(sorted(_bodies(store, size), key=lambda row: row[0]), key=lambda row: row[0]):
            database.table(kind.replace(".", "_")).insert_all((body for _, body in rows), pk="seq", alter=True)
    database.close()
    return size


def _events(store: Store, size: int) -> Iterator[dict[str, Any]]:
    for _, data in store.lines(0, size):
        line = parse_own(data)
        signed = {"sig": line["sig"]} if "sig" in line else {}
        yield {**{name: line[name] for name in HEAD}, "body": line["body"], **signed}


def _bodies(store: Store, size: int) -> Iterator[tuple[str, dict[str, Any]]]:
    for _, data in store.lines(0, size):
        line = parse_own(data)
        own = {"seq": line["seq"], "at": line["at"], "actor": line["actor"]}
        yield line["kind"], own | {f"{name}_" if name in own else name: value for name, value in line["body"].items()}


def _things(store: Store, size: int) -> Iterator[dict[str, Any]]:
    for seq, data in store.lines(0, size):
        for thing in lines.filing_of(lines.read_own(data)).things:
            yield {"thing": thing, "seq": seq}


def _texts(store: Store, size: int) -> Iterator[dict[str, Any]]:
    for seq, data in store.lines(0, size):
        openings = store.openings(seq)
        sealed = sealed_in(lines.read_own(data).event) if openings else {}
        for opening in openings:
            if isinstance(sealed.get(opening.field), Erasable):
                yield {"seq": seq, "field": opening.field, "owner": opening.owner, "text": parse_own(opening.value)}
