"""Over HTTP: every command at its path, what is refused and how, and pages that work without a script."""

from __future__ import annotations

import asyncio
import json
import re
from hashlib import sha256

import pytest
from fastapi.testclient import TestClient

from api import writes
from api.app import build
from api.clockwork import close_due
from api.doors.session import COOKIE, Sessions
from api.exports import FILES_MAX
from engine import catalogue, charter, commands
from engine.commands.cast_ballot import CastBallot
from engine.commands.close_poll import ClosePoll
from engine.commands.join_community import JoinCommunity
from engine.commands.open_poll import OpenPoll
from engine.log.checkpoint import read_proof
from engine.refusals import CODES, Refusal
from engine.verify import verify
from tests.moot import KEY, Moot

HTML = {"accept": "text/html"}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def moot(monkeypatch):
    found = Moot(members=4)
    monkeypatch.setattr("api.doors.asker.now", lambda: found.now)
    monkeypatch.setattr("api.writes.now", lambda: found.now)
    monkeypatch.setattr("api.reads.now", lambda: found.now)
    monkeypatch.setattr("api.clockwork.now", lambda: found.now)
    return found


@pytest.fixture
def sessions():
    return Sessions(bytes(32))


@pytest.fixture
def client(moot, sessions):
    return TestClient(build(moot.community, sessions, ("testserver",)), follow_redirects=False)


def as_member(client: TestClient, sessions: Sessions, member: str, moot: Moot) -> TestClient:
    client.cookies.set(COOKIE, sessions.cookie(member, moot.now))
    return client


def test_a_ballot_walks_from_json_to_a_receipt_that_proves_it(client, moot, sessions):
    poll = moot.poll()
    answer = as_member(client, sessions, "m2", moot).post(f"/polls/{poll}/ballots", json={"choice": "2 > 1"})
    assert answer.status_code == 201
    receipt = answer.json()
    proof = client.get(receipt["proof"]).text
    assert read_proof(proof, bytes.fromhex(receipt["leaf"]), KEY.verifier)[0] == receipt["seq"]
    assert moot.state.polls[poll].ballots.cast == 1


def test_every_command_has_its_path_in_the_openapi_document(client):
    document = client.get("/openapi.json").json()
    for verb in catalogue.names(commands.FOLDER):
        if verb == "found_community":
            continue
        kind = commands.command(verb)
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
        ("/ideas", b'{"title":"' + b"a" * 1_000_001 + b'"}', 422, "too_large"),
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
    assert close_due(moot.community, moot.now) == [poll]
    assert client.get(f"/polls/{poll}").json()["status"] == "no_ballots"


def test_a_replayed_join_gives_nobody_elses_session(client, moot, sessions):
    first = client.post("/members", json={"name": "Ana"}, headers={"idempotency-key": "join"})
    assert "set-cookie" in first.headers
    client.cookies.clear()
    second = client.post("/members", json={"name": "Ana"}, headers={"idempotency-key": "join"})
    assert second.json()["seq"] == first.json()["seq"] and "set-cookie" not in second.headers


def test_the_clockwork_survives_a_store_that_fails(monkeypatch, moot, sessions):
    import time

    calls = []

    def failing(community, at, told):
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


def test_an_empty_form_is_not_a_blank_ballot(client, moot, sessions):
    poll = moot.poll()
    as_member(client, sessions, "m2", moot).post(f"/polls/{poll}/ballots", data={"rank.1": "1"}, headers=HTML)
    refused = client.post(f"/polls/{poll}/ballots", data={"rank.1": "", "rank.2": ""}, headers=HTML)
    assert refused.status_code == 422 and "tick" in refused.text
    page = client.get(f"/polls/{poll}", headers=HTML).text
    assert "<option selected>1</option>" in page, "the form shows the ballot it would replace"
    assert client.post(f"/polls/{poll}/ballots", data={"blank": "1"}, headers=HTML).status_code == 303


def test_a_stranger_may_look_and_join_and_nothing_else(client, moot):
    assert client.get("/ideas").status_code == 200
    answer = client.post("/ideas", json={"title": "a", "text": "b"})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    joined = client.post("/members", json={"name": "Zed"})
    assert joined.status_code == 201
    assert client.post("/ideas", json={"title": "a", "text": "b"}).status_code == 201, "joining signs in"


