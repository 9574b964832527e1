"""Record that a chain has unwound what it held: a reorganisation left its block behind."""

from __future__ import annotations

from dataclasses import dataclass

from engine.event import ANY_MEMBER, Ask, Command, Event, Record, Vault
from engine.features.anchors.state import ANCHOR_UNWOUND, AnchorId, Anchors
from engine.features.anchors.terms import ANCHOR
from engine.refusals import refuse
from engine.state import State


@dataclass(frozen=True)
class UnwindAnchor(Command):
    """The block that held it is not of its chain any more. Nothing is claimed of it from then on; what stands again is recorded anew."""

    resource = "/anchors/{anchor}/unwinding"

    anchor: AnchorId

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [AnchorUnwound(self.anchor)]


@dataclass(frozen=True)
class AnchorUnwound(Event):
    """What was written on a chain does not stand there any more."""

    by = ANY_MEMBER
    may = ANCHOR

    anchor: AnchorId

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.anchor,)

    def check(self, state: State, record: Record[Event]) -> None:
        anchor = state[Anchors][self.anchor]
        if anchor.where is None:
            raise refuse("field_wrong", "anchor {anchor}", "stands in a file", "nothing unwinds a file", anchor=self.anchor)
        if anchor.unwound:
            raise refuse(ANCHOR_UNWOUND, "anchor {anchor}", "is unwound already", "nothing is left to record", anchor=self.anchor)

    def apply(self, state: State, record: Record[Event]) -> None:
        state[Anchors].unwind(self.anchor)
