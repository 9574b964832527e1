"""Sums are conserved: whatever is posted, every unit sums to zero."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ledger import LOT_MAX, WIDTH, Accounts, Entry, Lots
from engine.refusals import Refusal
from engine.rules import rule
from engine.rules.reward._remainders import largest_remainder

moves = st.lists(
    st.tuples(st.sampled_from(["earn", "spend", "write off"]), st.sampled_from([0, 1]), st.integers(1, 50), st.integers(0, 9)), max_size=30
)


@given(moves)
def test_points_neither_appear_nor_vanish(moves):
    """Against a model of a few lines: every lot as (holder, points, from, until), spent oldest first."""
    lots, model, now = Lots(), [], 0
    for what, holder, points, step in moves:
        now += step
        held = {one: sum(lot[1] for lot in model if lot[0] == one and lot[2] <= now < lot[3]) for one in (0, 1)}
        if what == "earn":
            vests_at, expires_at = (now + 3 if points % 5 == 0 else 0), (0 if points % 3 else now + 10)
            lots.earn(holder, points, vests_at, expires_at)
            model.append([holder, points, vests_at, expires_at or 10**9])
        elif what == "write off":
            over = {one: sum(lot[1] for lot in model if lot[0] == one and lot[3] <= now) for one in (0, 1)}
            assert lots.due(now, 9) == {one: points for one, points in over.items() if points}
            lots.write_off(lots.due(now, 9), now)
            model = [lot for lot in model if lot[3] > now]
            assert lots.due(now, 9) == {}
        elif points > held[holder]:
            with pytest.raises(Refusal, match="points_short"):
                lots.spend(holder, points, now)
        else:
            lots.spend(holder, points, now)
            for lot in model:
                if lot[0] == holder and lot[2] <= now < lot[3]:
                    taken = min(points, lot[1])
                    lot[1] -= taken
                    points -= taken
        again = Lots(dict(lots.lots), lots.issued, lots.spent, lots.expired)
        for book in (lots, again):
            assert [book.spendable(one, now) for one in (0, 1)] == list(book.all_spendable(2, now))
            assert [book.totals.get(one, 0) for one in (0, 1)] == [sum(lot[1] for lot in model if lot[0] == one) for one in (0, 1)]
            assert book.due(now, 9) == lots.due(now, 9)
        for later in range(now, now + 12):
            assert list(again.all_spendable(2, later)) == list(lots.all_spendable(2, later))
            assert again.due(later, 9) == lots.due(later, 9)
        assert lots.issued == lots.spent + lots.expired + sum(lots.totals.values())


def test_the_oldest_points_are_spent_first():
    lots = Lots()
    lots.earn(1, 10, expires_at=100)
    lots.earn(1, 10)
    lots.spend(1, 12, 2)
    assert lots.spendable(1, 2) == lots.spendable(1, 101) == 8


def test_points_count_from_the_moment_they_vest_until_they_expire():
    lots = Lots()
    lots.earn(1, 10, vests_at=50, expires_at=100)
    assert [lots.spendable(1, now) for now in (49, 50, 99, 100)] == [0, 10, 10, 0]
    with pytest.raises(Refusal, match="points_short"):
        lots.spend(1, 1, 49)


def test_points_end_in_the_books_at_the_very_moment_they_expire():
    lots = Lots()
    lots.earn(1, 10, expires_at=100)
    lots.earn(1, 5, expires_at=101)
    assert (lots.due(99, 9), lots.due(100, 9)) == ({}, {1: 10})
    lots.write_off([1], 100)
    assert (lots.expired, lots.totals[1], lots.due(100, 9)) == (10, 5, {})


def test_points_of_one_moment_make_one_lot():
    lots = Lots()
    for _ in range(1_000):
        lots.earn(1, 2, expires_at=100)
    assert len(lots.lots[1]) == 3


def test_a_posting_that_does_not_balance_stops_us():
    with pytest.raises(AssertionError):
        Accounts().post(Entry("funds", 1))


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


def test_what_expires_this_very_moment_is_spendable_by_nobody():
    lots = Lots()
    lots.earn(1, 10, expires_at=100)
    lots.earn(2, 7, vests_at=100)
    assert [list(lots.all_spendable(3, now)) for now in (99, 100)] == [[0, 10, 0], [0, 0, 7]]


def test_a_lot_is_as_large_as_a_column_holds_and_what_is_more_is_another():
    lots = Lots()
    lots.earn(1, LOT_MAX - 1)
    lots.earn(1, 1)
    assert len(lots.lots[1]) == WIDTH
    lots.earn(1, 1)
    assert len(lots.lots[1]) == 2 * WIDTH and lots.totals[1] == LOT_MAX + 1
