"""Who speaks for whom: delegations, one member's to another, resolved into the weight that each ballot carries.

Everybody is a *place*, as on a roll. A delegation is a link from one place to another. It is transitive: a member who casts no ballot
is spoken for by the first one along the links who does, and one who casts a ballot speaks for herself, whatever she has delegated: her
own ballot takes her weight away from her delegate, as in OpenZeppelin's `GovernorCountingOverridable`. Links are followed as far as a
stated depth. What they do not bring to a ballot within it is lost and counts for nobody, for one of three reasons:

* *unheard*: the last one on the way casts no ballot and has delegated to nobody;
* *too deep*: a ballot lies further along than the depth allows;
* *loop*: the links come round in a circle of which nobody casts a ballot.

A delegation is for decisions of one kind, its topic, or for all, and for a time: `in_force` and `topic_first` say which links there are.

Whole arrays are followed by doubling: two steps are one step after another, four are two after two. No step depends on how many
there are behind one delegate, and powers are whole numbers that are added, so nothing is lost or gained on the way.

Ana (0) delegates to Bo (1), Bo to Cy (2), and Cy votes. Di (3) and Ed (4) delegate to each other:

>>> links, cast = np.array([1, 2, -1, 4, 3]), np.array([False, False, True, False, False])
>>> carried = resolve(links, cast, np.array([1, 1, 1, 5, 5]), depth_max=4)
>>> carried.speaker.tolist(), carried.power.tolist(), carried.voices.tolist()
([2, 2, 2, -1, -1], [0, 0, 3, 0, 0], [0, 0, 3, 0, 0])
>>> carried.lost["loop"], carried.loops.first.tolist(), carried.loops.members.tolist()
(Lost(voices=2, power=10), [3], [2])

Bo votes after all: she carries Ana, and Cy is left with her own.

>>> resolve(links, np.array([False, True, True, False, False]), np.array([1, 1, 1, 5, 5]), depth_max=4).power.tolist()
[0, 2, 1, 0, 0]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

NOBODY = -1
"""In place of a delegate, or of somebody who speaks: there is none."""
DEPTH_MAX = 64
"""Links that are followed at most: nobody who delegates can look further, and six doublings reach it."""
Reason = Literal["unheard", "too_deep", "loop"]


class Lost(NamedTuple):
    """Members who delegated and are spoken for by nobody, and their power together."""

    voices: int
    power: int


class Loops(NamedTuple):
    """Circles of delegations of which nobody casts a ballot: the first place in each (ascending), and how many it has (int64)."""

    first: NDArray[np.int64]
    members: NDArray[np.int64]


@dataclass(frozen=True)
class Carried:
    """What ballots carry, by place. `speaker` (int64): whose ballot speaks for each, herself where she cast one, -1 for nobody's.
    `power` and `voices` (int64): the power that each ballot carries and the members it speaks for, her own and herself among them; 0
    for who casts none."""

    speaker: NDArray[np.int64]
    power: NDArray[np.int64]
    voices: NDArray[np.int64]
    lost: Mapping[Reason, Lost]
    loops: Loops


def in_force(to: NDArray[np.integer], since: NDArray[np.int64], until: NDArray[np.int64], at: int) -> NDArray[np.int64]:
    """Each one's delegate at a moment, -1 for none: of what was given at `since` and is over at `until` (milliseconds). What was given later
    than `at` has not been given yet: a clock that ran ahead gives nobody a vote.

    >>> in_force(np.array([4, 4, 4, -1]), np.array([0, 0, 9, 0]), np.array([5, 6, 99, 99]), at=5).tolist()
    [-1, 4, -1, -1]
    """
    return np.where((since <= at) & (at < until), to, NOBODY).astype(np.int64, copy=False)


def topic_first(own: NDArray[np.int64], general: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each one's delegate where a topic's own comes before the general one, both as far as they are in force.

    >>> topic_first(np.array([2, -1]), np.array([3, 3])).tolist()
    [2, 3]
    """
    return np.where(own >= 0, own, general)


def resolve(
    links: NDArray[np.integer], cast: NDArray[np.bool_], power: NDArray[np.int64], depth_max: int, gone: NDArray[np.bool_] | None = None
) -> Carried:
    """What each ballot carries: `links` names everybody's delegate by place (-1: none), `cast` says who casts a ballot, `power` (from 0)
    what each one's weighs; `depth_max` bounds the links that are followed (1: only to one's own delegate). Who is `gone` and casts no ballot
    has no vote to be carried; what others have handed to her goes on along her link.

    All arrays are as long as there are places, and the powers together stay below 2^63. Takes time in proportion to the places.
    """
    places = np.arange(len(links), dtype=np.int64)
    moves, there = ~cast & (links >= 0), np.ones_like(cast) if gone is None else cast | ~gone
    power = np.where(there, power, 0)
    step = np.where(moves, links, places)  # who casts a ballot, or has no delegate, is where every way to her ends
    end = _after(step, depth_max)
    speaker = np.where(cast[end], end, NOBODY)
    spoken_for = np.flatnonzero(speaker >= 0)
    carried, voices = np.zeros(len(links), np.int64), np.zeros(len(links), np.int64)
    np.add.at(carried, speaker[spoken_for], power[spoken_for])
    np.add.at(voices, speaker[spoken_for], there[spoken_for])
    fates, loops = _lost(step, np.flatnonzero(moves & (speaker < 0)), speaker >= 0)
    lost = {reason: Lost(int(there[here].sum()), int(power[here].sum())) for reason, here in fates.items()}
    return Carried(speaker, carried, voices, lost, loops)


def _after(step: NDArray[np.int64], steps: int) -> NDArray[np.int64]:
    """Where each place comes to in so many steps."""
    end = np.arange(len(step), dtype=np.int64)
    while steps:
        if steps & 1:
            end = step.take(end)
        steps >>= 1
        if steps:
            step = step.take(step)
    return end


def _lost(step: NDArray[np.int64], lost: NDArray[np.int64], spoken_for: NDArray[np.bool_]) -> tuple[dict[Reason, NDArray[np.int64]], Loops]:
    """Why nobody speaks for those who are `lost`: which of them for which reason, and the loops among them."""
    count = len(lost)
    too_deep, unheard = count, count + 1  # two places more, where ways end
    among = np.full(len(step), unheard, np.int64)
    among[spoken_for] = too_deep
    among[lost] = np.arange(count)
    way = end = np.append(among[step[lost]], [too_deep, unheard])
    for _ in range(count.bit_length()):  # at least as many steps as there are lost: who has not come to an end goes round
        end = end.take(end)
    end = end[:count]
    fates: dict[Reason, NDArray[np.int64]] = {"unheard": lost[end == unheard], "too_deep": lost[end == too_deep], "loop": lost[end < count]}
    return fates, _loops(lost, way, _marked(end[end < count], count))


def _loops(lost: NDArray[np.int64], way: NDArray[np.int64], round_: NDArray[np.int64]) -> Loops:
    """The loops made of those that go `round_`, each told by the least of its places."""
    number = np.zeros(len(way), np.int64)
    number[round_] = least = np.arange(len(round_))
    step = number[way[round_]]
    for _ in range(len(round_).bit_length()):
        least = np.minimum(least, least.take(step))
        step = step.take(step)
    members = np.bincount(least, minlength=len(round_))
    firsts = np.flatnonzero(members)
    return Loops(lost[round_[firsts]], members[firsts])


def _marked(numbers: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Which numbers below `count` there are, each once, ascending."""
    there = np.zeros(count, np.bool_)
    there[numbers] = True
    return np.flatnonzero(there)
