"""Funding rules: laws of matching, and the plainest way to say each, in decimals far finer than a unit of money."""

from __future__ import annotations

from decimal import Decimal, getcontext
from fractions import Fraction
from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.elections.election import Election
from engine.limits import AMOUNT_MAX
from engine.refusals import Refusal
from engine.rules import names, rule, tally
from engine.rules.funding import _matching
from engine.rules.funding import conviction as conviction_module
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


def test_every_rule_that_matches_is_tested_here_or_with_groups():
    assert set(names("funding")) == {*MATCHING, "clr_fund", "cocm", "vanilla_cluster_match", "conviction", "gardens_conviction"}


@given(gifts)
def test_the_claim_of_quadratic_funding_is_twice_the_roots_of_all_pairs(election):
    for place, claim in enumerate(claims("quadratic_funding", election)):
        given_ = [row[place] for row in people(election) if row[place]]
        assert abs(claim - 2 * sum(root(a * b) for a, b in combinations(given_, 2))) < Decimal("1e-9")


@given(gifts)
def test_the_claim_of_pairwise_funding_is_what_each_pair_may_move(election):
    claimed = claims("pairwise_funding", election)
    for place, claim in enumerate(claimed):
        expected = Decimal(0)
        for one, other in combinations(people(election), 2):
            together = sum(root(a * b) for a, b in zip(one, other, strict=True))
            expected += 2 * root(one[place] * other[place]) * 7 / (7 + together)
        assert abs(claim - expected) < Decimal("1e-9")


def cluster_claim(everybody: list[list[int]], place: int) -> Decimal:
    """The same in groups of names: of the other options each gives to, or of herself alone."""
    named = {number: {other for other, amount in enumerate(row) if amount and other != place} for number, row in enumerate(everybody)}
    groups: dict[object, set[int]] = {}
    for number, row in enumerate(everybody):
        for group in named[number] or ({("alone", number)} if row[place] else set()):
            groups.setdefault(group, set()).add(number)

    def gives(one: object, other: object) -> Decimal:
        given = Decimal(0)
        for number in groups[one]:
            friends = any(named[number] & named[each] for each in groups[other])
            if everybody[number][place] and not friends:
                given += Decimal(everybody[number][place]) / max(1, len(named[number]))
        return given

    return sum((2 * (gives(g, h) * gives(h, g)).sqrt() for g, h in combinations(groups, 2)), Decimal(0))


@given(gifts)
@settings(max_examples=100)
def test_the_claim_of_cluster_match_is_what_each_pair_of_groups_moves(election):
    for place, claim in enumerate(claims("cluster_match", election)):
        assert abs(claim - cluster_claim(people(election), place)) < Decimal("1e-5")


def test_friends_do_not_raise_each_others_gifts_and_strangers_do():
    friends = Election.read("2: garden 100, pool 1")
    strangers = Election.read("1: garden 100, pool 1\n1: garden 100, library 1")
    alone = Election.read("2: garden 100\n1: pool 1")
    paid = [tally("cluster_match", each, pool=10_000).scores["garden"] for each in (friends, strangers, alone)]
    assert paid == [0, 200, 200]


@pytest.mark.parametrize("name", ["quadratic_funding", "cluster_match"])
@given(election=gifts)
@settings(max_examples=40)
def test_a_claim_is_an_amount_of_money(name, election):
    """Counted in cents it is a hundred times what it is in euros."""
    cents = election.changed(table=election.table * 100)
    for euros, hundred in zip(claims(name, election), claims(name, cents), strict=True):
        assert abs(hundred - 100 * euros) < Decimal("1e-3")


