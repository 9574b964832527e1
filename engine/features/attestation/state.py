"""What waits for a council, who has spoken, and what was attested."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.features.council.seats import Seating
from engine.features.polls.state import PollId
from engine.refusals import Code
from engine.state import Part
from engine.values import CouncilKey, CouncilSignature, Digest, Moment, Seq

ATTESTATION_CLOSED = Code("attestation_closed", "conflict")
ATTESTATION_OPEN = Code("attestation_open", "conflict")
NOT_ON_COUNCIL = Code("not_on_council", "forbidden")
SPOKEN_ALREADY = Code("spoken_already", "conflict")
COUNCIL_MAY_NOT_OBJECT = Code("council_may_not_object", "forbidden")


@dataclass
class Asked:
    """What a council was asked to attest: the log's first `size` events under `root`, until a moment; what its seats, by number, have said."""

    size: int
    root: Digest
    until: Moment
    signed: dict[int, CouncilSignature] = field(default_factory=dict)
    objected: dict[int, Seq] = field(default_factory=dict)
    """The event of each objection."""

    def has_spoken(self, place: int) -> bool:
        return place in self.signed or place in self.objected


@dataclass(frozen=True)
class Attested:
    """An aggregate over what was asked, and by which seats."""

    size: int
    root: Digest
    at: Moment
    signers: str
    signature: CouncilSignature


@dataclass
class Attestations(Part):
    """A few hundred bytes for each poll that waits, and for each that was attested."""

    asked: dict[PollId, Asked] = field(default_factory=dict)
    """Of polls that wait for their council."""
    attested: dict[PollId, Attested] = field(default_factory=dict)


def bitmap(places: list[int], seats: int) -> str:
    """Which seats have signed, as hexadecimal digits: of byte n, bit 0 is seat 8n, and bit 7 seat 8n + 7.

    >>> bitmap([0, 2, 9], 11)
    '0502'
    """
    return sum(1 << place for place in places).to_bytes(-(-seats // 8), "little").hex()


def places_of(signers: str) -> list[int]:
    """The seats of a bitmap.

    >>> places_of("0502")
    [0, 2, 9]
    """
    bits = int.from_bytes(bytes.fromhex(signers), "little")
    return [place for place in range(bits.bit_length()) if bits >> place & 1]


def keys_of(council: Seating, signers: str) -> list[CouncilKey]:
    """The keys of the seats in a bitmap."""
    return [council.seats[place].key for place in places_of(signers)]
