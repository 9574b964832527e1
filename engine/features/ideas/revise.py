"""Improve an idea: a new version of its text; whoever improves it becomes a co-author."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.event import ANY_MEMBER, ActKind, Ask, Command, Event, Record, Right, Vault
from engine.features.ideas.state import NOT_AUTHOR, NOTHING_CHANGED, STAGE_CLOSED, VERSIONS_PER_IDEA_MAX, Idea, IdeaId, Ideas, text_kept
from engine.features.ideas.terms import check_cost, terms_of
from engine.log.fields import Erasable
from engine.log.json import parse_own
from engine.refusals import Refusal, refuse
from engine.rules.earning import Act
from engine.state import State
from engine.values import IdeaText, MemberId, Money, Name, Seq, TitleText

REVISE = Right(Name("revise_idea"), "write new versions of ideas")
REVISED = ActKind(Name("idea_revised"), "improving an idea")


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
            raise refuse(
                NOTHING_CHANGED, "idea {idea}", "says all of that already", "change something in it, or comment on it", idea=idea.id
            )
        return [IdeaRevised(self.idea, Erasable(self.title), Erasable(self.text), self.cost)]


@dataclass(frozen=True)
class IdeaRevised(Event):
    """A new version of an idea."""

    by = ANY_MEMBER
    may = REVISE

    idea: IdeaId
    title: Erasable[TitleText]
    text: Erasable[IdeaText]
    cost: Money | None

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.idea,)

    def check(self, state: State, record: Record[Event]) -> None:
        idea = check_may_revise(state, record.actor, self.idea)
        check_cost(state, terms_of(state, idea.terms), self.cost)

    def apply(self, state: State, record: Record[Event]) -> None:
        idea = state[Ideas][self.idea]
        idea.versions += (record.seq,)
        idea.cost = self.cost
        if record.actor not in idea.authors:
            idea.authors += (MemberId(record.actor),)

    def keeps(self, state: State, seq: Seq, field: str) -> Refusal | None:
        return text_kept(state, seq)

    def acts(self, state: State, record: Record[Event]) -> Iterable[Act]:
        return [Act(REVISED.name, record.actor, self.idea, state[Ideas][self.idea].authors)]


def check_may_revise(state: State, actor: str, name: str) -> Idea:
    """Refuse unless the idea's stage and the charter's terms for its authors let `actor` improve it; the right is judged by the core."""
    idea = state[Ideas][name]
    terms = terms_of(state, idea.terms)
    stage = terms.stage(idea.stage)
    if stage is None or not stage.revisable:
        raise refuse(
            STAGE_CLOSED, "idea {idea}", "is {stage} and not revised any more", "extend it instead", idea=idea.id, stage=idea.stage
        )
    if terms.revised_by == "authors" and actor not in idea.authors:
        raise refuse(NOT_AUTHOR, "member {actor}", "is no author of idea {idea}", "comment on it, or extend it", actor=actor, idea=idea.id)
    if len(idea.versions) >= VERSIONS_PER_IDEA_MAX:
        raise refuse("limit_reached", "idea {idea}", "has {count} versions", "extend it instead", idea=idea.id, count=VERSIONS_PER_IDEA_MAX)
    return idea
