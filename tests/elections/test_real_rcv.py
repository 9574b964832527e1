"""Ranked-choice contests as RCTab states and counts them: every tally of every round, and every ballot that rests."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest

from engine.elections import files, ranks, rctab
from engine.elections.election import Election
from engine.refusals import Refusal
from engine.rules import tally
from tests.conftest import shared


def published(name: str) -> tuple[rctab.Contest, list[dict]]:
    """A contest and the rounds that RCTab reports of it (BrightSpots/rcv, test data)."""
    config = shared(f"elections/rcv/{name}/{name}_config.json")
    report = json.loads(shared(f"elections/rcv/{name}/{name}_expected_detailed_report.json").read_text())
    return rctab.read_contest(config.read_text(), lambda beside: (config.parent / beside).read_text()), report["results"]


def tallies(outcome, contest: rctab.Contest) -> list[dict[str, Fraction]]:
    """Who has how many votes in each round, as an outcome tells it."""
    names = contest.election.options
    return [{names[place]: Fraction(votes) for place, votes in zip(*each, strict=True)} for each in outcome.facts]


def inactive(contest: rctab.Contest, left: list[int]) -> list[int]:
    """The weight of the ballots that name none of those `left`, by the reasons in the order of `ranks.ENDS`."""
    rests = ~np.isin(contest.election.orders, left).any(axis=1)
    return [int(contest.election.weights[rests & (contest.ends == number)].sum()) for number in range(len(ranks.ENDS))]


@pytest.mark.parametrize(
    ("name", "rounds", "winner"),
    [("2013_minneapolis_mayor", 33, "BETSY HODGES"), ("2015_portland_mayor", 14, "Mavodones, Nicholas M. Jr.")],
)
def test_every_round_is_the_published_one(name, rounds, winner):
    contest, reported = published(name)
    rule, parameters = contest.election.rule
    outcome = tally(rule, contest.election, **parameters)
    assert outcome.winners == (winner,) and len(outcome.facts) == len(reported) == rounds
    for (left, votes), expected in zip(outcome.facts, reported, strict=True):
        assert dict(zip([contest.election.options[place] for place in left], votes, strict=True)) == {
            option: int(count) for option, count in expected["tally"].items()
        }
        assert inactive(contest, left) == [
            int(expected["inactiveBallots"][reason]) for reason in ("exhaustedChoices", "overvotes", "skippedRankings", "repeatedRankings")
        ]
        assert sum(votes) // 2 + 1 == int(expected["threshold"])


def test_several_winners_by_a_whole_threshold_and_four_decimals():
    contest, reported = published("test_set_multi_winner_whole_threshold")
    rule, parameters = contest.election.rule
    assert (rule, contest.election.seats) == ("rctab", 3)
    assert parameters == {"winners": "several_a_round", "quota": "droop", "whole": True, "decimals": 4, "ties": "order"}
    outcome = tally(rule, contest.election, **parameters)
    assert tallies(outcome, contest) == [{name: Fraction(votes) for name, votes in each["tally"].items()} for each in reported]
    assert all(sum(each.values()) for each in tallies(outcome, contest)) and len(reported) == 6
    assert [name[10] for name in outcome.winners] == ["A", "B", "C"]


def test_a_tie_for_the_last_place_is_reported_whoever_won_it():
    """RCTab's tie-break fixture: 3, 3 and 3 first choices; its seed lets one drop out and one of the others win."""
    assert set(tally("ranked_choice", Election.read("3: dare\n3: gervin\n3: blaylock")).winners) == {"dare", "gervin", "blaylock"}


def test_a_table_of_ranks_is_read_by_its_own_words():
    cast = ranks.read("rank1,rank2,rank3\nAnn,undervote,Bob\novervote,Ann,\nBob,Bob,UWI\n,,\nundervote,undervote,undervote\n")
    assert (cast.options, cast.orders.tolist(), cast.write_ins) == (
        ("Ann", "Bob", ranks.WRITE_INS),
        [[0, 1, -1], [-1, -1, -1], [1, 2, -1], [-1, -1, -1]],
        2,
    )


