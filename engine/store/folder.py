"""A community is a folder: `community.db`, `log.key` (0600), and caches that may be deleted.

`newest.head` is the newest signed head, beside the database: a database restored from an older copy does not continue
it, and is not opened but to declare the loss in the log.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.community import Community
from engine.event import Ask
from engine.kernel.found import FoundCommunity
from engine.kernel.loss import check_head
from engine.log.checkpoint import LogKey
from engine.log.fields import draw
from engine.refusals import Refusal, refuse
from engine.store import snapshot
from engine.store.atomic_files import replace_with, sweep
from engine.store.sqlite import SqliteStore, create
from engine.values import Actor, Moment

SNAPSHOT_EVERY = 20_000
"""Events after which there is a fresh snapshot."""
HEAD = "newest.head"


def found(folder: Path, charter: str, origin: str, now: int, chance: bytes, founder_name: str | None = None) -> Community:
    """Found a community in a folder, which is made, or empty."""
    if folder.exists() and any(folder.iterdir()):
        raise refuse("already_founded", str(folder), "is not empty", "name a new folder (with demo: --dir)")
    key = LogKey.from_seed(origin, draw(chance, "log key"))
    command = FoundCommunity(charter, origin, str(key.verifier), founder_name)
    ours = not folder.exists()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        _write_key(folder / "log.key", key)
        create(folder / "community.db")
        community = Community(SqliteStore(folder / "community.db", _cache(folder, key)), key)
        community.execute(Ask(Actor("founder"), command, Moment(now), chance))
    except BaseException:
        for left in [folder / "log.key", *folder.glob("community.db*")]:
            left.unlink(missing_ok=True)
        if ours:
            folder.rmdir()
        raise
    return community


def open_folder(folder: Path) -> Community:
    """The community in a folder, brought up to date from its snapshot and its log."""
    sweep(folder)
    key_file = folder / "log.key"
    key = LogKey.read(key_file.read_text()) if key_file.is_file() else None
    return Community(SqliteStore(folder / "community.db", _cache(folder, key)), key)


def _cache(folder: Path, key: LogKey | None) -> snapshot.Cache | None:
    return None if key is None else snapshot.Cache(folder / "snapshot.npz", key.secret("snapshot"))


def close(community: Community) -> None:
    """Leave the newest head behind, and a snapshot if much has happened since the last; close the database."""
    store = community.store
    assert isinstance(store, SqliteStore)
    try:
        # Nothing that was committed depends on these files: a full disk must not make a command look as if it had failed.
        with suppress(Refusal, OSError), community.reading() as state:
            if store.cache is not None and _snapshot_is_old(store):
                snapshot.save(store.cache, state)
        with suppress(Refusal, OSError):  # whose log went back keeps the head that says so
            check_not_gone_back(community)
            keep_head(store)
    finally:
        store.close()


def tend(community: Community) -> None:
    """What a folder needs while it is served: erasures finished, the newest head kept, a snapshot that is not too old."""
    store = community.store
    if not isinstance(store, SqliteStore):
        return
    store.scrub()
    check_not_gone_back(community)  # before the newest head is written over
    with suppress(Refusal):  # a folder without its own log.key serves what is signed already
        community.checkpoint()
    keep_head(store)
    if _snapshot_is_old(store):
        # Another follower of the same log writes it, so that nobody here has to wait.
        close(open_folder(store.path.parent))


def keep_head(store: SqliteStore) -> None:
    """Leave the newest signed head beside the database, whole at any instant."""
    path = store.path.with_name(HEAD)
    if store.checkpoint() in (None, kept_head(path.parent)):
        return
    with store.writing():  # one at a time, so that an older head never replaces a newer one
        note = store.checkpoint()
        assert note is not None
        replace_with(path, lambda file: file.write(note.encode()))


def check_not_gone_back(community: Community, head: str | None = None) -> None:
    """Refuse a log that does not continue the signed head beside it, or the one given."""
    store = community.store
    assert isinstance(store, SqliteStore)
    kept = kept_head(store.path.parent)
    with community.reading() as state:
        for note in (kept, head):
            if note is not None:
                check_head(state, note)


def kept_head(folder: Path) -> str | None:
    """The newest signed head that was left beside the database."""
    path = folder / HEAD
    return path.read_text(errors="replace") if path.is_file() else None


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
