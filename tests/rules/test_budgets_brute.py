"""Budget rules against the plainest way to say them, on small elections and on real ones."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.elections import files
from engine.elections.election import Election
from engine.refusals import Refusal
from engine.rules import tally
from engine.rules.voting import knapsack as module
from tests.conftest import shared
from tests.rules.elections import elections


def every_set(election: Election) -> list[tuple[int, ...]]:
    places = range(len(election.options))
    return [chosen for size in range(len(places) + 1) for chosen in combinations(places, size)]


@given(elections("approval", budget=True, options_max=6))
def test_no_set_is_better_than_the_knapsacks(election):
    votes = election.sums.tolist()
    allowed = [
        chosen
        for chosen in every_set(election)
        if sum(election.costs[place] for place in chosen) <= election.budget and all(votes[place] for place in chosen)
    ]
    best = max(allowed, key=lambda chosen: (sum(votes[place] for place in chosen), -sum(election.costs[place] for place in chosen)))
    rank = (sum(votes[place] for place in best), sum(election.costs[place] for place in best))
    equals = [
        chosen for chosen in allowed if (sum(votes[place] for place in chosen), sum(election.costs[place] for place in chosen)) == rank
    ]
    outcome = tally("knapsack", election)
    ours = tuple(election.options.index(name) for name in outcome.winners)
    assert ours in equals
    assert ours == min(equals, key=lambda chosen: [place not in chosen for place in range(len(election.options))])
    assert bool(outcome.ties) == (len(equals) > 1)


@given(elections("approval", budget=True, options_max=5))
def test_phragmens_loads_are_the_least_there_are(election):
    """Replayed on whole ballots: every option funded left the highest load lowest, and the next one was too expensive."""
    ballots = [row for row, weight in zip(election.support.tolist(), election.weights.tolist(), strict=True) for _ in range(weight)]
    loads, left, funded = [Fraction(0)] * len(ballots), election.budget, []
    while True:
        after = {}
        for place in range(len(election.options)):
            friends = [voter for voter, ballot in enumerate(ballots) if ballot[place]]
            if friends and place not in funded:
                after[place] = (election.costs[place] + sum(loads[voter] for voter in friends)) / len(friends)
        lowest = min(after.values(), default=None)
        equals = [place for place, load in after.items() if load == lowest]
        if not equals or any(election.costs[place] > left for place in equals):
            break
        place = equals[0]
        funded.append(place)
        left -= election.costs[place]
        loads = [lowest if ballot[place] else load for ballot, load in zip(ballots, loads, strict=True)]
    assert set(tally("budget_phragmen", election).winners) == {election.options[place] for place in funded}


@pytest.mark.parametrize("name", ["Poland_Warszawa_2021_Mokotow.pb", "Poland_Wieliczka_2023_Green_Budget.pb", "France_Toulouse_2024.pb"])
@pytest.mark.parametrize("worth", ["votes", "cost"])
def test_the_best_of_real_budgets_beats_greedy_on_its_own_measure(name, worth):
    election = files.read(shared(f"elections/pabulib/{name}"))
    value = {
        name: votes * (cost if worth == "cost" else 1)
        for name, votes, cost in zip(election.options, election.sums.tolist(), election.costs, strict=True)
    }
    best, greedy = (
        sum(value[name] for name in tally(rule, election, **given).winners)
        for rule, given in (("knapsack", {"worth": worth}), ("greedy", {}))
    )
    assert best >= greedy


def test_too_many_sets_are_refused(monkeypatch):
    monkeypatch.setattr(module, "SETS_MAX", 3)
    town = Election.read("costs: a 10, b 11, c 13, d 17\nbudget: 30\n3: a\n4: b\n5: c\n6: d")
    with pytest.raises(Refusal, match="too_large: the election has more than 3 sets to compare"):
        tally("knapsack", town)


def test_greedy_in_the_order_of_votes_per_cost_and_with_a_threshold():
    town = Election.read("costs: garden 600, pool 400, bench 100, sign 0\nbudget: 700\n5: garden\n4: pool, bench\n1: bench, sign")
    assert tally("greedy", town, order="votes_per_cost").winners == ("pool", "bench", "sign")
    assert tally("greedy", town, votes_min=2).winners == ("garden", "bench")


def order_matters(rule: str, election: Election, **parameters: object) -> bool:
    """Whether another listing of the same options funds others."""
    funded = set()
    for order in permutations(range(len(election.options))):
        moved = election.changed(
            options=[election.options[place] for place in order],
            table=election.table[:, order],
            costs=[election.costs[place] for place in order],
        )
        funded.add(frozenset(tally(rule, moved, **parameters).winners))
    return len(funded) > 1


@pytest.mark.parametrize(
    ("rule", "parameters"),
    [
        ("greedy", {}),
        ("greedy", {"skip": False}),
        ("greedy", {"order": "votes_per_cost"}),
        ("equal_shares", {"utility": "cost"}),
        ("equal_shares", {"utility": "cardinality"}),
        ("equal_shares", {"utility": "cost", "compare": "satisfaction"}),
        ("equal_shares", {"utility": "cardinality", "completion": "utilitarian"}),
        ("equal_shares", {"completion": "add_one_utilitarian", "votes_min": 2, "compare": "exclusion"}),
        ("knapsack", {}),
        ("budget_phragmen", {}),
    ],
    ids=str,
)
@given(election=elections("approval", budget=True, options_max=4))
@settings(max_examples=60)
def test_where_the_listing_decides_a_tie_is_reported(rule, parameters, election):
    assert tally(rule, election, **parameters).ties or not order_matters(rule, election, **parameters)


def test_money_and_points_beyond_a_floats_digits_prune_no_best_set():
    """A bound in floats once lost every set, and with them the poll."""
    points, costs = [765101, 944872, 985580, 481388, 485431], [44054926984, 45551400686, 51028821003, 32716069940, 41818211990]
    table = [[given * (place == voter) for place in range(5)] for voter, given in enumerate(points)]
    election = Election.of("abcde", "score", table, None, costs, 173729171411)
    best = max(
        (chosen for chosen in every_set(election) if sum(costs[place] for place in chosen) <= 173729171411),
        key=lambda chosen: sum(points[place] * costs[place] for place in chosen),
    )
    assert tally("knapsack", election, worth="cost").winners == tuple("abcde"[place] for place in best)


@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**11)), min_size=1, max_size=6), st.integers(0, 3 * 10**11))
def test_no_set_of_expensive_options_is_better_than_the_knapsacks(options, budget):
    points, costs = zip(*options, strict=True)
    budget = max(budget, *costs, 0)
    table = [[given * (place == voter) for place in range(len(points))] for voter, given in enumerate(points)]
    election = Election.of([f"o{place}" for place in range(len(points))], "score", table, None, costs, budget)
    worth = [
        sum(points[place] * costs[place] for place in chosen)
        for chosen in every_set(election)
        if sum(costs[place] for place in chosen) <= budget
    ]
    outcome = tally("knapsack", election, worth="cost")
    assert sum(points[election.options.index(name)] * costs[election.options.index(name)] for name in outcome.winners) == max(worth)


def test_what_the_threshold_left_out_is_not_taken_back_by_the_comparison():
    town = Election.read("costs: a 5, b 5\nbudget: 5\n1: a 10\n3: b 1")
    assert tally("equal_shares", town, votes_min=4, compare="exclusion").winners == ()
    assert tally("equal_shares", town, votes_min=3, compare="exclusion").winners == ("b",)


def test_equals_that_are_all_funded_are_not_a_tie_for_what_is_left():
    town = Election.read("costs: a 5, b 5\nbudget: 12\n1: a\n1: b\n2:")
    assert tally("equal_shares", town, utility="cardinality", completion="utilitarian").ties == ()


def test_adding_money_without_end_stops_and_says_so():
    town = Election.read("costs: a 100000000, b 90000000\nbudget: 150000000\n1: a\n9: b")
    steps = tally("equal_shares", town, completion="add_one").steps
    assert "adding stopped after 10,000 times" in steps


def test_phragmen_reports_a_tie_with_what_is_too_expensive_and_one_that_decides_later():
    town = Election.read("costs: a 2, b 4, c 1\nbudget: 4\n1: a\n2: b\n1: c")
    assert tally("budget_phragmen", town).winners == ("c",) and tally("budget_phragmen", town).ties == (("a", "b"),)
    rows = [[1, 1, 0, 1, 0], [0, 1, 1, 0, 1], [1, 1, 0, 0, 0], [1, 0, 1, 1, 1], [0, 0, 1, 0, 1]]
    election = Election.of("abcde", "approval", rows, [2] * 5, (3, 1, 1, 4, 3), 7)
    assert tally("budget_phragmen", election).ties


@pytest.mark.parametrize(
    ("rule", "parameters"), [("greedy", {}), ("knapsack", {}), ("equal_shares", {"utility": "additive", "completion": "utilitarian"})]
)
@given(election=elections("ranked", budget=True))
@settings(max_examples=40)
def test_a_ranked_budget_is_one_by_bordas_points(rule, parameters, election):
    points = [[sum(other > cell for other in row) for cell in row] for row in election.table.tolist()]
    graded = Election.of(election.options, "score", points, election.weights, election.costs, election.budget)
    ranked = tally(rule, election, **parameters)
    assert (ranked.winners, ranked.ties, ranked.facts) == ((again := tally(rule, graded, **parameters)).winners, again.ties, again.facts)


def test_values_for_which_int64_has_no_room_prune_nothing():
    election = Election.of(["a", "b"], "score", [[2**19, 2**18]], [2**11], [2**29, int(1.2 * 2**31)], 2**40)
    assert tally("knapsack", election, worth="cost").winners == ("a", "b")


def test_additions_that_only_fractions_tell_apart_come_to_an_end(monkeypatch):
    monkeypatch.setattr(
        "engine.rules.voting.equal_shares._additions.bought_for", lambda voters, shares, errors, meter: [None] * len(shares)
    )
    monkeypatch.setattr("engine.rules.voting.equal_shares._shares.SHARES_EXACT_WORK", 0)
    town = Election.read("costs: a 1000, b 1000\nbudget: 1000\n1: a\n1: b\n1: a, b")
    with pytest.raises(Refusal, match="only exact fractions tell apart"):
        tally("equal_shares", town, completion="add_one")