@pytest.mark.parametrize("name", MATCHING)
@given(election=gifts, pool=st.integers(1, 400), cap=st.sampled_from(["1", "1/2", "1/3", "0"]), fill=st.booleans())
@settings(max_examples=60)
def test_payouts_stay_within_the_pool_and_below_the_cap(name, election, pool, cap, fill):
    outcome = tally(name, election, pool=pool, cap=cap, fill=fill, **SETTINGS[name])
    paid = list(outcome.scores.values())
    assert all(type(amount) is int and 0 <= amount <= Fraction(cap) * pool for amount in paid)
    claimed = sum(map(int, outcome.facts))
    assert fill or all(amount * _matching.UNIT < int(claim) + _matching.UNIT for amount, claim in zip(paid, outcome.facts, strict=True))
    assert sum(paid) <= (pool if fill else min(pool, claimed // _matching.UNIT))
    if not fill and pool * _matching.UNIT >= claimed:
        whole = [int(claim) // _matching.UNIT for claim in outcome.facts]
        assert all(min(each, int(Fraction(cap) * pool)) <= amount for each, amount in zip(whole, paid, strict=True)), "just the claims"
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
        assert again.scores == first.scores or first.ties, "only a tie is decided by the listing, and it is reported"


@pytest.mark.parametrize("name", MATCHING)
@given(election=gifts)
@settings(max_examples=40)
def test_one_contributor_alone_is_not_matched(name, election):
    alone = election.changed(table=election.table[:1], weights=election.weights[:1] * 0 + 1)
    assert claims(name, alone) == [0] * len(alone.options)


@given(gifts)
@settings(max_examples=40)
def test_a_pair_bound_by_very_much_is_plain_quadratic_funding(election):
    outcome = tally("pairwise_funding", election, pool=1, bound=10**12)
    for ours, plain in zip(outcome.facts, claims("quadratic_funding", election), strict=True):
        assert abs(Decimal(ours) / _matching.UNIT - plain) < Decimal("1e-6")


def test_splitting_a_gift_among_invented_people_pays():
    """The well-known failure of matching by roots: pinned, so that nobody promises otherwise."""
    split = Election.of(["a"], "cumulative", [[1]], [4])
    whole = Election.of(["a"], "cumulative", [[4]], [1])
    assert tally("quadratic_funding", split, pool=99).scores["a"] == 12
    assert tally("quadratic_funding", whole, pool=99).scores["a"] == 0


def test_a_claim_that_a_cap_cuts_leaves_small_ones_as_they_are():
    unit = _matching.UNIT
    for large in (99 * unit, 99 * unit + unit // 2):
        paid, _ = _matching.payouts([large] + [unit // 10] * 10, 100, "1/2", False)
        assert paid[0] == 50 and sum(paid[1:]) == 1


def test_what_a_cap_cuts_off_goes_to_the_others():
    votes = Election.read("9: a 100\n2: b 100\n2: c 100")
    assert tally("quadratic_funding", votes, pool=100).scores == {"a": 95, "b": 3, "c": 2}
    assert tally("quadratic_funding", votes, pool=100).ties == (("b", "c"),)
    assert tally("quadratic_funding", votes, pool=100, cap="1/2").scores == {"a": 50, "b": 25, "c": 25}


@pytest.mark.parametrize("name", ["pairwise_funding", "cluster_match"])
def test_too_much_to_compare_is_refused(name, monkeypatch):
    monkeypatch.setattr(f"engine.rules.funding.{name}.FUNDING_WORK_MAX", 2)
    with pytest.raises(Refusal, match="too_large"):
        tally(name, Election.read("1: a 1\n1: a 2\n1: a 3, b 1"), pool=9, **SETTINGS[name])


def test_a_cap_pays_nobody_more_than_the_claim():
    votes = Election.read("2: a 100\n2: b 4")
    assert tally("quadratic_funding", votes, pool=1000, cap="1/20").scores == {"a": 50, "b": 8}


WEI = 10**18
HOMOGENEOUS = ("quadratic_funding", "pairwise_funding", "cluster_match")
"""Rules whose claims, and with the bound also scaled those of pairwise funding, are amounts of money: counted in wei, 10^18 times as many."""


def in_wei(election: Election) -> Election:
    return Election.of(election.options, "gifts", election.table.astype(object) * WEI, election.weights)


@pytest.mark.parametrize("name", HOMOGENEOUS)
@given(election=gifts)
@settings(max_examples=40)
def test_claims_in_wei_are_those_in_ether(name, election):
    """What is cut off behind twelve decimals of an ether is less than 10^-6 of it, and of a wei nothing that shows."""
    bound = {"bound": SETTINGS[name]["bound"] * WEI} if SETTINGS[name] else {}
    small, large = (
        list(map(int, tally(name, each, pool=1, **given_).facts))
        for each, given_ in ((election, SETTINGS[name]), (in_wei(election), bound))
    )
    for ether, wei in zip(small, large, strict=True):
        assert abs(Fraction(wei, WEI) - ether) <= _matching.UNIT // 10**6


@pytest.mark.parametrize("name", HOMOGENEOUS)
@given(
    st.lists(st.lists(st.sampled_from([0, 1, 4, 9, 16]), min_size=2, max_size=2), min_size=1, max_size=5),
    st.integers(1, 500),
    st.booleans(),
)
@settings(max_examples=60)
def test_gifts_whose_roots_are_whole_are_matched_to_the_wei(name, rows, pool, fill):
    """Nothing is cut off, so that claims are the same to the last digit; and payouts, where every share is a whole number of wei."""
    if name == "cluster_match":
        rows = [[row[0], 0] for row in rows]  # whoever gives to one option alone is a group of one: no root of a sum
    election = Election.of("ab", "cumulative", rows)
    bound = {"bound": 7 * WEI} if name == "pairwise_funding" else {}
    small, large = (
        tally(name, election, pool=pool, fill=fill, **SETTINGS[name]),
        tally(name, in_wei(election), pool=pool * WEI, fill=fill, **bound),
    )
    if name != "pairwise_funding":  # whose quotients are cut off
        assert [int(claim) * WEI for claim in small.facts] == list(map(int, large.facts))
        assert all(abs(amount - Fraction(wei, WEI)) < 1 for amount, wei in zip(small.scores.values(), large.scores.values(), strict=True))


@pytest.mark.parametrize("name", MATCHING)
@given(
    st.lists(st.lists(st.integers(0, 3) | st.integers(0, AMOUNT_MAX // 60), min_size=3, max_size=3), min_size=1, max_size=5),
    st.integers(1, AMOUNT_MAX) | st.just(AMOUNT_MAX),
    st.sampled_from(["1", "1/2", "1/3"]),
    st.booleans(),
)
@settings(max_examples=60)
def test_no_wei_of_any_pool_is_lost_or_invented(name, rows, pool, cap, fill):
    election = Election.of("abc", "gifts", rows, [4] * len(rows))
    outcome = tally(name, election, pool=pool, cap=cap, fill=fill, **SETTINGS[name])
    paid, claimed = list(outcome.scores.values()), sum(map(int, outcome.facts))
    assert all(type(amount) is int and 0 <= amount <= Fraction(cap) * pool for amount in paid)
    assert sum(paid) <= pool
    if cap == "1":
        assert sum(paid) == (0 if not claimed else pool if fill else min(pool, claimed // _matching.UNIT))


def test_a_pool_is_at_most_what_a_contract_holds():
    votes = Election.of("ab", "gifts", [[AMOUNT_MAX // 8, 1]], [4])
    assert sum(tally("quadratic_funding", votes, pool=AMOUNT_MAX, fill=True).scores.values()) == AMOUNT_MAX
    with pytest.raises(Refusal, match="parameter_wrong"):
        tally("quadratic_funding", votes, pool=AMOUNT_MAX + 1)


HALVED = rule("funding", "conviction").function
histories = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 10**6)), max_size=5).map(
    lambda each: sorted(each, key=lambda one: one[0])
)


@given(histories, st.integers(0, 80), st.integers(1, 40))
def test_stakes_in_wei_come_to_as_much_as_in_ether(history, at, half_life):
    ether, wei = (HALVED([(tick, stake * scale) for tick, stake in history], at=at, half_life=half_life) for scale in (1, WEI))
    assert 0 <= wei - ether * WEI <= (len(history) + 1) * WEI, "in ether it is cut off at each change"


@given(histories, st.integers(0, 80), st.integers(1, 40))
def test_conviction_is_the_sum_of_all_that_was_staked_faded_since(history, at, half_life):
    a = Decimal(2) ** (Decimal(-1) / half_life)
    exact = Decimal(0)
    for tick in range(at):
        stake = next((amount for start, amount in reversed(history) if start <= tick), 0)
        exact = a * exact + stake
    assert abs(HALVED(history, at=at, half_life=half_life) - exact) <= len(history) + 1, "cut off once for each change"


def test_a_half_life_of_nothing_is_refused():
    with pytest.raises(Refusal, match="half_life is 0; give a whole number from 1"):
        rule("funding", "conviction").function([(0, 5)], at=3, half_life=0)


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
    exact = [Fraction(5_000, 500) / (Fraction(1, 5) - Fraction(part, 1_000)) ** 2 for part in (0, 50, 100, 150, 199)]
    grown = 1 / (1 - Decimal(2) ** Decimal("-0.1"))
    thresholds = [conviction_module.threshold(requested=part, **asked) for part in (0, 50, 100, 150, 199, 200, 300)]
    assert thresholds[:5] == [int(grown * each.numerator / each.denominator) for each in exact], (
        "what whole conviction is above, is above it"
    )
    assert thresholds[:5] == sorted(thresholds[:5]) and thresholds[5:] == [None, None]


@pytest.mark.parametrize("history", [[(5, 1), (4, 1)], [(0, -1)], [(-1, 1)]])
def test_a_history_out_of_order_is_refused(history):
    with pytest.raises(Refusal, match="oldest first"):
        HALVED(history, at=9, half_life=3)
