"""Pabulib's files are counted as they are written: by the rule they name, with the points they give, or not without saying so."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.elections import files, pabulib
from engine.elections.agreement import agreement
from engine.elections.grades import as_points
from engine.refusals import Refusal
from engine.rules import certificates, tally
from tests.conftest import SHARED, shared

PABULIB = sorted(path.name for path in (SHARED / "elections/pabulib").glob("*.pb"))


def pb(
    *meta: str, projects: str = "a;6;\nb;5;\nc;1;", votes: str = "1;a,b\n2;a\n3;b,c\n4;b", head: str = "votes", columns: str = "vote"
) -> str:
    """A file with a budget of 10, its lines of META beside those that every file needs."""
    stated = "\n".join(meta if any("vote_type" in line for line in meta) else ("vote_type;approval", *meta))
    return f"META\nkey;value\nbudget;10\n{stated}\nPROJECTS\nproject_id;cost;{head}\n{projects}\nVOTES\nvoter_id;{columns}\n{votes}\n"


def funded(text: str) -> tuple[str, ...]:
    election = pabulib.read(text).election
    return tally(election.rule[0], election, **election.rule[1]).winners


@pytest.mark.parametrize(
    ("meta", "winners"),
    [
        (("rule;greedy",), ("b", "c")),
        (("rule;greedy-no-skip",), ("b",)),
        (("rule;greedy-threshold", "min_project_score_threshold;2"), ("b",)),
        (("rule;greedy-threshold", "min_project_score_threshold;1"), ("b", "c")),
        (("rule;greedy", "min_project_score_threshold;2"), ("b",)),
        (("rule;greedy-no-skip", "min_project_score_threshold;4"), ()),
        (("rule;equalshares", "min_project_score_threshold;3"), ("b",)),
    ],
)
def test_the_rule_a_file_names_is_the_one_it_is_counted_by(meta, winners):
    """b has 3 votes, a 2, c 1; after b for 5 of the 10 there is no money for a."""
    assert funded(pb(*meta)) == winners


def test_a_threshold_of_points_is_one_of_points_and_not_of_voters():
    points = ("vote_type;cumulative", "max_sum_points;5", "rule;greedy-threshold", "min_project_score_threshold;4")
    assert funded(pb(*points, votes="1;a,b;4,1\n2;b;2\n3;c;3", columns="vote;points")) == ("a",)


@pytest.mark.parametrize(
    ("meta", "why"),
    [
        ((), "the file names no rule"),
        (("rule;unknown",), "the file says that its rule is unknown"),
        (("rule;greedy-custom",), "the file's rule, greedy-custom, is described only in its comment"),
        (("rule;greedy-exclusive",), "only its comment says which do"),
        (("rule;gready",), "the file's rule, gready, is not known here"),
        (("rule;greedy-threshold",), "needs min_project_score_threshold"),
        (("rule;greedy", "budget_per_category;sport 4"), "goes by budget_per_category"),
        (("rule;greedy", "budget_per_neighborhood;north 4"), "goes by budget_per_neighborhood"),
    ],
)
def test_a_rule_that_the_fields_do_not_tell_is_none_and_the_file_says_why(meta, why):
    budget = pabulib.read(pb(*meta))
    assert budget.rule is None and why in str(budget.election.stated.why_not)


def test_a_threshold_of_points_is_not_taken_for_one_of_supporters():
    meta = ("vote_type;cumulative", "rule;equalshares", "min_project_score_threshold;4")
    assert "in points" in str(pabulib.read(pb(*meta, votes="1;a;4", columns="vote;points")).election.stated.why_not)


def ordinal(votes: str, scores: tuple[int, int, int] | None, *meta: str, columns: str = "vote") -> pabulib.Budget:
    costs = dict(zip("abc", (6, 5, 1), strict=True))
    projects = "\n".join(f"{name};{costs[name]};{'' if scores is None else scores[place]}" for place, name in enumerate("abc"))
    head = "name" if scores is None else "score"
    return pabulib.read(pb("vote_type;ordinal", *meta, projects=projects, votes=votes, head=head, columns=columns))


@pytest.mark.parametrize(
    ("scores", "meta", "worth"),
    [
        (None, (), "named"),
        (None, ("scoring_fn;Borda",), "named"),
        (None, ("scoring_fn;5,2",), (5, 2)),
        ((5, 2, 1), ("max_length;3",), "named"),  # 3-2-1 on the first, 2-1 on the second, 1 on the third
        ((6, 2, 6), ("max_length;3",), (3, 2, 1)),  # the first place is worth 3 on every vote
        ((10, 4, 12), ("max_length;5",), (5, 4, 3)),  # a vote may name five of the projects, of which there are but three here
        ((20, 7, 18), ("max_length;3",), (10, 7, 1)),
        ((2, 7, 18), ("max_length;3",), "named"),  # 1, 7 and 10 would fit, but no town gives the last place the most
        ((99, 7, 60), ("max_length;3",), "named"),  # fits nothing: as Pabulib counts, and the line says that it differs
    ],
)
def test_the_score_of_projects_shows_what_places_are_worth(scores, meta, worth):
    assert ordinal("1;a,b,c\n2;a,c\n3;c" if scores != (5, 2, 1) else "1;a,b,c\n2;a\n3;a", scores, *meta).election.worth == worth


def test_points_of_places_decide_and_not_borda_over_all_projects():
    """One vote for c alone is worth 1 point by its length, and 2 of Borda over three projects."""
    votes = ordinal("1;a,c\n2;c\n3;b", None, "rule;greedy").election
    assert tally("greedy", votes).scores == {"a": 2, "b": 1, "c": 2}
    votes.worth = None
    assert tally("greedy", votes).scores == {"a": 2, "b": 2, "c": 3}


def test_points_beside_rankings_are_the_points_of_their_places():
    assert ordinal("1;a,b;4,3\n2;c;4", None, columns="vote;points").election.worth == (4, 3)
    assert ordinal("1;a,b;2,1\n2;c;1", None, columns="vote;points").election.worth == "named"


def test_points_that_are_no_matter_of_places_are_counted_as_given():
    votes = ordinal("1;a,b;4,3\n2;c;9", (4, 3, 9), "rule;greedy", columns="vote;points").election
    assert votes.kind == "score" and votes.table.tolist() == [[4, 3, 0], [0, 0, 9]]
    assert "not a matter of places" in str(votes.stated.remarks[0]) and agreement(votes, None).scores == ()


@pytest.mark.parametrize(
    ("stated", "scores", "points", "contradicted"),
    [
        ("Borda", (20, 7, 18), None, True),
        ("3,2,1", (20, 7, 18), None, True),
        ("10,7,1", (20, 7, 18), None, False),
        ("", (20, 7, 18), None, False),
        ("Borda", (5, 2, 5), None, False),
        ("Borda", (99, 7, 60), None, False),  # fits nothing, so that Borda is counted and the score differs
        ("3,2,1", None, "5,2,1 5,2 5", True),
        ("Dowdall", None, "5,2,1 5,2 5", True),
        ("5,2,1", None, "5,2,1 5,2 5", False),
        ("5,2,1,0", None, "5,2,1 5,2 5", False),
        ("3,2,1", None, "5,2,1 3,2 5", True),  # points that are no matter of places
    ],
)
def test_points_that_contradict_the_stated_ones_are_counted_and_it_is_said(stated, scores, points, contradicted):
    votes = ["1;a,b,c", "2;a,c", "3;c"]
    lines = "\n".join(votes if points is None else map(";".join, zip(votes, points.split(), strict=True)))
    columns = "vote" if points is None else "vote;points"
    budget = ordinal(lines, scores, "rule;greedy", *([f"scoring_fn;{stated}"] if stated else []), columns=columns)
    said = f"scoring_fn, {stated}, is not followed" in " ".join(map(str, budget.election.stated.remarks))
    assert (said, budget.election.stated.besides) == (contradicted, ("scoring_fn",) if contradicted else ())


@pytest.mark.parametrize(
    ("scores", "said"), [((4, 3, 3), "score agrees"), ((20, 7, 18), "points of places found from the score"), ((9, 9, 9), "score DIFFERS")]
)
def test_a_score_that_points_were_found_from_is_not_said_to_agree(scores, said):
    common = agreement(ordinal("1;a,b,c\n2;a,c\n3;c" if scores != (4, 3, 3) else "1;a,b\n2;a,c\n3;b,c\n4;c", scores).election, None)
    assert said in str(common.line) and common.as_json()["score"]["agree"] is {"score agrees": True, "score DIFFERS": False}.get(said)


rankings = st.lists(st.lists(st.sampled_from("abc"), max_size=3, unique=True), min_size=1, max_size=8)


@given(rankings, st.one_of(st.just("named"), st.lists(st.integers(0, 9), min_size=3, max_size=3).map(sorted)))
def test_whatever_places_are_worth_the_stated_score_is_what_is_counted(votes, worth):
    """A law: from the votes and the score alone, points are found by which the score comes out."""
    assume(any(votes))
    points = dict.fromkeys("abc", 0)
    for vote in votes:
        for place, name in enumerate(vote):
            points[name] += len(vote) - place if worth == "named" else worth[2 - place]
    counts = [[sum(vote[place : place + 1] == [name] for vote in votes) for place in range(3)] for name in "abc"]
    lines = "\n".join(f"{number};{','.join(vote)}" for number, vote in enumerate(votes, 1))
    election = ordinal(lines, tuple(points.values())).election
    counted = as_points(election).sums.tolist()
    one_way = max(map(len, votes)) == 3 and _independent(counts)
    assert counted == list(points.values()) or not (worth == "named" or one_way)


def _independent(rows: list[list[int]]) -> bool:
    (a, b, c), (d, e, f), (g, h, i) = rows
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g) != 0


@given(rankings, st.one_of(st.none(), st.just("named"), st.lists(st.integers(0, 9), max_size=3).map(tuple)))
def test_points_of_places_have_certificates_and_survive_a_file(votes, worth):
    assume(any(votes))
    election = ordinal("\n".join(f"{number};{','.join(vote)}" for number, vote in enumerate(votes, 1)), None).election
    election.worth = worth
    outcome = tally("greedy", election)
    certificates.check(election, outcome, {})
    again = pabulib.read(pabulib.write(election)).election
    assert tally("greedy", again).scores == outcome.scores
    assert tally("greedy", election.merged()).scores == outcome.scores


def test_what_a_vote_by_points_does_not_name_gets_the_default_score():
    meta = ("vote_type;scoring", "default_score;2")
    assert pabulib.read(pb(*meta, votes="1;a;5\n2;;", columns="vote;points")).election.table.tolist() == [[5, 2, 2], [2, 2, 2]]


def test_a_project_withdrawn_after_the_vote_is_left_out_and_stops_nobody():
    text = pb("rule;greedy-no-skip", projects="a;999999999;2\nb;5;3\nc;1;1")
    budget = pabulib.read(text)
    assert budget.election.options == ("b", "c") and funded(text) == ("b", "c") and budget.names == ("b", "c")
    assert "withdrawn after the vote, and left out: a" in map(str, budget.election.stated.remarks)
    assert agreement(budget.election, None).votes == ()


@pytest.mark.parametrize(
    ("meta", "scores", "points"),
    [
        ((), (4, 3, 3), [[2, 1], [0, 0], [1, 2]]),
        (("scoring_fn;5,3,1",), (10, 6, 6), [[3, 1], [0, 0], [3, 5]]),
    ],
)
def test_a_project_withdrawn_from_rankings_leaves_the_others_at_their_places(meta, scores, points):
    """Of the votes a,b,c and a and c,b, the first ranks b second still, though a was withdrawn."""
    projects = "\n".join(f"{name};{cost};{score}" for name, cost, score in zip("abc", (999999999, 6, 4), scores, strict=True))
    text = pb("vote_type;ordinal", "rule;greedy", "max_length;3", *meta, projects=projects, votes="1;a,b,c\n2;a\n3;c,b", head="score")
    election = pabulib.read(text).election
    assert (election.options, election.table.tolist()) == (("b", "c"), points)
    assert agreement(election, None).scores == () and funded(text) == ("b", "c")
    assert "withdrawn after the vote, and left out: a" in map(str, election.stated.remarks)


@pytest.mark.parametrize(
    ("kind", "columns", "votes", "said"),
    [
        ("cumulative", "vote;points", "1;a,b;4,1", True),
        ("scoring", "vote;points", "1;a,b;4,1", True),
        ("ordinal", "vote", "1;a,b", True),
        ("approval", "vote", "1;a,b", False),
    ],
)
def test_that_equal_shares_heeds_no_points_is_said(kind, columns, votes, said):
    for rule, spoken in (("equalshares", said), ("greedy", False)):
        remarks = pabulib.read(pb(f"vote_type;{kind}", f"rule;{rule}", votes=votes, columns=columns)).election.stated.remarks
        assert ("is worth its cost to all who give it any points" in " ".join(map(str, remarks))) is spoken


@pytest.mark.parametrize(
    ("text", "cost"), [("6", 600), ("6.25", 625), ("6,5", 650), (".5", 50), ("6E-1", 60), ("0.06e+2", 600), ("+6", 600)]
)
def test_amounts_are_read_as_people_and_spreadsheets_write_them(text, cost):
    assert pabulib.read(pb(projects=f"a;{text};1\nb;0.01;3\nc;1;1")).election.costs == (cost, 1, 100)


def test_columns_without_a_head_may_be_several():
    assert pabulib.read(pb(projects="a;6;2;;\nb;5;3;;\nc;1;1;;", head="votes;;")).election.costs == (6, 5, 1)


def test_spaces_around_fields_say_nothing():
    text = (
        "META\nkey; value\nbudget; 10\nvote_type; approval\nrule; greedy\nPROJECTS\nproject_id; cost\n a ; 6\nVOTES\nvoter_id; vote\n1; a"
    )
    assert funded(text) == ("a",)


@pytest.mark.parametrize(
    ("projects", "winners", "said"),
    [
        ("a;6;2;0\nb;5;3;1\nc;1;1;1", "bc", "votes agree; selected agrees (the same 2)."),
        ("a;6;9;0\nb;5;3;1\nc;1;1;1", "bc", "votes DIFFER for a; selected agrees (the same 2)."),
        ("a;6;2;1\nb;5;3;1\nc;1;1;0", "bc", "selected DIFFERS (1 in both, only here c, only there a)."),
        ("a;6;2;2\nb;5;3;1\nc;1;1;1", "bc", "(the same 2), leaving aside a, selected otherwise."),
        ("a;6;2;0\nb;5;3;1\nc;1;1;3", "bc", "(the same 1), leaving aside c, selected otherwise."),
    ],
)
def test_what_agrees_with_the_file_and_what_does_not_is_said_in_one_line(projects, winners, said):
    election = pabulib.read(pb(projects=projects, head="votes;selected")).election
    line = str(agreement(election, tuple(winners)).line)
    assert said in line and line.startswith("The file's own figures: ")


def test_a_file_without_figures_says_that_there_are_none():
    assert "no votes, score or selected" in str(
        agreement(pabulib.read(pb(projects="a;6;x\nb;5;y\nc;1;z", head="name")).election, ("a",)).line
    )


@pytest.mark.parametrize("name", PABULIB or ["Poland_Katowice_2023.pb"])
def test_real_figures_come_out_as_the_file_states_them(name):
    election = files.read(shared(f"elections/pabulib/{name}"))
    winners = tally(election.rule[0], election, **election.rule[1]).winners if election.rule else None
    common = agreement(election, winners)
    assert common.votes == () and common.scores in ((), None) and common.elected is not False
    assert not any("not known here" in str(remark) for remark in election.stated.remarks)
    assert common.elected or election.rule is None or election.stated.selected is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (pb("min_length;2"), "line 14 names 1 project, and min_length is 2"),
        (pb("vote_type;choose-1"), "line 12 names 2 projects, and vote_type is choose-1"),
        (pb("rule;greedy", "rule;equalshares"), "line 6, cell 1 states rule again, otherwise than line 5"),
        (pb(projects="a;6;1;\nb;5;3;\nc;1;1;", head="votes;votes"), "line 6, cell 4 names the column votes of PROJECTS twice"),
        (pb(projects="a;6;1\nb;5;3\nc;1;1", head=" cost"), "line 6, cell 3 names the column cost of PROJECTS twice"),
        (pb(votes="1;a;b", columns="vote;vote"), "line 11, cell 3 names the column vote of VOTES twice"),
        (pb(projects="a;8_00;1\nb;5;3\nc;1;1"), "line 7, cell 2 has '8_00' where an amount should be"),
        (pb(projects="a;٨;1\nb;5;3\nc;1;1"), "line 7, cell 2 has '٨' where an amount should be"),
        (pb(projects="a;nan;1\nb;5;3\nc;1;1"), "line 7, cell 2 has 'nan' where an amount should be"),
        (pb(projects="a;5." + "0" * 30 + "1;1\nb;5;3\nc;1;1"), "where an amount should be"),
        (pb(projects="a;-5;1\nb;5;3\nc;1;1"), "line 7, cell 2 has the amount -5"),
        (pb("rule;greedy-threshold", "min_project_score_threshold;many"), "line 6, cell 2 states min_project_score_threshold as 'many'"),
        (pb(projects="a;6;x\nb;5;3\nc;1;1"), "line 7, cell 3 has 'x' as votes"),
        (pb(projects="a;6;yes\nb;5;1\nc;1;0", head="selected"), "line 7, cell 3 has 'yes' as selected"),
        (pb("vote_type;ordinal", "scoring_fn;Dowdall"), "line 5, cell 2 states scoring_fn as 'Dowdall'"),
        (pb("vote_type;ordinal", votes="1;a,b;3", columns="vote;points"), "line 12, cell 3 names 2 projects and 1 points"),
        (pb("vote_type;scoring", votes="1;;3", columns="vote;points"), "line 12, cell 3 names 0 projects and 1 points"),
        (pb(votes="1;a;3", columns="vote;points"), "line 12, cell 3 gives points, and votes of this type approve"),
        (pb(votes="1;a;3", columns="vote;vote_strength"), "line 12, cell 3 has the vote_strength 3"),
        (
            pb("vote_type;scoring", "max_points;4", votes="1;a;5", columns="vote;points"),
            "line 13 gives 5 points to a project, and max_points is 4",
        ),
        (
            pb("vote_type;scoring", "min_points;2", votes="1;a;1", columns="vote;points"),
            "line 13 gives 1 point to a project, and min_points is 2",
        ),
        (pb("vote_type;scoring", votes="1;a;-1", columns="vote;points"), "line 12, cell 3 gives '-1' points"),
        (pb("vote_type;scoring", votes="1;a;0.5", columns="vote;points"), "line 12, cell 3 gives '0.5' points"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused_at_its_place(text, place):
    with pytest.raises(Refusal) as refused:
        pabulib.read(text)
    assert place in str(refused.value)


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        (pb("vote_type;cumulative", "min_sum_points;3", votes="1;a;1\n2;b;3", columns="vote;points"), "1 vote is below min_sum_points"),
        (pb("min_sum_cost;6"), "1 vote is below min_sum_cost"),
        (pb("leftover_budget;to the mayor"), "leftover_budget is not followed: to the mayor"),
        (pb("max_length_per_category;2"), "max_length_per_category is not checked"),
        (pb("fully_funded;1"), "officially all were funded"),
        (pb("quota;5"), "META has fields that are not known here and not followed: quota"),
        (pb(projects="a;6;b\nb;5;\nc;1;", head="conflicts"), "PROJECTS has fields that are not known here and not followed: conflicts"),
    ],
)
def test_what_is_counted_all_the_same_is_remarked(text, remark):
    assert remark in " ".join(map(str, pabulib.read(text).election.stated.remarks))
