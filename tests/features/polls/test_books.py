"""Rolls share their books, and a book that was drawn up for nothing leaves no trace."""

from __future__ import annotations

import pytest

from engine.community import Community
from engine.features.polls.open import OpenPoll
from engine.features.polls.state import Polls
from engine.kernel.charter import preset
from engine.kernel.join import JoinCommunity
from engine.kernel.roles import GiveRole
from engine.refusals import Refusal
from engine.store.snapshot import view
from tests.moot import KEY, Moot


def test_polls_of_the_same_members_share_their_roll():
    moot = Moot(members=3)
    polls = moot.of(Polls)
    first, second = moot.poll(), moot.poll()
    moot.do("newcomer", JoinCommunity())
    third = moot.poll()
    rolls = [polls[poll].ballots.roll for poll in (first, second, third)]
    assert rolls[0] is rolls[1] and rolls[0].book is rolls[2].book and (rolls[0].count, rolls[2].count) == (4, 5)


def test_a_refused_poll_leaves_no_trace_in_the_books():
    moot = Moot(members=3, text=preset("product"))
    first = moot.poll()
    moot.do("m1", GiveRole("m2", "founder"))
    with pytest.raises(Refusal, match="poll_not_ready"):
        moot.do("m1", OpenPoll("ranking", "No options"))
    moot.end(first)
    moot.do("m1", GiveRole("m3", "founder"))
    with pytest.raises(Refusal, match="poll_not_ready"):
        moot.do("m1", OpenPoll("ranking", "No options"))
    moot.poll()
    moot.do("newcomer", JoinCommunity())
    with pytest.raises(Refusal, match="poll_not_ready"):
        moot.do("m1", OpenPoll("ranking", "No options"))
    assert view(Community(moot.community.store, KEY).state) == view(moot.state)
