"""Instant runoff within the Smith set, the smallest set of options that each beat every option outside it.

Elects the Condorcet winner where there is one, and never an option outside the Smith set. Also written Smith//IRV. Ties
as in instant runoff: every order of eliminating tied options is counted, and all options that can win are tied. Source:
Green-Armytage 2011 (Four Condorcet-Hare hybrid methods).

>>> print("\\n".join(tally("smith_irv", Election.read("4: garden > library > pool\\n3: pool > library > garden\\n2: library > garden > pool")).steps))
the Smith set: library
round 1: library 9; library is left
"""

from __future__ import annotations

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step
from engine.elections.pairwise import smith_set
from engine.elections.rounds import walk
from engine.elections.tops import Tops
from engine.rules import voting_rule
from engine.rules.voting.instant_runoff import count_round, verdict


@voting_rule(
    ballot="ranked",
    elects="one",
    scores="options outlasted",
    rounds=True,
    work=work.compared_by_rounds,
    promises={
        "anonymity", "neutrality", "unanimity", "majority", "majority_loser", "condorcet", "condorcet_loser", "smith",
        "clone_independence",
    },
)  # fmt: skip
def smith_irv(election: Election) -> Outcome:
    options, tops = election.options, Tops(election)
    smith = tuple(smith_set(election.pairwise))
    walked = walk(smith, lambda left: count_round(tops, left), election)

    def explain() -> list[Step]:
        rounds = walked.steps(options, lambda left, last: verdict(options, tops.votes(left)[1], left, last))
        return [Step("the Smith set: {names}", names=[options[place] for place in smith]), *rounds]

    return walked.outcome(
        options,
        explain,
        certify=lambda: [election.pairwise.tolist(), walked.facts()],
        rounds=lambda: walked.scores(options),
        figures=lambda: walked.stages(options, election.total, tops.votes),
    )
