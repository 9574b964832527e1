"""What a count makes of a poll's terms: costs of nothing, and ties broken as the charter says."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine.elections import optimal, work
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


@pytest.mark.parametrize("rule", ["stv_meek", "equal_shares", "pav", "schulze"])
def test_no_bound_of_work_decides_what_a_log_says(monkeypatch, rule):
    """Given a poll that was counted; when a copy that allows next to no work audits it, or counts the same ballots itself; then alike."""
    several, budget = rule in ("stv_meek", "pav"), 10 if rule == "equal_shares" else None
    parameters = "seats = 2" if several else 'completion = "add_one"' if budget else ""
    text = preset("product").replace('rule = "schulze"', f'rule = "{rule}"\nparameters = {{ {parameters} }}')
    moot = Moot(members=3, text=text).funded()
    options = tuple(FreeOption(name, 4 if budget else None) for name in "abcd")
    first, second = (f"p{moot.do('m1', OpenPoll('ranking', 'Which?', options=options, budget=budget)).seq}" for _ in "12")
    for poll in (first, second):
        ranked = rule in ("stv_meek", "schulze")
        moot.vote(poll, *(("1>2", "1>3", "1>2", "4") if ranked else ("1,2", "1,3", "1,2", "4")))
    moot.end(first)
    for module, bound in ((work, "WORK_MAX"), (work, "SEARCH_WORK_MAX"), (optimal, "COMMITTEE_WORK_MAX")):
        monkeypatch.setattr(module, bound, 0)
    moot.end(second)
    here, there = (moot.of(Polls)[poll].result for poll in (first, second))
    assert here.status == there.status == "decided"
    assert here.winners == there.winners
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
