"""What a member sees she can do is what she may do, and a refusal leads her back."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from api.app import build
from engine.features.amendments.amend import AmendCharter
from engine.features.ideas.comment import CommentIdea
from engine.features.ideas.state import COMMENTS_PER_IDEA_MAX, Ideas
from engine.features.ideas.submit import SubmitIdea
from engine.features.ideas.support import SupportIdea
from engine.features.points.state import points_of
from engine.features.polls.cast import CastBallot
from engine.features.polls.open import FreeOption, OpenPoll
from engine.features.polls.state import Polls
from engine.kernel import charter
from engine.kernel.erase import EraseText
from engine.refusals import Refusal
from tests.api.conftest import HTML, as_member, at_its_clock
from tests.moot import Moot


def page(client, path: str) -> str:
    return client.get(path, headers=HTML).text


def test_only_who_may_improve_an_idea_is_offered_to(client, sessions, moot):
    idea = moot.idea("m2")
    assert "Improve it" in page(as_member(client, sessions, "m2", moot), f"/ideas/{idea}")
    assert "Improve it" not in page(as_member(client, sessions, "m3", moot), f"/ideas/{idea}")


def test_an_idea_that_needs_no_support_asks_for_none(client, sessions, moot):
    ideas = [moot.idea("m2", supports=5), moot.idea("m3", supports=5)]
    poll = client_poll(client, sessions, moot)
    moot.vote(poll, *["1"] * 5)
    moot.end(poll)
    as_member(client, sessions, "m4", moot)
    assert moot.of(Ideas)[ideas[0]].stage == "adopted"
    assert "Support this idea" not in page(client, f"/ideas/{ideas[0]}") and "You support it" in page(client, f"/ideas/{ideas[1]}")


def client_poll(client, sessions, moot) -> str:
    """The monthly poll, opened by the founder's form."""
    answer = as_member(client, sessions, "m1", moot).post("/polls", data={"decision": "monthly", "question": "Which?"})
    assert answer.status_code == 303
    return answer.headers["location"].split("?")[0].removeprefix("/polls/")


def test_long_talk_is_read_page_by_page_and_ends(client, moot, monkeypatch):
    idea = moot.idea("m2")
    for number in range(5):
        moot.do("m3", CommentIdea(idea, f"word {number}"))
    shown = client.get(f"/ideas/{idea}?start=2&count=2").json()
    assert [one["text"] for one in shown["said"]] == ["word 2", "word 3"] and shown["comments"] == 5
    assert 'start=4">More' in page(client, f"/ideas/{idea}?start=2&count=2")
    assert COMMENTS_PER_IDEA_MAX > 5
    monkeypatch.setattr("engine.features.ideas.comment.COMMENTS_PER_IDEA_MAX", 5)
    with pytest.raises(Refusal, match="has 5 comments"):
        moot.do("m3", CommentIdea(idea, "one more"))


@pytest.mark.parametrize("decision", ["ranking", "charter"])
def test_a_voter_still_finds_her_ballot_when_the_poll_is_over(client, sessions, moot, decision):
    amended = charter.preset("product").replace("award_max = 500", "award_max = 600")
    poll = moot.poll() if decision == "ranking" else moot.poll(decision, 0, amendment=amended)
    moot.do("m2", CastBallot(poll, "1"))
    receipt = moot.do("m2", CastBallot(poll, "2"))
    moot.end(poll)
    label = "option 1" if decision == "ranking" else "Keep the charter as it is"
    mine = page(as_member(client, sessions, "m2", moot), f"/polls/{poll}")
    assert f'You voted <strong>{label}</strong> (<a href="/log/{receipt.seq}">' in mine
    assert "You voted" not in page(as_member(client, sessions, "m3", moot), f"/polls/{poll}")


def test_points_are_awarded_by_a_form_to_whom_it_is_shown(client, sessions, moot):
    assert "Award points" not in page(as_member(client, sessions, "m2", moot), "/members/m3")
    assert "Award points" in page(as_member(client, sessions, "m1", moot), "/members/m3")
    assert client.post("/members/m3/points", data={"points": "40", "reason": "the soup"}).status_code == 303
    assert points_of(moot.state, "m3", moot.now) == 40


def test_a_refused_form_leads_back_and_speaks_of_no_command(client, sessions, moot):
    as_member(client, sessions, "m2", moot)
    headers = HTML | {"referer": "http://testserver/ideas?start=0"}
    said = client.post("/ideas", data={"title": "A", "text": ""}, headers=headers).text
    assert '<a href="/ideas">Back to the page' in said and "SubmitIdea" not in said and "Text is not given" in said
    assert "Back to the page" not in client.post("/ideas", data={"title": "A"}, headers=HTML | {"referer": "http://foe//x"}).text


@pytest.mark.parametrize("path", ["/" + "a" * 20_000 + "!", "//foe.example", "/\\foe.example", "/a//b?x=<script>", "@foe.example/a"])
def test_where_a_form_came_from_is_a_page_of_ours_or_the_first_and_known_at_once(client, path):
    """A pattern that tried every way to part a path once took twice as long for every letter of it."""
    said = client.post("/nothing", data={}, headers=HTML | {"referer": f"http://testserver{path}"}).text
    links = re.findall(r'href="([^"]*)">(?:Back|To the first)', said)
    assert links in (["/"], ["/a//b"])


