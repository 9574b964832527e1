"""Signing in and out: by a link from the terminal, and by a wallet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from api import answers, bodies, clock, pages
from api.asking import read_json
from api.doors import wallet
from api.doors.asker import check_origin, end_session, give_session, own_origin, sessions_of, who
from api.doors.siwe import MESSAGE_TEXT_MAX
from api.doors.turns import in_turn
from engine.community import Community
from engine.log.codec import form
from engine.refusals import Refusal, refuse
from engine.values import Address, MemberId, Signature

router = APIRouter()
SIGNED = {
    "type": "object",
    "properties": {"message": {"type": "string", "maxLength": MESSAGE_TEXT_MAX}, "signature": form(Signature, lenient=True).schema},
    "required": ["message", "signature"],
    "additionalProperties": False,
}


@router.get("/session", response_model=None, include_in_schema=False)
def session(request: Request, token: str) -> Response:
    """The sign-in link."""
    response = RedirectResponse("/", 303)
    try:
        cookie = sessions_of(request).sign_in(token, clock.now())
    except Refusal:
        if who(request) is None:
            raise
        return response  # a link works once, and this browser is in already
    give_session(request, response, cookie)
    return response


@router.post("/session/end", response_model=None, include_in_schema=False)
def sign_out(request: Request) -> Response:
    """End the session, in this browser and wherever else its cookie may have been copied to."""
    check_origin(request)
    response = RedirectResponse("/", 303)
    end_session(request, response)
    return response


@router.get("/sign-in", response_model=None, responses=answers.to_a_look(422))
@in_turn
def sign_in(
    request: Request,
    address: Annotated[str, Query(description="The account that will sign: a member's key, or her wallet.")] = "",
    member: Annotated[str, Query(description="Who that says she is, where it is her wallet.")] = "",
) -> Response:
    """A text for a wallet to sign (EIP-4361), good for ten minutes and once."""
    message = ""
    if address or not pages.wanted(request):
        account = form(Address, lenient=True).read(address, "address")
        if member:
            MemberId.read(member, "member")
        community: Community = request.app.state.community
        now = clock.now()
        nonce = request.app.state.nonces.fresh(now, clock.chance())
        message = wallet.proposed(community, own_origin(request), nonce, now, account, member)
    shown = {"message": message, "address": address, "member": member}
    return pages.render(request, "sign_in", shown) if pages.wanted(request) else answers.JsonAnswer({"message": message})


@router.post(
    "/sign-in",
    response_model=None,
    responses=answers.to_a_sign_in(),
    openapi_extra={"security": [{}], "requestBody": {"required": True, "content": {bodies.JSON: {"schema": SIGNED}}}},
)
async def sign_in_by(request: Request) -> Response:
    """Sign in by a signed text: the answer brings the session's cookie."""
    body = await bodies.read(request)
    return await run_in_threadpool(_signed, request, body)


def _signed(request: Request, body: bodies.Body) -> Response:
    check_origin(request)
    sent = (
        {name: values[0] for name, values in bodies.form_fields(body.data).items()} if body.is_form else read_json(body.data, "the request")
    )
    message, signature = (_text(sent, name) for name in ("message", "signature"))
    state, now, sessions = request.app.state, clock.now(), sessions_of(request)
    message = message.replace("\r\n", "\n")  # as a form sends its lines
    member = wallet.signed_in(state.community, state.nonces, own_origin(request), now, message, signature)
    response: Response = RedirectResponse("/", 303) if body.is_form else answers.JsonAnswer({"member": member})
    give_session(request, response, sessions.cookie(member, now))
    return response


def _text(sent: Mapping[str, object], name: str) -> str:
    value = sent.get(name)
    if not isinstance(value, str) or not value:
        raise refuse("field_missing", "{field}", "is not given", "give the message and its signature", field=name)
    return value
