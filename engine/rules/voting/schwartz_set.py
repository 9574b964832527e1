"""All options win that belong to a smallest set in which nobody is beaten from outside.

Like the Smith set, but a draw with an option outside is good enough. One winner where there is a Condorcet winner,
otherwise usually a tie. Also called GOCHA. Source: Schwartz 1986, The Logic of Collective Choice.

>>> tally("schwartz_set", Election.read("4: garden > library > pool\\n3: library > garden > pool\\n2: pool > garden > library")).winners
('garden',)
"""

from __future__ import annotations

from engine.elections import pairwise, work
from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.rules import voting_rule


@voting_rule(
    ballot="ranked",
    elects="one",
    scores="options beaten",
    work=work.compared,
    promises={"anonymity", "neutrality", "majority", "majority_loser", "condorcet", "condorcet_loser", "reversal_symmetry", "smith", "monotonicity", "unanimity", "clone_independence"},
)  # fmt: skip
def schwartz_set(election: Election) -> Outcome:
    options, pairs = election.options, election.pairwise
    won, beaten = pairwise.schwartz_set(pairs), (pairs > pairs.T).sum(axis=1).tolist()
    return Outcome.of(
        options,
        won,
        beaten,
        lambda: pairwise.steps(options, pairs),
        lambda: [pairs.tolist()],
        figures=lambda: pairwise.duels(options, pairs),
    )
