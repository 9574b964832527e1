"""The invented roaster lives through its ninety days whatever is drawn."""

from __future__ import annotations

import pytest

from engine.community import Community
from engine.kernel.found import FoundCommunity
from engine.store.memory import MemoryStore
from engine.values import DAY_MS
from simulations import roastery
from tests.delegating import said
from tests.moot import KEY, ORIGIN, START, Moot


@pytest.mark.parametrize("seed", range(12))
def test_nobody_there_is_refused(seed):
    moot = Moot.__new__(Moot)
    moot.now, moot._asked, moot.community = START - (roastery.DAYS + 1) * DAY_MS, 0, Community(MemoryStore(), KEY)
    moot.do("founder", FoundCommunity(roastery.charter(), ORIGIN, str(KEY.verifier), "Imogen"))
    roastery.play(moot.community, f"seed {seed}".encode(), START)
    assert sum(carrier["voices"] for one in said(moot, "VotesCarried") for carrier in one["carriers"]), "some speak for others"
