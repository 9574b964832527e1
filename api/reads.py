"""What can be looked at: JSON for programs, pages for browsers, at the same addresses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, StreamingResponse
from pydantic import Field

from api import pages, views
from api.asking import view_of
from api.doors.asker import check_origin, end_session, give_session, now, sessions_of, who
from api.exports import Exports
from api.rulebook import pages as rule_pages
from engine.community import Community
from engine.limits import INTEGER_MAX
from engine.refusals import Refusal, refuse

router = APIRouter()
Number = Annotated[int, Field(ge=0, le=INTEGER_MAX)]

WHOLE = {"/": "home", "/charter": "charter", "/ledger": "ledger"}
LISTS = {"/members": "members", "/ideas": "ideas", "/polls": "polls"}
THINGS = {"/members/{thing}": "member", "/ideas/{thing}": "idea", "/polls/{thing}": "poll"}


def community_of(request: Request) -> Community:
    found: Community = request.app.state.community
    return found


def _answer(request: Request, page: str, shown: Any) -> Response:
    request.state.keep = True  # it follows from the log alone: see `api.doors.kept`
    if pages.wanted(request):
        return pages.render(request, page, shown)
    return JSONResponse(shown)


def _whole(name: str) -> Callable[[Request], Response]:
    def handle(request: Request) -> Response:
        return _answer(request, name, view_of(community_of(request), name))

    return handle


def _list(name: str) -> Callable[[Request, int, int], Response]:
    def handle(request: Request, start: Number = 0, count: Number = views.PAGE) -> Response:
        return _answer(request, name, view_of(community_of(request), name, start, count))

    return handle


def _thing(name: str) -> Callable[[Request, str, int, int], Response]:
    def handle(request: Request, thing: str, start: Number = 0, count: Number = views.PAGE) -> Response:
        if thing[:1] != name[0] or not thing[1:].isdecimal():
            raise refuse(f"{name}_unknown", f"{name} {thing[:40]}", "does not exist here", f"look at the list of {name}s")
        return _answer(request, name, view_of(community_of(request), thing, start, count))

    return handle


for path, name in WHOLE.items():
    router.add_api_route(path, _whole(name), methods=["GET"], name=name, response_model=None, summary=f"Show {name}")
for path, name in LISTS.items():
    router.add_api_route(path, _list(name), methods=["GET"], name=name, response_model=None, summary=f"Show {name}")
for path, name in THINGS.items():
    router.add_api_route(path, _thing(name), methods=["GET"], name=f"one {name}", response_model=None, summary=f"Show one {name}")


@router.get("/log", response_model=None)
def log(request: Request, start: Number | None = None, count: Number = views.PAGE) -> Response:
    """Events from number `start`, oldest first, with the signed head; a browser that names no number sees the newest."""
    if start is None and pages.wanted(request):
        with community_of(request).reading() as state:
            start = max(0, state.seq - count)
    return _answer(request, "log", view_of(community_of(request), "log", start or 0, count))


@router.get("/log/{seq}", response_model=None)
def event(request: Request, seq: Number) -> Response:
    """One event, what of it may be read, and its proof."""
    return _answer(request, "event", view_of(community_of(request), str(seq)))


@router.get("/log/{seq}/receipt.json", response_model=None)
def receipt(request: Request, seq: Number) -> Response:
    """One event with its proof, to keep: `folkmoot verify FILE --key KEY`."""
    return JSONResponse(view_of(community_of(request), str(seq)))


@router.get("/log/{seq}/proof", response_class=PlainTextResponse)
def proof(request: Request, seq: Number) -> str:
    """A `.tlog-proof`: that this event stands in the log under a signed head."""
    return community_of(request).prove(seq)


@router.get("/checkpoint", response_class=PlainTextResponse)
def checkpoint(request: Request) -> str:
    """The newest signed head of the log (C2SP tlog-checkpoint)."""
    return community_of(request).checkpoint()


@router.get("/log.jsonl", response_model=None)
def whole_log(request: Request) -> Response:
    """The whole public log, complete for a recount: `folkmoot verify log.jsonl`."""
    exports: Exports = request.app.state.exports
    return StreamingResponse(exports.pieces(community_of(request)), media_type="application/jsonl")


@router.get("/rules", response_model=None)
def rules(request: Request) -> Response:
    """Every rule this copy knows."""
    return _answer(request, "rules", rule_pages())


@router.get("/rules/{name}", response_model=None)
def rule(request: Request, name: str) -> Response:
    """One rule: its page, parameters and promises."""
    return _answer(request, "rules", rule_pages(name))


@router.post("/session/end", response_model=None, include_in_schema=False)
def sign_out(request: Request) -> Response:
    """End the session, in this browser and wherever else its cookie may have been copied to."""
    check_origin(request)
    response = RedirectResponse("/", 303)
    end_session(request, response)
    return response


@router.get("/session", response_model=None, include_in_schema=False)
def session(request: Request, token: str) -> Response:
    """The sign-in link."""
    response = RedirectResponse("/", 303)
    try:
        cookie = sessions_of(request).sign_in(token, now())
    except Refusal:
        if who(request) is None:
            raise
        return response  # a link works once, and this browser is in already
    give_session(request, response, cookie)
    return response
