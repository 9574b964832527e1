"""`/dao.json` and the documents it names: the community as ERC-4824 has organisations described.

A long list comes in parts; its next part is named by a `Link` header (RFC 8288), so that the documents keep the standard's shape. There is no
`folkmoot show` of them: each thing in them goes by the address it is served at, and a folder has none.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from api import answers
from api.answers import Count, Start
from api.doors.asker import own_origin
from api.doors.turns import in_turn
from api.reads import community_of
from api.views import PAGE, dao
from api.views.dao import SCHEMAS, Part

router = APIRouter()


@router.get("/dao.json", response_model=None, responses=answers.to_json())
@in_turn
def organisation(request: Request) -> Response:
    """The community as an organisation (ERC-4824 `daoURI`), and where its documents are."""
    with community_of(request).reading() as state:
        return answers.JsonAnswer(dao.dao(state, own_origin(request)))


@router.get("/dao/members.json", response_model=None, responses=answers.to_json(422))
@in_turn
def members(request: Request, start: Start = 0, count: Count = PAGE) -> Response:
    """Its members: accounts of those who have a key, and the addresses here of the others."""
    with community_of(request).reading() as state:
        part = dao.members(state, own_origin(request), start, count)
    return _answer(request, {"type": "DAO", "members": part.shown}, part, count)


@router.get("/dao/proposals.json", response_model=None, responses=answers.to_json(422))
@in_turn
def proposals(request: Request, start: Start = 0, count: Count = PAGE) -> Response:
    """Its polls, how each stands, and the contracts that a decision goes through."""
    with community_of(request).reading() as state:
        part = dao.proposals(state, own_origin(request), start, count)
    return _answer(request, {"proposals": part.shown}, part, count)


@router.get("/dao/activities.json", response_model=None, responses=answers.to_json(422))
@in_turn
def activities(request: Request, start: Start = 0, count: Count = PAGE) -> Response:
    """What members did about polls, among so many events of the log."""
    part = dao.activities(community_of(request), own_origin(request), start, count)
    return _answer(request, {"activities": part.shown}, part, count)


@router.get("/dao/contracts.json", response_model=None, responses=answers.to_json())
@in_turn
def contracts(request: Request) -> Response:
    """Its contracts on chains."""
    with community_of(request).reading() as state:
        return answers.JsonAnswer({"@context": SCHEMAS, "contracts": dao.contracts(state)})


@router.get("/dao/governance.md", response_class=PlainTextResponse, responses=answers.to_a_file("text/plain"))
@in_turn
def governance(request: Request) -> Response:
    """Its charter in force, as Markdown."""
    with community_of(request).reading() as state:
        return PlainTextResponse(dao.governance(state))


def _answer(request: Request, shown: dict[str, Any], part: Part, count: int) -> Response:
    """A document, and the address of the next part of its list."""
    headers = {}
    if part.next is not None:
        address = f"{own_origin(request)}{request.url.path}?start={part.next}&count={count}"
        headers["Link"] = f'<{address}>; rel="next"'
    return answers.JsonAnswer({"@context": SCHEMAS, **shown}, headers=headers)
