"""Improve an idea: a new version of its text; whoever improves it becomes a co-author."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands import Ask, Command, Vault
from engine.commands.submit_idea import check_cost
from engine.limits import VERSIONS_PER_IDEA_MAX
from engine.log.fields import Erasable
from engine.log.json import parse_own
from engine.log.record import Event, Record
from engine.refusals import refuse
from engine.rules.earning import Act
from engine.state import Idea, State
from engine.values import IdeaId, IdeaText, MemberId, Money, TitleText


@dataclass(frozen=True)
class ReviseIdea(Command):
    """The whole new version; polls that are open keep the version they asked about."""

    resource = "/ideas/{idea}/versions"

    idea: IdeaId
    title: TitleText
    text: IdeaText
    cost: Money | None = None

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        idea = check_may_revise(state, ask.actor, self.idea)
        last = [vault.opening(idea.versions[-1], field) for field in ("title", "text")]
        if self.cost == idea.cost and [opening and parse_own(opening[1]) for opening in last] == [self.title, self.text]:
            raise refuse("nothing_changed", f"idea {idea.id}", "says all of that already", "change something in it, or comment on it")
        return [IdeaRevised(self.idea, Erasable(self.title), Erasable(self.text), self.cost)]


@dataclass(frozen=True)
class IdeaRevised(Event):
    idea: IdeaId
    title: Erasable[TitleText]
    text: Erasable[IdeaText]
    cost: Money | None

    def check(self, state: State, record: Record) -> None:
        idea = check_may_revise(state, record.actor, self.idea)
        check_cost(state.charter_at(idea.terms), self.cost)

    def apply(self, state: State, record: Record) -> None:
        idea = state.ideas[self.idea]
        idea.versions += (record.seq,)
        idea.cost = self.cost
        if record.actor not in idea.authors:
            idea.authors += (MemberId(record.actor),)

    def acts(self, state: State, record: Record) -> list[Act]:
        return [Act("idea_revised", record.actor, self.idea, state.ideas[self.idea].authors)]


def check_may_revise(state: State, actor: str, name: str) -> Idea:
    """Refuse unless the charter, the idea's stage and its authors let `actor` improve it."""
    state.require(actor, "revise_idea")
    idea = state.idea(name)
    terms = state.charter_at(idea.terms)
    stage = terms.stage(idea.stage)
    if stage is None or not stage.revisable:
        raise refuse("stage_closed", f"idea {idea.id}", f"is {idea.stage} and not revised any more", "extend it instead")
    assert terms.ideas is not None
    if terms.ideas.revised_by == "authors" and actor not in idea.authors:
        raise refuse("not_author", f"member {actor}", f"is no author of idea {idea.id}", "comment on it, or extend it")
    if len(idea.versions) >= VERSIONS_PER_IDEA_MAX:
        raise refuse("limit_reached", f"idea {idea.id}", f"has {VERSIONS_PER_IDEA_MAX} versions", "extend it instead")
    return idea
