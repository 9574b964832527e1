"""What a poll's page says of its quorum, its end and its finality: before anybody votes, and as it goes on."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from api.app import build
from api.clockwork import do_due
from engine.features.polls.cast import CastBallot
from engine.features.polls.object import ObjectToDecision
from engine.features.polls.state import Polls
from tests.api.conftest import HTML, as_member, at_its_clock
from tests.features.polls.test_charters import saying
from tests.moot import Moot

TERMS = (
    'rule = "yes_no"', 'secrecy = "open"', 'ties = "status_quo"', "replaceable = false", 'ends = ["early"]', "hand_after_minutes = 0",
    'quorum = { basis = "eligible", percent_min = 40, counts = "for" }', "minutes_open = 600", "late_quorum_minutes = 120",
    "objection = { days = 3, percent_min = 40 }",
)  # fmt: skip


@pytest.fixture
def moot(monkeypatch) -> Moot:
    return at_its_clock(Moot(members=4, text=saying("ranking", *TERMS)), monkeypatch)


@pytest.fixture
def client(moot, sessions) -> TestClient:
    return TestClient(build(moot.community, sessions, ("testserver",)), follow_redirects=False)


def page(client, path: str) -> str:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_every_voter_is_shown_the_terms_before_she_votes(client, sessions, moot):
    """And whoever looks at a poll that is still to open."""
    for poll in (moot.poll(options=2), moot.poll(options=2, opens_at=moot.now + 60_000)):
        said = page(as_member(client, sessions, "m2", moot), f"/polls/{poll}")
        assert "If its quorum is first reached in its last 2 hours, it takes ballots for 2 hours from then." in said
        assert "final 3 days after the count, unless objections from 40 % of those on the roll overturn it before." in said
        assert "40 % of those on the roll in favour" in said
    assert "; before that, as soon as no ballot still to come can change the outcome." in page(
        client, f"/polls/{next(iter(moot.of(Polls).polls))}"
    )


def test_a_poll_whose_quorum_was_late_says_when_it_was_to_end(client, sessions, moot):
    poll = moot.poll(options=2)
    was = client.get(f"/polls/{poll}").json()["closes"]
    moot.do("m1", CastBallot(poll, "1"))
    moot.wait(590)
    moot.do("m2", CastBallot(poll, "1"))
    shown = client.get(f"/polls/{poll}").json()
    assert shown["extended_from"] == was != shown["closes"]
    said = page(as_member(client, sessions, "m3", moot), f"/polls/{poll}")
    assert f"it was to end at {was}" in said and f"until <strong>{shown['closes']}</strong>" in said
    moot.wait(60)
    moot.do("m3", CastBallot(poll, "2"))
    moot.wait(60)
    assert do_due(moot.community, moot.now) == 1
    said = page(client, f"/polls/{poll}")
    assert f"instead of {was}: its quorum was reached late" in said and "ended at" not in said


def counted(moot: Moot) -> str:
    poll = moot.poll(options=2)
    moot.vote(poll, "1", "1", "1")
    assert do_due(moot.community, moot.now) == 1
    return poll


def test_a_member_objects_on_the_page_until_the_days_are_over(client, sessions, moot):
    poll = counted(moot)
    shown = client.get(f"/polls/{poll}").json()
    until = shown["result"]["final_from"]
    assert not shown["result"]["final"] and shown["result"]["objections"]["needed"] == "2" and until
    assert f"not final until {until}" in page(client, "/polls")
    said = page(as_member(client, sessions, "m5", moot), f"/polls/{poll}")
    assert f"not final until <strong>{until}</strong>" in said and "Objections so far: 0; 2 overturn it" in said
    answer = client.post(f"/polls/{poll}/objections", data={"reason": "Too <fast> for me"})
    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, f"/polls/{poll}")
    said = page(client, f"/polls/{poll}")
    assert "Objections so far: 1" in said and "Too &lt;fast&gt; for me" in said and "Member 3" in said
    assert "Object to it" not in said, "once is enough"
    assert "Object to it" in page(as_member(client, sessions, "m2", moot), f"/polls/{poll}")
    moot.wait(3 * 24 * 60)
    assert "Object to it" not in page(client, f"/polls/{poll}")
    assert do_due(moot.community, moot.now) == 1
    said = page(client, f"/polls/{poll}")
    assert "not final" not in said and "Objections so far" not in said
    assert client.get(f"/polls/{poll}").json()["result"]["final"]


def test_what_is_overturned_is_not_shown_as_decided(client, sessions, moot):
    poll = counted(moot)
    for member in ("m4", "m5"):
        moot.do(member, ObjectToDecision(poll, "no"))
    said = page(as_member(client, sessions, "m2", moot), f"/polls/{poll}")
    assert "Overturned by 2 objections: things stay as they are." in said and "Object to it" not in said
    assert "overturned by objections" in page(client, "/polls")
    shown = client.get(f"/polls/{poll}").json()
    assert (shown["status"], shown["result"]["final"], shown["result"]["overturned_by"]) == ("overturned", False, 2)


def test_an_objection_comes_by_the_api_and_is_refused_there_in_words(client, sessions, moot):
    poll = counted(moot)
    as_member(client, sessions, "m2", moot)
    assert client.post(f"/polls/{poll}/objections", json={"reason": "No."}).status_code == 201
    answer = client.post(f"/polls/{poll}/objections", json={"reason": "No."})
    assert (answer.status_code, answer.json()["code"]) == (409, "objected_already")


@pytest.mark.parametrize(
    ("quorum", "said"),
    [
        ('{ basis = "none" }', "none"),
        ('{ basis = "eligible", percent_min = 5 }', "5 % of those on the roll"),
        ('{ basis = "power", percent_min = 5, counts = "for_abstain" }', "5 % of all power on the roll in favour or abstaining"),
        (
            '{ basis = "eligible", percent_min = 5, counts = "rejection" }',
            "it is rejected if more than 5 % of those on the roll are against",
        ),
        (
            '{ basis = "eligible", counts = "for", dynamic = { bps_min = 1000, bps_max = 4000, coefficient = 1500000 } }',
            "10 % of those on the roll in favour, and 1.5 % more for each 1 % against, up to 40 %",
        ),
    ],
)
def test_a_quorum_is_said_in_words(monkeypatch, sessions, quorum, said):
    lines = (*TERMS[:6], "minutes_open = 600", "late_quorum_minutes = 0")
    moot = at_its_clock(Moot(members=2, text=saying("ranking", *lines, f"quorum = {quorum}")), monkeypatch)
    client = TestClient(build(moot.community, sessions, ("testserver",)), follow_redirects=False)
    poll = moot.poll(options=2)
    assert f"<dt>Quorum</dt><dd>{said}</dd>" in page(client, f"/polls/{poll}")
    assert client.get(f"/polls/{poll}").json()["quorum"]["said"] == said


def test_a_quorum_of_those_in_favour_that_was_not_reached_says_so(client, sessions, moot):
    """Four of five took part: that was not too few."""
    poll = moot.poll(options=2)
    moot.vote(poll, "2", "2", "2", "2")
    assert do_due(moot.community, moot.now) == 1
    said = page(client, f"/polls/{poll}")
    assert "Its quorum was not reached: things stay as they are" in said and "Too few took part" not in said


def test_what_is_rejected_says_so(monkeypatch, sessions):
    quorum = 'quorum = { basis = "eligible", percent_min = 20, counts = "rejection" }'
    moot = at_its_clock(Moot(members=4, text=saying("ranking", *TERMS[:4], 'ends = ["all_voted"]', TERMS[5], quorum)), monkeypatch)
    client = TestClient(build(moot.community, sessions, ("testserver",)), follow_redirects=False)
    poll = moot.poll(options=2)
    moot.vote(poll, "1", "1", "1", "2", "2")
    do_due(moot.community, moot.now)
    assert "Too many are against: things stay as they are" in page(client, f"/polls/{poll}")
