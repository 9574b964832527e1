"""Rules side by side: on Burlington's mayoral election of 2009, and as a law."""

from hypothesis import given, settings

from engine import rules
from engine.elections import files
from engine.elections.election import Election
from engine.rules.comparing import _turns, compare
from tests.conftest import shared
from tests.rules.elections import elections


def test_burlington_2009_had_another_winner_by_almost_every_other_rule():
    """Kiss won the runoff; Montroll beats everybody in pairs (Gierzynski, Hamilton & Smith 2009)."""
    election = files.read(shared("elections/preflib/00005 - burlington/00005-00000002.toi"))
    found = {answer.rule: answer for answer in compare(election, swings=True).answers}
    assert found["instant_runoff"].winners == ("Bob Kiss",)
    for rule in ("copeland", "schulze", "ranked_pairs", "borda", "kemeny", "bucklin"):
        assert found[rule].winners == ("Andy Montroll",)
    # 252 votes lay between Kiss and Wright in the last round: 126 that change sides, or one less for a tie.
    assert found["instant_runoff"].swing in (125, 126, 127)


def test_a_rule_that_cannot_count_the_ballots_says_why():
    found = compare(Election.read("3: a, b\n2: b"))
    assert "schulze" in found.refused and "ballot_kind_wrong" in found.refused["schulze"]
    assert {answer.rule for answer in found.answers} >= {"approval", "score", "block"}


@given(elections("ranked", options_max=4))
@settings(max_examples=30)
def test_a_swing_turns_the_outcome(election):
    for answer in compare(election, swings=True).answers:
        rule, rivals = rules.rule("voting", answer.rule), [name for name in election.options if name not in answer.winners]
        if answer.swing is not None:
            places = [election.options.index(name) for name in rivals]
            assert any(_turns(rule, election.merged(), place, answer.swing) for place in places)
            assert 0 < answer.swing <= election.total
