"""Options whose Borda count is no better than the average are eliminated, round after round, until one is left.

Points are counted pairwise among the options left: the ballots that prefer an option to another, minus those that
prefer the other, so that options ranked equal count half for each, and the average is always 0. Elects the Condorcet
winner where there is one: it is always above 0. `at_average` says whether an option at exactly 0 drops out or stays; if
all options left are equal, they are tied. Sources: Nanson 1882; the two readings: Niou 1987.

>>> print("\\n".join(tally("nanson", Election.read("4: garden > library > pool\\n3: library > pool > garden\\n2: pool > garden > library")).steps))
round 1: garden 2, library 2, pool -4; pool drops out
round 2: garden 3, library -3; library drops out
garden is left
"""

from __future__ import annotations

from typing import Literal

from engine.elections import pairwise, work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step, listing
from engine.rules import voting_rule

Round = tuple[list[int], list[int], list[int]]
"""The options left, their points, and which of them drop out."""


@voting_rule(
    ballot="ranked",
    elects="one",
    scores="rounds survived",
    work=work.compared,
    promises={
        "anonymity",
        "neutrality",
        "unanimity",
        "majority",
        "majority_loser",
        "condorcet",
        "condorcet_loser",
        "smith",
        "resolvability",
    },
)
def nanson(election: Election, *, at_average: Literal["drop", "stay"] = "drop") -> Outcome:
    options, pairs = election.options, election.pairwise
    margins = pairs - pairs.T
    left, rounds = list(range(len(options))), list[Round]()
    survived = [0] * len(options)
    while True:
        points = [int(row) for row in margins[left][:, left].sum(axis=1)]
        below = [place for place, held in zip(left, points, strict=True) if held < 0]
        level = [place for place, held in zip(left, points, strict=True) if held == 0]
        gone = below + (level if at_average == "drop" and len(level) < len(left) else [])
        for place in left:
            survived[place] += 1
        rounds.append((left, points, sorted(gone)))
        if not gone:
            break
        left = [place for place in left if place not in gone]
    return Outcome.of(
        options,
        left,
        survived,
        explain=lambda: _steps(options, rounds),
        certify=lambda: [pairs.tolist(), [[list(left), points] for left, points, _ in rounds]],
        figures=lambda: pairwise.duels(options, pairs),
    )


def _steps(options: tuple[str, ...], rounds: list[Round]) -> list[Step]:
    steps = []
    for number, (left, points, gone) in enumerate(rounds[:-1], 1):
        points_left, names = listing([options[place] for place in left], points), [options[place] for place in gone]
        steps.append(Step("round {number}: {points}; {names} {names:drops|drop} out", number=number, points=points_left, names=names))
    last = [options[place] for place in rounds[-1][0]]
    return [*steps, Step("{names} {names:is left|are left, all equal}", names=last)]
