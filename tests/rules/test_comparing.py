"""Rules side by side: on Burlington's mayoral election of 2009, and as a law."""

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.elections import files
from engine.elections.election import Election
from engine.rules.comparing import compare
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
    assert any(line.startswith("a and b tie by ") and "plurality (turned by at most 1 ballot)" in line for line in lines)
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