@pytest.mark.parametrize(
    ("marks", "order", "reason"),
    [
        (ranks.Marks(overvote_ends=False), [0, 1], 0),
        (ranks.Marks(overvote_ends=True), [0], 1),
        (ranks.Marks(overvote_ends=False, skipped_max=1), [0], 2),
        (ranks.Marks(overvote_ends=False, repeat_ends=True, ranks_max=7), [0, 1], 3),
        (ranks.Marks(ranks_max=1), [0], 0),
    ],
)
def test_what_a_law_makes_of_a_ballot(marks, order, reason):
    ballot = [0, ranks.SEVERAL, ranks.NONE, ranks.NONE, 1, 1]
    assert ranks.order_of(ballot, marks) == (order, reason)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("", "line 1, cell 1 names no ranks"),
        ("a,b\n1,2", "line 1, cell 1 names no ranks"),
        ("rank1,rank3\na,b", "names no ranks"),
        ("count,rank1\n0,a", "line 2, cell 1 counts '0'"),
        ("count,rank1\n1,a,b", "line 2, cell 3 has 3 cells"),
        ('count,rank1\n1,"a', "cannot be read"),
        ("count,rank1\n" + "".join(f"1,o{n}\n" for n in range(2000)), "options"),
        ("rank1\n", "names no option"),
    ],
)
def test_a_broken_table_is_refused_by_line_and_cell(text, fact):
    with pytest.raises(Refusal) as refusal:
        ranks.read(text)
    assert fact in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        (lambda stated: stated["rules"].update(overvoteRule="exhaustIfMultipleContinuing"), "overvote rule"),
        (lambda stated: stated["rules"].update(winnerElectionMode="multiWinnerSequential"), "elects by"),
        (lambda stated: stated.pop("rules"), "lacks 'rules'"),
        (lambda stated: stated["candidates"].clear(), "has no candidate who is not excluded"),
        (lambda stated: stated.update(candidates=7), "is not written as RCTab writes one"),
        (lambda stated: stated["cvrFileSources"].clear(), "has no source of ballots"),
        (lambda stated: stated["cvrFileSources"][0].pop("filePath"), "lacks 'filePath'"),
        (lambda stated: stated.update(cvrFileSources=[[1]]), "is not written as RCTab writes one"),
        (lambda stated: stated["candidates"][0].update(name=[1]), "where a text should be"),
        (lambda stated: stated["cvrFileSources"][0].update(filePath="a\0b"), "where a text should be"),
        (lambda stated: stated["rules"].update(hareQuota=True), "sets hareQuota to 'True'"),
        (lambda stated: stated["rules"].update(minimumVoteThreshold="100"), "minimumVoteThreshold"),
        (lambda stated: stated["rules"].update(continueUntilTwoCandidatesRemain=True), "continueUntilTwoCandidatesRemain"),
        (
            lambda stated: stated["rules"].update(winnerElectionMode="multiWinnerAllowOnlyOneWinnerPerRound"),
            "where one is elected, RCTab takes singleWinner",
        ),
        (lambda stated: stated["rules"].update(numberOfWinners="many"), "sets numberOfWinners to 'many'"),
    ],
)
def test_a_contest_that_is_not_ours_to_count_is_refused(change, fact):
    config = shared("elections/rcv/2015_portland_mayor/2015_portland_mayor_config.json")
    stated = json.loads(config.read_text())
    change(stated)
    with pytest.raises(Refusal) as refusal:
        rctab.read_contest(json.dumps(stated), lambda name: (config.parent / name).read_text())
    assert fact in str(refusal.value)


def test_a_contest_is_counted_by_the_rule_it_names():
    election = files.read(shared("elections/rcv/2015_portland_mayor/2015_portland_mayor_config.json"))
    assert election.rule == ("rctab", {"batch": True, "ties": "order"})


