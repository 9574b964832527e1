"""Every command at its resource, made from the catalogue: the dataclass is the schema.

`POST /polls/{poll}/ballots` with JSON gives a receipt; the same path with a form of ours sends the browser on. Routes,
OpenAPI and what is refused come from the same dataclass.
"""

from __future__ import annotations

import re
from typing import get_type_hints

from fastapi import APIRouter, Request, Response, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from fastapi.security import APIKeyCookie

from api import answers, bodies, clock
from api.asking import build, read_json, shown
from api.doors.asker import NEWCOMER, actor_of, ask_of, give_session, sessions_of
from api.doors.session import COOKIE
from api.pages import came_from
from api.pages.forms import fields_of
from api.rulebook import summary_of
from api.views import place_of, places
from engine.community import Community, Receipt
from engine.event import Command, commands, verb_of
from engine.features.treasury.terms import money_of
from engine.kernel.found import FoundCommunity
from engine.kernel.join import JoinCommunity
from engine.log.codec import form
from engine.refusals import refuse
from engine.values import Id

SESSION = APIKeyCookie(
    name=COOKIE, scheme_name="session", description="The cookie a sign-in link gives (`folkmoot serve DIR --link m2`).", auto_error=False
)


def routes() -> APIRouter:
    """A router with a POST for every command but founding, which makes a folder and is done from the terminal."""
    router = APIRouter()
    for kind in commands():
        if kind is not FoundCommunity:
            _add(router, kind)
    return router


def _add(router: APIRouter, kind: type[Command]) -> None:
    schema = form(kind, lenient=True).schema
    in_path = re.findall(r"\{(\w+)\}", kind.resource)
    body = {
        **schema,
        "properties": {name: part for name, part in schema["properties"].items() if name not in in_path},
        "required": [name for name in schema["required"] if name not in in_path],
    }

    async def handle(request: Request) -> Response:
        body = await bodies.read(request)
        return await run_in_threadpool(_perform, request, kind, body)

    open_to_all: list[dict[str, list[str]]] = [{}] if kind is JoinCommunity else []  # the other way to be let in: without a session
    router.add_api_route(
        kind.resource,
        handle,
        methods=["POST"],
        operation_id=kind.__name__,
        name=verb_of(kind),
        summary=summary_of(kind),
        description=kind.__doc__,
        status_code=201,
        response_class=answers.JsonAnswer,
        dependencies=[Security(SESSION)],
        responses=answers.to_a_command(kind.makes is not None),
        openapi_extra={
            "parameters": [{"name": name, "in": "path", "required": True, "schema": schema["properties"][name]} for name in in_path]
            + [answers.IDEMPOTENCY_KEY],
            "requestBody": {"required": bool(body["required"]), "content": {bodies.JSON: {"schema": body}}},
            "security": open_to_all,
        },
    )


def _perform(request: Request, kind: type[Command], body: bodies.Body) -> Response:
    community: Community = request.app.state.community
    actor = actor_of(request, kind is JoinCommunity)
    data, by_form = body
    if by_form:
        given = bodies.form_fields(data)
        with community.reading() as state:
            terms = money_of(state)
        fields = fields_of(kind, given, request.path_params, terms)
    else:
        fields = read_json(data, kind.__name__) if data.strip() else {}
        for name, value in request.path_params.items():
            if name in fields:
                raise refuse(
                    "field_unknown", "{command}.{name}", "is given twice", "the path names {name} already", command=kind.__name__, name=name
                )
            fields[name] = _path_value(kind, name, value)
    receipt = community.execute(ask_of(request, actor, build(kind, fields)))
    response: Response = (
        RedirectResponse(_after(request, kind, receipt), 303)
        if by_form
        else answers.JsonAnswer(shown(receipt, kind) | {"proof": f"/log/{receipt.seq}/proof"}, 201)
    )
    if actor == NEWCOMER and not receipt.again:
        cookie = sessions_of(request).cookie(f"m{receipt.seq}", clock.now())
        give_session(request, response, cookie)
    return response


def _path_value(kind: type[Command], name: str, value: str) -> object:
    whole = form(kind, lenient=True).schema["properties"][name].get("type") == "integer"
    return int(value) if whole and answers.DIGITS.fullmatch(value) else value


def _after(request: Request, kind: type[Command], receipt: Receipt) -> str:
    """Where a browser goes when its form is done: to what it made, to what it was about, or back to where it came from."""
    about, last = kind.resource.rpartition("/")[0], kind.resource.rpartition("{")[2].partition("}")[0]
    if kind.makes is not None and "{" not in kind.resource:
        place = place_of(kind.makes.of(receipt.seq))
    elif (
        about.endswith("{" + last + "}")
        and isinstance(hint := get_type_hints(kind)[last], type)
        and issubclass(hint, Id)
        and hint.letter in places()
    ):
        place = place_of(request.path_params[last])
    else:
        place = came_from(request)
    return f"{place}?done={receipt.seq}"
