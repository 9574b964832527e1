"""A stranger's audit: check and apply over a whole log.

Every hash, head and opening is checked, every event judged as it was lawful when it was written, every closed poll
recounted, every point and reward worked out again with the rules the log names. The first thing that is wrong is named.

>>> from engine.store.memory import MemoryStore
>>> verify(MemoryStore()).problem.code
'log_broken'
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from engine import fold, lines
from engine.ahead import Ahead, Entry, looked_ahead
from engine.event import NOBODY, Erased, Event, Record
from engine.heads import KeptReceipt, broken_head, check_heads, check_receipt, check_tiles
from engine.kernel.authority import judge
from engine.kernel.charter import Charters
from engine.kernel.found import Founding
from engine.kernel.loss import check_head
from engine.kernel.members import Members
from engine.kernel.quotas import check_quota
from engine.limits import CLOCK_AHEAD_MS_MAX
from engine.lines import Filing
from engine.log.codec import inner
from engine.log.fields import Opening, Private, opens, sealed_in
from engine.log.json import parse
from engine.log.merkle import Tile
from engine.refusals import Refusal, refuse
from engine.state import State
from engine.values import Seq

PROGRESS_EVERY = 2_000


class Source(Protocol):
    """A log somebody gives us: nothing in it is trusted."""

    def lines(self, start: int, stop: int | None = None) -> Iterable[tuple[int, bytes]]: ...
    def openings(self, seq: int) -> list[Opening]: ...
    def filing(self, seq: int) -> Filing | None: ...
    def rows(self) -> tuple[int, int, int] | None:
        """How many events, openings and further filings it holds in all, wherever they stand; None where nothing can stand beside
        the log."""
        ...

    def check_nothing_beside(self) -> None:
        """Refuse whatever else lies in the file it is kept in."""
        ...

    def checkpoints(self) -> Iterator[tuple[int, str]]: ...
    def kept(self) -> str | None:
        """A signed head that lies beside it, and which it must continue."""
        ...

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

    unsigned_allowed: bool = False
    now: int | None = None
    """The auditor's own clock, milliseconds since 1970; None where nobody has one."""
    state: State | None = field(default=None, repr=False)
    """What a log that is not unsound folds to: for whoever goes on from there."""
    newest: int = 0
    """When the log says that its last event happened."""

    @property
    def verdict(self) -> Literal["sound", "ahead", "unsigned", "unsound", "cannot_recount"]:
        """`ahead`: the log holds together, and says that it is later than the auditor's clock does: one of the two is wrong.
        `unsigned`: what there is holds together, and only this copy vouches for events that no signed head covers.
        `cannot_recount`: this copy lacks a rule the log names; neither passed nor called false."""
        if self.problem is None:
            if self.now is not None and self.newest > self.now + CLOCK_AHEAD_MS_MAX:
                return "ahead"
            return "sound" if self.unsigned_allowed or self.signed == self.checked["events"] else "unsigned"
        return "cannot_recount" if self.problem.code in ("cannot_recount", "kind_unknown") else "unsound"


