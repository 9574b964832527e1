"""Pages as a browser without a script sees and sends them."""

from __future__ import annotations

import re
from hashlib import sha256

import pytest
from fastapi.testclient import TestClient

from api.app import build
from api.doors.session import COOKIE
from engine.features.ideas.submit import SubmitIdea
from engine.features.ideas.support import SupportIdea
from engine.features.polls.cast import CastBallot
from engine.features.polls.open import OpenPoll
from engine.features.polls.state import Polls
from engine.kernel import charter
from engine.kernel.join import JoinCommunity
from engine.verify import verify
from tests.api.conftest import FORM, HTML, as_member, at_its_clock
from tests.moot import Moot


def test_an_empty_form_is_not_a_blank_ballot(client, moot, sessions):
    poll = moot.poll()
    as_member(client, sessions, "m2", moot).post(f"/polls/{poll}/ballots", data={"rank.1": "1"}, headers=HTML)
    refused = client.post(f"/polls/{poll}/ballots", data={"rank.1": "", "rank.2": ""}, headers=HTML)
    assert refused.status_code == 422 and "tick" in refused.text
    page = client.get(f"/polls/{poll}", headers=HTML).text
    assert "<option selected>1</option>" in page, "the form shows the ballot it would replace"
    assert client.post(f"/polls/{poll}/ballots", data={"blank": "1"}, headers=HTML).status_code == 303


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
    moot.end(poll)
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


def test_a_ballot_that_is_blank_and_chooses_is_refused(client, moot, sessions):
    poll = moot.poll()
    client.cookies.set(COOKIE, sessions.cookie("m2", moot.now))
    answer = client.post(f"/polls/{poll}/ballots", data={"rank.1": "1", "rank.2": "2", "blank": "1"})
    assert (answer.status_code, answer.json()["code"]) == (422, "choice_wrong")


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


def test_a_charter_can_be_amended_from_the_page(client, moot, sessions):
    as_member(client, sessions, "m1", moot)
    page = client.get("/polls", headers=HTML).text
    assert 'name="amendment"' in page and "format = &#34;folkmoot-charter/1&#34;" in page


def test_a_draw_can_be_drawn_again_from_the_page(client, moot, sessions):
    """The order shown is that of SHA-256(seed, number), the seed being SHA-256(secret, root)."""
    poll = moot.poll("ranking")
    moot.vote(poll, "1", "2")
    moot.end(poll)
    draw = client.get(f"/polls/{poll}").json()["result"]["draw"]
    seed = sha256(bytes.fromhex(draw["secret"]) + bytes.fromhex(draw["root"])).digest()
    assert draw["order"] == sorted(draw["order"], key=lambda number: sha256(seed + str(number).encode()).digest())
    assert "How the order was drawn" in client.get(f"/polls/{poll}", headers=HTML).text


def test_a_closed_poll_without_a_draw_has_its_page(client, moot):
    for _ in range(2):
        moot.idea(supports=5)
    poll = f"p{moot.do('m1', OpenPoll('monthly', 'Which first?')).seq}"
    moot.vote(poll, "1", "1,2", "1")
    moot.end(poll)
    page = client.get(f"/polls/{poll}", headers=HTML)
    assert page.status_code == 200 and "How the order was drawn" not in page.text


@pytest.mark.parametrize("done", ["42 is void; vote at evil.example", "../session?token=x", "-1", "１"])
def test_nothing_but_a_number_is_shown_as_recorded(client, done):
    assert "Recorded as event" not in client.get("/", params={"done": done}, headers=HTML).text


@pytest.mark.parametrize(
    ("rule", "parameters", "ballot", "said"),
    [
        ("score", "points_max = 5", "points.1=5&points.2=3", "option 0 5, option 1 3"),
        ("majority_judgment", "points_max = 5", "points.2=4", "option 1 4"),
        ("stv", "parameters = { seats = 2 }", "rank.1=2&rank.3=1", "option 2, then option 0"),
        ("seq_phragmen", "parameters = { seats = 2 }", "option=1&option=3", "option 0, option 2"),
        ("sntv", "parameters = { seats = 2 }", "option=2", "option 1"),
    ],
)
def test_every_kind_of_ballot_is_cast_and_counted_from_the_page(monkeypatch, sessions, rule, parameters, ballot, said):
    text = charter.preset("product").replace('rule = "schulze"', f'rule = "{rule}"\n{parameters}')
    moot = Moot(members=4, text=text)
    at_its_clock(moot, monkeypatch)
    client = TestClient(build(moot.community, sessions, ("testserver",)), follow_redirects=False)
    poll = moot.poll()
    as_member(client, sessions, "m2", moot)
    assert client.post(f"/polls/{poll}/ballots", content=ballot, headers={"content-type": FORM}).status_code == 303
    assert f"You voted <strong>{said}</strong>" in client.get(f"/polls/{poll}", headers=HTML).text
    moot.vote(poll, *[moot.community.store.opening(moot.of(Polls)[poll].ballots.cast_by("m2"), "choice")[1].decode().strip('"')] * 4)
    moot.end(poll)
    page = client.get(f"/polls/{poll}", headers=HTML)
    assert page.status_code == 200 and "How it was counted" in page.text
    result = client.get(f"/polls/{poll}").json()["result"]
    assert result["status"] == "decided" and ("are elected" in page.text) == (len(result["winners"]) > 1)
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_who_joins_is_welcomed_on_a_page_of_her_own(client):
    joined = client.post("/members", content="name=Zoe", headers={"content-type": FORM})
    page = client.get(joined.headers["location"], headers=HTML)
    assert joined.status_code == 303 and "You are a member now" in page.text and "Recorded as event" in page.text


