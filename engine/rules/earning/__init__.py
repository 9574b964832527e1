"""Earning rules: what an act is worth in points.

An act is what a rule may know of somebody doing something: that a ballot was cast, never for whom.
"""

from typing import NamedTuple

from engine.values import Actor, MemberId


class Act(NamedTuple):
    """`kind` is one of `ACTS`; `thing` the id of what it was done to; `counts` how often this actor has done this
    kind of act today, this one included; `authors` those of the idea it concerns.
    """

    kind: str
    actor: Actor
    thing: str
    authors: tuple[MemberId, ...] = ()
    counts: int = 1


ACTS = ("ballot_cast", "idea_submitted", "idea_revised", "idea_commented", "idea_supported", "idea_advanced")
