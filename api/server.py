"""`folkmoot serve`: one process, one community, at an address of this machine."""

from __future__ import annotations

import asyncio
import gc
import re
import socket
from pathlib import Path

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from api import clock
from api.anchor_clock import AnchorTask
from api.app import build
from api.doors.session import Sessions
from api.terminal import say
from api.texts import member_name
from api.views import Texts
from engine.kernel.forget import ALREADY_FORGOTTEN
from engine.kernel.members import Members
from engine.refusals import refuse
from engine.store import folder as folders

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, to ask for a name
CONNECTIONS_MAX = 1_000
"""More are answered 503 at once: each takes memory and a file handle."""


HEAD_SECONDS = 5
"""A request's head that has not come in twice as long does not come any more: its place is needed."""


STUCK_LOOKS = 6
"""Whoever takes nothing of her answer at so many looks in a row, half a minute, is cut off."""
NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\]", re.IGNORECASE)
"""A name people may reach the server by: no port, no scheme, and no asterisk, under which every foreign name would be ours."""


class Impatient(H11Protocol):
    """Hangs up on whoever opens a connection and does not ask, does not end what has been answered already, or does not take the answer."""

    _waited, _stuck, _left = False, 0, 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._timer = self.loop.call_later(HEAD_SECONDS, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        left = self.transport.get_write_buffer_size()
        self._stuck = self._stuck + 1 if left and left == self._left else 0
        self._left = left
        answered = self.cycle is None or self.cycle.response_complete
        waits = answered and self.conn.their_state is not h11.DONE and self.timeout_keep_alive_task is None
        if self._stuck >= STUCK_LOOKS:
            self.transport.abort()  # closing would wait for what is left to be taken
        elif waits and self._waited:
            self.transport.close()
        self._waited = waits
        self._timer = self.loop.call_later(HEAD_SECONDS, self._look)


def serve(
    folder: Path,
    port: int = 8000,
    host: str = "127.0.0.1",
    links: tuple[str, ...] = ("m1",),
    head: str | None = None,
    names: tuple[str, ...] = (),
    behind_https: bool = False,
    clock_is_right: bool = False,
    anchoring: AnchorTask | None = None,
) -> None:
    """Serve until stopped; prints a sign-in link for each of `links`. A log that does not continue `head` is refused.

    `names` are other names people reach the server by; under a name it does not know it answers nobody, so that no foreign
    page can point its own name here. `behind_https` says that something before it speaks HTTPS under the first of them and
    hands on the Host it was asked by: links, cookies and origins are then those of HTTPS alone. `clock_is_right` is somebody's word for
    it, where the newest event is in the future or long past. `anchoring` is a task beside it.
    """
    for name in names:
        if not NAME.fullmatch(name):
            raise refuse("field_wrong", "--name", "is {name!r}", "give a bare name: --name moot.example", name=name[:80])
    if (host in EVERYWHERE or behind_https) and not names:
        fact = "is not given, and --behind-https needs one" if behind_https else "is not given, and --host {host} has none"
        raise refuse("field_missing", "--name", fact, "say how people reach it: --name moot.example", host=host)
    with folders.opened(folder) as community, bound(host, port) as listener:
        if head is not None:
            folders.check_not_gone_back(community, head)
        with community.reading() as state:
            for member in links:
                if state[Members][member].forgotten:  # no link for nobody
                    raise refuse(ALREADY_FORGOTTEN, "member {member}", "is forgotten", "name somebody who is here", member=member)
            newest = state.at
        clock.check_head(newest, clock_is_right)
        sessions = Sessions(clock.chance(), behind_https)
        own = f"[{host}]" if ":" in host else host
        address = f"https://{names[0]}" if behind_https else f"http://{names[0] if names else own}:{port}"
        say(f"Serving {folder} at {address}  (stop with Ctrl-C)")
        for member in links:
            say(f"  sign in as {member_name(Texts(community), member)}: {address}/session?token={sessions.token(member, clock.now())}")
        gc.freeze()  # a state of millions of members is no garbage: the collector need not walk it again and again
        app = build(community, sessions, ("127.0.0.1", "localhost", own, *names), anchoring)
        uvicorn.Server(configured(app)).run(sockets=[listener])


def configured(app: ASGIApp) -> uvicorn.Config:
    """How the application is served: what limits connections, and for how long.

    Nobody's `X-Forwarded-…` is believed, and nobody is upgraded to a WebSocket: those connections would escape the limits.
    """
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        http=Impatient,
        ws="none",
        proxy_headers=False,
        server_header=False,
        limit_concurrency=CONNECTIONS_MAX,
        timeout_keep_alive=5,
    )


def bound(host: str, port: int) -> socket.socket:
    """A listening socket, so that no link is printed to a server that cannot start."""
    if not 0 < port < 65_536:
        raise refuse("field_wrong", "port", "is {port}", "give one from 1 to 65535", port=port)
    # asyncio sends small answers at once (TCP_NODELAY) only where the protocol is named: else each waits 40 ms for the last one's receipt.
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as fault:
        listener.close()
        raise refuse(
            "storage_busy",
            "port {port} of {host}",
            "cannot be used: {fault}",
            "try --port 8001",
            port=port,
            host=host,
            fault=fault.strerror,
        ) from None
    return listener
