"""`make bench-http`: how many requests a second the doors answer, beside an empty FastAPI route on the same server.

The demo community is served by a process of its own on 127.0.0.1, as `folkmoot serve` would; eight kept connections ask for one
address after another, in turns, so that whatever else the machine does falls on all of them alike. The client shares the
machine with the server: the shares count, not the figures. What is asked for is kept until an event is added (see `api.doors.kept`):
JSON and members' pages are also asked for so that each must be made anew. It takes two minutes and stops by itself.
"""

from __future__ import annotations

import asyncio
import http.client
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import uvicorn
from fastapi import FastAPI

from api import demonstration, server
from api.app import build
from api.doors.session import COOKIE, Sessions
from api.terminal import progress_bars
from api.views import view_of
from engine.store import folder as folders

CONNECTIONS, ROUNDS, TURN_SECONDS = 8, 6, 0.5
SERVED_SECONDS_MAX = 600
"""The server ends by itself after that, should whoever measures it be gone without a word."""
EMPTY = "/empty"
SECRET = bytes(32)
"""Of a server that lives for a minute and serves an invented community to this machine."""


# -- the server -----------------------------------------------------------------------------------------------------


def beside(app: FastAPI) -> Callable[..., Awaitable[None]]:
    """The application, and an empty route of another one that shares nothing with it but the server."""
    bare = FastAPI()

    @bare.get(EMPTY)
    async def empty() -> dict[str, str]:
        return {}

    @bare.get(f"{EMPTY}/spent")
    async def spent() -> float:
        return time.process_time()

    @bare.get(f"{EMPTY}/thread")
    def empty_in_a_thread() -> dict[str, str]:
        return {}

    async def either(scope: Any, receive: Any, send: Any) -> None:
        await (bare if scope.get("path", "").startswith(EMPTY) else app)(scope, receive, send)

    return either


def run(folder: Path, port: int) -> None:
    """Serve until the other side of standard input is gone."""
    with folders.opened(folder) as community, server.bound("127.0.0.1", port) as listener:
        running = uvicorn.Server(server.configured(beside(build(community, Sessions(SECRET)))))

        def stop() -> None:
            running.should_exit = True

        late = threading.Timer(SERVED_SECONDS_MAX, stop)
        late.daemon = True
        late.start()
        threading.Thread(target=lambda: (sys.stdin.read(), stop()), daemon=True).start()
        running.run(sockets=[listener])


