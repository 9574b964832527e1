"""A poll may elect by apportionment: lists win seats, several each, and everybody is told how many."""

from __future__ import annotations

import pytest

from api.views import view_of
from engine.features.polls.state import Polls
from engine.verify import verify
from tests.features.polls.test_readiness import ruled_by
from tests.forging import of_kind, rewritten
from tests.moot import Moot


def held(method: str, *choices: str, seats: int = 5) -> tuple[Moot, str]:
    moot = Moot(members=len(choices) - 1, text=ruled_by("party_list", f'seats = {seats}, method = "{method}"'))
    poll = moot.poll(options=3)
    moot.vote(poll, *choices)
    moot.end(poll)
    return moot, poll


@pytest.mark.parametrize(("method", "seats"), [("jefferson", (3, 1, 0)), ("webster", (3, 1, 0)), ("adams", (2, 1, 1))])
def test_lists_win_seats_in_proportion_to_their_votes(method, seats):
    """Six votes, three and one for four seats: Jefferson's quotients are 6, 3, 3 and 2, Webster's 12, 6, 4 and 2.4; Adams' give each one first."""
    moot, poll = held(method, *"1111112223", seats=4)
    result = moot.of(Polls)[poll].result
    assert (result.status, result.winners) == ("decided", tuple(number for number, each in enumerate(seats, 1) if each))
    assert tuple(map(int, result.scores)) == seats
    assert view_of(moot.community, poll)["result"]["seats"] == [each for each in seats if each]
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_an_audit_finds_a_seat_too_many():
    moot, _ = held("jefferson", *"111111122")
    changed = rewritten(moot, of_kind("PollClosed", scores=["3", "2", "0"]))
    assert "a recount says" in str(verify(changed).problem)


def test_of_equal_claims_the_draw_decides_and_the_tie_is_told():
    """Given two lists level and an odd number of seats; then one of them has the last seat, as drawn."""
    moot, poll = held("webster", *"1122", seats=3)
    result = moot.of(Polls)[poll].result
    assert sorted(map(int, result.scores)) == [0, 1, 2] and result.ties == ((1, 2),)
    assert view_of(moot.community, poll)["result"]["seats"] in ([2, 1], [1, 2])


def test_polls_by_other_rules_say_nothing_of_seats():
    moot = Moot(members=1)
    poll = moot.poll()
    moot.vote(poll, "1", "1")
    moot.end(poll)
    assert view_of(moot.community, poll)["result"]["seats"] is None
