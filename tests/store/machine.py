"""A process that asks without end and says what was acknowledged: to be killed."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from engine.event import Ask
from engine.features.ideas.submit import SubmitIdea
from engine.kernel.forget import ForgetMember
from engine.kernel.join import JoinCommunity
from engine.limits import INTEGER_MAX
from engine.store import atomic_files, folder, snapshot
from engine.store import sqlite as sqlite_store
from tests.moot import START

WRITERS = 8


def say(line: str) -> None:
    """One whole line at once, so that a kill cuts none in two."""
    os.write(1, f"{line}\n".encode())


def main(path: Path, die_at: str, turn: int) -> None:
    if die_at:
        arm(die_at, turn)
    community = folder.open_folder(path)

    def write(number: int) -> None:
        for count in range(INTEGER_MAX):
            name = f"{os.getpid()}-{number}-{count}"
            say(f"asking {name}")
            joined = community.execute(Ask("newcomer", JoinCommunity(name, f"{name}@example.org"), START, os.urandom(32)))
            say(f"joined {joined.seq} {name}")
            if count % 3 == 1:
                community.execute(Ask(f"m{joined.seq}", SubmitIdea(f"idea of {name}", "text"), START, os.urandom(32)))
            if count % 4 == 2:
                say(f"forgetting {joined.seq}")
                community.execute(Ask(f"m{joined.seq}", ForgetMember(f"m{joined.seq}"), START, os.urandom(32)))
                say(f"forgotten {joined.seq} {name}")

    threads = [threading.Thread(target=write, args=(number,), daemon=True) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    if die_at == "snapshot" or die_at[1:] in ("save", "fsync"):
        while True:
            with community.reading() as state:
                snapshot.save(community.store.cache, state)
    threads[0].join()


def arm(die_at: str, turn: int) -> None:
    """Die of a kill just before (`-`) or after (`+`) the `turn`-th time a step of the store is taken."""
    if die_at == "snapshot":
        return
    moment, step = die_at[0], die_at[1:]
    seen = [0]

    def dying(call):  # type: ignore[no-untyped-def]
        def wrapped(*args, **kwargs):  # type: ignore[no-untyped-def]
            seen[0] += 1
            if seen[0] == turn and moment == "-":
                os.kill(os.getpid(), signal.SIGKILL)
            answer = call(*args, **kwargs)
            if seen[0] == turn and moment == "+":
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        return wrapped

    if step == "commit":
        execute = sqlite_store._Connection.execute
        committing = dying(execute)

        def watched(connection, sql, *values):  # type: ignore[no-untyped-def]
            return committing(connection, sql, *values) if sql == "commit" else execute(connection, sql, *values)

        sqlite_store._Connection.execute = watched  # type: ignore[method-assign]
    elif step == "save":
        snapshot.save = dying(snapshot.save)  # type: ignore[assignment]
    elif step == "fsync":
        atomic_files.os.fsync = dying(os.fsync)
    elif step == "scrub":
        sqlite_store.SqliteStore.scrub = dying(sqlite_store.SqliteStore.scrub)  # type: ignore[method-assign]
    else:
        setattr(sqlite_store.SqliteBatch, step, dying(getattr(sqlite_store.SqliteBatch, step)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
