"""What every request and every answer passes: headers no answer lacks, the scheme people use, and an end to bodies nobody reads.

This is plain ASGI because Starlette's own kind of middleware costs each request a task and a queue.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}
"""For a year the browser asks this name by HTTPS only."""
NO_HEAD = ("/session", "/log.jsonl")
"""A sign-in link is not spent by a look at it, and a whole log is not written out to be thrown away."""
CLOSE = (b"connection", b"close")

Pairs = list[tuple[bytes, bytes]]


def headers_for(behind_https: bool) -> dict[str, str]:
    """The headers of every answer that does not set them itself."""
    return HEADERS | (HTTPS_ONLY if behind_https else {})


class Threshold:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, behind_https: bool = False) -> None:
        self._app, self._https = app, behind_https
        self._headers: Pairs = [(name.lower().encode(), value.encode()) for name, value in headers_for(behind_https).items()]
        self._static: Pairs = [(name, b"no-cache" if name == b"cache-control" else value) for name, value in self._headers]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path, unread = scope["path"], _has_body(scope["headers"])
        # A style sheet may be kept, so long as the browser asks whether it is still the same.
        headers = self._static if path.startswith("/static/") else self._headers
        head = scope["method"] == "HEAD" and path not in NO_HEAD
        # Asked like a GET; the server, which knows better, keeps the body of the answer to itself.
        if head or self._https:
            scope = {**scope, "method": "GET" if head else scope["method"], "scheme": "https" if self._https else scope["scheme"]}

        async def heard() -> Message:
            nonlocal unread
            message = await receive()
            unread = unread and message["type"] == "http.request" and message.get("more_body", False)
            return message

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                names = {name for name, _ in given}
                given += [pair for pair in headers if pair[0] not in names]
                # What is left of a body that was refused would be read to its end, and it need not have one.
                message["headers"] = [*given, CLOSE] if unread else given
            await send(message)

        await self._app(scope, heard if unread else receive, answer)


def _has_body(headers: Pairs) -> bool:
    return any(name == b"transfer-encoding" or (name == b"content-length" and value != b"0") for name, value in headers)
