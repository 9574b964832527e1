"""What pictures of a count are drawn from: figures add up, say what facts and steps say, and are no part of a digest."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine import rules
from engine.elections import files
from engine.elections.election import Election
from engine.elections.figures import Figures
from engine.refusals import Refusal
from engine.rules import rule, tally
from tests.conftest import shared
from tests.rules.elections import elections

SEVERAL = ("stv", "stv_scotland", "stv_minneapolis", "stv_wigm_prf", "stv_new_zealand", "stv_meek", "stv_warren", "stv_qpq", "rctab")
BY_ROUNDS = ("instant_runoff", "ranked_choice", "smith_irv", "contingent")
BY_DUELS = (
    "copeland", "minimax", "schulze", "ranked_pairs", "river", "split_cycle", "smith_set", "schwartz_set", "uncovered_set", "kemeny",
    "black", "baldwin", "nanson",
)  # fmt: skip


def counted(name: str, election: Election, **parameters):
    try:
        return tally(name, election, **parameters)
    except Refusal:
        assume(False)


@pytest.mark.parametrize("name", [*BY_ROUNDS, *SEVERAL])
@given(data=st.data())
@settings(max_examples=60)
def test_stages_add_up(name, data):
    """Votes, exhausted, resting and lost ones are all there are; what is gained is what is new; whoever drops out has no votes after."""
    strict = name in SEVERAL or rule("voting", name).strict
    election = data.draw(elections("ranked", strict=strict, options_min=2))
    outcome = counted(name, election, **({"seats": data.draw(st.integers(1, 2))} if name in SEVERAL else {}))
    stages = outcome.figures().stages
    valid = int(election.weights[(election.table < len(election.options)).any(axis=1)].sum())
    out, before = set(), None
    for stage in stages:
        assert stage.action in ("first_preferences", "elimination", "surplus", "election")
        out |= set(stage.options) if stage.action == "elimination" else set()
        staying = {one for one in out & stage.votes.keys() if stage.votes[one]}
        assert out & stage.votes.keys() == staying and (not staying or name == "stv_wigm_prf")  # by whose law the last papers stay
        if name != "stv_qpq":  # whose figures are quotients
            total = sum(stage.votes.values()) + stage.exhausted + stage.resting + stage.lost
            assert total == (valid if name in SEVERAL else election.total)
        if before is not None and stage.action != "first_preferences":
            assert {one: before.get(one, 0) + stage.gained.get(one, 0) for one in stage.votes} == dict(stage.votes)
        assert set(stage.elected) | set(stage.tied) <= set(election.options)
        before = stage.votes
    if name in SEVERAL:
        assert set(stages[-1].elected) == set(outcome.winners)
        assert {one: outcome.scores[one] for one in stages[-1].votes} == dict(stages[-1].votes)


@pytest.mark.parametrize("name", ["instant_runoff", "ranked_choice"])
@given(data=st.data())
@settings(max_examples=100)
def test_stages_go_on_where_the_rounds_end_at_a_tie(name, data):
    """To the end of one way: there an option wins that the outcome names."""
    election = data.draw(elections("ranked", strict=rule("voting", name).strict))
    outcome = counted(name, election)
    stages, rounds = outcome.figures().stages, outcome.rounds()
    assert [dict(stage.votes) for stage in stages[: len(rounds)]] == [dict(each) for each in rounds]
    assert bool(stages[len(rounds) - 1].tied) == (len(rounds) < len(stages))
    assert stages[-1].elected and set(stages[-1].elected) <= set(outcome.winners)


@pytest.mark.parametrize("name", BY_DUELS)
@given(data=st.data())
@settings(max_examples=25)
def test_duels_are_how_many_rank_one_above_the_other(name, data):
    election = data.draw(elections("ranked"))
    figures = counted(name, election).figures()
    assert figures.options == election.options
    table, weights = election.table, election.weights
    for one in range(len(election.options)):
        for other in range(len(election.options)):
            assert figures.duels[one][other] == int(weights[table[:, one] < table[:, other]].sum())


@given(elections("score"))
def test_a_runoff_by_stars_counts_every_ballot_once(election):
    outcome = tally("star", election)
    for runoff in outcome.figures().runoffs:
        assert runoff.for_one + runoff.for_other + runoff.equal == election.total
        ahead = {runoff.one} if runoff.for_one > runoff.for_other else {runoff.other}
        assert ahead <= set(outcome.winners) or runoff.for_one == runoff.for_other
    assert bool(outcome.figures().runoffs) == (len(election.options) > 1)


@given(elections("score"))
def test_grades_count_every_ballot_once_and_the_middle_one_is_the_median(election):
    outcome = tally("majority_judgment", election)
    for place, grades in enumerate(outcome.figures().grades):
        assert grades.option == election.options[place] and grades.middle == outcome.scores[grades.option]
        given = np.repeat(election.table[:, place], election.weights)
        assert grades.counts == {int(grade): int((given == grade).sum()) for grade in np.unique(given)}
        assert sum(count for grade, count in grades.counts.items() if grade < grades.middle) < (len(given) + 1) // 2


@given(elections("approval", budget=True), st.sampled_from(["none", "satisfaction", "exclusion"]))
def test_nobody_could_pay_for_what_was_not_bought(election, compare):
    """And money is neither made nor lost: what is left in purses and what was paid come to the budget."""
    outcome = tally("equal_shares", election, compare=compare)
    figures = outcome.figures()
    bought = {election.options[place] for place, _ in outcome.facts[1]}
    assert not bought & {purse.option for purse in figures.purses}
    assert all(0 <= purse.left < max(purse.cost, 1) for purse in figures.purses)
    assert (figures.better_off is None) == (compare == "none")
    if figures.better_off is not None and compare == "satisfaction":
        assert figures.better_off.ours + figures.better_off.theirs <= election.total
        taken = outcome.remark is not None
        assert taken == (figures.better_off.theirs > figures.better_off.ours)


@given(elections("cumulative"), st.integers(1, 500))
def test_gifts_add_up(election, pool):
    outcome = rules.tally("quadratic_funding", election, pool=pool)
    gifts = outcome.figures().gifts
    assert sum(gift.given for gift in gifts) == int(election.sums.sum())
    assert {gift.option: gift.paid for gift in gifts} == outcome.scores and sum(gift.paid for gift in gifts) <= pool
    assert all(gift.claim == 0 for gift in gifts if gift.givers < 2)


@given(elections("ranked"))
def test_figures_are_no_part_of_a_digest(election):
    outcome = tally("schulze", election)
    assert replace(outcome, figures=Figures).digest() == outcome.digest()


def test_burlington_2009_moved_as_published():
    """Rounds as the city published them: 4,313 to 4,061 with its own reading of some ballots; PrefLib's file gives one and three more."""
    election = files.read(shared("elections/preflib/00005 - burlington/00005-00000002.toi"))
    *_, fourth, last = tally("instant_runoff", election).figures().stages
    assert (last.action, last.options, last.elected) == ("elimination", ("Andy Montroll",), ("Bob Kiss",))
    assert last.votes == {"Bob Kiss": 4_314, "Kurt Wright": 4_064} and last.gained == {"Bob Kiss": 1_332, "Kurt Wright": 767}
    assert fourth.votes["Andy Montroll"] == 2_554 == 1_332 + 767 + last.exhausted + last.resting - fourth.exhausted - fourth.resting


def test_a_scottish_surplus_is_said_to_be_one():
    outcome = tally("stv_scotland", Election.read("40: castor > pollux\n20: helen\n9: pollux"), seats=2)
    first, surplus, *_ = outcome.figures().stages
    assert (first.action, first.elected, first.quota) == ("first_preferences", ("castor",), 24)
    assert (surplus.action, surplus.options, surplus.gained["castor"]) == ("surplus", ("castor",), -16)
    assert surplus.gained["pollux"] == 16 == -surplus.gained["castor"] and surplus.lost == 0


def test_figures_as_json_write_fractions_as_texts_and_call_options_as_asked():
    outcome = tally("stv", Election.read("5: castor > pollux\n2: helen"), seats=2)
    stages = outcome.figures().as_json({"castor": 1, "pollux": 2, "helen": 3}.__getitem__)["stages"]
    assert stages[0]["quota"] == "7/3" and stages[1]["options"] == [1]
    assert {"option": 2, "votes": "8/3"} in stages[1]["gained"] and Fraction("8/3") == 5 - Fraction("7/3")
    assert set(outcome.as_json()) >= {"facts", "rounds", "figures", "note"}
