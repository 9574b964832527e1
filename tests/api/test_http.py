"""For programs: every command at its path, and what is refused and how."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient

from api import views
from api.app import build
from api.clockwork import do_due
from api.doors.session import COOKIE
from api.views import community as community_views
from engine import catalogue
from engine.event import commands
from engine.features.ideas.submit import SubmitIdea
from engine.features.polls.state import Polls
from engine.kernel import charter
from engine.kernel.found import FoundCommunity
from engine.log.checkpoint import read_proof
from engine.refusals import CORE_CODES, Code, Refusal
from tests.api.conftest import FORM, HTML, as_member
from tests.moot import KEY, Moot

CODES = {*CORE_CODES, *catalogue.declared(Code)}


def test_a_ballot_walks_from_json_to_a_receipt_that_proves_it(client, moot, sessions):
    poll = moot.poll()
    answer = as_member(client, sessions, "m2", moot).post(f"/polls/{poll}/ballots", json={"choice": "2 > 1"})
    assert answer.status_code == 201
    receipt = answer.json()
    proof = client.get(receipt["proof"]).text
    assert read_proof(proof, bytes.fromhex(receipt["leaf"]), KEY.verifier)[0] == receipt["seq"]
    assert moot.of(Polls)[poll].ballots.cast == 1


def test_every_command_has_its_path_in_the_openapi_document(client):
    document = client.get("/openapi.json").json()
    for kind in commands():
        if kind is FoundCommunity:
            continue
        operation = document["paths"][kind.resource]["post"]
        assert operation["operationId"] == kind.__name__
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        named = {parameter["name"] for parameter in operation["parameters"]} | set(schema["properties"])
        assert named - {"Idempotency-Key"} == set(kind.__dataclass_fields__)


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/ideas", b"{", 422, "json_malformed"),
        ("/ideas", b"[]", 422, "json_malformed"),
        ("/ideas", b'{"title":"a","title":"b","text":"c"}', 422, "json_malformed"),
        ("/ideas", b'{"title":"a"}', 422, "field_missing"),
        ("/ideas", b'{"title":"a","text":"b","colour":"red"}', 422, "field_unknown"),
        ("/ideas", b'{"title":1,"text":"b"}', 422, "field_wrong"),
        ("/ideas", b'{"title":"a","text":"b","cost":1e400}', 422, "json_malformed"),
        ("/ideas", b'{"title":"a","text":"b","cost":"99999999999999999999999999999999999"}', 422, "field_wrong"),
        ("/ideas", json.dumps({"title": "a" * 201, "text": "b"}).encode(), 422, "text_too_long"),
        ("/ideas", b'{"title":"a\\u0000","text":"b"}', 422, "text_unclean"),
        ("/ideas", b'{"title":"\\ud800","text":"b"}', 422, "json_malformed"),
        ("/ideas", b'{"title":"a","text":"b","\\ud800":1}', 422, "json_malformed"),
        ("/ideas", b"\xff\xfe", 422, "json_malformed"),
        ("/ideas", b"[" * 100_000, 422, "json_malformed"),
        ("/ideas", b'{"title":"' + b"a" * 1_000_001 + b'"}', 413, "too_large"),
        ("/ideas/i99/comments", b'{"text":"b"}', 404, "idea_unknown"),
        ("/ideas/i4/comments", b'{"text":"b","idea":"i5"}', 422, "field_unknown"),
        ("/polls/p99/ballots", b'{"choice":"1"}', 404, "poll_unknown"),
        ("/polls/nonsense/ballots", b'{"choice":"1"}', 422, "field_wrong"),
        ("/polls", b'{"decision":"ranking","question":"?"}', 403, "not_allowed"),
        ("/log/x/erasures", b'{"field":"title","reason":"x"}', 422, "field_wrong"),
        ("/nothing", b"{}", 404, "thing_unknown"),
    ],
)
def test_bad_input_gets_its_code_and_leaves_no_trace(client, moot, sessions, path, body, status, code):
    before = moot.log()
    answer = as_member(client, sessions, "m2", moot).post(path, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert set(answer.json()) == {"code", "thing", "fact", "way_out"} and code in CODES
    assert moot.log() == before


def test_a_closed_poll_takes_no_ballot(client, moot, sessions):
    poll = moot.poll()
    moot.wait(8 * 24 * 60)
    answer = as_member(client, sessions, "m2", moot).post(f"/polls/{poll}/ballots", json={"choice": "1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "poll_closed")
    assert do_due(moot.community, moot.now) == 1
    assert client.get(f"/polls/{poll}").json()["status"] == "no_ballots"


def test_the_clockwork_survives_a_store_that_fails(monkeypatch, moot, sessions):
    import time

    calls = []

    def failing(community, at, already_logged):
        calls.append(at)
        if len(calls) < 3:
            raise OSError("the disk is away")

    monkeypatch.setattr("api.clockwork.tend", failing)
    monkeypatch.setattr("api.clockwork.SECONDS", 0.01)
    with TestClient(build(moot.community, sessions, ("testserver",))):
        until = time.monotonic() + 5
        while len(calls) < 4 and time.monotonic() < until:
            time.sleep(0.01)
    assert len(calls) >= 4


def test_the_same_idempotency_key_does_it_once(client, sessions, moot):
    as_member(client, sessions, "m2", moot)
    answers = [client.post("/ideas", json={"title": "a", "text": "b"}, headers={"idempotency-key": "k"}).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize(
    "path",
    [
        "/ideas/i99",
        "/polls/p99",
        "/members/m99",
        "/log/999",
        "/log/999/proof",
        "/ideas/p1",
        "/members/members",
        "/ideas/ideas",
        "/polls/polls",
        "/rules/nothing",
        "/log/99999999999999999999",
    ],
)
def test_what_does_not_exist_is_a_404_with_a_code(client, path):
    answer = client.get(path)
    assert answer.status_code in (404, 422) and answer.json()["code"] in CODES


def test_options_a_decision_does_not_ask_about_are_refused_not_dropped(client, moot, sessions):
    moot.idea("m2", supports=5)
    moot.idea("m3", supports=5)
    client.cookies.set(COOKIE, sessions.cookie("m1", moot.now))
    answer = client.post("/polls", data={"decision": "monthly", "question": "Q", "options": "a\nb"})
    assert (answer.status_code, answer.json()["code"]) == (422, "poll_not_ready")


def test_json_sent_as_a_form_is_refused_by_name(client, moot, sessions):
    as_member(client, sessions, "m2", moot)
    said = client.post(f"/polls/{moot.poll('ranking')}/ballots", content=b'{"choice": "1"}', headers={"content-type": FORM})
    assert said.json()["code"] == "json_malformed" and "Content-Type" in said.json()["way_out"]


def test_another_method_is_a_405_that_names_the_right_one(client):
    said = client.delete("/polls")
    assert (said.status_code, said.json()["code"], bool(said.headers["allow"])) == (405, "method_wrong", True)


def test_the_openapi_document_says_how_to_sign_in(client):
    document = client.get("/openapi.json").json()
    assert document["components"]["securitySchemes"]["session"]["in"] == "cookie"
    assert all(path["post"]["security"] for path in document["paths"].values() if "post" in path)


def test_the_openapi_document_says_what_is_enforced(client):
    """`tests/api/test_schema.py` asks by it; these are what people look up."""
    document = client.get("/openapi.json").json()
    look, write = document["paths"]["/ideas/{thing}"]["get"], document["paths"]["/polls/{poll}/ballots"]["post"]
    bounds = {parameter["name"]: parameter["schema"] for parameter in look["parameters"]}
    assert bounds["thing"]["pattern"] == "^i(0|[1-9][0-9]{0,15})$"
    assert (bounds["count"]["maximum"], bounds["start"]["minimum"]) == (1_000, 0)
    assert set(look["responses"]) == {"200", "404", "422", "503"}
    assert set(look["responses"]["404"]["content"]) == {"application/json", "text/html"}
    assert {"401", "403", "404", "409", "413", "415", "422", "503"} < set(write["responses"])
    assert write["security"] == [{"session": []}] and {} in document["paths"]["/members"]["post"]["security"]
    assert document["paths"]["/log.jsonl"]["get"]["responses"]["200"]["content"].keys() == {"application/jsonl"}
    assert set(document["components"]["schemas"]) == {"Refusal", "Receipt", "ReceiptOfMade"}


@pytest.mark.parametrize(
    "path", ["/log/+0.0", "/log/%200", "/log/00", "/log/0_1", "/log/%D9%A1/proof", "/ideas?count=1.0", "/ideas?start=+1", "/log?start=%2B1"]
)
def test_a_number_in_an_address_is_spelt_one_way(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (422, "field_wrong") and "give a whole number" in answer.json()["way_out"]


@pytest.mark.parametrize("key", ["", "é", "a" * 201, "a\tb"])
def test_an_idempotency_key_is_what_a_header_can_hold(client, sessions, moot, key):
    as_member(client, sessions, "m2", moot)
    answer = client.post("/ideas", json={"title": "a", "text": "b"}, headers={"idempotency-key": key.encode()})
    assert (answer.status_code, answer.json()["thing"]) == (422, "Idempotency-Key")
    twice = [("idempotency-key", "a"), ("idempotency-key", "a")]
    assert client.post("/ideas", json={"title": "a", "text": "b"}, headers=twice).status_code == 422


@pytest.mark.parametrize("other", ["Tea", "Tea ", "Tea\u00a0", "\u3000Tea"])
def test_two_options_of_a_poll_may_not_look_alike(client, moot, sessions, other):
    as_member(client, sessions, "m1", moot)
    body = {"decision": "ranking", "question": "Which?", "options": [{"label": "Tea"}, {"label": other}]}
    assert client.post("/polls", json=body).json()["code"] == "poll_not_ready"


def test_a_ballot_that_ranks_two_alike_is_refused_where_the_rule_follows_an_order(moot):
    text = charter.preset("product").replace('rule = "schulze"', 'rule = "stv_scotland"\nparameters = { seats = 1 }')
    strict = Moot(members=2, text=text)
    with pytest.raises(Refusal, match="ranks two options alike"):
        strict.vote(strict.poll(), "1=2>3")


def test_events_are_shown_as_far_as_one_answer_goes_and_the_newest_first_to_people(client, moot, monkeypatch):
    """A thousand sealed ballots over 256 options were an answer of ten megabytes."""
    for number in range(12):
        moot.do("m2", SubmitIdea(f"Idea {number}", "x"))
    size, whole = moot.state.seq, client.get("/log").json()["events"]
    monkeypatch.setattr(views, "EVENTS_BYTES_MAX", 1_200)
    monkeypatch.setattr(community_views, "EVENTS_BYTES_MAX", 1_200)
    read, start = [], 0
    while start < size:
        part = client.get(f"/log?start={start}&count=1000").json()["events"]
        assert len(part) == 1 or len(json.dumps(part)) < 1_500
        read += part
        start = part[-1]["seq"] + 1
    assert read == whole
    newest = client.get("/log", headers=HTML).text
    assert f'"/log/{size - 1}"' in newest and f'"/log/{size - 12}"' not in newest
