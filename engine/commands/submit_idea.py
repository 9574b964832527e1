"""Put an idea forward, alone or as an extension of another."""

from __future__ import annotations

from dataclasses import dataclass

from engine.charter.terms import Charter
from engine.commands import Ask, Command, Vault
from engine.limits import IDEAS_MAX, INTEGER_MAX
from engine.log.fields import Erasable
from engine.log.record import Event, Record
from engine.refusals import refuse
from engine.rules.earning import Act
from engine.state import Idea, State
from engine.values import IdeaId, IdeaText, MemberId, Money, TitleText, make_id


@dataclass(frozen=True)
class SubmitIdea(Command):
    """`cost` in the charter's smallest unit of money, where its ideas have costs."""

    resource = "/ideas"
    makes = "i"

    title: TitleText
    text: IdeaText
    cost: Money | None = None
    extends: IdeaId | None = None

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [IdeaSubmitted(Erasable(self.title), Erasable(self.text), self.cost, self.extends)]


@dataclass(frozen=True)
class IdeaSubmitted(Event):
    """The idea's id is `i` and this event's seq."""

    title: Erasable[TitleText]
    text: Erasable[IdeaText]
    cost: Money | None
    extends: IdeaId | None

    def check(self, state: State, record: Record) -> None:
        state.require(record.actor, "submit_idea")
        check_cost(state.charter, self.cost)
        if self.extends is not None:
            state.idea(self.extends)
        if len(state.ideas) >= IDEAS_MAX:
            raise refuse("limit_reached", "the community", f"has {IDEAS_MAX} ideas", "found another beside it")

    def apply(self, state: State, record: Record) -> None:
        idea, ideas = IdeaId(make_id("i", record.seq)), state.charter.ideas
        assert ideas is not None
        state.ideas[idea] = Idea(
            idea, (MemberId(record.actor),), (record.seq,), ideas.stages[0].name, state.charter_seq, self.cost, self.extends
        )

    def acts(self, state: State, record: Record) -> list[Act]:
        return [Act("idea_submitted", record.actor, make_id("i", record.seq), (MemberId(record.actor),))]


def check_cost(charter: Charter, cost: Money | None) -> None:
    """Refuse a cost that the charter does not let an idea have."""
    if charter.ideas is None:
        raise refuse("not_allowed", "the charter", "has no ideas", "amend it: add [ideas] with stages")
    if charter.ideas.cost == "none" and cost is not None:
        raise refuse("field_wrong", "cost", "is given", "leave it out: ideas here have no cost")
    if charter.ideas.cost == "required" and cost is None:
        raise refuse("field_missing", "cost", "is not given", f"say what it costs in units of {charter.money.unit}")
    if cost is not None and not 0 <= cost <= INTEGER_MAX:
        raise refuse("field_wrong", "cost", f"is {cost}", f"give a whole number from 0 to {INTEGER_MAX}")
