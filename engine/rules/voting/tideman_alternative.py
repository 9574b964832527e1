"""Options outside the Smith set are eliminated, then the one with the fewest first preferences, in turn, until one is left.

Also called alternative Smith. Unlike Smith//IRV, it works out the Smith set again after every elimination. Elects the
Condorcet winner where there is one; hard to manipulate. Ties as in instant runoff: every order of eliminating tied
options is counted, and all options that can win are tied. Source: Tideman 2006, Collective Decisions and Voting, p.
232.

>>> print("\\n".join(tally("tideman_alternative", Election.read("4: garden > library > pool\\n3: library > pool > garden\\n2: pool > garden > library")).steps))
round 1: garden 4, library 3, pool 2; pool drops out
round 2: garden 6, library 3; library drops out
round 3: garden 9; garden is left
"""

from __future__ import annotations

import numpy as np

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.elections.pairwise import smith_set
from engine.elections.rounds import Round, are_left, walk, without_each
from engine.elections.tops import Left, Tops
from engine.rules import voting_rule


@voting_rule(
    ballot="ranked",
    elects="one",
    scores="options outlasted",
    work=work.compared_by_rounds,
    promises={
        "anonymity", "neutrality", "unanimity", "majority", "majority_loser", "condorcet", "condorcet_loser", "smith",
        "clone_independence",
    },
)  # fmt: skip
def tideman_alternative(election: Election) -> Outcome:
    options, tops, pairs = election.options, Tops(election), election.pairwise

    def count(left: Left) -> Round:
        votes, _ = tops.votes(left)
        smith = tuple(left[each] for each in smith_set(pairs[np.ix_(left, left)]))
        if len(left) == 1:
            return Round(votes, left, [])
        if len(smith) < len(left):
            return Round(votes, (), [smith])
        fewest = min(votes[place] for place in left)
        return Round(votes, (), without_each(left, [place for place in left if votes[place] == fewest]))

    walked = walk(tuple(range(len(options))), count, election)
    return walked.outcome(
        options,
        explain=lambda: walked.steps(options, lambda left, last: are_left(options, left)),
        certify=lambda: [pairs.tolist(), walked.facts()],
    )
