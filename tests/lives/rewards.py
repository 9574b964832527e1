"""Pots shared: without whoever asks, with her where another agrees, and by each programme."""

from __future__ import annotations

from typing import Any

from engine.features.points.award import AwardPoints
from engine.features.points.state import PointLedger
from engine.features.rewards.share import AgreeToRound, ShareReward
from engine.features.rewards.state import Rounds
from engine.features.treasury.state import Treasury
from engine.kernel.roles import GiveRole
from engine.state import State
from tests.moot import Moot


def life() -> Moot:
    moot = Moot(members=5).funded()
    moot.do("m1", GiveRole("m2", "founder"))
    for place, member in enumerate(moot.members[1:], 1):
        moot.do("m1", AwardPoints(member, 10 * place, "for the soup"))
    moot.do("m2", AwardPoints("m1", 33, "for all of it"))
    moot.do("m1", ShareReward("thanks", 1_001))
    proposal = f"r{moot.do('m1', ShareReward('quarterly', 12_345, with_me=True)).seq}"
    moot.do("m2", AgreeToRound(proposal))
    moot.do("m2", AwardPoints("m3", 5, "for washing up"))
    moot.do("m1", ShareReward("quarterly", 100))
    moot.do("m1", ShareReward("thanks", 7, with_me=True))
    return moot


def view_1(state: State) -> dict[str, Any]:
    rounds, lots = state[Rounds], state[PointLedger].lots
    return {
        "rounds": [[one.id, one.reward, str(one.pot), one.terms.version, one.members] for one in rounds.rounds.values()],
        "proposals": [[name, one.reward, str(one.pot), one.proposed_by] for name, one in rounds.proposals.items()],
        "accounts": {name: str(amount) for name, amount in state[Treasury].accounts.amounts.items()},
        "points": [str(lots.issued), str(lots.spent)],
        "root": state.tree.root().hex(),
    }
