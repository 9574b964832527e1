"""Rules against the plainest program that says the same, on small elections with ties everywhere."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.elections.election import Election
from engine.elections.work import Meter
from engine.rules import tally
from engine.rules.voting.equal_shares._batch import EPS, bought_for
from engine.rules.voting.equal_shares._shares import Count
from tests.rules.elections import elections


def runoff_winners(election: Election) -> set[str]:
    """Instant runoff by trying every order of dropping tied options, one at a time, to the last option."""
    rows = [(list(map(int, row)), int(weight)) for row, weight in zip(election.table, election.weights, strict=True)]
    option_count = len(election.options)

    @cache
    def winners(left: frozenset[int]) -> frozenset[int]:
        votes, alive = dict.fromkeys(left, 0), 0
        for ranks, weight in rows:
            best = min(ranks[place] for place in left)
            tops = [place for place in left if ranks[place] == best]
            if best < option_count:
                alive += weight
                if len(tops) == 1:
                    votes[tops[0]] += weight
        if len(left) == 1:
            return left
        if not alive:
            return left
        for place in left:
            if 2 * votes[place] > alive:
                return frozenset([place])
        fewest = min(votes.values())
        return frozenset().union(*(winners(left - {place}) for place in left if votes[place] == fewest))

    return {election.options[place] for place in winners(frozenset(range(option_count)))}


@given(elections("ranked"))
def test_instant_runoff_is_every_way_of_dropping_ties(election):
    assert set(tally("instant_runoff", election).winners) == runoff_winners(election)


def schulze_winners(election: Election) -> set[str]:
    """Schulze by looking at every path without a repeated option."""
    pairs, places = election.pairwise, range(len(election.options))

    def strength(start: int, end: int, seen: frozenset[int]) -> int:
        best = 0
        for step in places:
            if step not in seen and pairs[start, step] > pairs[step, start]:
                rest = int(pairs[start, step])
                best = max(best, rest if step == end else min(rest, strength(step, end, seen | {step})))
        return best

    paths = {(a, b): strength(a, b, frozenset([a])) for a in places for b in places if a != b}
    return {election.options[a] for a in places if all(paths[a, b] >= paths[b, a] for b in places if a != b)}


@given(elections("ranked", options_max=4))
def test_schulze_is_the_strongest_of_all_paths(election):
    assert set(tally("schulze", election).winners) == schulze_winners(election)


def shares_winners(election: Election, utility: str, share: Fraction | None = None) -> set[str]:
    """Equal shares voter by voter, in fractions, each beginning with `share`, or else with an equal part of the budget."""
    voters = [row for row, weight in zip(election.table.tolist(), election.weights.tolist(), strict=True) for _ in range(weight)]
    money = [Fraction(election.budget or 0, len(voters)) if share is None else share] * len(voters)
    costs, bought = election.costs or (), set()
    while True:
        bids = []
        for place, cost in enumerate(costs):
            use = [(voter, row[place] if utility == "additive" else 1) for voter, row in enumerate(voters) if row[place] > 0]
            if place in bought or sum(money[voter] for voter, _ in use) < cost or not use:
                continue
            rest, taking = Fraction(cost), sum(unit for _, unit in use)
            for voter, unit in sorted(use, key=lambda one: money[one[0]] / one[1]):
                if money[voter] * taking >= rest * unit:
                    break
                rest, taking = rest - money[voter], taking - unit
            price = rest / taking
            bids.append((price / max(cost if utility == "cost" else 1, 1), place, price, use))
        if not bids:
            return {election.options[place] for place in bought}
        _, place, price, use = min(bids, key=lambda bid: bid[:2])
        for voter, unit in use:
            money[voter] = max(Fraction(0), money[voter] - price * unit)
        bought.add(place)


@given(elections("cumulative", budget=True), st.sampled_from(["cost", "cardinality", "additive"]))
def test_equal_shares_is_what_single_voters_would_pay(election, utility):
    assert set(tally("equal_shares", election, utility=utility).winners) == shares_winners(election, utility)


@given(elections("cumulative", budget=True), st.sampled_from(["cost", "cardinality", "additive"]), st.integers(1, 3))
@settings(max_examples=300)
def test_shares_counted_together_buy_what_each_would_buy_alone(election, utility, increment):
    """The bounds of floating point never say more than exact fractions do."""
    count, steps = Count(election, utility), 40
    raised, bought = 0, count.buy(0)
    for _ in range(steps):
        more = count.buy(raised + increment)
        if count.cost(more) > (election.budget or 0) or len(bought) == count.buyable:
            break
        raised, bought = raised + increment, more
    assert count.complete(increment, steps) == (raised, bought)


@given(elections("cumulative", budget=True, options_max=4), st.sampled_from(["cost", "cardinality", "additive"]), st.data())
@settings(max_examples=200)
def test_twins_are_told_apart_by_the_listing_alone(election, utility, data):
    """Options that cost the same and are supported by the same stand open for no bound: the first listed is bought first."""
    place = data.draw(st.integers(0, len(election.options) - 1))
    twins = Election.of(
        [*election.options, "twin"],
        "cumulative",
        np.column_stack([election.table, election.table[:, place]]),
        election.weights,
        [*election.costs, election.costs[place]],
        election.budget,
    )
    count = Count(twins, utility)
    raised = [count.share(number) for number in range(8)]
    numbers = np.array([float(share) for share in raised])
    purchases = bought_for(count.voters(), numbers, numbers * EPS, Meter(""))
    for number, bought in enumerate(purchases):
        assert bought is None or bought == {purchase.option for purchase in count.buy(number)}


def test_a_small_poll_with_twins_is_counted_to_its_end():
    """It was refused once, and the poll undecided, because its two equal options looked like too much work."""
    town = Election.of("abc", "approval", [[0, 1, 1], [1, 0, 0], [1, 1, 1]], [3, 5, 1], [634, 372, 372], 1021)
    outcome = tally("equal_shares", town, completion="add_one")
    assert (outcome.winners, outcome.facts[0]) == (("a", "b"), "98")


@given(elections("cumulative", budget=True), st.sampled_from(["cost", "additive"]))
def test_what_is_bought_is_left_open_or_exact(election, utility):
    count = Count(election, utility)
    shares = [count.share(raised) for raised in range(6)]
    numbers = np.array([float(share) for share in shares])
    for raised, bought in enumerate(bought_for(count.voters(), numbers, numbers * EPS, Meter(""))):
        assert bought is None or bought == {purchase.option for purchase in count.buy(raised)}


@given(elections("ranked"))
def test_borda_counts_what_stands_below(election):
    points = dict.fromkeys(election.options, 0)
    for ranks, weight in zip(election.table.tolist(), election.weights.tolist(), strict=True):
        for name, rank in zip(election.options, ranks, strict=True):
            points[name] += weight * sum(other > rank for other in ranks)
    assert tally("borda", election).scores == points


def test_one_resting_ballot_does_not_fork_the_count_over_options_without_votes():
    """Else sixteen options and one ballot that ranks two alike would be too many ways to count."""
    options = ", ".join(f"o{number}" for number in range(16))
    election = Election.read(f"options: {options}\n45: o0 > o1\n30: o1 > o2\n25: o2 > o1\n1: o13 = o14")
    assert tally("instant_runoff", election).winners == ("o1",)
    assert len(tally("instant_runoff", election).steps) < 6


def plain_majority_judgment(table: np.ndarray, weights: np.ndarray) -> list[int]:
    """One middle grade after the other, as the authors say it."""
    lists = [sorted(np.repeat(column, weights).tolist()) for column in table.T]
    left = list(range(len(lists)))
    while True:
        middles = [lists[place][(len(lists[place]) - 1) // 2] for place in left]
        left = [place for place, middle in zip(left, middles, strict=True) if middle == max(middles)]
        for place in left:
            lists[place].remove(max(middles))
        if len(left) == 1 or not lists[left[0]]:
            return left


@given(elections("score", options_max=4))
def test_majority_judgment_takes_one_grade_after_the_other(election):
    winners = [election.options[place] for place in plain_majority_judgment(election.table, election.weights)]
    assert tally("majority_judgment", election).winners == tuple(winners)


def test_two_grades_that_alternate_a_billion_times_are_one_step():
    election = Election.of("ab", "score", [[3, 3], [5, 5], [9, 8]], [10**9, 10**9, 1])
    assert tally("majority_judgment", election).winners == ("a",)


@pytest.mark.parametrize("voters", [1_000, 10_000, 40_000])
def test_a_price_that_everybody_can_only_just_pay_is_exact(voters):
    """Sums of many floats drift: 26,667 of a budget of 6,667 were spent before their bounds counted every term."""
    table = np.ones((voters, 2), np.int8)
    budget = 8 * voters // 3
    for cost in (2 * voters - 1, 2 * voters, 2 * voters + 1):  # once everybody has two more, there is just enough for both
        election = Election.of("ab", "approval", table, None, [cost, budget], budget)
        spent = sum(
            dict(zip("ab", election.costs, strict=True))[name] for name in tally("equal_shares", election, completion="add_one").winners
        )
        assert spent <= budget


def test_weights_and_points_beyond_a_floats_digits_are_counted_exactly():
    rows, weights = [[500_000, 500_000], [0, 1]], [10**12, 1]
    election = Election.of("ab", "cumulative", rows, weights, [63 * 10**14, 63 * 10**14], 9 * 10**15)
    count = Count(election, "additive")
    exact = frozenset(purchase.option for purchase in count.buy(0))
    assert bought_for(count.voters(), np.array([float(count.share(0))]), np.array([float(count.share(0)) * EPS]), Meter(""))[0] in (
        None,
        exact,
    )
