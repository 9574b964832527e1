"""What a charter says of rewards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine import rules
from engine.features.treasury.terms import MoneyTerms
from engine.kernel.charter import Charter, Terms, wrong
from engine.refusals import Refusal
from engine.values import Name, Scalar


@dataclass(frozen=True)
class Reward:
    """A reward programme: how a pot is shared over members by their points, and whether that spends the points."""

    rule: Name
    parameters: dict[str, Scalar] = field(default_factory=dict)
    spends_points: bool = True


@dataclass(frozen=True)
class RewardTerms(Terms):
    """The reward programmes there are, by name: `[rewards.quarterly]`."""

    key = "rewards"
    by_name: dict[str, Reward]

    def problems(self, charter: Charter) -> Iterable[Refusal]:
        for reward in self.by_name.values():
            rules.rule("reward", reward.rule).complete(reward.parameters)
        if self.by_name and not charter[MoneyTerms].unit:
            yield wrong("money.unit", "is empty", "say what rewards are paid in")
