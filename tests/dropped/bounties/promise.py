"""Promise a bounty on an idea, out of the funds."""

from __future__ import annotations

from dataclasses import dataclass

from engine.features.bounties.state import Bounties, Bounty, BountyId
from engine.features.bounties.terms import BountyTerms

from engine.event import ANY_MEMBER, Ask, Command, Event, Record, Right, Vault
from engine.features.ideas.state import IdeaId, Ideas
from engine.features.treasury.state import FUNDS, FUNDS_SHORT, Treasury
from engine.kernel import charter as charters
from engine.log.fields import Erasable
from engine.refusals import refuse
from engine.state import State
from engine.values import DAY_MS, MemberId, Moment, Money, Name, ReasonText

PROMISE = Right(Name("promise_bounty"), "promise bounties")


@dataclass(frozen=True)
class PromiseBounty(Command):
    """Money set aside for whoever wrote the idea, should it be decided for."""

    resource = "/bounties"
    makes = BountyId

    idea: IdeaId
    amount: Money
    why: ReasonText

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [BountyPromised(self.idea, self.amount, Erasable(self.why))]


@dataclass(frozen=True)
class BountyPromised(Event):
    """The bounty's id is `b` and this event's seq."""

    by = ANY_MEMBER
    may = PROMISE

    idea: IdeaId
    amount: Money
    why: Erasable[ReasonText]

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (BountyId.of(record.seq), self.idea)

    def check(self, state: State, record: Record[Event]) -> None:
        assert state[Ideas][self.idea]
        most = min(charters.in_force(state)[BountyTerms].amount_max, Money(state[Treasury].funds))
        if not 0 < self.amount <= most:
            raise refuse(FUNDS_SHORT, "the bounty", "is {amount}", "promise 1 to {most}", amount=self.amount, most=most)

    def apply(self, state: State, record: Record[Event]) -> None:
        bounty = BountyId.of(record.seq)
        ends_at = Moment(record.at + charters.in_force(state)[BountyTerms].days * DAY_MS)
        state[Bounties].open[bounty] = Bounty(bounty, self.idea, self.amount, MemberId(record.actor), ends_at)
        state[Treasury].move(FUNDS, bounty, self.amount)
