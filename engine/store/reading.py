"""What every store answers from its lines alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from engine import commands
from engine.log import record as records
from engine.log.fields import Erasable, sealed_in


class Lines(Protocol):
    def lines(self, start: int, stop: int | None = None) -> Iterator[tuple[int, bytes]]: ...


def is_erasable(store: Lines, seq: int, field: str) -> bool:
    """Whether that field of that event is one that may be erased, whether or not it has been."""
    for _, data in store.lines(seq, seq + 1):
        return isinstance(sealed_in(records.read_own(data, commands.kind_of).event).get(field), Erasable)
    return False
