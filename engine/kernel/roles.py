"""Give a member a role, or take it from her."""

from __future__ import annotations

from dataclasses import dataclass

from engine.event import ANY_MEMBER, Ask, Command, Event, Record, Right, Vault, rights
from engine.kernel import charter as charters
from engine.kernel.authority import holder_count, roles_with
from engine.kernel.charter import NOT_ALLOWED, Charter, RoleTerms
from engine.kernel.hooks import fits
from engine.kernel.members import MEMBER, ROLES_EVER_MAX, Member, Members
from engine.refusals import Code, Refusal, refuse
from engine.state import State
from engine.values import MemberId, Name

GIVE_ROLES = Right(Name("give_role"), "give members roles, and take them", needed=True)
ROLE_UNKNOWN = Code("role_unknown", "unknown")
ROLE_UNCHANGED = Code("role_unchanged", "conflict")
LAST_HOLDER = Code("last_holder", "conflict")


@dataclass(frozen=True)
class GiveRole(Command):
    """Nobody gives a role to herself: she would decide alone over what she gains by it."""

    resource = "/members/{member}/roles"

    member: MemberId
    role: Name

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [RoleGiven(self.member, self.role)]


@dataclass(frozen=True)
class TakeRole(Command):
    """Take a role from another member, or give up one's own."""

    resource = "/members/{member}/roles/taken"

    member: MemberId
    role: Name

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [RoleTaken(self.member, self.role)]


@dataclass(frozen=True)
class RoleChanged(Event, abstract=True):
    """A member has other roles than before."""

    by = ANY_MEMBER
    may = GIVE_ROLES

    member: MemberId
    role: Name

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.member,)


@dataclass(frozen=True)
class RoleGiven(RoleChanged):
    """A member has one more role."""

    def check(self, state: State, record: Record[Event]) -> None:
        member, known = state[Members][self.member], charters.in_force(state)[RoleTerms].by_name
        if self.role not in known:
            raise refuse(ROLE_UNKNOWN, "role {role}", "is not in the charter", "known: {known}", role=self.role, known=", ".join(known))
        if self.member == record.actor:
            raise refuse(NOT_ALLOWED, "member {member}", "cannot give a role to herself", "ask another who may", member=self.member)
        if member.forgotten or self.role in member.roles:
            raise _unchanged(member, self.role)
        names = state[Members].role_names
        if self.role not in names and len(names) >= ROLES_EVER_MAX:
            raise refuse("limit_reached", "the community", "has had {count} roles", "use one of them again", count=ROLES_EVER_MAX)

    def apply(self, state: State, record: Record[Event]) -> None:
        members = state[Members]
        members.give(members[self.member].number, self.role)


@dataclass(frozen=True)
class RoleTaken(RoleChanged):
    """A member has one role less."""

    def check(self, state: State, record: Record[Event]) -> None:
        member = state[Members][self.member]
        if member.forgotten or self.role == MEMBER or self.role not in member.roles:
            raise _unchanged(member, self.role)
        rest = [role for role in member.roles if role != self.role]
        charter = charters.in_force(state)
        for right in needed_rights(charter):
            holders = roles_with(charter, right)
            if self.role in holders and not set(rest) & set(holders) and not holder_count(state, charter, right, without=member.number):
                raise _last(member.id, right)

    def apply(self, state: State, record: Record[Event]) -> None:
        members = state[Members]
        members.take(members[self.member].number, self.role)


def needed_rights(charter: Charter) -> list[Right]:
    """The rights that somebody must hold, of those this charter gives to anybody."""
    return [right for right in rights().values() if right.needed and roles_with(charter, right)]


def check_may_go(state: State, member: Member) -> None:
    """Refuse to let the last go who holds a right the community cannot do without."""
    charter = charters.in_force(state)
    for right in needed_rights(charter):
        if set(member.roles) & set(roles_with(charter, right)) and not holder_count(state, charter, right, without=member.number):
            raise _last(member.id, right)


@fits
def roles_of_members(state: State, charter: Charter) -> list[Refusal]:
    """Every role that somebody has must stay, and so must somebody who holds what is needed."""
    known, members = charter[RoleTerms].by_name, state[Members]
    gone = [role for role in members.role_names if role not in known and members.holding([role]).any()]
    problems = [_unfit("has no role {role}, which members have", role=role) for role in gone]
    before = charters.in_force(state)
    for right in needed_rights(before):
        if not gone and not holder_count(state, charter, right):
            problems.append(_unfit("leaves nobody who may {right}", right=right.name))
    return problems


def _unfit(fact: str, /, **values: str) -> Refusal:
    return refuse(NOT_ALLOWED, "the new charter", fact, "let it keep that", **values)


def _unchanged(member: Member, role: str) -> Refusal:
    fact = (
        "is forgotten" if member.forgotten else "has the role {role} already" if role in member.roles else "does not have the role {role}"
    )
    if role == MEMBER and not member.forgotten:
        fact = "has the role {role}, as everybody has"
    return refuse(ROLE_UNCHANGED, "member {member}", fact, "nothing is to be done", member=member.id, role=role)


def _last(member: str, right: Right) -> Refusal:
    return refuse(
        LAST_HOLDER, "member {member}", "is the last who may {right}", "hand that over first (GiveRole)", member=member, right=right.name
    )