@contextmanager
def served(folder: Path) -> Any:
    """The port of a server in another process."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    child = subprocess.Popen([sys.executable, "-m", "benchmarks.http", "--serve", str(folder), str(port)], stdin=subprocess.PIPE)
    try:
        until = time.monotonic() + 60
        while True:
            with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), timeout=1)):
                break
            if child.poll() is not None or time.monotonic() > until:
                raise SystemExit("the server did not start")
            time.sleep(0.1)
        yield port
    finally:
        assert child.stdin is not None
        child.stdin.close()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()


# -- the client -----------------------------------------------------------------------------------------------------


@dataclass
class Row:
    """One address, as one reader asks for it, and how long each answer took."""

    name: str
    path: str
    accept: str = "application/json"
    cookie: str = ""
    anew: bool = False
    """Whether each request has an address of its own, so that nothing kept can answer it."""
    seconds: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    """Answers a second, in each turn."""
    processor: float = 0.0
    """Seconds the server's processors worked for it; neighbours on the machine change them little."""
    size: int = 0

    def request(self) -> bytes:
        path = f"{self.path}?request={len(self.seconds)}.{time.perf_counter_ns()}" if self.anew else self.path
        return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {self.accept}\r\n{self.cookie}\r\n".encode()

    def share(self, other: Row) -> float:
        """Of the other's rate: the median over turns, so that what passes by in one of them does not count."""
        return median(mine / others for mine, others in zip(self.rates, other.rates, strict=True))

    def percentile(self, percent: int) -> float:
        return sorted(self.seconds)[min(len(self.seconds) - 1, len(self.seconds) * percent // 100)]


class Asker(asyncio.Protocol):
    """One kept connection, asking again as soon as it is answered."""

    def __init__(self, row: Row, until: float, done: asyncio.Future[None]) -> None:
        self._row, self._until, self._done = row, until, done
        self._data = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._asked = time.perf_counter()
        self._transport.write(self._row.request())

    def data_received(self, data: bytes) -> None:
        self._data += data
        head, end, body = self._data.partition(b"\r\n\r\n")
        if not end or len(body) < int(bytes(head.lower()).split(b"content-length: ")[1].split(b"\r\n")[0]):
            return
        now = time.perf_counter()
        self._row.seconds.append(now - self._asked)
        self._row.size = len(body)
        if not head.startswith(b"HTTP/1.1 200") or self._row.accept.encode() not in head:
            self._end(AssertionError(f"{self._row.path}: {bytes(head[:300])!r}"))
        elif now > self._until:
            self._end(None)
        else:
            self._data.clear()
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or ConnectionError(f"{self._row.path}: the server hung up"))

    def _end(self, problem: Exception | None) -> None:
        self._transport.abort()
        if not self._done.done():
            self._done.set_exception(problem) if problem else self._done.set_result(None)


async def turn(port: int, row: Row, seconds: float) -> None:
    """Every connection asks for this row's address, for so long."""
    loop = asyncio.get_running_loop()
    before, worked, began = len(row.seconds), spent(port), time.perf_counter()
    ends: list[asyncio.Future[None]] = [loop.create_future() for _ in range(CONNECTIONS)]
    for end in ends:
        await loop.create_connection(lambda end=end: Asker(row, began + seconds, end), "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.wait_for(asyncio.gather(*ends), seconds + 30)
    row.rates.append((len(row.seconds) - before) / (time.perf_counter() - began))
    row.processor += spent(port) - worked


def spent(port: int) -> float:
    """Seconds the server's processors have worked."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", f"{EMPTY}/spent")
        return float(connection.getresponse().read())


def rows(folder: Path) -> list[Row]:
    """What is asked for: the empty route first, then each view for a program and for a browser."""
    with folders.opened(folder) as community:
        polls = view_of(community, "polls")
    still = next(poll["id"] for poll in polls if poll["status"] == "open")
    over = next(poll["id"] for poll in polls if poll["status"] == "decided")
    asked = [("home", "/"), ("ideas", "/ideas"), ("an open poll", f"/polls/{still}"), ("a closed poll", f"/polls/{over}"), ("log", "/log")]
    member = f"Cookie: {COOKIE}={Sessions(SECRET).cookie('m1', time.time_ns() // 1_000_000)}\r\n"
    views = [Row(f"{name}, {kind}", path, accept) for name, path in asked for kind, accept in KINDS.items()]
    views += [Row(f"{name}, JSON made anew", path, anew=True) for name, path in asked]
    views += [Row(f"{name}, HTML, a member", path, KINDS["HTML"], member) for name, path in asked]
    views += [Row(f"{name}, hers made anew", path, KINDS["HTML"], member, anew=True) for name, path in asked]
    return [Row("an empty route", EMPTY), Row("an empty route in a thread", f"{EMPTY}/thread"), *views]


KINDS = {"JSON": "application/json", "HTML": "text/html"}


def measure(folder: Path) -> list[Row]:
    with served(folder) as port:
        for row in rows(folder):  # what is read or compiled once is not what is measured
            asyncio.run(turn(port, row, 0.2))
        asked = rows(folder)
        for _ in range(ROUNDS):
            for row in asked:
                asyncio.run(turn(port, row, TURN_SECONDS))
    return asked


def show(asked: list[Row]) -> None:
    print(f"{CONNECTIONS} kept connections           a second  of empty  median ms    p99 ms   processor ms     bytes")
    for row in asked:
        each = row.processor / len(row.seconds) * 1000
        print(
            f"{row.name:29} {median(row.rates):>9,.0f} {row.share(asked[0]):>9.0%} {row.percentile(50) * 1000:>10.1f}"
            f" {row.percentile(99) * 1000:>9.1f} {each:>14.2f} {row.size:>9,}"
        )


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "demo"
        with demonstration.made(folder, None, bytes(32), time.time_ns() // 1_000_000, progress_bars(True)) as made:
            print(made.lines[0].rpartition(", in ")[0])
        show(measure(folder))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        run(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