def verify(
    source: Source,
    key: str | None = None,
    private_kept: bool = True,
    progress: Callable[[int], None] | None = None,
    head: str | None = None,
    receipts: Sequence[KeptReceipt] = (),
    allow_unsigned: bool = False,
    now: int | None = None,
    ahead: Ahead | None = None,
) -> Report:
    """Audit a log. `key` pins the log's verifier key; `private_kept` says whether private values must be there (in a community's own
    folder) or must not (in an export). `head` and `receipts` are what somebody kept: the log must continue them. `allow_unsigned`
    lets events pass for sound that stand under no signed head. `now` is the auditor's clock, milliseconds since 1970. `ahead` looks at
    signatures beside this process, of one stretch of the log while the one before it is judged."""
    report = Report(unsigned_allowed=allow_unsigned, now=now)
    try:
        audit = _Audit(report, private_kept, {receipt.seq for receipt in receipts})
        for entry in looked_ahead(_entries(source), audit.state, ahead):
            report.seq = seq = entry.seq
            audit.take(entry)
            if progress and seq % PROGRESS_EVERY == 0:
                progress(seq)
        audit.finish_group()
        report.seq = None
        audit.finish(key)
        audit.check_rows(source.rows())
        audit.check_heads(source.checkpoints())
        if private_kept:
            report.checked["tiles"] += check_tiles(audit.state, source.tiles())
        source.check_nothing_beside()
        audit.check_kept((source.kept(), head), receipts)
        report.state = audit.state
    except Refusal as problem:
        report.problem = problem
        if report.verdict == "cannot_recount":
            # What cannot be judged may still be forged: bytes that do not stand under their signed head are.
            kept = (head, *(receipt.note for receipt in receipts))
            report.problem = broken_head(source.lines(0), source.checkpoints(), kept) or problem
    except Exception as fault:  # noqa: BLE001 - a log that cannot even be judged is not sound, whatever broke
        report.problem = refuse(
            "log_unlawful", "event {seq}", "cannot be judged: {sort}: {fault}", "do not rely on it",
            seq=report.seq, sort=type(fault).__name__, fault=str(fault)[:200],
        )  # fmt: skip
    return report


def _entries(source: Source) -> Iterator[Entry]:
    for seq, data in source.lines(0):
        yield Entry(seq, data, {opening.field: opening for opening in source.openings(seq)}, source.filing(seq))


