"""Award points by hand, for what no rule can see."""

from __future__ import annotations

from dataclasses import dataclass

from engine.event import ANY_MEMBER, Ask, Command, Event, Record, Right, Vault
from engine.features.points.earn import expiry
from engine.features.points.state import PointLedger
from engine.features.points.terms import PointTerms
from engine.kernel import charter as charters
from engine.kernel.charter import NOT_ALLOWED
from engine.kernel.forget import ALREADY_FORGOTTEN
from engine.kernel.members import Members
from engine.log.fields import Erasable
from engine.refusals import refuse
from engine.state import State
from engine.values import MemberId, Moment, Name, Points, ReasonText

AWARD = Right(Name("award_points"), "award points by hand")


@dataclass(frozen=True)
class AwardPoints(Command):
    """At most the charter's `points.award_max` at a time, and to somebody else; the reason is published."""

    resource = "/members/{member}/points"

    member: MemberId
    points: Points
    reason: ReasonText

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [PointsAwarded(self.member, self.points, Erasable(self.reason), expiry(state, ask.now))]


@dataclass(frozen=True)
class PointsAwarded(Event):
    """A lot of points by a member's decision; it expires at `expires_at` (0: never)."""

    by = ANY_MEMBER
    may = AWARD

    member: MemberId
    points: Points
    reason: Erasable[ReasonText]
    expires_at: Moment

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.member,)

    def check(self, state: State, record: Record[Event]) -> None:
        if state[Members][self.member].forgotten:
            raise refuse(ALREADY_FORGOTTEN, "member {member}", "is forgotten", "award somebody who is here", member=self.member)
        if self.member == record.actor:
            raise refuse(NOT_ALLOWED, "member {member}", "cannot award herself", "ask another who may award points", member=self.member)
        most = charters.in_force(state)[PointTerms].award_max
        if not 0 < self.points <= most:
            raise refuse("field_wrong", "points", "is {points}", "the charter allows 1 to {most} at a time", points=self.points, most=most)
        if self.expires_at != expiry(state, record.at):
            raise refuse(
                "log_unlawful", "expires_at", "is {said}", "the charter says {right}", said=self.expires_at, right=expiry(state, record.at)
            )

    def apply(self, state: State, record: Record[Event]) -> None:
        state[PointLedger].lots.earn(state[Members][self.member].number, self.points, expires_at=self.expires_at)
