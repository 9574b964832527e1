"""An idea comes to a stage: by enough supports, or by what somebody else has decided about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.event import NOBODY, ActKind, Event, Record
from engine.features.ideas.state import IdeaId, Ideas
from engine.features.ideas.support import IdeaSupported
from engine.features.ideas.terms import IdeaTerms, terms_of
from engine.kernel import charter as charters
from engine.kernel.hooks import react
from engine.kernel.members import Members
from engine.rules.earning import Act
from engine.state import State
from engine.values import Name, Seq

ADVANCED = ActKind(Name("idea_advanced"), "having an idea come to its next stage", active=False)


@dataclass(frozen=True)
class IdeaAdvanced(Event):
    """An idea enters a stage, whose terms are those of the charter that event `terms` brought."""

    by = NOBODY
    may = None

    idea: IdeaId
    stage: Name
    terms: Seq

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.idea,)

    def apply(self, state: State, record: Record[Event]) -> None:
        idea = state[Ideas][self.idea]
        idea.stage, idea.terms = self.stage, self.terms

    def acts(self, state: State, record: Record[Event]) -> Iterable[Act]:
        return [Act(ADVANCED.name, record.actor, self.idea, state[Ideas][self.idea].authors)]


@react
def enough_supports(state: State, record: Record[IdeaSupported]) -> list[IdeaAdvanced]:
    """Supports bring an idea to its next stage, under the terms of the one it stands in."""
    idea, members = state[Ideas][record.event.idea], state[Members]
    stage = terms_of(state, idea.terms).after(idea.stage)
    now = charters.in_force(state).get(IdeaTerms)
    if stage is None or not 0 < stage.supports_needed(len(members) - members.forgotten) <= len(idea.supporters):
        return []
    # An amendment may have taken the next stage away: then the idea stays where its terms hold.
    return [IdeaAdvanced(idea.id, stage.name, charters.seq_in_force(state))] if now and now.stage(stage.name) else []
