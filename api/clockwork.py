"""What the clock asks for: polls whose time is over are closed, and what has expired is written down."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from api.doors.asker import chance, now
from engine.event import Ask
from engine.features.polls.close import ClosePoll
from engine.features.points.settle import Settle
from engine.community import Community
from engine.refusals import Refusal
from engine.store import folder as folders
from engine.values import Actor, Moment, PollId

SECONDS, SECONDS_MAX = 2.0, 300.0
log = logging.getLogger("folkmoot")


def close_due(community: Community, at: int, told: set[str] | None = None) -> list[PollId]:
    """Close every poll whose time is over; the result does not depend on when or by whom this is done.

    What keeps one from closing is said once, to whoever reads this server's own log: `told` remembers what has been.
    """
    with community.reading() as state:
        due = [poll.id for poll in state.polls.values() if poll.ballots is not None and poll.terms.closes_at <= at]
    closed = []
    for poll in due:
        try:
            community.execute(Ask(Actor("clock"), ClosePoll(poll), Moment(at), chance()))
            closed.append(poll)
        except Refusal as refusal:  # another process was quicker, or its openings are lost and it waits to be voided
            if told is not None and refusal.code != "poll_closed" and f"{poll} {refusal.code}" not in told:
                told.add(f"{poll} {refusal.code}")
                log.warning("poll %s cannot be closed: %s", poll, refusal)
    return closed


def settle_due(community: Community, at: int) -> None:
    """Write down what has expired, as much at a time as one command may."""
    while True:
        with community.reading() as state:
            if not state.ledger.expired(at):
                return
        try:
            community.execute(Ask(Actor("clock"), Settle(), Moment(at), chance()))
        except Refusal:
            return  # another process was quicker


def tend(community: Community, at: int, told: set[str]) -> None:
    """All the clock has to do."""
    close_due(community, at, told)
    settle_due(community, at)
    folders.tend(community)


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[None]:
    """Run the clockwork beside the server."""

    async def tick() -> None:
        waiting, told = SECONDS, set[str]()
        while True:
            try:
                await run_in_threadpool(tend, app.state.community, now(), told)
                waiting = SECONDS
            except Exception:
                log.exception("the clockwork failed and tries again")
                waiting = min(2 * waiting, SECONDS_MAX)
            await asyncio.sleep(waiting)

    task = asyncio.create_task(tick())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
