"""Whatever the OpenAPI document allows is asked, and what it forbids: no answer is a fault of ours, and none comes unannounced.

A bounded part, always the same, runs with the tests; `make fuzz` asks ten thousand times (`FOLKMOOT_FUZZ` says how often).
"""

from __future__ import annotations

import os
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from api.app import build
from api.doors.session import COOKIE, Sessions
from engine.features.ideas.comment import CommentIdea
from tests.api.conftest import HTML, at_its_clock
from tests.moot import Moot

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed: pip install -e '.[test]'")

from schemathesis import GenerationMode  # noqa: E402
from schemathesis.checks import not_a_server_error  # noqa: E402
from schemathesis.core.parameters import ParameterLocation  # noqa: E402
from schemathesis.specs.openapi.checks import (  # noqa: E402
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

ASKED = int(os.environ.get("FOLKMOOT_FUZZ", "1200"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
    ignored_auth,
]


@pytest.fixture(scope="module")
def asked():
    """Every operation, and the ids of things that exist: else nearly all that is asked is unknown."""
    with pytest.MonkeyPatch.context() as patch:
        moot = at_its_clock(Moot(members=4).funded(), patch)
        idea, poll = moot.idea("m2", supports=5, cost=5_000), moot.poll()
        moot.do("m3", CommentIdea(idea, "and a roof"))
        moot.vote(poll, "1>2", "2")
        sessions = Sessions(bytes(32))
        schema = schemathesis.openapi.from_asgi("/openapi.json", build(moot.community, sessions, ("testserver", "localhost")))
        operations = [operation.ok() for operation in schema.get_all_operations()]
        there = {"idea": idea, "poll": poll, "member": "m3", "round": "r9", "seq": int(idea[1:]), "reward": "quarterly", "name": "borda"}
        yield moot, sessions, operations, there


def excluded(case):
    """A wrong cookie is replaced by a right one: what is wrong only with it is not refused."""
    wrong = {place for place, part in case.meta.components.items() if part.mode is GenerationMode.NEGATIVE}
    return [negative_data_rejection] if wrong == {ParameterLocation.COOKIE} else []


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["allowed", "forbidden"])
@pytest.mark.parametrize("member", ["m1", None], ids=["with a session", "without"])
def test_nothing_that_is_asked_is_answered_unannounced(asked, member, mode):
    moot, sessions, operations, there = asked
    each = max(1, ASKED // 4 // len(operations))
    for operation in operations:
        names = [parameter.name for parameter in operation.path_parameters]
        known = {
            name: there.get(name)
            or there.get({"/ideas": "idea", "/polls": "poll", "/members": "member"}.get(operation.path.rpartition("/")[0], ""))
            for name in names
        }
        cases = [operation.as_strategy(generation_mode=mode)]
        if mode is GenerationMode.POSITIVE and names and all(value is not None for value in known.values()):
            cases.append(operation.as_strategy(generation_mode=mode, path_parameters=known))

        @settings(
            max_examples=each,
            deadline=None,
            database=None,
            derandomize="FOLKMOOT_FUZZ" not in os.environ,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=st.one_of(cases), browser=st.booleans())
        def ask(case, browser):
            cookies = {} if member is None else {COOKIE: sessions.cookie(member, moot.now)}
            case.call_and_validate(
                checks=CHECKS, cookies=cookies, headers=HTML if browser else {}, excluded_checks=excluded(case) if member else []
            )

        with suppress(Unsatisfiable):  # an address without parameters cannot be asked wrongly
            ask()
