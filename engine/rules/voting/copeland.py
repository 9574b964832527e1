"""The option that wins the most pairwise comparisons wins.

Every two options are compared: the one preferred on more ballots scores one, and a draw scores half for each. Elects
the Condorcet winner where there is one, and otherwise often leaves several options tied. The `tiebreak`
`average_support` then picks, among the best, the option with the largest share of the ballots over all its comparisons
(as Snapshot has done since 2026). Sources: Copeland 1951; the tie-break: snapshot.js pull request 1210.

>>> tally("copeland", Election.read("4: garden > library > pool\\n3: library > pool > garden\\n2: pool > garden > library")).winners
('garden', 'library', 'pool')
>>> round_robin = Election.read("4: garden > library > pool\\n3: library > pool > garden\\n2: pool > garden > library")
>>> tally("copeland", round_robin, tiebreak="average_support").winners
('garden', 'library')
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from engine.elections import pairwise, work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step, best, listing
from engine.rules import voting_rule


@voting_rule(
    ballot="ranked",
    elects="one",
    scores="pairwise wins",
    work=work.compared,
    promises={
        "anonymity", "neutrality", "unanimity", "majority", "majority_loser", "condorcet", "condorcet_loser", "smith", "monotonicity", "reversal_symmetry"},
)  # fmt: skip
def copeland(election: Election, *, tiebreak: Literal["none", "average_support"] = "none") -> Outcome:
    options, pairs = election.options, election.pairwise
    won, drawn = (pairs > pairs.T).sum(axis=1), (pairs == pairs.T).sum(axis=1) - 1
    scores = [Fraction(2 * int(win) + int(draw), 2) for win, draw in zip(won, drawn, strict=True)]
    support = [int(row) for row in pairs.sum(axis=1)]
    places = best(scores)
    first = places
    if tiebreak == "average_support":
        places = [places[each] for each in best([support[place] for place in places])]

    def explain() -> list[Step]:
        steps = [Step("pairwise wins, a draw counting half: {wins}", wins=listing(options, scores))]
        if len(first) > 1 and tiebreak == "average_support":
            ballots = listing([options[place] for place in first], [support[place] for place in first])
            steps.append(Step("ballots for each of those tied, over all pairwise comparisons: {ballots}", ballots=ballots))
        return steps

    return Outcome.of(options, places, scores, explain, lambda: [pairs.tolist()], figures=lambda: pairwise.duels(options, pairs))
