"""The ideas there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.refusals import Code, Refusal, refuse
from engine.state import Part, State
from engine.values import Id, MemberId, Money, Name, Seq

IDEA_UNKNOWN = Code("idea_unknown", "unknown")
STAGE_CLOSED = Code("stage_closed", "conflict")
NOT_AUTHOR = Code("not_author", "forbidden")
ALREADY_SUPPORTED = Code("already_supported", "conflict")
IDEA_ASKED_ABOUT = Code("idea_asked_about", "conflict")
NOTHING_CHANGED = Code("nothing_changed", "conflict")
IDEAS_MAX = 100_000
"""What the state holds must fit one machine's memory."""
VERSIONS_PER_IDEA_MAX = 100
"""More would not fit one page, nor anybody's patience."""
COMMENTS_PER_IDEA_MAX = 10_000
"""An idea is talked about at length; who has more to say extends it."""


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
    asked_about: dict[Seq, int] = field(default_factory=dict)
    """Versions that something open asks members about, and how often: their texts stay until it is over."""

    def hold(self, versions: Iterable[Seq], times: int) -> None:
        """Something that asks about these versions begins (1) or is over (-1)."""
        for version in versions:
            left = self.asked_about.pop(version, 0) + times
            if left:
                self.asked_about[version] = left

    def __getitem__(self, idea: str) -> Idea:
        known = self.ideas.get(IdeaId(idea))
        if known is None:
            raise refuse(IDEA_UNKNOWN, "idea {idea}", "does not exist here", "look at the list of ideas", idea=idea[:40])
        return known


def text_kept(state: State, version: Seq) -> Refusal | None:
    """Why the texts of a version may not be erased by a moderator yet; its author's leaving takes them at any time."""
    if version not in state[Ideas].asked_about:
        return None
    return refuse(IDEA_ASKED_ABOUT, "event {seq}", "is what an open poll asks about", "wait until that is closed", seq=version)
