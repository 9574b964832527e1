"""What is shown may be kept while the log stands as it did, for whom it was made, and nothing else may."""

from __future__ import annotations

import asyncio

import pytest

from api import clock, reads
from api.doors import kept
from api.doors.session import Sessions
from engine.community import Community
from engine.features.ideas.submit import SubmitIdea
from engine.kernel.erase import EraseText
from engine.refusals import refuse
from tests.api.conftest import HTML, as_member


@pytest.fixture
def made(monkeypatch):
    """What was asked of the community itself."""
    asked = []
    view_of = reads.view_of

    def watched(community, thing, *part):
        asked.append(thing)
        return view_of(community, thing, *part)

    monkeypatch.setattr(reads, "view_of", watched)
    return asked


def test_the_same_is_answered_again_without_asking_the_community(client, made):
    first, second = client.get("/ideas"), client.get("/ideas")
    assert made == ["ideas"]
    assert (first.content, dict(first.headers)) == (second.content, dict(second.headers))


def test_a_page_and_its_json_are_two_answers_and_so_are_two_parts_of_a_list(client, made):
    assert client.get("/ideas").headers["content-type"] != client.get("/ideas", headers=HTML).headers["content-type"]
    assert client.get("/log?start=1").json()["events"][0]["seq"] == 1
    assert client.get("/log?start=2").json()["events"][0]["seq"] == 2
    assert len(made) == 4


def test_any_event_ends_it_whoever_wrote_it(client, moot, made):
    client.get("/ideas")
    moot.do("m2", SubmitIdea("A bench", "by the river"))
    assert client.get("/ideas").json()[0]["title"] == "A bench"
    other = Community(moot.community.store, moot.community.key)  # as another process would
    moot.community, followed = other, moot.community
    moot.do("m2", SubmitIdea("A tree", "beside it"))
    moot.community = followed
    assert len(client.get("/ideas").json()) == 2


def test_what_was_erased_is_shown_to_nobody_any_more(client, moot):
    seq = moot.do("m2", SubmitIdea("A secret", "b")).seq
    assert "A secret" in client.get("/ideas").text
    moot.do("m1", EraseText(seq, "title", "asked"))
    assert "A secret" not in client.get("/ideas").text + client.get(f"/ideas/i{seq}", headers=HTML).text


def test_a_member_is_shown_her_own_page_and_nobody_else_is(client, moot, sessions, made):
    stranger = client.get("/", headers=HTML).text
    member = as_member(client, sessions, "m2", moot).get("/", headers=HTML).text
    assert "Join or sign in" in stranger and "Join or sign in" not in member
    client.cookies.clear()
    assert client.get("/", headers=HTML).text == stranger and made == ["home", "home"]
    assert as_member(client, sessions, "m1", moot).get("/", headers=HTML).text != member and made == ["home", "home", "home"]
    assert as_member(client, sessions, "m2", moot).get("/", headers=HTML).text == member and made == ["home", "home", "home"]


def test_a_session_that_was_ended_is_shown_nothing_that_was_kept_for_the_member(client, moot, sessions):
    cookie = as_member(client, sessions, "m2", moot).cookies[sessions.cookie_name]
    assert "Join or sign in" not in client.get("/", headers=HTML).text
    sessions.end(cookie, moot.now)
    assert "Join or sign in" in client.get("/", headers=HTML).text


def test_a_page_made_while_her_session_ended_is_kept_for_nobody(client, moot, sessions, monkeypatch):
    cookie = as_member(client, sessions, "m2", moot).cookies[sessions.cookie_name]
    view_of = reads.view_of

    def slow(community, thing, *part):
        sessions.end(cookie, moot.now)
        return view_of(community, thing, *part)

    monkeypatch.setattr(reads, "view_of", slow)
    assert "Join or sign in" in client.get("/", headers=HTML).text
    assert not kept_of(client)._answers


def test_a_program_is_given_the_same_whoever_it_works_for(client, moot, sessions, made):
    strangers = client.get("/").content
    members = as_member(client, sessions, "m2", moot).get("/").content
    assert members == strangers and made == ["home"]


def test_the_same_page_asked_for_by_many_at_once_is_made_once(moot):
    made = []

    async def app(scope, receive, send):
        scope["state"]["making"].begin()
        made.append(scope["path"])
        await asyncio.sleep(0)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x"})

    async def unread(message):
        await asyncio.sleep(0.01)  # its answer waits for whoever asked first

    layer = kept.Kept(app, moot.community, Sessions(bytes(32)))
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}

    async def crowd():
        await asyncio.gather(*(layer(dict(scope), None, unread) for _ in range(50)))

    asyncio.run(crowd())
    assert made == ["/"] and not layer._making


