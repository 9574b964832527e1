"""What a count makes of a poll's terms: costs of nothing, and ties broken as the charter says."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine.features.polls import count as counting
from engine.features.polls.count import TIES_PER_EVENT_MAX, written
from engine.features.polls.open import FreeOption, OpenPoll
from engine.features.polls.state import Polls
from engine.kernel.charter import preset
from engine.verify import verify
from tests.moot import Moot


def test_an_option_that_costs_nothing_is_counted_with_the_others():
    moot = Moot(members=1, text=preset("product").replace('rule = "schulze"', 'rule = "greedy"')).funded()
    options = (FreeOption("a bench", 10), FreeOption("a name for it", 0))
    poll = f"p{moot.do('m1', OpenPoll('ranking', 'Which?', options=options, budget=10)).seq}"
    moot.vote(poll, "1,2", "2")
    moot.end(poll)
    result = moot.of(Polls)[poll].result
    assert (result.status, result.winners) == ("decided", (1, 2))


@pytest.mark.parametrize(("choices", "status", "winners"), [(("1>2", "2"), "decided", (2,)), (("1>2", "2>1"), "tied", ())])
def test_a_tie_goes_to_the_option_most_ballots_name(choices, status, winners):
    moot = Moot(members=1, text=preset("product").replace('ties = "lot"', 'ties = "most_approved"'))
    poll = moot.poll()
    moot.vote(poll, *choices)
    moot.end(poll)
    result = moot.of(Polls)[poll].result
    assert (result.status, result.winners) == (status, winners)
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def long_fractions() -> tuple[Fraction, ...]:
    return tuple(Fraction(number, 3**9_100 + number) for number in range(1, 4))


def test_scores_that_a_reader_takes_are_written_as_they_are():
    exact = [Fraction(1, 3**9_000), 7, Fraction(-7, 2)]
    assert [Fraction(text) for text in written(exact)] == exact


def test_scores_that_no_reader_takes_are_all_rounded_to_six_decimals():
    assert written([Fraction(20, 3), *long_fractions(), Fraction(-1, 3)]) == ("6666667/1000000", "0", "0", "0", "-333333/1000000")


def test_scores_leave_room_for_the_ties_beside_them():
    scores = [Fraction(number, 10**150 + 1) for number in range(1, 257)]
    ties = [tuple(map(str, range(1, 257)))] * TIES_PER_EVENT_MAX
    assert written(scores)[0].startswith("1/1")
    assert set(written(scores, ties)) == {"0"}


def test_a_poll_whose_scores_are_too_long_for_an_event_ends_with_a_result(monkeypatch):
    """Given seats filled by exact transfers, of which each surplus adds digits; when the poll closes; then with its winners."""
    monkeypatch.setattr(counting, "PART_BYTES_MAX", 20)
    moot = Moot(members=6, text=preset("product").replace('rule = "schulze"', 'rule = "stv"\nparameters = { seats = 2 }'))
    poll = moot.poll(options=4)
    moot.vote(poll, "1>2", "1>2", "1>3", "1>3", "1>4", "1>2", "4")
    moot.end(poll)
    result = moot.of(Polls)[poll].result
    assert (result.status, len(result.winners)) == ("decided", 2)
    assert any(score.endswith("/1000000") for score in result.scores)
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"
