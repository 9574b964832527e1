"""Members, as everybody sees them."""

from __future__ import annotations

from api.texts import text, when
from api.views import Json, bounded, listing, one
from engine.features.points.state import points_of
from engine.features.treasury.state import Treasury
from engine.kernel.members import Member, Members
from engine.state import State
from engine.values import MemberId


@listing
def members(state: State, start: int, count: int) -> Json:
    """Members in the order of joining."""
    everybody = state[Members]
    return [_shown(state, everybody.at(number)) for number in range(start, min(len(everybody), start + bounded(count)))]


@one(MemberId)
def member(state: State, name: str, start: int, count: int) -> Json:
    """One member."""
    return _shown(state, state[Members][name])


def _shown(state: State, member: Member) -> Json:
    return {
        "id": member.id,
        "name": None if member.forgotten else text(MemberId.seq(member.id), "name"),
        "roles": list(member.roles),
        "joined": when(member.joined_at),
        "forgotten": member.forgotten,
        "points": str(points_of(state, member.id, state.at)),
        "money": str(state[Treasury].accounts.balance(member.id)),
    }
