"""A state on disk, so that a start need not fold the whole log.

Canonical JSON and integer arrays in one `.npz` (never pickle), named by seq, root and version, behind 32 bytes that only the
log's secret key can make of them; whatever differs makes it be ignored. It is a cache: delete it at will. `verify` never
reads it. It holds no text, because the state holds none.
"""

from __future__ import annotations

import hmac
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from engine import commands
from engine.ledger import Ledger, Lot
from engine.log.codec import form
from engine.log.json import canonical, parse_own
from engine.log.merkle import Tree, leaf_hash
from engine.roll import RollBook
from engine.state import Ballots, Idea, Member, Poll, Round, State
from engine.store.beside import replace_with

VERSION = 2
MAC_BYTES = 32


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
    arrays: dict[str, Any] = {}
    meta = {
        "version": VERSION,
        "seq": state.seq,
        "root": state.tree.root().hex(),
        "at": state.at,
        "origin": state.origin,
        "key": state.key,
        "charters": [[seq, text] for seq, text in state.charters.items()],
        "members": [[one.id, one.role, one.joined_at, int(one.forgotten)] for one in state.members.values()],
        "ideas": [_idea(idea) for idea in state.ideas.values()],
        "polls": [_poll(poll, arrays) for poll in state.polls.values()],
        "rounds": [[one.id, one.reward, str(one.pot), one.members] for one in state.rounds.values()],
        "accounts": {unit: [[name, str(amount)] for name, amount in accounts.items()] for unit, accounts in state.ledger.accounts.items()},
        "lots": [[member, [[str(lot.points), lot.expires_at] for lot in lots]] for member, lots in state.ledger.lots.items()],
        "losses": sorted([size, root] for size, root in state.losses),
        "acts": [[actor, kind, day, times] for (actor, kind), (day, times) in state.acts.items()],
    }
    into = io.BytesIO()
    np.savez(into, seq=np.array(state.seq), meta=np.frombuffer(canonical(meta), np.uint8), **arrays)
    data = into.getbuffer()
    replace_with(cache.path, lambda file: file.write(hmac.digest(cache.secret, data, "sha256") + data))


def load(cache: Cache, log: Log) -> State | None:
    """The state a snapshot holds, if it is ours and fits this log; None when there is none or anything differs."""
    if not cache.path.is_file():
        return None
    try:
        whole = cache.path.read_bytes()
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
        with cache.path.open("rb") as opened:
            opened.seek(MAC_BYTES)
            with np.load(opened, allow_pickle=False) as file:
                return int(file["seq"])
    except Exception:  # noqa: BLE001 - a cache that cannot be read is no cache
        return 0


def _idea(idea: Idea) -> list[Any]:
    return [
        idea.id, list(idea.authors), list(idea.versions), idea.stage, idea.terms,
        None if idea.cost is None else str(idea.cost), idea.extends, sorted(idea.supporters), idea.comments,
    ]  # fmt: skip


def _poll(poll: Poll, arrays: dict[str, Any]) -> list[Any]:
    ballots = poll.ballots
    if ballots is not None:
        arrays.update({f"{poll.id}_powers": ballots.powers, f"{poll.id}_seq": ballots.seq, f"{poll.id}_code": ballots.code})
    return [
        poll.id,
        form(type(poll.terms)).write(poll.terms),
        None if ballots is None else [list(ballots.roll), ballots.choices, list(ballots.commitments.items())],
        None if poll.result is None else form(type(poll.result)).write(poll.result),
        int(poll.void),
    ]


def _state(meta: Any, file: Any, log: Log) -> State:
    seq = meta["seq"]
    tree = Tree(log.tile)
    tree.resume(seq, [leaf_hash(data) for _, data in log.lines(seq & ~0xFF, seq)])
    state = State(seq, meta["at"], meta["origin"], meta["key"], dict(meta["charters"]), tree=tree)
    state.members = {one[0]: Member(one[0], one[1], one[2], number, bool(one[3])) for number, one in enumerate(meta["members"])}
    for name, authors, versions, stage, terms, cost, extends, supporters, comments in meta["ideas"]:
        state.ideas[name] = Idea(
            name, tuple(authors), tuple(versions), stage, terms, None if cost is None else int(cost), extends,  # type: ignore[arg-type]
            set(supporters), comments,
        )  # fmt: skip
    opened, closed = form(commands.kind_of("PollOpened")), form(commands.kind_of("PollClosed"))
    for name, terms, ballots, result, void in meta["polls"]:
        poll = Poll(name, opened.read(terms, name), None, None if result is None else closed.read(result, name), bool(void))
        if ballots is not None:
            poll.ballots = Ballots(RollBook.of(ballots[0], file[f"{name}_powers"].tolist()).roll())
            poll.ballots.restore(file[f"{name}_seq"], file[f"{name}_code"], ballots[1])
            poll.ballots.commitments = dict(ballots[2])
        state.polls[name] = poll
    state.forgotten = sum(member.forgotten for member in state.members.values())
    state.rounds = {one[0]: Round(one[0], one[1], int(one[2]), one[3]) for one in meta["rounds"]}  # type: ignore[arg-type]
    accounts: Any = {unit: {name: int(amount) for name, amount in rows} for unit, rows in meta["accounts"].items()}
    lots: Any = {member: [Lot(int(points), expires) for points, expires in rows] for member, rows in meta["lots"]}
    state.ledger = Ledger(accounts, lots, _next_expiry=1)
    state.losses = {(size, root) for size, root in meta["losses"]}
    for actor, kind, day, times in meta["acts"]:
        state.keep_act(actor, kind, day, times)
    return state
