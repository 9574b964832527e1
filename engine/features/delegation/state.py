"""The delegations there are."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.delegation import NOBODY, in_force, topic_first
from engine.features.polls.roll import Roll
from engine.kernel.members import Members
from engine.refusals import Code
from engine.state import Part, State
from engine.values import Column, Name

DELEGATE_WRONG = Code("delegate_wrong", "wrong")
DELEGATION_TOO_LONG = Code("delegation_too_long", "wrong")
DELEGATION_UNKNOWN = Code("delegation_unknown", "unknown")
TOPIC_UNKNOWN = Code("topic_unknown", "unknown")


@dataclass
class Given:
    """Delegations in decisions of one kind, or of all: columns over members by number, as far as one of them has ever delegated.

    >>> given = Given()
    >>> given.give(1, to=4, since=100, until=200)
    >>> given.in_force(150, 3).tolist(), given.in_force(200, 3).tolist()
    ([-1, 4, -1], [-1, -1, -1])
    """

    to: Column = field(default_factory=lambda: array("i"))
    """The number of each one's delegate, -1 for none."""
    since: Column = field(default_factory=lambda: array("q"))
    until: Column = field(default_factory=lambda: array("q"))

    def give(self, number: int, to: int, since: int, until: int) -> None:
        """A member delegates, and no longer to whom she did before."""
        more = number + 1 - len(self.to)
        if more > 0:
            self.to.extend([NOBODY] * more)
            self.since.extend([0] * more)
            self.until.extend([0] * more)
        self.to[number], self.since[number], self.until[number] = to, since, until

    def end(self, number: int) -> None:
        self.to[number] = NOBODY

    def lapse(self, number: int) -> None:
        """What a member has delegated, and all that is delegated to her, ends."""
        to = np.array(self.to, np.intc)
        to[to == number] = NOBODY
        to[number : number + 1] = NOBODY
        self.to = array("i", to.tobytes())

    def take_back(self, at: int) -> None:
        """What was given later than `at` ends.

        >>> given = Given()
        >>> given.give(0, to=2, since=50, until=200)
        >>> given.give(1, to=2, since=100, until=200)
        >>> given.count_since(50), given.take_back(50), given.in_force(150, 2).tolist()
        (1, None, [2, -1])
        """
        to = np.array(self.to, np.intc)
        to[self._given_since(at)] = NOBODY
        self.to = array("i", to.tobytes())

    def count_since(self, at: int) -> int:
        """How many were given later than `at`, be they over by now or not."""
        return int(self._given_since(at).sum())

    def _given_since(self, at: int) -> NDArray[np.bool_]:
        return np.asarray((np.array(self.to, np.intc) >= 0) & (np.array(self.since, np.int64) > at))

    def holds(self, number: int) -> bool:
        """Whether a member has delegated, be it over by now or not."""
        return number < len(self.to) and self.to[number] >= 0

    def is_in_force(self, number: int, at: int) -> bool:
        return self.holds(number) and self.since[number] <= at < self.until[number]

    def in_force(self, at: int, members: int) -> NDArray[np.int64]:
        """The number of each member's delegate at a moment, -1 for none."""
        to = np.full(members, NOBODY, np.int64)
        to[: len(self.to)] = in_force(np.array(self.to, np.int64), np.array(self.since, np.int64), np.array(self.until, np.int64), at)
        return to

    def count_to(self, number: int) -> int:
        """How many have delegated to a member, be it over by now or not."""
        return int((np.array(self.to, np.intc) == number).sum())


@dataclass
class Delegations(Part):
    general: Given = field(default_factory=Given)
    """Those in decisions of every kind, where there is none of their own kind."""
    by_topic: dict[Name, Given] = field(default_factory=dict)

    def given(self, topic: Name | None) -> Given:
        """Those for a topic; for all without one."""
        return self.general if topic is None else self.by_topic.setdefault(topic, Given())

    def all(self) -> Iterator[tuple[Name | None, Given]]:
        """Those for all, and those for each topic."""
        yield None, self.general
        yield from self.by_topic.items()

    def in_force(self, topic: Name, at: int, members: int) -> NDArray[np.int64]:
        """The number of each member's delegate in decisions of a kind, -1 for none: a topic's own before the general one.

        >>> from engine.values import Name
        >>> there = Delegations()
        >>> there.given(None).give(0, to=1, since=0, until=99)
        >>> there.given(Name("spending")).give(0, to=2, since=0, until=50)
        >>> [there.in_force(Name("spending"), at, 3).tolist() for at in (49, 50)]
        [[2, -1, -1], [1, -1, -1]]
        """
        general = self.general.in_force(at, members)
        own = self.by_topic.get(topic)
        return general if own is None else topic_first(own.in_force(at, members), general)


def links_on(state: State, roll: Roll, topic: Name, at: int) -> NDArray[np.int32]:
    """Each one's delegate by her place on a roll, -1 for none: who is not on the roll neither votes for others nor hands on."""
    delegations = state[Delegations]
    if not any(len(given.to) for _, given in delegations.all()):
        return np.full(roll.count, NOBODY, np.int32)
    members = len(state[Members])
    place, numbers = np.full(members, NOBODY, np.int32), roll.numbers
    place[numbers] = np.arange(roll.count, dtype=np.int32)
    to = delegations.in_force(topic, at, members)[numbers]
    return np.where(to >= 0, place[to], np.int32(NOBODY))