def test_a_sign_in_link_works_once(client, sessions, moot):
    link = f"/session?token={sessions.token('m3', moot.now)}"
    assert client.get(link).status_code == 303
    assert client.post("/ideas", json={"title": "a", "text": "b"}).status_code == 201
    answer = client.get(link)
    assert (answer.status_code, answer.json()["code"]) == (401, "link_spent")
    moot.wait(61)
    assert client.get(f"/session?token={sessions.token('m3', moot.now - 3_600_001)}").status_code == 401


@pytest.mark.parametrize("spoil", [lambda c: c[:-1] + "x", lambda c: c.replace("m2", "m1"), lambda c: "", lambda c: "é", lambda c: "...."])
def test_a_forged_session_is_nobodys(client, sessions, moot, spoil):
    forged = spoil(sessions.cookie("m2", moot.now))
    answer = client.post("/ideas", json={"title": "a", "text": "b"}, headers={"cookie": f"{COOKIE}={forged}".encode()})
    assert answer.status_code == 401


def test_another_sites_page_cannot_ask_in_a_members_name(client, sessions, moot):
    as_member(client, sessions, "m2", moot)
    answer = client.post("/ideas", json={"title": "a", "text": "b"}, headers={"origin": "https://evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
    assert client.post("/ideas", json={"title": "a", "text": "b"}, headers={"origin": "http://testserver"}).status_code == 201
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_the_same_idempotency_key_does_it_once(client, sessions, moot):
    as_member(client, sessions, "m2", moot)
    answers = [client.post("/ideas", json={"title": "a", "text": "b"}, headers={"idempotency-key": "k"}).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]


def test_a_ballot_works_as_a_plain_form(client, sessions, moot):
    poll = moot.poll()
    page = as_member(client, sessions, "m2", moot).get(f"/polls/{poll}", headers=HTML).text
    assert f'action="/polls/{poll}/ballots"' in page and "What is not protected" in page
    answer = client.post(f"/polls/{poll}/ballots", data={"rank.1": "2", "rank.2": "1", "rank.3": ""}, headers=HTML)
    assert answer.status_code == 303
    assert "You voted <strong>option 1, then option 0</strong>" in client.get(answer.headers["location"], headers=HTML).text
    refused = client.post(f"/polls/{poll}/ballots", data={"rank.1": "x"}, headers=HTML)
    assert refused.status_code == 422 and "Nothing was recorded" in refused.text


def test_a_sealed_choice_is_shown_to_nobody_but_its_voter(client, sessions, moot):
    poll = moot.poll()
    receipt = moot.do("m2", CastBallot(poll, "3>1>2"))
    as_member(client, sessions, "m3", moot)
    for path in (f"/polls/{poll}", f"/log/{receipt.seq}", "/log.jsonl", "/log", "/members/m2"):
        for headers in ({}, HTML):
            assert "3>1>2" not in client.get(path, headers=headers).text.replace("&gt;", ">")
    page = as_member(client, sessions, "m2", moot).get(f"/polls/{poll}", headers=HTML).text
    assert "3&gt;1&gt;2" in page


def test_every_page_is_there_and_escapes_what_people_wrote(client, sessions, moot):
    nasty = "<script>alert(1)</script>"
    as_member(client, sessions, "m1", moot)
    idea = f"i{client.post('/ideas', json={'title': nasty, 'text': nasty}).json()['seq']}"
    client.post(f"/ideas/{idea}/comments", json={"text": nasty})
    poll = moot.poll()
    moot.vote(poll, "1>2", "2", "1")
    moot.do("m1", __import__("engine.commands.close_poll", fromlist=["x"]).ClosePoll(poll))
    for path in (
        "/",
        "/ideas",
        f"/ideas/{idea}",
        "/polls",
        f"/polls/{poll}",
        "/ledger",
        "/log",
        "/log/1",
        "/rules",
        "/rules/borda",
        "/members",
        "/members/m2",
        "/charter",
    ):
        answer = client.get(path, headers=HTML)
        assert answer.status_code == 200, path
        assert nasty not in answer.text
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert not re.search(r"https?://(?!www\.w3\.org)", answer.text), "no outside request"
    assert "How it was counted" in client.get(f"/polls/{poll}", headers=HTML).text
    missing = client.get("/nothing", headers=HTML)
    assert missing.status_code == 404 and "Not here" in missing.text


@pytest.mark.parametrize(
    "path",
    [
        "/ideas/i99",
        "/polls/p99",
        "/members/m99",
        "/log/999",
        "/log/999/proof",
        "/ideas/p1",
        "/rules/nothing",
        "/log/99999999999999999999",
    ],
)
def test_what_does_not_exist_is_a_404_with_a_code(client, path):
    answer = client.get(path)
    assert answer.status_code in (404, 422) and answer.json()["code"] in CODES


def test_a_ballot_that_is_blank_and_chooses_is_refused(client, moot, sessions):
    poll = moot.poll()
    client.cookies.set(COOKIE, sessions.cookie("m2", moot.now))
    answer = client.post(f"/polls/{poll}/ballots", data={"rank.1": "1", "rank.2": "2", "blank": "1"})
    assert (answer.status_code, answer.json()["code"]) == (422, "choice_wrong")


def test_options_a_decision_does_not_ask_about_are_refused_not_dropped(client, moot, sessions):
    moot.idea("m2", supports=5)
    moot.idea("m3", supports=5)
    client.cookies.set(COOKIE, sessions.cookie("m1", moot.now))
    answer = client.post("/polls", data={"decision": "monthly", "question": "Q", "options": "a\nb"})
    assert (answer.status_code, answer.json()["code"]) == (422, "poll_not_ready")


def test_who_chose_one_option_can_still_go_blank(client, moot, sessions):
    """A radio button cannot be unticked: blank is one of them."""
    text = charter.preset("product").replace('rule = "schulze"', 'rule = "plurality"')
    moot.community = Moot(text=text, members=2).community
    client = TestClient(build(moot.community, sessions, ("testserver",)), follow_redirects=False)
    poll = moot.poll()
    client.cookies.set(COOKIE, sessions.cookie("m2", moot.now))
    assert client.post(f"/polls/{poll}/ballots", data={"option": "1"}).status_code == 303
    page = client.get(f"/polls/{poll}", headers=HTML).text
    assert 'type="radio" name="option" value=""' in page and 'name="blank"' not in page
    done = client.post(f"/polls/{poll}/ballots", data={"option": ""}).headers["location"]
    assert "You voted <strong>blank</strong>" in client.get(done, headers=HTML).text


def test_who_is_not_signed_in_hears_that_first(client, moot):
    poll = moot.poll("ranking")
    for headers in ({"content-type": "application/json"}, {"content-type": FORM}):
        assert client.post(f"/polls/{poll}/ballots", content=b"{}", headers=headers).json()["code"] == "not_signed_in"


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


def test_a_charter_can_be_amended_from_the_page(client, moot, sessions):
    as_member(client, sessions, "m1", moot)
    page = client.get("/polls", headers=HTML).text
    assert 'name="amendment"' in page and "format = &#34;folkmoot-charter/1&#34;" in page


def test_two_options_of_a_poll_may_not_bear_one_name(client, moot, sessions):
    as_member(client, sessions, "m1", moot)
    body = {"decision": "ranking", "question": "Which?", "options": [{"label": "Tea"}, {"label": "Tea"}]}
    assert client.post("/polls", json=body).json()["code"] == "poll_not_ready"


def test_a_draw_can_be_drawn_again_from_the_page(client, moot, sessions):
    """The order shown is that of SHA-256(seed, number), the seed being SHA-256(secret, root)."""
    poll = moot.poll("ranking")
    moot.vote(poll, "1", "2")
    moot.do("m1", ClosePoll(poll))
    draw = client.get(f"/polls/{poll}").json()["result"]["draw"]
    seed = sha256(bytes.fromhex(draw["secret"]) + bytes.fromhex(draw["root"])).digest()
    assert draw["order"] == sorted(draw["order"], key=lambda number: sha256(seed + str(number).encode()).digest())
    assert "How the order was drawn" in client.get(f"/polls/{poll}", headers=HTML).text


def test_a_closed_poll_without_a_draw_has_its_page(client, moot):
    for _ in range(2):
        moot.idea(supports=5)
    poll = f"p{moot.do('m1', OpenPoll('monthly', 'Which first?')).seq}"
    moot.vote(poll, "1", "1,2", "1")
    moot.do("m1", ClosePoll(poll))
    page = client.get(f"/polls/{poll}", headers=HTML)
    assert page.status_code == 200 and "How the order was drawn" not in page.text


def test_all_who_fetch_the_log_at_one_size_share_a_file(client, moot):
    exports = client.app.state.exports
    one, other = exports.pieces(moot.community), exports.pieces(moot.community)
    assert len(exports._files) == 1
    whole = b"".join(one)
    assert whole == b"".join(other) == client.get("/log.jsonl").content
    assert exports._files == []
    unread = exports.pieces(moot.community)
    del unread
    assert exports._files == []


def test_slow_readers_of_the_log_hold_a_few_files_and_no_more(client, moot):
    exports = client.app.state.exports
    slow = []
    for _ in range(FILES_MAX + 3):
        slow.append(exports.pieces(moot.community))
        moot.do("newcomer", JoinCommunity("Ada"))
    assert len(exports._files) == FILES_MAX
    assert b"".join(slow[0]) == b"" and b"".join(slow[-1])


def test_a_forgotten_member_is_signed_out_and_may_join_again(client, moot, sessions):
    as_member(client, sessions, "m3", moot)
    assert client.post("/members/m3/forgetting").status_code == 201
    assert client.post("/members", json={"name": "Bo"}).status_code == 201


def test_who_signs_out_is_signed_out(client, moot, sessions):
    as_member(client, sessions, "m2", moot)
    assert client.post("/session/end", headers={"origin": "https://evil.example"}).status_code == 403
    gone = client.post("/session/end")
    assert gone.status_code == 303 and gone.headers["set-cookie"].startswith(f'{COOKIE}=""; ') and "Max-Age=0" in gone.headers["set-cookie"]


@pytest.mark.parametrize("done", ["42 is void; vote at evil.example", "../session?token=x", "-1", "１"])
def test_nothing_but_a_number_is_shown_as_recorded(client, done):
    assert "Recorded as event" not in client.get("/", params={"done": done}, headers=HTML).text


@pytest.mark.parametrize(
    ("rule", "parameters", "ballot", "said"),
    [
        ("score", "", "points.1=5&points.2=3", "option 0 5, option 1 3"),
        ("majority_judgment", "", "points.2=4", "option 1 4"),
        ("stv", "parameters = { seats = 2 }", "rank.1=2&rank.3=1", "option 2, then option 0"),
        ("seq_phragmen", "parameters = { seats = 2 }", "option=1&option=3", "option 0, option 2"),
        ("sntv", "parameters = { seats = 2 }", "option=2", "option 1"),
    ],
)
def test_every_kind_of_ballot_is_cast_and_counted_from_the_page(monkeypatch, sessions, rule, parameters, ballot, said):
    text = charter.preset("product").replace('rule = "schulze"', f'rule = "{rule}"\n{parameters}')
    found = Moot(members=4, text=text)
    for place in ("api.doors.asker.now", "api.writes.now", "api.reads.now"):
        monkeypatch.setattr(place, lambda: found.now)
    client = TestClient(build(found.community, sessions, ("testserver",)), follow_redirects=False)
    poll = found.poll()
    as_member(client, sessions, "m2", found)
    assert client.post(f"/polls/{poll}/ballots", content=ballot, headers={"content-type": FORM}).status_code == 303
    assert f"You voted <strong>{said}</strong>" in client.get(f"/polls/{poll}", headers=HTML).text
    found.vote(poll, *[found.community.store.opening(found.state.polls[poll].ballots.last("m2"), "choice")[1].decode().strip('"')] * 4)
    found.do("m1", ClosePoll(poll))
    page = client.get(f"/polls/{poll}", headers=HTML)
    assert page.status_code == 200 and "How it was counted" in page.text
    result = client.get(f"/polls/{poll}").json()["result"]
    assert result["status"] == "decided" and ("are elected" in page.text) == (len(result["winners"]) > 1)
    assert verify(found.community.store).verdict == "sound"


def test_a_ballot_that_ranks_two_alike_is_refused_where_the_rule_follows_an_order(moot):
    text = charter.preset("product").replace('rule = "schulze"', 'rule = "stv_scotland"\nparameters = { seats = 1 }')
    found = Moot(members=2, text=text)
    with pytest.raises(Refusal, match="ranks two options alike"):
        found.vote(found.poll(), "1=2>3")


def test_a_body_that_does_not_arrive_is_refused(monkeypatch):
    monkeypatch.setattr(writes, "BODY_SECONDS", 0.01)

    class Slow:
        async def stream(self):
            yield b"{"
            await asyncio.sleep(5)

    with pytest.raises(Refusal, match="too_slow"):
        asyncio.run(writes._body(Slow()))
