"""A member who has left has no key any more."""

from __future__ import annotations

from dataclasses import dataclass

from engine.event import NOBODY, Event, Record
from engine.features.keys.state import Keys
from engine.kernel.forget import Forgetting
from engine.kernel.hooks import react
from engine.state import State
from engine.values import MemberId


@dataclass(frozen=True)
class KeyLapsed(Event):
    """The key of a member who was forgotten. Its address stays in the log: an address says nothing of whose it was elsewhere."""

    by = NOBODY
    may = None

    member: MemberId

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.member,)

    def apply(self, state: State, record: Record[Event]) -> None:
        del state[Keys].live[self.member]


@react
def when_she_leaves(state: State, record: Record[Forgetting]) -> list[KeyLapsed]:
    member = record.event.whom(record)
    return [KeyLapsed(member)] if state[Keys].of(member) is not None else []
