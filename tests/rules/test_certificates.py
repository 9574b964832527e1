"""A certificate passes where the count is right, and fails where one number of it, or a winner, is another."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.elections import files
from engine.elections.election import Election
from engine.refusals import Refusal
from engine.rules import tally
from engine.rules.certificates import CHECKED, check
from tests.conftest import shared
from tests.rules.elections import elections

COUNTS = [
    ("schulze", "ranked", {"strength": "winning_votes"}),
    ("schulze", "ranked", {"strength": "margins"}),
    ("instant_runoff", "ranked", {}),
    ("equal_shares", "cumulative", {"utility": "cost"}),
    ("equal_shares", "cumulative", {"utility": "cardinality"}),
    ("equal_shares", "cumulative", {"utility": "additive"}),
    ("equal_shares", "approval", {"utility": "cost", "completion": "add_one_until_infeasible", "compare_with_greedy": True}),
]


def test_every_certificate_is_tried():
    assert {f"{name}@1" for name, _, _ in COUNTS} == set(CHECKED)


@pytest.mark.parametrize(("name", "kind", "parameters"), COUNTS, ids=str)
@given(data=st.data())
@settings(max_examples=120)
def test_the_certificate_of_a_right_count_passes(name, kind, parameters, data):
    election = data.draw(elections(kind, budget=name == "equal_shares"))
    check(election, tally(name, election, **parameters), parameters)


@pytest.mark.parametrize(("name", "kind", "parameters"), COUNTS, ids=str)
@given(data=st.data())
@settings(max_examples=80)
def test_another_winner_is_not_shown_by_it(name, kind, parameters, data):
    election = data.draw(elections(kind, budget=name == "equal_shares", options_min=2))
    outcome = tally(name, election, **parameters)
    if (len(outcome.winners) > 1 and name != "equal_shares") or outcome.note:
        return  # several tied, all are winners; or the winners are greedy's
    others = tuple(option for option in election.options if option not in outcome.winners)
    with pytest.raises(Refusal, match="proof_wrong"):
        check(election, replace(outcome, winners=others), parameters)


@given(st.data())
@settings(max_examples=150)
def test_a_duel_or_a_path_that_is_another_is_seen(data):
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
    raised, bought = outcome.facts
    if not bought or not election.costs[bought[0][0]]:
        return
    for other in ([[bought[0][0], str(Fraction(bought[0][1]) / 2)], *bought[1:]], bought[:-1]):
        winners = tuple(election.options[place] for place in sorted(place for place, _ in other))
        if len(other) < len(bought) and not election.costs[bought[-1][0]]:
            continue  # what costs nothing is no purchase that anybody misses
        with pytest.raises(Refusal, match="proof_wrong"):
            check(election, replace(outcome, winners=winners, certify=lambda other=other: [raised, other]), {"utility": utility})


def test_a_rule_without_a_certificate_says_so():
    election = Election.read("3: a > b")
    with pytest.raises(Refusal, match="is none we can check"):
        check(election, tally("borda", election), {})


def test_real_outcomes_are_shown_by_their_certificates():
    burlington = files.read(shared("elections/preflib/00005 - burlington/00005-00000002.toi"))
    for name in ("schulze", "instant_runoff"):
        check(burlington, tally(name, burlington), {})
