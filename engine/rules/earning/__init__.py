"""Earning rules: what an act is worth in points.

An act is what a rule may know of somebody doing something: that a ballot was cast, never for whom. A rule also sees what
the members it may pay have had already, and answers with grants.
"""

from typing import Literal, NamedTuple

from engine.values import Actor, MemberId

Period = Literal["day", "week", "month", "year", "ever"]
"""A stretch of the calendar in UTC; weeks begin on Mondays."""


class Act(NamedTuple):
    """`kind` is the name of an act that some feature declares, `thing` the id of what it was done to, `authors` those of it."""

    kind: str
    actor: Actor
    thing: str
    authors: tuple[MemberId, ...] = ()


class Standing(NamedTuple):
    """What a member had in the rule's period: how often and how much from this line of the charter, and how much of its category."""

    times: int = 0
    points: int = 0
    category_points: int = 0


class Grant(NamedTuple):
    """Points for one member; they count after `vest_days` and end after `expire_days` (0: at once; as the charter says)."""

    member: MemberId
    points: int
    vest_days: int = 0
    expire_days: int = 0
