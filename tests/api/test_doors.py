"""Whom the doors let in: origins, what a body says it is, cookies behind HTTPS, and the headers of every answer."""

from __future__ import annotations

import asyncio

import pytest
from fastapi.testclient import TestClient

from api import bodies
from api.app import build
from api.doors.session import COOKIE, SECURE_COOKIE, Sessions
from api.doors.threshold import HEADERS
from engine.features.ideas.state import Ideas
from engine.refusals import Refusal
from tests.api.conftest import FORM, HTML, as_member

IDEA = {"title": "a", "text": "b"}


def asked(client, *headers, address="/ideas"):
    return client.post(address, json=IDEA, headers=list(headers))


# -- origins --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://testserver",
        "evil://testserver",
        "testserver",
        "http://evil.example://testserver",
        "http://user@testserver",
        "http://testserver:8000",
        "http://testserver/",
        "http://nottestserver",
        "HTTP://testserver",
        "null",
        "",
    ],
)
def test_only_our_own_origin_may_write(client, sessions, moot, origin):
    as_member(client, sessions, "m2", moot)
    before = moot.log()
    for address in ("/ideas", "/session/end"):
        answer = asked(client, ("origin", origin), address=address)
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
    assert moot.log() == before


def test_two_origins_are_none(client, sessions, moot):
    as_member(client, sessions, "m2", moot)
    assert asked(client, ("origin", "http://testserver"), ("origin", "http://testserver")).status_code == 403
    assert asked(client, ("origin", "http://evil.example"), ("origin", "http://testserver")).status_code == 403


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("testserver", "http://testserver"),
        ("TestServer", "http://testserver"),
        ("testserver:8000", "http://testserver:8000"),
        ("testserver:80", "http://testserver"),
    ],
)
def test_our_own_pages_write(client, sessions, moot, host, origin):
    as_member(client, sessions, "m2", moot)
    cookie = f"{COOKIE}={sessions.cookie('m2', moot.now)}"
    answer = asked(client, ("host", host), ("origin", origin), ("sec-fetch-site", "same-origin"), ("cookie", cookie))
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("site", "status"), [("same-origin", 201), ("none", 201), ("same-site", 403), ("cross-site", 403), ("Same-Origin", 403), ("", 403)]
)
def test_what_the_browser_says_of_the_page_is_believed(client, sessions, moot, site, status):
    as_member(client, sessions, "m2", moot)
    assert asked(client, ("sec-fetch-site", site)).status_code == status


def test_a_program_needs_no_origin(client, sessions, moot):
    assert asked(as_member(client, sessions, "m2", moot)).status_code == 201


# -- bodies ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "text/plain; application/json",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded-not",
        "application/json-not",
        "application/octet-stream",
        "application/json, text/plain",
        "application/json; charset=utf-7",
        "json",
        "",
    ],
)
def test_what_another_sites_page_may_send_unasked_is_not_taken_for_json(client, sessions, moot, kind):
    as_member(client, sessions, "m2", moot)
    answer = client.post("/ideas", content=b'{"title": "a", "text": "b"}', headers={"content-type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "media_type_wrong")
    assert not moot.of(Ideas).ideas


def test_a_body_that_does_not_say_what_it_is_is_refused(client, sessions, moot):
    as_member(client, sessions, "m2", moot)
    answer = client.post("/ideas", content=b'{"title": "a", "text": "b"}')
    assert (answer.status_code, answer.json()["code"]) == (415, "media_type_wrong")
    assert "application/json" in answer.json()["way_out"]


def test_two_media_types_are_none(client, sessions, moot):
    as_member(client, sessions, "m2", moot)
    twice = [("content-type", "application/json"), ("content-type", "application/json")]
    assert client.post("/ideas", content=b'{"title": "a", "text": "b"}', headers=twice).status_code == 415


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON ; charset=utf-8", 'application/json; x=y; charset="UTF-8"', "application/json;"]
)
def test_json_may_say_how_it_is_written(client, sessions, moot, kind):
    as_member(client, sessions, "m2", moot)
    assert client.post("/ideas", content=b'{"title": "a", "text": "b"}', headers={"content-type": kind}).status_code == 201


def test_a_form_may_say_how_it_is_written(client, sessions, moot):
    as_member(client, sessions, "m2", moot)
    assert client.post("/ideas", content="title=a&text=b", headers={"content-type": f"{FORM}; charset=UTF-8"}).status_code == 303


def test_a_command_without_fields_needs_no_body(client, sessions, moot):
    assert as_member(client, sessions, "m3", moot).post("/members/m3/forgetting").status_code == 201


class Sent:
    """A request whose body comes in parts."""

    def __init__(self, parts, headers=(), pause=0.0):
        from starlette.datastructures import Headers

        self.headers = Headers({"content-type": "application/json", **dict(headers)})
        self.parts, self.pause, self.read = parts, pause, 0

    async def stream(self):
        for part in self.parts:
            self.read += len(part)
            yield part
            await asyncio.sleep(self.pause)


def test_a_body_that_does_not_arrive_is_refused(monkeypatch):
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.01)
    with pytest.raises(Refusal, match="too_slow"):
        asyncio.run(bodies.read(Sent([b"{"], pause=5)))


def test_a_body_is_read_no_further_than_it_may_be_long():
    endless = Sent(bytes(65_536) for _ in iter(int, 1))
    with pytest.raises(Refusal, match="too_large"):
        asyncio.run(bodies.read(endless))
    assert endless.read < bodies.REQUEST_BYTES_MAX + 65_536
    announced = Sent([bytes(65_536)], {"content-length": str(bodies.REQUEST_BYTES_MAX + 1)})
    with pytest.raises(Refusal, match="too_large"):
        asyncio.run(bodies.read(announced))
    assert announced.read == 0


