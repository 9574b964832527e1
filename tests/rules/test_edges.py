"""Where a rule turns: the one vote, unit or paper on which its words hang."""

from __future__ import annotations

import json
from decimal import Decimal, getcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.elections import cdf, ranks, rctab, roots
from engine.elections.apportion import apportion
from engine.elections.election import Election
from engine.features.points.award import AwardPoints
from engine.features.polls.cast import CastBallot
from engine.features.polls.state import Polls
from engine.kernel import charter as charters
from engine.refusals import Refusal
from engine.rules import tally
from engine.rules.comparing import compare
from tests.moot import Moot, without_early_ends

getcontext().prec = 60
TOWN = "costs: a 4, b 4, c 4\nbudget: 4\n"


@pytest.mark.parametrize(
    ("against", "winners"),
    [(9, ("yes",)), (10, ("no",)), (0, ("yes",))],
)
def test_an_optimistic_decision_is_stopped_by_just_a_third(against, winners):
    votes = f"options: yes, no\neligible: 30\n1: yes\n{against}: no" if against else "options: yes, no\neligible: 30\n1: yes"
    assert tally("optimistic", Election.read(votes)).winners == winners
    assert tally("optimistic", Election.read("options: yes, no\neligible: 30\n1: yes"), share="0").winners == ("yes",)


def test_nothing_passes_without_a_vote_for_it():
    votes = Election.read("options: yes, no, abstain\n3: abstain")
    assert tally("yes_no", votes, share="0", strictly=False).winners == ("no",)


@pytest.mark.parametrize(("strictly", "winners"), [(True, ("no",)), (False, ("yes",))])
def test_half_is_at_least_half_and_not_more(strictly, winners):
    assert tally("yes_no", Election.read("options: yes, no\n2: yes\n2: no"), strictly=strictly).winners == winners


def test_an_impact_counts_from_just_enough_votes_and_lies_between_the_two_in_the_middle():
    votes = Election.read("1: a 10, b 90\n1: a 20\n1: a 40\n1: a 90")
    assert tally("impact", votes, voters_min=4).scores == {"a": 30, "b": 0}
    assert tally("impact", votes, voters_min=5).winners == ()


def test_equal_shares_stay_where_as_many_are_better_off_under_greedy():
    town = Election.read(TOWN + "1: a\n1: b")
    outcome = tally("equal_shares", town, compare="satisfaction", completion="utilitarian")
    assert outcome.note == "" and "better off under equal shares: 0 voters; under greedy: 0" in outcome.steps


@pytest.mark.parametrize(("votes_min", "winners"), [(2, ("b",)), (3, ())])
def test_an_option_with_just_enough_supporters_is_left_in(votes_min, winners):
    town = Election.read("costs: a 4, b 4\nbudget: 8\n1: a\n2: b")
    assert tally("equal_shares", town, votes_min=votes_min, completion="utilitarian").winners == winners


def test_of_equals_that_do_not_both_fit_the_one_listed_first_is_funded_and_the_tie_reported():
    outcome = tally("equal_shares", Election.read(TOWN + "1: a\n1: b\n1: c"), completion="utilitarian")
    assert (outcome.winners, outcome.ties) == (("a",), (("a", "b", "c"),))
    assert tally("greedy", Election.read(TOWN + "1: a\n1: b")).ties == (("a", "b"),)
    assert tally("greedy", Election.read("costs: a 4, b 4\nbudget: 8\n1: a\n1: b")).ties == ()


def test_costs_and_points_too_large_to_multiply_are_refused():
    election = Election.of("ab", "score", [[10**6, 10**6]], None, (2**53 - 1, 2**53 - 1), 2**53 - 1)
    with pytest.raises(Refusal, match="too large to multiply exactly"):
        tally("knapsack", election, worth="cost")
    assert tally("knapsack", election).winners in (("a",), ("b",))


def test_who_could_vote_is_counted_in_power_where_ballots_have_power():
    """Three of ten points are against: nearly a third of the power, though one of two members."""
    text = charters.preset("product").replace(
        'rule = "schulze"',
        'rule = "optimistic"\nparameters = { share = "1/3" }\npower = "by_points"\npower_parameters = { at_most = "100" }',
    )
    text = text.replace('ties = "lot"', 'ties = "status_quo"').replace(
        'quorum = { basis = "eligible", percent_min = 20 }\nties = "status_quo"', 'quorum = { basis = "none" }\nties = "status_quo"'
    )
    moot = Moot(members=2, text=without_early_ends(text))
    moot.do("m1", AwardPoints(moot.members[1], 7, "soup"))
    moot.do("m1", AwardPoints(moot.members[2], 3, "soup"))
    poll = moot.poll(options=2)
    moot.do(moot.members[2], CastBallot(poll, "2"))
    moot.end(poll)
    assert moot.of(Polls)[poll].result.winners == (1,)


def test_a_sum_of_roots_that_is_a_whole_number_is_cut_off_there():
    assert roots.cut({8: Fraction(1), 2: Fraction(-2), 1: Fraction(3)}, 0) == 3


def test_roots_that_cannot_be_told_apart_in_time_are_refused(monkeypatch):
    monkeypatch.setattr(roots, "CLASSES_MAX", 2)
    with pytest.raises(Refusal, match="too_many_ties"):
        roots.sign({8: Fraction(1), 2: Fraction(-2), 27: Fraction(1), 3: Fraction(-3), 125: Fraction(1), 5: Fraction(-5)})


