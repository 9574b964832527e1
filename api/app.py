"""The house over HTTP: `build(community, sessions)` gives the application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api import clockwork, pages, reads, writes
from api.doors.session import Sessions
from api.exports import Exports
from engine.community import Community
from engine.limits import INTEGER_MAX
from engine.refusals import Refusal, refuse

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def build(community: Community, sessions: Sessions, hosts: tuple[str, ...] = ("127.0.0.1", "localhost")) -> FastAPI:
    """The application over one community. `hosts` are the names it answers to."""
    app = FastAPI(
        title="Folkmoot",
        description="Ideas, votes, points and shared rewards that anyone can recount.",
        version="0.1.0",
        lifespan=clockwork.running,
        docs_url=None,
        redoc_url=None,
    )
    app.state.community, app.state.sessions, app.state.exports = community, sessions, Exports()
    app.include_router(writes.routes())
    app.include_router(reads.router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "pages" / "static"), name="static")
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    app.middleware("http")(_headers)
    app.exception_handler(Refusal)(_refused)
    app.exception_handler(RequestValidationError)(_malformed)
    app.exception_handler(HTTPException)(_no_such_page)
    app.exception_handler(Exception)(_fault)
    return app


async def _headers(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await answer(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _answer(request: Request, refusal: Refusal, status: int | None = None) -> Response:
    if pages.wanted(request):
        return pages.render_refusal(request, refusal, status or refusal.status)
    return JSONResponse(refusal.as_json(), status or refusal.status)


async def _refused(request: Request, refusal: Refusal) -> Response:
    return _answer(request, refusal)


async def _malformed(request: Request, problem: RequestValidationError) -> Response:
    """Only numbers and a sign-in link's token are read by FastAPI; every command is read by its own dataclass."""
    first = problem.errors()[0]
    name = str(first["loc"][-1])
    if first["type"] == "missing":
        return _answer(request, refuse("field_missing", name, "is not given", "look at /openapi.json"))
    return _answer(request, refuse("field_wrong", name, f"is {str(first['input'])[:40]!r}", f"give a whole number from 0 to {INTEGER_MAX}"))


async def _no_such_page(request: Request, problem: HTTPException) -> Response:
    place, way_out = f"{request.method} {request.url.path[:80]}", "look at /openapi.json"
    if pages.wanted(request):
        place, way_out = f"the page {request.url.path[:80]}", "the address may be mistyped, or of something that has gone"
    if problem.status_code == 405:
        refusal = refuse("method_wrong", place, "is not how this address is asked", way_out)
    else:
        refusal = refuse("thing_unknown", place, "does not exist here", way_out)
    answer = _answer(request, refusal, problem.status_code)
    answer.headers.update(problem.headers or {})  # a 405 says which methods are allowed
    return answer


async def _fault(request: Request, problem: Exception) -> Response:
    return _answer(request, refuse("engine_fault", "the server", f"failed: {type(problem).__name__}", "please report this"))
