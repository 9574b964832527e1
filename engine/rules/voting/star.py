"""Of the two options with the highest total of grades, the one that more voters grade higher wins.

Score, then automatic runoff. If a tie leaves open which two go to the runoff, every possible pair is counted, and all
options that can win are tied. Source: the Equal Vote Coalition's STAR voting (starvoting.org), without its own order of
tie-breaks.

>>> print("\\n".join(tally("star", Election.read("4: garden 5, library 2\\n3: library 5, pool 1\\n2: library 3, pool 5")).steps))
total grades: library 29, garden 20, pool 13
library against garden: 5 ballots to 4; library wins
"""

from __future__ import annotations

from itertools import combinations

from engine.elections import work
from engine.elections.election import Election
from engine.elections.figures import Figures, Runoff
from engine.elections.outcome import Outcome, Step, listing
from engine.rules import voting_rule


@voting_rule(
    ballot="score", elects="one", scores="points", work=work.listed, promises={"anonymity", "neutrality", "unanimity", "monotonicity"}
)
def star(election: Election) -> Outcome:
    options, points = election.options, election.sums.tolist()
    pairs = finalists(points)
    runoffs = [_runoff(election, one, other) for one, other in pairs]
    won = sorted({place for winners, _ in runoffs for place in winners}) or [0]

    def explain() -> list[Step]:
        return [Step("total grades: {points}", points=listing(options, points)), *(step for _, step in runoffs)]

    return Outcome.of(
        options,
        won,
        points,
        explain,
        lambda: [list(pair) for pair in pairs],
        figures=lambda: Figures(runoffs=tuple(_counted(election, one, other) for one, other in pairs)),
    )


def finalists(scores: list[int]) -> list[tuple[int, int]]:
    """Every pair of options that can be called the two with the highest scores.

    >>> finalists([5, 9, 5, 1]), finalists([4, 4, 4])
    ([(0, 1), (1, 2)], [(0, 1), (0, 2), (1, 2)])
    """
    if len(scores) < 2:
        return []
    second = sorted(scores, reverse=True)[1]
    return [
        (one, other)
        for one, other in combinations(range(len(scores)), 2)
        if min(scores[one], scores[other]) >= second
        and sum(score > second for score in (scores[one], scores[other])) >= sum(score > second for score in scores)
    ]


def _runoff(election: Election, one: int, other: int) -> tuple[list[int], Step]:
    options, counted = election.options, _counted(election, one, other)
    votes = [counted.for_one, counted.for_other]
    winners = [place for place, count in zip((one, other), votes, strict=True) if count == max(votes)]
    if votes[1] > votes[0]:
        one, other, votes = other, one, votes[::-1]
    return winners, runoff(options[one], options[other], *votes)


def _counted(election: Election, one: int, other: int) -> Runoff:
    options, grades, others = election.options, election.columns[:, one], election.columns[:, other]
    ahead, behind = election.weight_of(grades > others), election.weight_of(others > grades)
    return Runoff(options[one], options[other], ahead, behind, election.total - ahead - behind)


def runoff(one: str, other: str, ahead: int, behind: int) -> Step:
    """A runoff between two, the one that is not behind first."""
    if ahead == behind:
        return Step("{one} against {other}: {ahead} ballots to {behind}; a tie", one=one, other=other, ahead=ahead, behind=behind)
    return Step("{one} against {other}: {ahead} ballots to {behind}; {one} wins", one=one, other=other, ahead=ahead, behind=behind)
