"""What the pages offer of roles, money and rounds, what a poll says of its end, and how much one answer holds."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from api import explaining
from api.app import build
from api.pages import environment
from api.views import Texts, view_of
from api.views.ideas import TEXT_BYTES_MAX
from engine.event import rights
from engine.features.ideas.comment import CommentIdea
from engine.features.ideas.revise import ReviseIdea
from engine.features.points.award import AwardPoints
from engine.features.polls.cast import CastBallot
from engine.features.polls.state import Polls
from engine.features.rewards.state import Rounds
from engine.features.treasury.state import Treasury
from engine.kernel import charter as charters
from engine.kernel.members import Members
from engine.kernel.roles import GiveRole
from tests.api.conftest import FORM, HTML, as_member, at_its_clock
from tests.moot import Moot


def page(client, path: str) -> str:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text
    return answer.text


# -- roles ----------------------------------------------------------------------------------------------------------


def test_a_role_is_given_and_taken_on_the_members_page(client, sessions, moot):
    assert "Roles</summary>" not in page(as_member(client, sessions, "m2", moot), "/members/m3")
    as_member(client, sessions, "m1", moot)
    assert "Give it" in page(client, "/members/m3") and "Take the role" not in page(client, "/members/m3")
    done = client.post("/members/m3/roles", data={"role": "founder"})
    assert (done.status_code, done.headers["location"].split("?")[0]) == (303, "/members/m3")
    assert moot.of(Members)["m3"].roles == ("member", "founder")
    assert "founder" in page(client, "/members") and "Take the role founder away" in page(client, "/members/m3")
    assert client.post("/members/m3/roles/taken", data={"role": "founder"}).status_code == 303
    assert moot.of(Members)["m3"].roles == ("member",)


def test_nobody_is_offered_to_give_herself_anything(client, sessions, moot):
    own = page(as_member(client, sessions, "m1", moot), "/members/m1")
    assert "Award points" not in own and "Give it" not in own and "Be forgotten" in own


# -- money ----------------------------------------------------------------------------------------------------------


def test_money_is_paid_in_on_the_page_of_the_books(client, sessions, moot):
    assert "came in</summary>" not in page(as_member(client, sessions, "m2", moot), "/ledger")
    assert "came in</summary>" in page(as_member(client, sessions, "m1", moot), "/ledger")
    headers = {"referer": "http://testserver/ledger"}
    done = client.post("/funds", data={"amount": "1,250.50", "source": "the fair"}, headers=headers)
    assert (done.status_code, done.headers["location"].split("?")[0]) == (303, "/ledger")
    assert moot.of(Treasury).funds == 125_050


def test_a_round_is_proposed_by_one_and_agreed_to_by_another(client, sessions, moot):
    moot.funded()
    for member in ("m1", "m2"):
        moot.do("m1" if member == "m2" else "m2", CommentIdea(moot.idea("m3"), "yes"))
    moot.do("m1", GiveRole("m2", "founder"))
    as_member(client, sessions, "m1", moot)
    assert client.post("/rewards/thanks/rounds", data={"pot": "10", "with_me": "true"}).status_code == 303
    (proposal,) = moot.of(Rounds).proposals
    own = page(client, "/ledger")
    assert "proposed by" in own and "Agree, and share it" not in own
    assert "Agree, and share it" in page(as_member(client, sessions, "m2", moot), "/ledger")
    done = client.post(f"/rounds/{proposal}/agreement", headers={"referer": "http://testserver/ledger", "content-type": FORM})
    assert (done.status_code, done.headers["location"].split("?")[0]) == (303, "/ledger")
    assert not moot.of(Rounds).proposals and "waiting for somebody else" not in page(client, "/ledger")
    ledger = client.get("/ledger").json()
    assert ledger["shared"] == 1 and ledger["rounds"][0]["paid"] and {row["member"] for row in ledger["paid"]} >= {"m1", "m2"}


def test_who_shares_without_herself_gets_nothing(client, sessions, moot):
    moot.funded()
    moot.do("m1", AwardPoints("m2", 5, "help"))
    as_member(client, sessions, "m1", moot)
    moot.idea("m1")
    assert client.post("/rewards/thanks/rounds", data={"pot": "10"}).status_code == 303
    assert [row["member"] for row in client.get("/ledger").json()["paid"]] == ["m2"]


# -- how a poll ends ------------------------------------------------------------------------------------------------


def test_a_poll_says_when_it_ends_and_is_closed_by_hand_only_when_that_may_be(client, sessions, moot):
    poll = moot.poll()
    as_member(client, sessions, "m1", moot)
    said = page(client, f"/polls/{poll}")
    assert (
        "; before that, as soon as everybody on the roll has voted or somebody with that right ends it, once it has been open for 1 day"
        in said
    )
    assert "Close it now" not in said
    moot.wait(1_440)
    assert "Close it now" in page(client, f"/polls/{poll}")
    assert "Close it now" not in page(as_member(client, sessions, "m2", moot), f"/polls/{poll}")


def test_an_amendment_ends_by_its_clock_alone(client, sessions, moot):
    text = charters.preset("product").replace("award_max = 500", "award_max = 600")
    poll = moot.poll("charter", 0, amendment=text)
    moot.wait(20_000)
    said = page(as_member(client, sessions, "m1", moot), f"/polls/{poll}")
    assert "or until" not in said and "Close it now" not in said
    moot.wait(200)
    said = page(client, f"/polls/{poll}")
    assert "Its time was over" in said and "Count it now" in said and "<fieldset>" not in said


def test_a_poll_that_has_ended_and_is_not_counted_takes_no_ballot_and_says_so(client, sessions, moot):
    poll = moot.poll()
    moot.do("m2", CastBallot(poll, "1"))
    moot.of(Polls)[poll].ended_at = moot.now
    for member in ("m1", "m2"):
        said = page(as_member(client, sessions, member, moot), f"/polls/{poll}")
        assert "is being counted" in said and "<fieldset>" not in said
    assert "being counted" in page(client, "/polls") and "being counted" in page(client, "/")
    assert client.get(f"/polls/{poll}").json()["status"] == "ended"


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ('rule = "approval"\nnamed_max = 2', "Tick up to 2 options"),
        ('rule = "approval"', "Tick every option you could live with"),
        ('rule = "schulze"\nnamed_max = 2', "Rank up to 2: 1 for your favourite"),
        ('rule = "score"\npoints_max = 5\nnamed_max = 2', "Grade up to 2 options from 0 to 5"),
        ('rule = "quadratic"\npoints_max = 9\nnamed_max = 2', "Give votes to up to 2 options"),
        ('rule = "cumulative"\npoints_max = 9\nnamed_max = 2', "Split your points over up to 2 options: 9 in all"),
    ],
)
def test_a_ballot_says_how_many_options_it_may_name(monkeypatch, sessions, terms, said):
    moot = at_its_clock(Moot(members=2, text=charters.preset("product").replace('rule = "schulze"', terms)), monkeypatch)
    client = TestClient(build(moot.community, sessions, ("testserver",)), follow_redirects=False)
    poll = moot.poll()
    assert said in page(as_member(client, sessions, "m2", moot), f"/polls/{poll}")
    assert ('data-named="2"' in page(client, f"/polls/{poll}")) == ("named_max" in terms)


# -- how much one answer holds --------------------------------------------------------------------------------------


def test_long_comments_come_in_parts_and_it_is_said_where_the_next_begins(client, moot):
    idea, long = moot.idea("m2"), "é" * 5_000
    for _ in range(60):
        moot.do("m3", CommentIdea(idea, long))
    first = client.get(f"/ideas/{idea}?count=1000").json()
    assert len(first["said"]) == first["next"] == TEXT_BYTES_MAX // 10_000
    rest = client.get(f"/ideas/{idea}?start={first['next']}").json()
    assert len(rest["said"]) == 10 and rest["next"] is None
    assert f'start={first["next"]}">More' in page(client, f"/ideas/{idea}?count=1000")


def test_of_many_long_versions_the_newest_are_shown(client, moot):
    idea = moot.idea("m2")
    for number in range(20):
        moot.do("m2", ReviseIdea(idea, f"A bench {number}", "é" * 20_000))
    shown = client.get(f"/ideas/{idea}").json()
    assert len(shown["versions"]) == 12 and shown["left_out"] == 9 and shown["versions"][-1]["title"] == "A bench 19"
    said = page(client, f"/ideas/{idea}")
    assert "21 versions" in said and "The 9 oldest" in said and '<ol start="10">' in said


def test_the_texts_of_a_page_are_each_read_once(moot, monkeypatch):
    for _ in range(5):
        moot.idea("m2")
    moot.poll()
    read = []
    opening = type(moot.community.store).opening
    monkeypatch.setattr(type(moot.community.store), "opening", lambda self, *what: (read.append(what), opening(self, *what))[1])
    view_of(moot.community, "ideas")
    assert len(read) == len(set(read)) == 6, "five titles and one name"
    read.clear()
    view_of(moot.community, "polls")
    assert len(read) == len(set(read)) == 4


def test_an_address_that_asks_for_more_than_there_is_room_for_is_refused(client):
    refused = client.get("/ideas?count=1001")
    assert (refused.status_code, refused.json()["way_out"]) == (422, "give a whole number from 0 to 1000")
    assert client.get("/ideas?count=1000").status_code == 200


def test_nothing_is_counted_and_no_text_is_read_while_the_state_is_held(client, moot, sessions, monkeypatch):
    """A long count or a slow disk would hold up every writer."""
    idea = moot.idea("m2", supports=5)
    moot.idea("m3", supports=5)
    poll = moot.poll("monthly", 0)
    moot.vote(poll, "1", "1,2")
    moot.end(poll)
    moot.poll("charter", 0, amendment=charters.preset("product").replace("award_max = 500", "award_max = 600"))
    held = []
    reading = moot.community.reading

    from contextlib import contextmanager

    @contextmanager
    def watched():
        with reading() as state:
            held.append(True)
            try:
                yield state
            finally:
                held.pop()

    def free(function):
        def asked(*words, **more):
            assert not held
            return function(*words, **more)

        return asked

    monkeypatch.setattr(moot.community, "reading", watched)
    for place, name in (
        (explaining, "recount"),
        (Texts, "read"),
        (type(moot.community.store), "find"),
        (type(moot.community.store), "lines"),
    ):
        monkeypatch.setattr(place, name, free(getattr(place, name)))
    for path in ("/", "/ideas", f"/ideas/{idea}", "/polls", f"/polls/{poll}", "/ledger", "/members", "/log", "/log/5"):
        for headers in ({}, HTML):
            assert as_member(client, sessions, "m2", moot).get(path, headers=headers).status_code == 200


# -- the rest -------------------------------------------------------------------------------------------------------


def test_a_thing_without_a_view_of_its_own_is_shown_by_its_events():
    events = [{"seq": 7, "at": 0, "kind": "BountyPut", "actor": "m1"}, {"seq": 9, "at": 0, "kind": "BountyWon", "actor": "<b>"}]
    community = {"name": "A moot"}
    made = (
        environment()
        .get_template("thing.html")
        .render(
            shown={"id": "b7", "events": events, "next": None},
            community=community,
            charter=charters_of_preset(),
            page="thing",
            me=None,
            done=None,
            start=0,
            step=200,
        )
    )
    assert "bounty won" in made and '<a href="/log/7">7</a>' in made and "&lt;b&gt;" in made and "<b>" not in made


def charters_of_preset():
    from api.pages import _by_key

    return _by_key(charters.read(charters.preset("product")))


ALL_RIGHTS = ", ".join(f'"{name}"' for name in rights())
BARE = f"""format = "folkmoot-charter/1"
name = "Bare"
purpose = "To have next to nothing."
[members]
admission = "open"
[roles.member]
may = [{ALL_RIGHTS}]
[roles.founder]
may = []
"""


@pytest.mark.parametrize("moot_text", [BARE, BARE + "[points]\n", BARE + '[money]\nunit = "EUR"\n'], indirect=True)
@pytest.mark.parametrize("member", [None, "m1"])
def test_every_page_stands_under_a_charter_that_names_no_feature(client, moot, sessions, member):
    """Whoever may do everything is shown what she may do where there is nothing to do it with."""
    if member:
        as_member(client, sessions, member, moot)
    for path in ("/", "/ledger", "/ideas", "/polls", "/members", "/charter", "/members/m1", "/log"):
        assert client.get(path, headers=HTML).status_code in (200, 404), path
