"""Keys registered, one by a wallet's word, replaced, retired, registered anew, and left behind."""

from __future__ import annotations

from typing import Any

from engine.features.keys.state import Keys
from engine.kernel.forget import ForgetMember
from engine.state import State
from tests.moot import Moot
from tests.signing import key, register, registering, retiring, rotating


def life() -> Moot:
    moot = Moot(members=5)
    register(moot, "m2", "m3", "m4")
    moot.do("m5", registering(moot, "m5", wallet=key("wallet")))
    moot.wait(10)
    moot.do("m3", rotating(moot, "m3", key("m3"), key("m3", 1)))
    moot.do("m4", retiring(moot, "m4", key("m4")))
    moot.do("m4", registering(moot, "m4", key("m4", 1)))
    moot.do("m2", retiring(moot, "m2", key("m2")))
    moot.do("m5", ForgetMember("m5"))
    return moot


def view_1(state: State) -> dict[str, Any]:
    return {
        "live": {member: [one.address, one.since] for member, one in state[Keys].live.items()},
        "used": sorted(state[Keys].used),
        "root": state.tree.root().hex(),
    }
