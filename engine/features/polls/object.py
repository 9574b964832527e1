"""Object to what a poll has decided, before it is final.

Where a decision's terms name an `objection`, its effects wait for so many days after the count. Everybody on the roll may
object in that time, openly and once; if objections come from enough of the roll, the decision is overturned at once, and
things stay as they are. Source of objection windows: Colony's motions, Nouns DAO's objection period.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.event import ANY_MEMBER, NOBODY, Ask, Command, Event, Record, Vault
from engine.features.polls.close import AboutPoll, free, give_back
from engine.features.polls.state import NOT_ON_ROLL, Poll, PollId, Polls, poll_of
from engine.kernel.hooks import due, react
from engine.log.fields import Erasable
from engine.refusals import Code, refuse
from engine.state import State
from engine.values import Moment, ReasonText

OBJECTIONS_CLOSED = Code("objections_closed", "conflict")
OBJECTIONS_OPEN = Code("objections_open", "conflict")
OBJECTED_ALREADY = Code("objected_already", "conflict")


@dataclass(frozen=True)
class ObjectToDecision(Command):
    """Everybody sees who objects to what a poll has decided, and why."""

    resource = "/polls/{poll}/objections"

    poll: PollId
    reason: ReasonText

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [ObjectionRaised(self.poll, Erasable(self.reason))]


@dataclass(frozen=True)
class EndObjections(Command):
    """Asked by the clock when the days for objecting are over: the decision is final then."""

    resource = "/polls/{poll}/finality"

    poll: PollId

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [ObjectionsEnded(self.poll)]


@dataclass(frozen=True)
class ObjectionsOpened(Event):
    """A poll has decided something, and whoever is on its roll may object before `until`."""

    by = NOBODY
    may = None

    poll: PollId
    until: Moment

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.poll,)

    def apply(self, state: State, record: Record[Event]) -> None:
        state[Polls][self.poll].objections_until = self.until


@dataclass(frozen=True)
class ObjectionRaised(Event):
    """An objection by the event's actor. Being on the poll's roll suffices, as it does for voting: no amendment shuts anybody out."""

    by = ANY_MEMBER
    may = None

    poll: PollId
    reason: Erasable[ReasonText]

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.poll,)

    def check(self, state: State, record: Record[Event]) -> None:
        check_may_object(poll_of(state, self.poll), record.actor, record.at)

    def apply(self, state: State, record: Record[Event]) -> None:
        objections = state[Polls][self.poll].objections
        assert objections is not None
        objections.put(record.actor, record.seq, "")


@dataclass(frozen=True)
class ObjectionsEnded(AboutPoll):
    """The days for objecting are over, and too few have."""

    def check(self, state: State, record: Record[Event]) -> None:
        poll = poll_of(state, self.poll)
        if poll.objections is None:
            raise refuse(OBJECTIONS_CLOSED, "poll {poll}", "waits for no objections", "look at its result", poll=poll.id)
        if record.at < poll.objections_until:
            raise refuse(
                OBJECTIONS_OPEN, "the decision of poll {poll}", "can still be objected to", "wait until its days for that are over",
                poll=poll.id,
            )  # fmt: skip

    def apply(self, state: State, record: Record[Event]) -> None:
        polls = state[Polls]
        polls.settle(polls[self.poll])
        free(state, polls[self.poll])


@dataclass(frozen=True)
class DecisionOverturned(Event):
    """Enough of the roll, or of the council, have objected: nothing of what the poll decided happens, and what it held goes back."""

    by = NOBODY
    may = None

    poll: PollId

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.poll,)

    def apply(self, state: State, record: Record[Event]) -> None:
        poll = state[Polls][self.poll]
        poll.overturned = True
        give_back(state, poll)


@react
def enough_objections(state: State, record: Record[ObjectionRaised]) -> list[DecisionOverturned]:
    poll = state[Polls][record.event.poll]
    objected, needed = objections_of(poll)
    return [DecisionOverturned(poll.id)] if objected >= needed else []


@due
def objections_over(state: State, at: Moment) -> Iterator[Command]:
    for poll in list(state[Polls].contested.values()):
        if at >= poll.objections_until:
            yield EndObjections(poll.id)


def objections_of(poll: Poll) -> tuple[int, int]:
    """How many of the roll have objected so far, or the power of these, and how many it takes to overturn the decision."""
    terms, electorate = poll.conditions.objection, poll.asked.electorate
    assert terms is not None and poll.objections is not None
    whole = electorate.power if terms.basis == "power" else electorate.count
    return poll.objections.votes.cast.by(terms.basis), -(-terms.percent_min * whole // 100)


def check_may_object(poll: Poll, member: str, at: int) -> None:
    """Refuse an objection that comes too early, too late, from somebody not on the roll, or twice."""
    objections = poll.objections
    if objections is None or at >= poll.objections_until:
        raise refuse(
            OBJECTIONS_CLOSED, "poll {poll}", "takes no objections now", "look at its result, and whether it is final", poll=poll.id
        )
    if objections.place(member) is None:
        raise refuse(
            NOT_ON_ROLL, "member {member}", "is not on the roll of poll {poll}", "it was fixed when the poll opened",
            member=member, poll=poll.id,
        )  # fmt: skip
    if objections.cast_by(member) >= 0:
        raise refuse(OBJECTED_ALREADY, "poll {poll}", "has your objection", "once is enough", poll=poll.id)
