"""Rules side by side: on Burlington's mayoral election of 2009, and as a law."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import rules
from engine.elections import files
from engine.elections.election import Election
from engine.elections.work import searched_for, searched_within
from engine.limits import WORK_MAX
from engine.refusals import Refusal
from engine.rules import Rule, count
from engine.rules.comparing import compare
from engine.rules.grid import LETTERS, WIDTH, Grid
from tests.conftest import shared
from tests.rules.elections import elections


def test_burlington_2009_had_another_winner_by_almost_every_other_rule():
    """Kiss won the runoff; Montroll beats everybody in pairs (Gierzynski, Hamilton & Smith 2009)."""
    election = files.read(shared("elections/preflib/00005 - burlington/00005-00000002.toi"))
    answers = {answer.rule: answer for answer in compare(election, swings=True).answers}
    assert answers["instant_runoff"].winners == ("Bob Kiss",)
    for rule in ("copeland", "schulze", "ranked_pairs", "borda", "kemeny", "bucklin"):
        assert answers[rule].winners == ("Andy Montroll",)
    # 252 votes lay between Kiss and Wright in the last round: 127 changed are one more than a tie.
    assert answers["instant_runoff"].swing is not None and answers["instant_runoff"].swing <= 127


def test_eleven_of_twenty_votes_between_them_turn_a_plurality():
    votes = Election.read('120: "Jane Doe" > bob = carol\n100: bob > carol\n50: carol > bob')
    answers = {answer.rule: answer for answer in compare(votes, swings=True).answers}
    assert (answers["plurality"].swing, answers["instant_runoff"].winners) == (11, ("bob",))
    assert {answer.rule: answer.swing for answer in compare(Election.read("12: a\n8: b"), swings=True).answers}["plurality"] == 3


def test_a_tie_is_called_a_tie_and_a_swing_that_is_missing_is_said_to_be():
    votes = Election.read("2: a > b > c\n2: b > a > c\n1: c")
    lines = compare(votes, swings=True).lines()
    assert any(line.startswith("a and b tie by ") and "plurality (turned to a by at most 1 ballot)" in line for line in lines)
    assert "no swing found" in " ".join(compare(Election.read("3: a"), swings=True).lines())
    assert "sntv (seats: 1; equals in the order of listing)" in " ".join(lines)


def test_a_rule_that_cannot_count_the_ballots_says_why():
    comparison = compare(Election.read("3: a, b\n2: b"))
    assert "schulze" in comparison.refused and comparison.refused["schulze"].code == "ballot_kind_wrong"
    assert {answer.rule for answer in comparison.answers} >= {"approval", "score", "block"}


@given(elections("ranked", options_max=4), st.data())
@settings(max_examples=30)
def test_no_swing_of_a_plurality_is_larger_than_the_lead_asks_for(election, data):
    """Half the lead and one more, for a rival that wins alone: the exact figure where every ballot has one first place."""
    chosen = data.draw(st.lists(st.integers(0, len(election.options) - 1), min_size=1, max_size=12))
    single = Election.of_choices(len(election.options), chosen)
    votes = sorted(single.sums.tolist(), reverse=True)
    swing = {answer.rule: answer.swing for answer in compare(single, swings=True).answers}["plurality"]
    if len(votes) == 1:
        assert swing is None
    elif votes[0] > votes[1]:
        others = votes[2] if len(votes) > 2 else 0
        assert swing == next(n for n in range(1, votes[0] + 1) if votes[1] + n > max(votes[0] - n, others))


def test_the_rule_that_came_with_the_ballots_is_counted_as_it_came():
    votes = Election.read("costs: a 5, b 6\nbudget: 9\n2: a\n3: b")
    votes.rule = "equal_shares", {"utility": "cost", "completion": "add_one"}
    assert next(each for each in compare(votes).answers if each.rule == "equal_shares").terms["completion"] == "add_one"


def test_why_a_rule_does_not_count_is_said():
    lines = compare(Election.read("2: a > b\n1: a = b")).lines()
    assert any(line.startswith("not counted by") and "ranks 'a' and 'b' equal" in line for line in lines)


def test_swings_are_those_of_the_rule_as_it_came():
    lines = ["1: d > c > a", "6: c > a", "6: d > c > a", "3: d > c > b", "4: b", "4: b > d > c > a"]
    votes = Election.read("options: a, b, c, d\n" + "\n".join(lines))
    votes.rule = "minimax", {"strength": "margins"}
    answer = next(each for each in compare(votes, swings=True).answers if each.rule == "minimax")
    assert (answer.winners, answer.swing) == (("d",), 3)  # by winning votes it would take four


@given(elections("ranked", options_max=4))
@settings(max_examples=30)
def test_the_rival_named_would_win_alone_by_so_many_ballots(election):
    """Those ballots of the plurality's winners go to the rival: then it leads by what was said to be enough."""
    answer = next((each for each in compare(election, swings=True).answers if each.rule == "borda"), None)
    if answer is None or answer.swing is None:
        return
    assert answer.rival in election.options and answer.winners != (answer.rival,) and 0 < answer.swing <= election.total


