"""Share a pot of money over members by their points.

Nobody decides alone over what she gains: who opens a round is left out of it, or proposes it and another who may agrees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine import rules
from engine.event import ANY_MEMBER, Ask, Command, Event, Record, Right, Vault
from engine.features.points.state import points_held
from engine.features.rewards.pay import first_shares
from engine.features.rewards.state import (
    NOTHING_TO_SHARE,
    ROUND_OVER,
    ROUND_UNKNOWN,
    ROUNDS_MAX,
    FrozenReward,
    Proposal,
    Round,
    RoundId,
    Rounds,
)
from engine.features.rewards.terms import Reward, RewardTerms
from engine.features.treasury.state import FUNDS, FUNDS_SHORT, Treasury
from engine.features.treasury.terms import money_of
from engine.kernel import charter as charters
from engine.kernel.authority import require
from engine.kernel.charter import NOT_ALLOWED
from engine.kernel.members import Members
from engine.log.codec import written_alike
from engine.refusals import refuse
from engine.state import State
from engine.values import Digest, MemberId, Money, Name, Points

SHARE = Right(Name("share_reward"), "share rewards out of the funds")


@dataclass(frozen=True)
class ShareReward(Command):
    """`reward` is a programme of the charter; `pot` comes out of the community's funds. Whoever asks is left out; `with_me` proposes
    a round with her in it, which another who may has to agree to.
    """

    resource = "/rewards/{reward}/rounds"
    makes = RoundId

    reward: Name
    pot: Money
    with_me: bool = False

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        if self.with_me:
            return [RoundProposed(self.reward, self.pot)]
        return _opened(state, ask, self.reward, self.pot, None)


@dataclass(frozen=True)
class AgreeToRound(Command):
    """Opens the round that another has proposed."""

    resource = "/rounds/{round}/agreement"

    round: RoundId

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        proposal = proposal_of(state, self.round)
        return _opened(state, ask, proposal.reward, proposal.pot, self.round)


@dataclass(frozen=True)
class RoundProposed(Event):
    """A member would share a pot and have a share in it; the proposal's id is `r` and this event's seq."""

    by = ANY_MEMBER
    may = SHARE

    reward: Name
    pot: Money

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (RoundId.of(record.seq),)

    def check(self, state: State, record: Record[Event]) -> None:
        reward_of(state, self.reward)
        _check_pot(state, self.pot)
        if len(state[Rounds].proposals) >= ROUNDS_MAX:
            raise refuse("limit_reached", "the community", "has {count} proposals", "agree to some first", count=ROUNDS_MAX)

    def apply(self, state: State, record: Record[Event]) -> None:
        state[Rounds].proposals[RoundId.of(record.seq)] = Proposal(self.reward, self.pot, MemberId(record.actor))


@dataclass(frozen=True)
class RewardRoundOpened(Event):
    """A pot is shared. The round's id is `r` and this event's seq; `points` is what those who share in it hold together. Its shares follow in one or
    more `RewardShared`. Whoever opens it is left out, but for where she agrees to another's `proposal`.
    """

    by = ANY_MEMBER
    may = SHARE

    reward: Name
    terms: FrozenReward
    pot: Money
    points: Points
    proposal: RoundId | None

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (RoundId.of(record.seq),) if self.proposal is None else (RoundId.of(record.seq), self.proposal)

    def check(self, state: State, record: Record[Event]) -> None:
        rules.check_digest("reward", self.terms.version, self.terms.digest)
        if not written_alike(self.terms, frozen(reward_of(state, self.reward))):
            raise refuse("log_unlawful", "reward {reward}", "has other terms than the charter's", "keep to the charter", reward=self.reward)
        if self.proposal is not None:
            proposal = proposal_of(state, self.proposal)
            if proposal.proposed_by == record.actor:
                raise refuse(
                    NOT_ALLOWED, "member {member}", "cannot agree to what she proposed", "ask another who may", member=record.actor
                )
            require(state, proposal.proposed_by, SHARE)
            if (proposal.reward, proposal.pot) != (self.reward, self.pot):
                raise refuse("log_unlawful", "the round", "is not what was proposed", "open that one")
        _check_pot(state, self.pot)
        rounds = state[Rounds]
        if len(rounds.rounds) >= ROUNDS_MAX:
            raise refuse("limit_reached", "the community", "has shared {count} rounds", "found another beside it", count=ROUNDS_MAX)
        if self.terms.spends_points and any(round_.terms.spends_points for round_ in rounds.unpaid.values()):
            raise refuse(ROUND_OVER, "another round", "is being paid and spends points", "wait a moment")
        held = _basis(state, record, self.proposal)
        if not held.any():
            raise refuse(NOTHING_TO_SHARE, "the round", "has nobody with points", "wait until somebody else has earned some")
        if self.points != int(held.sum()):
            raise refuse("log_unlawful", "points", "are {said}", "members hold {held}", said=self.points, held=int(held.sum()))

    def apply(self, state: State, record: Record[Event]) -> None:
        name, rounds = RoundId.of(record.seq), state[Rounds]
        left_out = -1 if self.proposal else state[Members][record.actor].number
        rounds.rounds[name] = rounds.unpaid[name] = Round(
            name, self.reward, self.pot, self.terms, charters.seq_in_force(state), left_out, _basis(state, record, self.proposal)
        )
        if self.proposal is not None:
            del rounds.proposals[self.proposal]
        state[Treasury].move(FUNDS, name, self.pot)


def reward_of(state: State, name: str) -> Reward:
    """A reward programme of the charter in force."""
    terms = charters.in_force(state).get(RewardTerms)
    rewards = terms.by_name if terms else {}
    if name not in rewards:
        raise refuse(
            "thing_unknown", "reward {name!r}", "is not in the charter", "known: {known}", name=name, known=", ".join(rewards) or "none"
        )
    return rewards[name]


def frozen(reward: Reward) -> FrozenReward:
    """A programme with everything written out."""
    rule = rules.rule("reward", reward.rule)
    return FrozenReward(rule.version, rule.written(reward.parameters), Digest(rules.digest_of(rule)), reward.spends_points)


def proposal_of(state: State, name: RoundId) -> Proposal:
    proposal = state[Rounds].proposals.get(name)
    if proposal is None:
        raise refuse(ROUND_UNKNOWN, "round {name}", "waits for nobody's agreement", "look at the ledger", name=name)
    return proposal


def _opened(state: State, ask: Ask, reward: Name, pot: Money, proposal: RoundId | None) -> list[Event]:
    """The round, and as many shares of it as one command may pay."""
    terms = frozen(reward_of(state, reward))
    member = state[Members].get(ask.actor)
    held = points_held(state, ask.now)
    if member is not None and proposal is None:
        held[member.number] = 0
    opened = RewardRoundOpened(reward, terms, pot, Points(int(held.sum())), proposal)
    return [opened, *first_shares(state, RoundId.of(state.seq), terms, pot, held)]


def _basis(state: State, record: Record[Event], proposal: RoundId | None) -> NDArray[np.int64]:
    """What each member holds who has a share in a round opened by this record."""
    held = points_held(state, record.at)
    if proposal is None:
        held[state[Members][record.actor].number] = 0
    return held


def _check_pot(state: State, pot: Money) -> None:
    funds, money = state[Treasury].funds, money_of(state)
    if pot <= 0:
        raise refuse("field_wrong", "the pot", "is {pot}", "share more than nothing", pot=money.shown(pot))
    if pot > funds:
        raise refuse(
            FUNDS_SHORT, "the pot", "is {pot} of {funds} in the funds", "share at most what is there, or pay in more (PayIn)",
            pot=money.shown(pot), funds=money.shown(funds),
        )  # fmt: skip
