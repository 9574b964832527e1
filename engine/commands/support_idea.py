"""Support an idea; enough supports bring it to its next stage."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands import Ask, Command, Vault
from engine.log.record import Event, Record
from engine.refusals import refuse
from engine.rules.earning import Act
from engine.state import State
from engine.values import IdeaId, MemberId, Name, Seq


@dataclass(frozen=True)
class SupportIdea(Command):
    """One support a member and idea."""

    resource = "/ideas/{idea}/supports"

    idea: IdeaId

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [IdeaSupported(self.idea)]


@dataclass(frozen=True)
class IdeaSupported(Event):
    idea: IdeaId

    def check(self, state: State, record: Record) -> None:
        check_may_support(state, record.actor, self.idea)

    def apply(self, state: State, record: Record) -> None:
        state.ideas[self.idea].supporters.add(MemberId(record.actor))

    def acts(self, state: State, record: Record) -> list[Act]:
        return [Act("idea_supported", record.actor, self.idea, state.ideas[self.idea].authors)]

    def follows(self, state: State, record: Record) -> list[Event]:
        idea = state.ideas[self.idea]
        ideas = state.charter_at(idea.terms).ideas
        assert ideas is not None
        names = [stage.name for stage in ideas.stages]
        after = ideas.stages[names.index(idea.stage) + 1 :][:1]
        # An amendment may have taken the next stage away: then the idea stays where its terms hold.
        if after and 0 < after[0].supports_min <= len(idea.supporters) and state.charter.stage(after[0].name):
            return [IdeaAdvanced(self.idea, after[0].name, state.charter_seq)]
        return []


def check_may_support(state: State, actor: str, name: str) -> None:
    """Refuse unless the charter and the idea's stage let `actor` support it, and she does not already."""
    state.require(actor, "support_idea")
    idea = state.idea(name)
    stage = state.charter_at(idea.terms).stage(idea.stage)
    if stage is None or not stage.supportable:
        raise refuse("stage_closed", f"idea {idea.id}", f"is {idea.stage} and needs no support", "look for an open idea")
    if actor in idea.supporters:
        raise refuse("already_supported", f"idea {idea.id}", "has your support", "nothing more is needed")


@dataclass(frozen=True)
class IdeaAdvanced(Event):
    """An idea enters a stage, whose terms are those of the charter that event `terms` brought."""

    consequence = True

    idea: IdeaId
    stage: Name
    terms: Seq

    def apply(self, state: State, record: Record) -> None:
        idea = state.ideas[self.idea]
        idea.stage, idea.terms = self.stage, self.terms

    def acts(self, state: State, record: Record) -> list[Act]:
        return [Act("idea_advanced", record.actor, self.idea, state.ideas[self.idea].authors)]
