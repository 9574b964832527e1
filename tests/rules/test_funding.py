"""Funding rules: laws of matching, and the plainest way to say each, in floats far more exact than a unit of money."""

from __future__ import annotations

from decimal import Decimal, getcontext
from fractions import Fraction
from itertools import combinations, permutations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.elections.election import Election
from engine.refusals import Refusal
from engine.rules import names, rule, tally
from engine.rules.funding import _matching
from engine.rules.funding import conviction as conviction_module
from engine.rules.funding import pairwise_funding as pairwise_funding_module
from tests.rules.elections import elections

getcontext().prec = 60
MATCHING = ("quadratic_funding", "pairwise_funding", "cluster_match")
SETTINGS = {"quadratic_funding": {}, "pairwise_funding": {"bound": 7}, "cluster_match": {}}
gifts = elections("cumulative", options_max=4, ballots_max=5)


def claims(name: str, election: Election) -> list[Decimal]:
    """What each option claims, in units of money."""
    outcome = tally(name, election, pool=1, **SETTINGS[name])
    return [Decimal(claim) / _matching.UNIT for claim in outcome.facts]


def people(election: Election) -> list[list[int]]:
    return [row for row, weight in zip(election.table.tolist(), election.weights.tolist(), strict=True) for _ in range(weight)]


def root(number: int) -> Decimal:
    return Decimal(number).sqrt()


def test_every_rule_that_matches_is_tested_here():
    assert set(names("funding")) == {*MATCHING, "conviction"}


@given(gifts)
def test_the_claim_of_quadratic_funding_is_twice_the_roots_of_all_pairs(election):
    for place, claim in enumerate(claims("quadratic_funding", election)):
        given_ = [row[place] for row in people(election) if row[place]]
        assert abs(claim - 2 * sum(root(a * b) for a, b in combinations(given_, 2))) < Decimal("1e-9")


@given(gifts)
def test_the_claim_of_pairwise_funding_is_what_each_pair_may_move(election):
    found = claims("pairwise_funding", election)
    for place, claim in enumerate(found):
        expected = Decimal(0)
        for one, other in combinations(people(election), 2):
            together = sum(root(a * b) for a, b in zip(one, other, strict=True))
            expected += 2 * root(one[place] * other[place]) * 7 / (7 + together)
        assert abs(claim - expected) < Decimal("1e-9")


@given(gifts)
@settings(max_examples=60)
def test_the_claim_of_cluster_match_is_what_each_pair_of_groups_moves(election):
    everybody, many = people(election), len(election.options)
    groups = [{place for place, amount in enumerate(row) if amount} for row in everybody]
    for place, claim in enumerate(claims("cluster_match", election)):
        backers = [number for number, row in enumerate(everybody) if row[place]]

        def gives(one: int, other: int, place: int = place, backers: list[int] = backers) -> Decimal:
            found = Decimal(0)
            for number in backers:
                if one in groups[number]:
                    friends = any(groups[number] & groups[each] for each in range(len(everybody)) if other in groups[each])
                    amount = everybody[number][place]
                    found += (root(amount) if friends else Decimal(amount)) / len(groups[number])
            return found

        expected = sum((2 * (gives(g, h) * gives(h, g)).sqrt() for g, h in combinations(range(many), 2)), Decimal(0))
        assert abs(claim - (expected if len(backers) > 1 else 0)) < Decimal("1e-5")


