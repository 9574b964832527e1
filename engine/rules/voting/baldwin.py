"""The option with the lowest Borda count is eliminated, round after round, until one is left.

Points are counted pairwise among the options left: the ballots that prefer an option to another, minus those that
prefer the other. Elects the Condorcet winner where there is one, because it is always above the average. If several
options are lowest, every order of eliminating them is counted, and all options that can win are tied. Source: Baldwin
1926.

>>> print("\\n".join(tally("baldwin", Election.read("4: garden > library > pool\\n3: library > pool > garden\\n2: pool > garden > library")).steps))
round 1: garden 2, library 2, pool -4; pool drops out
round 2: garden 3, library -3; library drops out
round 3: garden 0; garden is left
"""

from __future__ import annotations

import numpy as np

from engine.elections import pairwise, work
from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.elections.rounds import Round, are_left, walk, without_each
from engine.elections.tops import Left
from engine.rules import voting_rule


@voting_rule(
    ballot="ranked",
    elects="one",
    scores="options outlasted",
    rounds=True,
    work=work.compared_by_rounds,
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
def baldwin(election: Election) -> Outcome:
    options = election.options
    margins = election.pairwise - election.pairwise.T

    def count(left: Left) -> Round:
        points = [0] * len(options)
        for place, total in zip(left, margins[np.ix_(left, left)].sum(axis=1).tolist(), strict=True):
            points[place] = total
        if len(left) == 1:
            return Round(points, left, [])
        fewest = min(points[place] for place in left)
        return Round(points, (), without_each(left, [place for place in left if points[place] == fewest]))

    walked = walk(tuple(range(len(options))), count)
    return walked.outcome(
        options,
        explain=lambda: walked.steps(options, lambda left, last: are_left(options, left)),
        certify=lambda: [election.pairwise.tolist(), walked.facts()],
        rounds=lambda: walked.scores(options),
        figures=lambda: pairwise.duels(options, election.pairwise),
    )
