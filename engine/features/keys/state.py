"""The keys there are: each member's live one, and every address that was ever used."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.kernel.members import Members
from engine.refusals import Code, refuse
from engine.state import Part, State
from engine.values import Address, MemberId, Moment, Seq

KEY_UNKNOWN = Code("key_unknown", "conflict")
KEY_USED = Code("key_used", "conflict")
KEY_THERE = Code("key_there", "conflict")


@dataclass(frozen=True)
class LiveKey:
    """A member's key: its address, since when it is hers, and the event that says so."""

    address: Address
    since: Moment
    seq: Seq


@dataclass
class Keys(Part):
    """Some 300 bytes for each member who has a key, nothing for others."""

    live: dict[MemberId, LiveKey] = field(default_factory=dict)
    """In the order in which they were registered."""
    used: dict[Address, MemberId] = field(default_factory=dict)
    """The addresses of all keys there ever were, and whose each was."""

    def of(self, member: str) -> Address | None:
        """The address of a member's live key."""
        known = self.live.get(member)  # type: ignore[call-overload]
        return None if known is None else known.address

    def owner(self, address: str) -> MemberId | None:
        """Whose live key that is."""
        member = self.used.get(Address(address))
        return member if member is not None and self.of(member) == address else None

    def put(self, member: str, address: Address, at: Moment, seq: Seq) -> None:
        """A member's key from now on."""
        self.live[MemberId(member)] = LiveKey(address, at, seq)
        self.used[address] = MemberId(member)


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
