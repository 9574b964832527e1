"""Who spoke for whom in a closed poll, and what ballots carried, worked out again from the log and kept: a closed poll never changes.

What a poll froze is let go with its ballots, so the log is read anew up to the poll's opening, and of what came after only what is about the
poll. That takes some microseconds an event; it is done for one poll at a time, without the community's lock.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from heapq import nlargest
from itertools import islice
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from api.long_work import LongWork
from api.views import PAGE, Json
from engine import fold, lines
from engine.community import Community
from engine.delegation import NOBODY
from engine.features.delegation.carry import VotesCarried, resolved
from engine.features.polls.links import TAKEN_ALONG
from engine.features.polls.roll import Roll
from engine.features.polls.state import Poll, Polls
from engine.log.json import parse_own
from engine.state import State
from engine.values import MemberId

KEPT_MAX = 64
"""Polls of which it is kept, some bytes for everybody on the roll: the next one asked for takes the place of the one asked for longest ago."""
CARRIED_MAX = 1_000
"""Polls of which it is kept what their ballots carried, some kilobytes each."""
WAITING_MAX = 4
"""Requests that may wait while it is worked out, each of which holds a thread of the server."""
_WORK = LongWork("who spoke for whom", WAITING_MAX)
_CARRIED: WeakKeyDictionary[Community, OrderedDict[str, Handed]] = WeakKeyDictionary()
_KEPT: WeakKeyDictionary[Community, OrderedDict[str, Voices]] = WeakKeyDictionary()


class Voice(NamedTuple):
    """One on a poll's roll: her delegate there, whose ballot spoke for her (her own, where she cast one), and for how many others hers did."""

    member: MemberId
    delegate: MemberId | None
    speaker: MemberId | None
    voices: int


class Voices(NamedTuple):
    """Everybody on a poll's roll, by place: whom she had delegated to, whose ballot spoke for her, -1 for nobody's; and whom hers spoke for."""

    roll: Roll
    links: NDArray[np.int64]
    speaker: NDArray[np.int64]
    voices: NDArray[np.int64]

    def of(self, member: str) -> Voice | None:
        """A member's; None for who was not on the roll."""
        place = self.roll.place(member)
        return None if place is None else self.at(place)

    def at(self, place: int) -> Voice:
        delegate, speaker = (None if to == NOBODY else self.roll.member(int(to)) for to in (self.links[place], self.speaker[place]))
        return Voice(self.roll.member(place), delegate, speaker, max(0, int(self.voices[place]) - 1))

    def handed_on(self, count: int) -> Iterator[Voice]:
        """The first `count` of those who had a delegate, in the order of the roll."""
        return map(self.at, islice(np.flatnonzero(self.links != NOBODY).tolist(), count))


class Handed(NamedTuple):
    """What ballots carried of others' votes: for how many, with what power, how many ballots, and the `most` of them, by power; what was
    lost, and in which loops."""

    voices: int
    power: int
    ballots: int
    most: list[Json]
    lost: list[Json]
    loops: list[Json]


def carried_in(community: Community, poll: Poll) -> Handed | None:
    """Of a poll that has ended, as far as the log says so by now; None before. Once it is counted it is read no more: there may be as many
    carriers as ballots."""
    kept = _CARRIED.setdefault(community, OrderedDict())
    if (known := kept.get(poll.id)) is not None:
        return known
    ended = next(said_of(community, poll, "VotesCarried"), None)
    if ended is None:
        return None
    carriers = [one for part in (ended, *said_of(community, poll, "FurtherVotesCarried")) for one in part["carriers"]]
    most = nlargest(PAGE, carriers, key=lambda one: int(one["power"]))
    power = sum(int(one["power"]) for one in carriers)
    known = Handed(sum(one["voices"] for one in carriers), power, len(carriers), most, ended["lost"], ended["loops"])
    if poll.result is not None:
        kept[poll.id] = known
        if len(kept) > CARRIED_MAX:
            kept.popitem(last=False)
    return known


def said_of(community: Community, poll: Poll, kind: str) -> Iterator[Json]:
    """What the events of a kind say of a poll, oldest first."""
    return (parse_own(data)["body"] for _, data in community.store.find("thing", poll.id, kind))


def voices_in(community: Community, poll: Poll) -> Voices | None:
    """Of a poll that has been counted; None where nobody on its roll had a delegate."""
    frozen = next(community.store.find("thing", poll.id, "DelegationsFrozen"), None)
    if frozen is None:
        return None
    kept = _KEPT.setdefault(community, OrderedDict())
    if (known := kept.get(poll.id)) is not None:
        return known
    with _WORK.taken():
        if poll.id not in kept:
            kept[poll.id] = _worked_out(community, poll, frozen[0])
            if len(kept) > KEPT_MAX:
                kept.popitem(last=False)
        return kept[poll.id]


def _worked_out(community: Community, poll: Poll, frozen: int) -> Voices:
    """From the log up to the event in which the poll froze its delegations, and then from what is about it alone."""
    state = State()
    for _, data in community.store.lines(0, frozen + 1):
        fold.apply(state, lines.read_own(data))
    for seq, data in community.store.find("thing", poll.id):
        record = lines.read_own(data)
        if isinstance(record.event, VotesCarried):
            break
        if seq > frozen:
            record.event.apply(state, record)
    ballots = state[Polls][poll.id].open_ballots
    assert ballots.links is not None
    links, carried = ballots.links.links, resolved(ballots, ballots.links)
    gone = links <= TAKEN_ALONG
    whom = np.where(gone, TAKEN_ALONG - links, links).astype(np.int64)
    # Who took her own vote along is spoken for by nobody, though those behind her may be.
    speaker = np.where(gone & (ballots.seq < 0), NOBODY, carried.speaker)
    return Voices(ballots.roll, whom, speaker, carried.voices)
