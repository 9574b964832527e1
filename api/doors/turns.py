"""Looks are taken in turns: one thread makes an answer at a time, and the others wait.

Making an answer is work for the processor, and Python lets one thread work at a time: eight that quarrel over that give half as many
answers a second as one, and the slowest of them took ten times as long. Commands, which wait for the store, have threads of their own.

So many may wait and no more; whoever has hung up meanwhile has lost her turn; and a look that has something long to work out, which
is then kept, sets its turn aside until it is done.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial, wraps
from typing import Concatenate, ParamSpec

from anyio import CapacityLimiter, from_thread
from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync
from fastapi import Request, Response

from api.long_work import TURN, Turn
from engine.refusals import refuse

AT_ONCE = 1
"""The server's other threads work meanwhile: one that receives and sends, the writer's, and those of commands."""
WAITING_MAX = 200
"""A look takes some milliseconds, so that more would wait for longer than people do."""
LONG_MAX = 16
"""Looks that have set their turn aside, and so many threads; of what they work out, one is worked out at a time."""

P = ParamSpec("P")


class _Turns:
    """The turns of one event loop: a look has a `place` from when it is begun until it is done, and a `turn` while it works."""

    def __init__(self) -> None:
        self.places, self.turns, self.threads = (CapacityLimiter(most) for most in (AT_ONCE + LONG_MAX, AT_ONCE, AT_ONCE + LONG_MAX))

    def waiting(self) -> int:
        return self.places.statistics().tasks_waiting

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """A place first and then a turn, so that whoever has the turn waits for nothing else."""
        async with self.places:
            borrower = object()
            await self.turns.acquire_on_behalf_of(borrower)
            token = TURN.set(
                Turn(
                    partial(from_thread.run_sync, self.turns.release_on_behalf_of, borrower),
                    partial(from_thread.run, self.turns.acquire_on_behalf_of, borrower),
                )
            )
            try:
                yield
            finally:
                TURN.reset(token)
                self.turns.release_on_behalf_of(borrower)


_turns: RunVar[_Turns] = RunVar("turns")


def in_turn(handler: Callable[Concatenate[Request, P], Response]) -> Callable[Concatenate[Request, P], Awaitable[Response]]:
    """The handler as the server awaits it: run in a thread once it is its turn."""

    @wraps(handler)
    async def turned(request: Request, *args: P.args, **kwargs: P.kwargs) -> Response:
        turns = _of_this_loop()
        if turns.waiting() >= WAITING_MAX:
            raise refuse("server_busy", "the server", "has {most} others waiting", "ask again in a moment", most=WAITING_MAX)
        async with turns.taken():
            if await request.is_disconnected():
                return Response(status_code=GONE)
            return await run_sync(partial(handler, request, *args, **kwargs), limiter=turns.threads)

    return turned


GONE = 499
"""What is noted of a look nobody waits for any more; it is sent to nobody."""


def _of_this_loop() -> _Turns:
    try:
        return _turns.get()
    except LookupError:
        _turns.set(turns := _Turns())
        return turns
