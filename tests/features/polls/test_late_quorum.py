"""A quorum first reached in the last minutes of a poll moves its end, once and by as much as its terms say."""

from __future__ import annotations

import pytest

from engine.features.polls.cast import CastBallot
from engine.features.polls.close import ClosePoll
from engine.features.polls.state import Polls
from engine.features.polls.void import VoidPoll
from engine.kernel.forget import ForgetMember
from engine.kernel.hooks import all_due
from engine.log.json import parse_own
from engine.refusals import Refusal
from engine.verify import verify
from tests.features.polls.test_charters import saying
from tests.forging import event, of_kind, rewritten, unchanged
from tests.moot import Moot

MINUTE, OPEN_FOR, LATE = 60_000, 1_000, 100
TERMS = (f"minutes_open = {OPEN_FOR}", f"late_quorum_minutes = {LATE}", 'ends = ["all_voted"]', "hand_after_minutes = 0")
TWO_OF_SIX = 'quorum = { basis = "eligible", percent_min = 33 }'


def late(*lines: str, members: int = 5) -> Moot:
    return Moot(members=members, text=saying("ranking", *TERMS, TWO_OF_SIX, *lines))


def reached(moot: Moot) -> list[dict]:
    return [line for line in map(parse_own, moot.log()) if line["kind"] == "QuorumReached"]


@pytest.mark.parametrize("secrecy", ["open", "until_close"])
@pytest.mark.parametrize(("minutes", "more"), [(0, 0), (900, 0), (901, 1), (999, 99)])
def test_the_end_moves_to_so_many_minutes_after_a_late_quorum(secrecy, minutes, more):
    """OpenZeppelin's `GovernorPreventLateQuorum`: the deadline is the later of the one there was and now + extension."""
    moot = late(f'secrecy = "{secrecy}"')
    opened, poll = moot.now, moot.poll()
    moot.do("m1", CastBallot(poll, "1"))
    moot.wait(minutes)
    assert not reached(moot)
    moot.do("m2", CastBallot(poll, "2"))
    end = opened + (OPEN_FOR + more) * MINUTE
    assert [line["body"] for line in reached(moot)] == [{"closes_at": end, "poll": poll}]
    moot.now = end - 1
    moot.do("m3", CastBallot(poll, "2"))
    assert not list(all_due(moot.state, moot.now))
    with pytest.raises(Refusal, match="poll_still_open"):
        moot.do("clock", ClosePoll(poll))
    with pytest.raises(Refusal, match="poll_still_open"):
        moot.do("m1", VoidPoll(poll))
    moot.now = end
    with pytest.raises(Refusal, match="poll_closed"):
        moot.do("m4", CastBallot(poll, "2"))
    assert list(all_due(moot.state, moot.now)) == [ClosePoll(poll)]
    moot.do("clock", ClosePoll(poll))
    assert moot.of(Polls)[poll].result.ballots == 3 and len(reached(moot)) == 1
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_a_quorum_that_is_lost_and_reached_again_moves_nothing():
    """Given a quorum of those in favour, reached at first, when somebody thinks again and again, then only the first time counts."""
    for_it = 'quorum = { basis = "eligible", percent_min = 33, counts = "for" }'
    moot = late('rule = "yes_no"', 'ties = "status_quo"', 'secrecy = "open"', for_it)
    poll = moot.poll()
    moot.vote(poll, "1", "1")
    moot.do("m2", CastBallot(poll, "2"))
    moot.wait(950)
    moot.do("m2", CastBallot(poll, "1"))
    assert len(reached(moot)) == 1 and moot.of(Polls)[poll].closes_at == moot.of(Polls)[poll].asked.closes_at


def test_a_sealed_ballot_that_is_taken_along_does_not_bring_the_first_time_back():
    moot = late()
    poll = moot.poll()
    moot.vote(poll, "1", "1")
    moot.do("m2", ForgetMember("m2"))
    moot.wait(950)
    moot.do("m3", CastBallot(poll, "1"))
    assert len(reached(moot)) == 1 and moot.of(Polls)[poll].closes_at == moot.of(Polls)[poll].asked.closes_at


def test_who_leaves_in_the_extended_time_takes_her_sealed_ballot_along():
    moot = late()
    poll = moot.poll()
    moot.wait(990)
    moot.vote(poll, "1", "1")
    moot.wait(50)
    moot.do("m2", ForgetMember("m2"))
    assert moot.of(Polls)[poll].open_ballots.cast == 1


def test_a_poll_without_such_terms_says_nothing_of_its_quorum():
    moot = Moot(members=5)
    moot.vote(moot.poll(), "1", "1", "1")
    assert not reached(moot)


def extended() -> tuple[Moot, str]:
    moot = late('secrecy = "open"')
    poll = moot.poll()
    moot.do("m1", CastBallot(poll, "1"))
    moot.wait(950)
    moot.do("m2", CastBallot(poll, "2"))
    return moot, poll


def test_an_extension_that_was_not_due_is_found():
    moot, poll = extended()
    assert verify(rewritten(moot, unchanged)).verdict == "sound"
    again = event(moot, "m2", "QuorumReached", {"poll": poll, "closes_at": moot.now + 10**9})
    assert "is QuorumReached without cause" in str(verify(rewritten(moot, unchanged, [again])).problem)
    longer = of_kind("QuorumReached", closes_at=moot.now + 10**9)
    assert "had to follow" in str(verify(rewritten(moot, longer)).problem)


def test_an_extension_that_is_missing_is_found():
    moot, _ = extended()
    lines = [parse_own(data) for data in moot.log()]
    moot.log = lambda: (
        moot.community.store and [data for seq, data in moot.community.store.lines(0) if lines[seq]["kind"] != "QuorumReached"]
    )
    assert "had to be followed by QuorumReached" in str(verify(rewritten(moot, unchanged)).problem)


def test_a_poll_ended_by_its_first_clock_though_it_was_extended_is_found():
    moot, poll = extended()
    ended = event(moot, "clock", "PollEnded", {"poll": poll}, at=60 * MINUTE)
    assert "takes ballots until its time is over" in str(verify(rewritten(moot, unchanged, [ended])).problem)


@pytest.mark.parametrize(
    ("lines", "fact"),
    [
        (('quorum = { basis = "none" }',), "waits for a quorum that nobody has to reach"),
        (
            ('rule = "yes_no"', 'ties = "status_quo"', 'quorum = { basis = "eligible", percent_min = 9, counts = "rejection" }'),
            "waits for a quorum that nobody has to reach",
        ),
        (
            ('rule = "yes_no"', 'ties = "status_quo"', 'quorum = { basis = "eligible", percent_min = 9, counts = "for" }'),
            "waits for a quorum that sealed ballots do not show",
        ),
        (("late_quorum_minutes = 1001",), "is longer than the poll; give at most 1000"),
        (("late_quorum_minutes = 525601",), "late_quorum_minutes is 525601; give 0 to 525600"),
    ],
)
def test_a_charter_waits_only_for_a_quorum_that_can_be_seen(lines, fact):
    with pytest.raises(Refusal, match=fact):
        late(*lines)
