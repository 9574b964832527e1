"""What a certificate claims, beside the ballots it is about, as plain lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.limits import CERTIFICATE_WORK_MAX
from engine.refusals import refuse
from engine.rules import counting_rule


@dataclass(frozen=True)
class Claim:
    """`won` are the winners' places; `ballots` are (cells by option, weight), equal ones together."""

    won: list[int]
    facts: Any
    scores: list[Any]
    ballots: list[tuple[list[int], int]]
    places: range
    voters: int
    costs: list[int]
    budget: int
    decimals: int
    given: Mapping[str, Any] = field(default_factory=dict)
    spent: list[int] = field(default_factory=lambda: [0])
    """The work done so far; see `work`."""

    @classmethod
    def of(cls, election: Election, outcome: Outcome, given: Mapping[str, Any]) -> Claim:
        won = [election.options.index(winner) for winner in outcome.winners]
        if won != sorted(set(won)):
            raise ValueError("winners stand in the order of the options, each once")
        if election.seats is not None:
            given = {"seats": election.seats} | dict(given)
        cast: dict[tuple[int, ...], int] = {}
        for row, weight in zip(election.table.tolist(), election.weights.tolist(), strict=True):
            cast[tuple(row)] = cast.get(tuple(row), 0) + weight
        ballots = [(list(row), weight) for row, weight in cast.items()]
        if election.kind == "ranked" and counting_rule(outcome.rule).elects == "budget":  # by rankings it is one by Borda's points
            ballots = [([sum(other > cell for other in row) for cell in row], weight) for row, weight in ballots]
        return cls(
            won=won,
            facts=outcome.facts,
            scores=list(outcome.scores.values()),
            ballots=ballots,
            places=range(len(election.options)),
            voters=sum(weight for _, weight in ballots),
            costs=list(election.costs or ()),
            budget=election.budget or 0,
            decimals=election.decimals,
            given=given,
        )

    def under(self, **terms: Any) -> Claim:
        """The same under other parameters."""
        return replace(self, given=terms)

    def work(self, steps: int) -> None:
        """Refuse (`too_large`) before more is gone through, ballot by ballot, than is reasonable."""
        self.spent[0] += steps
        if self.spent[0] > CERTIFICATE_WORK_MAX:
            raise refuse(
                "too_large", "the election", f"has {len(self.ballots):,} different ballots and {len(self.places):,} options, which are gone "
                "through one by one too often", "count it again: folkmoot tally without --check",
            )  # fmt: skip

    def weight_of(self, place: int) -> int:
        """What those weigh together who give an option anything."""
        return sum(weight for row, weight in self.ballots if row[place])
