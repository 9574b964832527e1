"""What a charter says of ideas."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from engine.features.ideas.state import Ideas
from engine.features.treasury.terms import money_of
from engine.kernel import charter as charters
from engine.kernel.charter import NOT_ALLOWED, Charter, Terms, wrong
from engine.kernel.hooks import fits
from engine.limits import COST_MAX
from engine.refusals import Refusal, refuse
from engine.state import State
from engine.values import Money, Name, Seq


@dataclass(frozen=True)
class Stage:
    """A stage of an idea. `supports_min`: so many supports bring an idea here from the stage before, but never more than
    `supports_percent_max` of the members, so that five can be asked for where five hundred are and where five are.
    """

    name: Name
    supports_min: int = 0
    supports_percent_max: int = 100
    revisable: bool = True
    supportable: bool = True

    def supports_needed(self, members: int) -> int:
        """How many supports bring an idea here where there are so many members; 0 where supports do not.

        >>> stage = Stage("shortlist", supports_min=5, supports_percent_max=40)
        >>> stage.supports_needed(5), stage.supports_needed(500)
        (2, 5)
        """
        return min(self.supports_min, max(1, -(-self.supports_percent_max * members // 100)))


@dataclass(frozen=True)
class IdeaTerms(Terms):
    """Stages in order; a new idea stands in the first. `revised_by`: who may write a new version of an idea."""

    key = "ideas"
    stages: tuple[Stage, ...]
    revised_by: Literal["authors", "members"] = "authors"
    cost: Literal["none", "optional", "required"] = "none"

    def stage(self, name: str) -> Stage | None:
        return next((stage for stage in self.stages if stage.name == name), None)

    def after(self, name: str) -> Stage | None:
        """The stage that follows one; None after the last."""
        names = [stage.name for stage in self.stages]
        place = names.index(Name(name)) + 1
        return self.stages[place] if place < len(names) else None

    def problems(self, charter: Charter) -> Iterable[Refusal]:
        names = [stage.name for stage in self.stages]
        if not names or len(set(names)) != len(names):
            yield wrong("ideas.stages", "is {names}", "name at least one stage, each once", names=names)
        for number, stage in enumerate(self.stages):
            if not 1 <= stage.supports_percent_max <= 100:
                yield wrong(f"ideas.stages.{number}.supports_percent_max", "is {value}", "give 1 to 100", value=stage.supports_percent_max)


def terms_of(state: State, seq: Seq) -> IdeaTerms:
    """What the charter that event `seq` brought says of ideas."""
    return charters.as_of(state, seq)[IdeaTerms]


def check_cost(state: State, terms: IdeaTerms, cost: Money | None) -> None:
    """Refuse a cost that the charter does not let an idea have."""
    if terms.cost == "none" and cost is not None:
        raise refuse("field_wrong", "cost", "is given", "leave it out: ideas here have no cost")
    if terms.cost == "required" and cost is None:
        raise refuse("field_missing", "cost", "is not given", "say what it costs in units of {unit}", unit=money_of(state).unit)
    if cost is not None and not 0 <= cost <= COST_MAX:
        raise refuse("field_wrong", "cost", "is {cost}", "give a whole number from 0 to {most}", cost=cost, most=COST_MAX)


@fits
def stages_that_ideas_stand_in(state: State, charter: Charter) -> list[Refusal]:
    terms = charter.get(IdeaTerms)
    kept = {stage.name for stage in terms.stages} if terms else set()
    gone = sorted({idea.stage for idea in state[Ideas].ideas.values()} - kept)
    return [
        refuse(NOT_ALLOWED, "the new charter", "has no stage {stage}, which ideas are in", "let it keep that", stage=stage)
        for stage in gone
    ]
