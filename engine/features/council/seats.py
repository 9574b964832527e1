"""Who sits on a council: the terms a decision states of it, and the seats that a poll freezes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.features.council.state import CouncilKeys
from engine.kernel.charter import Charter, RoleTerms, unknown, wrong
from engine.kernel.members import Members
from engine.refusals import Refusal
from engine.state import State
from engine.values import CouncilKey, MemberId, Name

SEATS_MAX = 64
"""Seats of a council: they stand with their keys in the event that opens a poll, beside the longest charter it may ask about."""
COUNCIL_DAYS_MAX = 365
"""A year: money and ideas wait as long."""


@dataclass(frozen=True)
class CouncilTerms:
    """What a decision asks of the council, the members who have `role` and a council key when its poll opens: that `needed` of them recount it and sign
    within `days` after the count. Without that nothing of it ever happens. Where `objecting` is given, objections by so many overturn it at once."""

    role: Name
    needed: int
    days: int
    objecting: int = 0


@dataclass(frozen=True)
class Seat:
    """A member of a council, and the key she attests with."""

    member: MemberId
    key: CouncilKey


@dataclass(frozen=True)
class Seating:
    """The council of one poll, as it was when the poll opened: its terms, and its seats in the order of joining."""

    role: Name
    needed: int
    days: int
    objecting: int
    seats: tuple[Seat, ...]

    def place(self, member: str) -> int | None:
        """The number of a member's seat, from 0; None where she has none."""
        return next((place for place, seat in enumerate(self.seats) if seat.member == member), None)


def seating_of(state: State, terms: CouncilTerms) -> Seating:
    """The council of a poll that opens now: nobody sits on it without a key."""
    members, live = state[Members], state[CouncilKeys].live
    holding = members.holding([terms.role])
    seated = [member for member in live if holding[members[member].number]]
    seats = tuple(Seat(member, live[member].key) for member in sorted(seated, key=MemberId.seq))
    return Seating(terms.role, terms.needed, terms.days, terms.objecting, seats)


def problems(where: str, terms: CouncilTerms, charter: Charter) -> Iterable[Refusal]:
    """What of a decision's council does not hold together."""
    yield from unknown(f"{where}.council.role", (terms.role,), tuple(charter[RoleTerms].by_name))
    for name, value, least, most in (
        ("needed", terms.needed, 1, SEATS_MAX),
        ("days", terms.days, 1, COUNCIL_DAYS_MAX),
        ("objecting", terms.objecting, 0, SEATS_MAX),
    ):
        if not least <= value <= most:
            yield wrong(f"{where}.council.{name}", "is {value}", "give {least} to {most}", value=value, least=least, most=most)


def holes(seating: Seating) -> Iterable[tuple[str, str, dict[str, object]]]:
    """What keeps a poll with such a council from opening: each fact completes "cannot open with …", with its way out."""
    count, values = len(seating.seats), {"role": seating.role, "needed": seating.needed, "count": len(seating.seats), "most": SEATS_MAX}
    if count < seating.needed:
        yield (
            "a council of {count}, of whom {needed} would have to attest",
            "give more members the role {role} (GiveRole), and let each register a council key (RegisterCouncilKey)",
            values,
        )
    if count < seating.objecting:
        yield "a council of {count}, fewer than it takes to object", "let more members of the role {role} register a council key", values
    if count > SEATS_MAX:
        yield "a council of {count}", "let at most {most} have the role {role} and a council key", values
