"""RCTab's ways of breaking ties and of electing several, against what RCTab itself reports (BrightSpots/rcv, its test data)."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.elections import java, marked, ranks, rctab
from engine.elections.election import Election
from engine.refusals import Refusal
from engine.rules import tally
from engine.rules.voting.rctab._ties import Ties
from tests.conftest import shared

RULES = {
    "overvoteRule": "alwaysSkipToNextRank", "winnerElectionMode": "singleWinnerMajority", "numberOfWinners": "1",
    "maxSkippedRanksAllowed": "0", "maxRankingsAllowed": "max", "tiebreakMode": "useCandidateOrder",
    "decimalPlacesForVoteArithmetic": "4",
}  # fmt: skip
DWARFS = ["Happy", "Sneezy", "Dopey", "Grumpy"]
PLAYERS = ["Mookie Blaylock", "Yinka Dare", "George Gervin"]


def contest(names: list[str], rules: dict, cast: str = "", **candidate: object) -> str:
    candidates = [{"name": name} | candidate for name in names]
    source = {"filePath": "cast.csv", "overvoteLabel": "overvote"}
    return json.dumps({"rules": RULES | rules, "candidates": candidates, "cvrFileSources": [source]})


def counted(names: list[str], rules: dict, cast: str):
    election = rctab.read_contest(contest(names, rules), lambda _: cast).election
    return election, tally(election.rule[0], election, **election.rule[1])


def dropped(election: Election, outcome) -> list[str]:
    """Who drops out, round by round."""
    standing = [set(each[0]) for each in outcome.facts]
    return [election.options[place] for before, after in pairwise(standing) for place in before - after]


def test_a_tie_is_drawn_with_javas_generator():
    """RCTab's tiebreak_seed_test: seed 1 lets Dare drop out, then Gervin win."""
    cast = "count,rank1\n" + "".join(f"3,{name}\n" for name in PLAYERS)
    election, outcome = counted(PLAYERS, {"tiebreakMode": "random", "randomSeed": "1", "batchElimination": True}, cast)
    assert (outcome.winners, dropped(election, outcome)) == (("George Gervin",), ["Yinka Dare"])
    config = json.loads(shared("elections/rcv/tiebreak_seed_test/tiebreak_seed_test_config.json").read_text())
    report = json.loads(shared("elections/rcv/tiebreak_seed_test/tiebreak_seed_test_expected_detailed_report.json").read_text())
    real = rctab.read_contest(json.dumps(config), lambda name: {"ballots.csv": cast}[name]).election
    assert real.rule == election.rule == ("rctab", {"batch": True, "ties": "random", "tie_seed": 1})
    results = report["results"]
    assert [results[0]["tallyResults"][0]["eliminated"], results[1]["tallyResults"][0]["elected"]] == ["Yinka Dare", "George Gervin"]


def test_a_permutation_is_javas_shuffle_of_the_sorted_names():
    """RCTab's tiebreak_generate_permutation_test: seed 12345; Blaylock and Dare drop out, Gervin wins over Threatt."""
    names = [*PLAYERS, "Sedale Threatt"]
    cast = "count,rank1\n" + "".join(f"2,{name}\n" for name in names)
    election, outcome = counted(names, {"tiebreakMode": "generatePermutation", "randomSeed": 12345}, cast)
    assert election.options == ("George Gervin", "Sedale Threatt", "Yinka Dare", "Mookie Blaylock")
    assert (outcome.winners, dropped(election, outcome)) == (("George Gervin",), ["Mookie Blaylock", "Yinka Dare"])


