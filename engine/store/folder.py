"""A community is a folder: `community.db`, `log.key` (0600), and caches that may be deleted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.commands import Ask
from engine.commands.found_community import FoundCommunity
from engine.community import Community
from engine.log.checkpoint import LogKey
from engine.log.fields import draw
from engine.refusals import refuse
from engine.store import snapshot
from engine.store.sqlite import SqliteStore, create
from engine.values import Actor, Moment

SNAPSHOT_EVERY = 20_000
"""Events after which a close leaves a fresh snapshot behind."""


def found(folder: Path, charter: str, origin: str, now: int, chance: bytes, founder_name: str | None = None) -> Community:
    """Found a community in a folder, which is made, or empty."""
    if folder.exists() and any(folder.iterdir()):
        raise refuse("already_founded", str(folder), "is not empty", "name a new folder (with demo: --dir)")
    key = LogKey.from_seed(origin, draw(chance, "log key"))
    command = FoundCommunity(charter, origin, str(key.verifier), founder_name)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        _write_key(folder / "log.key", key)
        create(folder / "community.db")
        community = Community(SqliteStore(folder / "community.db", folder / "snapshot.npz"), key)
        community.execute(Ask(Actor("founder"), command, Moment(now), chance))
    except BaseException:
        for left in [folder / "log.key", *folder.glob("community.db*")]:
            left.unlink(missing_ok=True)
        raise
    return community


def open_folder(folder: Path) -> Community:
    """The community in a folder, brought up to date from its snapshot and its log."""
    store = SqliteStore(folder / "community.db", folder / "snapshot.npz")
    key_file = folder / "log.key"
    return Community(store, LogKey.read(key_file.read_text()) if key_file.is_file() else None)


def close(community: Community) -> None:
    """Leave a snapshot behind if much has happened since the last, and close the database."""
    store = community.store
    assert isinstance(store, SqliteStore)
    with community.reading() as state:
        if store.snapshot_path is not None and state.seq - snapshot.seq_of(store.snapshot_path) >= SNAPSHOT_EVERY:
            snapshot.save(store.snapshot_path, state)
    store.close()


@contextmanager
def opened(folder: Path) -> Iterator[Community]:
    """The community in a folder for the length of a block."""
    community = open_folder(folder)
    try:
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
