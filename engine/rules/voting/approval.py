"""The option that the most voters approve of wins.

Voters name every option they could live with. Similar options do not split each other's votes; but the rule cannot tell
a favourite from a compromise. Source: Brams & Fishburn 1978.

>>> tally("approval", Election.read("4: garden, library\\n3: library, pool\\n2: pool")).winners
('library',)
"""

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step, best, listing
from engine.rules import voting_rule


@voting_rule(
    ballot="approval",
    elects="one",
    settles_by="sums",
    work=work.read_once,
    promises={"anonymity", "neutrality", "unanimity", "monotonicity", "participation", "reinforcement", "clone_independence"},
)
def approval(election: Election) -> Outcome:
    approvals = election.sums.tolist()
    return Outcome.of(
        election.options,
        best(approvals),
        approvals,
        lambda: [Step("approvals: {approvals}", approvals=listing(election.options, approvals))],
    )
