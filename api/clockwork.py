"""What the clock asks for: each feature says what is due, and here it is done."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from api import anchor_clock, clock
from api.anchor_clock import AnchorTask
from engine.community import Community
from engine.event import Ask
from engine.kernel.hooks import all_due
from engine.refusals import Refusal
from engine.store import folder as folders
from engine.values import Actor, Moment

SECONDS, SECONDS_MAX = 2.0, 300.0
log = logging.getLogger("folkmoot")


ROUNDS_MAX = 1_000
"""How often one visit asks what is due: what comes in parts is done in one go, and nothing is asked for ever."""


def do_due(community: Community, at: int, already_logged: set[str] | None = None) -> int:
    """Do all that is due, each as one command of the clock, until nothing is; gives how many were done.

    What keeps one from being done is said once, to whoever reads this server's own log.
    """
    done, refused = 0, set[object]()
    for _ in range(ROUNDS_MAX):
        with community.reading() as state:
            waiting = [command for command in all_due(state, Moment(at)) if command not in refused]
        if not waiting:
            break
        for command in waiting:
            try:
                community.execute(Ask(Actor("clock"), command, Moment(at), clock.chance()))
                done += 1
            except Refusal as refusal:  # another process was quicker, or its openings are lost and it waits to be voided
                refused.add(command)
                if already_logged is not None and f"{command} {refusal.code}" not in already_logged:
                    already_logged.add(f"{command} {refusal.code}")
                    log.warning("%s cannot be done: %s", command, refusal)
    return done


def tend(community: Community, at: int, already_logged: set[str]) -> None:
    """All the clock has to do."""
    do_due(community, at, already_logged)
    folders.tend(community)


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[None]:
    """Run the clockwork beside the server."""

    already_logged = set[str]()
    tasks = [asyncio.create_task(_again_and_again(SECONDS, lambda: tend(app.state.community, clock.now(), already_logged)))]
    anchoring: AnchorTask | None = app.state.anchoring
    if anchoring is not None:  # beside the rest, which waits for no node
        visit = partial(_anchor, anchoring, app.state.community)
        tasks.append(asyncio.create_task(_again_and_again(anchor_clock.SECONDS, visit)))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task


def _anchor(anchoring: AnchorTask, community: Community) -> None:
    anchoring.tend(community, clock.now())


async def _again_and_again(seconds: float, visit: Callable[[], None]) -> None:
    """Visit every so often; less often while it fails."""
    waiting = seconds
    while True:
        try:
            await run_in_threadpool(visit)
            waiting = seconds
        except Exception:
            log.exception("the clockwork failed and tries again")
            waiting = min(2 * waiting, SECONDS_MAX)
        await asyncio.sleep(waiting)
