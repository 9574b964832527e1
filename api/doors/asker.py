"""From a request to who asks, when, and with what chance."""

from __future__ import annotations

import re

from fastapi import Request, Response

from api import clock
from api.doors.session import SESSION_MS, Sessions
from engine.event import Ask, Command
from engine.kernel.members import Members
from engine.limits import KEY_TEXT_MAX
from engine.refusals import refuse
from engine.values import Actor, Moment

NEWCOMER = Actor("newcomer")
KEY = re.compile(rf"(?=.{{1,{KEY_TEXT_MAX}}}$)[!-~]([ -~]*[!-~])?")
"""An idempotency key as a header holds it."""
OWN_PAGES = ("same-origin", "none")
"""What a browser says in Sec-Fetch-Site of a page of ours, and of what somebody did in the browser itself. Another port of this
machine is `same-site`: whatever else runs there is not ours."""


def sessions_of(request: Request) -> Sessions:
    sessions: Sessions = request.app.state.sessions
    return sessions


def cookie_of(request: Request) -> str | None:
    """The session's cookie, as the browser sent it."""
    return request.cookies.get(sessions_of(request).cookie_name)


def give_session(request: Request, response: Response, cookie: str) -> None:
    """Have the browser keep the cookie of a session."""
    sessions = sessions_of(request)
    response.set_cookie(
        sessions.cookie_name, cookie, max_age=SESSION_MS // 1000, httponly=True, samesite="lax", secure=sessions.behind_https
    )


def end_session(request: Request, response: Response) -> None:
    """End the session, and have the browser drop its cookie; it drops a secure one only when told by one that is."""
    sessions = sessions_of(request)
    sessions.end(cookie_of(request), clock.now())
    response.delete_cookie(sessions.cookie_name, httponly=True, samesite="lax", secure=sessions.behind_https)


def member_of(request: Request) -> str | None:
    """The member whose session it is, whether or not she is still here."""
    return sessions_of(request).member(cookie_of(request), clock.now())


def who(request: Request) -> str | None:
    """The member who is signed in; None for a stranger, as who has been forgotten is from then on."""
    name = member_of(request)
    if name is None:
        return None
    with request.app.state.community.reading() as state:
        member = state[Members].get(name)
    return None if member is None or member.forgotten else name


def actor_of(request: Request, open_to_newcomers: bool) -> Actor:
    """Who a request comes from; refused when nobody is signed in and the command needs a member."""
    check_origin(request)
    member = who(request)
    if member is None and not open_to_newcomers:
        raise refuse("not_signed_in", "you", "are not signed in", "open the sign-in link, or join")
    return Actor(member) if member is not None else NEWCOMER


def ask_of(request: Request, actor: Actor, command: Command) -> Ask:
    """The ask a request makes."""
    return Ask(actor, command, Moment(clock.now()), clock.chance(), key_of(request))


def key_of(request: Request) -> str | None:
    """The idempotency key it was asked with."""
    keys = request.headers.getlist("idempotency-key")
    if any(not KEY.fullmatch(key) for key in keys) or len(keys) > 1:
        raise refuse(
            "field_wrong", "Idempotency-Key", "is {key!r}", "give one of 1 to {most} ASCII characters",
            key=", ".join(keys)[:80], most=KEY_TEXT_MAX,
        )  # fmt: skip
    return keys[0] if keys else None


def check_origin(request: Request) -> None:
    """Another site's page must not ask in a member's name.

    A browser says where a page comes from, in one of two headers or both; a program that sends neither is no page.
    """
    for site in request.headers.getlist("sec-fetch-site"):
        if site not in OWN_PAGES:
            raise refuse(
                "foreign_origin", "the request", "comes from a page that is {site!r}", "ask from this site's own pages", site=site[:40]
            )
    origins = request.headers.getlist("origin")
    if origins and origins != [own_origin(request)]:
        raise refuse(
            "foreign_origin",
            "the request",
            "comes from {origin!r}, not from {own!r}",
            "ask from this site's own pages; if this is one, the operator serves it with --name NAME and --behind-https",
            own=own_origin(request),
            origin=", ".join(origins)[:80],
        )


def own_origin(request: Request) -> str:
    """The origin of our own pages, as this request reached them; its Host has been compared with the names we know.

    A browser leaves out the port that goes without saying, in Origin always: who stands between may have put it into Host.
    """
    scheme, host = request.scope["scheme"], request.headers.get("host", "").lower()
    return f"{scheme}://{host.removesuffix(':443' if scheme == 'https' else ':80')}"
