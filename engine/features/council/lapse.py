"""A member who has left has no council key any more."""

from __future__ import annotations

from dataclasses import dataclass

from engine.event import NOBODY, Event, Record
from engine.features.council.state import CouncilKeys
from engine.kernel.forget import Forgetting
from engine.kernel.hooks import react
from engine.state import State
from engine.values import MemberId


@dataclass(frozen=True)
class CouncilKeyLapsed(Event):
    """The council key of a member who was forgotten."""

    by = NOBODY
    may = None

    member: MemberId

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.member,)

    def apply(self, state: State, record: Record[Event]) -> None:
        del state[CouncilKeys].live[self.member]


@react
def when_she_leaves(state: State, record: Record[Forgetting]) -> list[CouncilKeyLapsed]:
    member = record.event.whom(record)
    return [CouncilKeyLapsed(member)] if state[CouncilKeys].of(member) is not None else []