def test_earlier_rounds_are_asked_before_the_lot():
    """RCTab's tiebreak_previous_round_counts_then_random_test: Grumpy, who had fewer, drops out; then Sneezy wins the draw over Dopey."""
    cast = "count,rank1,rank2\n3,Sneezy,\n3,Dopey,\n2,Grumpy,\n1,Happy,Grumpy\n"
    election, outcome = counted(DWARFS, {"tiebreakMode": "previousRoundCountsThenRandom", "randomSeed": "12345"}, cast)
    assert (outcome.winners, dropped(election, outcome)) == (("Sneezy",), ["Happy", "Grumpy"])
    assert [sum(votes) for _, votes in outcome.facts] == [9, 9, 6]
    assert "Sneezy, Dopey and Grumpy are tied: Grumpy had 2 in round 1; Grumpy drops out" in outcome.steps[2]
    assert outcome.ties == (("Sneezy", "Dopey"),)


def test_the_candidate_listed_last_loses_a_tie():
    """And the same ballots, by the order of the candidates."""
    cast = "count,rank1,rank2\n3,Sneezy,\n3,Dopey,\n2,Grumpy,\n1,Happy,Grumpy\n"
    election, outcome = counted(DWARFS, {}, cast)
    assert (outcome.winners, dropped(election, outcome), outcome.note) == (("Sneezy",), ["Happy", "Grumpy"], "")
    listed = counted(["Grumpy", "Happy", "Dopey", "Sneezy"], {}, cast)
    assert dropped(*listed) == ["Happy", "Sneezy"] and listed[1].winners == ("Grumpy",)


@pytest.mark.parametrize("mode", ["stopCountingAndAsk", "previousRoundCountsThenAsk"])
def test_where_rctab_would_ask_it_is_said(mode):
    cast = "count,rank1\n3,Sneezy\n3,Dopey\n2,Grumpy\n"
    _, outcome = counted(DWARFS[1:], {"tiebreakMode": mode}, cast)
    assert outcome.winners == ("Sneezy",) and outcome.ties == (("Sneezy", "Dopey"),)
    assert outcome.note == "RCTab would stop at a tie and ask; here the order of listing answered"
    assert counted(DWARFS[1:], {"tiebreakMode": mode}, cast + "1,Dopey\n")[1].note == ""


def test_one_winner_a_round_leaves_the_others_for_later_rounds():
    """RCTab's test_set_allow_only_one_winner_per_round: three have 3 of 9 votes each, above a threshold of 2.2501."""
    mode = {"winnerElectionMode": "multiWinnerAllowOnlyOneWinnerPerRound", "numberOfWinners": 3, "nonIntegerWinningThreshold": True}
    _, outcome = counted(list("ABCD"), mode, "count,rank1,rank2,rank3\n3,A,B,C\n3,B,C,\n3,C,,\n")
    reported = [
        ["3", "3", "3", "0"],
        ["2.2501", "3.7497", "3", "0"],
        ["2.2501", "2.2501", "4.4994", "0"],
        ["2.2501", "2.2501", "2.2501", "0"],
    ]
    assert [[Fraction(votes) for votes in each[1]] for each in outcome.facts] == [[*map(Fraction, each)] for each in reported]
    assert outcome.winners == ("A", "B", "C") and outcome.ties == (("A", "B", "C"),)


@pytest.mark.parametrize(
    ("rules", "threshold"),
    [
        ({}, "8"),
        ({"nonIntegerWinningThreshold": True}, "7.2501"),
        ({"hareQuota": True}, "10"),
        ({"hareQuota": True, "nonIntegerWinningThreshold": True}, "9.6667"),
        ({"nonIntegerWinningThreshold": True, "decimalPlacesForVoteArithmetic": "1"}, "7.3"),
    ],
)
def test_the_threshold_is_cut_off_and_one_last_place_more(rules, threshold):
    """Of 29 votes for 3 seats; 7.2501 is what RCTab reports as the final threshold of test_set_multi_winner_fractional_threshold."""
    mode = {"winnerElectionMode": "multiWinnerAllowMultipleWinnersPerRound", "numberOfWinners": "3"}
    _, outcome = counted(list("ABCD"), mode | rules, "count,rank1\n14,A\n7,B\n5,C\n3,D\n")
    kept = [Fraction(outcome.facts[-1][1][0])]
    assert kept == [Fraction(threshold)]


