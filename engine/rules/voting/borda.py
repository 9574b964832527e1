"""An option earns one point for every option ranked below it.

Favours consensus, but rewards whoever nominates clones. Options ranked equal earn nothing from each other; options left
off a ballot are tied for last place, below everything it ranks. Source: Borda 1781.

>>> tally("borda", Election.read("3: garden > library > pool\\n2: library > pool > garden")).winners
('library',)
"""

import numpy as np

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step, best, listing
from engine.rules import voting_rule


@voting_rule(
    ballot="ranked",
    elects="one",
    scores="points",
    work=work.compared,
    promises={
        "anonymity",
        "neutrality",
        "unanimity",
        "monotonicity",
        "participation",
        "reinforcement",
        "reversal_symmetry",
        "resolvability",
        "condorcet_loser",
        "majority_loser",
    },
)
def borda(election: Election) -> Outcome:
    option_count = len(election.options)
    if election.complete:
        points = (election.places @ np.arange(option_count - 1, -1, -1)).tolist()
    else:
        points = election.pairwise.sum(axis=1).tolist()
    return Outcome.of(election.options, best(points), points, lambda: [Step("points: {points}", points=listing(election.options, points))])
