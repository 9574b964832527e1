"""Rounds: nobody shares out a pot to herself, every cent is paid, and what is long comes in parts."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.clockwork import do_due
from engine.features.points.award import AwardPoints
from engine.features.points.state import points_of
from engine.features.rewards import pay
from engine.features.rewards.pay import PayShares, RewardShared
from engine.features.rewards.share import AgreeToRound, ShareReward
from engine.features.rewards.state import RoundId, Rounds, Share
from engine.features.treasury.pay_in import PayIn
from engine.features.treasury.state import Treasury
from engine.kernel.charter import preset
from engine.kernel.forget import ForgetMember
from engine.kernel.roles import GiveRole, TakeRole
from engine.limits import AMOUNT_MAX, EVENT_BYTES_MAX
from engine.log.codec import form
from engine.log.json import canonical
from engine.refusals import Refusal
from engine.values import MemberId
from engine.verify import verify
from tests.forging import rewritten
from tests.moot import Moot


def with_points(members: int = 3, points: int = 40) -> Moot:
    moot = Moot(members=members).funded()
    moot.do("m1", GiveRole("m2", "founder"))
    for member in moot.members[1:]:
        moot.do("m1", AwardPoints(member, points, "for the soup"))
    moot.do("m2", AwardPoints("m1", points, "for the soup"))
    return moot


def test_nobody_awards_herself():
    moot = Moot(members=2)
    with pytest.raises(Refusal, match="member m1 cannot award herself"):
        moot.do("m1", AwardPoints("m1", 50, "for being me"))


def test_whoever_shares_a_pot_is_left_out_of_it():
    """A founder awarded herself 50 points, shared out 120 EUR and got all of it."""
    moot = with_points()
    moot.do("m1", ShareReward("quarterly", 12_000))
    paid = {member: moot.of(Treasury).accounts.balance(member) for member in moot.members}
    assert paid == {"m1": 0, "m2": 4_000, "m3": 4_000, "m4": 4_000}
    assert [points_of(moot.state, member, moot.now) for member in moot.members] == [40, 0, 0, 0]
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_who_proposed_a_round_must_still_be_one_who_may():
    """Two agree, or it is one alone over her own gain: a proposer who left, or who lost her role, is not a second."""
    moot = with_points()
    moot.do("m2", GiveRole("m3", "founder"))
    proposal = f"r{moot.do('m1', ShareReward('quarterly', 12_000, with_me=True)).seq}"
    moot.do("m2", TakeRole("m1", "founder"))
    with pytest.raises(Refusal, match="not_allowed: member m1"):
        moot.do("m2", AgreeToRound(proposal))
    moot.do("m2", GiveRole("m1", "founder"))
    moot.do("m1", ForgetMember("m1"))
    with pytest.raises(Refusal, match="not_allowed"):
        moot.do("m2", AgreeToRound(proposal))
    assert moot.of(Treasury).funds == 500_000


def test_a_round_with_its_proposer_takes_another_who_agrees():
    moot = with_points()
    proposal = f"r{moot.do('m1', ShareReward('quarterly', 12_000, with_me=True)).seq}"
    assert moot.of(Treasury).funds == 500_000
    for actor, code in (("m1", "not_allowed"), ("m3", "not_allowed")):
        with pytest.raises(Refusal, match=code):
            moot.do(actor, AgreeToRound(proposal))
    moot.do("m2", AgreeToRound(proposal))
    assert {moot.of(Treasury).accounts.balance(member) for member in moot.members} == {3_000}
    with pytest.raises(Refusal, match="round_unknown"):
        moot.do("m2", AgreeToRound(proposal))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_a_share_with_its_opener_in_it_is_found():
    moot = with_points()
    moot.do("m1", ShareReward("thanks", 12_000))

    def with_her(line: dict) -> None:
        if line["kind"] == "RewardShared":
            line["body"]["shares"][0]["member"] = "m1"

    assert "is shared otherwise than its rule says" in str(verify(rewritten(moot, with_her)).problem)


def test_a_long_round_is_paid_in_parts_and_nobody_waits(monkeypatch):
    monkeypatch.setattr(pay, "SHARES_PER_EVENT_MAX", 2)
    monkeypatch.setattr(pay, "SHARES_PER_COMMAND_MAX", 4)
    moot = with_points(members=11)
    moot.do("m1", ShareReward("quarterly", 11_001))
    name, one = next(iter(moot.of(Rounds).rounds.items()))
    assert one.members == 4 and moot.of(Treasury).accounts.balance(name) > 0
    with pytest.raises(Refusal, match="another round is being paid"):
        moot.do("m2", ShareReward("quarterly", 5))
    moot.do("m2", AwardPoints("m9", 7, "meanwhile"))
    assert do_due(moot.community, moot.now) == 2
    assert one.members == 11 and one.points is None
    assert sorted(moot.of(Treasury).accounts.balance(member) for member in moot.members)[1:] == [1_000] * 10 + [1_001]
    assert points_of(moot.state, "m9", moot.now) == 7, "what she earned meanwhile is hers"
    with pytest.raises(Refusal, match="round_over"):
        moot.do("clock", PayShares(name))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_shares_worked_out_ahead_are_the_same(monkeypatch):
    monkeypatch.setattr(pay, "SHARERS_AT_ONCE_MAX", 0)
    moot = with_points()
    moot.do("m1", ShareReward("quarterly", 12_001))
    assert not any(moot.of(Treasury).accounts.balance(member) for member in moot.members)
    assert do_due(moot.community, moot.now) == 1
    assert sum(moot.of(Treasury).accounts.balance(member) for member in moot.members) == 12_001
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


@pytest.mark.parametrize("paid_meanwhile", [False, True])
def test_what_was_worked_out_ahead_is_kept_until_the_round_is_paid(monkeypatch, paid_meanwhile):
    """Else a large round is worked out in the writer's turn after all, or its shares stay for ever."""
    monkeypatch.setattr(pay, "SHARERS_AT_ONCE_MAX", 0)
    moot = with_points()
    moot.do("m1", ShareReward("quarterly", 12_001))
    [name] = moot.of(Rounds).unpaid
    command = PayShares(name)
    install = command.prepare(moot.state, moot.ask("clock", command), moot.community.store)()
    if paid_meanwhile:
        moot.do("clock", command)
    install(moot.state)
    assert (name in moot.of(Rounds).shares) != paid_meanwhile
    assert command.prepare(moot.state, moot.ask("clock", command), moot.community.store) is None, "nothing is left to work out"


