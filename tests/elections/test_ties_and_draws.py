"""Ties broken as a charter says, and random draws that anybody can repeat."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.elections import draws
from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.elections.ties import break_ties
from engine.features.polls.state import Polls
from engine.kernel import charter as charters
from engine.refusals import Refusal
from engine.rules import rule, tally
from engine.verify import verify
from tests.forging import of_kind, rewritten
from tests.moot import Moot
from tests.rules.elections import elections

SEEDS = [sha256(str(number).encode()).hexdigest() for number in range(400)]
TIED = Election.read("4: garden > pool\n4: library > bench\n1: pool > garden > library\n1: bench > library > garden")


@pytest.mark.parametrize(
    ("how", "winners", "said"),
    [
        ("status_quo", (), "garden and library are tied; things stay as they are"),
        ("oldest", ("garden",), "garden is listed first"),
        ("lot", ("library",), "library was drawn first"),
        ("most_approved", (), "garden and library are named equally often, by 6: things stay as they are"),
        ("previous_round", (), "no earlier round tells garden and library apart: things stay as they are"),
    ],
)
def test_a_tie_is_broken_as_it_is_named_and_says_so(how, winners, said):
    tied = tally("instant_runoff", TIED)
    assert tied.winners == ("garden", "library") and tied.ties
    broken = break_ties(tied, how, election=TIED, drawn=("pool", "library", "bench", "garden"))
    assert broken.winners == winners and said in broken.steps[-1]
    assert broken.steps[:-1] == tied.steps and (broken.ties, broken.facts) == (tied.ties, tied.facts)


@pytest.mark.parametrize(("how", "drawn"), [("foo", ()), ("lot", ()), ("lot", ("a",))])
def test_an_unknown_tie_break_is_refused(how, drawn):
    tied = tally("plurality", Election.read("2: a\n2: b"))
    with pytest.raises(Refusal, match="is not known; use one of status_quo, oldest, lot|does not name all who are tied"):
        break_ties(tied, how, drawn=drawn)


def test_the_round_before_tells_who_was_ahead():
    votes = Election.read("5: garden\n4: library\n1: pool > library")
    tied = tally("instant_runoff", votes)
    assert tied.winners == ("garden", "library")
    broken = break_ties(tied, "previous_round")
    assert broken.winners == ("garden",) and broken.steps[-1].endswith("garden has more in round 1, 5")


def test_whoever_more_ballots_name_wins():
    votes = Election.read("2: garden > library\n2: library\n1: pool > library")
    assert break_ties(tally("contingent", votes), "most_approved", election=votes).winners == ("library",)


@given(elections("ranked", strict=True), st.sampled_from(["status_quo", "oldest", "lot", "previous_round", "most_approved"]))
def test_a_broken_tie_leaves_one_of_the_tied_or_nobody(election, how):
    outcome = tally("instant_runoff", election)
    broken = break_ties(outcome, how, election=election, drawn=election.options)
    assert set(broken.winners) <= set(outcome.winners) and len(broken.winners) <= 1
    assert broken.digest() != outcome.digest() or broken.winners == outcome.winners
    if how in ("oldest", "lot"):
        assert broken.winners


def poll_by(text: str, *choices: str) -> tuple[Moot, str]:
    moot = Moot(members=len(choices), text=text)
    poll = moot.poll()
    moot.vote(poll, *choices)
    moot.end(poll)
    return moot, poll


def charter_with(rule_name: str, ties: str) -> str:
    return charters.preset("product").replace('rule = "schulze"', f'rule = "{rule_name}"').replace('ties = "lot"', f'ties = "{ties}"')


@pytest.mark.parametrize(("ties", "winners"), [("previous_round", (1,)), ("most_approved", (2,)), ("status_quo", ()), ("oldest", (1,))])
def test_a_poll_breaks_its_ties_as_its_charter_says(ties, winners):
    ballots = ["1"] * 4 + ["1>2"] + ["2"] * 4 + ["3>2"]
    moot, poll = poll_by(charter_with("instant_runoff", ties), *ballots)
    result = moot.of(Polls)[poll].result
    assert (result.winners, result.ties) == (winners, ((1, 2),))
    assert result.status == ("decided" if winners else "tied")
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


@pytest.mark.parametrize(
    ("rule_name", "ties", "fact"),
    [
        ("schulze", "previous_round", "which has no rounds"),
        ("random_ballot", "oldest", "does not draw the seed"),
        ("schulze", "coin", "charter.decisions.ranking.ties"),
    ],
)
def test_a_charter_may_not_break_ties_by_what_its_rule_lacks(rule_name, ties, fact):
    with pytest.raises(Refusal) as refusal:
        Moot(text=charter_with(rule_name, ties))
    assert fact in str(refusal.value)


def test_a_random_ballot_is_drawn_from_the_polls_seed_and_a_stranger_can_repeat_it():
    moot, poll = poll_by(charter_with("random_ballot", "lot"), "1", "2", "3", "3")
    closed = moot.of(Polls)[poll].result
    assert closed.status == "decided" and len(closed.winners) == 1
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"
    other = next(number for number in (1, 2, 3) if number not in closed.winners)
    assert verify(rewritten(moot, of_kind("PollClosed", winners=[other]))).verdict == "unsound"


def test_everybodys_ballot_has_its_chance():
    votes = Election.read("3: garden\n1: pool")
    drawn = Counter(tally("random_ballot", votes, seed=seed).winners[0] for seed in SEEDS)
    assert 250 < drawn["garden"] < 350, "three in four of four hundred, give or take six deviations"


@given(st.integers(1, 2**53), st.binary(min_size=32, max_size=32))
def test_a_number_drawn_lies_below_its_bound(bound, seed):
    assert 0 <= draws.below(seed, "x", bound) < bound
    assert draws.below(seed, "x", bound) == draws.below(seed, "x", bound)


PEOPLE = {f"p{number}": "north" if number < 20 else "south" for number in range(60)}


@given(st.sampled_from(SEEDS), st.integers(1, 60))
def test_sortition_takes_from_every_group_what_its_size_asks_for(seed, seats):
    drawn = rule("lot", "sortition").function(PEOPLE, seats=seats, seed=seed)
    assert len(drawn) == len(set(drawn)) == seats
    north = sum(PEOPLE[name] == "north" for name in drawn)
    assert abs(3 * north - seats) < 3, "a third of them, rounded up or down"


def test_everybody_is_equally_likely_to_be_drawn():
    times = Counter(name for seed in SEEDS for name in rule("lot", "sortition").function(PEOPLE, seats=15, seed=seed))
    assert all(50 < times[name] < 155 for name in PEOPLE), "a quarter of four hundred, give or take six deviations"


def test_more_seats_than_people_are_refused():
    with pytest.raises(Refusal, match="60 people for 61 seats"):
        rule("lot", "sortition").function(PEOPLE, seats=61, seed=SEEDS[0])


@pytest.mark.parametrize("name", ["instant_runoff", "ranked_choice", "smith_irv", "baldwin", "contingent"])
@given(election=elections("ranked", strict=True, options_max=4, ballots_max=5))
@settings(max_examples=60, deadline=None)
def test_how_a_tie_is_broken_does_not_depend_on_the_order_of_listing(name, election):
    first = break_ties(tally(name, election), "previous_round").winners
    for order in permutations(range(len(election.options))):
        moved = election.changed(options=[election.options[place] for place in order], table=election.table[:, order])
        assert break_ties(tally(name, moved), "previous_round").winners == first


def test_the_last_round_that_tells_counts_and_of_three_only_those_ahead():
    rounds = [{"a": 5, "b": 4, "c": 3}, {"a": 4, "b": 5, "c": 5}, {"a": 3, "b": 3, "c": 3}]
    tied = Outcome.of(("a", "b", "c"), (0, 1, 2), (1, 1, 1), tuple, rounds=lambda: rounds)
    assert break_ties(tied, "previous_round").winners == ("b",)


def test_what_gives_an_option_nothing_does_not_name_it():
    votes = Election.read("1: a 3, b 1\n1: b 2")
    tied = Outcome.of(("a", "b"), (0, 1), (3, 3), tuple)
    assert break_ties(tied, "most_approved", election=votes).winners == ("b",)


def test_a_blank_ballot_is_never_drawn():
    votes = Election.of(["a", "b"], "ranked", [[2, 2], [0, 2], [2, 0]], [1000, 1, 1])
    drawn = Counter(tally("random_ballot", votes, seed=seed).winners[0] for seed in SEEDS)
    assert drawn["a"] > 100 < drawn["b"]


def test_a_rule_of_chance_needs_a_seed():
    with pytest.raises(Refusal, match="seed is not given"):
        tally("random_ballot", Election.read("3: a\n1: b"))


@pytest.mark.parametrize("groups", [{"Ana": "Ana", "Bo": "Ana", "Cy": "Cy", "Di": "Cy"}, {"Ana": "n", "Bo": "n", "Cy": "s", "Di": "s"}])
def test_nobody_has_two_chances_whatever_the_groups_are_called(groups):
    times = Counter(rule("lot", "sortition").function(groups, seats=1, seed=seed)[0] for seed in SEEDS)
    assert all(60 < times[name] < 140 for name in groups), "a quarter of four hundred, give or take five deviations"
