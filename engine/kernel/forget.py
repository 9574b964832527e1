"""Forget a member: every erasable and private value of hers leaves the vault, and her number stays behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.event import ANY_MEMBER, Ask, Command, Erased, Event, Record, Right, Vault
from engine.kernel.erase import ERASE
from engine.kernel.hooks import vetoes
from engine.kernel.members import Members
from engine.kernel.roles import check_may_go
from engine.refusals import Code, refuse
from engine.state import State
from engine.values import MemberId, Name

LEAVE = Right(Name("leave"), "be forgotten")
ALREADY_FORGOTTEN = Code("already_forgotten", "conflict")


@dataclass(frozen=True)
class ForgetMember(Command):
    """Asked by herself, or by somebody who may `erase`. Only what she asks herself takes sealed ballots along."""

    resource = "/members/{member}/forgetting"

    member: MemberId

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [SelfForgotten() if self.member == ask.actor else OtherForgotten(self.member)]


@dataclass(frozen=True)
class Forgetting(Event, abstract=True):
    """A member is forgotten; her opened ballots and what is booked to her number stay."""

    def whom(self, record: Record[Event]) -> MemberId:
        raise NotImplementedError

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.whom(record),)

    def check(self, state: State, record: Record[Event]) -> None:
        member = state[Members][self.whom(record)]
        if member.forgotten:
            raise refuse(ALREADY_FORGOTTEN, "member {member}", "is forgotten already", "nothing more is needed", member=member.id)
        check_may_go(state, member)
        for problem in vetoes(state, member.id, record.actor):
            raise problem

    def apply(self, state: State, record: Record[Event]) -> None:
        members = state[Members]
        members.forget(members[self.whom(record)].number)

    def erases(self, state: State, record: Record[Event]) -> Iterable[Erased]:
        return [Erased(owner=self.whom(record))]


@dataclass(frozen=True)
class SelfForgotten(Forgetting):
    """A member has left, and takes along what she sealed in polls that still take ballots."""

    by = ANY_MEMBER
    may = LEAVE

    def whom(self, record: Record[Event]) -> MemberId:
        return MemberId(record.actor)


@dataclass(frozen=True)
class OtherForgotten(Forgetting):
    """A member was forgotten by another; her ballots stay and are counted."""

    by = ANY_MEMBER
    may = ERASE

    member: MemberId

    def whom(self, record: Record[Event]) -> MemberId:
        return self.member

    def check(self, state: State, record: Record[Event]) -> None:
        if self.member == record.actor:
            raise refuse("log_unlawful", "member {member}", "forgets herself as if she were another", "let her leave", member=self.member)
        super().check(state, record)
