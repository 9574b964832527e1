"""What people wrote, as the doors show it: erased is None; and moments as people read them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from engine.community import Community
from engine.limits import MOMENT_MAX
from engine.log.json import parse_own
from engine.state import Idea


def when(at: int) -> str:
    """`2026-11-22 18:40 UTC`."""
    if at > MOMENT_MAX:
        return "after the year 9999"
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def in_words(said: str) -> str:
    """A refusal's words without the engine's names for things; what people wrote stands in quotes and stays.

    >>> in_words("improve the idea (ReviseIdea), or give the option a cost"), in_words("SubmitIdea.title"), in_words("which may not open_poll")
    ('improve the idea, or give the option a cost', 'title', 'which may not open poll')
    """
    parts = re.split(r"('(?:[^'\\]|\\.)*')", said)
    return "".join(part if part.startswith("'") else _plain(part) for part in parts)


def _plain(said: str) -> str:
    said = re.sub(r" \((?:[A-Z][a-z]+){2,}\)", "", said)
    said = re.sub(r"\b(?:[A-Z][a-z]+){2,}\.(?=[a-z])", "", said)
    return re.sub(r"\b[a-z]+(?:_[a-z]+)+\b", lambda name: name[0].replace("_", " "), said)


def text(community: Community, seq: int, field: str) -> str | None:
    """An erasable text; None once it is erased."""
    found = community.store.opening(seq, field)
    return None if found is None else str(parse_own(found[1]))


def member_name(community: Community, member: str) -> str:
    """The name a member is shown under: her own, or her number."""
    if member[:1] != "m":
        return member
    name = text(community, int(member[1:]), "name")
    return name if name is not None else f"member {member}"


def surviving(community: Community, idea: Idea) -> int:
    """The last version of an idea that is not erased, by its event: who is forgotten takes her own versions, nobody else's."""
    return next((seq for seq in reversed(idea.versions) if text(community, seq, "title") is not None), idea.versions[-1])
