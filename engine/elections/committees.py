"""What rules that elect a committee by approvals share: the supporters of each option, and how many elected options
each ballot approves.

>>> approvals = Approvals(Election.of("abc", "approval", [[1, 1, 0], [0, 1, 1]], [2, 1]))
>>> approvals.held([1])                                       # of each option: supporters with none, and with one, elected
[[0, 2], [0, 3], [0, 1]]
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from engine.elections.election import Array, Election
from engine.elections.outcome import Outcome, Step
from engine.refusals import refuse


class Approvals:
    """The ballots that approve each option, by row, and their weights."""

    def __init__(self, election: Election) -> None:
        self.options, self.ballots = election.options, election.rows
        self.rows = [np.flatnonzero(election.support[:, option]) for option in range(len(election.options))]
        # Sums of weights stay below 2^53, which a float holds exactly.
        weights = None if election.given_weights is None else election.given_weights.astype(np.float64)
        self.weights = [None if weights is None else weights[rows] for rows in self.rows]
        self.supporters = [held[0] for held in self.by_class(np.zeros(self.ballots, np.int64), 1)]

    def counts(self, elected: list[int]) -> Array:
        """How many of `elected` each ballot approves."""
        counts = np.zeros(self.ballots, np.int64)
        for option in elected:
            counts[self.rows[option]] += 1
        return counts

    def held(self, elected: list[int]) -> list[list[int]]:
        """For each option, the weight of its supporters who approve 0, 1, 2 … of `elected`."""
        return self.by_class(self.counts(elected), len(elected) + 1)

    def by_class(self, classes: Array, class_count: int) -> list[list[int]]:
        """For each option, the weight of its supporters in each class of ballots."""
        return [
            np.bincount(classes[rows], weights, class_count).astype(np.int64, copy=False).tolist()
            for rows, weights in zip(self.rows, self.weights, strict=True)
        ]


def check_seats(election: Election, seats: int) -> None:
    if seats > len(election.options):
        raise refuse(
            "election_wrong", "the election", "has {options_count} options for {seats} seats", "give fewer seats",
            options_count=len(election.options), seats=seats,
        )  # fmt: skip


def first_of(places: list[int], ties: list[tuple[int, ...]]) -> int:
    """The first listed of equals; if there are several, that is noted in `ties`."""
    if len(places) > 1:
        ties.append(tuple(places))
    return places[0]


def committee(
    options: tuple[str, ...],
    elected: list[int],
    scores: list[int] | list[Fraction],
    ties: list[tuple[int, ...]],
    explain: Callable[[], list[Step]],
) -> Outcome:
    """The outcome of a rule that fills seats one by one; `elected` is in that order."""
    return Outcome(
        rule="",
        winners=tuple(options[place] for place in sorted(elected)),
        scores=dict(zip(options, scores, strict=True)),
        ties=tuple(dict.fromkeys(tuple(options[place] for place in tie) for tie in ties)),
        explain=explain,
        certify=lambda: list(elected),
    )
