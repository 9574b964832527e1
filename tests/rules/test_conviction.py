"""Conviction as contracts count it, and reputation that fades: published figures, and laws for any amount."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.limits import AMOUNT_MAX
from engine.refusals import Refusal
from engine.rules import rule
from engine.rules.funding import gardens_conviction as module

COUNT = rule("funding", "gardens_conviction").function
FADED = rule("metric", "reputation").function
decays = st.fractions(0, Fraction(9_999_999, 10_000_000), max_denominator=10_000_000).map(
    lambda kept: f"{kept.numerator}/{kept.denominator}" if kept else "0"
)
histories = st.lists(st.tuples(st.integers(0, 60), st.integers(0, AMOUNT_MAX)), max_size=5).map(
    lambda each: sorted(each, key=lambda one: one[0])
)


def test_published_figures_of_the_app():
    """1Hive's conviction voting app (commit 27df568f): its formula with a = 9/10, β = 1/5, ρ = 2/1000."""
    assert COUNT([(0, 15_000)], at=10, decay="9000000/10000000") == 97_698
    asked = {"requested": 1_000, "funds": 15_000, "staked": 45_000, "decay": "9/10"}
    assert [module.threshold(**asked, order=order) for order in ("app", "gardens")] == [50_625, 50_625]


def test_published_figures_of_gardens():
    """1Hive's gardens-v2, `PowerAndConvictionUtils.t.sol` (commit 02e020d5): a pool of nothing, and the least number of points."""
    terms = {"decay": "5000000/10000000", "hardness": "1000000/10000000", "asked_max": "9000000/10000000"}
    assert module.threshold(requested=1, funds=100, staked=0, points_min=1, **terms) == 2
    for requested in (0, 1, 10**18):
        assert module.threshold(requested=requested, funds=0, staked=10**12, points_min=2 * 10**9, **terms) == 246_913_580_246
    nothing, one = (module.threshold(requested=each, funds=100 * 10**18, staked=10**12, **terms) for each in (0, 10**18))
    assert nothing < one
    assert module.threshold(requested=91 * 10**18, funds=100 * 10**18, staked=1, points_min=1, **terms) is None


@given(histories, st.integers(0, 80), decays, st.integers(0, AMOUNT_MAX))
def test_conviction_is_all_that_was_staked_faded_since(history, at, decay, start):
    """Each change rounds to a unit, and a power of a, of as many products as it has binary digits, is that many times 2^-128 off."""
    kept, exact = Fraction(decay), Fraction(start)
    for tick in range(at):
        stake = next((amount for begun, amount in reversed(history) if begun <= tick), 0)
        exact = kept * exact + stake
    largest = start + 80 * max([0, *(amount for _, amount in history)])
    off = Fraction(largest * 2**9, 2**128) / (1 - kept) + 1
    assert abs(COUNT(history, at=at, decay=decay, start=start) - exact) <= 6 * off


@given(st.lists(st.integers(0, 100), max_size=6), st.lists(st.integers(0, 10**9), min_size=7, max_size=7), decays)
def test_stakes_in_wei_come_to_as_much_as_in_ether(gaps, stakes, decay):
    """Amounts 10^18 times as large, 10^18 times the conviction, up to the unit to which the small one was rounded."""
    ticks = [sum(gaps[:number]) for number in range(len(gaps) + 1)]
    history = list(zip(ticks, stakes, strict=False))
    at = ticks[-1] + 5
    ether, wei = COUNT(history, at=at, decay=decay), COUNT([(tick, stake * 10**18) for tick, stake in history], at=at, decay=decay)
    assert abs(wei - ether * 10**18) <= len(history) * 10**18


@given(st.integers(0, 200), decays, st.integers(0, AMOUNT_MAX))
def test_a_start_is_what_was_there(ticks, decay, stake):
    before = COUNT([(0, stake)], at=ticks, decay=decay)
    assert COUNT([(0, stake), (ticks, 0)], at=2 * ticks, decay=decay) == COUNT([], at=ticks, decay=decay, start=before)


def test_conviction_is_rounded_to_the_nearest_a_half_up():
    assert [COUNT([], at=1, decay="1/2", start=start) for start in (1, 3)] == [1, 2]
    assert [COUNT([], at=1, decay="2/5", start=start) for start in (1, 2, 3)] == [0, 1, 1]


@given(st.integers(5_000_000, 9_999_999).map(lambda kept: f"{kept}/10000000"), st.integers(3, 100))
def test_each_product_of_powers_is_rounded_to_the_nearest(decay, ticks):
    """A start of 2^128 shows the power itself, in units of 2^-128: (2/3)^2 is 4/9 of them, rounded up from 8/9."""
    base, power = Fraction(int(Fraction(decay) * 2**128)), Fraction(2**128)
    for digit in reversed(f"{ticks:b}"):
        power = Fraction(int(power * base / 2**128 + Fraction(1, 2))) if digit == "1" else power
        base = Fraction(int(base * base / 2**128 + Fraction(1, 2)))
    assert COUNT([], at=ticks, decay=decay, start=2**128) == power
    assert COUNT([], at=2, decay="2/3", start=2**128) == 2**130 // 9


