"""Random committees by our rules and by abcvoting's (Lackner, Regner & Krenn), exactly, with every way ties can be broken.

Skips where abcvoting is not installed (`make peers` installs it).
"""

from __future__ import annotations

import numpy as np
import pytest

from engine.elections.election import Election
from engine.rules import tally
from tests.elections.test_real_committees import SAME
from tests.peers.random_elections import chance_of

pytest.importorskip("abcvoting", reason="abcvoting is not installed (make peers)")
from abcvoting import abcrules
from abcvoting.preferences import Profile

EXACT = {"seqphragmen": "standard-fractions", "equal-shares": "standard-fractions", "pav": "brute-force", "cc": "brute-force"}
"""Where their usual algorithm counts with floating point or asks a solver."""


@pytest.mark.parametrize("rule", SAME)
def test_our_committee_is_among_theirs(rule):
    theirs, chance = SAME[rule], chance_of(11)
    for _ in range(150):
        option_count, voters = int(chance.integers(2, 6)), int(chance.integers(1, 9))
        seats = int(chance.integers(1, option_count + 1))
        table = chance.random((voters, option_count)) < chance.choice([0.3, 0.5])
        if not table.any():
            continue
        profile = Profile(option_count)
        profile.add_voters([set(np.flatnonzero(row).tolist()) for row in table if row.any()])
        election = Election.of(list(map(str, range(option_count))), "approval", table[table.any(axis=1)].astype(np.int8))
        known = abcrules.compute(theirs, profile, committeesize=seats, algorithm=EXACT.get(theirs, "fastest"), resolute=False)
        outcome = tally(rule, election, seats=seats)
        ours = set(map(int, outcome.winners))
        assert ours in [set(one) for one in known], (table.astype(int).tolist(), seats)
        assert bool(outcome.ties) or len(known) == 1
