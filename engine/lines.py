"""A record's line in the log, there and back.

The line: `{"actor","at","body","cause","kind","seq"}` and optional `"sig"`, canonical, at most 60,000 bytes. The
leaf is hashed over exactly these bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from engine.event import Event, Record, kind_of
from engine.limits import EVENT_BYTES_MAX
from engine.log.codec import form
from engine.log.fields import Opening, draw, has_sealed, seal_all
from engine.log.json import canonical, parse, parse_own
from engine.log.merkle import leaf_hash
from engine.refusals import Refusal, refuse
from engine.values import Actor, Moment, Seq, read_actor, read_integer, read_moment

KEYS = frozenset({"seq", "at", "kind", "actor", "cause", "body"})
SIGNED_KEYS = KEYS | {"sig"}


class Filing(NamedTuple):
    """What a record is found by: its kind, its actor, and the things it is about, the first foremost."""

    kind: str
    actor: str
    things: tuple[str, ...]


class Line(NamedTuple):
    """A record as it is kept: its bytes, what opens its commitments, and what it is found by."""

    seq: int
    data: bytes
    openings: list[Opening]
    filing: Filing


def filing_of(record: Record[Event]) -> Filing:
    things = record.event.about(record)
    return Filing(record.kind, record.actor, things if len(things) < 2 else tuple(dict.fromkeys(things)))


def write(record: Record[Event], chance: bytes) -> Line:
    """The line of a record, its sealed fields turned into commitments with salts drawn from `chance`."""
    ordinal = record.seq - record.cause
    event: Event = record.event
    openings: list[Opening] = []
    if has_sealed(type(event)):
        event, openings = seal_all(
            event, lambda field: record.event.owner(record, field), lambda field: draw(chance, f"salt {ordinal} {field}")
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
        raise refuse(
            "event_too_large", "event {kind}", "has {size} bytes", "keep it below {most} bytes",
            kind=record.kind, size=len(data), most=EVENT_BYTES_MAX,
        )  # fmt: skip
    return Line(record.seq, data, openings, filing_of(record))


def read_own(data: bytes) -> Record[Event]:
    """The record in a line this community is about to commit: every field is read as strictly as it is written."""
    line = parse_own(data)
    kind = kind_of(line["kind"])
    return Record(
        line["seq"],
        line["at"],
        line["actor"],
        line["cause"],
        form(kind).read(line["body"], line["kind"]),
        line.get("sig"),
        leaf_hash(data),
        len(data),
    )


def follow(data: bytes) -> Record[Event]:
    """The record in a line this community has committed: read and checked when it was written, so not again."""
    line = parse_own(data)
    event = _trusted(line["kind"])(line["body"])
    return Record(line["seq"], line["at"], line["actor"], line["cause"], event, line.get("sig"), leaf_hash(data), len(data))


@cache
def _trusted(kind: str) -> Callable[[Any], Event]:
    """How the body of a line of ours is read."""
    trust = form(kind_of(kind)).trust
    assert trust is not None, "a kind of event is a dataclass"
    return trust


def read(data: bytes, seq: int) -> Record[Event]:
    """The record in a line a stranger gave, expected at `seq`; refused unless every byte is as it must be."""
    thing = f"event {seq}"
    if len(data) > EVENT_BYTES_MAX:
        raise refuse(
            "log_broken", "event {seq}", "has {size} bytes", "no event has more than {most}", seq=seq, size=len(data), most=EVENT_BYTES_MAX
        )
    line = parse(data, thing)
    if not isinstance(line, dict) or line.keys() not in (KEYS, SIGNED_KEYS):
        raise refuse("log_broken", "event {seq}", "does not have the fields of an event", "ask for the log again", seq=seq)
    if line["seq"] != seq or type(line["seq"]) is not int:
        raise refuse("log_broken", "event {seq}", "says it is event {said}", "ask for the log again", seq=seq, said=str(line["seq"])[:30])
    sig = line.get("sig")
    if "sig" in line and not isinstance(sig, str):
        raise refuse("log_broken", "event {seq}", "has a signature that is no text", "ask for the log again", seq=seq)
    try:
        kind = kind_of(line["kind"])
        record = Record(
            Seq(seq),
            Moment(read_moment(line["at"], "at")),
            Actor(read_actor(line["actor"], "actor")),
            Seq(read_integer(line["cause"], "cause")),
            form(kind).read(line["body"], line["kind"]),
            sig,
            leaf_hash(data),
            len(data),
        )
    except Refusal as wrong:
        raise wrong.about(thing) from None
    if form(kind).write(record.event) != line["body"]:
        raise refuse("log_broken", "event {seq}", "has a body that is not written as its kind writes it", "ask for the log again", seq=seq)
    return record
