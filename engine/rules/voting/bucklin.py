"""The option that reaches a majority with the fewest ranks counted wins.

First preferences are counted; as long as no option has more than half of all ballots, the next preferences are added.
Then whichever option has the most votes wins; if none ever reaches a majority, the one with the most votes at the end
does. A ballot never counts for an option it leaves out; options it ranks equal are counted from the same rank on.
Source: Condorcet 1793; used in Grand Junction in 1909.

>>> print("\\n".join(tally("bucklin", Election.read("4: garden > library > pool\\n3: pool > library > garden\\n2: library > garden > pool")).steps))
first preferences: garden 4, pool 3, library 2
preferences 1 to 2: library 9, garden 6, pool 3
library has more than half of 9 votes
"""

from __future__ import annotations

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step, best, listing
from engine.rules import voting_rule


@voting_rule(
    ballot="ranked",
    elects="one",
    work=work.compared,
    promises={"anonymity", "neutrality", "unanimity", "majority", "majority_loser", "monotonicity"},
)
def bucklin(election: Election) -> Outcome:
    options, option_count = election.options, len(election.options)
    at, rounds = election.rank_counts, list[list[int]]()
    for place in range(option_count):
        rounds.append(at[:, : place + 1].sum(axis=1).tolist())
        if 2 * max(rounds[-1]) > election.total:
            break
    votes = rounds[-1]
    winners = best(votes)

    def explain() -> list[Step]:
        steps = [Step("first preferences: {votes}", votes=listing(options, rounds[0]))]
        for number, counted in enumerate(rounds[1:], 2):
            steps.append(Step("preferences 1 to {number}: {votes}", number=number, votes=listing(options, counted)))
        ahead, total = [options[place] for place in winners], election.total
        if 2 * max(votes) > total:
            steps.append(Step("{names} {names:has|have} more than half of {total} {total:vote|votes}", names=ahead, total=total))
        else:
            steps.append(Step("no option has more than half of {total} {total:vote|votes}", total=total))
            steps.append(Step("{names} {names:has|have} the most", names=ahead))
        return steps

    return Outcome.of(options, winners, votes, explain, lambda: rounds)
