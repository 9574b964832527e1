"""What the literature says a rule does not promise, each with an election that shows it. These test the laws, too."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st

from engine import rules
from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.rules import tally
from tests.rules.promises import LAWS

SEEDS = {("instant_runoff", "monotonicity"): 13, ("minimax", "smith"): 8}
"""Where a search begins that would take half a minute from elsewhere."""


def test_plurality_can_elect_the_one_most_rank_last():
    election = Election.read("3: a > b > c\n2: b > c > a\n2: c > b > a")
    assert tally("plurality", election).winners == ("a",)
    assert tally("schulze", election).winners == ("b",)


def test_a_clone_can_help_its_like_in_ranked_pairs_where_defeats_are_equal():
    """e cannot win, and can once z stands beside it on every ballot (found by search; Zavist & Tideman 1989)."""
    margins = {"ad": 4, "ba": 4, "ce": 4, "dc": 4, "ea": 4, "ed": 4, "bd": 2, "be": 2, "ca": 2, "cb": 2}
    lines = []
    for (one, other), margin in margins.items():  # two ballots make a margin of 2 and leave all others alone (McGarvey 1953)
        rest = [each for each in "abcde" if each not in (one, other)]
        lines += [[one, other, *rest], [*reversed(rest), one, other]] * (margin // 2)
    without = Election.read("options: a, b, c, d, e\n" + "\n".join(" > ".join(line) for line in lines))
    below = [line.index("e") + (number <= len(lines) // 2) for number, line in enumerate(lines)]  # one more below it than above
    cloned = [[*line[:place], "z", *line[place:]] for line, place in zip(lines, below, strict=True)]
    beside = Election.read("options: a, b, c, d, e, z\n" + "\n".join(" > ".join(line) for line in cloned))
    assert tally("ranked_pairs", without).winners == ("b", "c", "d")
    assert tally("ranked_pairs", beside).winners == ("b", "c", "d", "e", "z")
    for strength in ("margins", "winning_votes"):
        before, after = tally("river", without, strength=strength), tally("river", beside, strength=strength)
        assert set(before.winners) - {"e"} == set(after.winners) - {"e", "z"}
        assert ("e" in before.winners) == bool({"e", "z"} & set(after.winners))


def test_borda_can_pass_over_a_majority():
    assert tally("borda", Election.read("3: a > b > c\n2: b > c > a")).winners == ("b",)


def test_instant_runoff_can_punish_a_rise():
    """Two more voters raise the winner a, and a loses (a textbook case after Doron & Kronick 1977)."""
    before = Election.read("39: a > b > c\n35: b > c > a\n26: c > a > b")
    after = Election.read("49: a > b > c\n25: b > c > a\n26: c > a > b")
    assert tally("instant_runoff", before).winners == ("a",)
    assert tally("instant_runoff", after).winners == ("c",)


def test_instant_runoff_can_drop_the_condorcet_winner():
    election = Election.read("4: a > b > c\n3: c > b > a\n2: b > a > c")
    assert tally("instant_runoff", election).winners == ("a",)
    assert tally("schulze", election).winners == ("b",)


def test_instant_runoff_can_punish_taking_part():
    """Two more voters who put a last make a the winner (found by search; the no-show paradox of Moulin 1988)."""
    without = "2: a > b > c\n2: a > c > b\n2: b > a > c\n1: b > c > a\n2: c > b > a"
    assert tally("instant_runoff", Election.read(without)).winners == ("b",)
    assert tally("instant_runoff", Election.read(without + "\n2: c > b > a")).winners == ("a",)


def test_nanson_can_punish_a_rise():
    """One voter raises the winner a, and d wins (found by search among four options; three are not enough)."""
    before = Election.read("2: a > c > b > d\n1: b > a > c > d\n1: b > d > c > a\n3: d > a > b > c")
    after = Election.read("2: a > c > b > d\n1: a > b > c > d\n1: b > d > c > a\n3: d > a > b > c")
    assert tally("nanson", before).winners == ("a",)
    assert tally("nanson", after).winners == ("d",)


def test_minimax_can_elect_the_one_that_loses_every_comparison():
    """Found by search; Simpson's rule keeps neither the Condorcet loser nor the Smith criterion."""
    cycle = "2: c > b > a > d\n1: a > c > b > d\n2: d > b > a > c\n2: d > b > c > a\n1: c > a > b > d\n2: a > d > b > c"
    election = Election.read(cycle + "\n1: a > c > d > b\n1: d > c > b > a\n1: b > a > c > d")
    assert tally("minimax", election).winners == ("c",)
    place = election.options.index("c")
    assert all(election.pairwise[place, other] < election.pairwise[other, place] for other in range(4) if other != place)


