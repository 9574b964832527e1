"""What is lost, erased or forgotten never stops a poll, and never makes an honest log unsound."""

from __future__ import annotations

import pytest

from api.explaining import option_labels
from api.views import Texts
from engine.features.ideas.revise import ReviseIdea
from engine.features.polls import open as opening
from engine.features.polls.cast import CastBallot
from engine.features.polls.close import ClosePoll
from engine.features.polls.open import OpenPoll
from engine.features.polls.state import Polls
from engine.features.polls.void import VoidPoll
from engine.kernel import charter as charters
from engine.kernel.erase import EraseText
from engine.kernel.forget import ForgetMember
from engine.kernel.roles import GiveRole
from engine.log.json import parse_own
from engine.refusals import Refusal
from engine.verify import verify
from tests.forging import last_poll, lived, waiting
from tests.moot import Moot


def test_a_poll_voided_for_a_lost_opening_is_sound():
    moot = lived()
    poll = last_poll(moot)
    del moot.community.store._vault[waiting(moot, poll)]
    moot.wait(8 * 24 * 60)
    with pytest.raises(Refusal, match="openings_lost"):
        moot.do("m1", ClosePoll(poll))
    moot.do("m1", VoidPoll(poll))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_nothing_but_a_text_can_be_erased_by_hand():
    moot = lived()
    poll = last_poll(moot)
    for seq, field in ((waiting(moot, poll), "choice"), (int(poll[1:]), "draw_secret"), (1, "nope")):
        with pytest.raises(Refusal, match="event_unknown"):
            moot.do("m1", EraseText(seq, field, "other"))


def test_the_opener_may_be_forgotten_and_the_poll_still_closes():
    moot = lived()
    poll = last_poll(moot)
    with pytest.raises(Refusal, match="last_holder"):
        moot.do("m1", ForgetMember("m1"))
    moot.do("m1", GiveRole("m2", "founder"))
    moot.do("m1", ForgetMember("m1"))
    moot.wait(8 * 24 * 60)
    moot.do("clock", ClosePoll(poll))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_a_ballot_outlives_its_voter_once_no_more_may_come():
    """From its clock on a poll has its ballots, however late its close is written."""
    moot = lived()
    poll = last_poll(moot)
    moot.wait(8 * 24 * 60)
    moot.do("m3", ForgetMember("m3"))
    moot.do("clock", ClosePoll(poll))
    assert moot.of(Polls)[poll].result.ballots == 1
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


@pytest.mark.parametrize(("by", "ballots"), [("m3", 0), ("m1", 1)])
def test_only_who_forgets_herself_takes_her_sealed_ballot_along(by, ballots):
    """Else somebody who may erase could choose whose ballots count."""
    moot = lived()
    poll = last_poll(moot)
    seq = waiting(moot, poll)
    moot.do(by, ForgetMember("m3"))
    assert (moot.community.store.opening(seq, "choice") is None) == (by == "m3")
    assert [moot.community.store.opening(place, field) for place in (3, 17) for field in ("name", "title")] == [None] * 4
    moot.wait(8 * 24 * 60)
    moot.do("clock", ClosePoll(poll))
    assert moot.of(Polls)[poll].result.ballots == ballots
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_a_void_poll_keeps_nothing_that_opens_its_ballots():
    moot = Moot(members=3)
    poll = moot.poll()
    moot.vote(poll, "1>2", "2>1", "3")
    store, kept, (lost, *rest) = moot.community.store, int(poll[1:]), moot.of(Polls)[poll].open_ballots.sealed()
    del store._vault[lost]["choice"]
    moot.wait(8 * 24 * 60)
    moot.do("m1", VoidPoll(poll))
    assert [store.opening(seq, "choice") for seq in rest] == [None, None] and store.opening(kept, "draw_secret") is None
    assert store.opening(kept, "question") is not None, "what was asked may be read for ever"
    assert verify(store, allow_unsigned=True).verdict == "sound"


def test_a_void_poll_misses_no_opening_of_its_ballots():
    """Replaced ballots, and more than an event can name, may be lost with it."""
    moot = Moot(members=3)
    poll = moot.poll()
    moot.vote(poll, "1>2", "2>1")
    moot.vote(poll, "2>1")
    for seq in [line["seq"] for line in map(parse_own, moot.log()) if line["kind"] == "BallotSealed"]:
        del moot.community.store._vault[seq]
    moot.wait(8 * 24 * 60)
    moot.do("m1", VoidPoll(poll))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_a_poll_that_lost_the_secret_of_its_draw_can_be_ended():
    moot = Moot(members=3)
    poll = moot.poll()
    moot.vote(poll, "1>2", "2>1")
    del moot.community.store._vault[int(poll[1:])]["draw_secret"]
    moot.wait(8 * 24 * 60)
    with pytest.raises(Refusal, match="VoidPoll"):
        moot.do("m1", ClosePoll(poll))
    moot.do("m1", VoidPoll(poll))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


@pytest.mark.parametrize(("rule", "options"), [("kemeny", 17), ("pav", 60)])
def test_a_poll_that_its_rule_cannot_count_ends_all_the_same(rule, options, monkeypatch):
    """Given one that was let in all the same; else it could be neither closed nor voided, nor whoever voted in it be forgotten."""
    monkeypatch.setattr(opening, "work_problems", lambda asked: ())
    text = charters.preset("product").replace(
        'rule = "schulze"', f'rule = "{rule}"' + ("\nparameters = { seats = 10 }" if rule == "pav" else "")
    )
    moot = Moot(members=3, text=text)
    poll = moot.poll(options=options)
    order = [str(number) for number in range(1, options + 1)]
    if rule == "pav":
        for place, member in enumerate(moot.members):
            moot.do(member, CastBallot(poll, ",".join(order[place::2])))
    else:
        for shift, member in zip((0, 6, 12), moot.members, strict=False):
            moot.do(member, CastBallot(poll, ">".join(order[shift:] + order[:shift])))
    moot.end(poll)
    assert moot.of(Polls)[poll].result.status == "uncountable"
    moot.do("m2", ForgetMember("m2"))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_nobody_is_said_to_have_voted_on_a_text_that_came_later():
    moot = Moot(members=5)
    garden = moot.idea("m2", supports=5)
    moot.idea("m3", supports=5)
    poll = f"p{moot.do('m1', OpenPoll('monthly', 'Which?')).seq}"
    moot.do("m2", ReviseIdea(garden, "Pave a car park", "instead", None))
    moot.do("m2", ForgetMember("m2"))
    labels = option_labels(Texts(moot.community), moot.of(Polls)[poll])
    assert labels == [f"(erased: {garden})", "A bench"]
