"""What an idea may cost is said by the charter it was put forward under, at its first version and at every later one."""

from __future__ import annotations

import pytest

from engine.features.ideas.revise import ReviseIdea
from engine.features.ideas.state import Ideas
from engine.features.ideas.submit import SubmitIdea
from engine.kernel.charter import preset
from engine.refusals import Refusal
from engine.verify import verify
from tests.moot import Moot


def saying(cost: str) -> Moot:
    return Moot(members=2, text=preset("product").replace('cost = "optional"', f'cost = "{cost}"'))


@pytest.mark.parametrize(("says", "given"), [("none", 5), ("required", None)])
def test_a_cost_the_charter_does_not_allow_is_refused_in_every_version(says, given):
    moot, fine = saying(says), None if says == "none" else 5
    idea = f"i{moot.do('m2', SubmitIdea('A bench', 'by the river', fine)).seq}"
    with pytest.raises(Refusal, match="cost"):
        moot.do("m2", SubmitIdea("A tree", "beside it", given))
    with pytest.raises(Refusal, match="cost"):
        moot.do("m2", ReviseIdea(idea, "A bench", "by the sea", given))
    moot.do("m2", ReviseIdea(idea, "A bench", "by the sea", fine))
    assert moot.of(Ideas)[idea].cost == fine


def test_a_new_version_brings_a_new_cost():
    moot = saying("optional")
    idea = f"i{moot.do('m2', SubmitIdea('A bench', 'by the river', 5)).seq}"
    moot.do("m2", ReviseIdea(idea, "A bench", "by the river", 7))
    assert moot.of(Ideas)[idea].cost == 7
    with pytest.raises(Refusal, match="says all of that already"):
        moot.do("m2", ReviseIdea(idea, "A bench", "by the river", 7))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"
