"""Put an idea forward, alone or as an extension of another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.event import ANY_MEMBER, ActKind, Ask, Command, Event, Record, Right, Vault
from engine.features.ideas.state import IDEAS_MAX, Idea, IdeaId, Ideas, text_kept
from engine.features.ideas.terms import IdeaTerms, check_cost
from engine.kernel import charter as charters
from engine.log.fields import Erasable
from engine.refusals import Refusal, refuse
from engine.rules.earning import Act
from engine.state import State
from engine.values import IdeaText, MemberId, Money, Name, Seq, TitleText

SUBMIT = Right(Name("submit_idea"), "put ideas forward")
SUBMITTED = ActKind(Name("idea_submitted"), "putting an idea forward")


@dataclass(frozen=True)
class SubmitIdea(Command):
    """`cost` in the charter's smallest unit of money, where its ideas have costs."""

    resource = "/ideas"
    makes = IdeaId

    title: TitleText
    text: IdeaText
    cost: Money | None = None
    extends: IdeaId | None = None

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [IdeaSubmitted(Erasable(self.title), Erasable(self.text), self.cost, self.extends)]


@dataclass(frozen=True)
class IdeaSubmitted(Event):
    """An idea put forward; its id is `i` and this event's seq."""

    by = ANY_MEMBER
    may = SUBMIT

    title: Erasable[TitleText]
    text: Erasable[IdeaText]
    cost: Money | None
    extends: IdeaId | None

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (IdeaId.of(record.seq),) if self.extends is None else (IdeaId.of(record.seq), self.extends)

    def check(self, state: State, record: Record[Event]) -> None:
        check_cost(state, charters.in_force(state)[IdeaTerms], self.cost)
        ideas = state[Ideas]
        if self.extends is not None:
            ideas[self.extends]  # refuses what is no idea
        if len(ideas.ideas) >= IDEAS_MAX:
            raise refuse("limit_reached", "the community", "has {count} ideas", "found another beside it", count=IDEAS_MAX)

    def apply(self, state: State, record: Record[Event]) -> None:
        idea, first = IdeaId.of(record.seq), charters.in_force(state)[IdeaTerms].stages[0]
        state[Ideas].ideas[idea] = Idea(
            idea, (MemberId(record.actor),), (record.seq,), first.name, charters.seq_in_force(state), self.cost, self.extends
        )

    def keeps(self, state: State, seq: Seq, field: str) -> Refusal | None:
        return text_kept(state, seq)

    def acts(self, state: State, record: Record[Event]) -> Iterable[Act]:
        return [Act(SUBMITTED.name, record.actor, IdeaId.of(record.seq), (MemberId(record.actor),))]
