"""Ranked ballots read as points: an option gets one for every option a ballot ranks below it (Borda 1781).

>>> as_points(Election.read("2: garden > library = pool\\n1: pool")).table.tolist()
[[2, 0, 0], [0, 0, 2]]
"""

from __future__ import annotations

import numpy as np

from engine.elections.election import Election


def as_points(election: Election) -> Election:
    """The election by points; one that is not by rankings stays as it is. What a ballot leaves out is tied last."""
    if election.kind != "ranked":
        return election
    table = np.stack([(election.table > column[:, None]).sum(axis=1) for column in election.table.T], axis=1)
    return election.changed(kind="score", table=table)
