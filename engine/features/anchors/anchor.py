"""Record where a head of the log was written."""

from __future__ import annotations

from dataclasses import dataclass

from engine.event import ANY_MEMBER, Ask, Command, Event, Record, Vault
from engine.features.anchors.state import ANCHORED_ALREADY, Anchor, AnchorId, Anchors, OnChain, check_room, check_there
from engine.features.anchors.terms import ANCHOR, Place, place_of
from engine.kernel import charter as charters
from engine.refusals import Refusal, refuse
from engine.state import State
from engine.values import Digest, Name


@dataclass(frozen=True)
class RecordAnchor(Command):
    """The head of `size` events under `root` stands on a chain, at a `place` of the charter. `where` says in which block, as deep as the
    charter asks; `folkmoot anchor` writes it there and records it.
    """

    resource = "/anchors"
    makes = AnchorId

    place: Name
    size: int
    root: Digest
    where: OnChain

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [HeadAnchored(self.place, self.size, self.root, self.where)]


@dataclass(frozen=True)
class RecordFiled(Command):
    """The head of `size` events under `root` stands in a file that somebody else keeps, at a `place` of the charter."""

    resource = "/anchors/filed"
    makes = AnchorId

    place: Name
    size: int
    root: Digest

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [HeadFiled(self.place, self.size, self.root)]


@dataclass(frozen=True)
class NewAnchor(Event, abstract=True):
    """A head of this log stands somewhere nobody here controls. Its id is `a` and this event's seq."""

    by = ANY_MEMBER
    may = ANCHOR

    place: Name
    size: int
    root: Digest

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (AnchorId.of(record.seq),)

    def check(self, state: State, record: Record[Event]) -> None:
        place, anchors = place_of(charters.in_force(state), self.place), state[Anchors]
        self.check_place(state, place)
        if not 0 < self.size <= state.tree.size:
            raise _wrong_head(self.size, "is none of a log of {count}", "anchor one of 1 to {count} events", count=state.tree.size)
        if state.tree.root(self.size).hex() != self.root:
            raise _wrong_head(self.size, "has another root than this log", "anchor a head of this very log")
        if self.size <= anchors.size_at(self.place):
            raise refuse(
                ANCHORED_ALREADY, "a head of {size} events", "stands at {place} already", "anchor a newer one",
                size=anchors.size_at(self.place), place=self.place,
            )  # fmt: skip
        check_room(anchors)

    def check_place(self, state: State, place: Place) -> None:
        """Refuse a head that does not stand where the charter says."""
        raise NotImplementedError

    def apply(self, state: State, record: Record[Event]) -> None:
        name = AnchorId.of(record.seq)
        where = self.where if isinstance(self, HeadAnchored) else None
        state[Anchors].put(Anchor(name, self.place, self.size, self.root, where, record.at))


@dataclass(frozen=True)
class HeadAnchored(NewAnchor):
    """It stands on a chain; that it does is the word of who recorded it until a node is asked."""

    where: OnChain

    def check_place(self, state: State, place: Place) -> None:
        if (place.chain_id, place.contract) != (self.where.chain_id, self.where.contract):
            raise refuse(
                "field_wrong", "where", "is not {place}", "write it to the chain and contract that the charter names", place=self.place
            )
        check_there(state, self.where)


@dataclass(frozen=True)
class HeadFiled(NewAnchor):
    """It stands in a file that somebody else keeps; that it does is the word of who recorded it."""

    def check_place(self, state: State, place: Place) -> None:
        if place.chain_id:
            raise refuse("field_wrong", "place {place}", "is on a chain", "say in which block it stands (RecordAnchor)", place=self.place)


def _wrong_head(size: int, fact: str, way_out: str, /, **values: object) -> Refusal:
    return refuse("field_wrong", "the head of {size} events", fact, way_out, size=size, **values)
