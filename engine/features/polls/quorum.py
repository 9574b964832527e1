"""Quorums: how much of whom must have taken part, what counts towards it, and one that grows with those against.

>>> DynamicQuorum(1_000, 4_000, 1_500_000).votes(against=30, whole=200)
65
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

BPS, MILLIONTHS = 10_000, 1_000_000
"""Basis points in a whole, and what the coefficient of a dynamic quorum counts in."""
COEFFICIENT_MAX = 2**32 - 1
"""The largest coefficient that Nouns can hold: 4,295 votes more for each against is never reached."""
Basis = Literal["eligible", "active", "power", "none"]
Counts = Literal["for", "for_abstain", "all_valid", "rejection"]


class Measure(NamedTuple):
    """Voters one by one, and their power."""

    voters: int
    power: int

    def by(self, basis: Basis) -> int:
        """What a quorum on that basis counts of them."""
        return self.power if basis == "power" else self.voters


class Votes(NamedTuple):
    """All that is cast, blank ballots too; and of it what is for the first option and for the second."""

    cast: Measure
    in_favour: Measure
    against: Measure

    def counted(self, counts: Counts, basis: Basis) -> int:
        """What counts towards a quorum; who neither favours nor opposes abstains.

        >>> votes = Votes(Measure(9, 90), Measure(4, 40), Measure(3, 30))
        >>> [votes.counted(counts, "eligible") for counts in ("for", "for_abstain", "all_valid", "rejection")]
        [4, 6, 9, 3]
        """
        cast, for_it, against = (each.by(basis) for each in self)
        return {"for": for_it, "for_abstain": cast - against, "all_valid": cast, "rejection": against}[counts]


@dataclass(frozen=True)
class Quorum:
    """How much of what must have taken part: `eligible` counts members of the roll, `active` those of them who have done anything
    of late, `power` their votes, `none` nothing."""

    basis: Basis
    percent_min: int = 0


@dataclass(frozen=True)
class DynamicQuorum:
    """A quorum that grows with those against: from `bps_min` basis points of the whole, for each basis point that is against by
    `coefficient` millionths of one, up to `bps_max`. Source: Nouns DAO, `dynamicQuorumVotes`."""

    bps_min: int
    bps_max: int
    coefficient: int

    def votes(self, against: int, whole: int) -> int:
        """How many votes it takes. Each division rounds down, as Nouns' contract does.

        >>> [DynamicQuorum(1_000, 4_000, 1_000_000).votes(against, 200) for against in (0, 18, 45, 80)]
        [20, 38, 65, 80]
        """
        against_bps = BPS * against // whole
        return whole * min(self.bps_max, self.bps_min + self.coefficient * against_bps // MILLIONTHS) // BPS


@dataclass(frozen=True)
class QuorumTerms(Quorum):
    """A quorum as a charter has it. `counts` says which ballots count towards it: `all_valid`, blank ones too; those `for` the first
    option; `for_abstain`, all but those for the second; or `rejection`: then nobody has to take part, and if those against are more
    than the share nothing is decided. `dynamic` takes the place of `percent_min`."""

    counts: Counts = "all_valid"
    dynamic: DynamicQuorum | None = None


def is_reached(quorum: Quorum, counts: Counts, dynamic: DynamicQuorum | None, votes: Votes, whole: int) -> bool:
    """Whether enough took part, of a `whole` in what the quorum's basis counts.

    >>> votes = Votes(Measure(8, 8), Measure(3, 3), Measure(4, 4))
    >>> is_reached(Quorum("eligible", 40), "all_valid", None, votes, 20), is_reached(Quorum("eligible", 40), "for_abstain", None, votes, 20)
    (True, False)
    """
    if quorum.basis == "none" or counts == "rejection":
        return True
    part = votes.counted(counts, quorum.basis)
    if dynamic is not None:
        return part >= dynamic.votes(votes.against.by(quorum.basis), whole)
    return 100 * part >= quorum.percent_min * whole


def is_rejected(quorum: Quorum, counts: Counts, votes: Votes, whole: int) -> bool:
    """Whether those against are more than a quorum of rejection; as many as that are not. Source: Snapshot, `quorumType: rejection`.

    >>> against = [Votes(Measure(9, 9), Measure(9 - no, 9 - no), Measure(no, no)) for no in (3, 4)]
    >>> [is_rejected(Quorum("eligible", 30), "rejection", votes, 10) for votes in against]
    [False, True]
    """
    return counts == "rejection" and 100 * votes.counted(counts, quorum.basis) > quorum.percent_min * whole
