"""An option loses if another beats it and no chain of defeats as strong leads back; whoever does not lose wins.

In every cycle of defeats, the weakest does not count. Elects the Condorcet winner where there is one; often leaves a
tie, and never elects a spoiler. Source: Holliday & Pacuit 2023 (Split Cycle; doi 10.1007/s11127-023-01042-3).

>>> tally("split_cycle", Election.read("4: garden > library > pool\\n3: library > pool > garden\\n2: pool > garden > library")).winners
('garden',)
"""

from __future__ import annotations

import numpy as np

from engine.elections import pairwise, work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step
from engine.elections.pairwise import Strength, defeats, strongest_paths
from engine.rules import voting_rule


@voting_rule(
    ballot="ranked",
    elects="one",
    scores="defeats that count, as negative numbers",
    work=work.compared,
    promises={
        "anonymity", "neutrality", "unanimity", "majority", "majority_loser", "condorcet", "condorcet_loser", "smith",
        "monotonicity", "clone_independence", "reversal_symmetry"},
)  # fmt: skip
def split_cycle(election: Election, *, strength: Strength = "margins") -> Outcome:
    options, pairs = election.options, election.pairwise
    beats = defeats(pairs, strength)
    counting = beats > strongest_paths(beats).T
    lost = counting.sum(axis=0)

    def explain() -> list[Step]:
        steps = [pairwise.step(options, pairs, one, other, pairwise.NO_WAY_BACK) for one, other in np.argwhere(counting)]
        return [*steps, Step("no such defeat counts against {names}", names=[options[place] for place in np.flatnonzero(lost == 0)])]

    return Outcome.of(
        options,
        np.flatnonzero(lost == 0).tolist(),
        (-lost).tolist(),
        explain,
        lambda: [pairs.tolist()],
        figures=lambda: pairwise.duels(options, pairs),
    )