def test_the_app_cuts_off_once_more_than_gardens():
    asked = {"requested": 0, "funds": 1, "staked": 2**64, "decay": "9999599/10000000"}
    hard, square = Fraction(2**128 // 500), (2**64 // 5) ** 2 // 2**64
    exact = [int(Fraction(each) * 10_000_000 / 401) for each in (hard // square, hard / square)]
    assert exact[0] < exact[1]
    assert [module.threshold(**asked, order=order) for order in ("app", "gardens")] == exact


def test_a_threshold_counts_at_least_so_much_as_staked():
    """The app takes a fifth of all tokens for what is staked, where less is."""
    asked = {"requested": 1_000, "funds": 15_000, "decay": "9/10"}
    assert module.threshold(**asked, staked=10, stake_min=45_000) == 50_625 == module.threshold(**asked, staked=45_000, stake_min=10)


@pytest.mark.parametrize("decay", ["1", "1/1"])
def test_what_never_fades_is_refused(decay):
    with pytest.raises(Refusal, match="give a share below 1"):
        COUNT([(0, 5)], at=3, decay=decay)


def test_a_request_at_the_very_bound_is_never_paid():
    asked = {"funds": 10**18, "staked": 10, "decay": "9/10", "asked_max": "1/5"}
    assert module.threshold(requested=10**18 // 5, **asked) is None
    assert module.threshold(requested=10**18 // 5 - 1, **asked) is None, "less than 2^-32 of the funds below it"
    assert module.threshold(requested=10**18 // 5 - 10**9, **asked) is not None


@given(st.integers(1, AMOUNT_MAX), st.integers(1, AMOUNT_MAX), st.integers(0, AMOUNT_MAX), decays, st.integers(0, 10**6))
def test_a_threshold_is_cut_off_from_the_exact_one(requested, funds, staked, decay, points_min):
    """Never below the points that a request needs at least, and within what 2^-64 and 2^-128 leave of the formula."""
    exact_room = Fraction(1, 5) - Fraction(requested, funds)
    thresholds = {
        order: module.threshold(requested=requested, funds=funds, staked=staked, decay=decay, points_min=points_min, order=order)
        for order in ("app", "gardens")
    }
    if exact_room <= 0:
        assert set(thresholds.values()) == {None}
    elif exact_room > Fraction(1, 1000):
        exact = Fraction(1, 500) * staked / (1 - Fraction(decay)) / exact_room**2
        least = points_min / (1 - Fraction(decay))
        for each in thresholds.values():
            assert each >= int(least)
            assert abs(each - max(exact, least)) <= exact / 2**40 / (1 - Fraction(decay)) + 2


@pytest.mark.parametrize(("requested", "funds", "staked"), [(-1, 1, 1), (1, -1, 1), (1, 1, -1)])
def test_amounts_below_nothing_are_refused(requested, funds, staked):
    with pytest.raises(Refusal, match="give amounts from 0"):
        module.threshold(requested=requested, funds=funds, staked=staked, decay="1/2")


def test_one_hour_of_colony_is_its_published_factor():
    """colonyNetwork (commit 2a3f7bbd): 999679150010889 / 10^15 an hour, half in 90 days."""
    assert FADED([(0, 10**15)], at=1) == 999_679_150_010_889
    assert abs(FADED([(0, 10**18)], at=90 * 24) - 5 * 10**17) < 10**7
    assert [FADED([(0, 3_117)], at=hour) for hour in (0, 1, 2)] == [3_117, 3_115, 3_114], "cut off every hour"


@given(st.integers(0, AMOUNT_MAX), st.integers(0, 5_000))
def test_reputation_fades_by_hours_and_by_squares_alike(held, hours):
    with localcontext(prec=120):
        exact = held * (Decimal(999_679_150_010_889) / 10**15) ** hours
        assert exact - 3_200 <= FADED([(0, held)], at=hours) <= exact, "one hour takes less than a unit more, and those fade too"
        assert exact * (1 - Decimal(hours) / 10**14) - 14 <= FADED([(0, held)], at=hours, by="squares") <= exact


def test_a_loss_does_not_go_below_nothing_and_is_not_a_debt():
    assert FADED([(0, 100), (5, -500), (6, 30)], at=6) == 30


def test_a_reputation_that_grows_by_itself_is_refused():
    with pytest.raises(Refusal, match="nothing grows by itself"):
        FADED([(0, 5)], at=3, kept=3, of=2)
    with pytest.raises(Refusal, match="oldest first"):
        FADED([(5, 5), (4, 5)], at=9)
    assert FADED([(0, 5)], at=10**9, kept=2, of=2) == 5
