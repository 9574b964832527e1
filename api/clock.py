"""The one place where the doors read the clock and draw chance.

A log's time never goes back, so a clock that leaps ahead while a server runs would lock the community until then. The
wall clock is held against the one that only counts: where they part by more than a minute, nothing is written.
"""

from __future__ import annotations

import secrets
import time

from engine.refusals import refuse

LEAP_MS = 60_000
"""More than any correction that a time server makes by degrees."""
HEAD_DAYS_MAX = 400
"""A log that has been still for longer may be asked by a clock that is wrong: somebody should say that it is right."""


class _Clock:
    """Milliseconds since 1970, and how far they have run from the clock that only counts."""

    def __init__(self) -> None:
        self._offset = self._difference()

    @staticmethod
    def _difference() -> int:
        return (time.time_ns() - time.monotonic_ns()) // 1_000_000

    def now(self) -> int:
        if self._difference() - self._offset > LEAP_MS:
            raise refuse(
                "clock_doubtful", "this machine's clock", "has leapt ahead while the server ran", "set it right, and start the server again"
            )
        return time.time_ns() // 1_000_000


_clock = _Clock()


def now() -> int:
    """Milliseconds since 1970; refused when the clock has leapt ahead since this process began."""
    return _clock.now()


def chance() -> bytes:
    """32 fresh random bytes."""
    return secrets.token_bytes(32)


def check_head(newest: int, trusted: bool) -> None:
    """Refuse to write to a log whose newest event (milliseconds since 1970) is in the future or long past, until told that the clock is right."""
    days = (now() - newest) // 86_400_000
    if trusted or not newest or (newest <= now() + LEAP_MS and days <= HEAD_DAYS_MAX):
        return
    fact = "is {days} days behind the newest event" if days < 0 else "is {days} days ahead of the newest event"
    raise refuse(
        "clock_doubtful", "this machine's clock", fact, "set it right; if it is, say so: --clock-is-right (and CorrectClock, if the log's is not)",
        days=abs(days),
    )  # fmt: skip