def test_a_browser_that_leaves_while_it_sends_is_no_fault_of_ours():
    from starlette.requests import Request

    async def gone():
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", b"application/json"), (b"content-length", b"9")]}
    with pytest.raises(Refusal):
        asyncio.run(bodies.read(Request(scope, gone)))


# -- behind HTTPS ---------------------------------------------------------------------------------------------------


@pytest.fixture
def secure(moot):
    """A client of a server that something speaks HTTPS for: it is asked by plain HTTP, as that something asks it."""
    return TestClient(build(moot.community, Sessions(bytes(32), behind_https=True), ("testserver",)), follow_redirects=False)


def test_behind_https_the_cookie_is_given_to_this_host_and_by_https_alone(secure, moot):
    given = secure.post("/members", json={"name": "Zed"}).headers["set-cookie"]
    name, *attributes = (part.strip() for part in given.split(";"))
    assert name.startswith(f"{SECURE_COOKIE}=") and {"Secure", "HttpOnly", "Path=/"} <= set(attributes)
    assert "SameSite=lax" in attributes and "domain" not in given.lower()
    cookie = ("cookie", name)
    assert asked(secure, cookie, ("origin", "https://testserver")).status_code == 201
    assert asked(secure, cookie, ("origin", "http://testserver")).status_code == 403
    assert asked(secure, cookie, ("host", "testserver:443"), ("origin", "https://testserver")).status_code == 201
    dropped = secure.post("/session/end", headers=[cookie]).headers["set-cookie"]
    assert dropped.startswith(f'{SECURE_COOKIE}=""') and "Secure" in dropped and "Path=/" in dropped


def test_behind_https_no_cookie_counts_that_came_without_it(secure, moot):
    plain = secure.app.state.sessions.cookie("m2", moot.now)
    assert asked(secure, ("cookie", f"{COOKIE}={plain}")).status_code == 401
    assert asked(secure, ("cookie", f"{SECURE_COOKIE}={plain}")).status_code == 201


def test_behind_https_a_sign_in_link_gives_the_same_cookie(secure, moot):
    answer = secure.get("/session", params={"token": secure.app.state.sessions.token("m3", moot.now)})
    assert answer.status_code == 303 and answer.headers["set-cookie"].startswith(f"{SECURE_COOKIE}=m3".replace("m3", "session.m3."))


def test_behind_https_nobody_is_led_back_to_http(secure, client):
    assert secure.get("/").headers["strict-transport-security"].startswith("max-age=")
    assert secure.get("/ideas/").headers["location"] == "https://testserver/ideas"
    assert "strict-transport-security" not in client.get("/").headers


def test_the_openapi_document_names_the_cookie_of_this_server(secure, client):
    for asks, name in ((secure, SECURE_COOKIE), (client, COOKIE)):
        for _ in range(2):
            assert asks.get("/openapi.json").json()["components"]["securitySchemes"]["session"]["name"] == name


# -- every answer ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [HTML, {}])
@pytest.mark.parametrize("path", ["/", "/nothing", "/session?token=x", "/log/x", "/fault"])
def test_no_answer_lacks_its_headers(moot, sessions, path, headers):
    app = build(moot.community, sessions, ("testserver",))

    @app.get("/fault")
    def fault():
        raise RuntimeError("nobody foresaw this")

    answer = TestClient(app, raise_server_exceptions=False).get(path, headers=headers)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert (answer.status_code == 503) == (path == "/fault")


def test_a_foreign_host_is_answered_nothing_and_led_nowhere(moot, sessions):
    client = TestClient(build(moot.community, sessions, ("www.moot.example",)), follow_redirects=False)
    for host in ("moot.example", "evil.example", "user@www.moot.example", "www.moot.example:x", "www.moot.example.evil.example", ""):
        answer = client.get("/", headers={"host": host})
        assert answer.status_code == 400 and "location" not in answer.headers and "x-content-type-options" in answer.headers


def test_static_files_may_be_kept_and_are_asked_after(client):
    first = client.get("/static/moot.css")
    assert first.headers["cache-control"] == "no-cache"
    assert client.get("/static/moot.css", headers={"if-none-match": first.headers["etag"]}).status_code == 304


def test_head_is_a_get_without_its_body(client, sessions, moot):
    for path in ("/", "/ideas", "/log", "/checkpoint", "/static/moot.css", "/nothing"):
        get, head = client.get(path), client.head(path)
        assert head.status_code == get.status_code and head.content == b""
        assert head.headers["content-length"] == get.headers["content-length"]


def test_a_look_at_a_sign_in_link_does_not_spend_it(client, sessions, moot):
    link = f"/session?token={sessions.token('m3', moot.now)}"
    assert client.head(link).status_code == 405
    assert client.get(link).status_code == 303


def test_an_address_says_all_it_may_be_asked(client):
    for path, allowed in (("/ideas", "HEAD, GET, POST"), ("/rules", "HEAD, GET"), ("/charters", "POST"), ("/log.jsonl", "GET")):
        answer = client.request("OPTIONS", path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize("path", ["//evil.example/", "//evil.example/ideas/", "/%2f%2fevil.example/", "/ideas/?next=//evil.example"])
def test_nobody_is_led_to_another_site(client, path):
    assert client.get(path).headers.get("location", "http://testserver/").startswith(("http://testserver/", "/"))
    assert not client.get(path).headers.get("location", "/").startswith("//")
