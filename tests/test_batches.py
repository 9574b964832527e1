"""One writer: batches, commits and commands that fail, readers and many threads meanwhile."""

import threading
import time

import pytest

from engine.event import Ask
from engine.fair_lock import FairLock
from engine.features.ideas.comment import CommentIdea, IdeaCommented
from engine.features.ideas.state import Ideas
from engine.features.ideas.submit import SubmitIdea
from engine.kernel.forget import ForgetMember
from engine.kernel.found import CommunityFounded
from engine.kernel.join import JoinCommunity
from engine.refusals import Refusal
from engine.store.memory import MemoryStore
from engine.verify import verify
from tests.moot import Moot, fingerprint


def test_in_a_batch_the_refused_refuse_and_the_others_happen():
    moot = Moot(members=2)
    asks = [moot.ask("m1", SubmitIdea(title, "x")) for title in ("A", "B" * 999, "C")]
    answers = moot.community.execute_many(asks)
    assert [isinstance(answer, Refusal) for answer in answers] == [False, True, False]
    assert [idea.versions for idea in moot.of(Ideas).ideas.values()] == [(answers[0].seq,), (answers[2].seq,)]


def test_later_asks_of_a_batch_see_earlier_ones():
    moot = Moot()
    joined = moot.community.execute_many([moot.ask("newcomer", JoinCommunity()), moot.ask("m2", SubmitIdea("A", "b"))])
    assert not any(isinstance(answer, Refusal) for answer in joined)


class Failing(MemoryStore):
    """A store whose commits fail while `broken`."""

    broken = False

    def writing(self):
        from contextlib import contextmanager

        inner = super().writing

        @contextmanager
        def failing():
            with inner() as batch:
                yield batch
                if self.broken:
                    raise OSError("no space left on device")

        return failing()


def test_a_commit_that_fails_leaves_nothing_and_the_next_succeeds():
    moot = Moot(members=2, store=Failing())
    before = fingerprint(moot)
    moot.community.store.broken = True
    answers = moot.community.execute_many([moot.ask("m1", SubmitIdea(name, "b")) for name in "AB"])
    assert [answer.code for answer in answers] == ["storage_failed"] * 2
    assert fingerprint(moot) == before
    moot.community.store.broken = False
    moot.do("m1", SubmitIdea("A", "b"))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


class Exploding(SubmitIdea):
    """A command with a fault of ours in it."""

    def decide(self, state, ask, vault):
        raise ZeroDivisionError("a fault")


def test_a_fault_in_the_engine_is_a_refusal_and_the_rest_of_the_batch_happens(monkeypatch):
    moot = Moot(members=2)
    idea = moot.idea()
    before = fingerprint(moot)
    with pytest.raises(Refusal, match="engine_fault"):
        moot.do("m1", Exploding("A", "b"))
    assert fingerprint(moot) == before

    def half_done(self, state, record):
        state[Ideas][self.idea].comments += 1
        raise RuntimeError("half way through")

    monkeypatch.setattr(IdeaCommented, "apply", half_done)
    answers = moot.community.execute_many(
        [moot.ask("m1", SubmitIdea("A", "b")), moot.ask("m1", CommentIdea(idea, "x")), moot.ask("m1", SubmitIdea("B", "b"))]
    )
    assert [getattr(answer, "code", "done") for answer in answers] == ["done", "engine_fault", "done"]
    assert moot.of(Ideas)[idea].comments == 0
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


class Undecided(SubmitIdea):
    def decide(self, state, ask, vault):
        return []


class Unlawful(SubmitIdea):
    def decide(self, state, ask, vault):
        return [*super().decide(state, ask, vault), CommunityFounded("folkmoot-events/1", "x", "y", "z")]


@pytest.mark.parametrize("faulty", [Undecided, Unlawful])
def test_a_command_that_decides_what_no_audit_would_pass_fails_alone(faulty):
    """Nothing at all, or an event that may not follow the one before it."""
    moot = Moot(members=2)
    answers = moot.community.execute_many([moot.ask("m1", SubmitIdea("A", "b")), moot.ask("m1", faulty("A", "b"))])
    assert [getattr(answer, "code", "done") for answer in answers] == ["done", "engine_fault"]
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_a_batch_that_is_done_again_counts_its_bytes_once(monkeypatch):
    moot = Moot(members=2)
    idea = moot.idea()
    monkeypatch.setattr(IdeaCommented, "apply", lambda self, state, record: 1 // 0)
    before = moot.community._vault_bytes.of("m1", moot.now)
    moot.community.execute_many([moot.ask("m1", SubmitIdea("A", "b")), moot.ask("m1", CommentIdea(idea, "x"))])
    assert moot.community._vault_bytes.of("m1", moot.now) == before + len('"A"' + '"b"')


def test_readers_go_on_while_erased_bytes_are_swept_out():
    """Given a file that somebody else holds open, so that sweeping waits, then reading does not."""
    sweeping, go_on = threading.Event(), threading.Event()

    class Slow(MemoryStore):
        def scrub(self) -> bool:
            sweeping.set()
            return go_on.wait(10)

    moot = Moot(members=2, store=Slow())
    forgetting = threading.Thread(target=moot.do, args=("m2", ForgetMember("m2")))
    forgetting.start()
    assert sweeping.wait(10)

    def read() -> None:
        with moot.community.reading():
            pass

    reader = threading.Thread(target=read)
    reader.start()
    reader.join(5)
    waited = reader.is_alive()
    go_on.set()
    forgetting.join(10)
    assert not waited and not forgetting.is_alive()


def test_readers_never_see_what_is_not_committed():
    moot = Moot()
    store, seen, done = moot.community.store, [], threading.Event()

    def read():
        while not done.is_set():
            with moot.community.reading() as state:
                seen.append(state.seq <= store.size())

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(20):
        moot.community.execute_many([moot.ask("newcomer", JoinCommunity()) for _ in range(20)])
    done.set()
    reader.join()
    assert seen and all(seen)


def test_a_busy_writer_keeps_no_reader_out():
    """Between any two turns of the writer a reader that waits has hers."""
    lock, turns, got = FairLock(), [], threading.Event()

    def read():
        for _ in range(20):
            with lock:
                turns.append("reader")
        got.set()

    reader = threading.Thread(target=read)
    with lock:
        reader.start()
        while not lock._turnstile.locked():
            pass
    while not got.is_set():
        with lock, lock:
            turns.append("writer")
            until = time.perf_counter() + 0.001
            while time.perf_counter() < until:
                pass
    reader.join()
    assert turns.count("writer") < 200


def test_many_threads_each_get_their_own_receipt():
    moot = Moot()
    receipts = []

    def join(number: int) -> None:
        for turn in range(20):
            ask = Ask("newcomer", JoinCommunity(f"{number}-{turn}"), moot.now, bytes([number]) * 32, f"{number}-{turn}")
            receipts.append(moot.community.execute(ask))

    threads = [threading.Thread(target=join, args=(number,)) for number in range(16)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(receipt.seq for receipt in receipts) == list(range(2, 322))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"