class _Audit:
    def __init__(self, report: Report, whole_vault: bool, wanted: set[int]) -> None:
        self.report = report
        self.state = State()
        self._private_kept = whole_vault
        self._restore = "restore the vault from a copy" if whole_vault else "ask for the log again"
        self._first: Record[Event] | None = None
        self._consequences = fold.Consequences()
        self._follows = False
        """Whether what follows from this command has begun."""
        self._last = ""
        """The kind of the last event of this command that was asked for."""
        self._owners: dict[tuple[int, str], str] = {}
        """Whose each sealed field is."""
        self._private: set[tuple[int, str]] = set()
        self._keepers: dict[int, Event] = {}
        """Events some of whose texts may not be erased at all times."""
        self._missing: set[tuple[int, str]] = set()
        self._ended_owners: set[str] = set()
        self._ended_fields: set[tuple[int, str]] = set()
        self._commitments: set[bytes] = set()
        self._wanted, self._leaves = wanted, dict[int, bytes]()
        """The events that somebody has a receipt of, and their hashes here."""
        self._filings = 0
        """How many things records are about besides the first of each."""

    def take(self, entry: Entry) -> None:
        """One more line: judge it, fold it."""
        seq, filing, state = entry.seq, entry.filing, self.state
        record = entry.record or lines.read(entry.data, seq)
        right = lines.filing_of(record)
        if filing is not None and filing != right:
            raise refuse(
                "log_broken", "event {seq}", "is filed as {filing}", "restore the database from a copy", seq=seq, filing=str(filing)
            )
        if seq != state.seq:
            raise refuse("log_broken", "event {seq}", "is missing", "ask for the whole log", seq=state.seq)
        if record.sig is not None and not record.event.signed:
            raise refuse("cannot_recount", "event {seq}", "bears a signature this copy cannot judge", "use a newer folkmoot", seq=seq)
        if record.at < state.at:
            raise _unlawful(seq, "says it happened before the event before it")
        if seq in self._wanted:
            self._leaves[seq] = record.leaf
        self._filings += len(right.things[1:])
        self._place(record)
        self._judge(record)
        self._check_openings(record, entry.openings)
        for erased in record.event.erases(state, record):
            self._end(record, erased)
        self._consequences.hear(record, fold.apply(state, record))
        if type(record.event).keeps is not Event.keeps:
            self._keepers[seq] = record.event
        self.report.checked["events"] += 1
        self.report.checked[record.kind] += 1

    def _place(self, record: Record[Event]) -> None:
        """Whether the record begins a command or belongs to the one before it."""
        if record.cause == record.seq:
            self.finish_group()
            self._first, self._follows = record, False
            return
        first = self._first
        if first is None or record.cause != first.seq or (record.actor, record.at) != (first.actor, first.at):
            raise _unlawful(record.seq, "does not belong to the command it names")

    def _judge(self, record: Record[Event]) -> None:
        """An event that somebody may ask for, before any consequence, is judged and checked; any other must be the next that follows."""
        event = record.event
        if event.by == NOBODY or self._follows:
            self._follows = True
            right = self._consequences.next(self.state)
            if right is None:
                raise _unlawful(record.seq, "is {kind} without cause", kind=record.kind)
            if right != event:
                raise _unlawful(record.seq, "is {kind}, but {right} had to follow", kind=record.kind, right=str(right))
            return
        if record.seq != record.cause and self._last not in event.may_follow:
            raise _unlawful(record.seq, "is {kind} in one command with {last}", kind=record.kind, last=self._last)
        self._last = record.kind
        try:
            judge(self.state, record)
            check_quota(self.state, record)
            event.check(self.state, record)
        except Refusal as refusal:
            if refusal.code == "cannot_recount":
                raise
            if refusal.code == "rule_unknown":
                raise refuse(
                    "cannot_recount", "event {seq}", "names a rule this copy lacks: {problem}", "use a newer folkmoot",
                    seq=record.seq, problem=str(refusal),
                ) from None  # fmt: skip
            raise _unlawful(record.seq, "was not lawful: {problem}", problem=str(refusal)) from None

    def finish_group(self) -> None:
        """The command is over: nothing that had to follow may be missing."""
        first = self._first
        if first is None:
            return
        if (right := self._consequences.next(self.state)) is not None:
            raise _unlawful(first.seq, "had to be followed by {right}", right=str(right))
        if first.seq == 0 and not len(self.state[Members]):
            raise _unlawful(0, "founds a community without a founder")

    def _end(self, record: Record[Event], erased: Erased) -> None:
        """What of the vault a record ends: all of an owner, a text, or by what follows from others a private field."""
        if erased.owner:
            self._ended_owners.add(erased.owner)
            return
        place = erased.seq, erased.field
        text = place in self._owners and place not in self._private
        if place in self._ended_fields:
            raise _unlawful(record.seq, "erases {field!r} of event {of} again", field=erased.field, of=erased.seq)
        if record.kind == "TextErased" and not text:
            raise _unlawful(record.seq, "erases {field!r} of event {of}, which is no erasable text", field=erased.field, of=erased.seq)
        keeper = self._keepers.get(erased.seq)
        if keeper is not None and (problem := keeper.keeps(self.state, Seq(erased.seq), erased.field)):
            raise _unlawful(record.seq, "was not lawful: {problem}", problem=str(problem))
        self._ended_fields.add(place)

    def _check_openings(self, record: Record[Event], openings: dict[str, Opening]) -> None:
        opened: dict[str, object] = {}
        for name, value in sealed_in(record.event).items():
            place, owner = (record.seq, name), record.event.owner(record, name)
            self._owners[place] = owner
            if isinstance(value, Private):
                self._private.add(place)
                self._check_unique(record, value.commitment)
            opening = openings.pop(name, None)
            if opening is None:
                if isinstance(value, Private) and not self._private_kept:
                    self.report.checked["private values kept back"] += 1
                else:
                    self._missing.add(place)
                continue
            if isinstance(value, Private) and not self._private_kept:
                raise refuse("opening_wrong", "event {seq}.{name}", "is private and stands open", "keep it back", seq=record.seq, name=name)
            if opening.owner != (owner if self._private_kept else "") or not opens(value.commitment, opening.salt, opening.value):
                raise _opening_wrong(record.seq, name, "does not open its commitment", self._restore)
            opened[name] = self._read_opened(record, name, opening.value)
            self.report.checked["openings"] += 1
        if openings:
            raise refuse("opening_wrong", "event {seq}", "has no field {name!r} to open", "remove it", seq=record.seq, name=min(openings))
        if opened:
            record.event.check_opened(self.state, opened)

    def _check_unique(self, record: Record[Event], commitment: str) -> None:
        """No two private fields are the same: one would be somebody else's, copied unseen."""
        mark = bytes.fromhex(commitment)[:16]
        if mark in self._commitments:
            raise _unlawful(record.seq, "bears the commitment of another")
        self._commitments.add(mark)

    def _read_opened(self, record: Record[Event], name: str, value: bytes) -> object:
        """What a commitment opens to is what its field may hold, in its one spelling."""
        where, shape = f"event {record.seq}.{name}", inner(type(record.event), name)
        stated = parse(value, where)
        if shape.write(shape.read(stated, where)) != stated:
            raise _opening_wrong(record.seq, name, "is not spelled as its field asks", "do not rely on it")
        return stated

    def finish(self, key: str | None) -> None:
        report, state = self.report, self.state
        if not state[Charters].texts:
            raise refuse("log_broken", "the log", "has no event", "ask for the whole log")
        founding = state[Founding]
        report.origin, report.key, report.pinned = founding.origin, founding.key, key is not None
        if key is not None and key != founding.key:
            raise refuse("checkpoint_wrong", "the log", "is signed by {key}, not by the key given", "ask whose log it is", key=founding.key)
        report.newest = state.at
        self._check_erased()
        for part in state:
            report.checked.update(part.figures())
            for unit, (accounts, total) in part.sums().items():
                if total:
                    raise refuse("log_unlawful", "the ledger of {unit}", "does not sum to zero", "do not rely on it", unit=unit)
                report.checked[f"accounts of {unit}"] += accounts

    def _check_erased(self) -> None:
        for seq, name in sorted(self._missing):
            if self._owners[seq, name] not in self._ended_owners and (seq, name) not in self._ended_fields:
                self.report.seq = seq
                raise refuse(
                    "opening_lost", "event {seq}.{name}", "has no opening, and no event erased it", self._restore, seq=seq, name=name
                )
            self.report.checked["openings erased"] += 1
        there = self._owners.keys() - self._missing
        if not self._private_kept:
            there -= self._private
        kept = [place for place in there if place in self._ended_fields or self._owners[place] in self._ended_owners]
        if kept:
            seq, name = min(kept)
            raise _opening_wrong(seq, name, "was erased and is still there", "start folkmoot once to finish erasing")

    def check_rows(self, rows: tuple[int, int, int] | None) -> None:
        """Nothing lies beside the log: a text that was erased could hide under the number of no event."""
        belong = self.report.checked["events"], self.report.checked["openings"], self._filings
        if rows is not None and rows != belong:
            raise refuse(
                "opening_wrong", "the database", "holds {rows} events, openings and filings, of which {ours} belong to the log",
                "restore it from a copy", rows=rows, ours=belong,
            )  # fmt: skip

    def check_heads(self, checkpoints: Iterator[tuple[int, str]]) -> None:
        report, state = self.report, self.state
        for size in check_heads(state, checkpoints, by_key_alone=self._private_kept):
            report.checked["signed heads"] += 1
            report.signed = max(report.signed, size)
        if not self._private_kept and report.signed != state.seq:
            raise refuse(
                "checkpoint_wrong", "the log", "has {count} events and a signed head over {signed}", "ask for the whole file",
                count=state.seq, signed=report.signed,
            )  # fmt: skip
        if report.pinned and not report.signed:
            raise refuse("checkpoint_wrong", "the log", "has no signed head to hold the key against", "sign one: start folkmoot on it once")

    def check_kept(self, heads: Iterable[str | None], receipts: Iterable[KeptReceipt]) -> None:
        """The log continues what lies beside it, and what somebody kept of it."""
        for note in heads:
            if note is not None:
                check_head(self.state, note)
                self.report.checked["heads kept"] += 1
        for receipt in receipts:
            check_receipt(self.state, receipt, self._leaves.get(receipt.seq))
            self.report.checked["receipts kept"] += 1


def _unlawful(seq: int, fact: str, /, **values: object) -> Refusal:
    return refuse("log_unlawful", "event {seq}", fact, "do not rely on it", seq=seq, **values)


def _opening_wrong(seq: int, name: str, fact: str, way_out: str) -> Refusal:
    return refuse("opening_wrong", "event {seq}.{name}", fact, way_out, seq=seq, name=name)
