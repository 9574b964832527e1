"""Delegation behind the doors: forms without a script, JSON, the terminal."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.views import view_of
from engine.features.polls.cast import CastBallot
from engine.kernel.forget import ForgetMember
from engine.kernel.join import JoinCommunity
from engine.store import folder
from engine.values import DAY_MS
from tests.api.conftest import HTML, as_member
from tests.delegating import OPEN, TEXT, delegate, hold
from tests.moot import ORIGIN, START, Moot

pytestmark = pytest.mark.parametrize("moot_text", [TEXT], indirect=True)


def page(client, path: str) -> str:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text
    return " ".join(re.sub(r"<[^>]+>", "", answer.text.replace("</td>", " ")).split())


def test_a_member_delegates_and_ends_it_by_forms(client, sessions, moot):
    as_member(client, sessions, "m2", moot)
    whole = client.get("/members/m3", headers=HTML).text
    assert "Let Member 1 vote for you" in whole and 'action="/delegations"' in whole
    until = re.findall(r'<option value="(\d*)"[^>]*>(\d+) days', whole)
    assert until == [(str(moot.now + days * DAY_MS), str(days)) for days in (30, 91, 182)] + [("", "365")]
    referer = {"referer": "http://testserver/members/m3"}
    done = client.post("/delegations", data={"to": "m3", "topic": "ranking", "until": until[0][0]}, headers=referer)
    assert (done.status_code, done.headers["location"].split("?")[0]) == (303, "/members/m3")
    assert client.post("/delegations", data={"to": "m4", "topic": "", "until": ""}, headers=referer).status_code == 303
    own = page(client, "/members/m2")
    assert "Member 1 m3 speaks for you in decisions of the kind ranking" in own
    assert "Member 2 m4 speaks for you where no other delegate does" in own
    assert "She speaks for 1 member where they do not vote themselves: Member 0 m2 (ranking)." in page(client, "/members/m3")
    assert client.post("/delegations/ending", data={"topic": "ranking"}, headers=referer).status_code == 303
    assert client.post("/delegations/ending", headers=referer | {"content-type": "application/x-www-form-urlencoded"}).status_code == 303
    assert "Nobody speaks for you" in page(client, "/members/m2")


def test_nobody_is_offered_what_would_be_refused(client, sessions, moot):
    offer = "vote for you"
    assert offer not in page(client, "/members/m3")
    assert offer not in page(as_member(client, sessions, "m3", moot), "/members/m3")
    assert offer in page(client, "/members/m2")
    moot.do("m2", ForgetMember("m2"))
    assert offer not in page(client, "/members/m2")
    refused = client.post("/delegations", data={"to": "m3"}, headers=HTML)
    assert refused.status_code == 422 and "cannot speak for herself" in refused.text


def test_a_poll_says_who_votes_for_her_and_whose_ballot_spoke_for_others(client, sessions, moot):
    delegate(moot, "m2>m3", "m5>m2", "m1>m5")
    poll = moot.poll()
    as_member(client, sessions, "m2", moot)
    assert "Unless you vote, Member 1 m3 votes for you here" in page(client, f"/polls/{poll}")
    assert "1 on the roll has delegated to you" in page(client, f"/polls/{poll}")
    moot.do("m3", CastBallot(poll, "1>2"))
    as_member(client, sessions, "m4", moot)
    assert "votes for you here" not in page(client, f"/polls/{poll}")
    hold(moot, poll)
    said = page(client, f"/polls/{poll}")
    assert "1 of 5 on the roll voted, and spoke for 3 more" in said and "Member 1 m3 3 3" in said
    shown = client.get(f"/polls/{poll}").json()
    assert shown["delegation"]["delegations"] == 3 and shown["delegation"]["carried"]["by"][0]["voices"] == 3
    assert (shown["result"]["ballots"], shown["result"]["power"]) == (1, "4")


def test_a_closed_poll_says_whose_ballot_spoke_for_whom(client, sessions, moot, tmp_path):
    """Given a chain, one who votes herself, a circle, and one who leaves; then each is told, by page, JSON and `show` alike."""
    late = [f"m{moot.do('newcomer', JoinCommunity(name)).seq}" for name in ("Late", "Later", "Last")]
    delegate(moot, "m2>m3", "m5>m2", "m1>m5", f"m4>{late[0]}", f"{late[0]}>m4", f"{late[1]}>m3", f"{late[2]}>m2")
    poll = moot.poll()
    moot.do("m3", CastBallot(poll, "1>2"))
    moot.do("m5", CastBallot(poll, "2"))
    moot.do(late[1], ForgetMember(late[1]))
    delegate(moot, "m2>m4")
    hold(moot, poll)
    rows = client.get(f"/polls/{poll}/spoken-for").json()["spoken_for"]
    assert rows == view_of(moot.community, f"{poll}/spoken-for")["spoken_for"]
    speakers = {row["member"]: (row["delegate"], row["speaker"]) for row in rows}
    assert speakers == {
        "m1": ("m5", "m5"), "m2": ("m3", "m3"), "m4": (late[0], None), "m5": ("m2", "m5"), late[0]: ("m4", None),
        late[1]: ("m3", None), late[2]: ("m2", "m3"),
    }  # fmt: skip
    spoken = {
        "m1": "m5 spoke for you.",
        "m2": "m3 spoke for you.",
        "m5": "You voted, so nobody spoke for you",
        "m3": "Your ballot spoke for 2 others.",
        "m4": "nobody's ballot spoke for you",
        late[2]: "m3 spoke for you, to whom the vote you had handed on came.",
    }
    for member, said in spoken.items():
        assert said in page(as_member(client, sessions, member, moot), f"/polls/{poll}"), member
    assert f"{late[2]} m2 m3" in page(client, f"/polls/{poll}/spoken-for")


def test_what_ballots_carried_is_read_from_the_log_once(client, moot, monkeypatch):
    """Given a closed poll, of which every carrier stands in the log; then looking at it again reads none of them."""
    delegate(moot, "m2>m3", "m4>m3", "m5>m1")
    poll = moot.poll()
    moot.vote(poll, "1", "2", "1")
    read, find = [], moot.community.store.find

    def watched(column, value, kind=""):
        read.append(kind)
        return find(column, value, kind)

    monkeypatch.setattr(moot.community.store, "find", watched)
    assert view_of(moot.community, poll)["delegation"]["carried"] is None
    moot.end(poll)
    before = view_of(moot.community, poll)["delegation"]["carried"]
    hold(moot, poll)
    first = view_of(moot.community, poll)["delegation"]["carried"]
    read.clear()
    assert view_of(moot.community, poll)["delegation"]["carried"] == first == before
    assert "VotesCarried" not in read and "FurtherVotesCarried" not in read


def test_an_open_poll_does_not_say_who_speaks_for_whom_in_the_end(client, moot):
    delegate(moot, "m2>m3")
    poll = moot.poll()
    assert client.get(f"/polls/{poll}/spoken-for").json()["code"] == "poll_still_open"


def test_who_speaks_for_whom_goes_by_the_clock(client, moot):
    """Given a delegation whose time is over since the last event; then it is listed no longer."""
    delegate(moot, "m2>m3")
    moot.wait(366 * 24 * 60)
    assert client.get("/delegations").json() == [] and "Nobody has delegated" in page(client, "/delegations")


def test_what_was_lost_is_said_on_the_page(client, moot):
    delegate(moot, "m2>m3", "m3>m2")
    poll = moot.poll()
    moot.do("m4", CastBallot(poll, "1"))
    hold(moot, poll)
    said = page(client, f"/polls/{poll}")
    assert "2 who had a delegate are spoken for by nobody, with a power of 2: the way goes round." in said
    assert "2 delegated in a circle, Member 0 m2 among them." in said


def test_a_poll_without_any_says_nothing_of_it(client, moot):
    poll = moot.poll()
    assert "elegat" not in page(client, f"/polls/{poll}") and client.get(f"/polls/{poll}").json()["delegation"] is None


def test_who_speaks_for_whom_is_a_list_that_can_be_read_in_parts(client, moot):
    delegate(moot, "m2>m3", "m4>m3 ranking", "m5>m1")
    rows = client.get("/delegations").json()
    assert [(row["member"]["id"], row["delegate"]["id"], row["topic"]) for row in rows] == [
        ("m2", "m3", None), ("m5", "m1", None), ("m4", "m3", "ranking"),
    ]  # fmt: skip
    assert client.get("/delegations?start=1&count=1").json() == rows[1:2]
    assert "Member 2 m4 Member 1 m3 ranking" in page(client, "/delegations")
    moot.wait(366 * 24 * 60)
    moot.idea()
    assert client.get("/delegations").json() == [] and "Nobody has delegated" in page(client, "/delegations")


def test_the_doors_know_its_commands(client, moot):
    paths = client.get("/openapi.json").json()["paths"]
    assert paths["/delegations"]["post"]["operationId"] == "Delegate" and "get" in paths["/delegations"]
    assert {"/delegations/ending", "/polls/{poll}/carrying"} <= set(paths)


def test_the_terminal_delegates_and_shows_it(tmp_path, moot, monkeypatch):
    monkeypatch.setattr("api.clock.now", lambda: START)
    founded = folder.found(tmp_path / "c", OPEN, ORIGIN, START, bytes(32), "Founder")
    there = Moot.__new__(Moot)
    there.community, there.now, there._asked = founded, START, 0
    there.do("newcomer", JoinCommunity("Bo"))
    folder.close(founded)
    run = CliRunner().invoke
    done = run(app, ["do", str(tmp_path / "c"), "-", "--as", "m2"], input='{"command": "Delegate", "to": "m1", "topic": "ranking"}')
    assert done.exit_code == 0, done.output
    assert "POST /delegations" in run(app, ["commands", "Delegate"]).output
    shown = run(app, ["show", str(tmp_path / "c"), "delegations"]).output
    assert "m1" in shown and "ranking" in shown
    refused = run(app, ["do", str(tmp_path / "c"), "-", "--as", "m2"], input='{"command": "Delegate", "to": "m2"}')
    assert refused.exit_code != 0 and refused.exception.code == "delegate_wrong"
    assert "delegations" in run(app, ["verify", str(tmp_path / "c")]).output


def test_a_view_of_a_member_who_is_forgotten_has_no_delegates(client, moot):
    delegate(moot, "m2>m3")
    moot.do("m3", ForgetMember("m3"))
    assert view_of(moot.community, "delegations") == []
    assert "speaks for" not in page(client, "/members/m3")
