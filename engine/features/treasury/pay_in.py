"""Pay money into the community's funds."""

from __future__ import annotations

from dataclasses import dataclass

from engine.event import ANY_MEMBER, Ask, Command, Event, Record, Right, Vault
from engine.features.treasury.state import FUNDS, OUTSIDE, Treasury
from engine.features.treasury.terms import money_of
from engine.limits import AMOUNT_MAX
from engine.log.fields import Erasable
from engine.refusals import refuse
from engine.state import State
from engine.values import Money, Name, ReasonText

PAY_IN = Right(Name("pay_in"), "say that money was paid into the funds")


@dataclass(frozen=True)
class PayIn(Command):
    """Says that so much has come in, and from where; what the books say is only as true as whoever says it."""

    resource = "/funds"

    amount: Money
    source: ReasonText

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [FundsPaidIn(self.amount, Erasable(self.source))]


@dataclass(frozen=True)
class FundsPaidIn(Event):
    """Money has come into the funds, by the word of who says so."""

    by = ANY_MEMBER
    may = PAY_IN

    amount: Money
    source: Erasable[ReasonText]

    def check(self, state: State, record: Record[Event]) -> None:
        most = AMOUNT_MAX + state[Treasury].accounts.balance(OUTSIDE)  # less all that has ever come in
        if not money_of(state).unit:
            raise refuse("field_wrong", "the amount", "is in no unit", "name one in the charter: money.unit")
        if not 0 < self.amount <= most:
            raise refuse("field_wrong", "amount", "is {amount}", "give 1 to {most}", amount=self.amount, most=most)

    def apply(self, state: State, record: Record[Event]) -> None:
        state[Treasury].move(OUTSIDE, FUNDS, self.amount)
