"""What every store answers from its lines alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from engine import lines
from engine.event import Event


class Lines(Protocol):
    def lines(self, start: int, stop: int | None = None) -> Iterator[tuple[int, bytes]]: ...


def event_at(store: Lines, seq: int) -> Event | None:
    """The event at a place of the log; None beyond its end."""
    for _, data in store.lines(seq, seq + 1):
        return lines.read_own(data).event
    return None
