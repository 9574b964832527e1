"""The Condorcet winner wins; if there is none, the Borda count decides.

The Condorcet winner is the option that beats every other in a pairwise comparison. Source: Black 1958, The Theory of
Committees and Elections.

>>> tally("black", Election.read("3: garden > library > pool\\n2: library > pool > garden")).winners
('garden',)
>>> tally("borda", Election.read("3: garden > library > pool\\n2: library > pool > garden")).winners
('library',)
"""

from engine.elections import pairwise, work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step, best, listing
from engine.rules import voting_rule


@voting_rule(
    ballot="ranked",
    elects="one",
    scores="Borda points",
    work=work.compared,
    promises={
        "anonymity",
        "neutrality",
        "unanimity",
        "majority",
        "majority_loser",
        "condorcet",
        "condorcet_loser",
        "monotonicity",
        "reversal_symmetry",
    },
)
def black(election: Election) -> Outcome:
    options, pairs = election.options, election.pairwise
    points = [int(row) for row in pairs.sum(axis=1)]
    won = [int(row) for row in (pairs > pairs.T).sum(axis=1)]
    champions = [place for place, beaten in enumerate(won) if beaten == len(options) - 1]

    def explain() -> list[Step]:
        if champions:
            return [Step("{winner} beats every other option", winner=options[champions[0]])]
        return [Step("no option beats every other"), Step("points: {points}", points=listing(options, points))]

    return Outcome.of(
        options,
        champions or best(points),
        points,
        explain=explain,
        certify=lambda: [pairs.tolist()],
        figures=lambda: pairwise.duels(options, pairs),
    )
