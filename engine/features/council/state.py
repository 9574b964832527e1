"""The council keys there are: each member's live one, and every key that was ever used."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.kernel.members import Members
from engine.log.attest import check_key
from engine.refusals import Code, refuse
from engine.state import Part, State
from engine.values import CouncilKey, MemberId, Moment

COUNCIL_KEY_UNKNOWN = Code("council_key_unknown", "conflict")
COUNCIL_KEY_USED = Code("council_key_used", "conflict")
COUNCIL_KEY_THERE = Code("council_key_there", "conflict")


@dataclass(frozen=True)
class LiveCouncilKey:
    """A member's council key, and since when it is hers."""

    key: CouncilKey
    since: Moment


@dataclass
class CouncilKeys(Part):
    """Some 300 bytes for each member who has one, nothing for others."""

    live: dict[MemberId, LiveCouncilKey] = field(default_factory=dict)
    """In the order in which they were registered."""
    used: set[CouncilKey] = field(default_factory=set)

    def of(self, member: str) -> CouncilKey | None:
        """A member's live key."""
        known = self.live.get(MemberId(member))
        return None if known is None else known.key

    def put(self, member: str, key: CouncilKey, at: Moment) -> None:
        """A member's key from now on."""
        self.live[MemberId(member)] = LiveCouncilKey(key, at)
        self.used.add(key)


def council_key_of(state: State, member: str) -> CouncilKey:
    """A member's live key; refused where she has none."""
    key = state[CouncilKeys].of(member)
    if key is None:
        state[Members][member]  # refuses who does not exist
        raise refuse(COUNCIL_KEY_UNKNOWN, "member {member}", "has no council key here", "register one: RegisterCouncilKey", member=member)
    return key


def check_new(state: State, key: CouncilKey) -> None:
    """Refuse a key that is none, or was anybody's before."""
    check_key(key)
    if key in state[CouncilKeys].used:
        raise refuse(
            COUNCIL_KEY_USED, "council key {key}…", "was registered here before", "make a new one: each is used by one member, once",
            key=key[:18],
        )  # fmt: skip
