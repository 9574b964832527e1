"""Looks are taken in turns, and a command waits for none of them."""

from __future__ import annotations

import asyncio
import inspect
import threading

import pytest

from api import reads
from api.doors import turns

NOT_A_LOOK = ("/log.jsonl", "/session")
"""A whole log is read in pieces, each a thread's; a sign-in makes nothing to be shown."""


def test_no_more_answers_are_made_at_once_than_there_are_turns():
    working, most = set(), 0
    all_in = threading.Barrier(turns.AT_ONCE)

    @turns.in_turn
    def look():
        nonlocal most
        working.add(threading.get_ident())
        most = max(most, len(working))
        all_in.wait(10)  # so many do work at once
        working.discard(threading.get_ident())

    async def eight_looks():
        await asyncio.gather(*(look() for _ in range(8 * turns.AT_ONCE)))

    asyncio.run(eight_looks())
    assert most == turns.AT_ONCE
    asyncio.run(eight_looks())  # each server has turns of its own


def test_a_long_look_holds_up_no_command(client, moot, monkeypatch):
    began, ended = threading.Event(), threading.Event()

    def long(community, thing, *part):
        began.set()
        assert ended.wait(10)
        return []

    monkeypatch.setattr(reads, "view_of", long)
    with client:  # one server, one set of turns
        looking = threading.Thread(target=client.get, args=("/ideas",))
        looking.start()
        assert began.wait(10)
        assert client.post("/members", json={"name": "Zoe"}).status_code == 201
        ended.set()
        looking.join(10)


@pytest.mark.parametrize("route", [route for route in reads.router.routes if "GET" in route.methods], ids=lambda route: route.path)
def test_every_look_is_taken_in_turn(route):
    assert inspect.iscoroutinefunction(route.endpoint) == (route.path not in NOT_A_LOOK)
