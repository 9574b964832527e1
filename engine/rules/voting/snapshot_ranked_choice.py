"""Instant runoff as Snapshot counts it: of options tied for the fewest votes, the one listed first drops out.

Only ballots that rank every option, no two equal, are counted. As long as nobody has more than half of the votes and at
least three options have any, the option with the fewest, of those that have any, drops out and its ballots go to the next
one; an option that nobody ranks first stays and may get votes later. Scores are the votes of the last round. That the listing
decides is what this rule is for: who wins there can be told, and told apart from who would win if ties were tried both
ways (`instant_runoff`). Snapshot adds floats, and may see a tie otherwise where balances have many digits. Source:
snapshot.js (commit efa5de15), `voting/rankedChoice.ts`.

>>> town = Election.read("3: garden > library > pool\\n2: library > pool > garden\\n2: pool > garden > library\\n1: garden")
>>> outcome = tally("snapshot_ranked_choice", town)
>>> print("\\n".join(outcome.steps))
1 ballot does not rank every option, and is not counted
round 1: garden 3, library 2, pool 2; library drops out
round 2: pool 4, garden 3
>>> tally("instant_runoff", Election.read("3: garden > library > pool\\n2: library > pool > garden\\n2: pool > garden > library")).winners
('garden', 'pool')
"""

from __future__ import annotations

import numpy as np

from engine.elections import work
from engine.elections.counting import tallied
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step, best, listing
from engine.rules import voting_rule


@voting_rule(
    ballot="ranked",
    elects="one",
    scores="votes in the last round",
    work=work.by_rounds,
    promises={"anonymity", "majority_loser", "condorcet_loser"},
)
def snapshot_ranked_choice(election: Election) -> Outcome:
    options, option_count = election.options, len(election.options)
    full = (np.sort(election.table, axis=1) == np.arange(option_count)).all(axis=1)
    orders, weights = np.argsort(election.table[full], axis=1), election.weights[full]
    left_out = election.total - int(weights.sum())
    standing, rounds, dropped = np.ones(option_count, bool), list[list[int]](), list[int]()
    while True:
        first = orders[np.arange(len(orders)), standing[orders].argmax(axis=1)]
        votes = tallied(first, weights, option_count).tolist()
        rounds.append(votes)
        voted = [place for place in range(option_count) if votes[place]]
        if len(voted) < 3 or 2 * max(votes) > sum(votes):
            break
        dropped.append(min(voted, key=lambda place: (votes[place], place)))
        standing[dropped[-1]] = False

    def explain() -> list[Step]:
        text = "{count} {count:ballot does|ballots do} not rank every option, and {count:is|are} not counted"
        steps = [Step(text, count=left_out)] if left_out else []
        for number, votes in enumerate(rounds, 1):
            shown = listing([options[place] for place, each in enumerate(votes) if each], [each for each in votes if each])
            if number > len(dropped):
                steps.append(Step("round {number}: {votes}", number=number, votes=shown or "no votes"))
            else:
                out = options[dropped[number - 1]]
                steps.append(Step("round {number}: {votes}; {option} drops out", number=number, votes=shown, option=out))
        return steps

    return Outcome.of(options, best(rounds[-1]), rounds[-1], explain, lambda: [rounds, dropped, left_out])
