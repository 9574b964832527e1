"""A count says whether it is by the rule of the file, and what agrees with the figures the file states."""

import pytest

from api import beside_the_file
from engine import rules
from engine.elections import pabulib
from tests.api.test_cli import answer, folkmoot

PB = """META
key;value
description;A town
budget;9
vote_type;{kind}
rule;{rule}
PROJECTS
project_id;cost;votes;score;selected
a;6;2;{scores[0]};1
b;5;2;{scores[1]};0
c;1;1;{scores[2]};1
VOTES
voter_id;vote;{points}
1;a,b;{first}
2;a,c;{first}
3;b;{last}
"""
ORDINAL = {"kind": "ordinal", "points": "age", "first": "40", "last": "50", "scores": (4, 2, 1)}
SCORING = {"kind": "scoring", "points": "points", "first": "7,2", "last": "3", "scores": (14, 5, 2)}


@pytest.mark.parametrize("ballots", [ORDINAL, SCORING], ids=lambda ballots: ballots["kind"])
def test_rankings_and_scores_are_held_and_counted_by_the_points_they_give(tmp_path, ballots):
    (tmp_path / "x.pb").write_text(PB.format(rule="greedy", **ballots))
    made = answer("demo", "--no-serve", "--dir", tmp_path / "demo", "--from", tmp_path / "x.pb")
    counted = answer("tally", tmp_path / "x.pb")
    assert (made["verdict"], made["official"], made["rule_chosen_by"]) == ("sound", True, "the file")
    assert made["winners"] == counted["winners"] == ["a", "c"] and tuple(counted["scores"].values()) == ballots["scores"]
    assert counted["file"]["agreement"]["line"].endswith("votes agree; score agrees; selected agrees (the same 2).")
    assert counted["file"]["points_of_places"] == ("named" if ballots is ORDINAL else None)


def test_the_first_line_says_whose_rule_it_is(tmp_path):
    (tmp_path / "x.pb").write_text(PB.format(rule="greedy-custom", **ORDINAL))
    first = folkmoot("tally", tmp_path / "x.pb", "--rule", "greedy").stdout.splitlines()[0]
    assert "which was chosen here because the file's rule, greedy-custom, is described only in its comment" in first
    first = folkmoot("demo", "--no-serve", "--dir", tmp_path / "demo", "--from", tmp_path / "x.pb").stdout.splitlines()[0]
    assert "counted by greedy@1 because the file's rule, greedy-custom, is described only in its comment" in first
    (tmp_path / "y.pb").write_text(PB.format(rule="greedy-no-skip", **ORDINAL))
    assert "which is the file's rule, greedy-no-skip" in folkmoot("tally", tmp_path / "y.pb").stdout.splitlines()[0]
    for other in (("--rule", "knapsack"), ("--set", "votes_min=1")):
        assert "which is NOT the file's rule, greedy-no-skip" in folkmoot("tally", tmp_path / "y.pb", *other).stdout.splitlines()[0]


def test_without_a_rule_to_count_by_only_the_figures_are_compared(tmp_path):
    (tmp_path / "x.pb").write_text(PB.format(rule="greedy-exclusive", **ORDINAL))
    said = folkmoot("tally", tmp_path / "x.pb", code=1)
    assert "greedy-exclusive, funds one of projects that exclude each other" in said.stderr
    assert said.stdout == "The file's own figures: votes agree; score agrees.\n"


def test_a_comparison_says_which_rules_give_what_the_file_states(tmp_path):
    (tmp_path / "x.pb").write_text(PB.format(rule="greedy", **ORDINAL))
    lines = folkmoot("compare", tmp_path / "x.pb").stdout.splitlines()
    assert "The file's own figures: votes agree; score agrees; selected agrees (the same 2)." in lines
    assert next(line for line in lines if line.startswith("The official winners are those of: ")).split(": ")[1].startswith("greedy")
    assert "greedy" in answer("compare", tmp_path / "x.pb")["file"]["selected_by"]


def test_a_stated_scoring_fn_that_is_not_followed_is_said_in_the_first_line(tmp_path):
    ballots = ORDINAL | {"scores": (14, 10, 3)}
    (tmp_path / "x.pb").write_text(PB.format(rule="greedy", **ballots).replace("vote_type", "scoring_fn;Borda\nvote_type"))
    lines = folkmoot("tally", tmp_path / "x.pb").stdout.splitlines()
    assert "which is the file's rule, greedy but for scoring_fn; places are worth 7, 3 points" in lines[0].replace(" and ", ", ")
    assert "The file's own figures: votes agree; points of places found from the score; selected agrees (the same 2)." in lines


def counted_by_places(election, rule, given):
    """Whether other points of places give other scores, where nothing else is changed."""
    election.worth = (7, 3, 1)
    before = rules.count(rule, election, given).scores
    election.worth = (70, 3, 1)
    return rules.count(rule, election, given).scores != before


@pytest.mark.parametrize(
    ("name", "given"),
    [(name, {}) for name in rules.names("voting") if "ranked" in rules.counting_rule(name).ballots]
    + [("equal_shares", {"utility": "additive"})],
)
def test_what_places_are_worth_is_said_by_rules_that_count_by_it_and_no_other(name, given):
    election = pabulib.read(PB.format(rule="greedy", **ORDINAL)).election
    rule = rules.counting_rule(name)
    given = given | ({"seed": "7" * 64} if rule.takes_seed else {})
    kept = rules.terms(rule, election, given)
    assert (beside_the_file.places(election, rule, kept) is not None) is counted_by_places(election, rule, given)
