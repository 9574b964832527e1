"""A clock that ran ahead must not lock a community, and waiting in the queue is nobody's fault."""

from __future__ import annotations

import pytest

from engine.community import Community
from engine.event import Record
from engine.features.ideas.submit import SubmitIdea
from engine.features.polls.state import Polls
from engine.features.polls.void import PollMistimed
from engine.kernel.clock import ClockCorrected, ClockDoubted, CorrectClock
from engine.kernel.roles import GiveRole, TakeRole
from engine.refusals import Refusal
from engine.store.snapshot import view
from engine.values import Actor, Moment, Seq
from engine.verify import verify
from tests.moot import KEY, START, Moot

YEARS = 20 * 365 * 24 * 60


def ahead() -> tuple[Moot, int]:
    """A community whose log has leapt twenty years, with two who may set it right; and the true time."""
    moot = Moot(members=3)
    moot.do("m1", GiveRole("m2", "founder"))
    early = moot.poll()
    true = moot.now + 60_000
    moot.wait(YEARS)
    moot.do("m3", SubmitIdea("From the future", "x"))
    moot.false = moot.poll()  # type: ignore[attr-defined]
    moot.early = early  # type: ignore[attr-defined]
    moot.now = true
    return moot, true


def test_two_members_set_the_log_right():
    moot, true = ahead()
    with pytest.raises(Refusal, match="clock_behind"):
        moot.do("m1", SubmitIdea("Now", "x"))
    moot.do("m1", CorrectClock(true))
    with pytest.raises(Refusal, match="clock_behind"):
        moot.do("m1", SubmitIdea("Now", "x"))
    moot.do("m2", CorrectClock(true))
    assert moot.state.at == true
    moot.do("m1", SubmitIdea("Now", "x"))
    assert moot.state.at == true
    polls = moot.of(Polls)
    assert not PollMistimed.by, "it follows from the correction, and nobody asks for it"
    assert polls[moot.false].void and not polls[moot.early].void, "only what was opened in the false time is void"
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"
    assert view(Community(moot.community.store, KEY).state) == view(moot.state)


def test_one_member_alone_does_not():
    moot, true = ahead()
    moot.do("m1", CorrectClock(true))
    moot.do("m1", CorrectClock(true))
    assert moot.state.at > true
    moot.do("m2", CorrectClock(true - 1))
    assert moot.state.at > true, "two have to say the same"
    with pytest.raises(Refusal, match="not_allowed"):
        moot.do("m3", CorrectClock(true))


def test_the_log_is_never_set_ahead():
    moot = Moot(members=1)
    with pytest.raises(Refusal, match="clock_right"):
        moot.do("m1", CorrectClock(moot.now))
    moot.wait(5)
    moot.idea()
    moot.now -= 60_000
    with pytest.raises(Refusal, match="began after it"):
        moot.do("m1", CorrectClock(START - 1))
    with pytest.raises(Refusal, match="clock_right"):
        moot.do("m1", CorrectClock(Moment(moot.now + 1)))
    moot.do("m1", CorrectClock(START))


@pytest.mark.parametrize("minutes", [0, 5])
def test_a_right_log_is_not_set_back(minutes):
    """Given an open poll and a clock that is right, when both founders would set the log back, then nothing is void: not in the
    very moment of the newest event either, when no record could tell an auditor."""
    moot = Moot(members=2)
    moot.do("m1", GiveRole("m2", "founder"))
    before = moot.now
    moot.wait(5)
    poll = moot.poll()
    moot.wait(minutes)
    for member in ("m1", "m2"):
        with pytest.raises(Refusal, match="clock_right"):
            moot.do(member, CorrectClock(before))
    assert not moot.of(Polls)[poll].void


@pytest.mark.parametrize(("kind", "actor"), [(ClockDoubted, "m1"), (ClockCorrected, "m2")])
def test_an_audit_refuses_a_correction_by_which_time_moved_on(kind, actor):
    moot, true = ahead()
    moot.do("m1", CorrectClock(true))
    moot.now = moot.state.at + 1
    record = Record(Seq(moot.state.seq), Moment(moot.now), Actor(actor), Seq(moot.state.seq), kind(Moment(true)))
    with pytest.raises(Refusal, match="not ahead of the clock"):
        record.event.check(moot.state, record)


def test_the_first_who_asked_has_to_be_somebody_still():
    moot, true = ahead()
    moot.do("m2", CorrectClock(true))
    moot.now = moot.state.at
    moot.do("m1", TakeRole("m2", "founder"))
    moot.do("m1", GiveRole("m3", "founder"))
    moot.now = true
    moot.do("m3", CorrectClock(true))
    assert moot.state.at > true, "hers is the first word now"
    moot.do("m1", CorrectClock(true))
    assert moot.state.at == true


def test_an_audit_asks_again_for_the_right_of_the_first():
    moot, true = ahead()
    moot.do("m2", CorrectClock(true))
    moot.now = moot.state.at
    moot.do("m1", TakeRole("m2", "founder"))
    record = Record(Seq(moot.state.seq), moot.state.at, Actor("m1"), Seq(moot.state.seq), ClockCorrected(Moment(true)))
    with pytest.raises(Refusal, match="not_allowed: member m2"):
        record.event.check(moot.state, record)


def test_waiting_in_the_queue_makes_no_clock_late():
    """Asked when the log was not ahead of it, an ask is done however far the log has come by its turn."""
    moot = Moot(members=1)
    waiting = moot.ask("m1", SubmitIdea("Asked first", "x"))
    queued = moot.community._queued(waiting)
    moot.wait(5)
    moot.do("m2", SubmitIdea("Done first", "x"))
    assert moot.community._drain_until_answered([queued])[0].at == moot.now


def test_a_poll_opened_at_the_true_time_itself_is_not_void():
    moot = Moot(members=2)
    moot.do("m1", GiveRole("m2", "founder"))
    true = moot.now
    poll = moot.poll()
    moot.wait(YEARS)
    moot.idea("m1")
    moot.now = true
    for member in ("m1", "m2"):
        moot.do(member, CorrectClock(true))
    assert moot.state.at == true and not moot.of(Polls)[poll].void


def test_nobody_doubts_the_log_in_favour_of_its_own_time():
    moot, _ = ahead()
    record = Record(Seq(moot.state.seq), moot.state.at, Actor("m1"), Seq(moot.state.seq), ClockDoubted(Moment(moot.state.at)))
    with pytest.raises(Refusal, match="not ahead of that"):
        record.event.check(moot.state, record)
