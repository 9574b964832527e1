"""What becomes of delegations when a member leaves.

She neither speaks for anybody any more nor is spoken for in polls that open later. In a poll that is open nobody's forgetting changes what
others have handed on, so what it froze stays; who forgets herself takes her own vote along, and nobody casts that for her there.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.event import NOBODY, Event, Record
from engine.features.delegation.state import Delegations
from engine.features.polls.links import TAKEN_ALONG
from engine.features.polls.state import PollId, Polls
from engine.kernel.forget import Forgetting, SelfForgotten
from engine.kernel.hooks import react
from engine.kernel.members import Members
from engine.state import State
from engine.values import MemberId


@dataclass(frozen=True)
class DelegationsLapsed(Event):
    """A member has left: so many delegations of hers, and so many to her, have ended with it."""

    by = NOBODY
    may = None

    member: MemberId
    hers: int
    to_her: int

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.member,)

    def apply(self, state: State, record: Record[Event]) -> None:
        number = state[Members][self.member].number
        for _, given in state[Delegations].all():
            given.lapse(number)


@dataclass(frozen=True)
class DelegationWithdrawn(Event):
    """Nobody casts in this poll the own vote of a member who has left; those of others go on along her link."""

    by = NOBODY
    may = None

    poll: PollId
    member: MemberId

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.poll, self.member)

    def apply(self, state: State, record: Record[Event]) -> None:
        ballots = state[Polls][self.poll].open_ballots
        place, frozen = ballots.place(self.member), ballots.links
        if place is not None and frozen is not None and frozen.links[place] >= 0:
            frozen.links[place] = TAKEN_ALONG - frozen.links[place]


@react
def lapse(state: State, record: Record[Forgetting]) -> list[DelegationsLapsed]:
    member = record.event.whom(record)
    number = state[Members][member].number
    hers = sum(given.holds(number) for _, given in state[Delegations].all())
    to_her = sum(given.count_to(number) for _, given in state[Delegations].all())
    return [DelegationsLapsed(member, hers, to_her)] if hers or to_her else []


@react
def takes_her_vote_along(state: State, record: Record[SelfForgotten]) -> list[DelegationWithdrawn]:
    member, withdrawn = record.event.whom(record), list[DelegationWithdrawn]()
    for poll in state[Polls].open.values():
        frozen = poll.open_ballots.links
        if frozen is None or poll.ended or record.at >= poll.closes_at:
            continue
        place = poll.open_ballots.place(member)
        if place is not None and frozen.links[place] >= 0:
            withdrawn.append(DelegationWithdrawn(poll.id, member))
    return withdrawn
