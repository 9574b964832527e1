"""A bounty ends by the clock, is given back when its idea's author leaves, or is paid when its idea has won."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.features.bounties.state import BOUNTY_OPEN, BOUNTY_UNKNOWN, Bounties, Bounty, BountyId

from engine.event import NOBODY, Ask, Command, Event, Record, Vault, Who
from engine.features.ideas.state import Ideas
from engine.features.polls.decide import DecisionFinal
from engine.features.polls.state import Polls
from engine.features.treasury.state import FUNDS, Treasury
from engine.kernel.forget import Forgetting
from engine.kernel.hooks import due, react
from engine.refusals import refuse
from engine.state import State
from engine.values import Moment


@dataclass(frozen=True)
class ExpireBounty(Command):
    """Asked by the clock when its days are over."""

    resource = "/bounties/{bounty}/expiry"

    bounty: BountyId

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [BountyExpired(self.bounty)]


@dataclass(frozen=True)
class Ending(Event, abstract=True):
    bounty: BountyId

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.bounty,)

    def target(self, state: State, bounty: Bounty) -> str:
        return FUNDS

    def apply(self, state: State, record: Record[Event]) -> None:
        bounty = state[Bounties].open.pop(self.bounty)
        state[Treasury].move(bounty.id, self.target(state, bounty), bounty.amount)


@dataclass(frozen=True)
class BountyExpired(Ending):
    by = frozenset({Who.CLOCK})
    may = None

    def check(self, state: State, record: Record[Event]) -> None:
        bounty = state[Bounties].open.get(self.bounty)
        if bounty is None:
            raise refuse(BOUNTY_UNKNOWN, "bounty {bounty}", "is not open", "look at the log", bounty=self.bounty)
        if record.at < bounty.ends_at:
            raise refuse(BOUNTY_OPEN, "bounty {bounty}", "is not over", "wait until it is", bounty=self.bounty)


@dataclass(frozen=True)
class BountyReturned(Ending):
    by = NOBODY
    may = None


@dataclass(frozen=True)
class BountyPaid(Ending):
    by = NOBODY
    may = None

    def target(self, state: State, bounty: Bounty) -> str:
        return state[Ideas][bounty.idea].authors[0]


@react
def given_back(state: State, record: Record[Forgetting]) -> list[BountyReturned]:
    gone, ideas = record.event.whom(record), state[Ideas]
    return [BountyReturned(one.id) for one in state[Bounties].open.values() if gone in ideas[one.idea].authors]


@react
def paid(state: State, record: Record[DecisionFinal]) -> list[BountyPaid]:
    poll = state[Polls][record.event.poll]
    won = {poll.asked.options[number - 1].idea for number in (poll.result.winners if poll.result else ())}
    return [BountyPaid(one.id) for one in state[Bounties].open.values() if one.idea in won]


@due
def expiring(state: State, at: Moment) -> Iterator[Command]:
    for bounty in list(state[Bounties].open.values()):
        if at >= bounty.ends_at:
            yield ExpireBounty(bounty.id)
