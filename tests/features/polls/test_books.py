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


def test_a_book_that_no_open_poll_uses_is_let_go():
    """Else every change of roles would keep another copy of who is here."""
    moot = Moot(members=3)
    kept = moot.poll()
    for member in ("m2", "m3"):
        moot.do("m1", GiveRole(member, "founder"))
        moot.end(moot.poll())
    moot.do("m1", GiveRole("m4", "founder"))
    moot.poll()
    polls = moot.of(Polls)
    assert set(polls.books) == {poll.ballots.book for poll in polls.open.values()}
    assert kept in polls.open


@pytest.mark.parametrize(("secrecy", "rows"), [("open", 0), ("until_close", 4)])
def test_only_sealed_ballots_take_room_for_what_seals_them(secrecy, rows):
    moot = Moot(members=3, text=preset("product").replace("until_close", secrecy))
    assert moot.of(Polls)[moot.poll()].ballots.commitments.shape == (rows, 32)
