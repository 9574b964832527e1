"""Rows of the log as HTML: there are hundreds on a page, and a template takes ten times as long for them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Any

from markupsafe import Markup

from api.texts import when
from engine.values import MemberId

WITHOUT_ID = {"clock": "the clock", "newcomer": "a newcomer", "founder": "the founder"}


def log_rows(events: Iterable[dict[str, Any]]) -> Markup:
    """A row for each event: number, time, kind, actor."""
    return Markup(  # noqa: S704 - numbers, and what is escaped
        "".join(
            f'<tr><td class="n"><a href="/log/{event["seq"]:d}">{event["seq"]:d}</a></td><td class="when">{_minute(event["at"] // 60_000)}</td>'
            f"<td>{_spoken(event['kind'])}</td><td>{actor(event['actor'])}</td></tr>"
            for event in events
        )
    )


@lru_cache(maxsize=4_096)
def actor(name: str) -> Markup:
    """Whoever asked for something, linked where that is a member."""
    shown = escape(WITHOUT_ID.get(name, name))
    return Markup(f'<a href="/members/{shown}">{shown}</a>' if MemberId.fits(name) else shown)  # noqa: S704 - it is escaped above


def spoken(kind: str) -> str:
    """`BallotSealed` as `ballot sealed`, and a kind's second shape as its first.

    >>> spoken("PollOpened.2")
    'poll opened'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.partition(".")[0]).lower()


@lru_cache(maxsize=256)
def _spoken(kind: str) -> str:
    return escape(spoken(kind))


@lru_cache(maxsize=4_096)
def _minute(minute: int) -> str:
    return when(minute * 60_000)
