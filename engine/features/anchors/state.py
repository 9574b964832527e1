"""What was written where: heads of the log, decisions, the claims of rounds; and what a chain has unwound of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.features.anchors.terms import AnchorTerms
from engine.kernel import charter as charters
from engine.kernel.charter import Charter
from engine.refusals import Code, refuse
from engine.state import Part, State
from engine.values import Address, Digest, Id, Moment, Money, Name, Seq

ANCHOR_UNKNOWN = Code("anchor_unknown", "unknown")
ANCHORED_ALREADY = Code("anchored_already", "conflict")
ANCHOR_UNWOUND = Code("anchor_unwound", "conflict")
ANCHORS_MAX = 100_000
"""One an hour for eleven years."""


class AnchorId(Id, letter="a"):
    """Something that was written: `a` and the event that says so."""


@dataclass(frozen=True)
class OnChain:
    """Where something stands on a chain: the transaction that wrote it, and the block that holds it. Hashes without their 0x."""

    chain_id: int
    contract: Address
    transaction: Digest
    block: int
    block_hash: Digest


@dataclass
class Anchor:
    """The head of `size` events under `root`, written in a `place` of the charter: on a chain, or in a file where `where` is None."""

    id: AnchorId
    place: Name
    size: int
    root: Digest
    where: OnChain | None
    at: Moment
    unwound: bool = False


@dataclass
class Sent:
    """A step of a decision, or the claims of a round, on a chain: `thing` is the poll or round, `step` what was done with it."""

    id: AnchorId
    thing: str
    step: Name
    where: OnChain
    at: Moment
    root: str = ""
    """Of a round: what its contract holds claims against. Empty of a decision."""
    total: Money = Money(0)
    """What the claims of a round come to."""
    keys_as_of: Seq = Seq(0)
    """The claims of a round go to the keys that members had before this event."""
    unwound: bool = False


@dataclass
class Anchors(Part):
    """All of it, oldest first; some 600 bytes each."""

    heads: dict[AnchorId, Anchor] = field(default_factory=dict)
    sent: dict[AnchorId, Sent] = field(default_factory=dict)
    _by_transaction: dict[Digest, AnchorId] = field(init=False, repr=False, compare=False, default_factory=dict)
    """What each transaction wrote, as far as it stands."""
    _by_thing: dict[str, list[Sent]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for anchor in self.heads.values():
            self._note(anchor)
        for one in self.sent.values():
            self._note(one)

    def __getitem__(self, name: str) -> Anchor | Sent:
        known = self.heads.get(AnchorId(name)) or self.sent.get(AnchorId(name))
        if known is None:
            raise refuse(ANCHOR_UNKNOWN, "anchor {name}", "does not exist here", "look at the list of anchors", name=name[:40])
        return known

    def put(self, one: Anchor | Sent) -> None:
        """Something more that was written."""
        if isinstance(one, Anchor):
            self.heads[one.id] = one
        else:
            self.sent[one.id] = one
        self._note(one)

    def unwind(self, name: AnchorId) -> None:
        """It does not stand any more."""
        one = self[name]
        one.unwound = True
        if one.where is not None and self._by_transaction.get(one.where.transaction) == name:
            del self._by_transaction[one.where.transaction]

    def standing(self, place: str) -> Iterator[Anchor]:
        """The heads that stand at a place, newest first."""
        return (anchor for anchor in reversed(self.heads.values()) if anchor.place == place and not anchor.unwound)

    def size_at(self, place: str) -> int:
        """How much of the log is anchored at a place."""
        return next((anchor.size for anchor in self.standing(place)), 0)

    def over(self, seq: int) -> Anchor | None:
        """The first head that covers event `seq` and stands."""
        return next((anchor for anchor in self.heads.values() if anchor.size > seq and not anchor.unwound), None)

    def of(self, thing: str) -> list[Sent]:
        """What stands on a chain of a poll or a round, oldest first."""
        return [one for one in self._by_thing.get(thing, ()) if not one.unwound]

    def by_transaction(self, transaction: str) -> AnchorId | None:
        """What a transaction wrote, as far as it stands."""
        return self._by_transaction.get(Digest(transaction))

    def _note(self, one: Anchor | Sent) -> None:
        if one.where is not None and not one.unwound:
            self._by_transaction[one.where.transaction] = one.id
        if isinstance(one, Sent):
            self._by_thing.setdefault(one.thing, []).append(one)


def check_there(state: State, where: OnChain, steps: bool = False) -> None:
    """Refuse what stands on no chain that the charter names, was recorded before, or is too much. `steps`: one transaction may write several."""
    anchors, charter = state[Anchors], charters.in_force(state)
    if where.chain_id not in chains(charter):
        raise refuse(
            "thing_unknown", "chain {chain}", "is none of the charter's", "known: {known}",
            chain=where.chain_id, known=", ".join(map(str, sorted(chains(charter)))) or "none",
        )  # fmt: skip
    if not steps and (known := anchors.by_transaction(where.transaction)) is not None:
        raise refuse(
            ANCHORED_ALREADY, "transaction {transaction}", "is recorded already, as {id}", "nothing is left to record",
            transaction=where.transaction, id=known,
        )  # fmt: skip
    check_room(anchors)


def check_room(anchors: Anchors) -> None:
    if len(anchors.heads) + len(anchors.sent) >= ANCHORS_MAX:
        raise refuse("limit_reached", "the community", "has {count} anchors", "anchor less often", count=ANCHORS_MAX)


def chains(charter: Charter) -> set[int]:
    """The chains that a charter names."""
    return {place.chain_id for place in charter[AnchorTerms].by_name.values() if place.chain_id}