@given(st.lists(st.integers(1, 500), min_size=1, max_size=6), st.integers(1, 100_000), st.sampled_from(["quarterly", "thanks"]))
def test_money_is_conserved(points, pot, reward):
    moot = Moot(members=len(points)).funded(200_000)
    for member, held in zip(moot.members[1:], points, strict=True):
        moot.do("m1", AwardPoints(member, held, "so"))
    moot.do("m1", ShareReward(reward, pot))
    accounts = moot.of(Treasury).accounts
    assert sum(accounts.amounts.values()) == 0
    assert sum(accounts.balance(member) for member in moot.members) == pot
    assert accounts.balance("funds") == 200_000 - pot
    assert all(amount >= 0 for name, amount in accounts.amounts.items() if name != "outside")


@pytest.mark.parametrize(("amount", "code"), [(0, "field_wrong"), (-5, "field_wrong"), (2**256, "field_wrong")])
def test_what_is_paid_in_is_a_sum_of_money(amount, code):
    with pytest.raises(Refusal, match=code):
        Moot().do("m1", PayIn(amount, "x"))


def test_only_who_may_says_that_money_came_in():
    moot = Moot(members=1)
    with pytest.raises(Refusal, match="not_allowed"):
        moot.do("m2", PayIn(100, "x"))
    moot.do("m1", PayIn(100, "x"))
    assert (moot.of(Treasury).funds, moot.of(Treasury).accounts.balance("outside")) == (100, -100)


@pytest.mark.parametrize(("pot", "code"), [(0, "field_wrong"), (-1, "field_wrong"), (500_001, "funds_short")])
def test_a_pot_is_some_of_the_funds(pot, code):
    with pytest.raises(Refusal, match=code):
        with_points().do("m1", ShareReward("quarterly", pot))


def test_a_round_needs_somebody_else_with_points():
    moot = Moot(members=1).funded()
    with pytest.raises(Refusal, match="nothing_to_share"):
        moot.do("m1", ShareReward("quarterly", 5))


@pytest.mark.parametrize(("more", "opens"), [(0, True), (1, False)])
def test_a_pot_is_at_most_what_the_funds_hold(more, opens):
    moot = with_points()
    pot = moot.of(Treasury).funds + more
    if opens:
        moot.do("m1", ShareReward("quarterly", pot))
        assert moot.of(Treasury).funds == 0
    else:
        with pytest.raises(Refusal, match="funds_short"):
            moot.do("m1", ShareReward("quarterly", pot))


@pytest.mark.parametrize(("says", "left"), [("", 0), ("spends_points = true\n", 0), ("spends_points = false\n", 40)])
def test_a_round_takes_the_points_it_pays_for_unless_the_charter_says_otherwise(says, left):
    text = re.sub(r"(?m)^spends_points = .*\n", says, preset("product"))
    moot = Moot(members=2, text=text).funded()
    moot.do("m1", AwardPoints("m2", 40, "for the soup"))
    moot.do("m1", ShareReward("quarterly", 12_000))
    assert points_of(moot.state, "m2", moot.now) == left


def test_whoever_has_no_points_does_not_make_a_round_long(monkeypatch):
    monkeypatch.setattr(pay, "SHARERS_AT_ONCE_MAX", 1)
    moot = Moot(members=4).funded()
    moot.do("m1", AwardPoints("m2", 40, "for the soup"))
    moot.do("m1", ShareReward("quarterly", 12_000))
    assert moot.of(Treasury).accounts.balance("m2") == 12_000, "paid with the round itself"


def test_an_event_full_of_the_largest_shares_is_one_the_log_takes():
    """Whoever shares out wei writes 78 digits for each member."""
    share = Share(MemberId("m" + "9" * 16), AMOUNT_MAX, 2**63 - 1)
    event = RewardShared(RoundId("r" + "9" * 16), (share,) * pay.SHARES_PER_EVENT_MAX, False)
    written = canonical(form(RewardShared).write(event))
    assert len(canonical(form(Share).write(share))) + 1 <= 152
    assert len(written) + 1_000 < EVENT_BYTES_MAX
