"""The option that the fewest voters rank last wins.

A ballot counts for every option except the one it ranks last; options it leaves out share last place, and a ballot that
ranks everything equal counts for everything. Finds what few people object to; says nothing about what anybody wants.
Also called veto. Source: Saari 1995, Basic Geometry of Voting.

>>> tally("anti_plurality", Election.read("4: garden > library > pool\\n3: pool > library > garden")).scores
{'garden': 4, 'library': 7, 'pool': 3}
"""

import numpy as np

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step, best, listing
from engine.rules import voting_rule


@voting_rule(
    ballot="ranked",
    elects="one",
    work=work.read_once,
    promises={"anonymity", "neutrality", "unanimity", "majority_loser", "monotonicity", "participation", "reinforcement"},
)
def anti_plurality(election: Election) -> Outcome:
    ranks = election.ranks
    lowest = ranks.max(axis=1)
    against = (ranks == lowest[:, None]) & (lowest > ranks.min(axis=1))[:, None]
    votes = [election.total - int(count) for count in election.weights @ against.astype(np.int64)]
    return Outcome.of(
        election.options,
        best(votes),
        votes,
        lambda: [Step("ballots that do not rank it last: {votes}", votes=listing(election.options, votes))],
    )
