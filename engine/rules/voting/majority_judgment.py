"""The option whose middle grade is highest wins.

Everybody grades the options; an option's majority grade is the middle of all its grades (the lower one of two), what is
not graded being 0. Among options with the same majority grade one such grade is taken from each, and they are compared
again, until they differ. Exaggerating moves a middle less than a mean. Source: Balinski & Laraki 2007
(doi 10.1073/pnas.0702634104).

>>> print("\\n".join(tally("majority_judgment", Election.read("3: garden 5, library 3\\n2: garden 1, library 4\\n2: garden 3, library 3")).steps))
middle grades: garden 3, library 3
after taking 2 grades of 3 from each: garden 5, library 3
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np

from engine.elections.election import Election
from engine.elections.outcome import Outcome, best, listing
from engine.rules import voting_rule


class _Round(NamedTuple):
    """Who is compared, their middle grades, and how many grades of which kind are then taken from each."""

    left: list[int]
    middles: list[int]
    taken: int


@voting_rule(
    ballot="score",
    elects="one",
    scores="middle grades",
    promises={"anonymity", "neutrality", "unanimity", "monotonicity", "clone_independence"},
)
def majority_judgment(election: Election) -> Outcome:
    options = election.options
    grades = [_counted(election, place) for place in range(len(options))]
    first = [_middle(held) for held in grades]
    left, rounds = list(range(len(options))), list[_Round]()
    while True:
        middles = [_middle(grades[place]) for place in left]
        left_now = [left[each] for each in best(middles)]
        level, sizes = max(middles), sum(grades[left_now[0]].values())
        # One grade more than leaves every middle where it is: all steps until something moves, in one.
        taken = min(_spare(grades[place], level) for place in left_now) + 1
        rounds.append(_Round(left, middles, min(taken, sizes) if len(left_now) > 1 else 0))
        left = left_now
        if len(left) == 1 or taken >= sizes:
            break
        for place in left:
            grades[place] = grades[place] | {level: grades[place][level] - taken}

    def explain() -> list[str]:
        steps = [f"middle grades: {listing(options, first)}"]
        for before, after in pairwise(rounds):
            shown = listing([options[place] for place in after.left], after.middles)
            steps.append(f"after taking {before.taken} grades of {max(before.middles)} from each: {shown}")
        return steps if len(left) == 1 else [*steps, f"{' and '.join(options[place] for place in left)} have the same grades"]

    return Outcome.of(options, left, first, explain, lambda: [[found.left, found.middles, found.taken] for found in rounds])


def _counted(election: Election, place: int) -> dict[int, int]:
    """How often each grade was given, ascending."""
    grades, inverse = np.unique(election.table[:, place], return_inverse=True)
    counts = np.zeros(len(grades), np.int64)
    np.add.at(counts, inverse.reshape(-1), election.weights)
    return dict(zip(grades.tolist(), counts.tolist(), strict=True))


def _middle(grades: dict[int, int]) -> int:
    """The lower middle of grades counted."""
    half = (sum(grades.values()) + 1) // 2
    return next(grade for (grade, _), reached in zip(grades.items(), accumulate(grades.values()), strict=True) if reached >= half)


def _spare(grades: dict[int, int], level: int) -> int:
    """How many grades of `level`, the middle, can go and it stays the middle."""
    below = sum(count for grade, count in grades.items() if grade < level)
    above = sum(count for grade, count in grades.items() if grade > level)
    return sum(grades.values()) - max(2 * below + 1, 2 * above)