@pytest.mark.parametrize("name", MATCHING)
@given(election=gifts, pool=st.integers(1, 400), cap=st.sampled_from(["1", "1/2", "1/3", "0"]), fill=st.booleans())
@settings(max_examples=60)
def test_payouts_stay_within_the_pool_and_below_the_cap(name, election, pool, cap, fill):
    outcome = tally(name, election, pool=pool, cap=cap, fill=fill, **SETTINGS[name])
    paid = list(outcome.scores.values())
    assert all(type(amount) is int and 0 <= amount <= Fraction(cap) * pool for amount in paid)
    claimed = sum(map(int, outcome.facts))
    assert sum(paid) <= (pool if fill else min(pool, claimed // _matching.UNIT))
    if cap == "1":
        assert sum(paid) == (0 if not claimed else pool if fill else min(pool, claimed // _matching.UNIT)), "nothing is lost"


@pytest.mark.parametrize("name", MATCHING)
@given(election=gifts, pool=st.integers(1, 400))
@settings(max_examples=40)
def test_neither_the_order_of_gifts_nor_a_name_changes_a_payout(name, election, pool):
    turned = election.changed(table=election.table[::-1], weights=election.weights[::-1])
    first = tally(name, election, pool=pool, **SETTINGS[name])
    assert tally(name, turned, pool=pool, **SETTINGS[name]).scores == first.scores
    for order in permutations(range(len(election.options))):
        moved = election.changed(options=[election.options[place] for place in order], table=election.table[:, order])
        again = tally(name, moved, pool=pool, **SETTINGS[name])
        assert again.scores == first.scores or first.ties, "only a tie is decided by the listing, and it is told"


@pytest.mark.parametrize("name", MATCHING)
@given(election=gifts)
@settings(max_examples=40)
def test_one_contributor_alone_is_not_matched(name, election):
    assume(election.options)
    alone = election.changed(table=election.table[:1], weights=election.weights[:1] * 0 + 1)
    assert claims(name, alone) == [0] * len(alone.options)


@given(gifts)
@settings(max_examples=40)
def test_a_pair_bound_by_very_much_is_plain_quadratic_funding(election):
    outcome = tally("pairwise_funding", election, pool=1, bound=10**12)
    for ours, plain in zip(outcome.facts, claims("quadratic_funding", election), strict=True):
        assert abs(Decimal(ours) / _matching.UNIT - plain) < Decimal("1e-6")


@given(gifts)
@settings(max_examples=40)
def test_to_part_a_gift_over_invented_people_pays(election):
    """The well-known failure of matching by roots: pinned, so that nobody promises otherwise."""
    split = Election.of(["a"], "cumulative", [[1]], [4])
    whole = Election.of(["a"], "cumulative", [[4]], [1])
    assert tally("quadratic_funding", split, pool=99).scores["a"] == 12
    assert tally("quadratic_funding", whole, pool=99).scores["a"] == 0


def test_what_a_cap_cuts_off_goes_to_the_others():
    votes = Election.read("9: a 100\n2: b 100\n2: c 100")
    assert tally("quadratic_funding", votes, pool=100).scores == {"a": 95, "b": 3, "c": 2}
    assert tally("quadratic_funding", votes, pool=100).ties == (("b", "c"),)
    assert tally("quadratic_funding", votes, pool=100, cap="1/2").scores == {"a": 50, "b": 25, "c": 25}


def test_too_many_pairs_are_refused(monkeypatch):
    monkeypatch.setattr(pairwise_funding_module, "PAIRS_MAX", 2)
    with pytest.raises(Refusal, match="too_large"):
        tally("pairwise_funding", Election.read("1: a 1\n1: a 2\n1: a 3"), pool=9, bound=1)


HALVED = rule("funding", "conviction").function
histories = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 10**6)), max_size=5).map(
    lambda each: sorted(each, key=lambda one: one[0])
)


@given(histories, st.integers(0, 80), st.integers(1, 40))
def test_conviction_is_the_sum_of_all_that_was_staked_faded_since(history, at, half_life):
    a = Decimal(2) ** (Decimal(-1) / half_life)
    exact = Decimal(0)
    for tick in range(at):
        stake = next((amount for start, amount in reversed(history) if start <= tick), 0)
        exact = a * exact + stake
    assert abs(HALVED(history, at=at, half_life=half_life) - exact) <= len(history) + 1, "cut off once for each change"


@given(st.integers(0, 10**9), st.integers(1, 10**4))
def test_conviction_halves_in_its_half_life(stake, half_life):
    before = HALVED([(0, stake), (half_life, 0)], at=half_life, half_life=half_life)
    after = HALVED([(0, stake), (half_life, 0)], at=2 * half_life, half_life=half_life)
    assert after in (before // 2, (before + 1) // 2)


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_powers_of_a_half_multiply(ticks, half_life):
    assert conviction_module.power(half_life, half_life) == conviction_module.ONE // 2
    one, both = conviction_module.power(ticks, half_life), conviction_module.power(2 * ticks, half_life)
    assert abs((one * one >> conviction_module.BITS) - both) <= 3


def test_a_threshold_rises_with_what_is_asked_for_and_has_an_end():
    asked = {"funds": 1_000, "staked": 5_000, "half_life": 10}
    found = [conviction_module.threshold(requested=part, **asked) for part in (0, 50, 100, 150, 199, 200, 300)]
    assert found[:5] == sorted(found[:5]) and found[5:] == [None, None]


@pytest.mark.parametrize("history", [[(5, 1), (4, 1)], [(0, -1)], [(-1, 1)]])
def test_a_history_out_of_order_is_refused(history):
    with pytest.raises(Refusal, match="oldest first"):
        HALVED(history, at=9, half_life=3)
