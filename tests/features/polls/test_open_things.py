"""What stands open goes on, whatever an amendment or a moderator does meanwhile."""

from __future__ import annotations

import re

import pytest

from engine.features.amendments.amend import AmendCharter
from engine.features.ideas.state import Ideas
from engine.features.polls.open import OPENS_AHEAD_MS_MAX, OpenPoll
from engine.features.polls.state import Polls
from engine.features.treasury.state import Treasury
from engine.kernel.charter import preset
from engine.kernel.erase import EraseText
from engine.refusals import Refusal
from engine.store.snapshot import view
from engine.verify import verify
from tests.moot import Moot


def test_an_open_budget_poll_becomes_final_when_an_amendment_has_dropped_polls():
    """Or its budget would be locked for ever."""
    text = re.sub(r"(?ms)^\[decisions.*?(?=^\[points\])", "", preset("product"))
    text = re.sub(r"(?ms)^\[amendments\].*", "", text)
    moot = Moot(members=4).funded()
    moot.idea("m2", supports=4, cost=1000)
    amendment = f"p{moot.do('m1', OpenPoll('charter', '?', amendment=text)).seq}"
    moot.vote(amendment, *["1"] * 5)
    moot.now = moot.of(Polls)[amendment].asked.closes_at - 600_000
    poll = f"p{moot.do('m1', OpenPoll('spending', '?', budget=500_000)).seq}"
    moot.vote(poll, *["1"] * 5)
    moot.end(amendment)
    moot.do("m1", AmendCharter(amendment))
    moot.end(poll)
    assert moot.of(Polls)[poll].final
    assert moot.of(Treasury).accounts.balance(poll) == 0
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_what_an_open_poll_asks_about_is_not_erased_by_a_moderator():
    moot = Moot(members=4)
    idea = moot.idea("m2", supports=4)
    moot.idea("m4", supports=4)
    other = moot.idea("m3")
    poll = f"p{moot.do('m1', OpenPoll('monthly', 'Which?')).seq}"
    version = moot.of(Ideas)[idea].versions[-1]
    for field in ("title", "text"):
        before = view(moot.state)
        with pytest.raises(Refusal, match="idea_asked_about"):
            moot.do("m1", EraseText(version, field, "other"))
        assert view(moot.state) == before
    moot.do("m1", EraseText(moot.of(Ideas)[other].versions[-1], "text", "other"))
    moot.vote(poll, "1", "1", "1", "1", "1")
    moot.end(poll)
    moot.do("m1", EraseText(version, "text", "other"))
    assert not moot.of(Ideas).asked_about
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_a_budget_does_not_wait_for_a_poll_of_the_year_9998():
    moot = Moot(members=4).funded()
    moot.idea("m2", supports=4, cost=1000)
    with pytest.raises(Refusal, match="poll_not_ready"):
        moot.do("m1", OpenPoll("spending", "?", budget=500_000, opens_at=moot.now + OPENS_AHEAD_MS_MAX + 1))
    moot.do("m1", OpenPoll("spending", "?", budget=500_000, opens_at=moot.now + OPENS_AHEAD_MS_MAX))
