"""The server on a real socket of this machine: what it sends at once, what it stops reading, and whom it hangs up on."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from contextlib import closing, contextmanager

import pytest
import uvicorn

from api import server
from engine.limits import REQUEST_BYTES_MAX
from engine.refusals import Refusal

OFFERED_MAX = 64_000_000
"""What a test would send to a server that reads on for ever."""


def free_port():
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def served(app):
    """The address of a running server."""
    with server.bound("127.0.0.1", free_port()) as listener:
        running = uvicorn.Server(server.configured(app))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield listener.getsockname()
        finally:
            running.should_exit = True
            thread.join()


def opened(address):
    return closing(socket.create_connection(address, timeout=10))


def heard(connection):
    """All that comes before the other side is done."""
    data = b""
    try:
        while part := connection.recv(65_536):
            data += part
    except ConnectionError:
        pass
    return data


def test_small_answers_are_sent_at_once(client, monkeypatch):
    """Without TCP_NODELAY every answer on a kept connection waits 40 ms for the receipt of the last."""
    accepted = []
    made = server.Impatient.connection_made

    def watched(self, transport):
        accepted.append(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        made(self, transport)

    monkeypatch.setattr(server.Impatient, "connection_made", watched)
    with served(client.app) as (host, port), closing(http.client.HTTPConnection(host, port, timeout=10)) as kept:
        for _ in range(3):
            kept.request("GET", "/checkpoint", headers={"Host": "testserver"})
            assert kept.getresponse().read()
    assert len(accepted) == 1 and accepted[0]


@pytest.mark.parametrize(
    ("path", "kind", "status"),
    [
        ("/ideas", "application/json", b"413"),
        ("/ideas", "text/plain", b"415"),
        ("/nothing", "application/json", b"404"),
        ("/rules", "application/json", b"405"),
    ],
)
def test_nothing_more_is_read_of_a_body_that_was_refused(client, monkeypatch, path, kind, status):
    taken = []
    received = server.Impatient.data_received

    def counted(self, data):
        taken.append(len(data))
        received(self, data)

    monkeypatch.setattr(server.Impatient, "data_received", counted)
    chunk = b"10000\r\n" + b"a" * 65_536 + b"\r\n"
    with served(client.app) as address, opened(address) as endless:
        head = f"POST {path} HTTP/1.1\r\nHost: testserver\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n"
        endless.sendall(head.encode())
        offered = 0
        with pytest.raises(OSError):
            while offered < OFFERED_MAX:
                endless.sendall(chunk)
                offered += len(chunk)
        answer = heard(endless)
    assert answer[9:12] == status and b"connection: close" in answer.lower()
    assert sum(taken) < REQUEST_BYTES_MAX + 1_000_000


def test_a_body_that_says_it_is_too_large_is_refused_before_it_comes(client):
    with served(client.app) as address, opened(address) as large:
        large.sendall(
            b"POST /ideas HTTP/1.1\r\nHost: testserver\r\nContent-Type: application/json\r\n"
            b"Expect: 100-continue\r\nContent-Length: 1000001\r\n\r\n"
        )
        answer = heard(large)
    assert answer.startswith(b"HTTP/1.1 413") and b"too_large" in answer


def test_a_body_that_was_read_leaves_the_connection_open(client):
    with served(client.app) as (host, port), closing(http.client.HTTPConnection(host, port, timeout=10)) as kept:
        for _ in range(2):
            kept.request("POST", "/ideas", b"{}", {"Host": "testserver", "Content-Type": "application/json"})
            answer = kept.getresponse()
            assert answer.status == 401 and answer.getheader("connection") is None and answer.read()


def test_whoever_does_not_take_the_answer_is_cut_off(client, monkeypatch):
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.05)
    gone = threading.Event()
    lost = server.Impatient.connection_lost

    def watched(self, exc):
        lost(self, exc)
        gone.set()

    monkeypatch.setattr(server.Impatient, "connection_lost", watched)

    async def large(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"20000000")]})
        await send({"type": "http.response.body", "body": bytes(20_000_000)})

    with served(large) as address, closing(socket.socket()) as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        lazy.connect(address)
        lazy.sendall(b"GET / HTTP/1.1\r\nHost: testserver\r\n\r\n")
        assert gone.wait(10)


def test_a_slow_reader_who_does_take_it_gets_it_whole(client, monkeypatch):
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.15)

    async def large(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"12000000"), (b"connection", b"close")]})
        await send({"type": "http.response.body", "body": bytes(12_000_000)})

    with served(large) as address, closing(socket.socket()) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        slow.settimeout(10)
        slow.connect(address)
        slow.sendall(b"GET / HTTP/1.1\r\nHost: testserver\r\n\r\n")
        taken = 0
        while part := slow.recv(400_000):
            taken += len(part)
            time.sleep(0.02)
    assert taken > 12_000_000


def test_no_forwarded_header_is_believed_and_nobody_leaves_http(client):
    config = server.configured(client.app)
    assert not config.proxy_headers and config.ws == "none"


@pytest.mark.parametrize("name", ["*", "*.example", "https://moot.example", "moot.example:8443", "moot.example/x", "a b", ""])
def test_a_name_is_a_name_and_nothing_else(tmp_path, name):
    with pytest.raises(Refusal, match="field_wrong: --name"):
        server.serve(tmp_path, names=(name,))


def printed(monkeypatch, capsys, folder, **how):
    """What `serve` says before it would run, and the application it would run."""
    ran = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: ran.append(self.config.app))
    server.serve(folder, free_port(), **how)
    return capsys.readouterr().out, ran[0]


@pytest.fixture
def folder(tmp_path):
    from engine.kernel import charter
    from engine.store import folder as folders

    folders.close(folders.found(tmp_path / "moot", charter.preset("product"), "local/moot", time.time_ns() // 1_000_000, bytes(32), "Ana"))
    return tmp_path / "moot"


def test_behind_https_links_are_those_people_follow(monkeypatch, capsys, folder):
    said, app = printed(monkeypatch, capsys, folder, names=("moot.example",), behind_https=True)
    assert "https://moot.example/session?token=" in said and app.state.sessions.behind_https
    said, app = printed(monkeypatch, capsys, folder)
    assert "http://127.0.0.1:" in said and not app.state.sessions.behind_https


def test_behind_https_needs_a_name(folder):
    with pytest.raises(Refusal, match="--behind-https"):
        server.serve(folder, behind_https=True)
