"""Every option that no other option covers wins.

One option covers another if it beats it, and every option that beats the first beats the second too (Gillies'
definition). Part of the Smith set, and often smaller. Source: Gillies 1959; Miller 1980.

>>> tally("uncovered_set", Election.read("4: garden > library > pool\\n3: library > garden > pool\\n2: pool > garden > library")).winners
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
    promises={"anonymity", "neutrality", "majority", "majority_loser", "condorcet", "condorcet_loser", "smith", "monotonicity", "unanimity", "reversal_symmetry", "clone_independence"},
)  # fmt: skip
def uncovered_set(election: Election) -> Outcome:
    options, pairs = election.options, election.pairwise
    won, beaten = pairwise.uncovered_set(pairs), (pairs > pairs.T).sum(axis=1).tolist()
    return Outcome.of(
        options,
        won,
        beaten,
        lambda: pairwise.steps(options, pairs),
        lambda: [pairs.tolist()],
        figures=lambda: pairwise.duels(options, pairs),
    )
