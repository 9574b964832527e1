"""A lock that whoever holds it all the time cannot keep from others.

Python gives a lock that is released and taken again at once to the same thread, so that a busy writer would let no reader
in between its turns. Here whoever waits holds the turnstile, which everybody has to pass: two take turns.
"""

from __future__ import annotations

import threading


class FairLock:
    """Reentrant; `with lock:`."""

    def __init__(self) -> None:
        self._turnstile, self._lock = threading.Lock(), threading.Lock()
        self._owner, self._depth = 0, 0

    def __enter__(self) -> None:
        me = threading.get_ident()
        if self._owner != me:
            with self._turnstile:
                self._lock.acquire()
            self._owner = me
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if not self._depth:
            self._owner = 0
            self._lock.release()
