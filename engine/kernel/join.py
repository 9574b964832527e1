"""Join a community, or enter somebody by invitation."""

from __future__ import annotations

from dataclasses import dataclass

from engine.event import ANY_MEMBER, Ask, Command, Event, Record, Right, Vault, Who
from engine.kernel import charter as charters
from engine.kernel.charter import NOT_ALLOWED, MemberTerms
from engine.kernel.members import Members
from engine.limits import MEMBERS_MAX
from engine.log.fields import Erasable, Private
from engine.refusals import refuse
from engine.state import State
from engine.values import MemberId, Name, NameText

ENTER = Right(Name("join_community"), "enter somebody as a member")
FOUNDER = Name("founder")


@dataclass(frozen=True)
class JoinCommunity(Command):
    """Asked by a newcomer it makes her a member; asked by a member it enters somebody else."""

    resource = "/members"
    makes = MemberId

    name: NameText | None = None
    email: NameText | None = None

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        name: Erasable[NameText] | None = None if self.name is None else Erasable(self.name)
        email: Private[NameText] | None = None if self.email is None else Private(self.email)
        kind = MemberEntered if MemberId.fits(ask.actor) else MemberJoined
        return [kind(name, email)]


@dataclass(frozen=True)
class NewMember(Event, abstract=True):
    """Somebody becomes a member; her id is `m` and this event's seq."""

    name: Erasable[NameText] | None
    email: Private[NameText] | None

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (MemberId.of(record.seq),)

    def owner(self, record: Record[Event], field: str) -> str:
        return MemberId.of(record.seq)

    def check(self, state: State, record: Record[Event]) -> None:
        if len(state[Members]) >= MEMBERS_MAX:
            raise refuse("limit_reached", "the community", "has {count} members", "found another beside it", count=MEMBERS_MAX)

    def apply(self, state: State, record: Record[Event]) -> None:
        members = state[Members]
        members.join(record.seq, record.at)
        if record.actor == "founder":
            members.give(0, FOUNDER)


@dataclass(frozen=True)
class MemberJoined(NewMember):
    """Somebody joins by herself; the founder does in the command that founds."""

    by = frozenset({Who.NEWCOMER, Who.FOUNDER})
    may = None
    may_follow = frozenset({"CommunityFounded"})

    def check(self, state: State, record: Record[Event]) -> None:
        super().check(state, record)
        if record.actor == "newcomer" and charters.in_force(state)[MemberTerms].admission != "open":
            raise refuse(NOT_ALLOWED, "actor newcomer", "may not join by herself", "ask a member who may invite you")


@dataclass(frozen=True)
class MemberEntered(NewMember):
    """A member who may enters somebody."""

    by = ANY_MEMBER
    may = ENTER
