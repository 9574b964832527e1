"""The option with the most votes wins.

The plainest rule, and the one to copy when you write another. Everybody votes for one option (on a ranked ballot, the
first preference counts). Similar options split their votes. Source: used since antiquity.

>>> tally("plurality", Election.read("4: garden\\n3: library\\n2: pool")).winners
('garden',)
"""

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step, best, listing
from engine.rules import voting_rule


@voting_rule(
    ballot="single",
    elects="one",
    settles_by="sums",
    work=work.read_once,
    promises={"anonymity", "neutrality", "unanimity", "majority", "monotonicity", "participation", "reinforcement", "resolvability"},
)
def plurality(election: Election) -> Outcome:
    votes = election.sums.tolist()
    return Outcome.of(election.options, best(votes), votes, lambda: [Step("votes: {votes}", votes=listing(election.options, votes))])
