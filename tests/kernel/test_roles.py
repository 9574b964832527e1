"""Roles are given and taken by commands; somebody must always hold what a community cannot do without."""

from __future__ import annotations

import pytest

from engine.features.polls.open import OpenPoll
from engine.kernel.charter import preset
from engine.kernel.forget import ForgetMember
from engine.kernel.members import Members
from engine.kernel.roles import GiveRole, TakeRole
from engine.refusals import Refusal
from engine.verify import verify
from tests.moot import Moot


def test_a_role_given_brings_its_rights_and_taken_takes_them():
    moot = Moot(members=3)
    with pytest.raises(Refusal, match="not_allowed"):
        moot.do("m2", OpenPoll("ranking", "Which?"))
    moot.do("m1", GiveRole("m2", "founder"))
    assert moot.of(Members)["m2"].roles == ("member", "founder")
    with pytest.raises(Refusal, match="poll_not_ready"):
        moot.do("m2", OpenPoll("ranking", "Which?"))
    moot.do("m1", TakeRole("m2", "founder"))
    with pytest.raises(Refusal, match="not_allowed"):
        moot.do("m2", OpenPoll("ranking", "Which?"))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


@pytest.mark.parametrize(
    ("actor", "command", "code"),
    [
        ("m1", GiveRole("m1", "founder"), "not_allowed"),
        ("m1", GiveRole("m2", "king"), "role_unknown"),
        ("m1", GiveRole("m2", "member"), "role_unchanged"),
        ("m1", TakeRole("m2", "member"), "role_unchanged"),
        ("m1", TakeRole("m2", "founder"), "role_unchanged"),
        ("m1", TakeRole("m1", "founder"), "last_holder"),
        ("m1", GiveRole("m99", "founder"), "member_unknown"),
        ("m2", GiveRole("m3", "founder"), "not_allowed"),
        ("m1", ForgetMember("m1"), "last_holder"),
    ],
)
def test_what_cannot_be_given_or_taken(actor, command, code):
    with pytest.raises(Refusal) as refused:
        Moot(members=3).do(actor, command)
    assert refused.value.code == code


def test_whoever_has_handed_over_may_go():
    moot = Moot(members=3)
    moot.do("m1", GiveRole("m2", "founder"))
    moot.do("m1", ForgetMember("m1"))
    with pytest.raises(Refusal, match="last_holder"):
        moot.do("m2", TakeRole("m2", "founder"))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


@pytest.mark.parametrize("lost", ["give_role", "erase", "close_poll", "amend_charter"])
def test_no_charter_leaves_nobody_who_holds_what_is_needed(lost):
    """A role that nobody has may hold it all: that is nobody."""
    text = preset("product").replace(f'"{lost}"', '"leave"') + f'\n[roles.nobody]\nmay = ["{lost}"]\n'
    moot = Moot(members=3)
    with pytest.raises(Refusal, match=f"leaves nobody who may {lost}"):
        moot.do("m1", OpenPoll("charter", "So?", amendment=text))


def test_a_role_that_members_have_must_stay():
    text = preset("product") + "\n[roles.scout]\nmay = []\n"
    moot = Moot(members=3, text=text)
    moot.do("m1", GiveRole("m2", "scout"))
    with pytest.raises(Refusal, match="has no role scout"):
        moot.do("m1", OpenPoll("charter", "So?", amendment=preset("product") + "# less\n"))


def test_who_was_given_a_role_is_on_the_roll_that_asks_for_it():
    """Rolls are shared between polls; a role given to somebody old makes a new one."""
    text = preset("product").replace('"cast_ballot", ', "") + '\n[roles.voter]\nmay = ["cast_ballot"]\n'
    moot = Moot(members=4, text=text)
    from engine.features.polls.state import Polls

    moot.do("m1", GiveRole("m5", "voter"))
    first = moot.of(Polls)[moot.poll()].asked.electorate
    moot.do("m1", GiveRole("m2", "voter"))
    second = moot.of(Polls)[moot.poll()].asked.electorate
    moot.do("m1", TakeRole("m5", "voter"))
    third = moot.of(Polls)[moot.poll()].asked.electorate
    assert [electorate.count for electorate in (first, second, third)] == [1, 2, 1]
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"
