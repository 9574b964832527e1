"""Nobody's forgetting changes a count, or takes away what others were asked."""

from __future__ import annotations

import pytest

from engine.features.polls.cast import CastBallot
from engine.features.polls.close import ClosePoll
from engine.features.polls.open import OpenPoll
from engine.features.polls.state import Polls
from engine.features.polls.void import VoidPoll
from engine.features.polls.withdraw import BallotWithdrawn
from engine.kernel.erase import EraseText
from engine.kernel.forget import ForgetMember
from engine.kernel.roles import GiveRole
from engine.refusals import Refusal
from engine.verify import verify
from tests.moot import Moot


def test_who_forgets_herself_takes_her_sealed_ballot_along():
    moot = Moot(members=3)
    poll = moot.poll()
    moot.vote(poll, "1", "2", "2", "2")
    seq = moot.of(Polls)[poll].ballots.cast_by("m4")
    moot.do("m4", ForgetMember("m4"))
    assert not BallotWithdrawn.by, "it follows from her leaving, and nobody asks for it"
    assert moot.of(Polls)[poll].ballots.cast == 3
    assert moot.community.store.opening(seq, "choice") is None
    moot.end(poll)
    assert moot.of(Polls)[poll].result.ballots == 3
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_a_moderator_who_forgets_voters_turns_no_vote():
    moot = Moot(members=4)
    poll = moot.poll()
    moot.vote(poll, "1", "2", "2", "2", "2")
    for member in moot.members[1:]:
        moot.do("m1", ForgetMember(member))
    assert moot.of(Polls)[poll].ballots.cast == 5
    moot.end(poll)
    assert (moot.of(Polls)[poll].result.winners, moot.of(Polls)[poll].result.ballots) == ((2,), 5)
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_a_ballot_of_a_poll_that_is_over_stays_whoever_forgets_herself():
    moot = Moot(members=3)
    poll = moot.poll()
    moot.vote(poll, "1", "2", "2")
    moot.wait(10_080)
    moot.do("m3", ForgetMember("m3"))
    moot.do("clock", ClosePoll(poll))
    assert moot.of(Polls)[poll].result.ballots == 3
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_whoever_opened_a_poll_takes_neither_question_nor_options_along():
    moot = Moot(members=3)
    moot.do("m1", GiveRole("m2", "founder"))
    poll = moot.poll()
    moot.do("m1", ForgetMember("m1"))
    seq = int(poll[1:])
    assert all(moot.community.store.opening(seq, field) for field in ("question", "options.0.label", "draw_secret"))
    moot.vote(poll, *[])
    moot.do("m2", CastBallot(poll, "1"))
    moot.end(poll, by="m2")
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


@pytest.mark.parametrize("field", ["question", "options.1.label"])
def test_what_an_open_poll_asks_is_erased_by_nobody(field):
    moot = Moot(members=2)
    poll = moot.poll()
    with pytest.raises(Refusal, match="poll_still_open"):
        moot.do("m1", EraseText(int(poll[1:]), field, "other"))
    moot.end(poll)
    moot.do("m1", EraseText(int(poll[1:]), field, "other"))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_an_audit_finds_that_an_open_poll_lost_its_question():
    from tests.forging import event, rewritten, unchanged

    moot = Moot(members=2)
    poll = moot.poll()
    forged = event(moot, "m1", "TextErased", {"seq": int(poll[1:]), "field": "question", "reason": "other"})
    store = rewritten(moot, unchanged, [forged])
    del store._vault[int(poll[1:])]["question"]
    assert "poll_still_open" in str(verify(store).problem)


def test_a_replaced_sealed_ballot_leaves_nothing_in_the_vault():
    moot = Moot(members=2)
    poll = moot.poll()
    first = moot.do("m2", CastBallot(poll, "1")).seq
    second = moot.do("m2", CastBallot(poll, "2")).seq
    assert moot.community.store.opening(first, "choice") is None and moot.community.store.opening(second, "choice")
    moot.end(poll)
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


@pytest.mark.parametrize("ends", ["closed", "void"])
def test_what_a_poll_asked_about_may_be_erased_once_it_is_over(ends):
    moot = Moot(members=3)
    ideas = [moot.idea("m2", supports=3) for _ in range(2)]
    poll = f"p{moot.do('m1', OpenPoll('monthly', 'Which?')).seq}"
    moot.vote(poll, "1")
    title = int(ideas[0][1:])
    with pytest.raises(Refusal, match="idea_asked_about"):
        moot.do("m1", EraseText(title, "title", "other"))
    if ends == "void":
        del moot.community.store._vault[moot.of(Polls)[poll].ballots.sealed()[0]]["choice"]
        moot.wait(20_160)
        moot.do("m1", VoidPoll(poll))
    else:
        moot.end(poll)
    moot.do("m1", EraseText(title, "title", "other"))
