"""Support an idea."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.event import ANY_MEMBER, ActKind, Ask, Command, Event, Record, Right, Vault
from engine.features.ideas.state import ALREADY_SUPPORTED, STAGE_CLOSED, IdeaId, Ideas
from engine.features.ideas.terms import terms_of
from engine.kernel.members import Members
from engine.refusals import refuse
from engine.rules.earning import Act
from engine.state import State
from engine.values import Name

SUPPORT = Right(Name("support_idea"), "support ideas")
SUPPORTED = ActKind(Name("idea_supported"), "supporting an idea")


@dataclass(frozen=True)
class SupportIdea(Command):
    """One support a member and idea."""

    resource = "/ideas/{idea}/supports"

    idea: IdeaId

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [IdeaSupported(self.idea)]


@dataclass(frozen=True)
class IdeaSupported(Event):
    """A member supports an idea."""

    by = ANY_MEMBER
    may = SUPPORT

    idea: IdeaId

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.idea,)

    def check(self, state: State, record: Record[Event]) -> None:
        check_may_support(state, record.actor, self.idea)

    def apply(self, state: State, record: Record[Event]) -> None:
        state[Ideas][self.idea].supporters.add(state[Members][record.actor].number)

    def acts(self, state: State, record: Record[Event]) -> Iterable[Act]:
        return [Act(SUPPORTED.name, record.actor, self.idea, state[Ideas][self.idea].authors)]


def check_may_support(state: State, actor: str, name: str) -> None:
    """Refuse unless the idea's stage lets it be supported, and `actor` does not already; the right is judged by the core."""
    idea = state[Ideas][name]
    stage = terms_of(state, idea.terms).stage(idea.stage)
    if stage is None or not stage.supportable:
        raise refuse(
            STAGE_CLOSED, "idea {idea}", "is {stage} and needs no support", "look for an open idea", idea=idea.id, stage=idea.stage
        )
    if state[Members].number(actor) in idea.supporters:
        raise refuse(ALREADY_SUPPORTED, "idea {idea}", "has your support", "nothing more is needed", idea=idea.id)
