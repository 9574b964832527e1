"""Sums are conserved: whatever is posted, every unit sums to zero."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ledger import Entry, Ledger
from engine.refusals import Refusal
from engine.rules import rule
from engine.rules.reward._remainders import largest_remainder

moves = st.lists(
    st.tuples(st.sampled_from(["earn", "spend"]), st.sampled_from(["m1", "m2"]), st.integers(1, 50), st.integers(0, 9)), max_size=30
)


@given(moves)
def test_points_neither_appear_nor_vanish(moves):
    ledger, now = Ledger(), 0
    for what, member, points, step in moves:
        now += step
        ledger.expire(ledger.expired(now), now)
        assert ledger.expired(now) == {}
        before = {one: ledger.points(one, now) for one in ("m1", "m2")}
        if what == "earn":
            ledger.earn(member, points, now, 0 if points % 3 else now + 10)
            assert ledger.points(member, now) == before[member] + points
        elif points > before[member]:
            with pytest.raises(Refusal, match="points_short"):
                ledger.spend(member, points, now)
            assert ledger.points(member, now) == before[member]
        else:
            ledger.spend(member, points, now)
            assert ledger.points(member, now) == before[member] - points
        assert sum(ledger.accounts["points"].values()) == 0
        for one in ("m1", "m2"):
            assert ledger.accounts["points"].get(one, 0) == sum(lot.points for lot in ledger.lots.get(one, []))


def test_the_oldest_points_are_spent_first():
    ledger = Ledger()
    ledger.earn("m1", 10, 0, 100)
    ledger.earn("m1", 10, 1, 0)
    ledger.spend("m1", 12, 2)
    assert ledger.points("m1", 2) == ledger.points("m1", 101) == 8


def test_a_posting_that_does_not_balance_stops_us():
    with pytest.raises(AssertionError):
        Ledger().post("money", Entry("funds", 1))


@given(
    st.integers(0, 10**20), st.dictionaries(st.integers(1, 99).map(lambda n: f"m{n}"), st.integers(0, 10**12), max_size=12), st.randoms()
)
def test_shares_sum_to_the_pot_do_not_depend_on_order_and_stay_close(pot, weights, random):
    shares = largest_remainder(pot, weights)
    order = list(weights)
    random.shuffle(order)
    assert largest_remainder(pot, {one: weights[one] for one in order}) == shares
    total = sum(weights.values())
    if total:
        assert sum(shares.values()) == pot
        assert all(abs(shares[one] * total - pot * weights[one]) < total for one in weights)
    assert all(share >= 0 for share in shares.values())


@pytest.mark.parametrize("name", ["even", "by_points"])
@given(st.integers(1, 10**9), st.dictionaries(st.integers(1, 99).map(lambda n: f"m{n}"), st.integers(0, 500), max_size=9))
def test_every_reward_rule_shares_the_whole_pot_among_those_with_points(name, pot, points):
    shares = rule("reward", name).function(pot, points)
    holders = {one for one, held in points.items() if held}
    assert set(shares) == holders
    assert sum(shares.values()) == (pot if holders else 0)
