"""The ideas there are."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.refusals import Code, refuse
from engine.state import Part
from engine.values import Id, MemberId, Money, Name, Seq

IDEA_UNKNOWN = Code("idea_unknown", "unknown")
STAGE_CLOSED = Code("stage_closed", "conflict")
NOT_AUTHOR = Code("not_author", "forbidden")
ALREADY_SUPPORTED = Code("already_supported", "conflict")
NOTHING_CHANGED = Code("nothing_changed", "conflict")
IDEAS_MAX = 100_000
"""What the state holds must fit one machine's memory."""
VERSIONS_PER_IDEA_MAX = 100
"""What stands on one page somebody's patience."""
COMMENTS_PER_IDEA_MAX = 10_000
"""So does what is said of it."""


class IdeaId(Id, letter="i"):
    """An idea: `i` and the event that put it forward."""


@dataclass(slots=True)
class Idea:
    """`versions` are the events that hold its texts, the newest last; `terms` the charter its stage was entered under."""

    id: IdeaId
    authors: tuple[MemberId, ...]
    versions: tuple[Seq, ...]
    stage: Name
    terms: Seq
    cost: Money | None
    extends: IdeaId | None
    supporters: set[int] = field(default_factory=set)
    """By their numbers among the members."""
    comments: int = 0


@dataclass
class Ideas(Part):
    """By their ids, oldest first."""

    ideas: dict[IdeaId, Idea] = field(default_factory=dict)

    def __getitem__(self, idea: str) -> Idea:
        known = self.ideas.get(IdeaId(idea))
        if known is None:
            raise refuse(IDEA_UNKNOWN, "idea {idea}", "does not exist here", "look at the list of ideas", idea=idea[:40])
        return known
