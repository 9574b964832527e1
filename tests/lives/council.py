"""Council keys registered, replaced, retired, registered anew, and left behind."""

from __future__ import annotations

from typing import Any

from engine.features.council.state import CouncilKeys
from engine.kernel.forget import ForgetMember
from engine.state import State
from tests.council import registering, retiring, rotating, secret
from tests.moot import Moot
from tests.signing import key, register


def life() -> Moot:
    moot = Moot(members=5)
    register(moot, "m2")
    moot.do("m2", registering(moot, "m2", vouched_by=key("m2")))
    for member in ("m3", "m4", "m5"):
        moot.do(member, registering(moot, member))
    moot.wait(10)
    moot.do("m3", rotating(moot, "m3", secret("m3"), secret("m3", 1)))
    moot.do("m4", retiring(moot, "m4", secret("m4")))
    moot.do("m4", registering(moot, "m4", secret("m4", 1)))
    moot.do("m2", retiring(moot, "m2", secret("m2")))
    moot.do("m5", ForgetMember("m5"))
    return moot


def view_1(state: State) -> dict[str, Any]:
    return {
        "live": {member: [one.key, one.since] for member, one in state[CouncilKeys].live.items()},
        "used": sorted(state[CouncilKeys].used),
        "root": state.tree.root().hex(),
    }
