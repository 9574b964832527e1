"""A community is a folder: `community.db`, `log.key` (0600), and caches that may be deleted.

`newest.head` is the newest signed head, beside the database: a database restored from an older copy does not continue
it, and is not opened but to declare the loss in the log.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.community import Community
from engine.event import Ask
from engine.kernel.authority import ALREADY_FOUNDED
from engine.kernel.found import FoundCommunity
from engine.kernel.loss import check_head
from engine.log.checkpoint import LogKey
from engine.log.fields import draw
from engine.refusals import Refusal, refuse
from engine.store import snapshot, tables
from engine.store.atomic_files import read_small, replace_with, sweep
from engine.store.sqlite import HEAD, SqliteStore, kept_head
from engine.values import Actor, Moment

__all__ = ["HEAD", "close", "found", "kept_head", "open_folder", "opened", "tend", "untrusted"]

SNAPSHOT_EVERY = 20_000
"""Events after which there is a fresh snapshot."""
KEY_BYTES_MAX = 1_000
"""A key is a line of text."""


def found(folder: Path, charter: str, origin: str, now: int, chance: bytes, founder_name: str | None = None) -> Community:
    """Found a community in a folder, which is made, or empty."""
    key = LogKey.from_seed(origin, draw(chance, "log key"))
    command = FoundCommunity(charter, origin, str(key.verifier), founder_name)
    ours = _make_room(folder)
    try:
        _write_key(folder / "log.key", key)
        tables.create(folder / "community.db")
        community = Community(SqliteStore(folder / "community.db", _cache(folder, key)), key)
        community.execute(Ask(Actor("founder"), command, Moment(now), chance))
    except BaseException as fault:
        with suppress(OSError):
            for left in [folder / "log.key", *folder.glob("community.db*")]:
                left.unlink(missing_ok=True)
            if ours:
                folder.rmdir()
        if isinstance(fault, OSError | sqlite3.Error):
            raise _unwritable(folder, fault) from None
        raise
    return community


def _make_room(folder: Path) -> bool:
    """An empty folder; whether it was made now."""
    try:
        if os.path.lexists(folder):
            if not folder.is_dir() or any(folder.iterdir()):
                raise refuse(ALREADY_FOUNDED, "{folder}", "is no empty folder", "name a new folder (with demo: --dir)", folder=str(folder))
            return False
        folder.mkdir(mode=0o700, parents=True)
    except OSError as fault:
        raise _unwritable(folder, fault) from None
    return True


def _unwritable(folder: Path, fault: Exception) -> Refusal:
    return refuse(
        "storage_failed", "{folder}", "cannot be written: {fault}", "name a folder where you may write",
        folder=str(folder), fault=getattr(fault, "strerror", None) or str(fault),
    )  # fmt: skip


def open_folder(folder: Path) -> Community:
    """The community in a folder, brought up to date from its snapshot and its log."""
    sweep(folder)
    key_file = folder / "log.key"
    key = LogKey.read(read_small(key_file, KEY_BYTES_MAX).decode(errors="replace")) if os.path.lexists(key_file) else None
    store = SqliteStore(folder / "community.db", _cache(folder, key))
    try:
        return Community(store, key)
    except Exception as fault:
        store.close()
        if isinstance(fault, Refusal):
            raise
        raise refuse(
            "log_broken", "the log in {folder}", "cannot be followed: {sort}: {fault}", "verify it, or restore it from a copy",
            folder=str(folder), sort=type(fault).__name__, fault=str(fault)[:200],
        ) from fault  # fmt: skip


def _cache(folder: Path, key: LogKey | None) -> snapshot.Cache | None:
    return None if key is None else snapshot.Cache(folder / "snapshot.npz", key.secret("snapshot"))


def close(community: Community) -> None:
    """Leave the newest head behind, signed now if anything was written since the last, and a snapshot if much has happened; close the
    database."""
    store = community.store
    assert isinstance(store, SqliteStore)
    try:
        # Nothing that was committed depends on these files: a full disk must not make a command look as if it had failed.
        with suppress(Refusal, OSError), community.reading() as state:
            if store.cache is not None and _snapshot_is_old(store):
                snapshot.save(store.cache, state)
        with suppress(Refusal, OSError):  # whose log went back keeps the head that says so
            check_not_gone_back(community)
            _sign_what_is_new(community)
            keep_head(store)
    finally:
        store.close()


def _sign_what_is_new(community: Community) -> None:
    """A head over all events, unless there is one; a folder without its own log.key keeps what is signed already."""
    store = community.store
    assert isinstance(store, SqliteStore)
    if community.key is not None and store.size() != store.signed():
        with suppress(Refusal):
            community.checkpoint()


def tend(community: Community) -> None:
    """What a folder needs while it is served: erasures finished, the newest head kept, a snapshot that is not too old."""
    store = community.store
    if not isinstance(store, SqliteStore):
        return
    store.scrub()
    check_not_gone_back(community)  # before the newest head is written over
    _sign_what_is_new(community)
    keep_head(store)
    if _snapshot_is_old(store):
        # Another follower of the same log writes it, so that nobody here has to wait.
        close(open_folder(store.path.parent))


def keep_head(store: SqliteStore) -> None:
    """Leave the newest signed head beside the database, whole at any instant."""
    path = store.path.with_name(HEAD)
    if store.checkpoint() in (None, store.kept()):
        return
    with store.writing():  # one at a time, so that an older head never replaces a newer one
        note = store.checkpoint()
        assert note is not None
        replace_with(path, lambda file: file.write(note.encode()))


def check_not_gone_back(community: Community, head: str | None = None) -> None:
    """Refuse a log that does not continue the signed head beside it, or the one given."""
    store = community.store
    assert isinstance(store, SqliteStore)
    kept = store.kept()
    with community.reading() as state:
        for note in (kept, head):
            if note is not None:
                check_head(state, note)


def _snapshot_is_old(store: SqliteStore) -> bool:
    return store.cache is not None and store.size() - snapshot.seq_of(store.cache) >= SNAPSHOT_EVERY


@contextmanager
def opened(folder: Path, gone_back: bool = False) -> Iterator[Community]:
    """The community in a folder for the length of a block; `gone_back` allows one that lost what it had signed for."""
    community = open_folder(folder)
    try:
        if not gone_back:
            check_not_gone_back(community)
        yield community
    finally:
        close(community)


def untrusted(folder: Path) -> SqliteStore:
    """A folder somebody gave us, as a source to verify: opened read-only, nothing in its schema trusted."""
    return SqliteStore(folder / "community.db", readonly=True)


def _write_key(path: Path, key: LogKey) -> None:
    """Only for its owner's eyes, from the first byte on."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(key.write())
        file.flush()
        os.fsync(handle)
