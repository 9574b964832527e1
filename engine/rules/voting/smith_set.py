"""All options win that belong to the smallest set whose members each beat every option outside it.

Not a rule to decide by alone: it says which options can be defended as the majority's choice. One winner where there is
a Condorcet winner, otherwise a tie. Also called GETCHA, top cycle. Source: Smith 1973; Good 1971.

>>> tally("smith_set", Election.read("4: garden > library > pool\\n3: library > garden > pool\\n2: pool > garden > library")).winners
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
def smith_set(election: Election) -> Outcome:
    options, pairs = election.options, election.pairwise
    won, beaten = pairwise.smith_set(pairs), (pairs > pairs.T).sum(axis=1).tolist()
    return Outcome.of(
        options,
        won,
        beaten,
        lambda: pairwise.steps(options, pairs),
        lambda: [pairs.tolist()],
        figures=lambda: pairwise.duels(options, pairs),
    )