def test_who_wins_instead_is_said():
    votes = Election.read("12: a > b > c\n8: b > a > c\n1: c > b > a")
    answer = next(each for each in compare(votes, swings=True).answers if each.rule == "plurality")
    assert (answer.swing, answer.rival) == (3, "b") and "turned to b by at most 3 ballots" in str(answer)


@st.composite
def said(draw):
    options = [f"option {n}" for n in range(draw(st.integers(1, 60)))]
    winners = st.lists(st.sampled_from(options), unique=True, max_size=len(options)).map(tuple)
    return [(f"rule_{n}", draw(winners), draw(st.booleans())) for n in range(draw(st.integers(0, 12)))]


@given(said(), st.integers(60, 120))
@settings(max_examples=200)
def test_a_grid_says_of_every_rule_once_whom_it_elects_and_fits_the_line(answers, width):
    grid = Grid.of(answers)
    assert {(name, row.winners, row.tied) for row in grid.rows for name in row.rules} == set(answers)
    assert len({(row.winners, row.tied) for row in grid.rows}) == len(grid.rows)
    assert set(grid.options) == {name for _, winners, _ in answers for name in winners}
    lines = grid.lines(width)
    assert all(len(line) <= width for line in lines)
    assert not answers or len(lines) >= 2 + len(grid.rows)


def test_where_more_are_elected_than_fit_those_are_shown_about_which_rules_differ():
    everywhere = tuple(f"o{n}" for n in range(40))
    lines = Grid.of([("one", (*everywhere, "odd"), False), ("other", everywhere, False)]).lines()
    assert "odd" in " ".join(lines) and "18 more are elected by some rule or by all" in " ".join(lines)
    assert lines[0].split() == list(LETTERS[:23]) and max(map(len, lines)) <= WIDTH


def test_what_does_not_fit_the_bound_is_left_out_by_name_and_never_the_own_rule():
    votes = Election.read("12: a > b > c\n8: b > a > c\n1: c > b > a")
    votes.rule = "schulze", {"strength": "margins"}
    whole, none = compare(votes, swings=True), compare(votes, swings=True, work_max=0)
    assert [answer.rule for answer in none.answers] == ["schulze"]
    assert none.refused["borda"].code == "too_large" and "takes too long" in str(none.refused["borda"])
    assert not none.answers[0].sought, "a search that was cut short has not shown that there is no swing"
    some = compare(votes, swings=True, work_max=3_000_000)
    assert 1 < len(some.answers) < len(whole.answers)
    assert compare(votes, swings=True, work_max=10**11).as_json() == whole.as_json()


@given(elections("ranked", options_max=4), st.integers(0, 30), st.booleans())
@settings(max_examples=30)
def test_no_more_is_counted_than_the_bound_allows(election, millions, searching):
    """Besides the rule the ballots came with, which has been counted before: what rules state of their work, without what their searches
    set aside and did not need."""
    stated = 0

    def counted(chosen: Rule, ballots: Election, parameters):
        nonlocal stated
        shape = rules.shape_of(ballots.rows, ballots.options, rules.terms(chosen, ballots, parameters), ballots.points_max)
        with searched_within() as searched:
            outcome = count(chosen, ballots, parameters)
        searched_for(searched.units)  # as whoever set it aside wants to know too
        stated += chosen.work(shape._replace(searching=False)) + searched.units
        return outcome

    work_max = millions * 1_000_000 + searching * WORK_MAX
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.rules.count", counted)
        comparison = compare(election, swings=True, work_max=work_max)
    assert stated <= work_max
    assert not searching or {"kemeny", "ranked_pairs"} <= {answer.rule for answer in comparison.answers}
    assert all(isinstance(refusal, Refusal) for refusal in comparison.refused.values())


def test_a_rule_that_elects_nobody_can_be_turned_too():
    """`impact` asks for a least number of voters; where every ballot is blank nobody has it."""
    votes = Election.of(["a", "b"], "score", [[0, 0]], [2])
    answer = next(each for each in compare(votes, swings=True).answers if each.rule == "impact")
    assert (answer.winners, answer.sought) == ((), True)
