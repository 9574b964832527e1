"""Where there are too many ways to eliminate tied options one by one, they drop out together: decided, neutral, and said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.elections import rounds
from engine.elections.election import Election
from engine.refusals import Refusal
from engine.rules import rule, tally
from engine.rules.certificates import _rounds, check
from tests.rules.elections import elections

BY_ROUNDS = ("instant_runoff", "ranked_choice", "coombs", "baldwin", "smith_irv", "tideman_alternative")
TIED = "1: a > d\n1: b > d\n1: c > d\n2: d\n2: e > d"


@pytest.fixture
def few_ways(monkeypatch):
    """More than three rounds are too many to be gone through."""
    for module in (rounds, _rounds):
        monkeypatch.setattr(module, "RUNOFF_WAYS_MAX", 3)


def test_tied_options_drop_out_together_and_it_is_said(few_ways):
    outcome = tally("instant_runoff", Election.read(TIED))
    assert outcome.steps[0] == "round 1: d 2, e 2, a 1, b 1, c 1; a, b and c drop out"
    assert outcome.winners == ("d",) and "drop out together" in outcome.note


def test_if_all_that_are_left_are_tied_all_of_them_win(few_ways):
    election = Election.read("1: a > b > c\n1: b > c > a\n1: c > a > b")
    for name in ("instant_runoff", "ranked_choice"):
        outcome = tally(name, election)
        assert outcome.winners == ("a", "b", "c") and outcome.ties == (outcome.winners,)
        assert outcome.steps[-1].endswith("a, b and c are left")


@pytest.mark.parametrize("name", BY_ROUNDS)
def test_the_widest_poll_is_decided(name):
    """Forty options, each first on one ballot: 2 to the 40th sets of them could be left."""
    names = [f"o{number}" for number in range(40)]
    lines = [f"1: {' > '.join(names[shift:] + names[:shift])}" for shift in range(40)]
    assert tally(name, Election.read("\n".join(lines))).winners


@pytest.mark.parametrize("name", BY_ROUNDS)
@given(election=elections("ranked", strict=True), shift=st.integers(1, 4))
@settings(max_examples=60)
def test_no_place_in_the_listing_decides(name, election, shift):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rounds, "RUNOFF_WAYS_MAX", 2)
        winners = set(tally(name, election).winners)
        order = [(place + shift) % len(election.options) for place in range(len(election.options))]
        turned = election.changed(options=[election.options[place] for place in order], table=election.table[:, order])
        assert set(tally(name, turned).winners) == winners


@given(election=elections("ranked", options_min=2), data=st.data())
@settings(max_examples=100)
def test_its_certificate_is_checked_and_others_are_not_taken_for_it(election, data):
    with pytest.MonkeyPatch.context() as patch:
        for module in (rounds, _rounds):
            patch.setattr(module, "RUNOFF_WAYS_MAX", 2)
        outcome = tally("instant_runoff", election)
        check(election, outcome, rule("voting", "instant_runoff").complete({}))
        others = tuple(name for name in election.options if name not in outcome.winners)
        if others:
            forged = replace(outcome, winners=others, ties=(others,) if len(others) > 1 else ())
            with pytest.raises(Refusal, match="proof_wrong"):
                check(election, forged, {})


@given(election=elections("ranked"))
@settings(max_examples=60)
def test_a_count_in_which_few_are_tied_is_not_one_of_many(election):
    """A forger cannot let tied options drop out together where every way can be gone through."""
    outcome = tally("instant_runoff", election)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rounds, "RUNOFF_WAYS_MAX", 1)
        together = tally("instant_runoff", election)
    if together.facts != outcome.facts:
        with pytest.raises(Refusal, match="proof_wrong"):
            check(election, together, {})
