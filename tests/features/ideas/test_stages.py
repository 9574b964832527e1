"""Supports bring an idea from stage to stage, as many as the charter asks for where there are so many members."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.features.ideas.advance import IdeaAdvanced
from engine.features.ideas.state import Ideas
from engine.features.ideas.support import SupportIdea
from engine.features.ideas.terms import Stage
from engine.kernel.charter import preset
from engine.kernel.forget import ForgetMember
from engine.refusals import Refusal
from tests.moot import Moot


@given(st.integers(0, 1_000), st.integers(1, 100), st.integers(1, 100_000))
def test_never_more_supports_are_asked_for_than_that_part_of_the_members(supports_min, percent, members):
    needed = Stage("shortlist", supports_min, percent).supports_needed(members)
    assert needed <= supports_min
    assert needed == supports_min or (needed - 1) * 100 < percent * members <= max(needed * 100, 100)


def test_where_one_is_alone_one_support_is_enough():
    assert Stage("shortlist", 5, 40).supports_needed(1) == 1
    assert Stage("shortlist", 5, 40).supports_needed(2) == 1
    moot = Moot()
    idea = moot.idea("m1")
    moot.do("m1", SupportIdea(idea))
    assert moot.of(Ideas)[idea].stage == "shortlist"


def test_the_support_that_is_enough_brings_it_on_and_none_before():
    moot = Moot(members=9)
    idea = moot.idea("m1")
    stages = []
    for member in moot.members[:5]:
        moot.do(member, SupportIdea(idea))
        stages.append(moot.of(Ideas)[idea].stage)
    assert not IdeaAdvanced.by, "it follows from supports, and nobody asks for it"
    assert stages == ["open"] * 3 + ["shortlist"] * 2, "40 % of ten"


def test_nobody_supports_an_idea_twice():
    moot = Moot(members=3)
    idea = moot.idea("m1")
    moot.do("m2", SupportIdea(idea))
    with pytest.raises(Refusal, match="already_supported|has your support"):
        moot.do("m2", SupportIdea(idea))


def test_whoever_left_is_not_counted_among_the_members():
    moot = Moot(members=9)
    idea = moot.idea("m1")
    for member in moot.members[6:]:
        moot.do(member, ForgetMember(member))
    for member in moot.members[:3]:
        moot.do(member, SupportIdea(idea))
    assert moot.of(Ideas)[idea].stage == "shortlist", "40 % of six"


@pytest.mark.parametrize(("percent", "founds"), [(0, False), (1, True), (100, True), (101, False)])
def test_a_stage_asks_for_a_part_of_the_members(percent, founds):
    text = preset("product").replace("supports_percent_max = 40", f"supports_percent_max = {percent}", 1)
    assert text != preset("product")
    if founds:
        assert Moot(text=text).state.seq
    else:
        with pytest.raises(Refusal, match=f"supports_percent_max is {percent}; give 1 to 100"):
            Moot(text=text)
