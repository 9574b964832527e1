"""The option that no other beats by a stronger path wins.

A beats B directly when more ballots rank A above B than B above A; a path is as strong as its weakest step. Elects the
Condorcet winner where there is one; running clones does not help. `strength` says how strong a step is: by the ballots
for the winner of the pair, or by the difference. Source: Schulze 2011 (doi 10.1007/s00355-010-0475-4).

>>> tally("schulze", Election.read("5: garden > pool > library\\n4: library > garden > pool\\n3: pool > library > garden")).winners
('garden',)
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from engine.elections.election import Array, Election
from engine.elections.outcome import Number, Outcome
from engine.rules import voting_rule


@voting_rule(
    ballot="ranked",
    elects="one",
    scores="options beaten",
    promises={
        "anonymity", "neutrality", "unanimity", "majority", "majority_loser", "condorcet", "condorcet_loser", "smith",
        "monotonicity", "clone_independence",
    },
)  # fmt: skip
def schulze(election: Election, *, strength: Literal["winning_votes", "margins"] = "winning_votes") -> Outcome:
    options, pairs = election.options, election.pairwise
    direct = np.where(pairs > pairs.T, pairs if strength == "winning_votes" else pairs - pairs.T, 0)
    paths = _widest(direct)
    beaten = (paths < paths.T).sum(axis=1)
    won = tuple(name for name, count in zip(options, beaten, strict=True) if not count)
    beats: dict[str, Number] = {name: int(count) for name, count in zip(options, (paths > paths.T).sum(axis=1), strict=True)}
    return Outcome(
        rule="schulze",
        winners=won,
        scores=beats,
        ties=(won,) if len(won) > 1 else (),
        explain=lambda: _steps(options, pairs, paths, won),
        certify=lambda: [pairs.tolist(), paths.tolist()],
    )


def _widest(direct: Array) -> Array:
    """The strength of the strongest path between every two options (Floyd and Warshall's loop)."""
    paths = direct.copy()
    for middle in range(len(paths)):
        np.maximum(paths, np.minimum(paths[:, middle, None], paths[None, middle, :]), out=paths)
    np.fill_diagonal(paths, 0)
    return paths


def _steps(options: tuple[str, ...], pairs: Array, paths: Array, won: tuple[str, ...]) -> list[str]:
    steps = []
    for winner in won:
        place = options.index(winner)
        for other, name in enumerate(options):
            if other != place:
                steps.append(
                    f"{winner} against {name}: {pairs[place, other]} to {pairs[other, place]} ballots; "
                    f"strongest paths {paths[place, other]} to {paths[other, place]}"
                )
    return [*steps, f"no option has a stronger path to {' or '.join(won)} than back"]
