"""Looks are taken in turns, and a command waits for none of them."""

from __future__ import annotations

import asyncio
import inspect
import threading

import pytest

from api import reads
from api.doors import turns
from api.long_work import set_aside
from engine.refusals import Refusal

NOT_A_LOOK = ("/log.jsonl", "/session")
"""A whole log is read in pieces, each a thread's; a sign-in makes nothing to be shown."""


class Asker:
    """Somebody who waits for her answer, or has hung up."""

    def __init__(self, gone: bool = False):
        self.gone = gone

    async def is_disconnected(self):
        return self.gone


def test_no_more_answers_are_made_at_once_than_there_are_turns():
    working, most = set(), 0
    all_in = threading.Barrier(turns.AT_ONCE)

    @turns.in_turn
    def look(request):
        nonlocal most
        working.add(threading.get_ident())
        most = max(most, len(working))
        all_in.wait(10)  # so many do work at once
        working.discard(threading.get_ident())

    async def eight_looks():
        await asyncio.gather(*(look(Asker()) for _ in range(8 * turns.AT_ONCE)))

    asyncio.run(eight_looks())
    assert most == turns.AT_ONCE
    asyncio.run(eight_looks())  # each server has turns of its own


def test_nothing_is_made_for_who_has_hung_up():
    """Two hundred requests and a hang-up made the next one wait for a minute."""
    made = []
    look = turns.in_turn(made.append)

    async def both():
        await asyncio.gather(look(Asker(gone=True)), look(here))

    here = Asker()
    asyncio.run(both())
    assert made == [here]


def test_who_would_wait_too_long_is_told_so_at_once(monkeypatch):
    monkeypatch.setattr(turns, "WAITING_MAX", 3)
    made = []
    look = turns.in_turn(made.append)

    async def crowd():
        return await asyncio.gather(*(look(Asker()) for _ in range(60)), return_exceptions=True)

    answers = asyncio.run(crowd())
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert {refusal.code for refusal in refused} == {"server_busy"}
    assert 3 <= len(made) == len(answers) - len(refused) <= 3 + turns.AT_ONCE + turns.LONG_MAX


def test_what_takes_long_lets_others_have_their_turns_and_ends_in_one():
    long_is_on, others_are_done, order = threading.Event(), threading.Event(), []

    @turns.in_turn
    def long(request):
        with set_aside():
            long_is_on.set()
            assert others_are_done.wait(10)
        order.append("long")

    @turns.in_turn
    def short(request):
        assert long_is_on.wait(10)
        order.append("short")

    async def look_at_both():
        async def shorts():
            for _ in range(3):
                await short(Asker())
            others_are_done.set()

        await asyncio.gather(long(Asker()), shorts())

    asyncio.run(look_at_both())
    assert order == ["short"] * 3 + ["long"]


def test_as_many_long_ones_as_there_may_be_all_end():
    all_in = threading.Barrier(turns.LONG_MAX + 1)

    @turns.in_turn
    def long(request):
        with set_aside():
            all_in.wait(10)

    async def crowd():
        await asyncio.wait_for(asyncio.gather(*(long(Asker()) for _ in range(4 * (turns.LONG_MAX + 1)))), 20)

    asyncio.run(crowd())


def test_outside_of_a_turn_nothing_is_set_aside():
    with set_aside():
        pass


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
