"""What a charter says of anchors: the places where heads of the log are written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.event import Right
from engine.kernel.charter import Charter, Terms, wrong
from engine.limits import INTEGER_MAX
from engine.refusals import Refusal, refuse
from engine.values import Address, Name

ANCHOR = Right(Name("anchor"), "record where heads of the log are anchored, and what else of the community stands on a chain")
CONFIRMATIONS_MAX = 1_000
"""Some hours on any chain: whoever waits longer does not trust it."""
PLACES_MAX = 16
"""More places prove nothing more, and each is looked at."""


@dataclass(frozen=True)
class Place:
    """The `contract` (checkpoints.vy) on the chain `chain_id`; a file that somebody else keeps where neither is given. What was written on
    a chain counts once it is `confirmations` blocks deep, its own block among them.
    """

    chain_id: int = 0
    contract: Address | None = None
    confirmations: int = 12


@dataclass(frozen=True)
class AnchorTerms(Terms):
    """The places there are, by name: `[anchors.mainnet]`."""

    key = "anchors"
    by_name: dict[str, Place]

    def problems(self, charter: Charter) -> Iterable[Refusal]:
        if len(self.by_name) > PLACES_MAX:
            yield wrong("anchors", "names {count} places", "name at most {most}", count=len(self.by_name), most=PLACES_MAX)
        for name, place in self.by_name.items():
            if bool(place.chain_id) != (place.contract is not None):
                yield wrong(f"anchors.{name}", "names a chain or a contract, and not both", "give chain_id and contract, or neither")
            if not 0 <= place.chain_id <= INTEGER_MAX:
                yield wrong(f"anchors.{name}.chain_id", "is {value}", "give the number of a chain", value=place.chain_id)
            if not 1 <= place.confirmations <= CONFIRMATIONS_MAX:
                yield wrong(
                    f"anchors.{name}.confirmations", "is {value}", "give 1 to {most}", value=place.confirmations, most=CONFIRMATIONS_MAX
                )
        there = [(place.chain_id, place.contract) for place in self.by_name.values() if place.chain_id]
        if len(set(there)) != len(there):
            yield wrong("anchors", "names one contract twice", "name each place once")


def place_of(charter: Charter, name: str) -> Place:
    """A place of the charter; refused where it names no such."""
    places = charter[AnchorTerms].by_name
    if name not in places:
        raise refuse(
            "thing_unknown", "place {name!r}", "is not in the charter", "known: {known}", name=name, known=", ".join(places) or "none"
        )
    return places[name]
