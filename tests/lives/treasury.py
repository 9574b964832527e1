"""Money comes in."""

from __future__ import annotations

from typing import Any

from engine.features.treasury.pay_in import PayIn
from engine.features.treasury.state import Treasury
from engine.state import State
from tests.moot import Moot


def life() -> Moot:
    moot = Moot(members=1)
    moot.do("m1", PayIn(500_000, "a gift"))
    moot.do("m1", PayIn(99, "what was left of it"))
    return moot


def view_1(state: State) -> dict[str, Any]:
    return {"accounts": {name: str(amount) for name, amount in state[Treasury].accounts.amounts.items()}, "root": state.tree.root().hex()}
