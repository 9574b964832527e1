"""Looks are taken in turns: so many threads make answers at once, and the others wait.

Making an answer is work for the processor, and Python lets one thread work at a time: eight that quarrel over that give half as many
answers a second as one, and the slowest of them took ten times as long. What waits for the store instead, a command above all, has
the server's many threads.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync

AT_ONCE = 1
"""One works while the other reads, or works at what takes long: then short answers need not wait for its end."""

P, R = ParamSpec("P"), TypeVar("R")
_turns: RunVar[CapacityLimiter] = RunVar("turns")


def in_turn(handler: Callable[P, R]) -> Callable[P, Awaitable[R]]:
    """The handler as the server awaits it: run in a thread of its own once it is its turn."""

    @wraps(handler)
    async def turned(*args: P.args, **kwargs: P.kwargs) -> R:
        return await run_sync(partial(handler, *args, **kwargs), limiter=_limiter())

    return turned


def _limiter() -> CapacityLimiter:
    """The turns of the event loop that is running."""
    try:
        return _turns.get()
    except LookupError:
        _turns.set(limiter := CapacityLimiter(AT_ONCE))
        return limiter
