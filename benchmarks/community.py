"""`make bench-community`: how fast a community lives, restarts and proves, beside what the machine itself can do.

Real ballots (Wrocław 2018) where the shared data is here, invented ones elsewhere. SQLite in WAL with
synchronous=FULL throughout. The limit is the same rows put into a bare table by `executemany`, committed as often.
"""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np

from api.asking import read_command
from engine.community import Community, Receipt
from engine.elections import files, pabulib
from engine.event import Ask
from engine.features.polls.cast import CastBallot
from engine.features.polls.close import ClosePoll
from engine.features.polls.open import FreeOption, OpenPoll
from engine.kernel import charter
from engine.kernel.found import FoundCommunity
from engine.kernel.join import JoinCommunity
from engine.limits import BATCH_ASKS_MAX
from engine.log.checkpoint import LogKey
from engine.store import folder, snapshot
from engine.store.memory import MemoryStore

ORIGIN = "bench.example/moot"
NOW = 1_760_000_000_000
REAL = Path(__file__).parent.parent.parent / "shared/elections/pabulib/Poland_Wroclaw_2018.pb"
PLAIN = charter.preset("product").split("[[points.earning]]")[0].replace("until_close", "open").replace('ties = "lot"', 'ties = "oldest"')


START = """
import resource, sys, time
from pathlib import Path
from engine.store import folder
began = time.perf_counter()
folder.open_folder(Path(sys.argv[1]))
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def say(what: str, value: float, unit: str, beside: str = "") -> None:
    print(f"{what:58} {value:>12,.1f} {unit:12} {beside}", flush=True)


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def ask(actor: str, command: object, number: int = 0) -> Ask:
    return Ask(actor, command, NOW, sha256(str(number).encode()).digest())  # type: ignore[arg-type]


def terms() -> str:
    """The charter of the preset `product` without its earning rules, its ballots open, its polls ended by hand at any time."""
    tail = "\n[points]\n" if "[points]" not in PLAIN else ""
    return (
        PLAIN.replace("hand_after_minutes = 1440", "hand_after_minutes = 0")
        + tail
        + "\n[money]"
        + charter.preset("product").split("[money]")[1]
    )


def founded(path: Path) -> Community:
    return folder.found(path, terms(), ORIGIN, NOW, bytes(32))


def join(community: Community, many: int) -> list[str]:
    receipts = community.execute_many([ask("newcomer", JoinCommunity()) for _ in range(many)])
    return [f"m{receipt.seq}" for receipt in receipts if isinstance(receipt, Receipt)]


def opened(community: Community, options: int) -> str:
    free = tuple(FreeOption(f"option {number}") for number in range(options))
    return f"p{community.execute(ask('m1', OpenPoll('ranking', 'Which?', options=free))).seq}"


def bare_limit(place: Path, rows: list[bytes]) -> float:
    """Rows a second into one bare table, a commit every 256."""
    connection = sqlite3.connect(place / "bare.db", isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute("create table events(seq integer primary key, event text) strict")

    def put() -> None:
        for first in range(0, len(rows), BATCH_ASKS_MAX):
            connection.execute("begin immediate")
            batch = [(first + number, row.decode()) for number, row in enumerate(rows[first : first + BATCH_ASKS_MAX])]
            connection.executemany("insert into events values (?, ?)", batch)
            connection.execute("commit")

    speed = len(rows) / timed(put)
    connection.close()
    return speed


def ballots(place: Path) -> None:
    if REAL.exists():
        table = pabulib.read(files.read_text(REAL)).election.table
        written = [">".join(str(option + 1) for option in np.flatnonzero(row)) for row in table]
        options = table.shape[1]
    else:
        print("(the shared data is not here: ballots are invented)")
        written, options = [f"{number % 39 + 1}>{number % 7 + 1}" if number % 39 != number % 7 else "1" for number in range(53_801)], 39
    community = founded(place / "votes")
    members = join(community, len(written))
    poll = opened(community, options)
    sent = [f'{{"command":"CastBallot","poll":"{poll}","choice":"{choice}"}}'.encode() for choice in written]
    asks: list[Ask] = []
    parsing = timed(lambda: asks.extend(ask(member, read_command(data)) for member, data in zip(members, sent, strict=True)))
    answers: list[object] = []
    spent = timed(lambda: answers.extend(community.execute_many(asks)))
    assert all(isinstance(answer, Receipt) for answer in answers)
    lines = [data for _, data in community.store.lines(0)][-len(written) :]
    limit = bare_limit(place, lines)
    say(
        "ballots through execute_many, a receipt each",
        len(asks) / spent,
        "a second",
        f"{limit * spent / len(asks):.1f}× below bare SQLite rows",
    )
    say("  the same, with parsing their JSON", len(asks) / (spent + parsing), "a second")

    def thread(number: int) -> None:
        for turn in range(100):
            member = members[(number * 100 + turn) % len(members)]
            community.execute(ask(member, CastBallot(poll, "2>1")))  # type: ignore[arg-type]

    threads = [threading.Thread(target=thread, args=(number,)) for number in range(32)]
    spent = timed(lambda: [[one.start() for one in threads], [one.join() for one in threads]])
    say("ballots by 32 threads calling execute", 3_200 / spent, "a second")
    say("closing and counting that poll", timed(lambda: community.execute(ask("m1", ClosePoll(poll)))) * 1000, "ms")  # type: ignore[arg-type]

    def idle() -> None:
        for _ in range(2_000):
            with community.reading():
                pass

    say("an idle catch-up", timed(idle) / 2_000 * 1e6, "µs")
    folder.close(community)


def restart(place: Path, events: int) -> None:
    path = place / "large"
    community = founded(path)
    members = join(community, events // 10)
    polls = 30
    each = (events - 2 * len(members)) // polls - 2
    for _ in range(polls):
        poll = opened(community, 5)
        community.execute_many([ask(member, CastBallot(poll, "2>1>3")) for member in (members * (each // len(members) + 1))[:each]])  # type: ignore[arg-type]
        community.execute(ask("m1", ClosePoll(poll)))  # type: ignore[arg-type]
    poll = opened(community, 5)
    community.execute_many([ask(member, CastBallot(poll, "3>1")) for member in members])  # type: ignore[arg-type]
    with community.reading() as state:
        size = state.seq
        say(f"writing a snapshot of {size:,} events", timed(lambda: snapshot.save(community.store.cache, state)) * 1000, "ms")
    community.checkpoint()
    draw = random.Random(1)
    proofs = sorted(timed(lambda: community.prove(draw.randrange(size))) for _ in range(300))
    say(f"a proof among {size:,} leaves (median)", proofs[150] * 1000, "ms")
    community.store.close()  # type: ignore[attr-defined]
    for kept in (True, False):
        if not kept:
            (path / "snapshot.npz").unlink()
        said = subprocess.run([sys.executable, "-c", START, str(path)], capture_output=True, text=True, check=True).stdout.split()
        spent, memory = float(said[0]), f"{said[1]} MB at most, imports included"
        if kept:
            say(f"a start with a snapshot, {size:,} events", spent, "seconds", memory)
        else:
            say("a start without one", size / spent, "events/s", memory)


def opening(many: int) -> None:
    """How long somebody who joins has to wait while a poll for `many` members opens (in memory: no disk in the figure)."""
    key = LogKey.from_seed(ORIGIN, bytes(32))
    community = Community(MemoryStore(), key)
    community.execute(ask("founder", FoundCommunity(terms(), ORIGIN, str(key.verifier))))  # type: ignore[arg-type]
    join(community, many)
    waits: list[float] = []
    done = threading.Event()

    def newcomers() -> None:
        while not done.wait(0.002):
            waits.append(timed(lambda: community.execute(ask("newcomer", JoinCommunity()))))

    thread = threading.Thread(target=newcomers)
    thread.start()
    spent = timed(lambda: opened(community, 3))
    again = timed(lambda: opened(community, 3))
    done.set()
    thread.join()
    say(f"opening a poll for {many:,} members", spent, "seconds", f"the next one {again * 1000:.0f} ms")
    say("  the longest a newcomer waited meanwhile", max(waits) * 1000, "ms")


if __name__ == "__main__":
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        ballots(Path(name))
        restart(Path(name), events)
    opening(events)
