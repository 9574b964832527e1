"""Forget a member: every erasable and private value of hers leaves the vault, and her number stays behind."""

from __future__ import annotations

from dataclasses import dataclass

from engine import rules
from engine.commands import Ask, Command, Vault
from engine.log.record import Erased, Event, Record
from engine.refusals import refuse
from engine.state import State
from engine.values import MemberId, PollId


@dataclass(frozen=True)
class ForgetMember(Command):
    """Asked by herself, or by somebody whose role may `erase_text`. Ballots still sealed are withdrawn."""

    resource = "/members/{member}/forgetting"

    member: MemberId

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        for poll in state.polls.values():
            if poll.ballots is not None and ask.now >= poll.terms.closes_at and has_sealed_ballot(state, poll.id, self.member):
                raise refuse(
                    "poll_still_open",
                    f"poll {poll.id}",
                    "is over and waits to be closed with her ballot in it",
                    "close it first (ClosePoll)",
                )
        withdrawn: list[Event] = [
            BallotWithdrawn(poll.id, self.member)
            for poll in state.polls.values()
            if poll.ballots is not None and has_sealed_ballot(state, poll.id, self.member)
        ]
        return [*withdrawn, MemberForgotten(self.member)]


@dataclass(frozen=True)
class BallotWithdrawn(Event):
    """A sealed ballot that its forgotten member can no longer stand behind."""

    joins = frozenset({"BallotWithdrawn"})

    poll: PollId
    member: MemberId

    def owes(self) -> tuple[str, str]:
        return "MemberForgotten", self.member

    def check(self, state: State, record: Record) -> None:
        _check_may_forget(state, record, self.member)
        if record.at >= state.poll(self.poll).terms.closes_at:
            raise refuse("log_unlawful", f"poll {self.poll}", "is over: its ballots stand", "close it first")
        if not has_sealed_ballot(state, self.poll, self.member):
            raise refuse("log_unlawful", f"member {self.member}", f"has no sealed ballot in poll {self.poll}", "withdraw none")

    def apply(self, state: State, record: Record) -> None:
        ballots = state.polls[self.poll].ballots
        assert ballots is not None
        ballots.withdraw(self.member)


@dataclass(frozen=True)
class MemberForgotten(Event):
    joins = frozenset({"BallotWithdrawn"})

    member: MemberId

    def check(self, state: State, record: Record) -> None:
        _check_may_forget(state, record, self.member)
        for poll in state.polls.values():
            if poll.ballots is not None and has_sealed_ballot(state, poll.id, self.member):
                raise refuse("log_unlawful", f"member {self.member}", f"has a sealed ballot in poll {poll.id}", "withdraw it first")

    def apply(self, state: State, record: Record) -> None:
        state.members[self.member].forgotten = True
        state.forgotten += 1

    def erases(self, record: Record) -> list[Erased]:
        return [Erased(owner=self.member)]


def has_sealed_ballot(state: State, poll_id: PollId, member: MemberId) -> bool:
    poll = state.poll(poll_id)
    ballots = poll.ballots
    if ballots is None or not rules.secrecy(poll.terms.secrecy).sealed:
        return False
    return ballots.last(member) >= 0


def _check_may_forget(state: State, record: Record, member: MemberId) -> None:
    state.require(record.actor, "forget_member" if record.actor == member else "erase_text")
    if state.member(member).forgotten:
        raise refuse("already_forgotten", f"member {member}", "is forgotten already", "nothing more is needed")
