"""Who belongs here, in which roles, and when each last took part.

Members are kept in columns, some thirty bytes each, in the order of joining: a member's *number* is how many joined
before her. Nobody is ever removed: who is forgotten keeps her number, and nothing else.

>>> members = Members()
>>> members.join(1, 5)
>>> members.give(members["m1"].number, Name("founder"))
>>> members["m1"].roles, members.number("m7")
(('member', 'founder'), None)
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.refusals import Code, refuse
from engine.state import Part
from engine.values import Column, MemberId, Moment, Name

MEMBER_UNKNOWN = Code("member_unknown", "unknown")
MEMBER = Name("member")
"""The role that every member has."""
ROLES_EVER_MAX = 62
"""Roles that may ever have been given in one community: each is a bit of 64."""


class Member(NamedTuple):
    """One member as she stands now."""

    id: MemberId
    number: int
    roles: tuple[Name, ...]
    joined_at: Moment
    forgotten: bool


def _column(kind: str) -> Column:
    return field(default_factory=lambda: array(kind))


@dataclass
class Members(Part):
    seqs: Column = _column("q")
    """The event by which each joined."""
    joined: Column = _column("q")
    held: Column = _column("q")
    """The roles of each, as bits: the place of a role in `role_names` is the place of its bit."""
    gone: Column = _column("b")
    active_on: Column = _column("i")
    """The last day (since 1970, UTC) on which each did something that counts as taking part; -1 for never."""
    role_names: list[Name] = field(default_factory=lambda: [MEMBER])
    forgotten: int = 0
    """How many were forgotten."""
    role_changes: int = 0
    """How often a role was given or taken: until it is again, rolls only grow."""
    _last: tuple[str, int | None] = field(init=False, repr=False, compare=False, default=("", None))

    def __len__(self) -> int:
        return len(self.seqs)

    def __iter__(self) -> Iterator[MemberId]:
        """Everybody's id, in the order of joining."""
        return map(MemberId.of, self.seqs)

    def __contains__(self, member: str) -> bool:
        return self.number(member) is not None

    def __getitem__(self, member: str) -> Member:
        one = self.get(member)
        if one is None:
            raise refuse(MEMBER_UNKNOWN, "member {member}", "does not exist here", "look at the list of members", member=member[:40])
        return one

    def get(self, member: str) -> Member | None:
        number = self.number(member)
        return None if number is None else self.at(number)

    def at(self, number: int) -> Member:
        """The member of that number, from 0."""
        bits = self.held[number]
        roles = tuple(name for place, name in enumerate(self.role_names) if bits >> place & 1)
        return Member(MemberId.of(self.seqs[number]), number, roles, Moment(self.joined[number]), bool(self.gone[number]))

    def number(self, member: str) -> int | None:
        """How many joined before her; None where nobody is called that."""
        asked, number = self._last  # an act asks for its actor again and again; whoever has a number keeps it
        if member != asked or number is None:
            number = MemberId.place_in(self.seqs, member)
            self._last = member, number
        return number

    def here(self, member: str) -> int | None:
        """Her number, if there is such a member and she was not forgotten."""
        number = self.number(member)
        return None if number is None or self.gone[number] else number

    def bits(self, roles: Iterable[str]) -> int:
        """Roles as bits; a role nobody ever had has none."""
        wanted = set(roles)
        return sum(1 << place for place, name in enumerate(self.role_names) if name in wanted)

    def holding(self, roles: Iterable[str]) -> NDArray[np.bool_]:
        """Which members, by number, are here and have one of `roles`."""
        have: NDArray[np.bool_] = (np.array(self.held, np.int64) & self.bits(roles)) != 0
        here: NDArray[np.bool_] = np.array(self.gone, np.int8) == 0
        return have & here

    def join(self, seq: int, at: int) -> None:
        self.seqs.append(seq)
        self.joined.append(at)
        self.held.append(1)
        self.gone.append(0)
        self.active_on.append(-1)

    def give(self, number: int, role: Name) -> None:
        if role not in self.role_names:
            self.role_names.append(role)
        self.held[number] |= self.bits([role])
        self.role_changes += 1

    def take(self, number: int, role: Name) -> None:
        self.held[number] &= ~self.bits([role])
        self.role_changes += 1

    def note_act(self, member: str, day: int) -> None:
        """She took part on that day, if there is such a member."""
        number = self.number(member)
        if number is not None and day > self.active_on[number]:
            self.active_on[number] = day

    def forget(self, number: int) -> None:
        self.gone[number] = 1
        self.forgotten += 1
