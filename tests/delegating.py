"""A charter with delegation, and a poll held to its end under it."""

from __future__ import annotations

from typing import Any

from engine.event import Ask
from engine.features.delegation.carry import CarryVotes
from engine.features.delegation.delegate import Delegate
from engine.features.polls.cast import CastBallot
from engine.features.polls.close import ClosePoll
from engine.features.polls.state import Count, Polls
from engine.kernel.charter import preset
from engine.kernel.hooks import all_due
from engine.log.json import parse_own
from engine.values import Actor, Moment
from tests.moot import Moot

TERMS = '\n[delegation]\ndecisions = ["monthly", "ranking", "spending"]\ndays_max = 365\ndepth_max = 3\n'


def delegating(text: str, terms: str = TERMS) -> str:
    """A charter in which every member may delegate."""
    return text.replace('"cast_ballot", "leave"]', '"cast_ballot", "leave", "delegate"]') + terms


TEXT = delegating(preset("product"))
OPEN = TEXT.replace('secrecy = "until_close"', 'secrecy = "open"')


def delegate(moot: Moot, *pairs: str) -> None:
    """`m2>m3` or `m2>m3 ranking`: the first lets the second vote for her, perhaps in one kind of decision."""
    for pair in pairs:
        who, _, rest = pair.partition(">")
        to, _, topic = rest.partition(" ")
        moot.do(who, Delegate(to, topic or None))


def hold(moot: Moot, poll: str) -> Count:
    """End a poll, and let the clock do the rest."""
    if not moot.of(Polls)[poll].ended:
        moot.end(poll)
    while poll in moot.of(Polls).open:
        for command in [each for each in all_due(moot.state, moot.now) if isinstance(each, CarryVotes | ClosePoll)]:
            moot.community.execute(Ask(Actor("clock"), command, Moment(moot.now), bytes(32)))
    result = moot.of(Polls)[poll].result
    assert result is not None
    return result


def carried(moot: Moot, poll: str) -> int:
    """The power behind m3's ballot, the only one."""
    moot.do("m3", CastBallot(poll, "1"))
    return hold(moot, poll).power_cast


def said(moot: Moot, kind: str) -> list[dict[str, Any]]:
    """What the events of a kind say, oldest first."""
    return [line["body"] for line in map(parse_own, moot.log()) if line["kind"] == kind]
