"""Anchoring: the newest head of a log written somewhere nobody here controls, and what became of it written in the log.

A `Place` is that somewhere. There are two: a folder that somebody else keeps (`api/on_file.py`), and a contract on a chain
(`api/on_chain.py`). `step` does what can be done now and waits for nothing, so that whoever calls it again, after a minute or after a
crash, goes on where things stand: first what a chain has unwound is taken back, then what has become deep enough is recorded, then a newer
head is begun. Nothing is recorded before it stands, and nothing is claimed that was unwound.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from api import clock
from engine import catalogue
from engine.community import Community
from engine.event import Ask, Command, kind_of
from engine.features.anchors.anchor import RecordAnchor, RecordFiled
from engine.features.anchors.state import Anchor, Anchors, OnChain
from engine.features.anchors.terms import ANCHOR
from engine.features.anchors.unwind import UnwindAnchor
from engine.kernel.authority import require
from engine.kernel.found import Founding
from engine.log.checkpoint import Verifier, read_checkpoint
from engine.log.json import parse_own
from engine.values import Actor, Digest, Moment, Name


class Head(NamedTuple):
    """A head of the log: its size and root, and the signed note that says so."""

    size: int
    root: bytes
    note: str


class Stands(NamedTuple):
    """A head that stands at a place: on a chain `where` says in which block."""

    size: int
    root: bytes
    where: OnChain | None


class Place(Protocol):
    """Somewhere nobody here controls, by its name in the charter."""

    name: str

    def check(self, community: Community) -> None:
        """Refuse a place that cannot be written to, is another log's, or holds another history of this one."""

    def begin(self, head: Head) -> None:
        """See to it that a head will stand there; what is begun is ended by `advance`, whatever happens in between."""

    def advance(self) -> Sequence[Stands]:
        """Go on with what was begun. The heads that stand now, as deep as asked, oldest first."""

    def waiting(self) -> bool:
        """Whether anything that was begun is not ended."""

    def settled(self, stands: Stands) -> None:
        """The log says now that it stands."""

    def still_holds(self, anchor: Anchor) -> bool:
        """Whether what the log says of it is still so."""

    def unwound(self, anchor: Anchor) -> None:
        """The log says now that it does not stand any more: it is to be written again."""


class Step(NamedTuple):
    """What was done: the anchors recorded, those taken back, the size of a head that was begun, and whether there is more to wait for."""

    recorded: tuple[str, ...] = ()
    unwound: tuple[str, ...] = ()
    begun: int | None = None
    waits: bool = False


def step(community: Community, place: Place, actor: str, begins: bool = True) -> Step:
    """Do what can be done now. `begins`: also begin a newer head, if there is one worth it."""
    check_right(community, actor)
    place.check(community)
    gone = _take_back(community, place, actor)
    recorded = tuple(_record(community, place, actor, stands) for stands in place.advance())
    head = newest_worth(community, place.name) if begins and not place.waiting() else None
    if head is not None:
        place.begin(head)
        recorded += tuple(_record(community, place, actor, stands) for stands in place.advance())
    return Step(tuple(filter(None, recorded)), tuple(gone), None if head is None else head.size, place.waiting())


def check_right(community: Community, actor: str) -> None:
    """Refuse who may not record it, before anything is paid for."""
    with community.reading() as state:
        require(state, actor, ANCHOR)


def newest_worth(community: Community, place: str) -> Head | None:
    """The newest signed head, if anything has happened since the last one at a place besides anchoring."""
    note = community.checkpoint()
    with community.reading() as state:
        head = read_checkpoint(note, Verifier.read(state[Founding].key))
        anchored = state[Anchors].size_at(place)
    for _, data in community.store.lines(anchored, head.size):
        if catalogue.feature_of(kind_of(parse_own(data)["kind"])) != "anchors":
            return Head(head.size, head.root, note)
    return None


def _take_back(community: Community, place: Place, actor: str) -> list[str]:
    """Record what does not stand any more. Blocks build on each other: where a newer one still stands, so do all before it."""
    with community.reading() as state:
        standing = list(state[Anchors].standing(place.name))
    gone = []
    for anchor in standing:
        if place.still_holds(anchor):
            break
        record(community, actor, UnwindAnchor(anchor.id))
        gone.append(anchor)
    for anchor in reversed(gone):
        place.unwound(anchor)
    return [anchor.id for anchor in gone]


def _record(community: Community, place: Place, actor: str, stands: Stands) -> str | None:
    """Its id in the log, or None where a process that was killed had recorded it."""
    with community.reading() as state:
        known = stands.size <= state[Anchors].size_at(place.name)
    seq = None
    if not known:
        name, size, root = Name(place.name), stands.size, Digest(stands.root.hex())
        seq = record(
            community, actor, RecordFiled(name, size, root) if stands.where is None else RecordAnchor(name, size, root, stands.where)
        )
    place.settled(stands)
    return None if seq is None else f"a{seq}"


def record(community: Community, actor: str, command: Command) -> int:
    """Have it recorded, now; gives its event."""
    return community.execute(Ask(Actor(actor), command, Moment(clock.now()), clock.chance())).seq
