"""End a delegation of yours."""

from __future__ import annotations

from dataclasses import dataclass

from engine.event import ANY_MEMBER, Ask, Command, Event, Record, Vault
from engine.features.delegation.state import DELEGATION_UNKNOWN, Delegations
from engine.kernel.members import Members
from engine.refusals import refuse
from engine.state import State
from engine.values import Name


@dataclass(frozen=True)
class EndDelegation(Command):
    """Nobody votes for you any more in decisions of a kind, or without `topic` where that went for all. Polls that are open
    keep what they froze: vote yourself in those."""

    resource = "/delegations/ending"

    topic: Name | None = None

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [DelegationEnded(self.topic)]


@dataclass(frozen=True)
class DelegationEnded(Event):
    """A member lets nobody vote for her any more, in that. It takes no right: a vote can always be taken back."""

    by = ANY_MEMBER
    may = None

    topic: Name | None

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (record.actor,)

    def check(self, state: State, record: Record[Event]) -> None:
        given = dict(state[Delegations].all()).get(self.topic)
        if given is None or not given.holds(state[Members][record.actor].number):
            raise refuse(
                DELEGATION_UNKNOWN, "member {member}", "has no delegation {where}", "look at whom she has delegated to",
                member=record.actor, where="in general" if self.topic is None else f"in {self.topic}",
            )  # fmt: skip

    def apply(self, state: State, record: Record[Event]) -> None:
        state[Delegations].given(self.topic).end(state[Members][record.actor].number)
