"""Join a community, or enter somebody by invitation."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands import Ask, Command, Vault
from engine.limits import MEMBERS_MAX
from engine.log.fields import Erasable, Private
from engine.log.record import Event, Record
from engine.refusals import refuse
from engine.state import Member, State
from engine.values import Actor, MemberId, Name, NameText, make_id


@dataclass(frozen=True)
class JoinCommunity(Command):
    """`role` other than `member` only by somebody whose own role may `join_community`."""

    resource = "/members"
    makes = "m"

    name: NameText | None = None
    email: NameText | None = None
    role: Name = Name("member")

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        name: Erasable[NameText] | None = None if self.name is None else Erasable(self.name)
        email: Private[NameText] | None = None if self.email is None else Private(self.email)
        return [MemberJoined(self.role, name, email)]


@dataclass(frozen=True)
class MemberJoined(Event):
    """The member's id is `m` and this event's seq."""

    joins = frozenset({"CommunityFounded"})

    role: Name
    name: Erasable[NameText] | None
    email: Private[NameText] | None

    def owner(self, record: Record, field: str) -> Actor:
        return Actor(make_id("m", record.seq))

    def check(self, state: State, record: Record) -> None:
        if record.actor == "founder":
            if record.seq != 1 or self.role != "founder":
                raise refuse("not_allowed", "actor founder", "has founded this community already", "join it as newcomer")
            return
        state.require(record.actor, "join_community")
        if self.role not in state.charter.roles:
            raise refuse("not_allowed", f"role {self.role}", "is not in the charter", ", ".join(state.charter.roles))
        if record.actor == "newcomer" and self.role != "member":
            raise refuse("not_allowed", "a newcomer", f"cannot take the role {self.role}", "join as member")
        if len(state.members) >= MEMBERS_MAX:
            raise refuse("limit_reached", "the community", f"has {MEMBERS_MAX} members", "found another beside it")

    def apply(self, state: State, record: Record) -> None:
        member = MemberId(self.owner(record, "name"))
        state.members[member] = Member(member, self.role, record.at, len(state.members))
