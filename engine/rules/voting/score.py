"""The option with the highest total of grades wins.

Voters grade as many options as they like, from 0; an option without a grade gets 0. Similar options do not split each
other's votes; voters who use the whole scale have more influence. Also called range, range voting. Source: Smith 2000
(Range voting).

>>> tally("score", Election.read("4: garden 5, library 4\\n3: library 5, pool 1\\n2: pool 5")).winners
('library',)
"""

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step, best, listing
from engine.rules import voting_rule


@voting_rule(
    ballot="score",
    elects="one",
    settles_by="sums",
    scores="points",
    work=work.read_once,
    promises={"anonymity", "neutrality", "unanimity", "monotonicity", "participation", "reinforcement", "clone_independence"},
)
def score(election: Election) -> Outcome:
    points = election.sums.tolist()
    return Outcome.of(
        election.options, best(points), points, lambda: [Step("total grades: {points}", points=listing(election.options, points))]
    )
