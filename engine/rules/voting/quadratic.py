"""The option with the most votes wins, and votes have a price: n votes for one option cost n² of a voter's credits.

Everybody has the same number of credits (`points_max` in a charter); the second vote for an option costs three times as
much as the first, so that votes show how much somebody cares. Credits that are not spent count for nothing. The rule
needs one account per person, because two accounts buy more votes than one. Source: Posner & Weyl 2015; Lalley & Weyl
2018.

>>> votes = Election.read("3: garden 3, library 1\\n4: library 3").as_kind(["quadratic"])      # ten credits each
>>> tally("quadratic", votes).steps
('votes: library 15, garden 9; 66 credits spent',)
"""

from __future__ import annotations

import numpy as np

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step, best, listing
from engine.rules import voting_rule


@voting_rule(
    ballot="quadratic",
    elects="one",
    settles_by="sums",
    work=work.read_once,
    promises={"anonymity", "neutrality", "unanimity", "monotonicity", "participation", "reinforcement"},
)
def quadratic(election: Election) -> Outcome:
    votes = election.sums.tolist()

    def explain() -> list[Step]:
        paid = (election.table.astype(np.int64) ** 2).sum(axis=1).tolist()
        spent = sum(each * weight for each, weight in zip(paid, election.weights.tolist(), strict=True))
        return [Step("votes: {votes}; {spent} {spent:credit|credits} spent", votes=listing(election.options, votes), spent=spent)]

    return Outcome.of(election.options, best(votes), votes, explain)
