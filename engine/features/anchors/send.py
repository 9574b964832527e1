"""Record what else of the community stands on a chain: a decision's steps, and the claims of a round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.event import ANY_MEMBER, Ask, Command, Event, Record, Vault
from engine.features.anchors.state import ANCHORED_ALREADY, AnchorId, Anchors, OnChain, Sent, check_there
from engine.features.anchors.terms import ANCHOR
from engine.features.polls.decide import decides_something
from engine.features.polls.state import POLL_UNKNOWN, PollId, Polls
from engine.features.rewards.state import RoundId, Rounds
from engine.refusals import Code, refuse
from engine.state import State
from engine.values import Digest, Money, Name, Seq

NOT_FINAL = Code("not_final", "conflict")
Step = Literal["opened", "queued", "executed", "cancelled"]


@dataclass(frozen=True)
class RecordDecision(Command):
    """The decision of `poll` stands in a contract on a chain, as far as `step` says. That is decisions.vy, a Governor, a Timelock or a Safe; it
    was opened there, queued once it was final, executed or cancelled.
    """

    resource = "/polls/{poll}/on-chain"
    makes = AnchorId

    poll: PollId
    step: Step
    where: OnChain

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [DecisionSent(self.poll, self.step, self.where)]


@dataclass(frozen=True)
class RecordClaims(Command):
    """Members claim what a `round` has shared out from a contract of its own. `root` is over its claims, `total` what they come to, in the
    smallest unit of what it pays; each goes to the key that its member had before event `keys_as_of`.
    """

    resource = "/rounds/{round}/on-chain"
    makes = AnchorId

    round: RoundId
    root: Digest
    total: Money
    keys_as_of: Seq
    where: OnChain

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [ClaimsOpened(self.round, self.root, self.total, self.keys_as_of, self.where)]


@dataclass(frozen=True)
class DecisionSent(Event):
    """A decision stands on a chain, as far as `step` says."""

    by = ANY_MEMBER
    may = ANCHOR

    poll: PollId
    step: Step
    where: OnChain

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (AnchorId.of(record.seq), self.poll)

    def check(self, state: State, record: Record[Event]) -> None:
        poll = state[Polls].polls.get(self.poll)
        if poll is None:
            raise refuse(POLL_UNKNOWN, "poll {poll}", "does not exist here", "look at the list of polls", poll=self.poll)
        if self.step in ("queued", "executed") and not (poll.final and decides_something(poll)):
            raise refuse(NOT_FINAL, "poll {poll}", "has decided nothing that is final", "wait until it is", poll=self.poll)
        check_there(state, self.where, steps=True)
        if any(one.step == self.step for one in state[Anchors].of(self.poll)):
            raise refuse(
                ANCHORED_ALREADY, "poll {poll}", "is recorded as {step} already", "record its next step", poll=self.poll, step=self.step
            )

    def apply(self, state: State, record: Record[Event]) -> None:
        name = AnchorId.of(record.seq)
        state[Anchors].put(Sent(name, self.poll, Name(self.step), self.where, record.at))


@dataclass(frozen=True)
class ClaimsOpened(Event):
    """Members claim what a round has shared out, from a contract of its own."""

    by = ANY_MEMBER
    may = ANCHOR

    round: RoundId
    root: Digest
    total: Money
    keys_as_of: Seq
    where: OnChain

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (AnchorId.of(record.seq), self.round)

    def check(self, state: State, record: Record[Event]) -> None:
        round_ = state[Rounds][self.round]
        if round_.points is not None:
            raise refuse(NOT_FINAL, "round {round}", "is not worked out yet", "wait until it is", round=self.round)
        if self.total <= 0:
            raise refuse("field_wrong", "total", "is {total}", "open claims to more than nothing", total=self.total)
        if self.keys_as_of > record.seq:
            raise refuse("field_wrong", "keys_as_of", "is an event still to come", "name one that stands in the log")
        check_there(state, self.where)
        if state[Anchors].of(self.round):
            raise refuse(ANCHORED_ALREADY, "round {round}", "has its contract already", "claim from that one", round=self.round)

    def apply(self, state: State, record: Record[Event]) -> None:
        name = AnchorId.of(record.seq)
        state[Anchors].put(Sent(name, self.round, Name("claims"), self.where, record.at, self.root, self.total, self.keys_as_of))
