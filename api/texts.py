"""What people wrote, as the doors show it: erased is None; and moments as people read them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from api.views import Texts, Written
from engine.limits import MOMENT_MAX


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


def span(minutes: int) -> str:
    """A time as people say it.

    >>> span(1440), span(180), span(90), span(1)
    ('1 day', '3 hours', '90 minutes', '1 minute')
    """
    size, name = next((size, name) for size, name in ((1_440, "day"), (60, "hour"), (1, "minute")) if minutes % size == 0)
    count = minutes // size
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def text(seq: int, field: str) -> Written:
    """An erasable text; None once it is erased."""
    return Written([(seq, field)], lambda texts: texts(seq, field))


def member_name(texts: Texts, member: str) -> str:
    """The name a member is shown under: her own, or her number."""
    if member[:1] != "m":
        return member
    name = texts(int(member[1:]), "name")
    return name if name is not None else f"member {member}"


def name_of(member: str) -> Written:
    """That name, to be read when the lock is free."""
    return Written([(int(member[1:]), "name")] if member[:1] == "m" else [], lambda texts: member_name(texts, member))


def person(member: str) -> dict[str, Any]:
    """A member as she is named beside what she did."""
    return {"id": member, "name": name_of(member)}


def surviving(versions: Sequence[int], field: str) -> Written:
    """That text of the last version that is not erased: who is forgotten takes her own versions, nobody else's."""

    def said(texts: Texts) -> str | None:
        last = next((seq for seq in reversed(versions) if texts(seq, "title") is not None), versions[-1])
        return texts(last, field)

    return Written([(versions[-1], "title"), (versions[-1], field)], said)
