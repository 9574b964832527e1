"""Keys: whose is which, since when, and what one member's own page says of hers."""

from __future__ import annotations

from api.texts import person, when
from api.views import Json, beside, listing, part
from engine.features.keys.state import Keys, LiveKey
from engine.log.signing import shown as address_shown
from engine.state import State
from engine.values import MemberId


@listing
def keys(state: State, start: int, count: int) -> Json:
    """Members' keys, in the order in which they were registered."""
    live = state[Keys].live
    return [_row(member, live[member]) for member in part({member: member for member in live}, start, count)]


@beside("member")
def her_key(state: State, shown: Json, member: str | None) -> dict[str, Json]:
    """The key of a member, if she has one."""
    known = state[Keys].live.get(MemberId(shown["id"]))
    return {"key": None if known is None else _row(MemberId(shown["id"]), known)}


def _row(member: MemberId, key: LiveKey) -> Json:
    return {"member": person(member), "address": address_shown(key.address), "since": when(key.since)}