def test_greedy_can_leave_a_minority_with_nothing_where_equal_shares_does_not():
    town = Election.read("costs: a 50, b 50, c 50\nbudget: 100\n3: a, b\n2: c\n1: a, b")
    assert tally("greedy", town).winners == ("a", "b")
    assert "c" not in tally("greedy", town).winners
    shared = Election.read("costs: a 30, b 30, c 30\nbudget: 90\n4: a, b\n2: c")
    assert tally("equal_shares", shared).winners == ("a", "b", "c")


def test_phragmen_can_leave_a_group_with_one_seat_each_where_two_are_its_due():
    """Four of 24 voters are two quotas of twelve seats and agree on a and b; nobody of them gets two (Brill et al. 2017)."""
    others = [f"c{number}" for number in range(1, 13)]
    ballots = [(2, ["a", "b", "c1"]), (2, ["a", "b", "c2"]), (6, others), (5, others[1:]), (9, others[2:])]
    election = Election.read("\n".join(f"{count}: {', '.join(names)}" for count, names in ballots))
    elected = set(tally("seq_phragmen", election, seats=12).winners)
    assert elected == set(others)
    assert len(set(tally("committee_equal_shares", election, seats=12).winners) & {"a", "b"}) == 2


@pytest.mark.parametrize("name", ["budget_phragmen", "equal_shares"])
def test_to_fund_nothing_is_not_priceable(name):
    """Purses that together hold less than the budget would make it so."""
    named = rules.rule("voting", name)
    stingy = replace(named, function=lambda election, **_: Outcome("", (), dict.fromkeys(election.options, 0), (), lambda: ["nothing"]))
    given = named.complete({"completion": "add_one"} if name == "equal_shares" else {})

    def broken(data: st.DataObject) -> bool:
        try:
            LAWS["priceable"](stingy, given, data)
        except AssertionError:
            return True
        return False

    assert find(st.data(), broken, random=Random(1), settings=settings(max_examples=2_000, database=None, phases=[Phase.generate]))


@pytest.mark.parametrize(
    ("name", "law"),
    [
        ("plurality", "condorcet_loser"),
        ("borda", "majority"),
        ("borda", "clone_independence"),
        ("instant_runoff", "monotonicity"),
        ("schulze", "reinforcement"),
        ("greedy", "justified"),
        ("anti_plurality", "majority"),
        ("anti_plurality", "condorcet"),
        ("copeland", "clone_independence"),
        ("minimax", "smith"),
        ("black", "clone_independence"),
        ("contingent", "condorcet"),
        ("bucklin", "condorcet"),
        ("score", "majority"),
        ("stv_scotland", "house_monotonicity"),
        ("block", "proportional"),
        ("schulze", "participation"),
        ("minimax", "condorcet_loser"),
        ("kemeny", "clone_independence"),
        ("kemeny", "reinforcement"),
        ("star", "condorcet"),
        ("star", "majority"),
        ("majority_judgment", "participation"),
        ("majority_judgment", "condorcet"),
        ("coombs", "condorcet"),
        ("nanson", "clone_independence"),
        ("bucklin", "clone_independence"),
        ("bucklin", "participation"),
        ("plurality", "condorcet"),
        ("anti_plurality", "clone_independence"),
        ("split_cycle", "resolvability"),
        ("uncovered_set", "resolvability"),
        ("black", "smith"),
        ("pav", "house_monotonicity"),
        ("chamberlin_courant", "house_monotonicity"),
        ("committee_equal_shares", "house_monotonicity"),
        ("sntv", "solid_coalitions"),
        ("block", "extended_justified"),
        ("knapsack", "justified"),
        ("chamberlin_courant", "priceable"),
        ("greedy", "priceable"),
        ("greedy", "extended_up_to_one"),
        ("knapsack", "proportional_up_to_any"),
    ],
)
def test_hypothesis_finds_what_a_rule_does_not_promise(name, law):
    """The laws can fail: for each known failure Hypothesis finds an election."""
    rule = rules.rule("voting", name)
    given = rule.complete({"seats": 2} if law in ("priceable", "solid_coalitions") and rule.elects == "several" else {})

    def broken(data: st.DataObject) -> bool:
        try:
            LAWS[law](rule, given, data)
        except AssertionError:
            return True
        return False

    assert law not in rule.promises
    looking = settings(max_examples=20_000, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    assert find(st.data(), broken, random=Random(SEEDS.get((name, law), 1)), settings=looking)