def test_who_waits_for_one_that_is_not_kept_makes_her_own(moot):
    made = []

    async def app(scope, receive, send):
        made.append(scope["path"])
        await asyncio.sleep(0)
        raise RuntimeError

    layer = kept.Kept(app, moot.community, Sessions(bytes(32)))
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}

    async def crowd():
        return await asyncio.gather(*(layer(dict(scope), None, None) for _ in range(3)), return_exceptions=True)

    assert {type(answer) for answer in asyncio.run(crowd())} == {RuntimeError}
    assert len(made) == 3 and not layer._making


def test_an_answer_that_waited_long_for_its_turn_is_as_old_as_its_making(client, moot, made, monkeypatch):
    keep_from = reads.keep_from

    def late(request):
        moot.now += 10 * kept.KEPT_MS
        keep_from(request)

    monkeypatch.setattr(reads, "keep_from", late)
    client.get("/polls")
    client.get("/polls")
    assert made == ["polls"]


def test_a_clock_that_leapt_keeps_nobody_from_looking(client, moot, monkeypatch):
    def leapt():
        raise refuse("clock_doubtful", "this machine's clock", "has leapt", "set it right")

    monkeypatch.setattr(clock, "now", leapt)
    assert client.get("/ideas").status_code == client.get("/static/moot.css").status_code == client.get("/log/0/proof").status_code == 200
    assert not kept_of(client)._answers


def test_nothing_is_kept_for_long(client, moot, made):
    client.get("/polls")
    moot.now += kept.KEPT_MS
    client.get("/polls")
    moot.now -= 10 * kept.KEPT_MS  # a clock that was set back
    client.get("/polls")
    assert len(made) == 3


def test_a_no_is_not_kept(client, moot):
    assert client.get("/ideas/i4").status_code == 404
    assert client.get("/polls", headers=[("accept", "text/html"), ("accept", "text/html")]).status_code == 200
    app = kept_of(client)
    assert not app._answers


def test_what_does_not_say_so_is_not_kept(client, moot, sessions):
    for path in ("/checkpoint", "/openapi.json", "/static/moot.css", "/log.jsonl", f"/session?token={sessions.token('m2', moot.now)}"):
        client.get(path)
        client.cookies.clear()
    assert not kept_of(client)._answers


def test_an_answer_made_while_somebody_wrote_is_not_kept(client, moot, monkeypatch):
    view_of = reads.view_of

    def slow(community, thing, *part):
        shown = view_of(community, thing, *part)
        moot.do("m2", SubmitIdea("A bench", "by the river"))
        kept_of(client)._size_now()  # another request comes in meanwhile
        return shown

    monkeypatch.setattr(reads, "view_of", slow)
    assert client.get("/ideas").json() == []
    monkeypatch.setattr(reads, "view_of", view_of)
    assert len(client.get("/ideas").json()) == 1


def test_what_is_kept_stays_small(client, monkeypatch):
    monkeypatch.setattr(kept, "ALL_BYTES_MAX", 20_000)
    for number in range(50):
        client.get(f"/polls?start={number}", headers=HTML)
        app = kept_of(client)
        held = [(*key[:2], answer.body, *(part for header in answer.headers for part in header)) for key, answer in app._answers.items()]
        assert app._bytes >= sum(kept.ENTRY_BYTES + sum(map(len, parts)) for parts in held)
        assert len(app._answers) <= 1 or app._bytes <= 20_000
    monkeypatch.setattr(kept, "ANSWER_BYTES_MAX", 10)
    before = dict(app._answers)
    client.get("/rules", headers=HTML)
    assert app._answers == before


def test_long_addresses_fill_no_memory(client):
    """One stranger with addresses of 60 kB made the server grow by 262 MB in eight seconds."""
    for number in range(5):
        client.get(f"/polls?start={number}&x={'y' * 60_000}", headers=HTML)
    assert not kept_of(client)._answers


@pytest.mark.parametrize(
    ("status", "headers", "more", "keeps"),
    [(200, [], False, True), (404, [], False, False), (200, [(b"set-cookie", b"a=b")], False, False), (200, [], True, False)],
)
def test_only_a_whole_answer_that_gives_nobody_a_cookie_is_kept(moot, status, headers, more, keeps):
    async def app(scope, receive, send):
        scope["state"]["making"].begin()
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"x", "more_body": more})
        if more:
            await send({"type": "http.response.body", "body": b"y"})

    sent = []

    async def send(message):
        sent.append(message)

    layer = kept.Kept(app, moot.community, Sessions(bytes(32)))
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    asyncio.run(layer(dict(scope), None, send))
    assert len(layer._answers) == keeps and b"".join(part.get("body", b"") for part in sent) == (b"xy" if more else b"x")


def kept_of(client):
    """The layer that keeps answers, in the application as it is built."""
    layer = client.app.middleware_stack
    while not isinstance(layer, kept.Kept):
        layer = getattr(layer, "_app", None) or layer.app
    return layer


def test_a_request_that_is_no_request_passes():
    passed = []

    async def app(scope, receive, send):
        passed.append(scope["type"])

    asyncio.run(kept.Kept(app, None, Sessions(bytes(32)))({"type": "lifespan"}, None, None))
    assert passed == ["lifespan"]
