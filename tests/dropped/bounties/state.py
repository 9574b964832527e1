"""The bounties that are open."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.features.ideas.state import IdeaId
from engine.refusals import Code
from engine.state import Part
from engine.values import Id, MemberId, Moment, Money

BOUNTY_UNKNOWN = Code("bounty_unknown", "unknown")
BOUNTY_OPEN = Code("bounty_open", "conflict")


class BountyId(Id, letter="b"):
    """A bounty: `b` and the event that promised it."""


@dataclass
class Bounty:
    id: BountyId
    idea: IdeaId
    amount: Money
    promised_by: MemberId
    ends_at: Moment


@dataclass
class Bounties(Part):
    open: dict[BountyId, Bounty] = field(default_factory=dict)
