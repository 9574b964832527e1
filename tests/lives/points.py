"""Points earned, awarded, and gone with their time."""

from __future__ import annotations

from typing import Any

from engine.features.ideas.comment import CommentIdea
from engine.features.points.award import AwardPoints
from engine.features.points.settle import Settle
from engine.features.points.state import PointLedger, points_held, points_of
from engine.kernel.members import Members
from engine.state import State
from tests.moot import Moot

DAY = 24 * 60


def life() -> Moot:
    moot = Moot(members=7)
    idea = moot.idea("m2", supports=5)
    moot.do("m3", CommentIdea(idea, "oak, please"))
    moot.do("m1", AwardPoints("m4", 50, "for the soup"))
    moot.wait(100 * DAY)
    moot.do("m1", AwardPoints("m4", 7, "for more of it"))
    moot.wait(700 * DAY)
    moot.do("clock", Settle())
    moot.idea("m5")
    return moot


def view_1(state: State) -> dict[str, Any]:
    lots = state[PointLedger].lots
    return {
        "held": [str(points) for points in points_held(state, state.at)],
        "spendable": {member: str(points_of(state, member, state.at)) for member in state[Members]},
        "issued": str(lots.issued),
        "spent": str(lots.spent),
        "expired": str(lots.expired),
        "root": state.tree.root().hex(),
    }
