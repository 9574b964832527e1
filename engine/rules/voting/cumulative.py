"""Every voter divides the same number of points among the options as she likes, and the option with the most points wins.

Voters who care about one thing can give it everything, so that a united minority is heard; similar options split their
supporters' points. Source: used for Illinois's House until 1980; Dodgson 1884 proposed it for several seats.

>>> tally("cumulative", Election.read("4: garden 3, library 2\\n3: library 5\\n2: pool 5")).winners
('library',)
"""

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step, best, listing
from engine.rules import voting_rule


@voting_rule(
    ballot="cumulative",
    elects="one",
    settles_by="sums",
    scores="points",
    work=work.read_once,
    promises={"anonymity", "neutrality", "unanimity", "monotonicity", "participation", "reinforcement"},
)
def cumulative(election: Election) -> Outcome:
    points = election.sums.tolist()
    return Outcome.of(election.options, best(points), points, lambda: [Step("points: {points}", points=listing(election.options, points))])
