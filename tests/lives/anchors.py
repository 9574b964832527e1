"""Heads anchored on a chain and in a file, one unwound and anchored again; a decision's steps, and a round's claims."""

from __future__ import annotations

from typing import Any

from engine.features.anchors.send import RecordClaims, RecordDecision
from engine.features.anchors.state import Anchors
from engine.features.anchors.unwind import UnwindAnchor
from engine.features.points.award import AwardPoints
from engine.features.rewards.share import ShareReward
from engine.state import State
from tests.anchored import filed, head, moot_with_anchors, where
from tests.moot import Moot


def life() -> Moot:
    moot = moot_with_anchors().funded()
    first = f"a{moot.do('m1', head(moot, 4, 1)).seq}"
    moot.do("m1", filed(moot, 5))
    moot.do("m1", UnwindAnchor(first))
    moot.do("m1", head(moot, 4, 1))
    moot.do("m1", head(moot, 8, 2))
    poll = moot.poll()
    moot.do("m1", RecordDecision(poll, "opened", where(3)))
    moot.vote(poll, "1", "1", "2", "1")
    moot.end(poll)
    moot.do("m1", RecordDecision(poll, "queued", where(4)))
    moot.do("m1", AwardPoints("m2", 40, "for the soup"))
    round_ = f"r{moot.do('m1', ShareReward('quarterly', 12_345)).seq}"
    moot.do("m1", RecordClaims(round_, "ab" * 32, 12_345, moot.state.seq, where(5)))
    return moot


def view_1(state: State) -> dict[str, Any]:
    anchors = state[Anchors]
    return {
        "heads": [[one.id, one.place, one.size, one.root, one.where and one.where.block, one.unwound] for one in anchors.heads.values()],
        "sent": [[one.id, one.thing, one.step, one.root, str(one.total), one.where.block, one.unwound] for one in anchors.sent.values()],
        "root": state.tree.root().hex(),
    }
