"""From a request to who asks, when, and with what chance."""

from __future__ import annotations

import secrets
import time

from fastapi import Request

from api.doors.session import COOKIE, Sessions
from engine.event import Ask, Command
from engine.refusals import refuse
from engine.values import Actor, Moment

NEWCOMER = Actor("newcomer")


def now() -> int:
    """Milliseconds since 1970: the one place where the doors read the clock."""
    return time.time_ns() // 1_000_000


def chance() -> bytes:
    """32 fresh random bytes."""
    return secrets.token_bytes(32)


def sessions_of(request: Request) -> Sessions:
    found: Sessions = request.app.state.sessions
    return found


def who(request: Request) -> str | None:
    """The member who is signed in; None for a stranger, as who has been forgotten is from then on."""
    found = sessions_of(request).member(request.cookies.get(COOKIE), now())
    if found is None:
        return None
    with request.app.state.community.reading() as state:
        member = state.members.get(found)
    return None if member is None or member.forgotten else found


def actor_of(request: Request, open_to_newcomers: bool) -> Actor:
    """Who a request comes from; refused when nobody is signed in and the command needs a member."""
    check_origin(request)
    member = who(request)
    if member is None and not open_to_newcomers:
        raise refuse("not_signed_in", "you", "are not signed in", "open the sign-in link, or join")
    return Actor(member) if member is not None else NEWCOMER


def ask_of(request: Request, actor: Actor, command: Command) -> Ask:
    """The ask a request makes."""
    return Ask(actor, command, Moment(now()), chance(), request.headers.get("idempotency-key"))


def check_origin(request: Request) -> None:
    """Another site's page must not ask in a member's name."""
    origin = request.headers.get("origin")
    if origin is not None and origin.split("://")[-1] != request.headers.get("host"):
        raise refuse("foreign_origin", "the request", f"comes from {origin[:80]}", "ask from this site's own pages")
