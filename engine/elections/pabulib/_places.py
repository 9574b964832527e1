"""What the places of a ranking are worth in points, which decides who wins where rankings are counted by points.

Pabulib names no other way than Borda, and its own tools count it so: the project named last gets one point, the one
before it two, and so on, whatever the number of projects (`"named"`); a vote for two of them gives 2 and 1. Some towns
give the first place as many points as there may be names, also on shorter votes, or points of their own. A file shows
which: by the points written beside each vote, or by the `score` of its projects, which fits one way and no other. Where
that is not what its `scoring_fn` states, it is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.elections.grades import points_of
from engine.elections.kinds import PlaceWorth
from engine.elections.outcome import Step
from engine.elections.pabulib._meta import Meta
from engine.elections.pabulib._parts import wrong
from engine.elections.pabulib._votes import Votes
from engine.limits import POINTS_PER_BALLOT_MAX


class Places(NamedTuple):
    """What places are `worth`, None if the points written beside the votes are not a matter of places; whether that was
    `fitted` to the `score` of the projects; and a `remark` where it is not what the file's scoring_fn states."""

    worth: PlaceWorth | None
    fitted: bool = False
    remark: Step | None = None


def places_of(meta: Meta, votes: Votes, scores: Sequence[int] | None) -> Places:
    """What places are worth: as written beside the votes, or as stated, or where `scores` speak against it as they show."""
    orders, project_count = _orders(votes), votes.table.shape[1]
    if votes.points is not None:
        stated = _known(meta)
        follows = stated is not None and np.array_equal(points_of(orders, stated, project_count), votes.points)
        beside = "scoring_fn, {stated}, is not followed: the points beside the votes are others, and they are counted"
        return Places(_worth_written(orders, votes), remark=None if follows else _unfollowed(meta, beside))
    stated = _stated(meta)
    if scores is None:
        return Places(stated)
    for worth in (stated, _by_length_allowed(meta, votes)):
        if worth is not None and points_of(orders, worth, project_count).sum(axis=0).tolist() == list(scores):
            break
    else:
        worth = _solved(votes, scores) or stated
    if worth == stated:  # which fits, or nothing does, and then the figures are said to differ
        return Places(stated)
    shown = "scoring_fn, {stated}, is not followed: the score of the projects shows that places are worth other points"
    return Places(worth, True, _unfollowed(meta, shown))


def points_at(votes: Votes, worth: PlaceWorth) -> NDArray[np.int64]:
    """(voters, projects): the points that rankings give where places are worth so many."""
    return points_of(_orders(votes), worth, votes.table.shape[1])


def _unfollowed(meta: Meta, remark: str) -> Step | None:
    """That what the file states of places is not followed; None where it states nothing, as most files do."""
    return Step(remark, stated=meta["scoring_fn"][:40]) if meta["scoring_fn"] else None


def _stated(meta: Meta) -> PlaceWorth:
    """What `scoring_fn` states; refused where it is not known here."""
    worth = _known(meta)
    if worth is None:
        text = meta["scoring_fn"][:40]
        raise wrong(meta.lines["scoring_fn"], "states scoring_fn as {text!r}", "we know Borda, and points such as 3,2,1", 1, text=text)
    return worth


def _known(meta: Meta) -> PlaceWorth | None:
    """Borda where `scoring_fn` says so, or nothing; or a list of points, the first place first; None if it is something else."""
    text = meta["scoring_fn"]
    if text.casefold() in ("", "borda"):
        return "named"
    return tuple(map(int, text.split(","))) if re.fullmatch(r"[0-9]{1,6}(\s*,\s*[0-9]{1,6})*", text) else None


def _by_length_allowed(meta: Meta, votes: Votes) -> PlaceWorth | None:
    """The first place worth as many points as a vote may name projects, `max_length`, and each further one a point less."""
    most = meta.whole("max_length") or votes.table.shape[1]
    return tuple(most - place for place in range(int(votes.lengths.max(initial=0)))) if most <= POINTS_PER_BALLOT_MAX else None


def _worth_written(orders: NDArray[np.int64], votes: Votes) -> PlaceWorth | None:
    """The points that stand beside the votes, as what places are worth."""
    assert votes.points is not None
    if np.array_equal(points_of(orders, "named", votes.table.shape[1]), votes.points):
        return "named"
    given = np.where(orders >= 0, np.take_along_axis(votes.points, np.maximum(orders, 0), axis=1), -1)
    highest = given.max(axis=0)
    return tuple(highest.tolist()) if np.array_equal(np.where(given < 0, highest, given), np.tile(highest, (len(given), 1))) else None


def _solved(votes: Votes, scores: Sequence[int]) -> PlaceWorth | None:
    """The one way to give whole points to places, no fewer to a better one, from which all scores follow exactly.

    The least squares only propose; whole numbers that give every score prove.
    """
    longest = int(votes.lengths.max(initial=0))
    counts = np.stack([(votes.table == place).sum(axis=0) for place in range(longest)], axis=1) if longest else np.zeros((1, 0))
    if not longest or np.linalg.matrix_rank(counts) < longest:
        return None
    worth = [round(points) for points in np.linalg.lstsq(counts.astype(float), np.array(scores, float), rcond=None)[0].tolist()]
    fits = (counts.astype(object) @ np.array(worth, object)).tolist() == list(scores)
    return tuple(worth) if fits and worth == sorted(worth, reverse=True) and worth[-1] >= 0 else None


def _orders(votes: Votes) -> NDArray[np.int64]:
    """(voters, longest vote): the projects in the order that each vote names them, -1 after the last."""
    longest = int(votes.lengths.max(initial=0))
    orders = np.full((len(votes.table), longest), -1, np.int64)
    voter, project = np.nonzero(votes.table < votes.table.shape[1])
    orders[voter, votes.table[voter, project]] = project
    return orders
