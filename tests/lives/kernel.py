"""Members and their roles, texts erased, a loss, and a clock that ran ahead."""

from __future__ import annotations

from typing import Any

from engine.kernel import charter as charters
from engine.kernel.clock import CorrectClock
from engine.kernel.erase import EraseText
from engine.kernel.forget import ForgetMember
from engine.kernel.join import JoinCommunity
from engine.kernel.loss import DeclareLoss, Losses
from engine.kernel.members import Members
from engine.kernel.roles import GiveRole, TakeRole
from engine.log.checkpoint import Checkpoint
from engine.state import State
from tests.moot import KEY, ORIGIN, Moot


def life() -> Moot:
    moot = Moot(members=4)
    entered = f"m{moot.do('m1', JoinCommunity('Entered', 'entered@example.org')).seq}"
    for member in ("m2", "m3", "m4"):
        moot.do("m1", GiveRole(member, "founder"))
    moot.do("m2", TakeRole("m4", "founder"))
    moot.do("m3", TakeRole("m3", "founder"))
    moot.do("m1", EraseText(5, "name", "asked"))
    moot.do("m4", ForgetMember("m4"))
    moot.do("m2", ForgetMember(entered))
    moot.do("m1", DeclareLoss(KEY.sign(Checkpoint(ORIGIN, 9_999, bytes(32)))))
    true = moot.now
    moot.wait(20 * 365 * 24 * 60)
    moot.do("newcomer", JoinCommunity("Long awaited"))
    moot.now = true + 60_000
    for member in ("m1", "m2"):
        moot.do(member, CorrectClock(moot.now))
    moot.do("newcomer", JoinCommunity("Back in time"))
    return moot


def view_1(state: State) -> dict[str, Any]:
    members = state[Members]
    each = [members[one] for one in members]
    return {
        "charter": charters.digest(charters.text_in_force(state)),
        "members": [[one.id, list(one.roles), one.joined_at, one.forgotten] for one in each],
        "losses": sorted([size, root] for size, root in state[Losses].heads),
        "at": state.at,
        "root": state.tree.root().hex(),
    }
