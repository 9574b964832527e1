"""The option that fewest people put last wins.

Also called veto. A ballot is for every option but those it ranks last; options left out are tied last, and a ballot that
ranks all alike is for all of them. Finds what few object to; says nothing of what anybody wants. Source: Saari 1995,
Basic Geometry of Voting.

>>> tally("anti_plurality", Election.read("4: garden > library > pool\\n3: pool > library > garden")).scores
{'garden': 4, 'library': 7, 'pool': 3}
"""

import numpy as np

from engine.elections.election import Election
from engine.elections.outcome import Outcome, best, listing
from engine.rules import voting_rule


@voting_rule(
    ballot="ranked",
    elects="one",
    promises={"anonymity", "neutrality", "unanimity", "majority_loser", "monotonicity", "participation", "reinforcement"},
)
def anti_plurality(election: Election) -> Outcome:
    ranks = election.ranks
    lowest = ranks.max(axis=1)
    against = (ranks == lowest[:, None]) & (lowest > ranks.min(axis=1))[:, None]
    votes = [election.total - int(count) for count in election.weights @ against.astype(np.int64)]
    return Outcome.of(
        election.options, best(votes), votes, lambda: [f"ballots that do not put it last: {listing(election.options, votes)}"]
    )
