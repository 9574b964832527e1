"""The option with the highest median grade wins.

Voters grade the options; the majority grade of an option is the median of all its grades (the lower of two middle
ones), and a missing grade counts as 0. Options with the same majority grade have one such grade removed each and are
compared again, until they differ. Exaggeration moves a median less than a mean. Source: Balinski & Laraki 2007 (doi
10.1073/pnas.0702634104).

>>> print("\\n".join(tally("majority_judgment", Election.read("3: garden 5, library 3\\n2: garden 1, library 4\\n2: garden 3, library 3")).steps))
median grades: garden 3, library 3
after removing 2 grades from each: garden 5, library 3
"""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple

import numpy as np

from engine.elections import work
from engine.elections.election import Election
from engine.elections.figures import Figures, Grades
from engine.elections.outcome import Outcome, Step, best, listing
from engine.rules import voting_rule


class _Run(NamedTuple):
    """So many times, a grade below the median and then one above it are removed next."""

    pairs: int
    below: int
    above: int


class _Round(NamedTuple):
    """Where some options fall behind: how many grades have been removed from each, which were compared, and their next grades."""

    taken: int
    left: list[int]
    grades: list[int]


@voting_rule(
    ballot="score",
    elects="one",
    scores="median grades",
    work=work.graded,
    promises={"anonymity", "neutrality", "unanimity", "monotonicity", "clone_independence"},
)
def majority_judgment(election: Election) -> Outcome:
    options = election.options
    held = [_counted(election, place) for place in range(len(options))]
    first = [_middle(grades) for grades in held]
    left, rounds = _ahead(0, list(range(len(options))), first, [])
    runs = [_outwards(grades) for grades in held]
    at, used, taken = [0] * len(options), [0] * len(options), election.total % 2
    while len(left) > 1 and taken < election.total:
        # The middles alternate between below and above: all pairs until somebody's next run, in one.
        now = {place: runs[place][at[place]] for place in left}
        pairs = min(run.pairs - used[place] for place, run in now.items())
        left, rounds = _ahead(taken, left, [now[place].below for place in left], rounds)
        left, rounds = _ahead(taken + 1, left, [now[place].above for place in left], rounds)
        taken += 2 * pairs
        for place in left:
            used[place] += pairs
            if used[place] == now[place].pairs:
                at[place], used[place] = at[place] + 1, 0

    def explain() -> list[Step]:
        steps = [Step("median grades: {grades}", grades=listing(options, first))]
        for stage in rounds:
            if stage.taken:
                grades = listing([options[place] for place in stage.left], stage.grades)
                text = "after removing {taken} {taken:grade|grades} from each: {grades}"
                steps.append(Step(text, taken=stage.taken, grades=grades))
        return steps if len(left) == 1 else [*steps, Step("{names} have the same grades", names=[options[place] for place in left])]

    def figures() -> Figures:
        return Figures(grades=tuple(map(Grades, options, first, held)))

    return Outcome.of(options, left, first, explain, lambda: [[stage.taken, stage.left, stage.grades] for stage in rounds], figures=figures)


def _ahead(taken: int, left: list[int], grades: list[int], rounds: list[_Round]) -> tuple[list[int], list[_Round]]:
    """The options with the highest next grade; if others fall behind by it, that is a round."""
    ahead = [left[each] for each in best(grades)]
    return ahead, rounds if len(ahead) == len(left) else [*rounds, _Round(taken, left, grades)]


def _counted(election: Election, place: int) -> dict[int, int]:
    """How often each grade was given, ascending."""
    grades, inverse = np.unique(election.table[:, place], return_inverse=True)
    counts = np.zeros(len(grades), np.int64)
    np.add.at(counts, inverse.reshape(-1), election.weights)
    return dict(zip(grades.tolist(), counts.tolist(), strict=True))


def _middle(grades: dict[int, int]) -> int:
    """The lower median of grades counted."""
    half = (sum(grades.values()) + 1) // 2
    return next(grade for (grade, _), reached in zip(grades.items(), accumulate(grades.values()), strict=True) if reached >= half)


def _outwards(grades: dict[int, int]) -> list[_Run]:
    """The grades on both sides of the median (which, of an odd number, is on neither) in the order in which they are removed, in runs."""
    half = sum(grades.values()) // 2
    below, above = _nearest(list(grades.items()), half), _nearest(list(reversed(grades.items())), half)
    runs = []
    while below:
        (low, lows), (high, highs) = below.pop(), above.pop()
        pairs = min(lows, highs)
        runs.append(_Run(pairs, low, high))
        below += [(low, lows - pairs)] if lows > pairs else []
        above += [(high, highs - pairs)] if highs > pairs else []
    return runs


def _nearest(grades: list[tuple[int, int]], wanted: int) -> list[tuple[int, int]]:
    """The first `wanted` of grades counted."""
    nearest = []
    for grade, count in grades:
        if wanted and count:
            nearest.append((grade, min(count, wanted)))
            wanted -= nearest[-1][1]
    return nearest
