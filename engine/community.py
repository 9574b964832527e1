"""The one door: takes asks, decides them, appends events, applies them.

One writer drains waiting asks in batches: take the store's write lock, catch up, decide each ask and apply the very
bytes it writes, commit, answer. Nothing is answered before the commit, no reader sees an uncommitted event, and what
refuses or raises leaves nothing. If a commit fails the state is rebuilt from the store.
"""

from __future__ import annotations

import gc
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from hashlib import sha256

from engine import fold, lines
from engine.ahead import Ahead, in_stretches, signed_in_asks, when_waited_for
from engine.event import Ask, Command, Erased, Event, Record
from engine.fair_lock import FairLock
from engine.kernel.authority import judge
from engine.kernel.found import Founding
from engine.kernel.quotas import VaultBytes, check_bytes, check_quota
from engine.limits import BATCH_ASKS_MAX, CLOCK_BEHIND_MS_MAX, KEY_TEXT_MAX, RECEIPT_DAYS_KEPT
from engine.lines import Line
from engine.log.checkpoint import Checkpoint, LogKey, Verifier, read_checkpoint, write_proof
from engine.log.codec import form, respelled
from engine.log.json import canonical
from engine.log.merkle import Tree
from engine.refusals import Refusal, refuse
from engine.state import State
from engine.storage import Batch, BatchLost, Kept, Store
from engine.values import DAY_MS, Moment, Seq, TextOf, read_actor, read_moment, read_text


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an ask became: events `seq` to `seq + count - 1`, the first one's time and leaf hash."""

    seq: int
    count: int
    at: int
    leaf: bytes
    again: bool = False
    """Whether this is the first receipt once more, for an idempotency key that was used before."""
    erasure_pending: bool = False
    """Whether bytes of what it erased may still lie in a file that somebody reads: the clockwork or the next start ends that."""


class _Queued:
    """One ask in the queue, and later its answer."""

    __slots__ = ("answer", "ask")

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.answer: Receipt | Refusal | None = None


