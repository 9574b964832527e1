"""Counting by rounds, where a tie for elimination forks: every way is counted, and all options that can win are tied.

(Parallel universes; Conitzer, Rognlie & Xia 2009.) Where ties make more ways than can be gone through, options that are tied
for elimination drop out together instead, and if all that are left are tied, all of them win: no poll is left undecided, no
option's place in the listing decides, and the outcome says that it was counted so.

>>> walked = walk((0, 1, 2), lambda left: Round([1, 1, 0], left, []) if len(left) < 3 else Round([1, 1, 0], (), [(0, 1)]))
>>> walked.winners, walked.path
([0, 1], [(0, 1, 2), (0, 1)])
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from engine.elections.election import Election
from engine.elections.figures import Figures, Stage, changes
from engine.elections.outcome import Fact, Outcome, Step, listing
from engine.elections.tops import Left
from engine.elections.work import a_round, searched_for
from engine.limits import RUNOFF_CELLS_MAX, RUNOFF_WAYS_MAX

TOGETHER = "There are more than {ways} ways to eliminate tied options one by one: here those tied for elimination drop out together."
TIED = "{tied} are tied for the fewest: every elimination is counted; in the rounds shown, {end}"


class Round(NamedTuple):
    """Scores by option, the winners if this round ends the count, and the ways on: which options may be left next."""

    scores: list[int]
    winners: Left
    ways: list[Left]


class Walk(NamedTuple):
    """Every round that was counted, by the options left in it; all options that can win; one way through, as an example; and, where
    tied options dropped out `together`, how many ways there are more of (otherwise 0)."""

    rounds: dict[Left, Round]
    winners: list[int]
    path: list[Left]
    together: int

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

    def outcome(
        self,
        options: Sequence[str],
        explain: Callable[[], Iterable[Step]],
        certify: Callable[[], Fact],
        rounds: Callable[[], Sequence[Mapping[str, int]]] = tuple,
        figures: Callable[[], Figures] = Figures,
    ) -> Outcome:
        """What a rule says that counts so: its scores are how many each option outlasts."""
        outcome = Outcome.of(options, self.winners, self.outlasted(len(options)), explain, certify, rounds, figures)
        return replace(outcome, remark=Step(TOGETHER, ways=self.together)) if self.together else outcome

    def outlasted(self, options: int) -> list[int]:
        """How many others each option outlasts, on the way that is best for it."""
        fewest = [options] * options
        for left in self.rounds:
            for place in left:
                fewest[place] = min(fewest[place], len(left))
        return [options - few for few in fewest]

    def stages(self, options: Sequence[str], total: int, votes_among: Callable[[Left], tuple[list[int], int]]) -> Figures:
        """The example as figures, to its end. `votes_among` gives the votes of options left, as `Tops.votes` does, of ballots of weight
        `total`."""
        stages, before, everyone = list[Stage](), dict[str, int](), self.path[0]
        for number, left in enumerate(self.path):
            votes, alive = votes_among(left)
            now, current = {options[place]: votes[place] for place in left}, self.rounds[left]
            gone = tuple(options[place] for place in (self.path[number - 1] if number else everyone) if place not in left)
            forks = [place for place in left if any(place not in way for way in current.ways)] if len(current.ways) > 1 else []
            stages.append(
                Stage(
                    "elimination" if gone else "first_preferences",
                    gone,
                    now,
                    changes(before, now) if number else {},
                    exhausted=total - alive,
                    resting=alive - sum(now.values()),
                    elected=tuple(options[place] for place in current.winners),
                    tied=tuple(options[place] for place in forks),
                )
            )
            before = dict(now)
        return Figures(stages=tuple(stages))

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


def walk(everyone: Left, count: Callable[[Left], Round], election: Election | None = None) -> Walk:
    """Count every way on from `everyone`; or, where ties make too many, the one on which tied options drop out together.

    How many are too many depends on how many of the election's ballots differ, if each round reads them."""
    most = RUNOFF_WAYS_MAX if election is None else ways_max(election.rows, len(election.options))
    cells = 0 if election is None else election.rows * len(election.options)
    walked = _walked(everyone, count, most, cells)
    if walked is None and election is not None and most < RUNOFF_WAYS_MAX:
        fewer, most = most, ways_max(election.merged().rows, len(election.options))
        walked = _walked(everyone, count, most, cells) if most > fewer else None
    if walked is None:
        walked = _walked(everyone, count, None, cells)
        assert walked is not None
        return walked._replace(together=most)
    return walked


def ways_max(ballots: int, options: int) -> int:
    """How many rounds are counted of so many different ballots; never fewer than there are where nothing ties.

    >>> ways_max(1_000, 20), ways_max(1_000_000, 20), ways_max(1_000_000, 256)
    (4096, 25, 256)
    """
    return max(options, min(RUNOFF_WAYS_MAX, RUNOFF_CELLS_MAX // max(1, ballots * options)))


def _walked(everyone: Left, count: Callable[[Left], Round], most: int | None, cells: int) -> Walk | None:
    """None where there are more than `most` rounds to count; where that is None, tied options drop out together, and there are no more
    rounds than options. Each reads at most so many `cells`."""
    rounds: dict[Left, Round] = {}
    waiting = [everyone]
    while waiting:
        left = waiting.pop()
        if left not in rounds:
            if len(rounds) == most:
                return None
            counted = count(left)
            searched_for(a_round(cells, len(everyone)))
            rounds[left] = _joined(left, counted) if most is None and len(counted.ways) > 1 else counted
            waiting += rounds[left].ways
    path = [everyone]
    while rounds[path[-1]].ways:
        path.append(rounds[path[-1]].ways[-1])  # of tied options, the one listed last drops out
    return Walk(rounds, sorted({place for each in rounds.values() for place in each.winners}), path, 0)


def _joined(left: Left, forked: Round) -> Round:
    """The same round with one way on: without any of those tied; if that is nobody, all of them win."""
    kept = tuple(place for place in left if all(place in way for way in forked.ways))
    return Round(forked.scores, (), [kept]) if kept else Round(forked.scores, left, [])


def without_each(left: Left, gone: Sequence[int]) -> list[Left]:
    """The ways to go on if one of `gone` is eliminated."""
    return [tuple(place for place in left if place != each) for each in gone]


def are_left(options: Sequence[str], left: Left) -> Step:
    """How a count ends that goes on until one option is left, or several that are tied."""
    return Step("{names} {names:is|are} left", names=[options[place] for place in left])
