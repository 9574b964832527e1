"""What the doors answer, as the OpenAPI document says it: nothing else comes, and what is refused is refused by these."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any

import orjson
from fastapi import FastAPI, Path, Query
from fastapi.responses import JSONResponse
from pydantic import BeforeValidator, Field

from api.views import PAGE, PAGE_MAX
from engine.limits import INTEGER_MAX, KEY_TEXT_MAX
from engine.refusals import FAMILIES

Json = dict[str, Any]
Answers = dict[int | str, Json]


class JsonAnswer(JSONResponse):
    """JSON for a program: of what views show, texts, whole numbers, lists and tables, the bytes of the standard library, some ten times
    as fast. What orjson does not take is left to that: a whole number beyond 64 bits, which it writes; an object, which it refuses."""

    def render(self, content: Any) -> bytes:
        try:
            return orjson.dumps(content, option=orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME)
        except TypeError:
            return super().render(content)


def digits(value: object) -> object:
    """A number as it stands in an address, spelt the one way there is: not `+1.0`, nor ` 1`, nor `007`."""
    if isinstance(value, str) and not DIGITS.fullmatch(value):
        raise ValueError
    return value


DIGITS = re.compile("0|[1-9][0-9]{0,15}")
SPELT = BeforeValidator(digits)
Number = Annotated[int, Field(ge=0, le=INTEGER_MAX), SPELT, Path()]
Start = Annotated[int, Field(ge=0, le=INTEGER_MAX), SPELT, Query(description="The number in the list that comes first.")]
Count = Annotated[int, Field(ge=0, le=PAGE_MAX), SPELT, Query(description=f"How many at most; {PAGE} unless said.")]

PAGE_OF_TEXT = {"text/html": {"schema": {"type": "string"}}}
"""What a browser is given, at the same address."""
TEXT = {"type": "string"}
REFUSAL = {
    "type": "object",
    "properties": {
        "code": {"type": "string", "pattern": "^[a-z_]+$", "description": "stable: programs and translations rely on it"},
        "thing": {**TEXT, "description": "what it is about"},
        "fact": {**TEXT, "description": "what is in the way"},
        "way_out": {**TEXT, "description": "what to do next"},
    },
    "required": ["code", "thing", "fact", "way_out"],
    "additionalProperties": False,
}
RECEIPT = {
    "type": "object",
    "properties": {
        "seq": {"type": "integer", "minimum": 0, "description": "the first event recorded"},
        "count": {"type": "integer", "minimum": 1, "description": "how many events"},
        "at": {"type": "integer", "minimum": 0, "description": "when, in milliseconds since 1970"},
        "leaf": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "the leaf hash of the first event"},
        "proof": {"type": "string", "pattern": "^/log/[0-9]+/proof$", "description": "where its proof is"},
        "erasure_pending": {"const": True, "description": "what it erased may still lie in a file somebody reads"},
    },
    "required": ["seq", "count", "at", "leaf", "proof"],
    "additionalProperties": False,
}
MADE = {"id": {"type": "string", "pattern": "^[a-z][0-9]+$", "description": "what it made: a member, an idea, a poll"}}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key does the same command once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_TEXT_MAX, "pattern": "^[!-~]([ -~]*[!-~])?$"},
}
SAID = {status: meaning for status, meaning in FAMILIES.values() if status != 422} | {
    413: "The request is too large.",
    415: "The request does not say that it is JSON or a form, or it is something else.",
    422: "What was asked cannot be read, or is out of bounds: mend it and ask again.",
}
COMMON = (503,)
"""What may be said to anybody: the fault is not in what was asked."""


def refused(*statuses: int) -> Answers:
    """A no, for a program or for a person."""
    how = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}, **PAGE_OF_TEXT}
    return {status: {"description": SAID[status], "content": how} for status in sorted({*statuses, *COMMON})}


def to_a_look(*statuses: int) -> Answers:
    """What somebody is given who looks at something: JSON for her program, a page for her browser."""
    shown = {"description": "What is there.", "content": {"application/json": {"schema": {}}, **PAGE_OF_TEXT}}
    return {200: shown, **refused(*statuses)}


def to_a_file(media_type: str, *statuses: int) -> Answers:
    """The same of something that is text, for whoever asks."""
    return {200: {"description": "What is there.", "content": {media_type: {"schema": TEXT}}}, **refused(*statuses)}


def to_files(media_types: Iterable[str], *statuses: int) -> Answers:
    """The same where it is text of one kind or another."""
    return {200: {"description": "What is there.", "content": {each: {"schema": TEXT} for each in media_types}}, **refused(*statuses)}


def to_json(*statuses: int) -> Answers:
    """What a program is given, and a browser likewise: a document whose shape a standard says."""
    return {200: {"description": "What is there.", "content": {"application/json": {"schema": {"type": "object"}}}}, **refused(*statuses)}


def to_typed_data(*statuses: int) -> Answers:
    """What a wallet is given to sign (EIP-712)."""
    schema = {"type": "object", "required": ["types", "primaryType", "domain", "message"]}
    return {200: {"description": "What to sign.", "content": {"application/json": {"schema": schema}}}, **refused(*statuses)}


def to_a_sign_in() -> Answers:
    """Who is signed in, for a program; a browser is sent on."""
    schema = {"type": "object", "properties": {"member": {"type": "string"}}, "required": ["member"]}
    return {
        200: {"description": "Signed in.", "content": {"application/json": {"schema": schema}}},
        303: {"description": "Signed in by a form: look there.", "content": {}},
        **refused(401, 403, 413, 415, 422),
    }


def to_a_command(makes: bool) -> Answers:
    """A receipt, or a no; after a form of ours the browser is sent on."""
    receipt = {"$ref": f"#/components/schemas/{'ReceiptOfMade' if makes else 'Receipt'}"}
    return {
        201: {"description": "Recorded.", "content": {"application/json": {"schema": receipt}}},
        303: {"description": "Recorded, and asked by a form: look there.", "content": {}},
        **refused(401, 403, 404, 409, 413, 415, 422),
    }


def document(app: FastAPI, cookie_name: str) -> Callable[[], Json]:
    """Gives the OpenAPI document, with the name the session's cookie has here."""

    def made() -> Json:
        said = FastAPI.openapi(app)
        parts = said["components"]
        parts["securitySchemes"]["session"]["name"] = cookie_name
        of_made = {**RECEIPT, "properties": {**RECEIPT["properties"], **MADE}, "required": [*RECEIPT["required"], "id"]}  # type: ignore[dict-item, misc]
        parts["schemas"] = {"Refusal": REFUSAL, "Receipt": RECEIPT, "ReceiptOfMade": of_made}
        return said

    return made
