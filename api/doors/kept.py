"""Answers kept while the log stands as it did.

What a program is given follows from the log and the address, whoever asks; a page besides from who looks at it, and what is kept for
one member is given to her alone, for as long as her session lasts. An answer may be given again until an event is added, by any
process, and for no longer than `KEPT_MS`: some pages say what time it is by. A handler says so before it makes an answer
(`keep_from(request)`); nothing is kept of what does not say so, and nothing that was erased, since an erasure is an event. Those who
ask for the same while it is being made wait for it.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from fastapi import Request
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import clock
from api.doors.session import Sessions
from engine.community import Community
from engine.refusals import Refusal

KEPT_MS = 1_000
ANSWER_BYTES_MAX, ALL_BYTES_MAX = 256_000, 16_000_000
"""A longer answer is not kept, and when more would be kept all are let go."""
KEY_BYTES_MAX = 300
"""Longer addresses are nobody's usual ones, and would fill the memory by themselves."""
ENTRY_BYTES = 1_500
"""What the objects around an answer take: some 1,150 were measured on Python 3.11, with the headers we send."""

Key = tuple[str, bytes, str]
"""A path, what is asked of it, and for whom: a member's page, a `STRANGER`'s, or what any `PROGRAM` is given."""
PROGRAM, STRANGER = "program", "stranger"
"""No member is called that."""


class Answer(NamedTuple):
    """A whole answer, and when it was given."""

    headers: list[tuple[bytes, bytes]]
    body: bytes
    at: int


class Began(NamedTuple):
    """How many events there were when an answer was begun, and when that was."""

    size: int
    at: int


class _Making:
    """An answer that is being made; `began`, once its handler has said that it may be kept."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self.began: Began | None = None

    def begin(self) -> None:
        size = self._kept.size()
        try:
            self.began = None if size is None else Began(size, clock.now())
        except Refusal:
            self.began = None


def keep_from(request: Request) -> None:
    """Say that the answer which is now begun follows from the log as it stands, the address, and who looks."""
    making: _Making | None = getattr(request.state, "making", None)
    if making is not None:
        making.begin()


class Kept:
    """Gives kept answers from the event loop, where the others take a thread and the community's lock."""

    def __init__(self, app: ASGIApp, community: Community, sessions: Sessions) -> None:
        self._app, self._community, self._sessions = app, community, sessions
        self._answers: dict[Key, Answer] = {}
        self._size = self._bytes = 0
        self._making: dict[Key, asyncio.Event] = {}
        """Answers that are being made, and what is set when they are."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = self._key(scope)
        if key is None:
            await self._app(scope, receive, send)
            return
        answer = self._kept(key)
        if answer is None and key in self._making:
            await self._making[key].wait()
            answer = self._kept(key)
        if answer is not None:
            await send({"type": "http.response.start", "status": 200, "headers": list(answer.headers)})
            await send({"type": "http.response.body", "body": answer.body})
            return
        await self._make(key, scope, receive, send)

    async def _make(self, key: Key, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the answer made, listen, and keep it where it says that it may be."""
        said: list[Message] = []
        done, making = asyncio.Event(), _Making(self)
        self._making.setdefault(key, done)
        scope.setdefault("state", {})["making"] = making

        async def listened(message: Message) -> None:
            if len(said) < 3:
                said.append(dict(message))
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                # Whoever wrote meanwhile may or may not have been seen by this answer; a session may have ended.
                if making.began is not None and self._size_now() == making.began.size and self._key(scope) == key:
                    self._keep(key, said, making.began.at)
                done.set()  # before it is sent: how long that takes is up to whoever reads it
            await send(message)

        try:
            await self._app(scope, receive, listened)
        finally:
            done.set()
            if self._making.get(key) is done:
                del self._making[key]

    def _kept(self, key: Key) -> Answer | None:
        """The answer, if there is one that still holds."""
        size, answer = self._size_now(), self._answers.get(key)
        if answer is None or size is None:
            return None
        try:
            return answer if 0 <= clock.now() - answer.at < KEPT_MS else None
        except Refusal:
            return None

    def _key(self, scope: Scope) -> Key | None:
        """What an answer depends on; None where it may depend on more."""
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        accepted, cookies = [], False
        for name, value in scope["headers"]:
            if name == b"range":
                return None
            if name == b"cookie":
                cookies = True
            elif name == b"accept":
                accepted.append(value)
        if len(accepted) > 1 or len(scope["path"]) + len(scope["query_string"]) > KEY_BYTES_MAX:
            return None
        page = b"text/html" in b"".join(accepted)
        try:
            looking = PROGRAM if not page else self._looking(scope) if cookies else STRANGER
        except Refusal:  # no clock says whether a session has ended
            return None
        return scope["path"], scope["query_string"], looking

    def _looking(self, scope: Scope) -> str:
        """Who looks: the member whose session the cookie is, read as the handlers read it; an ended one is nobody's from then on."""
        cookie = HTTPConnection(scope).cookies.get(self._sessions.cookie_name)
        return self._sessions.member(cookie, clock.now()) or STRANGER

    def size(self) -> int | None:
        """How many events there are; None while that cannot be read."""
        try:
            return self._community.store.size()
        except Exception:  # noqa: BLE001 - whatever is wrong, the handlers say it better
            return None

    def _size_now(self) -> int | None:
        """The same; what was kept under fewer is let go."""
        size = self.size()
        if size is not None and size != self._size:
            self._let_go()
            self._size = size
        return size

    def _keep(self, key: Key, said: list[Message], at: int) -> None:
        whole = len(said) == 2 and said[0].get("status") == 200 and not said[1].get("more_body", False)
        if not whole or len(said[1].get("body", b"")) > ANSWER_BYTES_MAX or any(name == b"set-cookie" for name, _ in said[0]["headers"]):
            return
        answer = Answer(list(said[0]["headers"]), said[1]["body"], at)
        old = self._answers.pop(key, None)
        self._bytes += _weight(key, answer) - (_weight(key, old) if old else 0)
        if self._bytes > ALL_BYTES_MAX:
            self._let_go()
            self._bytes = _weight(key, answer)
        self._answers[key] = answer

    def _let_go(self) -> None:
        self._answers.clear()
        self._bytes = 0


def _weight(key: Key, answer: Answer) -> int:
    """About how many bytes a kept answer takes, with what it is found by and the objects around it."""
    return ENTRY_BYTES + 2 * len(key[0]) + len(key[1]) + sum(len(name) + len(value) for name, value in answer.headers) + len(answer.body)
