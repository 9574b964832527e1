"""Exports as an operator could write them: lines changed, added, dropped, and a head over them that he signs with the log's own key."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any

from engine.log.checkpoint import Checkpoint, LogKey
from engine.log.json import canonical, parse_own
from engine.log.merkle import Tree, leaf_hash
from engine.store import export
from tests.moot import KEY, ORIGIN, Moot

Entry = dict[str, Any]
"""One line of an export between its first and its last: `event`, and what of it stands `open`."""


def exported(moot: Moot) -> bytes:
    """The export as an honest operator writes it."""
    out = io.BytesIO()
    export.write(moot.community, out)
    return out.getvalue()


def entries(data: bytes) -> list[Entry]:
    return [parse_own(line) for line in data.splitlines()[1:-1]]


def head(log: Iterable[Entry], key: LogKey = KEY, origin: str = ORIGIN) -> str:
    """A signed head over these entries."""
    tree = Tree()
    for entry in log:
        tree.append(leaf_hash(canonical(entry["event"])))
    return key.sign(Checkpoint(origin, tree.size, tree.root()))


def written(log: list[Entry], note: str | None = None, key: LogKey = KEY) -> bytes:
    """An export of these entries under a head; under one over exactly them, where no other is given."""
    first = {"format": export.FORMAT, "key": str(key.verifier), "origin": key.verifier.name}
    last = {"checkpoint": head(log, key, key.verifier.name) if note is None else note}
    return b"".join(canonical(line) + b"\n" for line in (first, *log, last))


def numbered(log: list[Entry]) -> list[Entry]:
    """The same entries with the numbers of the places where they stand now, and of their commands."""
    now: dict[int, int] = {}
    for seq, entry in enumerate(log):
        event = entry["event"]
        now[event["seq"]] = seq
        event["seq"] = seq
        event["cause"] = now.get(event["cause"], event["cause"])
    return log


def changed(moot: Moot, change: Callable[[Entry], None]) -> bytes:
    """Events rewritten, and the whole signed anew. `change` is given each event."""
    log = entries(exported(moot))
    for entry in log:
        change(entry["event"])
    return written(log)


def longer(moot: Moot, *events: Entry) -> bytes:
    """Events written after the last, and the whole signed anew."""
    more = [{"event": event | {"seq": moot.state.seq + place}, "open": {}} for place, event in enumerate(events)]
    return written([*entries(exported(moot)), *more])