def test_from_the_bottom_up_nobody_passes_votes_on_from_the_elected():
    mode = {"winnerElectionMode": "bottomsUp", "numberOfWinners": "2"}
    _, outcome = counted(list("ABC"), mode, "count,rank1,rank2\n9,A,C\n3,B,\n2,C,B\n")
    assert outcome.winners == ("A", "B") and outcome.facts == [[[0, 1, 2], [9, 3, 2]], [[0, 1], [9, 5]]]


def test_by_several_passes_the_same_majority_elects_every_seat():
    mode = {"winnerElectionMode": "multiPassIrv", "numberOfWinners": "2"}
    election, outcome = counted(list("ABC"), mode, "count,rank1,rank2\n6,A,B\n5,C,\n")
    assert outcome.winners == ("A", "B") and outcome.facts[-1] == [[1, 2], [6, 5]]
    assert tally("stv", election, seats=2).winners == ("A", "C")


def test_write_ins_are_out_before_anybody_wins():
    cast = "count,rank1,rank2\n6,UWI,Ann\n3,Ann,\n2,Bob,\n"
    stated = json.loads(contest(["Ann", "Bob"], {}))
    stated["cvrFileSources"][0]["undeclaredWriteInLabel"] = "UWI"
    election = rctab.read_contest(json.dumps(stated), lambda _: cast).election
    outcome = tally("rctab", election)
    assert outcome.winners == ("Ann",) and outcome.facts == [[[0, 1, 2], [3, 2, 6]], [[0, 1], [9, 2]]]


@pytest.mark.parametrize(
    ("rules", "fact"),
    [
        ({"tiebreakMode": "coin"}, "breaks ties by 'coin'; we know useCandidateOrder"),
        ({"tiebreakMode": "random"}, "sets randomSeed to 'None'"),
        ({"tiebreakMode": "random", "randomSeed": str(1 << 47)}, "sets randomSeed to '140737488355328'"),
        (
            {"winnerElectionMode": "bottomsUpUsingPercentageThreshold", "numberOfWinners": "0"},
            "elects by 'bottomsUpUsingPercentageThreshold'",
        ),
        ({"winnerElectionMode": "multiPassIrv", "numberOfWinners": "2", "hareQuota": True}, "sets hareQuota to 'True'"),
        ({"winnerElectionMode": "bottomsUp", "numberOfWinners": "2", "batchElimination": True}, "sets batchElimination to 'True'"),
        (
            {"numberOfWinners": "2"},
            "sets winnerElectionMode to 'singleWinnerMajority'; we do not count that: where 2 are elected, RCTab takes",
        ),
        (
            {"winnerElectionMode": "bottomsUp"},
            "sets winnerElectionMode to 'bottomsUp'; we do not count that: where one is elected, RCTab takes",
        ),
        ({"numberOfWinners": "0"}, "sets numberOfWinners to '0'; we do not count that: at least one must be elected"),
        ({"numberOfWinners": "٢"}, "sets numberOfWinners to '٢'; we do not count that: it must be a whole number"),
        ({"maxSkippedRanksAllowed": "٢"}, "sets maxSkippedRanksAllowed to '٢'"),
        ({"tiebreakMode": "random", "randomSeed": "٢"}, "sets randomSeed to '٢'"),
        ({"stopTabulationEarlyAfterRound": "1"}, "to '1'; we do not count that: only contests without it"),
        ({"continueUntilTwoCandidatesRemain": True}, "to 'True'; we do not count that: only contests without it"),
        ({"minimumVotesThreshold": "0"}, "sets minimumVotesThreshold to '0'; we do not count that: it is no setting of RCTab that we know"),
        ({"batchElimination": "true"}, "sets batchElimination to 'true'; we do not count that: it must be true or false"),
        ({"maxSkippedRanksAllowed": "two"}, "sets maxSkippedRanksAllowed to 'two'"),
        (
            {"winnerElectionMode": "bottomsUp", "numberOfWinners": "2", "multiSeatBottomsUpPercentageThreshold": "15"},
            "sets multiSeatBottomsUpPercentageThreshold to '15'",
        ),
        (
            {"winnerElectionMode": "multiWinnerAllowMultipleWinnersPerRound", "numberOfWinners": 2, "decimalPlacesForVoteArithmetic": "21"},
            "sets decimalPlacesForVoteArithmetic to '21'",
        ),
    ],
)
def test_what_is_not_counted_is_refused_by_name(rules, fact):
    with pytest.raises(Refusal) as refused:
        rctab.read_contest(contest(["Ann", "Bob"], rules), lambda _: "rank1\nAnn\n")
    assert fact in str(refused.value)


