"""A community behind its doors, at a clock of its own."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from api.app import build
from api.doors.session import COOKIE, Sessions
from tests.moot import Moot

HTML = {"accept": "text/html"}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def moot_text(request):
    """The charter the community is founded with, where a test asks for its own."""
    return getattr(request, "param", "")


@pytest.fixture
def moot(monkeypatch, moot_text):
    return at_its_clock(Moot(members=4, text=moot_text), monkeypatch)


def at_its_clock(moot: Moot, monkeypatch) -> Moot:
    """The same community, whose doors read its clock."""
    monkeypatch.setattr("api.clock.now", lambda: moot.now)
    return moot


@pytest.fixture
def sessions():
    return Sessions(bytes(32))


@pytest.fixture
def client(moot, sessions):
    return TestClient(build(moot.community, sessions, ("testserver",)), follow_redirects=False)


def as_member(client: TestClient, sessions: Sessions, member: str, moot: Moot) -> TestClient:
    client.cookies.set(COOKIE, sessions.cookie(member, moot.now))
    return client
