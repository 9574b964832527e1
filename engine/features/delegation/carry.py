"""Once a poll has ended, it is written down whose ballot carries whose vote: before the count, so that it is counted from the log alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.delegation import Carried, Reason, resolve
from engine.event import NOBODY, Ask, Command, Event, Record, Vault
from engine.features.polls.ballots import Ballots
from engine.features.polls.close import AboutPoll, PollEnded
from engine.features.polls.links import TAKEN_ALONG, Carriers, FrozenLinks
from engine.features.polls.state import POLL_CLOSED, Poll, PollId, Polls, poll_of
from engine.kernel.hooks import due, react
from engine.refusals import refuse
from engine.state import State
from engine.values import MemberId, Moment, Power

CARRIERS_WITH_END_MAX = 20
"""Ballots that carry others' votes and are written with the end of a poll: all of them in most communities. As what follows by itself, their
number belongs to the format: an audit asks for so many."""
CARRIERS_PER_EVENT_MAX = 500
"""Further ones in one event: each has at most 80 bytes."""
CARRIERS_PER_COMMAND_MAX = 6 * CARRIERS_PER_EVENT_MAX
"""How many of them one command writes: some thirty milliseconds."""
LOOPS_NAMED_MAX = 50
"""Loops that an event names; the power lost in all of them stands beside. It belongs to the format, as what follows by itself."""


@dataclass(frozen=True)
class CarryVotes(Command):
    """The next ballots of a poll that has ended and speak for others are written down, where there are more than its end could hold.
    Asked by the clock, or by who may close polls."""

    resource = "/polls/{poll}/carrying"

    poll: PollId

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        poll, frozen = _carrying(state, self.poll)
        events = list[Event]()
        whole, first = len(_carriers(poll, frozen).places), frozen.written
        for start in range(first, min(whole, first + CARRIERS_PER_COMMAND_MAX), CARRIERS_PER_EVENT_MAX):
            part = _part(poll, frozen, start, CARRIERS_PER_EVENT_MAX)
            events.append(FurtherVotesCarried(poll.id, part, whole - start - len(part)))
        return events


@dataclass(frozen=True)
class Carrier:
    """A member whose ballot speaks for so many others, and their power together."""

    member: MemberId
    voices: int
    power: Power


@dataclass(frozen=True)
class LostVotes:
    """Members who had delegated and are spoken for by nobody's ballot, and their power together. `reason`: `unheard` where the last on
    the way casts none and has no delegate, `too_deep` where one lies further along than the poll's terms allow, `loop` where the way
    goes round."""

    reason: Reason
    voices: int
    power: Power


@dataclass(frozen=True)
class Loop:
    """So many members delegated in a circle in which nobody voted; the one of them who joined first."""

    first: MemberId
    members: int


@dataclass(frozen=True)
class Carrying(Event, abstract=True):
    """Ballots that carry the power of others, in the order of the roll; `left` are still to be written."""

    poll: PollId
    carriers: tuple[Carrier, ...]
    left: int

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.poll,)

    def apply(self, state: State, record: Record[Event]) -> None:
        ballots = state[Polls][self.poll].open_ballots
        for carrier in self.carriers:
            ballots.carry(carrier.member, carrier.voices, carrier.power)
        if ballots.links is not None:
            ballots.links.written += len(self.carriers)
        if not self.left:
            ballots.links = None


@dataclass(frozen=True)
class VotesCarried(Carrying):
    """Who speaks for whom, now that nobody can vote any more. Their power besides their own; what is `lost`, and in which `loops`."""

    by = NOBODY
    may = None

    lost: tuple[LostVotes, ...]
    loops: tuple[Loop, ...]


@dataclass(frozen=True)
class FurtherVotesCarried(Carrying, AboutPoll):
    """The next ballots that carry others' votes."""

    may_follow = frozenset({"FurtherVotesCarried"})

    def check(self, state: State, record: Record[Event]) -> None:
        poll, frozen = _carrying(state, self.poll)
        right = _part(poll, frozen, frozen.written, len(self.carriers))
        left = len(_carriers(poll, frozen).places) - frozen.written - len(right)
        if not right or (self.carriers, self.left) != (right, left):
            raise refuse(
                "log_unlawful", "poll {poll}", "is said to carry other votes than its delegations say", "carry those", poll=poll.id
            )


@react
def at_its_end(state: State, record: Record[PollEnded]) -> list[VotesCarried]:
    poll = state[Polls][record.event.poll]
    frozen = None if poll.ballots is None else poll.ballots.links
    if frozen is None:
        return []
    roll = poll.open_ballots.roll
    carried = resolved(poll.open_ballots, frozen)
    lost = tuple(LostVotes(reason, lost.voices, Power(lost.power)) for reason, lost in carried.lost.items() if lost.voices)
    named = zip(carried.loops.first[:LOOPS_NAMED_MAX].tolist(), carried.loops.members.tolist(), strict=False)
    loops = tuple(Loop(roll.member(first), members) for first, members in named)
    carriers = _part(poll, frozen, 0, CARRIERS_WITH_END_MAX)
    return [VotesCarried(poll.id, carriers, len(_carriers(poll, frozen).places) - len(carriers), lost, loops)]


@due
def carrying(state: State, at: Moment) -> Iterator[Command]:
    for poll in list(state[Polls].open.values()):
        if poll.ended and poll.open_ballots.carrying:
            yield CarryVotes(poll.id)


def _carrying(state: State, name: str) -> tuple[Poll, FrozenLinks]:
    """A poll of which it is still to be written whose ballots carry whose votes, and what it froze."""
    poll = poll_of(state, name)
    if poll.ballots is None or not poll.ended or poll.ballots.links is None:
        raise refuse(POLL_CLOSED, "poll {poll}", "has no votes that are still to be carried", "nothing more is needed", poll=poll.id)
    return poll, poll.ballots.links


def resolved(ballots: Ballots, frozen: FrozenLinks) -> Carried:
    """Who speaks for whom in a poll that has ended; what of it is to be written is kept beside what was frozen."""
    gone = frozen.links <= TAKEN_ALONG
    links = np.where(gone, TAKEN_ALONG - frozen.links, frozen.links)
    carried = resolve(links, ballots.seq >= 0, ballots.roll.powers, frozen.depth_max, gone)
    places = np.flatnonzero(carried.voices > 1)
    frozen.carriers = Carriers(places, carried.voices[places] - 1, carried.power[places] - ballots.roll.powers[places])
    return carried


def _carriers(poll: Poll, frozen: FrozenLinks) -> Carriers:
    if frozen.carriers is None:
        resolved(poll.open_ballots, frozen)
    assert frozen.carriers is not None
    return frozen.carriers


def _part(poll: Poll, frozen: FrozenLinks, start: int, most: int) -> tuple[Carrier, ...]:
    """At most so many of the ballots that speak for others, from one on."""
    roll = poll.open_ballots.roll
    rows = zip(*(column[start : start + most].tolist() for column in _carriers(poll, frozen)), strict=True)
    return tuple(Carrier(roll.member(place), voices, Power(power)) for place, voices, power in rows)
