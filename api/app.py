"""The house over HTTP: `build(community, sessions)` gives the application."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Match

from api import answers, clock, clockwork, dao, pages, reads, sign_in, writes
from api.anchor_clock import AnchorTask
from api.doors.asker import sessions_of
from api.doors.kept import Kept
from api.doors.session import Sessions
from api.doors.threshold import NO_HEAD, Threshold, headers_for
from api.doors.turns import in_turn
from api.doors.wallet import Nonces
from api.exports import Exports
from engine.community import Community
from engine.limits import INTEGER_MAX
from engine.refusals import Refusal, refuse


def build(
    community: Community,
    sessions: Sessions,
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost"),
    anchoring: AnchorTask | None = None,
) -> FastAPI:
    """The application over one community. `hosts` are the names it answers to; `anchoring` is done beside it, where somebody asks for it."""
    app = FastAPI(
        title="Folkmoot",
        description="Ideas, votes, points and shared rewards that anyone can recount.",
        version="0.1.0",
        lifespan=clockwork.running,
        docs_url=None,
        redoc_url=None,
    )
    app.openapi = answers.document(app, sessions.cookie_name)  # type: ignore[method-assign]
    app.state.anchoring = anchoring
    app.state.community, app.state.sessions, app.state.exports = community, sessions, Exports()
    app.state.nonces = Nonces(clock.chance())
    app.include_router(reads.router)  # first, because most requests only look
    app.include_router(dao.router)
    app.include_router(sign_in.router)
    app.include_router(writes.routes())
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "pages" / "static"), name="static")
    # The last one added is the first one passed.
    app.add_middleware(Kept, community=community, sessions=sessions)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    app.add_middleware(Threshold, behind_https=sessions.behind_https)
    app.exception_handler(Refusal)(_refused)
    app.exception_handler(RequestValidationError)(_malformed)
    app.exception_handler(HTTPException)(_no_such_page)
    app.exception_handler(Exception)(_fault)
    return app


async def _answer(request: Request, refusal: Refusal, status: int | None = None) -> Response:
    """A refusal as JSON, which waits for nobody, or as a page, for which it takes a turn."""
    status = status or refusal.status
    if not pages.wanted(request):
        return answers.JsonAnswer(refusal.as_json(), status)
    try:
        return await in_turn(pages.render_refusal)(request, refusal, status)
    except Refusal:  # too many are waiting
        return pages.render_alone(request, refusal, status)


async def _refused(request: Request, refusal: Refusal) -> Response:
    return await _answer(request, refusal)


async def _malformed(request: Request, problem: RequestValidationError) -> Response:
    """Only numbers and a sign-in link's token are read by FastAPI; every command is read by its own dataclass."""
    first = problem.errors()[0]
    name = str(first["loc"][-1])
    if first["type"] == "missing":
        return await _answer(request, refuse("field_missing", "{field}", "is not given", "look at /openapi.json", field=name))
    most = first.get("ctx", {}).get("le", INTEGER_MAX)
    given = str(first["input"])[:40]
    return await _answer(
        request,
        refuse("field_wrong", "{field}", "is {given!r}", "give a whole number from 0 to {most}", field=name, given=given, most=most),
    )


async def _no_such_page(request: Request, problem: HTTPException) -> Response:
    path, place, way_out = request.url.path[:80], "{method} {path}", "look at /openapi.json"
    if pages.wanted(request):
        place, way_out = "the page {path}", "the address may be mistyped, or of something that has gone"
    if problem.status_code == 405:
        refusal = refuse("method_wrong", place, "is not how this address is asked", way_out, method=request.method, path=path)
    else:
        refusal = refuse("thing_unknown", place, "does not exist here", way_out, method=request.method, path=path)
    answer = await _answer(request, refusal, problem.status_code)
    if problem.status_code == 405:
        answer.headers["Allow"] = ", ".join(_methods(request))
    return answer


def _methods(request: Request) -> list[str]:
    """How an address may be asked. Starlette names the methods of one of its routes, and the others may have more."""
    asked = {name: request.scope[name] for name in ("type", "path", "root_path", "headers")}
    takes = [
        method
        for method in ("GET", "POST")
        if any(route.matches({**asked, "method": method})[0] is Match.FULL for route in request.app.routes)
    ]
    return (["HEAD"] if "GET" in takes and request.url.path not in NO_HEAD else []) + takes


async def _fault(request: Request, problem: Exception) -> Response:
    """What nobody foresaw. It is answered from outside the threshold, so it brings along what others are given there."""
    refusal = refuse("engine_fault", "the server", "failed: {sort}", "please report this", sort=type(problem).__name__)
    if pages.wanted(request):
        answer: Response = pages.render_alone(request, refusal, refusal.status)
    else:
        answer = answers.JsonAnswer(refusal.as_json(), refusal.status)
    answer.headers.update({**headers_for(sessions_of(request).behind_https), "Connection": "close"})
    return answer
