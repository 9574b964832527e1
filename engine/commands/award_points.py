"""Award points by hand, for what no rule can see."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands import Ask, Command, Vault
from engine.log.fields import Erasable
from engine.log.record import Event, Record
from engine.refusals import refuse
from engine.state import State
from engine.values import DAY_MS, MemberId, Moment, Name, Points, ReasonText


@dataclass(frozen=True)
class AwardPoints(Command):
    """At most the charter's `points.award_max` at a time; the reason is published."""

    resource = "/members/{member}/points"

    member: MemberId
    points: Points
    reason: ReasonText

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [PointsAwarded(self.member, self.points, Erasable(self.reason), expiry(state, ask.now))]


@dataclass(frozen=True)
class PointsAwarded(Event):
    """A lot of points by a member's decision; it expires at `expires_at` (0: never)."""

    member: MemberId
    points: Points
    reason: Erasable[ReasonText]
    expires_at: Moment

    def check(self, state: State, record: Record) -> None:
        state.require(record.actor, "award_points")
        if state.member(self.member).forgotten:
            raise refuse("already_forgotten", f"member {self.member}", "is forgotten", "award somebody who is here")
        most = state.charter.points.award_max
        if not 0 < self.points <= most:
            raise refuse("field_wrong", "points", f"is {self.points}", f"the charter allows 1 to {most} at a time")
        if self.expires_at != expiry(state, record.at):
            raise refuse("log_unlawful", "expires_at", f"is {self.expires_at}", f"the charter says {expiry(state, record.at)}")

    def apply(self, state: State, record: Record) -> None:
        state.ledger.earn(self.member, self.points, record.at, self.expires_at)


@dataclass(frozen=True)
class PointsEarned(Event):
    """A lot of points by an earning rule, for an act of the command it shares its cause with."""

    consequence = True

    member: MemberId
    points: Points
    rule: str
    act: Name
    thing: str
    expires_at: Moment

    def apply(self, state: State, record: Record) -> None:
        state.ledger.earn(self.member, self.points, record.at, self.expires_at)


def expiry(state: State, at: int) -> Moment:
    """When points earned at `at` expire, 0 for never."""
    days = state.charter.points.expire_days
    return Moment(at + days * DAY_MS if days else 0)
