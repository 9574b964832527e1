"""Share a pot of money over members by their points."""

from __future__ import annotations

from dataclasses import dataclass

from engine import rules
from engine.commands import Ask, Command, Vault
from engine.commands.settle import expiries
from engine.ledger import Entry
from engine.limits import REWARD_ROUNDS_MAX, SHARES_PER_EVENT_MAX
from engine.log.json import canonical
from engine.log.record import Event, Record
from engine.refusals import refuse
from engine.state import Round, State
from engine.values import Digest, MemberId, Money, Name, Points, RoundId, Scalar, make_id


@dataclass(frozen=True)
class ShareReward(Command):
    """`reward` is a programme of the charter; `pot` comes out of the community's funds."""

    resource = "/rewards/{reward}/rounds"

    reward: Name
    pot: Money

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        terms = state.charter.rewards.get(self.reward)
        if terms is None:
            raise refuse(
                "thing_unknown", f"reward {self.reward!r}", "is not in the charter",
                "known: " + (", ".join(state.charter.rewards) or "none"),
            )  # fmt: skip
        rule = rules.rule("reward", terms.rule)
        held = points_held(state, ask.now)
        return [
            RewardRoundOpened(
                self.reward, rule.version, rule.written(terms.parameters), Digest(rules.digest_of(rule)), terms.spends_points,
                self.pot, Points(sum(held.values())),
            )
        ]  # fmt: skip


@dataclass(frozen=True)
class Share:
    """What one member gets, and the points it was for: none where the pot was too small to bring her anything."""

    member: MemberId
    amount: Money
    points: Points


@dataclass(frozen=True)
class RewardRoundOpened(Event):
    """The round's id is `r` and this event's seq; its shares follow in one or more `RewardShared`."""

    reward: Name
    rule: str
    parameters: dict[str, Scalar]
    rule_digest: Digest
    spends_points: bool
    pot: Money
    points: Points

    def check(self, state: State, record: Record) -> None:
        state.require(record.actor, "share_reward")
        terms = state.charter.rewards.get(self.reward)
        if terms is None:
            raise refuse("log_unlawful", f"reward {self.reward!r}", "is not in the charter", "share one that is")
        rules.check_digest("reward", self.rule, self.rule_digest)
        rule = rules.rule_of_version("reward", self.rule)
        stated = [rule.name, canonical(rule.written(terms.parameters)), terms.spends_points]
        if stated != [terms.rule, canonical(self.parameters), self.spends_points]:
            raise refuse("log_unlawful", f"reward {self.reward}", "has other terms than the charter's", "keep to the charter")
        if len(state.rounds) >= REWARD_ROUNDS_MAX:
            raise refuse("limit_reached", "the community", f"has shared {REWARD_ROUNDS_MAX} rounds", "found another beside it")
        funds = state.ledger.money("funds")
        if self.pot <= 0:
            raise refuse("field_wrong", "the pot", f"is {state.charter.money.shown(self.pot)}", "share more than nothing")
        if self.pot > funds:
            raise refuse(
                "funds_short",
                "the pot",
                f"is {state.charter.money.shown(self.pot)} of {state.charter.money.shown(funds)} in the funds",
                "share at most what is there",
            )
        held = points_held(state, record.at)
        if not held:
            raise refuse("nothing_to_share", "the round", "has nobody with points", "wait until somebody has earned some")
        if self.points != sum(held.values()):
            raise refuse("log_unlawful", "points", f"are {self.points}", f"members hold {sum(held.values())}")

    def apply(self, state: State, record: Record) -> None:
        round_id = RoundId(make_id("r", record.seq))
        state.rounds[round_id] = Round(round_id, self.reward, self.pot, 0)

    def follows(self, state: State, record: Record) -> list[Event]:
        held = points_held(state, record.at)
        rule = rules.rule_of_version("reward", self.rule)
        amounts = rule.function(self.pot, held, **rule.complete(self.parameters))
        shares = [Share(member, Money(amount), Points(held[member] if amount else 0)) for member, amount in amounts.items()]
        ended = expiries(state, record.at) if self.spends_points else []
        return ended + [
            RewardShared(RoundId(make_id("r", record.seq)), self.spends_points, tuple(shares[first : first + SHARES_PER_EVENT_MAX]))
            for first in range(0, len(shares), SHARES_PER_EVENT_MAX)
        ]


@dataclass(frozen=True)
class RewardShared(Event):
    """Shares of a round, paid out of the funds; the points they were for are spent where the round says so."""

    consequence = True

    round: RoundId
    spends_points: bool
    shares: tuple[Share, ...]

    def apply(self, state: State, record: Record) -> None:
        state.rounds[self.round].members += len(self.shares)
        for share in self.shares:
            state.ledger.post("money", Entry("funds", -share.amount), Entry(share.member, share.amount))
            if self.spends_points:
                state.ledger.spend(share.member, share.points, record.at)


def points_held(state: State, at: int) -> dict[MemberId, int]:
    """The points of every member who has any, in the order of joining."""
    found = {member.id: state.ledger.points(member.id, at) for member in state.members.values() if not member.forgotten}
    return {member: points for member, points in found.items() if points > 0}
