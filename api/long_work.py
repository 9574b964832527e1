"""Long work while somebody waits: done by one at a time, and not in the turn of those who only look."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from engine.refusals import refuse


class Turn(NamedTuple):
    """A turn that some door has given to this thread."""

    set_aside: Callable[[], object]
    take_again: Callable[[], object]


TURN: ContextVar[Turn | None] = ContextVar("turn", default=None)
"""The turn this thread has; none on the command line."""


@contextmanager
def set_aside() -> Iterator[None]:
    """Let others have their turns while something long is worked out; without a turn to begin with, nothing changes."""
    turn = TURN.get()
    if turn is None:
        yield
        return
    turn.set_aside()
    try:
        yield
    finally:
        turn.take_again()


class LongWork:
    """One kind of long work, done by one at a time: so many may ask for it at once, the one at work included, and the others are told to
    come back. Each holds a place, and some must be left for those who only look.

    >>> work = LongWork("the comparison", 1)
    >>> with work.taken():
    ...     print("working")
    working
    """

    def __init__(self, what: str, waiting_max: int) -> None:
        self._what, self._waiting_max = what, waiting_max
        self._working, self._waiting = threading.Lock(), threading.BoundedSemaphore(waiting_max)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Set one's turn aside and work; refused at once, as `server_busy`, where too many wait already."""
        if not self._waiting.acquire(blocking=False):
            raise refuse("server_busy", self._what, "is waited for by {count} others", "ask again in a minute", count=self._waiting_max)
        try:
            with set_aside(), self._working:
                yield
        finally:
            self._waiting.release()
