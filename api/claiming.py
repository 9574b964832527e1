"""What members may claim of a round on a chain, worked out from the log alone: anybody who holds it gets the same tree.

Each share goes to the key that its member had before a stated event, for that is the account nobody but she can spend from; a member without
one is a leaf by her id, and claims later to an account that is attested for her. An amount on the chain is a multiple of the log's: a
cent may be 10^16 of a coin's smallest unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from contracts.abi import checksummed
from contracts.claims import claims
from contracts.tree import MerkleTree
from engine import lines
from engine.event import Event, Record
from engine.features.keys.lapse import KeyLapsed
from engine.features.keys.register import NewKey
from engine.features.keys.retire import KeyRetired
from engine.features.rewards.pay import RewardShared
from engine.features.rewards.share import RewardRoundOpened
from engine.features.rewards.state import NOTHING_TO_SHARE, ROUND_UNKNOWN, RoundId, Share
from engine.log.json import parse_own
from engine.refusals import refuse

KINDS = frozenset({"RewardRoundOpened", "RewardShared", "KeyRegistered", "KeyRotated", "KeyRetired", "KeyLapsed"})


@dataclass
class Claimable:
    """One round: the leaf hash of the event that opened it, its shares, and each member's key as of the event that was stated. `times`: of the
    chain's smallest units, how many one of the log's is."""

    round: str
    keys_as_of: int
    opened: bytes = b""
    shares: list[Share] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    done: bool = False
    times: int = 1

    @property
    def sum(self) -> int:
        """What it shared out, in the log's own unit."""
        return sum(share.amount for share in self.shares)

    def tree(self, times: int) -> MerkleTree:
        """Its claims, each amount so many times what the log says."""
        keys = self.keys
        return claims(
            (one.member, one.amount * times, checksummed(keys[one.member]) if one.member in keys else None) for one in self.shares
        )


def claimable(events: Iterable[tuple[int, bytes]], wanted: dict[str, int]) -> dict[str, Claimable]:
    """The rounds that are wanted, by their ids, each with the keys as of an event: one walk over a log."""
    rounds = {name: Claimable(name, seq) for name, seq in wanted.items()}
    for record in records(events, KINDS):
        event = record.event
        if isinstance(event, RewardRoundOpened):
            if (known := rounds.get(RoundId.of(record.seq))) is not None:
                known.opened = record.leaf
        elif isinstance(event, RewardShared):
            if (known := rounds.get(event.round)) is not None:
                known.shares += event.shares
                known.done = event.last
        else:
            for known in rounds.values():
                if record.seq < known.keys_as_of:
                    _keep(known.keys, record)
    return rounds


def one_round(events: Iterable[tuple[int, bytes]], name: str, keys_as_of: int) -> Claimable:
    """One round; refused where there is none, or its shares are not all worked out."""
    known = claimable(events, {name: keys_as_of})[name]
    if not known.opened:
        raise refuse(ROUND_UNKNOWN, "round {name}", "does not exist here", "look at the ledger", name=name[:40])
    if not known.done or not known.shares:
        raise refuse(NOTHING_TO_SHARE, "round {name}", "has no shares, or not all of them yet", "wait until it is paid", name=name)
    return known


def records(events: Iterable[tuple[int, bytes]], kinds: frozenset[str]) -> Iterator[Record[Event]]:
    """The events of these kinds in a log; no other line is read."""
    marks = [f'"kind":"{kind}"'.encode() for kind in kinds]
    for _, data in events:
        if any(mark in data for mark in marks) and parse_own(data)["kind"] in kinds:
            yield lines.read_own(data)


def _keep(keys: dict[str, str], record: Record[Event]) -> None:
    event = record.event
    if isinstance(event, NewKey):
        keys[record.actor] = event.key
    elif isinstance(event, KeyRetired):
        keys.pop(record.actor, None)
    elif isinstance(event, KeyLapsed):
        keys.pop(event.member, None)
