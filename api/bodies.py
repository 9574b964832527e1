"""What comes with a request: JSON or a form, as its Content-Type says, refused as soon as it is too large or too slow.

A page of another site may send a form or plain text to any address without asking first, but never JSON. So what a
body is must be said: nothing is taken for JSON that is not called so.

>>> media_type(["application/json; charset=UTF-8"]), media_type([])
('application/json', None)
>>> media_type(["text/plain"])
Traceback (most recent call last):
engine.refusals.Refusal: media_type_wrong: the request is sent as 'text/plain'; send JSON as application/json, or a form as application/x-www-form-urlencoded
"""

from __future__ import annotations

import asyncio
import re
from typing import NamedTuple
from urllib.parse import parse_qs

from fastapi import Request
from starlette.requests import ClientDisconnect

from engine.limits import REQUEST_BYTES_MAX
from engine.refusals import Refusal, refuse

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
FORM_FIELDS_MAX = 1_000
"""A mark for each of 256 options, and some more."""
BODY_SECONDS = 20
"""A body that has not come by then does not come any more."""
WAY_OUT = f"send JSON as {JSON}, or a form as {FORM}"
_CHARSET = re.compile(r';\s*charset\s*=\s*"?([^";\s]*)', re.IGNORECASE)


class Body(NamedTuple):
    """The bytes that came, and whether they are a form; else they are JSON, or nothing at all."""

    data: bytes
    is_form: bool


async def read(request: Request) -> Body:
    """The body of a request. Whoever is refused here has the connection closed: see `api.doors.threshold`."""
    kind = media_type(request.headers.getlist("content-type"))
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > REQUEST_BYTES_MAX:
        raise _too_large()
    data = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                data += part
                if len(data) > REQUEST_BYTES_MAX:
                    raise _too_large()
                if data and kind is None:
                    raise refuse("media_type_wrong", "the request", "does not say what its body is", WAY_OUT)
    except TimeoutError:
        raise refuse(
            "too_slow", "the request", "took more than {seconds} seconds to arrive", "send it in one go", seconds=BODY_SECONDS
        ) from None
    except ClientDisconnect:  # nobody hears this; but it is no fault of ours to be written down
        raise refuse("too_slow", "the request", "ended before its body did", "send it again") from None
    return Body(bytes(data), kind == FORM)


def form_fields(data: bytes) -> dict[str, list[str]]:
    """The fields of a form, each with all that was given for it.

    >>> form_fields(b"option=1&option=2&note=")
    {'option': ['1', '2'], 'note': ['']}
    """
    if data[:1] == b"{":
        raise refuse("json_malformed", "the request", "says it is a form and holds JSON", "send Content-Type: application/json")
    if data.count(b"&") >= FORM_FIELDS_MAX:
        raise refuse("too_large", "the form", "has more than {most} fields", "send fewer", most=FORM_FIELDS_MAX)
    return parse_qs(data.decode("utf-8", "replace"), keep_blank_values=True)


def media_type(said: list[str]) -> str | None:
    """What a body is by its Content-Type headers; None where there is none."""
    if not said:
        return None
    kind, charset = said[0].partition(";")[0].strip().lower(), _CHARSET.search(said[0])
    if len(said) > 1 or kind not in (JSON, FORM):
        raise refuse("media_type_wrong", "the request", "is sent as {kind!r}", WAY_OUT, kind=", ".join(said)[:80])
    if charset is not None and charset[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        raise refuse("media_type_wrong", "the request", "is written in {charset!r}", "write it in UTF-8", charset=charset[1][:40])
    return kind


def _too_large() -> Refusal:
    return refuse("too_large", "the request", "has more than {most} bytes", "send less", most=REQUEST_BYTES_MAX)