@pytest.mark.parametrize("page", ["http://[", "http://testserver/ideas]", "//[x", "http://a:b:c/"])
def test_a_form_from_a_page_whose_address_is_none_is_recorded_and_answered(client, sessions, moot, page):
    """`http://[` was recorded, and answered as a fault: whoever tries again pays twice."""
    as_member(client, sessions, "m1", moot)
    before = moot.state.seq
    paid = client.post("/funds", data={"amount": "5", "source": "a gift"}, headers=HTML | {"referer": page})
    assert paid.status_code == 303 and moot.state.seq > before
    assert client.get("/nothing", headers=HTML | {"referer": page}).status_code == 404


def test_a_form_of_more_fields_than_there_are_is_refused(client):
    assert client.post("/members", content="a=&" * 1_000, headers={"content-type": "application/x-www-form-urlencoded"}).status_code == 413


def test_options_that_cost_money_are_written_with_their_costs(client, sessions, monkeypatch):
    text = charter.preset("product").replace('rule = "schulze"', 'rule = "greedy"')
    moot = Moot(members=2, text=text).funded()
    at_its_clock(moot, monkeypatch)
    client = TestClient(build(moot.community, sessions, ("testserver",)), follow_redirects=False)
    as_member(client, sessions, "m1", moot)
    form = {"decision": "ranking", "question": "Which?", "budget": "2000", "options": "An oven | 1,200.50\nA bench | by the river | 80"}
    assert client.post("/polls", data=form).status_code == 303
    poll = next(iter(moot.of(Polls).polls.values()))
    assert [option.cost for option in poll.asked.options] == [120_050, 8_000]
    assert client.get(f"/polls/{poll.id}").json()["options"][1]["label"] == "A bench | by the river"
    refused = client.post("/polls", data=form | {"options": "An oven"}).json()
    assert (refused["code"], refused["thing"]) == ("field_missing", "the cost of option 1")


def test_a_poll_whose_options_are_called_the_other_way_round_is_shown(sessions):
    """No rule looks at what options are called."""
    moot = Moot(members=3, text=charter.preset("product").replace('rule = "schulze"', 'rule = "yes_no"').replace('"lot"', '"status_quo"'))
    poll = f"p{moot.do('m1', OpenPoll('ranking', 'Which?', options=(FreeOption('No'), FreeOption('Yes')))).seq}"
    moot.vote(poll, "1", "2", "2")
    moot.end(poll)
    client = TestClient(build(moot.community, sessions, ("testserver",)), follow_redirects=False)
    assert client.get(f"/polls/{poll}").json()["result"]["steps"][0] == "for: No 1; against: Yes 2; abstaining 0"


def test_a_log_that_cannot_be_followed_still_says_so_in_words(client, moot, monkeypatch):
    monkeypatch.setattr(moot.community.store, "size", lambda: 1 / 0)
    for path, status, words in (("/", 503, "or verify it"), ("/ideas", 503, "or verify it"), ("/nothing", 404, "does not exist here")):
        said = client.get(path, headers=HTML)
        assert (said.status_code, words in said.text) == (status, True)


def test_what_polls_fund_and_rounds_share_is_listed_newest_first(client, moot):
    moot.funded()
    for number in range(3):
        moot.do("m1", SubmitIdea(f"idea {number}", "b", 100))
    for idea in list(moot.of(Ideas).ideas):
        for member in moot.members:
            moot.do(member, SupportIdea(idea))
    poll = moot.poll("spending", 0, budget=1_000)
    moot.vote(poll, "1,2,3", "1,2,3")
    moot.end(poll)
    ledger = client.get("/ledger").json()
    assert [row["title"] for row in ledger["funded"]] == ["idea 2", "idea 1", "idea 0"] and ledger["fundings"] == 3


def test_a_label_that_was_erased_leaves_the_steps_of_the_count_too(client, moot):
    poll = moot.poll()
    moot.vote(poll, "1>2", "1>3")
    moot.end(poll)
    assert "option 0" in " ".join(client.get(f"/polls/{poll}").json()["result"]["steps"])
    moot.do("m1", EraseText(int(poll[1:]), "options.0.label", "spam"))
    assert "option 0" not in str(client.get(f"/polls/{poll}").json())


def test_labels_that_imitate_what_tells_equal_ones_apart_are_told_apart_too(client, moot):
    first = f"i{moot.do('m2', SubmitIdea('Bench', 'b')).seq}"
    for title in ("Bench", f"Bench ({first})", f"Bench ({first}) (1)"):
        moot.do("m2", SubmitIdea(title, "b"))
    for idea in list(moot.of(Ideas).ideas):
        for member in moot.members:
            moot.do(member, SupportIdea(idea))
    poll = moot.poll("monthly", 0)
    moot.vote(poll, "1", "2")
    moot.end(poll)
    assert client.get(f"/polls/{poll}").json()["result"]["steps"]


def test_a_charter_that_was_voted_down_is_not_in_force_when_another_poll_adopts_it(client, moot):
    text = charter.preset("product").replace("award_max = 500", "award_max = 600")
    polls = []
    for choice in ("2", "1"):
        polls.append(moot.poll("charter", 0, amendment=text))
        moot.vote(polls[-1], *[choice] * 4)
        moot.end(polls[-1])
    moot.do("m1", AmendCharter(polls[1]))
    assert [client.get(f"/polls/{poll}").json()["amendment"]["in_force"] is not None for poll in polls] == [False, True]
