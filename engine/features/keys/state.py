"""The keys there are: each member's live one, and every address that was ever used."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.kernel.members import Members
from engine.refusals import Code, refuse
from engine.state import Part, State
from engine.values import Address, MemberId, Moment

KEY_UNKNOWN = Code("key_unknown", "conflict")
KEY_USED = Code("key_used", "conflict")
KEY_THERE = Code("key_there", "conflict")


@dataclass(frozen=True)
class LiveKey:
    """A member's key: its address, and since when it is hers."""

    address: Address
    since: Moment


@dataclass
class Keys(Part):
    """Some 300 bytes for each member who has a key, nothing for others."""

    live: dict[MemberId, LiveKey] = field(default_factory=dict)
    """In the order in which they were registered."""
    used: set[Address] = field(default_factory=set)
    """The addresses of all keys there ever were."""

    def of(self, member: str) -> Address | None:
        """The address of a member's live key."""
        known = self.live.get(member)  # type: ignore[call-overload]
        return None if known is None else known.address

    def put(self, member: str, address: Address, at: Moment) -> None:
        """A member's key from now on."""
        self.live[MemberId(member)] = LiveKey(address, at)
        self.used.add(address)


def key_of(state: State, member: str) -> Address:
    """The address of a member's live key; refused where she has none."""
    address = state[Keys].of(member)
    if address is None:
        state[Members][member]  # refuses who does not exist
        raise refuse(KEY_UNKNOWN, "member {member}", "has no key here", "register one: RegisterKey", member=member)
    return address


def check_new(state: State, address: str) -> None:
    """Refuse a key that was anybody's before."""
    if address in state[Keys].used:
        raise refuse(
            KEY_USED, "key {address}", "was registered here before", "make a new one: each is used by one member, once", address=address
        )
