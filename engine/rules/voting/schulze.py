"""The option that no other beats by a stronger path wins.

A beats B directly if more ballots rank A above B than B above A; a path is as strong as its weakest link. Elects the
Condorcet winner where there is one; running clones does not help. `strength` says how strong a link is: by the ballots
for the winner of the pair, or by the margin. Also called beat path. Source: Schulze 2011 (doi
10.1007/s00355-010-0475-4).

>>> tally("schulze", Election.read("5: garden > pool > library\\n4: library > garden > pool\\n3: pool > library > garden")).winners
('garden',)
"""

from __future__ import annotations

import numpy as np

from engine.elections import pairwise, work
from engine.elections.election import Array, Election
from engine.elections.outcome import Outcome, Step
from engine.elections.pairwise import Strength, defeats, strongest_paths
from engine.rules import voting_rule


@voting_rule(
    ballot="ranked",
    elects="one",
    scores="options beaten",
    work=work.compared,
    promises={
        "anonymity", "neutrality", "unanimity", "majority", "majority_loser", "condorcet", "condorcet_loser", "smith",
        "monotonicity", "clone_independence", "reversal_symmetry", "resolvability"},
)  # fmt: skip
def schulze(election: Election, *, strength: Strength = "winning_votes") -> Outcome:
    options, pairs = election.options, election.pairwise
    paths = strongest_paths(defeats(pairs, strength))
    beaten = (paths < paths.T).sum(axis=1)
    won = np.flatnonzero(beaten == 0).tolist()
    return Outcome.of(
        options,
        won,
        (paths > paths.T).sum(axis=1).tolist(),
        explain=lambda: _steps(options, pairs, paths, won),
        certify=lambda: [pairs.tolist(), paths.tolist()],
        figures=lambda: pairwise.duels(options, pairs),
    )


def _steps(options: tuple[str, ...], pairs: Array, paths: Array, won: list[int]) -> list[Step]:
    steps = []
    for place in won:
        winner = options[place]
        for other, name in enumerate(options):
            if other != place:
                steps.append(
                    Step(
                        "{winner} against {other}: {votes} ballots to {against}; strongest paths {there} to {back}",
                        winner=winner, other=name, votes=int(pairs[place, other]), against=int(pairs[other, place]),
                        there=int(paths[place, other]), back=int(paths[other, place]),
                    )
                )  # fmt: skip
    return [*steps, Step("no option has a stronger path to {names} than the other way round", names=[options[place] for place in won])]