def test_codes_name_candidates_and_leave_no_draw():
    """RCTab before 1.4 has codes instead of aliases, and draws in the order of the codes."""
    text = contest(["Ann"], {}, code="c1")
    assert rctab.read_contest(text, lambda _: "rank1\nc1\nAnn\n").election.rank_counts[:, 0].tolist() == [2]
    with pytest.raises(Refusal, match="sets tiebreakMode to 'random'"):
        rctab.read_contest(contest(["Ann"], {"tiebreakMode": "random", "randomSeed": 1}, code="c1"), lambda _: "rank1\nc1\n")


@pytest.mark.parametrize(
    ("candidates", "fact"),
    [
        ([{"name": "Ann"}, {"name": "Ann"}], "calls two candidates 'Ann'"),
        ([{"name": "Ann", "aliases": ["A"]}, {"name": "Bob", "aliases": ["A"]}], "calls two candidates 'A'"),
        ([{"name": "Ann"}, {"name": "overvote"}], "calls a candidate and a mark 'overvote'"),
        ([{"name": "Ann", "excluded": "false"}], "sets excluded to 'false'"),
        ([{"name": "Ann", "aliases": 5}], "gives 'Ann' aliases that are no list; write them as RCTab does"),
        ([{"name": "Ann", "aliases": "Bob"}], "gives 'Ann' aliases that are no list"),
        ([{"name": "Ann", "aliases": {"Bob": 1}}], "gives 'Ann' aliases that are no list"),
        ([{"name": "Ann", "excluded": True}], "has no candidate who is not excluded; name one who stands"),
        ([], "has no candidate who is not excluded"),
    ],
)
def test_who_is_meant_is_never_left_open(candidates, fact):
    stated = json.loads(contest([], {})) | {"candidates": candidates}
    with pytest.raises(Refusal) as refused:
        rctab.read_contest(json.dumps(stated), lambda _: "rank1\nAnn\n")
    assert fact in str(refused.value)


@pytest.mark.parametrize("winners", [2.5, True, None, [1]])
def test_a_number_of_winners_is_a_whole_number(winners):
    with pytest.raises(Refusal, match="sets numberOfWinners to .*: it must be a whole number|2.5 is not a whole number"):
        rctab.read_contest(contest(["Ann"], {"numberOfWinners": winners}), lambda _: "rank1\nAnn\n")


@given(st.integers(-(1 << 47), (1 << 47) - 1), st.lists(st.integers(1, 300), min_size=1, max_size=40))
def test_a_seed_is_its_lowest_48_bits_and_a_draw_is_below_its_bound(seed, bounds):
    one, other = java.Random(seed), java.Random(seed % (1 << 48))
    for bound in bounds:
        assert 0 <= one.below(bound) == other.below(bound) < bound
        assert 0 <= one.scaled(bound) == other.scaled(bound) < bound


def test_javas_numbers_are_javas():
    """What OpenJDK 17 gives for `new Random(-7)`: numbers, draws, a shuffle, a hash and the order of a HashSet."""
    random = java.Random(-7)
    assert [random.below(1000) for _ in range(10)] == [662, 297, 590, 707, 478, 87, 591, 436, 245, 944]
    assert [random.scaled(7) for _ in range(10)] == [3, 6, 1, 4, 3, 2, 3, 2, 1, 0]
    assert "".join(java.Random(-7).shuffled("abcdefghij")) == "behijadfgc"
    assert java.hash_code("Żółć𝄞é") == 83548354
    order = [6, 5, 4, 13, 3, 12, 11, 9, 10, 8, 7, 2, 1, 0]
    assert java.set_order([f"name{number}" for number in range(14)]) == [f"name{number}" for number in order]


