"""What people wrote, as the doors show it: erased is None; and moments as people read them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from api.views import Later
from engine.community import Community
from engine.limits import MOMENT_MAX
from engine.log.json import parse_own


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


def read_text(community: Community, seq: int, field: str) -> str | None:
    """An erasable text; None once it is erased."""
    opening = community.store.opening(seq, field)
    return None if opening is None else str(parse_own(opening[1]))


def text(seq: int, field: str) -> Later:
    """That text, to be read when the lock is free."""
    return Later(lambda community: read_text(community, seq, field))


def member_name(community: Community, member: str) -> str:
    """The name a member is shown under: her own, or her number."""
    if member[:1] != "m":
        return member
    name = read_text(community, int(member[1:]), "name")
    return name if name is not None else f"member {member}"


def person(member: str) -> dict[str, Any]:
    """A member as she is named beside what she did."""
    return {"id": member, "name": Later(lambda community: member_name(community, member))}


def surviving(community: Community, versions: Sequence[int], field: str) -> str | None:
    """That text of the last version that is not erased: who is forgotten takes her own versions, nobody else's."""
    last = next((seq for seq in reversed(versions) if read_text(community, seq, "title") is not None), versions[-1])
    return read_text(community, last, field)
