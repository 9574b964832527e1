"""Ranked ballots read as points.

An option gets one point for every option a ballot ranks below it (Borda 1781), unless the ballots come with what their
places are worth (`Election.worth`).

>>> as_points(Election.read("2: garden > library = pool\\n1: pool")).table.tolist()
[[2, 0, 0], [0, 0, 2]]
>>> town = Election.read("2: garden > library\\n1: pool")
>>> town.worth = "named"
>>> as_points(town).table.tolist()
[[2, 1, 0], [0, 0, 1]]
>>> town.worth = (5, 3)
>>> as_points(town).table.tolist()
[[5, 3, 0], [0, 0, 5]]
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.elections.election import Array, Election
from engine.elections.kinds import PlaceWorth

WORDS = ("to reject", "poor", "acceptable", "good", "very good", "excellent")
"""What the six grades of majority judgment are called, the lowest first (Balinski & Laraki, in the experiment at Orsay in 2007)."""


def words(highest: int) -> tuple[str, ...]:
    """The words for grades from 0 to `highest`; none where that is not the scale they belong to.

    >>> words(5)[0], words(10)
    ('to reject', ())
    """
    return WORDS if highest == len(WORDS) - 1 else ()


def as_points(election: Election) -> Election:
    """The election by points; one that is not by rankings stays as it is. What a ballot leaves out is tied last."""
    if election.kind != "ranked":
        return election
    if election.worth is not None:
        return election.changed(kind="score", table=points_of(election.orders, election.worth, len(election.options)))
    table = np.stack([(election.table > column[:, None]).sum(axis=1) for column in election.table.T], axis=1)
    return election.changed(kind="score", table=table)


def points_of(orders: Array, worth: PlaceWorth, option_count: int) -> NDArray[np.int64]:
    """int64 (ballots, options): what ballots give, from the options' numbers in their order, best first, -1 after the last."""
    named, places = orders >= 0, np.arange(orders.shape[1])
    if worth == "named":
        given = named.sum(axis=1)[:, None] - places
    else:
        given = np.broadcast_to(np.array([*worth, *[0] * orders.shape[1]], np.int64)[: orders.shape[1]], orders.shape)
    table = np.zeros((len(orders), option_count), np.int64)
    ballot, place = np.nonzero(named)
    table[ballot, orders[ballot, place]] = given[ballot, place]
    return table
