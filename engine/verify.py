"""A stranger's audit: check and apply over a whole log.

Every hash, head and opening is checked, every event judged as it was lawful when it was written, every closed poll
recounted, every point and reward worked out again with the rules the log names. The first thing that is wrong is named.

>>> from engine.store.memory import MemoryStore
>>> verify(MemoryStore()).problem.code
'log_broken'
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from engine import commands, fold
from engine.commands.cast_ballot import BallotSealed, read_choice
from engine.commands.declare_loss import check_head
from engine.commands.void_poll import PollVoided
from engine.log import record as records
from engine.log.checkpoint import Verifier, read_checkpoint
from engine.log.codec import inner
from engine.log.fields import Opening, Private, opens, sealed_in
from engine.log.json import parse
from engine.log.merkle import Tile, Tree, leaf_hash
from engine.log.record import Event, Filing, Record
from engine.refusals import Refusal, refuse
from engine.rules.earning import Act
from engine.state import State
from engine.values import make_id, seen_as

PROGRESS_EVERY = 2_000


class Source(Protocol):
    """A log somebody gives us: nothing in it is trusted."""

    def lines(self, start: int, stop: int | None = None) -> Iterable[tuple[int, bytes]]: ...
    def openings(self, seq: int) -> list[Opening]: ...
    def filing(self, seq: int) -> Filing | None: ...
    def rows(self) -> tuple[int, int] | None:
        """How many events and openings it holds in all, wherever they stand; None where nothing can stand beside the log."""
        ...

    def checkpoints(self) -> Iterator[tuple[int, str]]: ...
    def tiles(self) -> Iterator[Tile]: ...


@dataclass
class Report:
    """What was checked, how often, and the first thing that is wrong; `seq` is the event it was found at."""

    checked: Counter[str] = field(default_factory=Counter)
    problem: Refusal | None = None
    seq: int | None = None
    origin: str = ""
    key: str = ""
    pinned: bool = False
    signed: int = 0
    """How many events stand under a verified signed head."""

    @property
    def verdict(self) -> Literal["sound", "unsound", "cannot_recount"]:
        """`cannot_recount`: this copy lacks a rule the log names; neither passed nor called false."""
        if self.problem is None:
            return "sound"
        return "cannot_recount" if self.problem.code in ("cannot_recount", "kind_unknown") else "unsound"


def verify(
    source: Source,
    key: str | None = None,
    private_kept: bool = True,
    progress: Callable[[int], None] | None = None,
    head: str | None = None,
) -> Report:
    """Audit a log. `key` pins the log's verifier key; `private_kept` says whether private values must be there
    (in a community's own folder) or must not (in an export); `head` is a signed head that the log must continue."""
    audit = _Audit(whole_vault=private_kept)
    report = audit.report
    try:
        for seq, data in source.lines(0):
            report.seq = seq
            audit.take(seq, data, {opening.field: opening for opening in source.openings(seq)}, source.filing(seq))
            if progress and seq % PROGRESS_EVERY == 0:
                progress(seq)
        audit.finish_group()
        report.seq = None
        audit.finish(key)
        audit.check_rows(source.rows())
        audit.check_heads(source.checkpoints())
        audit.check_tiles(source.tiles())
        if head is not None:
            check_head(audit.state, head)
    except Refusal as problem:
        report.problem = problem
        if report.verdict == "cannot_recount":
            # What cannot be judged may still be forged: bytes that do not stand under their signed head are.
            report.problem = _broken_head(source) or problem
    except Exception as fault:  # noqa: BLE001 - a log that cannot even be judged is not sound, whatever broke
        report.problem = refuse(
            "log_unlawful", f"event {report.seq}", f"cannot be judged: {type(fault).__name__}: {fault}", "do not rely on it"
        )
    return report


def _broken_head(source: Source) -> Refusal | None:
    """What is wrong with the signed heads of a log, its events taken as bytes only; None when they fit."""
    tree, key = Tree(), ""
    try:
        for seq, data in source.lines(0):
            line = parse(data, f"event {seq}")
            key = key or str(line["body"]["key"])
            tree.append(leaf_hash(data))
        for size, note in source.checkpoints():
            if read_checkpoint(note, Verifier.read(key)).size != size or not size <= tree.size:
                raise refuse("checkpoint_wrong", f"the head of size {size}", "does not fit this log", "ask for the whole log")
            if read_checkpoint(note, Verifier.read(key)).root != tree.root(size):
                raise refuse("checkpoint_wrong", f"the head of size {size}", "has another root than its events", "do not rely on it")
    except Refusal as problem:
        return problem
    except Exception as fault:  # noqa: BLE001 - whatever its bytes are, they do not stand under a head
        return refuse("log_broken", "the log", f"has events that cannot be read: {type(fault).__name__}", "ask for the whole log")
    return None


class _Audit:
    def __init__(self, whole_vault: bool) -> None:
        self.report = Report()
        self.state = State()
        self._private_kept = whole_vault
        self._restore = "restore the vault from a copy" if whole_vault else "ask for the log again"
        self._cause = -1
        self._expected: deque[Event] = deque()
        self._acts: list[Act] = []
        self._earned = False
        self._first: Record | None = None
        self._last = ""
        """The kind of the last event of this command that was asked for."""
        self._missing: dict[tuple[int, str], tuple[str, str]] = {}
        """Commitments without an opening: whose, and in which poll."""
        self._present: dict[str, set[tuple[int, str]]] = {}
        self._ended_owners: set[str] = set()
        self._ended_fields: set[tuple[int, str]] = set()
        self._erasable: set[tuple[int, str]] = set()
        self._lost: set[tuple[int, str]] = set()
        """Openings that a voided poll was said to have lost."""
        self._void: set[str] = set()
        self._sealed: set[str] = set()
        self._owed: set[tuple[str, str]] = set()

    def take(self, seq: int, data: bytes, openings: dict[str, Opening], filing: Filing | None) -> None:
        """One more line: judge it, fold it."""
        record = records.read(data, commands.kind_of, seq)
        if filing is not None and filing != records.filing_of(record):
            raise refuse("log_broken", f"event {seq}", f"is filed as {filing}", "restore the database from a copy")
        if seq != self.state.seq:
            raise refuse("log_broken", f"event {self.state.seq}", "is missing", "ask for the whole log")
        if record.sig is not None:
            raise refuse("cannot_recount", f"event {seq}", "bears a signature this copy cannot judge", "use a newer folkmoot")
        if record.at < self.state.at:
            raise refuse("log_unlawful", f"event {seq}", "says it happened before the event before it", "do not rely on it")
        self._place(record)
        self._check_openings(record, openings)
        self._judge(record)
        self._settle(record.event)
        self._acts += fold.apply(self.state, record)
        self._expected.extendleft(reversed(record.event.follows(self.state, record)))
        for owner, of, field_name in record.event.erases(record):
            if owner:
                self._ended_owners.add(owner)
            elif (of, field_name) in self._ended_fields:
                raise refuse("log_unlawful", f"event {seq}", f"erases {field_name!r} of event {of} again", "do not rely on it")
            elif (of, field_name) not in self._erasable:
                raise refuse(
                    "log_unlawful", f"event {seq}", f"erases {field_name!r} of event {of}, which is no erasable text", "do not rely on it"
                )
            else:
                self._ended_fields.add((of, field_name))
        self.report.checked["events"] += 1
        self.report.checked[f"{record.kind}"] += 1

    def _place(self, record: Record) -> None:
        """Whether the record begins a command or belongs to the one before it."""
        if record.cause == record.seq:
            self.finish_group()
            self._cause, self._first, self._earned = record.seq, record, False
            return
        first = self._first
        if first is None or record.cause != self._cause or (record.actor, record.at) != (first.actor, first.at):
            raise refuse("log_unlawful", f"event {record.seq}", "does not belong to the command it names", "do not rely on it")

    def _judge(self, record: Record) -> None:
        event: Event = record.event
        if not self._expected and event.consequence and not self._earned:
            self._expected.extend(fold.earnings(self.state, self._acts, self.state.at))
            self._earned = True
        if self._expected:
            if self._expected[0] != event:
                raise refuse(
                    "log_unlawful", f"event {record.seq}", f"is {record.kind}, but {self._expected[0]} had to follow",
                    "do not rely on it",
                )  # fmt: skip
            self._expected.popleft()
        elif event.consequence or self._earned:
            raise refuse("log_unlawful", f"event {record.seq}", f"is {record.kind} without cause", "do not rely on it")
        elif record.seq != self._cause and self._last not in event.joins:
            raise refuse("log_unlawful", f"event {record.seq}", f"is {record.kind} in one command with {self._last}", "do not rely on it")
        else:
            self._last = record.kind
            try:
                event.check(self.state, record)
            except Refusal as refusal:
                if refusal.code == "cannot_recount":
                    raise
                if refusal.code == "rule_unknown":
                    raise refuse(
                        "cannot_recount", f"event {record.seq}", f"names a rule this copy lacks: {refusal}", "use a newer folkmoot"
                    ) from None
                raise refuse("log_unlawful", f"event {record.seq}", f"was not lawful: {refusal}", "do not rely on it") from None

    def _settle(self, event: Event) -> None:
        """Note what an event owes to its command, and what it settles."""
        kind, things = type(event).__name__, {getattr(event, "poll", None), getattr(event, "member", None)}
        self._owed -= {(kind, thing) for thing in things if thing}
        if owed := event.owes():
            self._owed.add(owed)
        if isinstance(event, PollVoided):
            self._void.add(event.poll)
            own = self.state.polls[event.poll].seq
            self._lost.update((seq, "lot" if seq == own else "choice") for seq in event.lost)
        if isinstance(event, BallotSealed):
            if event.choice.commitment in self._sealed:
                raise refuse("log_unlawful", "a sealed ballot", "bears the commitment of another", "do not rely on it")
            self._sealed.add(event.choice.commitment)

    def finish_group(self) -> None:
        """The command is over: nothing that had to follow may be missing."""
        if self._owed:
            kind, thing = min(self._owed)
            raise refuse("log_unlawful", f"event {self._cause}", f"belongs to a command without {kind} of {thing}", "do not rely on it")
        if self._cause == 0 and "m1" not in self.state.members:
            raise refuse("log_unlawful", "event 0", "founds a community without a founder", "do not rely on it")
        if not self._expected and not self._earned and self._acts:
            self._expected.extend(fold.earnings(self.state, self._acts, self.state.at))
        if self._expected:
            raise refuse("log_unlawful", f"event {self._cause}", f"had to be followed by {self._expected[0]}", "do not rely on it")
        self._acts = []

    def _check_openings(self, record: Record, openings: dict[str, Opening]) -> None:
        sealed = sealed_in(record.event)
        labels = [seen_as(str(parse(opening.value, name))) for name, opening in openings.items() if name.endswith(".label")]
        if len(set(labels)) != len(labels):
            raise refuse("log_unlawful", f"event {record.seq}", "has two options of one name", "do not rely on it")
        for name, value in sealed.items():
            owner = record.event.owner(record, name)
            private = isinstance(value, Private)
            if not private:
                self._erasable.add((record.seq, name))
            opening = openings.pop(name, None)
            if opening is None:
                if private and not self._private_kept:
                    self.report.checked["private values kept back"] += 1
                else:
                    poll = getattr(record.event, "poll", "") or (make_id("p", record.seq) if name == "lot" else "")
                    self._missing[record.seq, name] = owner, poll
                continue
            if private and not self._private_kept:
                raise refuse("opening_wrong", f"event {record.seq}.{name}", "is private and stands open", "keep it back")
            if opening.owner != (owner if self._private_kept else "") or not opens(value.commitment, opening.salt, opening.value):
                raise refuse("opening_wrong", f"event {record.seq}.{name}", "does not open its commitment", self._restore)
            self._check_value(record, name, parse(opening.value, f"event {record.seq}.{name}"))
            self._present.setdefault(owner, set()).add((record.seq, name))
            self.report.checked["openings"] += 1
        if openings:
            raise refuse("opening_wrong", f"event {record.seq}", f"has no field {sorted(openings)[0]!r} to open", "remove it")

    def _check_value(self, record: Record, name: str, value: Any) -> None:
        """What a commitment opens to is what its field may hold, in its one spelling."""
        where, shape = f"event {record.seq}.{name}", inner(type(record.event), name)
        poll = self.state.polls.get(record.event.poll) if record.kind == "BallotSealed" else None
        if shape.write(shape.read(value, where)) != value or (poll is not None and read_choice(poll, value) != value):
            raise refuse("opening_wrong", where, "is not spelled as its field asks", "do not rely on it")

    def finish(self, key: str | None) -> None:
        report, state = self.report, self.state
        if not state.charters:
            raise refuse("log_broken", "the log", "has no event", "ask for the whole log")
        report.origin, report.key, report.pinned = state.origin, state.key, key is not None
        if key is not None and key != state.key:
            raise refuse("checkpoint_wrong", "the log", f"is signed by {state.key}, not by the key given", "ask whose log it is")
        self._check_erased()
        for unit, accounts in state.ledger.accounts.items():
            if sum(accounts.values()):
                raise refuse("log_unlawful", f"the ledger of {unit}", "does not sum to zero", "do not rely on it")
            report.checked[f"accounts of {unit}"] += len(accounts)

    def _check_erased(self) -> None:
        for (seq, name), (owner, poll) in self._missing.items():
            void = name in ("choice", "lot") and poll in self._void
            if owner not in self._ended_owners and (seq, name) not in self._ended_fields and not void:
                self.report.seq = seq
                raise refuse("opening_lost", f"event {seq}.{name}", "has no opening, and no event erased it", self._restore)
            self.report.checked["openings erased"] += 1
        if self._lost and (kept := sorted(self._lost & set().union(*self._present.values()))):
            raise refuse(
                "log_unlawful",
                f"event {kept[0][0]}.{kept[0][1]}",
                "was said to be lost when its poll was voided, and is there",
                "do not rely on it",
            )
        left = set().union(*(self._present.get(owner, set()) for owner in self._ended_owners))
        left |= self._ended_fields & set().union(*self._present.values())
        if left:
            seq, name = min(left)
            raise refuse("opening_wrong", f"event {seq}.{name}", "was erased and is still there", "start folkmoot once to finish erasing")

    def check_rows(self, rows: tuple[int, int] | None) -> None:
        """Nothing lies beside the log: a text that was erased could hide under the number of no event."""
        found = self.report.checked["events"], self.report.checked["openings"]
        if rows is not None and rows != found:
            raise refuse(
                "opening_wrong", "the database", f"holds {rows[0]} events and {rows[1]} openings, of which {found[0]} and {found[1]} belong to the log",
                "restore it from a copy",
            )  # fmt: skip

    def check_heads(self, checkpoints: Iterator[tuple[int, str]]) -> None:
        verifier = Verifier.read(self.state.key)
        for size, note in checkpoints:
            found = read_checkpoint(note, verifier)
            if found.size != size or size > self.state.seq:
                raise refuse(
                    "checkpoint_wrong", f"the head of size {found.size}", f"does not fit a log of {self.state.seq}", "ask for the whole log"
                )
            if found.root != self.state.tree.root(size):
                raise refuse("checkpoint_wrong", f"the head of size {size}", "has another root than its events", "do not rely on it")
            self.report.checked["signed heads"] += 1
            self.report.signed = max(self.report.signed, size)
        if not self._private_kept and self.report.signed != self.state.seq:
            raise refuse(
                "checkpoint_wrong",
                "the log",
                f"has {self.state.seq} events and a signed head over {self.report.signed}",
                "ask for the whole file",
            )
        if self.report.pinned and not self.report.signed:
            raise refuse("checkpoint_wrong", "the log", "has no signed head to hold the key against", "sign one: start folkmoot on it once")

    def check_tiles(self, tiles: Iterator[Tile]) -> None:
        """The stored parts of the tree are those of these events, and all of them."""
        if not self._private_kept:
            return
        count = 0
        for level, index, hashes in tiles:
            count += 1
            if self.state.tree.full_tile(level, index) != hashes:
                raise refuse("log_broken", f"tile {level}/{index}", "does not hold its events' hashes", "restore it from a copy")
            self.report.checked["tiles"] += 1
        whole, size = 0, self.state.seq >> 8
        while size:
            whole, size = whole + size, size >> 8
        if count != whole:
            raise refuse("log_broken", "the tree", f"has {count} of {whole} tiles", "restore the database from a copy")
