"""Pay what a round shares out: a part with its opening, the rest by the clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine import rules
from engine.event import ANY_MEMBER, Ask, Command, Event, Install, Precompute, Record, Vault, Who
from engine.features.points.state import PointLedger
from engine.features.rewards.state import ROUND_OVER, FrozenReward, Round, RoundId, Rounds, Share
from engine.features.treasury.state import FUNDS, Treasury
from engine.kernel.hooks import due
from engine.kernel.members import Members
from engine.ledger import Entry
from engine.refusals import refuse
from engine.state import State
from engine.values import MemberId, Moment, Money, Points

SHARES_PER_EVENT_MAX = 350
"""Shares in one event: each has at most 152 bytes, with an amount of 78 digits and points of 19."""
SHARES_PER_COMMAND_MAX = 8 * SHARES_PER_EVENT_MAX
"""Shares that one command pays: some fifty milliseconds."""
SHARERS_AT_ONCE_MAX = 10_000
"""Up to so many members' shares are worked out with the opening of a round; those of more before the writer's turn."""


@dataclass(frozen=True)
class PayShares(Command):
    """Asked by the clock until everybody has hers."""

    resource = "/rounds/{round}/payments"

    round: RoundId

    def prepare(self, state: State, ask: Ask, vault: Vault) -> Precompute | None:
        round_, members = state[Rounds][self.round], state[Members]
        if round_.points is None or round_.id in state[Rounds].shares:
            return None
        terms, pot, points, seqs = round_.terms, round_.pot, round_.points, members.seqs[:]

        def work() -> Install:
            shares = _worked_out(terms, pot, points, seqs)
            return lambda state: _install(state, self.round, shares)

        return work

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        round_ = state[Rounds][self.round]
        if round_.points is None:
            raise refuse(ROUND_OVER, "round {round}", "is paid", "nothing is left to pay", round=round_.id)
        return _parts(round_.id, shares_of(state, round_)[round_.members :])


@dataclass(frozen=True)
class RewardShared(Event):
    """The next shares of a round, in the order of joining, paid out of its pot; the points they were for are spent where the round
    says so, as far as they are still there. `last` says that nobody is left to be paid."""

    by = frozenset({Who.CLOCK}) | ANY_MEMBER
    may = None
    may_follow = frozenset({"RewardRoundOpened", "RewardShared"})

    round: RoundId
    shares: tuple[Share, ...]
    last: bool

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.round, *(share.member for share in self.shares))

    def check(self, state: State, record: Record[Event]) -> None:
        round_ = state[Rounds][self.round]
        if round_.points is None:
            raise refuse(ROUND_OVER, "round {round}", "is paid", "nothing is left to pay", round=round_.id)
        due_now = shares_of(state, round_)[round_.members :]
        right = due_now[: len(self.shares)]
        if not self.shares or list(self.shares) != right or self.last != (len(due_now) == len(right)):
            raise refuse("log_unlawful", "round {round}", "is shared otherwise than its rule says", "pay those shares", round=round_.id)

    def apply(self, state: State, record: Record[Event]) -> None:
        round_, members, lots = state[Rounds][self.round], state[Members], state[PointLedger].lots
        for share in self.shares:
            if round_.terms.spends_points:
                lots.spend_up_to(members[share.member].number, share.points, record.at)
        paid = sum(share.amount for share in self.shares)
        state[Treasury].accounts.post(Entry(round_.id, -paid), *(Entry(share.member, share.amount) for share in self.shares))
        round_.members += len(self.shares)
        if self.last:
            treasury, rounds = state[Treasury], state[Rounds]
            treasury.move(round_.id, FUNDS, treasury.accounts.balance(round_.id))  # what the rule shares out to nobody
            round_.points = None
            del rounds.unpaid[round_.id]
            rounds.shares.pop(round_.id, None)


@due
def paying(state: State, at: Moment) -> Iterator[Command]:
    for name in list(state[Rounds].unpaid):
        yield PayShares(name)


def shares_of(state: State, round_: Round) -> list[Share]:
    """All shares of a round that is being paid, in the order of joining; worked out once."""
    known = state[Rounds].shares
    if round_.id not in known:
        assert round_.points is not None
        known[round_.id] = _worked_out(round_.terms, round_.pot, round_.points, state[Members].seqs)
    return known[round_.id]


def first_shares(state: State, name: RoundId, terms: FrozenReward, pot: Money, points: NDArray[np.int64]) -> list[Event]:
    """The shares that are paid with the opening of a round."""
    if int((points > 0).sum()) > SHARERS_AT_ONCE_MAX or pot <= 0:
        return []
    return _parts(name, _worked_out(terms, pot, points, state[Members].seqs))


def _worked_out(terms: FrozenReward, pot: Money, points: NDArray[np.int64], seqs: object) -> list[Share]:
    rule = rules.rule_of_version("reward", terms.version)
    holders = np.flatnonzero(points)
    held = {MemberId.of(seq): int(points[number]) for number, seq in zip(holders, np.array(seqs, np.int64)[holders].tolist(), strict=True)}
    amounts: dict[MemberId, int] = rule.function(pot, held, **rule.complete(terms.parameters))
    return [Share(member, Money(amount), Points(held[member])) for member, amount in amounts.items() if amount]


def _parts(name: RoundId, shares: list[Share]) -> list[Event]:
    """The next shares, as many as one command may pay."""
    starts = range(0, min(len(shares), SHARES_PER_COMMAND_MAX), SHARES_PER_EVENT_MAX)
    parts = [(first, tuple(shares[first : first + SHARES_PER_EVENT_MAX])) for first in starts]
    return [RewardShared(name, part, first + len(part) == len(shares)) for first, part in parts]


def _install(state: State, name: RoundId, shares: list[Share]) -> None:
    if name in state[Rounds].unpaid:
        state[Rounds].shares.setdefault(name, shares)
