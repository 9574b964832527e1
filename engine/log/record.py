"""An event and its line in the log.

The line: `{"actor","at","body","cause","kind","seq"}` and optional `"sig"`, canonical, at most 60,000 bytes. The
leaf is hashed over exactly these bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

from engine.limits import EVENT_BYTES_MAX
from engine.log.codec import form
from engine.log.fields import Opening, draw, seal_all
from engine.log.json import canonical, parse, parse_own
from engine.log.merkle import leaf_hash
from engine.refusals import Refusal, refuse
from engine.values import Actor, Moment, Seq, read_actor, read_integer, read_moment


class Event:
    """What happened. A kind never changes its fields: a new shape is a new kind."""

    consequence: ClassVar[bool] = False
    """Whether it only ever follows from another event by the charter, and is never asked for."""
    joins: ClassVar[frozenset[str]] = frozenset()
    """The kinds of event it may stand behind in one command; for most, each is a command of its own."""

    def owner(self, record: Record, field: str) -> str:
        """Whose the erasable and private fields are."""
        return record.actor

    def erases(self, record: Record) -> list[Erased]:
        """What of the vault this event ends."""
        return []

    def owes(self) -> tuple[str, str] | None:
        """The kind of event that the same command must hold as well, and of what: `("PollClosed", "p40")`."""
        return None

    def acts(self, state: Any, record: Record) -> list[Any]:
        """The acts of contribution in it, which the charter's earning rules may pay for; asked before it is applied."""
        return []

    def follows(self, state: Any, record: Record) -> list[Event]:
        """What follows from it by the charter alone, once it is applied: recorded next, by the same actor and cause."""
        return []

    def check(self, state: Any, record: Record) -> None:
        """Refuse unless this was lawful, judged from public facts alone."""
        raise NotImplementedError

    def apply(self, state: Any, record: Record) -> None:
        """Copy what happened into the state. Never refuses, never computes what the event could have said."""
        raise NotImplementedError


class Record(NamedTuple):
    """An event with its place: `cause` is the seq of the first event of the same command."""

    seq: Seq
    at: Moment
    actor: Actor
    cause: Seq
    event: Any
    sig: str | None = None
    leaf: bytes = b""
    """The leaf hash of the line this was read from."""

    @property
    def kind(self) -> str:
        return type(self.event).__name__


class Erased(NamedTuple):
    """Openings that end: all of `owner`, or the one of `field` of event `seq`."""

    owner: str = ""
    seq: int = -1
    field: str = ""

    @property
    def said_at(self) -> int:
        """The event whose command said what is erased: of a member, the one she joined by."""
        return int(self.owner[1:]) if self.owner else self.seq


class Filing(NamedTuple):
    """What a record is found by: its kind, its actor, and the poll or idea it concerns ("" for neither)."""

    kind: str
    actor: str
    thing: str


class Line(NamedTuple):
    """A record as it is kept: its bytes, what opens its commitments, and what it is found by."""

    seq: int
    data: bytes
    openings: list[Opening]
    filing: Filing


def filing_of(record: Record) -> Filing:
    thing = getattr(record.event, "poll", None) or getattr(record.event, "idea", None) or ""
    return Filing(record.kind, record.actor, thing)


KindOf = Callable[[str], type[Event]]


def write(record: Record, chance: bytes) -> Line:
    """The line of a record, its sealed fields turned into commitments with salts drawn from `chance`."""
    ordinal = record.seq - record.cause
    event, openings = seal_all(
        record.event, lambda field: record.event.owner(record, field), lambda field: draw(chance, f"salt {ordinal} {field}")
    )
    line: dict[str, Any] = {
        "seq": record.seq,
        "at": record.at,
        "kind": record.kind,
        "actor": record.actor,
        "cause": record.cause,
        "body": form(type(event)).write(event),
    }
    if record.sig is not None:
        line["sig"] = record.sig
    data = canonical(line)
    if len(data) > EVENT_BYTES_MAX:
        raise refuse("event_too_large", f"event {record.kind}", f"has {len(data)} bytes", f"keep it below {EVENT_BYTES_MAX} bytes")
    return Line(record.seq, data, openings, filing_of(record))


def read_own(data: bytes, kind_of: KindOf) -> Record:
    """The record in a line this community is about to commit: every field is read as strictly as it is written."""
    line = parse_own(data)
    cls = kind_of(line["kind"])
    return Record(
        line["seq"],
        line["at"],
        line["actor"],
        line["cause"],
        form(cls).read(line["body"], line["kind"]),
        line.get("sig"),
        leaf_hash(data),
    )


def follow(data: bytes, kind_of: KindOf) -> Record:
    """The record in a line this community has committed: read and checked when it was written, so not again."""
    line = parse_own(data)
    trust = form(kind_of(line["kind"])).trust
    assert trust is not None, "a kind of event is a dataclass"
    return Record(line["seq"], line["at"], line["actor"], line["cause"], trust(line["body"]), line.get("sig"), leaf_hash(data))


def read(data: bytes, kind_of: KindOf, seq: int) -> Record:
    """The record in a line a stranger gave, expected at `seq`; refused unless every byte is as it must be."""
    thing = f"event {seq}"
    if len(data) > EVENT_BYTES_MAX:
        raise refuse("log_broken", thing, f"has {len(data)} bytes", f"no event has more than {EVENT_BYTES_MAX}")
    line = parse(data, thing)
    if not isinstance(line, dict) or line.keys() - {"sig"} != {"seq", "at", "kind", "actor", "cause", "body"}:
        raise refuse("log_broken", thing, "does not have the fields of an event", "ask for the log again")
    if line["seq"] != seq or type(line["seq"]) is not int:
        raise refuse("log_broken", thing, f"says it is event {str(line['seq'])[:30]}", "ask for the log again")
    sig = line.get("sig")
    if "sig" in line and not isinstance(sig, str):
        raise refuse("log_broken", thing, "has a signature that is no text", "ask for the log again")
    try:
        cls = kind_of(line["kind"])
        record = Record(
            Seq(seq),
            Moment(read_moment(line["at"], "at")),
            Actor(read_actor(line["actor"], "actor")),
            Seq(read_integer(line["cause"], "cause")),
            form(cls).read(line["body"], line["kind"]),
            sig,
            leaf_hash(data),
        )
    except Refusal as wrong:
        raise Refusal(wrong.code, f"{thing}: {wrong.thing}", wrong.fact, wrong.way_out) from None
    if form(cls).write(record.event) != line["body"]:
        raise refuse("log_broken", thing, "has a body that is not written as its kind writes it", "ask for the log again")
    return record