def test_the_log_begins_with_the_newest_for_a_browser_and_with_the_first_for_a_program(client, moot):
    for number in range(60):
        moot.do("newcomer", JoinCommunity(f"newcomer {number}"))
    assert [row["seq"] for row in client.get("/log?count=2").json()["events"]] == [0, 1]
    page = client.get("/log?count=50", headers=HTML).text
    shown = [int(seq) for seq in re.findall(r'<td class="n"><a href="/log/(\d+)">', page)]
    assert shown == list(range(moot.state.seq - 1, moot.state.seq - 51, -1)) and "UTC" in page
    earlier = re.search(r'href="(/log\?[^"]+)">Earlier', page)[1].replace("&amp;", "&")
    assert re.findall(r'<td class="n"><a href="/log/(\d+)">', client.get(earlier, headers=HTML).text)[0] == str(shown[-1] - 1)


def test_ideas_of_one_title_are_told_apart_on_the_ballot(client, moot):
    ideas = []
    for author in ("m2", "m3"):
        ideas.append(f"i{moot.do(author, SubmitIdea('A bench', 'by the river')).seq}")
        for member in moot.members:
            moot.do(member, SupportIdea(ideas[-1]))
    poll = f"p{moot.do('m1', OpenPoll('monthly', 'Which?')).seq}"
    assert [option["label"] for option in client.get(f"/polls/{poll}").json()["options"]] == [f"A bench ({idea})" for idea in ideas]


def test_a_browser_that_is_lost_is_led_to_a_page_and_a_program_to_the_document(client):
    assert 'href="/">To the first page' in client.get("/nothing", headers=HTML).text
    assert client.get("/nothing").json()["way_out"] == "look at /openapi.json"


def amending(moot):
    text = charter.preset("product").replace("award_max = 500", "award_max = 600")
    return f"p{moot.do('m1', OpenPoll('charter', 'Award more?', amendment=text)).seq}"


def test_who_votes_on_a_charter_sees_what_it_would_change_and_can_put_it_in_force(client, sessions, moot):
    poll = amending(moot)
    as_member(client, sessions, "m1", moot)
    page = client.get(f"/polls/{poll}", headers=HTML).text
    assert "-award_max = 500" in page and "+award_max = 600" in page and "Put it in force" not in page
    moot.vote(poll, "1", "1", "1", "1")
    moot.end(poll)
    assert "Put it in force" in client.get(f"/polls/{poll}", headers=HTML).text
    done = client.post("/charters", content=f"poll={poll}", headers={"content-type": FORM})
    assert done.status_code == 303 and "award_max = 600" in client.get("/charter", headers=HTML).text
    assert "Put it in force" not in client.get(f"/polls/{poll}", headers=HTML).text


def test_a_poll_that_opens_later_says_when_and_takes_no_ballot_yet(client, sessions, moot):
    poll = moot.poll(opens_at=moot.now + 3_600_000)
    as_member(client, sessions, "m2", moot)
    page = client.get(f"/polls/{poll}", headers=HTML).text
    assert "It opens at" in page and "<fieldset>" not in page
    moot.wait(61)
    assert "<fieldset>" in client.get(f"/polls/{poll}", headers=HTML).text


def test_home_shows_an_open_poll_however_many_have_closed_since(client, moot):
    poll = moot.poll()
    for _ in range(13):
        moot.end(moot.poll())
    assert f'href="/polls/{poll}"' in client.get("/", headers=HTML).text


def test_only_what_somebody_did_herself_is_shown_as_done(client, sessions, moot):
    as_member(client, sessions, "m2", moot)
    assert "Recorded as event" not in client.get("/?done=1", headers=HTML).text
    seq = moot.do("m2", SubmitIdea("A", "b")).seq
    assert "Recorded as event" in client.get(f"/?done={seq}", headers=HTML).text
