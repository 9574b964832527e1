"""`folkmoot serve`: one process, one community, at an address of this machine."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.app import build
from api.doors.asker import chance, now
from api.doors.session import Sessions
from api.texts import member_name
from engine.refusals import refuse
from engine.store import folder as folders

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, to ask for a name
CONNECTIONS_MAX = 1_000
"""More are answered 503 at once: each takes memory and a file handle."""


HEAD_SECONDS = 5
"""A request's head that has not come in twice as long does not come any more: its place is needed."""


class Impatient(H11Protocol):
    """Hangs up on whoever opens a connection and does not ask, or does not end what has been answered already."""

    _waited = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.loop.call_later(HEAD_SECONDS, self._look)

    def _look(self) -> None:
        if self.transport.is_closing():
            return
        answered = self.cycle is None or self.cycle.response_complete
        waits = answered and self.conn.their_state is not h11.DONE and self.timeout_keep_alive_task is None
        if waits and self._waited:
            self.transport.close()
            return
        self._waited = waits
        self.loop.call_later(HEAD_SECONDS, self._look)


def serve(
    folder: Path,
    port: int = 8000,
    host: str = "127.0.0.1",
    links: tuple[str, ...] = ("m1",),
    head: str | None = None,
    names: tuple[str, ...] = (),
) -> None:
    """Serve until stopped; prints a sign-in link for each of `links`. A log that does not continue `head` is refused.

    `names` are other names people reach the server by; under a name it does not know it answers nobody, so that no foreign
    page can point its own name here.
    """
    if host in EVERYWHERE and not names:
        raise refuse("field_missing", "--name", f"is not given, and --host {host} has none", "say how people reach it: --name moot.example")
    with folders.opened(folder) as community, _bound(host, port) as listener:
        if head is not None:
            folders.check_not_gone_back(community, head)
        with community.reading() as state:
            for member in links:
                if state.member(member).forgotten:  # no link for nobody
                    raise refuse("already_forgotten", f"member {member}", "is forgotten", "name somebody who is here")
        sessions = Sessions(chance())
        own = f"[{host}]" if ":" in host else host
        address = f"http://{names[0] if names else own}:{port}"
        print(f"Serving {folder} at {address}  (stop with Ctrl-C)")
        for member in links:
            print(f"  sign in as {member_name(community, member)}: {address}/session?token={sessions.token(member, now())}")
        app = build(community, sessions, ("127.0.0.1", "localhost", own, *names))
        uvicorn.Server(configured(app)).run(sockets=[listener])


def configured(app: FastAPI) -> uvicorn.Config:
    """How the application is served: what limits connections, and for how long."""
    return uvicorn.Config(app, log_level="warning", http=Impatient, limit_concurrency=CONNECTIONS_MAX, timeout_keep_alive=5)


def _bound(host: str, port: int) -> socket.socket:
    """A listening socket, so that no link is printed to a server that cannot start."""
    if not 0 < port < 65_536:
        raise refuse("field_wrong", "port", f"is {port}", "give one from 1 to 65535")
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as fault:
        listener.close()
        raise refuse("storage_busy", f"port {port} of {host}", f"cannot be used: {fault.strerror}", "try --port 8001") from None
    return listener
