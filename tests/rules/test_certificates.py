"""A certificate passes where the count is right, and fails where one number of it, or a winner, is another."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.elections import files
from engine.elections.election import Election
from engine.refusals import Refusal
from engine.rules import counting_rule, rule, tally
from engine.rules.certificates import CHECKED, check, vouched
from tests.conftest import shared
from tests.rules.elections import elections

SHARES = {"completion": ["none", "utilitarian", "add_one", "add_one_utilitarian"], "compare": ["none", "satisfaction", "exclusion"]}
COUNTS = [
    *((name, "ranked", {}) for name in ("borda", "copeland", "smith_set", "split_cycle", "ranked_pairs", "instant_runoff")),
    *((name, "ranked", {"strength": each}) for name in ("schulze", "minimax") for each in ("winning_votes", "margins")),
    ("split_cycle", "ranked", {"strength": "winning_votes"}),
    ("ranked_pairs", "ranked", {"strength": "winning_votes"}),
    ("copeland", "ranked", {"tiebreak": "average_support"}),
    ("plurality", "single", {}),
    *((name, name, {}) for name in ("approval", "score", "cumulative")),
    ("greedy", "cumulative", {}),
    ("greedy", "ranked", {"order": "votes_per_cost", "votes_min": 3}),
    ("greedy", "approval", {"skip": False}),
    ("budget_phragmen", "approval", {}),
    *((name, "approval", {"seats": each}) for name in ("seq_pav", "seq_phragmen", "committee_equal_shares") for each in (1, 2)),
    *(("equal_shares", "cumulative", {"utility": each}) for each in ("cost", "cardinality", "additive")),
    *(("equal_shares", "score", {name: each, "utility": "additive"}) for name, choices in SHARES.items() for each in choices[1:]),
    ("equal_shares", "approval", {"completion": "add_one", "compare": "satisfaction", "stop": "exhaustive", "increment": 2}),
    ("equal_shares", "ranked", {"whole_shares": True, "completion": "utilitarian", "votes_min": 2, "support_min": "1/2"}),
    ("wieliczka_2023", "approval", {}),
    ("swiecie_2023", "approval", {}),
]


def drawn(data, name, kind, **bounds):
    option_count_min = 2 if rule("voting", name).elects == "several" else 1
    return data.draw(elections(kind, budget=rule("voting", name).elects == "budget", **({"options_min": option_count_min} | bounds)))


def test_every_certificate_is_tried():
    assert {rule("voting", name).version for name, _, _ in COUNTS} == set(CHECKED)


@pytest.mark.parametrize(("name", "kind", "parameters"), COUNTS, ids=str)
@given(data=st.data())
@settings(max_examples=80)
def test_the_certificate_of_a_right_count_passes(name, kind, parameters, data):
    election = drawn(data, name, kind)
    check(election, tally(name, election, **parameters), rule("voting", name).complete(parameters))


@pytest.mark.parametrize(("name", "kind", "parameters"), COUNTS, ids=str)
@given(data=st.data())
@settings(max_examples=60)
def test_other_winners_are_not_shown_by_it(name, kind, parameters, data):
    election = drawn(data, name, kind, options_min=2)
    outcome = tally(name, election, **parameters)
    others = tuple(data.draw(st.lists(st.sampled_from(election.options), unique=True)))
    if set(others) == set(outcome.winners):
        return
    tied = (others,) if len(others) > 1 and outcome.ties == (outcome.winners,) else outcome.ties
    with pytest.raises(Refusal, match="proof_wrong"):
        check(election, replace(outcome, winners=others, ties=tied), rule("voting", name).complete(parameters))


@pytest.mark.parametrize(("name", "kind", "parameters"), COUNTS, ids=str)
@given(data=st.data())
@settings(max_examples=25)
def test_a_score_that_is_another_is_seen(name, kind, parameters, data):
    election = drawn(data, name, kind)
    outcome = tally(name, election, **parameters)
    option = data.draw(st.sampled_from(election.options))
    forged = outcome.scores | {option: outcome.scores[option] + data.draw(st.sampled_from([1, -1, Fraction(1, 2)]))}
    with pytest.raises(Refusal, match="proof_wrong"):
        check(election, replace(outcome, scores=forged), rule("voting", name).complete(parameters))


@pytest.mark.parametrize(("name", "kind", "parameters"), COUNTS, ids=str)
@given(data=st.data())
@settings(max_examples=15)
def test_a_round_that_is_another_is_seen(name, kind, parameters, data):
    election = drawn(data, name, kind)
    outcome = tally(name, election, **parameters)
    rounds = [dict(each) for each in outcome.rounds()]
    option = data.draw(st.sampled_from(election.options))
    if rounds and data.draw(st.booleans()):
        number = data.draw(st.integers(0, len(rounds) - 1))
        rounds[number][option] = rounds[number].get(option, 0) + 1
    else:
        rounds.append({option: 7})
    with pytest.raises(Refusal, match="proof_wrong"):
        check(election, replace(outcome, rounds=lambda: rounds), rule("voting", name).complete(parameters))


@pytest.mark.parametrize(("name", "kind", "parameters"), COUNTS, ids=str)
@given(data=st.data())
@settings(max_examples=20)
def test_facts_that_are_not_those_of_the_count_show_nothing(name, kind, parameters, data):
    election, given = drawn(data, name, kind), rule("voting", name).complete(parameters)
    outcome = tally(name, election, **parameters)
    for facts in (["nonsense"], [[]], "x", 7, [*outcome.facts, 1]):
        if facts != outcome.facts:
            with pytest.raises(Refusal, match="proof_wrong"):
                check(election, replace(outcome, certify=lambda facts=facts: facts), given)


@pytest.mark.parametrize(
    ("name", "kind"), [("plurality", "ranked"), ("instant_runoff", "single"), ("borda", "single"), ("score", "approval")]
)
@given(data=st.data())
@settings(max_examples=20)
def test_ballots_are_read_as_the_rule_reads_them(name, kind, data):
    election = data.draw(elections(kind, strict=True))
    try:
        outcome = tally(name, election)
    except Refusal:
        return  # a ballot without a first place
    check(election, outcome, rule("voting", name).complete({}))


@pytest.mark.parametrize("name", ["seq_pav", "seq_phragmen", "committee_equal_shares", "budget_phragmen"])
@given(data=st.data())
@settings(max_examples=60)
def test_somebody_taken_in_another_order_than_was_due_is_seen(name, data):
    """Unless both orders are equally good: then the tie is reported."""
    election = drawn(data, name, "approval", options_min=3)
    parameters = {} if name == "budget_phragmen" else {"seats": 2}
    outcome = tally(name, election, **parameters)
    order = outcome.facts if name.startswith("seq") else outcome.facts[0]
    if len(order) < 2 or outcome.ties:
        return
    turned = [order[1], order[0], *order[2:]]
    facts = turned if name.startswith("seq") else [turned, *outcome.facts[1:]]
    with pytest.raises(Refusal, match="proof_wrong"):
        check(election, replace(outcome, certify=lambda: facts), rule("voting", name).complete(parameters))


@given(st.data())
@settings(max_examples=80)
def test_a_pair_unlocked_or_locked_against_its_place_is_seen(data):
    election = drawn(data, "ranked_pairs", "ranked", options_min=3)
    outcome = tally("ranked_pairs", election)
    pairs, ends, unsettled = outcome.facts
    a, b = data.draw(st.permutations(range(len(election.options))))[:2]
    spoilt = [[seen ^ (1 << b if place == a else 0) for place, seen in enumerate(ends[0])], *ends[1:]]
    with pytest.raises(Refusal, match="proof_wrong"):
        check(election, replace(outcome, certify=lambda: [pairs, spoilt, unsettled]), {})


@given(st.data())
@settings(max_examples=150)
def test_a_pair_or_a_path_that_is_another_is_seen(data):
    election = data.draw(elections("ranked", options_min=2))
    outcome = tally("schulze", election)
    pairs, paths = outcome.facts
    a, b = data.draw(st.permutations(range(len(election.options))))[:2]
    for changed in (pairs, paths):
        spoilt = [list(row) for row in changed]
        spoilt[a][b] += 1
        facts = [spoilt, paths] if changed is pairs else [pairs, spoilt]
        with pytest.raises(Refusal, match="proof_wrong"):
            check(election, replace(outcome, certify=lambda facts=facts: facts), {})


@given(st.data())
@settings(max_examples=150)
def test_a_round_with_other_votes_is_seen(data):
    election = data.draw(elections("ranked", options_min=2))
    outcome = tally("instant_runoff", election)
    number = data.draw(st.integers(0, len(outcome.facts) - 1))
    facts = [[list(left), list(votes)] for left, votes in outcome.facts]
    facts[number][1][data.draw(st.integers(0, len(facts[number][1]) - 1))] += 1
    with pytest.raises(Refusal, match="proof_wrong"):
        check(election, replace(outcome, certify=lambda: facts), {})


@given(elections("approval", budget=True), st.sampled_from(["cost", "cardinality"]))
@settings(max_examples=150)
def test_another_price_or_a_purchase_left_out_is_seen(election, utility):
    outcome = tally("equal_shares", election, utility=utility)
    raised, bought, *_ = outcome.facts
    if not bought or not election.costs[bought[0][0]]:
        return
    for other in ([[bought[0][0], str(Fraction(bought[0][1]) / 2)], *bought[1:]], bought[:-1]):
        winners = tuple(election.options[place] for place in sorted(place for place, _ in other))
        if len(other) < len(bought) and not election.costs[bought[-1][0]]:
            continue  # what costs nothing is no purchase that anybody misses
        with pytest.raises(Refusal, match="proof_wrong"):
            check(
                election, replace(outcome, winners=winners, certify=lambda other=other: [raised, other, [], [], []]), {"utility": utility}
            )


@pytest.mark.parametrize("ballots", ["4: a > b\n3: b > a\n2: c > b", "4: a > b\n4: b > a\n1: c\n1: d"])
@pytest.mark.parametrize("claimed", [("a",), ("a", "b", "c"), ("a", "b", "c", "d"), ("b", "c")])
def test_rounds_show_who_wins_and_who_does_not(ballots, claimed):
    election = Election.read("options: a, b, c, d\n" + ballots)
    outcome = tally("instant_runoff", election)
    assert outcome.winners in (("b",), ("a", "b"))
    tied = (claimed,) if len(claimed) > 1 else ()
    with pytest.raises(Refusal, match="proof_wrong"):
        check(election, replace(outcome, winners=claimed, ties=tied), {})


def test_a_way_that_ties_open_is_not_left_out():
    """A certificate that is one way through a tie shows one winner of two."""
    election = Election.read("4: a > b\n4: b > a\n1: c > a\n1: d > b")
    outcome = tally("instant_runoff", election)
    assert len(outcome.winners) == 2 and len(outcome.facts) > 3
    for number in range(len(outcome.facts)):
        fewer = [each for place, each in enumerate(outcome.facts) if place != number]
        for winners in (outcome.winners, outcome.winners[:1]):
            forged = replace(outcome, winners=winners, ties=outcome.ties if len(winners) > 1 else (), certify=lambda facts=fewer: facts)
            with pytest.raises(Refusal, match="proof_wrong"):
                check(election, forged, {})


def test_ties_of_a_rule_that_elects_one_are_those_who_win():
    election = Election.read("3: a > b\n3: b > a")
    for name in ("schulze", "borda", "instant_runoff", "ranked_pairs"):
        with pytest.raises(Refusal, match="proof_wrong"):
            check(election, replace(tally(name, election), ties=()), {})


@pytest.mark.parametrize("version", CHECKED)
def test_ties_are_vouched_for_where_one_is_elected_and_nowhere_else(version):
    """Given ties that there are not; then they are refused, or it is said beforehand that nobody vouches for them."""
    chosen = counting_rule(version)
    votes = np.array([[1, 1, 0], [0, 1, 1], [0, 1, 0]], np.int64)
    kind = chosen.ballots[0]
    table = (
        np.array([[0, 1, 2], [1, 0, 2], [2, 0, 1]]) if kind == "ranked" else votes[:, ::-1] if kind != "single" else np.eye(3, dtype=int)
    )
    election = Election.of("abc", kind, table, [4, 2, 1], [1, 1, 1], 2)
    outcome, given = tally(chosen.name, election), chosen.complete({})
    check(election, outcome, given)
    forged = replace(outcome, ties=(("a", "c"),))
    assert outcome.ties != forged.ties
    if "neither for its ties" in vouched(version):
        assert chosen.elects != "one"
        check(election, forged, given)
    else:
        with pytest.raises(Refusal, match="proof_wrong"):
            check(election, forged, given)


@pytest.mark.parametrize(("name", "parameters"), [("equal_shares", {"utility": "cardinality"}), ("committee_equal_shares", {"seats": 6})])
def test_no_price_is_higher_than_what_anybody_pays(name, parameters):
    """Where all pay all they have, any higher price would take the same."""
    alone = Election.of("abcdef", "approval", np.eye(6, dtype=np.int8), None, [1] * 6, 6)
    outcome, given = tally(name, alone, **parameters), rule("voting", name).complete(parameters)
    check(alone, outcome, given)
    bought = outcome.facts[1]
    facts = [outcome.facts[0], [[bought[0][0], "10"], *bought[1:]], *outcome.facts[2:]]
    with pytest.raises(Refusal, match="proof_wrong"):
        check(alone, replace(outcome, certify=lambda: facts), given)


def test_scores_are_those_of_the_options_they_name():
    election = Election.read("4: garden\n3: pool")
    with pytest.raises(Refusal, match="proof_wrong"):
        check(election, replace(tally("plurality", election), scores={"pool": 4, "garden": 3}), {})


def test_more_cells_than_are_looked_at_one_by_one_are_refused_at_once(monkeypatch):
    monkeypatch.setattr("engine.rules.certificates._claim.CERTIFICATE_CELLS_MAX", 5)
    election = Election.read("4: garden > pool\n3: pool\n2: pool > garden")
    with pytest.raises(Refusal, match="too_large"):
        check(election, tally("borda", election), {})


def test_nothing_is_bought_under_two_names():
    """-1 is the last option, too: bought twice, it would cost more than there is."""
    town = Election.read("costs: a 6, z 3\nbudget: 10\n5: a\n5: z")
    outcome = tally("equal_shares", town, completion="add_one")
    assert outcome.winners == ("a", "z")
    facts = ["0", [[1, "3/5"]], [], [], [[1, "3/5"], [-1, "3/5"], [0, "6/5"]]]
    with pytest.raises(Refusal, match="proof_wrong"):
        check(
            town,
            replace(outcome, winners=("z",), certify=lambda: facts),
            rule("voting", "equal_shares").complete({"completion": "add_one"}),
        )


def test_a_rule_without_a_certificate_says_so():
    election = Election.read("3: a > b")
    with pytest.raises(Refusal, match="cannot be checked here"):
        check(election, tally("kemeny", election), {})


def test_real_outcomes_are_shown_by_their_certificates():
    burlington = files.read(shared("elections/preflib/00005 - burlington/00005-00000002.toi"))
    for name in ("schulze", "ranked_pairs", "split_cycle", "copeland", "minimax", "smith_set", "borda", "instant_runoff"):
        check(burlington, tally(name, burlington), {})
    town = files.read(shared("elections/pabulib/Poland_Wroclaw_2018.pb")).merged()
    for name in ("greedy", "equal_shares", "swiecie_2023", "budget_phragmen"):
        check(town, tally(name, town), {})


CLONE = Election.read("4: a > b > c\n3: b > c > a\n2: c > b > a")
SHARED = "costs: big 12, x 4, y 4, z 4\nbudget: 12\n3: big\n2: x\n2: y\n2: z"


@pytest.mark.parametrize(
    ("name", "winners", "facts"),
    [
        # who has dropped out does not come back
        ("instant_runoff", ("a",), [[[0, 1, 2], [4, 3, 2]], [[0, 1, 1, 2], [4, 0, 2]], [[0, 2], [4, 5]]]),
        ("instant_runoff", ("a",), [[[0, 1, 2], [4, 3, 2]], [[0, 1], [4, 5]], [[0, 1, 2], [4, 3, 2]]]),
        ("instant_runoff", ("b", "b"), None),
        # nor does a count end before somebody has more than half
        ("instant_runoff", ("a", "b", "c"), [[[0, 1, 2], [4, 3, 2]]]),
        ("schulze", ("b",), [[[0, 4, 4], [5, 0, 7], [5, 2, 0]], [[0, 0.5, 0], [5, 0, 7], [5, 0.5, 0]]]),
        # facts that are none
        *(
            (name, None, facts)
            for name in ("instant_runoff", "schulze", "ranked_pairs")
            for facts in (5, [1], [[[0, 1, 2]]], ["x"], [[[0], ["x"]]])
        ),
    ],
    ids=str,
)
def test_forged_facts_show_nothing(name, winners, facts):
    outcome = tally(name, CLONE)
    forged = replace(outcome, winners=winners or outcome.winners, certify=outcome.certify if facts is None else lambda: facts)
    with pytest.raises(Refusal, match="proof_wrong"):
        check(CLONE, forged, {})


@pytest.mark.parametrize("stop", ["infeasible", "exhaustive"])
@pytest.mark.parametrize("raised", ["-100", "-1", "0", "1", "1e999999999", "x"])
def test_another_addition_than_the_last_is_seen(raised, stop):
    """Where less is added nothing is bought, and greedy looks better than it is."""
    town = Election.read(SHARED)
    given = rule("voting", "equal_shares").complete({"completion": "add_one", "compare": "satisfaction", "stop": stop})
    outcome = tally("equal_shares", town, **given)
    assert outcome.winners == ("x", "y", "z")
    check(town, outcome, given)
    for beyond in ([], outcome.facts[4], [[1, "1e999999999"]]):
        forged = replace(outcome, winners=("big",), certify=lambda beyond=beyond: [raised, [], [], [0], beyond])
        with pytest.raises(Refusal, match="proof_wrong"):
            check(town, forged, given)


def test_rankings_with_money_beside_them_are_rankings_to_a_rule_that_elects_one():
    town = Election.read("costs: a 1, b 1, c 1\nbudget: 2\n5: a > b > c\n4: b > a > c")
    for name in ("schulze", "borda", "split_cycle", "instant_runoff"):
        check(town, tally(name, town), {})
        with pytest.raises(Refusal, match="proof_wrong"):
            check(town, replace(tally(name, town), winners=("c",)), {})


@pytest.mark.parametrize("name", ["borda", "schulze", "seq_pav", "seq_phragmen", "committee_equal_shares", "instant_runoff"])
def test_an_election_too_large_to_go_through_ballot_by_ballot_is_refused(name, monkeypatch):
    monkeypatch.setattr("engine.rules.certificates._claim.CERTIFICATE_WORK_MAX", 5_000)
    orders = np.argsort(np.random.default_rng(1).random((800, 16)), axis=1)
    election = Election.of_orders(16, orders)
    if "ranked" not in rule("voting", name).ballots:
        election = Election.of(election.options, "approval", np.ascontiguousarray((election.table < 6).astype(np.int8)))
    with pytest.raises(Refusal, match="too_large: the election has .* ballots and 16 options"):
        check(election, tally(name, election), {})


def test_seats_that_came_with_the_ballots_need_not_be_said_again():
    votes = Election.read("2: a, b\n1: c")
    votes.seats = 2
    check(votes, tally("seq_pav", votes), {})


@pytest.mark.parametrize("rounds", [7, [7], [None]])
def test_rounds_that_are_none_show_nothing(rounds):
    election = Election.read("2: a > b\n1: b > a")
    with pytest.raises(Refusal, match="proof_wrong"):
        check(election, replace(tally("instant_runoff", election), rounds=lambda: rounds), {})