def test_a_draw_is_rounded_as_a_double_is_where_that_decides():
    """Given the number below 2^53 whose product with 7 lies between two doubles; then Java's is the even one, and the draw one more."""
    drawn = java.Random(65545201479537).scaled(7)
    below = (java.Random(65545201479537)._next(26) << 27) + _second(65545201479537)
    assert (drawn, below * 7 >> 53) == (6, 5)


def _second(seed: int) -> int:
    """The lower part of a double's digits: of the second number that the generator gives."""
    random = java.Random(seed)
    random._next(26)
    return random._next(27)


@given(st.integers(0, (1 << 48) - 1), st.integers(1, 300))
def test_a_draw_is_what_floating_point_makes_of_it(seed, bound):
    """Python's floats are Java's doubles (IEEE 754), rounded alike."""
    number = (java.Random(seed)._next(26) << 27) + _second(seed)
    assert java.Random(seed).scaled(bound) == math.floor(number / 2**53 * bound)


@given(st.integers(0, 99))
def test_whoever_a_set_gives_first_is_drawn_where_a_list_would_give_another(seed):
    """Given two who were level in the round before: RCTab holds them in a HashSet, which gives Sneezy before Dopey."""
    place = java.Random(seed).scaled(2)
    names, votes = ("Dopey", "Sneezy"), [[Fraction(1), Fraction(1)]]
    assert names[Ties(names, None, "previous_random", seed).loser([0, 1], votes)] == ("Sneezy", "Dopey")[place]
    assert names[Ties(names, None, "random", seed).loser([0, 1], votes)] == names[place]


def test_a_set_of_more_than_twelve_has_more_buckets_and_another_order():
    """Given thirteen who are level: beyond three quarters of sixteen buckets, a HashSet makes thirty-two."""
    names = [chr(65 + number) * (number + 2) for number in range(13)]
    few = sorted(names, key=lambda name: (java.hash_code(name) & 0xFFFFFFFF ^ (java.hash_code(name) & 0xFFFFFFFF) >> 16) & 15)
    assert java.set_order(names) != few
    ties, votes = Ties(names, None, "previous_random", 3), [[Fraction(1)] * 13]
    assert names[ties.loser(range(13), votes)] == java.set_order(sorted(names))[java.Random(3).scaled(13)]


def test_the_sixth_excluded_is_read_as_any_other():
    """Given a dozen who are excluded; then no line that names one of them is taken for one with an unknown name."""
    names = [f"Person {number}" for number in range(14)]
    candidates = [{"name": name, "excluded": number > 1} for number, name in enumerate(names)]
    source = {"filePath": "cast.csv", "overvoteLabel": "overvote"}
    stated = json.dumps({"rules": RULES | {"maxSkippedRanksAllowed": "unlimited"}, "candidates": candidates, "cvrFileSources": [source]})
    cast = "count,rank1,rank2\n" + "".join(f"1,{name},{names[number % 2]}\n" for number, name in enumerate(names) if number > 1)
    election = rctab.read_contest(stated, lambda _: cast).election
    assert election.orders[:, 0].tolist() == [number % 2 for number in range(2, 14)]
    assert marked.UNKNOWN < ranks.EXCLUDED - rctab.CANDIDATES_MAX


def test_a_contest_of_more_candidates_than_cells_can_tell_apart_is_refused(monkeypatch):
    monkeypatch.setattr(rctab, "CANDIDATES_MAX", 3)
    with pytest.raises(Refusal, match="the contest has 4 candidates; list at most 3"):
        counted(DWARFS, {}, "count,rank1\n1,Happy\n")
