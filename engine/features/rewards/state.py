"""The rounds there were, and what is still to be paid of open ones."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.refusals import Code, refuse
from engine.state import Part
from engine.values import Digest, Id, MemberId, Money, Name, Points, Scalar, Seq

ROUND_UNKNOWN = Code("round_unknown", "unknown")
NOTHING_TO_SHARE = Code("nothing_to_share", "conflict")
ROUND_OVER = Code("round_over", "conflict")
ROUNDS_MAX = 10_000
"""More would not fit one page, nor anybody's patience."""


class RoundId(Id, letter="r"):
    """A round: `r` and the event that opened it."""


@dataclass(frozen=True)
class FrozenReward:
    """A programme of the charter with everything written out: the rule's version, parameters and the digest of its behaviour."""

    version: str
    parameters: dict[str, Scalar]
    digest: Digest
    spends_points: bool


@dataclass
class Round:
    """`points` is what each member held, by number, when it opened: what is shared by, whenever it is paid; None once it is."""

    id: RoundId
    reward: Name
    pot: Money
    terms: FrozenReward
    charter: Seq
    left_out: int
    """The number of who opened it and left herself out; -1 where another had agreed."""
    points: NDArray[np.int64] | None
    members: int = 0
    """How many have been paid."""


@dataclass(frozen=True)
class Proposal:
    """A round its proposer would have a share in: another has to agree."""

    reward: Name
    pot: Money
    proposed_by: MemberId


@dataclass(frozen=True)
class Share:
    """What one member gets, and the points it was for: none where the pot was too small to bring her anything."""

    member: MemberId
    amount: Money
    points: Points


@dataclass
class Rounds(Part):
    rounds: dict[RoundId, Round] = field(default_factory=dict)
    proposals: dict[RoundId, Proposal] = field(default_factory=dict)
    unpaid: dict[RoundId, Round] = field(init=False, repr=False, compare=False)
    """Those that are not paid out, oldest first."""
    shares: dict[RoundId, list[Share]] = field(init=False, repr=False, compare=False, default_factory=dict)
    """The shares of unpaid rounds, once somebody has worked them out."""

    def __post_init__(self) -> None:
        self.unpaid = {one.id: one for one in self.rounds.values() if one.points is not None}

    def __getitem__(self, name: str) -> Round:
        known = self.rounds.get(RoundId(name))
        if known is None:
            raise refuse(ROUND_UNKNOWN, "round {name}", "does not exist here", "look at the ledger", name=name[:40])
        return known
