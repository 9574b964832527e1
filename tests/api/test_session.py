"""Who is asking: links, cookies, strangers, and other sites."""

from __future__ import annotations

import socket
import threading
from contextlib import closing

import pytest
import uvicorn

from api import server
from api.doors.session import COOKIE
from tests.api.conftest import FORM, as_member


def test_a_replayed_join_gives_nobody_elses_session(client, moot, sessions):
    first = client.post("/members", json={"name": "Ana"}, headers={"idempotency-key": "join"})
    assert "set-cookie" in first.headers
    client.cookies.clear()
    second = client.post("/members", json={"name": "Ana"}, headers={"idempotency-key": "join"})
    assert second.json()["seq"] == first.json()["seq"] and "set-cookie" not in second.headers


def test_a_stranger_may_look_and_join_and_nothing_else(client, moot):
    assert client.get("/ideas").status_code == 200
    answer = client.post("/ideas", json={"title": "a", "text": "b"})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    joined = client.post("/members", json={"name": "Zed"})
    assert joined.status_code == 201
    assert client.post("/ideas", json={"title": "a", "text": "b"}).status_code == 201, "joining signs in"


def test_a_sign_in_link_works_once(client, sessions, moot):
    link = f"/session?token={sessions.token('m3', moot.now)}"
    assert client.get(link).status_code == 303
    assert client.post("/ideas", json={"title": "a", "text": "b"}).status_code == 201
    assert client.get(link).headers["location"] == "/", "whoever is in already is led on"
    client.cookies.clear()
    answer = client.get(link)
    assert (answer.status_code, answer.json()["code"]) == (401, "link_spent")
    moot.wait(61)
    assert client.get(f"/session?token={sessions.token('m3', moot.now - 3_600_001)}").status_code == 401


@pytest.mark.parametrize("spoil", [lambda c: c[:-1] + "x", lambda c: c.replace("m2", "m1"), lambda c: "", lambda c: "é", lambda c: "...."])
def test_a_forged_session_is_nobodys(client, sessions, moot, spoil):
    forged = spoil(sessions.cookie("m2", moot.now))
    answer = client.post("/ideas", json={"title": "a", "text": "b"}, headers={"cookie": f"{COOKIE}={forged}".encode()})
    assert answer.status_code == 401


def test_another_sites_page_cannot_ask_in_a_members_name(client, sessions, moot):
    as_member(client, sessions, "m2", moot)
    answer = client.post("/ideas", json={"title": "a", "text": "b"}, headers={"origin": "https://evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
    assert client.post("/ideas", json={"title": "a", "text": "b"}, headers={"origin": "http://testserver"}).status_code == 201
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_who_is_not_signed_in_hears_that_first(client, moot):
    poll = moot.poll("ranking")
    for headers in ({"content-type": "application/json"}, {"content-type": FORM}):
        assert client.post(f"/polls/{poll}/ballots", content=b"{}", headers=headers).json()["code"] == "not_signed_in"


def test_a_forgotten_member_is_signed_out_and_may_join_again(client, moot, sessions):
    as_member(client, sessions, "m3", moot)
    assert client.post("/members/m3/forgetting").status_code == 201
    assert client.post("/members", json={"name": "Bo"}).status_code == 201


def test_who_signs_out_is_signed_out(client, moot, sessions):
    as_member(client, sessions, "m2", moot)
    assert client.post("/session/end", headers={"origin": "https://evil.example"}).status_code == 403
    gone = client.post("/session/end")
    assert gone.status_code == 303 and gone.headers["set-cookie"].startswith(f'{COOKIE}=""; ') and "Max-Age=0" in gone.headers["set-cookie"]


def test_a_session_that_was_ended_is_nobodys_wherever_its_cookie_was_copied_to(client, sessions, moot):
    kept = sessions.cookie("m3", moot.now)
    client.cookies.set(COOKIE, kept)
    assert client.post("/session/end").status_code == 303
    client.cookies.set(COOKIE, kept)
    assert client.post("/ideas", json={"title": "a", "text": "b"}).status_code == 401
    assert sessions.member(sessions.cookie("m3", moot.now), moot.now) == "m3", "her other sessions go on"


def test_whoever_opens_a_connection_and_does_not_ask_is_hung_up_on(client, monkeypatch):
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.1)
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        running = uvicorn.Server(server.configured(client.app))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            with closing(socket.create_connection(listener.getsockname(), timeout=10)) as slow:
                slow.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ")
                assert slow.recv(1) == b"", "the end of the connection"
            with closing(socket.create_connection(listener.getsockname(), timeout=10)) as quick:
                quick.sendall(b"GET /checkpoint HTTP/1.1\r\nHost: testserver\r\nConnection: close\r\n\r\n")
                assert quick.recv(20).startswith(b"HTTP/1.1 200")
        finally:
            running.should_exit = True
            thread.join()