def stated_contest(rules: dict, candidates: list, files: list[str]) -> str:
    plain = {
        "overvoteRule": "exhaustImmediately", "winnerElectionMode": "singleWinnerMajority", "numberOfWinners": "1", "batchElimination": False,
        "maxSkippedRanksAllowed": "unlimited", "maxRankingsAllowed": "max", "exhaustOnDuplicateCandidate": False,
    }  # fmt: skip
    people = [{"name": name, "aliases": [], "excluded": gone} for name, gone in candidates]
    return json.dumps({"rules": plain | rules, "candidates": people, "cvrFileSources": [{"filePath": name} for name in files]})


def test_every_source_of_a_contest_is_read():
    cast = {"one.csv": "count,rank1\n5,Ann\n3,Bob\n", "two.csv": "count,rank1\n99,Bob\n"}
    contest = rctab.read_contest(stated_contest({}, [("Ann", False), ("Bob", False)], list(cast)), cast.__getitem__)
    assert (contest.election.total, contest.election.rank_counts[:, 0].tolist()) == (107, [5, 102])


def test_the_mark_of_an_excluded_option_is_not_a_skipped_rank():
    text = stated_contest({"maxSkippedRanksAllowed": "0"}, [("Ann", False), ("Bob", False), ("Gone", True)], ["x.csv"])
    contest = rctab.read_contest(text, lambda name: "count,rank1,rank2\n5,Gone,Ann\n3,Bob,\n")
    assert contest.election.rank_counts[:, 0].tolist() == [5, 3]


def test_several_names_in_a_cell_are_an_overvote_however_they_are_parted():
    text = stated_contest({}, [("Ann", False), ("Bob", False), ("Cy", False)], ["x.csv"])
    contest = rctab.read_contest(text, lambda name: 'rank1,rank2\n"Ann\nBob",Cy\nCy,\n')
    assert contest.election.rank_counts[:, 0].tolist() == [0, 0, 1]
    assert inactive(contest, [0, 1, 2])[ranks.ENDS.index("by overvotes")] == 1


@pytest.mark.parametrize(
    ("overvotes", "cast", "order", "reason"),
    [
        ("alwaysSkipToNextRank", "Gone,Gone,Ann", [], "by repeated rankings"),
        ("alwaysSkipToNextRank", '"Ann\nBob",Ann,Cy', [], "by repeated rankings"),
        ("alwaysSkipToNextRank", "overvote,overvote,Bob", [], "by repeated rankings"),
        ("alwaysSkipToNextRank", '"Ann\nGone",Cy,Gone', [2], "by repeated rankings"),
        ("exhaustImmediately", 'Ann,"Ann\nBob",Cy', [0], "by repeated rankings"),
        ("exhaustImmediately", 'Ann,"Cy\nBob",Cy', [0], "by overvotes"),
        ("alwaysSkipToNextRank", '"Ann\nBob",Gone,Cy', [2], "by exhausted choices"),
        ("alwaysSkipToNextRank", "Gone,Away,Cy", [2], "by exhausted choices"),
    ],
)
def test_a_name_that_comes_up_again_ends_a_ballot_before_an_overvote_does(overvotes, cast, order, reason):
    """RCTab's Tabulator.java checks ranks for duplicates first, over every name at them."""
    people = [("Ann", False), ("Bob", False), ("Cy", False), ("Gone", True), ("Away", True)]
    text = stated_contest({"overvoteRule": overvotes, "exhaustOnDuplicateCandidate": True}, people, ["x.csv"])
    contest = rctab.read_contest(text, lambda name: f"rank1,rank2,rank3\n{cast}\n")
    assert [place for place in contest.election.orders[0].tolist() if place >= 0] == order
    assert contest.ends.tolist() == [ranks.ENDS.index(reason)]


def test_one_of_several_names_at_a_rank_who_is_unknown_is_refused():
    text = stated_contest({}, [("Ann", False)], ["x.csv"])
    with pytest.raises(Refusal, match="line 3, cell 1 names 'Ann\\\\nZed', who is not standing"):
        rctab.read_contest(text, lambda name: 'rank1\n"Ann\nZed"\n')
    assert ranks.read('rank1,rank2\n"Ann\nZed",Ann\n').options == ("Ann",)
