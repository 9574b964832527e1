"""Long work for whoever asks: one at a time, a few may wait, and the others are told to come back.

A request that waits holds a thread of the server: were there no bound, a few hundred of them would keep everybody from reading.

>>> turns = Turns("the comparison", 1)
>>> with turns.taken():
...     print("working")
working
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from engine.refusals import refuse


class Turns:
    """Turns at one kind of work; `waiting_max` is how many may ask for it at once, the one at work included."""

    def __init__(self, what: str, waiting_max: int) -> None:
        self._what, self._waiting_max = what, waiting_max
        self._working, self._waiting = threading.Lock(), threading.BoundedSemaphore(waiting_max)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """One's turn; refused at once, as `storage_busy`, where too many wait already."""
        if not self._waiting.acquire(blocking=False):
            raise refuse("storage_busy", self._what, "is waited for by {count} others", "ask again in a minute", count=self._waiting_max)
        try:
            with self._working:
                yield
        finally:
            self._waiting.release()
