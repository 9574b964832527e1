"""`make bench-turns`: how long a turn of the writer lasts, and a reader waits, where much is to be done at once.

A community of a million in a folder (MEMBERS=100000 for a quick look): a poll opened, 100,000 sealed ballots closed, the same with
50,000 votes that others carry, a round over 100,000 members shared, the page of a closed poll read. No turn may take 200 ms of CPU, and no reader wait longer.
"""

from __future__ import annotations

import gc
import os
import tempfile
import threading
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from api.clockwork import do_due
from api.views import view_of
from engine.community import Community, Receipt
from engine.event import Ask
from engine.features.delegation.delegate import Delegate
from engine.features.points.award import AwardPoints
from engine.features.polls.cast import CastBallot
from engine.features.polls.close import ClosePoll
from engine.features.polls.open import FreeOption, OpenPoll
from engine.features.rewards.share import ShareReward
from engine.features.treasury.pay_in import PayIn
from engine.kernel import charter
from engine.kernel.found import FoundCommunity
from engine.kernel.join import JoinCommunity
from engine.log.checkpoint import LogKey
from engine.store.sqlite import SqliteStore
from engine.store.tables import create

MEMBERS = int(os.environ.get("MEMBERS", "1000000"))
SOME = min(MEMBERS, 100_000)
NOW = 1_760_000_000_000
MINUTE = 60_000
KEY = LogKey.from_seed("bench.example/moot", bytes(32))
TEXT = (
    charter.preset("product")
    .replace("commands_per_day = 500", "commands_per_day = 0")
    .replace("bytes_per_day = 1000000", "bytes_per_day = 0")
    .replace('"cast_ballot", "leave"]', '"cast_ballot", "delegate", "leave"]')
    + '\n[delegation]\ndecisions = ["ranking"]\ndays_max = 365\ndepth_max = 4\n'
)


class Timed(Community):
    """Notes the CPU time of the longest turn of its writer."""

    longest = 0.0

    def _write_batch(self) -> None:
        began = time.thread_time()
        super()._write_batch()
        self.longest = max(self.longest, time.thread_time() - began)


class Reader:
    """Asks for the state all the time, and notes how long it ever waited."""

    def __init__(self, community: Community) -> None:
        self.longest, self._community, self._done = 0.0, community, threading.Event()
        self._thread = threading.Thread(target=self._read)

    def _read(self) -> None:
        while not self._done.is_set():
            began = time.perf_counter()
            with self._community.reading():
                pass
            self.longest = max(self.longest, time.perf_counter() - began)
            time.sleep(0.002)

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


def ask(actor: str, command: object, now: int = NOW, number: int = 0) -> Ask:
    return Ask(actor, command, now, sha256(f"{number}{type(command)}".encode()).digest())  # type: ignore[arg-type]


def measured(what: str, community: Timed, work: Callable[[], object]) -> None:
    gc.collect()
    gc.freeze()  # what this benchmark itself holds is no business of the turns
    community.longest = 0.0
    began = time.perf_counter()
    with Reader(community) as reader:
        work()
    whole = time.perf_counter() - began
    print(
        f"{what:52} {whole:8.1f} s   longest turn {community.longest * 1000:6.0f} ms   longest wait {reader.longest * 1000:6.0f} ms",
        flush=True,
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        create(Path(place) / "community.db")
        run(Timed(SqliteStore(Path(place) / "community.db"), KEY))


def run(community: Timed) -> None:
    community.execute(ask("founder", FoundCommunity(TEXT, "bench.example/moot", str(KEY.verifier))))
    joined: list[str] = []

    def join() -> None:
        for first in range(0, MEMBERS, 10_000):
            asks = [ask("newcomer", JoinCommunity(), NOW, first + number) for number in range(min(10_000, MEMBERS - first))]
            joined.extend(f"m{receipt.seq}" for receipt in community.execute_many(asks) if isinstance(receipt, Receipt))

    measured(f"{MEMBERS:,} join", community, join)
    options = tuple(FreeOption(f"option {number}") for number in range(5))
    opened: list[str] = []
    measured(
        f"a poll opened for {MEMBERS:,}", community,
        lambda: opened.append(f"p{community.execute(ask('m1', OpenPoll('ranking', 'Which?', options=options))).seq}"),
    )  # fmt: skip
    poll = opened[0]
    ballots = cast(poll, joined[:SOME], NOW)
    measured(f"{SOME:,} sealed ballots cast", community, lambda: community.execute_many(ballots))
    later = NOW + 1_440 * MINUTE

    def close() -> None:
        community.execute(ask("m1", ClosePoll(poll), later))
        do_due(community, later)

    measured(f"{SOME:,} sealed ballots opened and counted", community, close)
    measured("the page of the closed poll", community, lambda: view_of(community, poll))
    later = hand_on(community, joined[: SOME // 2], joined[SOME // 2 : SOME], later)
    community.execute(ask("m1", PayIn(10_000_000, "so"), later))
    awards = [ask("m1", AwardPoints(member, 1 + number % 400, "so"), later, number) for number, member in enumerate(joined[:SOME])]  # type: ignore[arg-type]
    measured(f"{SOME:,} awards", community, lambda: community.execute_many(awards))

    def share() -> None:
        community.execute(ask("m1", ShareReward("quarterly", 9_999_999), later))  # type: ignore[arg-type]
        do_due(community, later)

    measured(f"a round over {SOME:,} members shared", community, share)


def cast(poll: str, members: list[str], now: int) -> list[Ask]:
    """A ballot of each."""
    return [ask(member, CastBallot(poll, f"{1 + number % 5}>{1 + (number + 1) % 5}"), now, number) for number, member in enumerate(members)]  # type: ignore[arg-type]


def hand_on(community: Timed, members: list[str], delegates: list[str], now: int) -> int:
    """A poll in which each of so many members is spoken for by another; the moment it ends."""
    asks = [ask(member, Delegate(to), now, number) for number, (member, to) in enumerate(zip(members, delegates, strict=True))]  # type: ignore[arg-type]
    measured(f"{len(asks):,} delegate", community, lambda: community.execute_many(asks))
    options, opened = (FreeOption("one"), FreeOption("two"), FreeOption("three"), FreeOption("four"), FreeOption("five")), list[str]()
    measured(
        f"a poll opened that {len(asks):,} delegations go for", community,
        lambda: opened.append(f"p{community.execute(ask('m1', OpenPoll('ranking', 'Which?', options=options), now)).seq}"),
    )  # fmt: skip
    community.execute_many(cast(opened[0], delegates, now))
    later = now + 1_440 * MINUTE

    def close() -> None:
        community.execute(ask("m1", ClosePoll(opened[0]), later))  # type: ignore[arg-type]
        do_due(community, later)

    measured(f"{len(delegates):,} ballots that carry another, counted", community, close)
    measured("the page of that poll", community, lambda: view_of(community, opened[0]))
    return later


if __name__ == "__main__":
    main()