class Community:
    """A community over a store. `key` signs heads of its log; without it everything else works."""

    def __init__(self, store: Store, key: LogKey | None = None) -> None:
        self.store, self.key = store, key
        self.ahead: Ahead = when_waited_for
        self._waiting: deque[_Queued] = deque()
        self._writer = threading.Lock()
        self._guard = FairLock()
        self._signed = (0, "")
        self._vault_bytes = VaultBytes()
        self.state = State()
        self._rebuild()

    # -- asking -------------------------------------------------------------------------------------------------

    def execute(self, ask: Ask) -> Receipt:
        """Decide an ask and record its events; the receipt comes after the commit. Raises a Refusal."""
        self._look_ahead([ask])()
        self._prepare(ask)
        answer = self._drain_until_answered([self._queued(ask)])[0]
        if isinstance(answer, Refusal):
            raise answer
        return answer

    def _prepare(self, ask: Ask) -> None:
        """Have long work done before the writer's turn, holding nobody; if it fails, the writer's turn says why."""
        if not ask.command.prepares():
            return
        with suppress(Exception):
            with self.reading() as state:
                work = ask.command.prepare(state, ask, self.store)
            if work is not None:
                install = work()
                with self.reading() as state:
                    install(state)

    def execute_many(self, asks: Sequence[Ask]) -> list[Receipt | Refusal]:
        """Decide asks in their order, committing at most 256 together; a receipt or a refusal for each."""
        places, answers = [self._queued(ask) for ask in asks], list[Receipt | Refusal]()
        for stretch in in_stretches(places, lambda stretch: self._look_ahead([place.ask for place in stretch])):
            for place in stretch:
                self._prepare(place.ask)
            answers += self._drain_until_answered(stretch)
        return answers

    def _look_ahead(self, asks: Sequence[Ask]) -> Callable[[], None]:
        """Begin to look at the signatures that asks bring, while others write."""
        bringing = [ask for ask in asks if ask.command.signature() is not None]
        if not bringing:
            return lambda: None
        with self.reading() as state:
            signed = signed_in_asks(bringing, state)
        return self.ahead(signed)

    def _queued(self, ask: Ask) -> _Queued:
        """An ask takes its place. A clock far behind the log is refused here: waiting in the queue is nobody's fault."""
        queued = _Queued(ask)
        late = self.state.at - ask.now
        if late > CLOCK_BEHIND_MS_MAX and not ask.command.on_a_late_clock:
            queued.answer = refuse(
                "clock_behind", "the clock", "is {late} ms behind the log", "set this machine's clock right; if the log's is wrong: CorrectClock",
                late=late,
            )  # fmt: skip
        return queued

    def _drain_until_answered(self, queued: list[_Queued]) -> list[Receipt | Refusal]:
        self._waiting.extend(place for place in queued if place.answer is None)
        answers: list[Receipt | Refusal] = []
        for place in queued:
            while place.answer is None:
                with self._writer:
                    if place.answer is None:
                        self._write_batch()
            answers.append(place.answer)
        return answers

    def _write_batch(self) -> None:
        batch: list[_Queued] = []
        while self._waiting and len(batch) < BATCH_ASKS_MAX:
            batch.append(self._waiting.popleft())
        with self._guard:
            try:
                answers, erasing = self._commit([place.ask for place in batch])
            except Refusal as refusal:
                answers, erasing = [refusal] * len(batch), []
            except Exception as fault:  # noqa: BLE001 - whatever a store raises, askers get a refusal and the state is rebuilt
                self._recover()
                failed = refuse("storage_failed", "the store", "failed: {fault}", "nothing was recorded; ask again", fault=str(fault))
                answers, erasing = [failed] * len(batch), []
            except BaseException:
                self._recover()
                stopped = refuse("engine_fault", "the writer", "was interrupted", "look at the log before you ask again")
                for place in batch:
                    place.answer = stopped
                raise
        if erasing and not self._scrub():  # readers need not wait for it
            for number in erasing:
                answer = answers[number]
                assert isinstance(answer, Receipt)
                answers[number] = replace(answer, erasure_pending=True)
        for place, answer in zip(batch, answers, strict=True):
            place.answer = answer

    def _commit(self, asks: list[Ask]) -> tuple[list[Receipt | Refusal], list[int]]:
        """Answers to the asks of one batch, committed; and which of them erased something."""
        faulty: dict[int, Refusal] = {}
        while True:
            self._vault_bytes.begin()
            try:
                with self.store.writing() as batch:
                    self._catch_up()
                    answers: list[Receipt | Refusal] = []
                    erasing: list[int] = []
                    if any(ask.key is not None for ask in asks):
                        batch.drop_receipts(self.state.at - RECEIPT_DAYS_KEPT * DAY_MS)
                    for number, ask in enumerate(asks):
                        if number in faulty:
                            answers.append(faulty[number])
                            continue
                        try:
                            answer, erased = self._record(ask, batch)
                            erasing += [number] if erased else []
                        except _Torn as torn:
                            faulty[number] = torn.refusal
                            raise
                        answers.append(answer)
                    batch.put_tiles(self.state.tree.take_filled())
                self.state.tree.forget_kept()
                self._vault_bytes.commit()
                return answers, erasing
            except _Torn:
                # The state was touched by an ask that failed: rebuild it and do the rest of the batch again.
                self._recover()

    def _record(self, ask: Ask, batch: Batch) -> tuple[Receipt | Refusal, bool]:
        """One ask inside the transaction; a `_Torn` when it failed after touching the state."""
        seq, touched = self.state.seq, False
        try:
            at = self._moment(ask)
            command, hashed = self._read(ask)
            if hashed:
                kept = batch.receipt(ask.actor, hashed[0])
                if kept is not None:
                    if kept.digest != hashed[1]:
                        raise refuse(
                            "idempotency_key_reused", "key {key!r}", "was used for another command", "take a fresh key", key=ask.key
                        )
                    return self._receipt_of(kept), False
            # What sets a late clock right has to see the clock it was asked by.
            ask = Ask(ask.actor, command, ask.now if command.on_a_late_clock else at, ask.chance, ask.key)
            events = command.decide(self.state, ask, self.store)
            assert events, "it decided nothing"
            touched = True
            written, erased, leaf = self._fold(events, ask, at)
        except BatchLost:
            raise
        except Refusal as refusal:
            if self.state.seq != seq:
                raise _Torn(refusal) from None
            return refusal, False
        except Exception as fault:
            if touched:
                raise _Torn(_fault(ask, fault)) from fault
            return _fault(ask, fault), False
        batch.append(written)
        for item in erased:
            batch.erase(item)
        receipt = Receipt(seq, len(written), at, leaf)
        if hashed:
            batch.put_receipt(ask.actor, hashed[0], Kept(hashed[1], seq, len(written)), at)
        return receipt, bool(erased)

    def _fold(self, events: list[Event], ask: Ask, at: Moment) -> tuple[list[Line], list[Erased], bytes]:
        """Judge, check and apply what was decided, then all that follows: its lines, what they erase, and the leaf of the first."""
        state, cause, consequences = self.state, Seq(self.state.seq), fold.Consequences()
        written: list[Line] = []
        erased: list[Erased] = []
        kept, leaf = 0, b""

        def put(event: Event, sig: str | None = None) -> Record[Event]:
            nonlocal kept
            line = lines.write(Record(Seq(state.seq), at, ask.actor, cause, event, sig), ask.chance)
            written.append(line)
            for opening in line.openings:
                kept += len(opening.value)
            return lines.read_own(line.data)

        def take(record: Record[Event]) -> None:
            erased.extend(record.event.erases(state, record))
            consequences.hear(record, fold.apply(state, record))

        before = None
        for event in events:
            assert before is None or before in event.may_follow, f"{event.kind} may not follow {before}"
            record = put(event, ask.command.signature() if before is None else None)
            leaf, before = leaf or record.leaf, event.kind
            judge(state, record)
            check_quota(state, record)
            record.event.check(state, record)
            check_bytes(state, record, self._vault_bytes, kept)
            take(record)
        while (event_due := consequences.next(state)) is not None:
            take(put(event_due))
        if kept:
            self._vault_bytes.add(ask.actor, at, kept)
        return written, erased, leaf

    def _moment(self, ask: Ask) -> Moment:
        """When the ask's events are said to happen: never before what happened before."""
        now = read_moment(ask.now, "now")
        read_actor(ask.actor, "actor")
        return Moment(max(now, self.state.at))

    def _read(self, ask: Ask) -> tuple[Command, tuple[bytes, bytes] | None]:
        """The command with every field spelled as the log spells it (texts in NFC), and, where the ask has an idempotency key, that
        key's hash and the command's digest."""
        command = respelled(ask.command)
        if ask.key is None:
            return command, None
        read_text(ask.key, "key", TextOf(KEY_TEXT_MAX))
        digest = sha256(canonical({"command": type(command).__name__, "fields": form(type(command), lenient=True).write(command)})).digest()
        return command, (sha256(ask.key.encode()).digest(), digest)

    def _receipt_of(self, kept: Kept) -> Receipt:
        seq, data = next(self.store.lines(kept.seq, kept.seq + 1))
        record = lines.read_own(data)
        return Receipt(seq, kept.count, record.at, record.leaf, again=True)

    # -- following ----------------------------------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[State]:
        """The state of all that is committed, by any process; do not keep it beyond the block."""
        with self._guard:
            try:
                self._catch_up()
            except Exception as fault:
                self._recover()
                raise refuse(
                    "engine_fault", "the log", "cannot be followed: {fault}", "use a newer folkmoot, or verify it", fault=str(fault)
                ) from fault
            yield self.state

    def _catch_up(self) -> None:
        size = self.store.size()
        if size == self.state.seq:
            return
        if size < self.state.seq:
            self._rebuild()
            return
        # A long fold makes millions of lasting objects and no cycles: the collector would walk them again and again.
        collecting = gc.isenabled()
        gc.disable()
        try:
            for _, data in self.store.lines(self.state.seq):
                fold.apply(self.state, lines.follow(data))
        finally:
            if collecting:
                gc.enable()
        self.state.tree.take_filled()
        self.state.tree.forget_kept()

    def _rebuild(self) -> None:
        """The state anew, from the last snapshot if there is one, and the log."""
        snapshot = self.store.snapshot()
        self.state = snapshot if snapshot is not None else State(Tree(self.store.tile))
        self._catch_up()

    def _recover(self) -> None:
        """Rebuild after a failure; if the store fails even at that, the next ask tries again."""
        try:
            self._rebuild()
        except Exception:  # noqa: BLE001
            self.state = State(Tree(self.store.tile))

    def _scrub(self) -> bool:
        try:
            return self.store.scrub()
        except Exception:  # noqa: BLE001 - the erasure is committed; the store finishes scrubbing at its next start
            return False

    # -- proving ------------------------------------------------------------------------------------------------

    def checkpoint(self, size: int | None = None) -> str:
        """A signed head over everything committed, or over the first `size` events; stored before it is shown."""
        with self._guard:
            if size is None:
                return self._sign()[1]
            self._catch_up()
            if self.key is None or str(self.key.verifier) != self.state[Founding].key or size > self.state.seq:
                stored = self.store.checkpoint()
                if stored is not None and read_checkpoint(stored, Verifier.read(self.state[Founding].key)).size == size:
                    return stored
                raise refuse("key_missing", "a head of size {size}", "cannot be signed here", "export where log.key is", size=size)
            note = self.key.sign(Checkpoint(self.state[Founding].origin, size, self.state.tree.root(size)))
            self.store.put_checkpoint(size, note)
            return note

    def _sign(self) -> tuple[int, str]:
        """The newest signed head and its size, signed now if it can be and is not yet."""
        self._catch_up()
        state = self.state
        if self._signed[0] == state.seq and state.seq:
            return self._signed
        if self.key is not None and str(self.key.verifier) == state[Founding].key:
            note = self.key.sign(Checkpoint(state[Founding].origin, state.seq, state.tree.root()))
            self.store.put_checkpoint(state.seq, note)
            self._signed = state.seq, note
            return self._signed
        stored = self.store.checkpoint()
        if stored is None:
            raise refuse("key_missing", "the log", "has no key here to sign its head with", "restore log.key")
        return read_checkpoint(stored, Verifier.read(state[Founding].key)).size, stored

    def prove(self, seq: int) -> str:
        """A `.tlog-proof` that event `seq` stands under a signed head."""
        with self._guard:
            size, note = self._sign()
            if not 0 <= seq < size:
                raise refuse(
                    "event_unknown", "event {seq}", "is not among the {size} events signed for", "ask for an earlier one",
                    seq=seq, size=size,
                )  # fmt: skip
            return write_proof(seq, self.state.tree.prove_inclusion(seq, size), note)


class _Torn(Exception):
    """An ask failed after it had touched the state."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


def _fault(ask: Ask, fault: Exception) -> Refusal:
    return refuse(
        "engine_fault", "{command}", "failed inside the engine: {sort}: {fault}", "nothing was recorded; please report this",
        command=type(ask.command).__name__, sort=type(fault).__name__, fault=str(fault),
    )  # fmt: skip
