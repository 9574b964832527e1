"""What can be looked at: JSON for programs, pages for browsers, at the same addresses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import PlainTextResponse, StreamingResponse
from pydantic import Field

from api import answers, ballot_files, pages, signed
from api.answers import SPELT, Count, Number, Start
from api.doors.asker import who
from api.doors.kept import keep_from
from api.doors.turns import in_turn
from api.exports import Exports
from api.rulebook import pages as rule_pages
from api.views import PAGE, Listing, One, Side, Whole, by_letter, places, view_of, views
from api.views.community import newest
from engine.community import Community
from engine.features.polls.state import PollId
from engine.limits import INTEGER_MAX
from engine.log.codec import form
from engine.refusals import refuse

router = APIRouter()
PollName = Annotated[str, Path(json_schema_extra={"pattern": form(PollId).schema["pattern"]})]
Format = Annotated[str, Query(description="How they are written.", json_schema_extra={"enum": list(ballot_files.FORMATS)})]
Names = Annotated[str, Query(description="What options are called.", json_schema_extra={"enum": ["labels", "numbers"]})]
BY_HAND = ("log", "event")
"""Views whose addresses are asked otherwise than all others."""


class JsonLines(StreamingResponse):
    media_type = "application/jsonl"


def community_of(request: Request) -> Community:
    community: Community = request.app.state.community
    return community


def _answer(request: Request, page: str, look: Callable[[], Any]) -> Response:
    """What a look gives, as a page or as JSON."""
    keep_from(request)  # it follows from the log alone
    shown = look()
    return pages.render(request, page, shown) if pages.wanted(request) else answers.JsonAnswer(shown)


def _whole(page: str) -> Callable[[Request], Response]:
    def handle(request: Request) -> Response:
        return _answer(request, page, lambda: view_of(community_of(request), page))

    return handle


def _list(page: str) -> Callable[[Request, int, int], Response]:
    def handle(request: Request, start: Start = 0, count: Count = PAGE) -> Response:
        return _answer(request, page, lambda: view_of(community_of(request), page, start, count))

    return handle


def _thing(letter: str, page: str) -> Callable[[Request, str, int, int], Response]:
    def handle(request: Request, thing: str, start: Start = 0, count: Count = PAGE) -> Response:
        _check_fits(letter, page, thing)
        return _answer(request, page, lambda: view_of(community_of(request), thing, start, count))

    handle.__annotations__["thing"] = _id_of(letter)
    return handle


def _side(letter: str, page: str, word: str) -> Callable[[Request, str], Response]:
    def handle(request: Request, thing: str) -> Response:
        _check_fits(letter, by_letter()[letter].page, thing)
        return _answer(request, page, lambda: view_of(community_of(request), f"{thing}/{word}"))

    handle.__annotations__["thing"] = _id_of(letter)
    return handle


def _id_of(letter: str) -> Any:
    """An id in an address: the pattern is said, and what does not fit it is answered with a 404."""
    return Annotated[str, Path(json_schema_extra={"pattern": form(places()[letter][0]).schema["pattern"]})]


def _check_fits(letter: str, page: str, thing: str) -> None:
    if not places()[letter][0].fits(thing):
        raise refuse(
            "thing_unknown", "{page} {thing}", "does not exist here", "look at the list of {page}s", page=page, thing=thing[:40],
        )  # fmt: skip


def _add_views() -> None:
    """An address for everything that can be looked at: what has no view of its own is shown by the events about it."""
    for page, whole in views(Whole).items():
        path = "/" if page == "home" else f"/{page}"
        router.add_api_route(
            path, in_turn(_whole(page)), methods=["GET"], name=page, response_model=None, summary=whole.about, responses=answers.to_a_look()
        )
    for page, listing in views(Listing).items():
        if page not in BY_HAND:
            router.add_api_route(
                f"/{page}", in_turn(_list(page)), methods=["GET"], name=page, response_model=None, summary=listing.about,
                responses=answers.to_a_look(422),
            )  # fmt: skip
    shown = {view.kind.letter: view for view in views(One).values() if view.page not in BY_HAND}
    for letter, (kind, resource) in places().items():
        page = shown[letter].page if letter in shown else "thing"
        about = shown[letter].about if letter in shown else f"The events about one {kind.__name__.removesuffix('Id').lower()}."
        router.add_api_route(
            f"{resource}/{{thing}}", in_turn(_thing(letter, page)), methods=["GET"], name=f"one {letter}", response_model=None, summary=about,
            responses=answers.to_a_look(404, 422),
        )  # fmt: skip
    for side in views(Side).values():
        resource = places()[side.kind.letter][1]
        router.add_api_route(
            f"{resource}/{{thing}}/{side.word}", in_turn(_side(side.kind.letter, side.page, side.word)), methods=["GET"],
            name=f"{side.word} of one {side.kind.letter}", response_model=None, summary=side.about, responses=answers.to_a_look(404, 409, 422),
        )  # fmt: skip


_add_views()


@router.get("/log", response_model=None, responses=answers.to_a_look(422))
@in_turn
def log(request: Request, start: Start | None = None, count: Count = PAGE) -> Response:
    """Events from number `start`, oldest first, with the signed head; a browser that names no number sees the newest."""

    def look() -> Any:
        first = newest(community_of(request), count) if start is None and pages.wanted(request) else start or 0
        return view_of(community_of(request), "log", first, count)

    return _answer(request, "log", look)


@router.get("/log/{seq}", response_model=None, responses=answers.to_a_look(404, 422))
@in_turn
def event(request: Request, seq: Number) -> Response:
    """One event, what of it may be read, and its proof."""
    return _answer(request, "event", lambda: view_of(community_of(request), str(seq)))


@router.get("/log/{seq}/receipt.json", response_model=None, responses=answers.to_a_look(404, 422))
@in_turn
def receipt(request: Request, seq: Number) -> Response:
    """One event with its proof, to keep: `folkmoot verify FILE --key KEY`."""
    return answers.JsonAnswer(view_of(community_of(request), str(seq)))


@router.get("/log/{seq}/proof", response_class=PlainTextResponse, responses=answers.to_a_file("text/plain", 404, 422))
@in_turn
def proof(request: Request, seq: Number) -> Response:
    """A `.tlog-proof`: that this event stands in the log under a signed head."""
    return PlainTextResponse(community_of(request).prove(seq))


@router.get("/checkpoint", response_class=PlainTextResponse, responses=answers.to_a_file("text/plain"))
@in_turn
def checkpoint(request: Request) -> Response:
    """The newest signed head of the log (C2SP tlog-checkpoint)."""
    return PlainTextResponse(community_of(request).checkpoint())


@router.get("/log.jsonl", response_class=JsonLines, responses=answers.to_a_file("application/jsonl"))
def whole_log(request: Request) -> Response:
    """The whole public log, complete for a recount: `folkmoot verify log.jsonl`."""
    exports: Exports = request.app.state.exports
    return JsonLines(exports.pieces(community_of(request)))


@router.get("/polls/{poll}/ballots", response_model=None, responses=answers.to_files(ballot_files.MEDIA_TYPES, 404, 409, 413, 422))
@in_turn
def ballots(request: Request, poll: PollName, format: Format = "txt", names: Names = "labels") -> Response:  # noqa: A002 - as it is asked
    """The ballots of a closed poll as a file, anonymous but for what the log itself shows: `folkmoot tally FILE` counts them again."""
    if names not in ("labels", "numbers"):
        raise refuse("field_wrong", "names", "is {value!r}", "give labels or numbers", value=names[:20])
    file = ballot_files.file_of(community_of(request), poll, format, names == "numbers")
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.text.encode(), media_type=f"{file.media_type}; charset=utf-8", headers=headers)


@router.get(
    "/polls/{poll}/ballots/typed-data", response_model=None, responses=answers.to_typed_data(401, 404, 409, 422),
    openapi_extra={"security": [{"session": []}]},
)  # fmt: skip
@in_turn
def typed_ballot(
    request: Request,
    poll: PollName,
    choice: Annotated[str, Query(description="The choice; where ballots are sealed, its commitment.")] = "",
    nonce: Annotated[int | None, Field(ge=0, le=INTEGER_MAX), SPELT, Query(description="Higher than of your last ballot in it.")] = None,
    deadline: Annotated[int | None, Field(ge=0, le=INTEGER_MAX), SPELT, Query(description="In seconds since 1970.")] = None,
) -> Response:
    """What `eth_signTypedData_v4` takes to sign a ballot with your key."""
    member = who(request)
    if member is None:
        raise refuse("not_signed_in", "you", "are not signed in", "open the sign-in link")
    with community_of(request).reading() as state:
        return answers.JsonAnswer(signed.typed_ballot(state, poll, member, choice, nonce, deadline))


@router.get("/rules", response_model=None, responses=answers.to_a_look())
@in_turn
def rules(request: Request) -> Response:
    """Every rule this copy knows."""
    return _answer(request, "rules", rule_pages)


@router.get("/rules/{name}", response_model=None, responses=answers.to_a_look(404))
@in_turn
def rule(request: Request, name: str) -> Response:
    """One rule: its page, parameters and promises."""
    return _answer(request, "rules", lambda: rule_pages(name))
