"""What a charter says of bounties."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.features.bounties.state import BOUNTY_OPEN, Bounties

from engine.features.treasury.terms import MoneyTerms
from engine.kernel.charter import Charter, Terms, wrong
from engine.kernel.hooks import fits, leaving
from engine.refusals import Refusal, refuse
from engine.state import State
from engine.values import Actor, MemberId, Money


@dataclass(frozen=True)
class BountyTerms(Terms):
    key = "bounties"
    amount_max: Money
    days: int = 30

    def problems(self, charter: Charter) -> Iterable[Refusal]:
        if not charter[MoneyTerms].unit:
            yield wrong("bounties", "promises money, and there is none", "name money.unit")


@fits
def bounties_stay_while_some_are_open(state: State, charter: Charter) -> list[Refusal]:
    if charter.get(BountyTerms) is not None or not state[Bounties].open:
        return []
    return [refuse(BOUNTY_OPEN, "the new charter", "has no bounties, and some are open", "let it keep them")]


@leaving
def whoever_promised_stays(state: State, member: MemberId, by: Actor) -> list[Refusal]:
    promised = [bounty for bounty in state[Bounties].open.values() if bounty.promised_by == member]
    return [refuse(BOUNTY_OPEN, "bounty {bounty}", "is promised by her", "wait until it ends", bounty=bounty.id) for bounty in promised]
