"""`folkmoot serve`: one process, one community, at an address of this machine."""

from __future__ import annotations

from pathlib import Path

import uvicorn

from api.app import build
from api.doors.asker import chance, now
from api.doors.session import Sessions
from api.views import member_name
from engine.store import folder as folders


def serve(folder: Path, port: int = 8000, host: str = "127.0.0.1", links: tuple[str, ...] = ("m1",)) -> None:
    """Serve until stopped; prints a sign-in link for each of `links`."""
    with folders.opened(folder) as community:
        sessions = Sessions(chance())
        print(f"Serving {folder} at http://{host}:{port}  (stop with Ctrl-C)")
        for member in links:
            print(f"  sign in as {member_name(community, member)}: http://{host}:{port}/session?token={sessions.token(member, now())}")
        uvicorn.run(build(community, sessions, ("127.0.0.1", "localhost", host)), host=host, port=port, log_level="warning")
