"""Money is counted in whole numbers of its smallest unit, of which the charter says how many make one."""

from __future__ import annotations

import pytest

from engine.features.points.award import AwardPoints
from engine.features.rewards.share import ShareReward
from engine.features.treasury.pay_in import PayIn
from engine.features.treasury.state import Treasury
from engine.features.treasury.terms import money_of
from engine.kernel.charter import preset
from engine.limits import AMOUNT_MAX, DECIMALS_MAX
from engine.refusals import Refusal
from engine.verify import verify
from tests.moot import Moot


def in_places(decimals: int) -> str:
    return preset("product").replace("decimals = 2", f"decimals = {decimals}")


@pytest.mark.parametrize("decimals", [0, 2, DECIMALS_MAX])
def test_an_amount_is_shown_with_the_places_of_its_unit(decimals):
    moot = Moot(text=in_places(decimals))
    assert money_of(moot.state).shown(5 * 10**decimals) == ("5" + "." * (decimals > 0) + "0" * decimals + " EUR")


def test_no_unit_has_more_places_than_any_currency_in_use():
    with pytest.raises(Refusal, match=f"money.decimals is {DECIMALS_MAX + 1}"):
        Moot(text=in_places(DECIMALS_MAX + 1))


def test_what_is_paid_in_stands_in_the_funds():
    moot = Moot(members=1)
    moot.do("m1", PayIn(700, "a gift"))
    moot.do("m1", PayIn(50, "another"))
    assert moot.of(Treasury).funds == 750
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_whoever_may_not_pay_in_pays_nothing_in():
    moot = Moot(members=1)
    with pytest.raises(Refusal, match="not_allowed"):
        moot.do("m2", PayIn(700, "a gift"))
    assert moot.of(Treasury).funds == 0


@pytest.mark.parametrize(("more", "taken"), [(0, True), (1, False)])
def test_the_funds_hold_what_a_contract_can_hold_and_no_more(more, taken):
    moot = Moot(members=1)
    moot.do("m1", PayIn(10, "a gift"))
    if taken:
        moot.do("m1", PayIn(AMOUNT_MAX - 10, "a fortune"))
        assert moot.of(Treasury).funds == AMOUNT_MAX
    else:
        with pytest.raises(Refusal, match=f"give 1 to {AMOUNT_MAX - 10}"):
            moot.do("m1", PayIn(AMOUNT_MAX - 10 + more, "a fortune"))


def test_what_has_been_shared_out_still_counts_for_what_can_be_paid_in():
    """The books hold no larger amount anywhere, not even that of what came from outside."""
    moot = Moot(members=1)
    moot.do("m1", PayIn(AMOUNT_MAX, "all there is"))
    moot.do("m1", AwardPoints("m2", 5, "so"))
    moot.do("m1", ShareReward("quarterly", AMOUNT_MAX - 1))
    accounts = moot.of(Treasury).accounts
    assert (accounts.balance("funds"), accounts.balance("m2"), accounts.balance("outside")) == (1, AMOUNT_MAX - 1, -AMOUNT_MAX)
    with pytest.raises(Refusal, match="give 1 to 0"):
        moot.do("m1", PayIn(1, "more"))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_ether_has_eighteen_places():
    """1.000000000000000001 ETH, of 2^256 - 1 wei."""
    moot = Moot(text=in_places(18).replace('"EUR"', '"ETH"'))
    shown = money_of(moot.state).shown
    assert shown(10**18 + 1) == "1.000000000000000001 ETH"
    assert shown(AMOUNT_MAX).replace(",", "") == f"{AMOUNT_MAX // 10**18}.{AMOUNT_MAX % 10**18:018d} ETH"


def test_nothing_is_no_payment():
    with pytest.raises(Refusal, match="amount is 0"):
        Moot().do("m1", PayIn(0, "a gift"))