def test_a_mark_that_a_scanner_says_not_to_count_is_none():
    position = {"HasIndication": "yes", "Rank": 1, "IsAllocable": "no"}
    selection = {"ContestSelectionId": "s1", "SelectionPosition": [position]}
    report = {
        "CVR": [{"CurrentSnapshotId": "b1", "CVRSnapshot": [{"@id": "b1", "CVRContest": [{"ContestId": "c1", "CVRContestSelection": [selection]}]}]}],
        "Election": [{"Candidate": [{"@id": "a", "Name": "Ann"}], "Contest": [{"@id": "c1", "Name": "M", "ContestSelection": [{"@id": "s1", "CandidateIds": ["a"]}]}]}],
    }  # fmt: skip
    assert cdf.ballots(report, "M") == [[]]
    position["IsAllocable"] = "yes"
    assert cdf.ballots(report, "M") == [[["Ann"]]]
    report["CVR"][0]["CurrentSnapshotId"] = "b9"
    with pytest.raises(Refusal, match="lack what NIST"):
        cdf.ballots(report, "M")


def test_a_table_of_too_many_options_is_refused():
    table = "count,rank1\n" + "".join(f"1,o{number}\n" for number in range(257))
    with pytest.raises(Refusal, match="257 options"):
        ranks.read(table)


def test_a_swing_puts_the_rival_first_and_those_who_won_last():
    """By Borda's count so few are enough only because they also put the winner last; and in a strict order, which every rule takes."""
    votes = Election.read("26: a > b > c > d\n6: b > c > d > a")
    swings = {answer.rule: answer.swing for answer in compare(votes, swings=True).answers}
    assert (swings["borda"], swings["plurality"], swings["ranked_choice"]) == (3, 11, 11)


def test_a_search_for_committees_is_limited_by_what_it_looks_at(monkeypatch):
    monkeypatch.setattr("engine.elections.optimal.COMMITTEE_WORK_MAX", 5_000)
    votes = Election.of("abcdefgh", "approval", [[int(place != voter) for place in range(8)] for voter in range(8)])
    with pytest.raises(Refusal, match="too many committees of 3"):
        tally("pav", votes, seats=3)
    assert tally("pav", Election.read("3: a, b\n1: c"), seats=1).winners == ("a",)


def test_a_table_of_too_many_cells_is_not_made(monkeypatch):
    monkeypatch.setattr("engine.elections.size.BALLOT_CELLS_MAX", 5)
    with pytest.raises(Refusal, match="has 3 ballots for 2 options"):
        Election.read("1: a\n1: b\n1: a")


@given(st.dictionaries(st.integers(1, 10**6), st.fractions(-50, 50, max_denominator=97), max_size=6), st.sampled_from([0, 8, 64]))
def test_bounds_of_a_sum_of_roots_hold_it(terms, bits):
    low, high = roots.bounds(terms, bits)
    exact = sum(
        (Decimal(factor.numerator) / factor.denominator * Decimal(radicand).sqrt() for radicand, factor in terms.items()), Decimal(0)
    )
    assert Decimal(low) / 2**bits <= exact + Decimal("1e-20") and exact - Decimal("1e-20") <= Decimal(high) / 2**bits


@pytest.mark.parametrize(
    ("whole", "weights", "shares", "tied"),
    [(3, [1, 1], [2, 1], (0, 1)), (2, [1, 1], [1, 1], ()), (10, [6, 3, 1], [6, 3, 1], ()), (4, [5, 3, 3], [2, 1, 1], ()), (5, [2, 2, 2], [2, 2, 1], (0, 1, 2))],
)  # fmt: skip
def test_a_unit_left_over_is_a_tie_only_where_remainders_are_equal(whole, weights, shares, tied):
    assert apportion(whole, weights) == (shares, tied)


def test_one_option_that_is_too_expensive_is_not_a_tie():
    assert tally("budget_phragmen", Election.read("costs: a 2, b 3\nbudget: 3\n2: a\n1: b")).ties == ()


@pytest.mark.parametrize(("rule", "parameters"), [("equal_shares", {"compare": "satisfaction"}), ("wieliczka_2023", {})])
def test_where_the_greedy_outcome_is_taken_its_own_steps_are_shown(rule, parameters):
    town = Election.read("costs: a 10, b 4\nbudget: 10\n5: a\n2: b")
    outcome = tally(rule, town, **parameters)
    assert outcome.winners == ("a",) and outcome.note
    assert "by greedy, a: 5 votes, costs 10 of the 10 left: funded" in outcome.steps


def test_blanks_that_a_source_would_take_for_write_ins_are_not_ours_to_count():
    source = {"filePath": "x.csv", "treatBlankAsUndeclaredWriteIn": True}
    with pytest.raises(Refusal, match="treatBlankAsUndeclaredWriteIn"):
        rctab.read_contest(json.dumps({"rules": {}, "candidates": [], "cvrFileSources": [source]}), lambda name: "")


@pytest.mark.parametrize(("costs", "budget"), [([1.5, 2], 3), ([1, 2], 3.5), ([1, "2"], 3)])
def test_money_that_is_not_a_whole_number_is_refused(costs, budget):
    with pytest.raises(Refusal, match="not whole numbers; give them in the smallest unit of money"):
        Election.of("ab", "approval", [[1, 1]], None, costs, budget)


def test_an_unknown_kind_of_ballot_is_refused():
    with pytest.raises(Refusal, match="has ballots of kind 'foo'; name one of single, approval"):
        Election.of("ab", "foo", [[1, 0]])
