"""Counting by rounds, where a tie for elimination forks: every way is counted, and all options that can win are tied.

(Parallel universes; Conitzer, Rognlie & Xia 2009.)

>>> walked = walk((0, 1, 2), lambda left: Round([1, 1, 0], left, []) if len(left) < 3 else Round([1, 1, 0], (), [(0, 1)]))
>>> walked.winners, walked.path
([0, 1], [(0, 1, 2), (0, 1)])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from engine.elections.outcome import Fact, Step, listing
from engine.elections.tops import Left
from engine.limits import RUNOFF_WAYS_MAX
from engine.refusals import refuse

TIED = "{tied} are tied for the fewest: every elimination is counted; in the rounds shown, {end}"


class Round(NamedTuple):
    """Scores by option, the winners if this round ends the count, and the ways on: which options may be left next."""

    scores: list[int]
    winners: Left
    ways: list[Left]


class Walk(NamedTuple):
    """Every round that was counted, by the options left in it; all options that can win; and one way through, as an example."""

    rounds: dict[Left, Round]
    winners: list[int]
    path: list[Left]

    def facts(self) -> Fact:
        """The example in numbers: which options are left in each round, and their scores."""
        return self._numbers(self.path)

    def facts_of_all(self) -> Fact:
        """Every round of every way in numbers, the rounds with the most options first."""
        return self._numbers(sorted(self.rounds, key=lambda left: (-len(left), left)))

    def _numbers(self, rounds: list[Left]) -> Fact:
        return [[list(left), [self.rounds[left].scores[place] for place in left]] for left in rounds]

    def scores(self, options: Sequence[str]) -> list[dict[str, int]]:
        """The scores of the options left in every round up to the first in which a tie forks the count: until there,
        all ways are the same."""
        rounds = []
        for left in self.path:
            rounds.append({options[place]: self.rounds[left].scores[place] for place in left})
            if len(self.rounds[left].ways) > 1:
                break
        return rounds

    def outlasted(self, options: int) -> list[int]:
        """How many others each option outlasts, on the way that is best for it."""
        fewest = [options] * options
        for left in self.rounds:
            for place in left:
                fewest[place] = min(fewest[place], len(left))
        return [options - few for few in fewest]

    def steps(self, options: Sequence[str], verdict: Callable[[Left, Round], Step], tied_as: str = TIED) -> list[Step]:
        """The example as sentences; `verdict` says how the last round ended, `tied_as` that options are tied for elimination."""
        steps = []
        for number, left in enumerate(self.path, 1):
            current = self.rounds[left]
            votes = listing([options[place] for place in left], [current.scores[place] for place in left])
            if not current.ways:
                end = verdict(left, current)
            else:
                gone = [options[place] for place in left if place not in current.ways[-1]]
                end = Step("{names} {names:drops|drop} out", names=gone)
                if len(current.ways) > 1:
                    tied = [options[place] for place in left if any(place not in way for way in current.ways)]
                    end = Step(tied_as, tied=tied, end=end)
            steps.append(Step("round {number}: {votes}; {end}", number=number, votes=votes, end=end))
        return steps


def walk(everyone: Left, count: Callable[[Left], Round]) -> Walk:
    """Count every way on from `everyone`; refused if ties make too many."""
    rounds: dict[Left, Round] = {}
    waiting = [everyone]
    while waiting:
        left = waiting.pop()
        if left not in rounds:
            if len(rounds) == RUNOFF_WAYS_MAX:
                raise refuse(
                    "too_many_ties", "the count", "has more than {runoff_ways_max} ways to eliminate tied options",
                    "count it by schulze, or leave out options without votes",
                    runoff_ways_max=RUNOFF_WAYS_MAX,
                )  # fmt: skip
            rounds[left] = count(left)
            waiting += rounds[left].ways
    path = [everyone]
    while rounds[path[-1]].ways:
        path.append(rounds[path[-1]].ways[-1])  # of tied options, the one listed last drops out
    return Walk(rounds, sorted({place for each in rounds.values() for place in each.winners}), path)


def without_each(left: Left, gone: Sequence[int]) -> list[Left]:
    """The ways to go on if one of `gone` is eliminated."""
    return [tuple(place for place in left if place != each) for each in gone]
