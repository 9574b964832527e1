"""What a certificate claims, beside the ballots it is about, as plain lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.elections.election import Election
from engine.elections.figures import Figures
from engine.elections.kinds import PlaceWorth
from engine.elections.outcome import Outcome
from engine.limits import CERTIFICATE_CELLS_MAX, CERTIFICATE_WORK_MAX
from engine.refusals import Refusal, refuse
from engine.rules import counting_rule


@dataclass(frozen=True)
class Claim:
    """`won` are the winners' places; `ballots` are (cells by option, weight), equal ones together."""

    won: list[int]
    facts: Any
    scores: list[Any]
    rounds: list[dict[int, Any]]
    said: bool
    """Whether the outcome has a note beside its winners."""
    ballots: list[tuple[list[int], int]]
    places: range
    voters: int
    costs: list[int]
    budget: int
    decimals: int
    given: Mapping[str, Any] = field(default_factory=dict)
    spent: list[int] = field(default_factory=lambda: [0])
    """The work done so far; see `work`."""
    rounds_known: dict[tuple[int, ...], tuple[list[int], int]] = field(default_factory=dict)
    """The votes of rounds already gone through, by who was left in them, and the weight of the ballots that ranked any of those."""
    options: tuple[str, ...] = ()
    figures: Figures = field(default_factory=Figures)

    @classmethod
    def of(cls, election: Election, outcome: Outcome, given: Mapping[str, Any]) -> Claim:
        if tuple(outcome.scores) != election.options:
            raise ValueError("scores stand in the order of the options, for each of them")
        if election.rows * len(election.options) > CERTIFICATE_CELLS_MAX:
            raise _too_large(election.rows, len(election.options))
        won = [election.options.index(winner) for winner in outcome.winners]
        if won != sorted(set(won)):
            raise ValueError("winners stand in the order of the options, each once")
        if election.seats is not None:
            given = {"seats": election.seats} | dict(given)
        cast: dict[tuple[int, ...], int] = {}
        for row, weight in zip(election.table.tolist(), election.weights.tolist(), strict=True):
            cast[tuple(row)] = cast.get(tuple(row), 0) + weight
        ballots = [(list(row), weight) for row, weight in cast.items()]
        if election.kind == "ranked" and counting_rule(outcome.rule).elects == "budget":  # by rankings it is one by points
            ballots = [(_points(row, election.worth), weight) for row, weight in ballots]
        return cls(
            won=won,
            facts=outcome.facts,
            scores=list(outcome.scores.values()),
            said=outcome.remark is not None,
            rounds=[{election.options.index(name): score for name, score in each.items()} for each in outcome.rounds()],
            ballots=ballots,
            places=range(len(election.options)),
            voters=sum(weight for _, weight in ballots),
            costs=list(election.costs or ()),
            budget=election.budget or 0,
            decimals=election.decimals,
            given=given,
            options=election.options,
            figures=outcome.figures(),
        )

    def under(self, **terms: Any) -> Claim:
        """The same under other parameters."""
        return replace(self, given=terms)

    def work(self, steps: int) -> None:
        """Refuse (`too_large`) before going through more, ballot by ballot, than is reasonable."""
        self.spent[0] += steps
        if self.spent[0] > CERTIFICATE_WORK_MAX:
            raise _too_large(len(self.ballots), len(self.places))

    def weight_of(self, place: int) -> int:
        """The total weight of the ballots that give an option anything."""
        return sum(weight for row, weight in self.ballots if row[place])


def _points(row: list[int], worth: PlaceWorth | None) -> list[int]:
    """What a ranked ballot gives each option: one for each below it (Borda), or what the places are worth that the ballots came with."""
    if worth is None:
        return [sum(other > cell for other in row) for cell in row]
    named = sorted(cell for cell in row if cell < len(row))
    places = {cell: place for place, cell in enumerate(named)}
    by_place = list(range(len(named), 0, -1)) if worth == "named" else [*worth, *[0] * len(named)]
    return [by_place[places[cell]] if cell in places else 0 for cell in row]


def _too_large(ballots: int, options: int) -> Refusal:
    return refuse(
        "too_large", "the election", "has {ballots:,} ballots and {options:,} options to be gone through one by one",
        "count it again: folkmoot tally without --check", ballots=ballots, options=options
    )  # fmt: skip
