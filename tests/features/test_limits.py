"""Every limit holds at its very number: what reaches it is taken, the next is refused and leaves no trace."""

from __future__ import annotations

import pytest

from engine.features.ideas import comment, revise, submit
from engine.features.ideas.comment import CommentIdea
from engine.features.ideas.revise import ReviseIdea
from engine.features.ideas.submit import SubmitIdea
from engine.features.points.award import AwardPoints
from engine.features.polls import count, readiness, void
from engine.features.polls.open import FreeOption, OpenPoll
from engine.features.polls.state import Polls
from engine.features.polls.void import VoidPoll
from engine.features.rewards import share
from engine.features.rewards.share import ShareReward
from engine.kernel import join, roles
from engine.kernel.charter import preset
from engine.kernel.join import JoinCommunity
from engine.kernel.roles import GiveRole
from engine.refusals import Refusal
from engine.store.snapshot import view
from engine.verify import verify
from tests.moot import Moot

SCOUTS = preset("product") + "\n[roles.scout]\nmay = []\n\n[roles.scribe]\nmay = []\n"


def with_points() -> Moot:
    moot = Moot(members=2).funded()
    moot.do("m1", AwardPoints("m2", 5, "so"))
    return moot


def idea_of(moot: Moot) -> str:
    return moot.idea("m2")


THINGS = {
    "ideas": (submit, "IDEAS_MAX", lambda moot, n: moot.do("m2", SubmitIdea(f"A {n}", "x"))),
    "members": (join, "MEMBERS_MAX", lambda moot, n: moot.do("newcomer", JoinCommunity(f"A {n}"))),
    "rounds": (share, "ROUNDS_MAX", lambda moot, n: moot.do("m1", ShareReward("thanks", 5 + n))),
    "proposals": (share, "ROUNDS_MAX", lambda moot, n: moot.do("m1", ShareReward("thanks", 5 + n, True))),
}
BEFORE = {"members": 3}
"""How many there are to begin with."""


@pytest.mark.parametrize("what", THINGS)
def test_so_many_of_a_thing_and_no_more(what, monkeypatch):
    module, name, another = THINGS[what]
    moot = with_points()
    monkeypatch.setattr(module, name, BEFORE.get(what, 0) + 2)
    for number in range(2):
        another(moot, number)
    before = view(moot.state)
    with pytest.raises(Refusal, match="limit_reached"):
        another(moot, 9)
    assert view(moot.state) == before


@pytest.mark.parametrize(
    ("module", "name", "another"),
    [
        (comment, "COMMENTS_PER_IDEA_MAX", lambda moot, idea, n: moot.do("m3", CommentIdea(idea, f"more {n}"))),
        (revise, "VERSIONS_PER_IDEA_MAX", lambda moot, idea, n: moot.do("m2", ReviseIdea(idea, f"A {n}", "x"))),
    ],
)
def test_so_much_about_one_idea_and_no_more(module, name, another, monkeypatch):
    moot = with_points()
    idea = idea_of(moot)
    monkeypatch.setattr(module, name, 2 + (name == "VERSIONS_PER_IDEA_MAX"))
    for number in range(2):
        another(moot, idea, number)
    with pytest.raises(Refusal, match="limit_reached"):
        another(moot, idea, 9)


def test_so_many_polls_open_and_no_more(monkeypatch):
    monkeypatch.setattr(readiness, "POLLS_OPEN_MAX", 2)
    moot = Moot(members=2)
    first = moot.poll()
    moot.poll()
    with pytest.raises(Refusal, match="2 other polls open beside it"):
        moot.poll()
    moot.end(first)
    moot.poll()


def test_so_many_options_and_no_more(monkeypatch):
    from engine.features.polls import open as opening

    monkeypatch.setattr(opening, "OPTIONS_PER_POLL_MAX", 3)
    monkeypatch.setattr(readiness, "OPTIONS_PER_POLL_MAX", 3)
    moot = Moot(members=2)
    moot.poll(options=3)
    with pytest.raises(Refusal, match="too_large"):
        moot.poll(options=4)


def test_so_many_roles_ever_and_no_more(monkeypatch):
    monkeypatch.setattr(roles, "ROLES_EVER_MAX", 3)
    moot = Moot(members=3, text=SCOUTS)
    moot.do("m1", GiveRole("m2", "scout"))
    moot.do("m1", GiveRole("m3", "founder"))
    with pytest.raises(Refusal, match="limit_reached"):
        moot.do("m1", GiveRole("m2", "scribe"))


def test_an_event_names_the_first_ties_and_the_first_lost_ballots(monkeypatch):
    monkeypatch.setattr(count, "TIES_PER_EVENT_MAX", 1)
    monkeypatch.setattr(void, "LOST_PER_EVENT_MAX", 2)
    moot = Moot(members=5)
    lost = moot.poll()
    moot.vote(lost, "1", "2", "3")
    for seq in moot.of(Polls)[lost].ballots.sealed():
        del moot.community.store._vault[seq]["choice"]
    moot.wait(10_080)
    moot.do("m1", VoidPoll(lost))
    assert moot.of(Polls)[lost].void
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


@pytest.mark.parametrize("points", [0, 501, -1])
def test_an_award_is_of_some_points_and_not_too_many(points):
    moot = Moot(members=1)
    moot.do("m1", AwardPoints("m2", 1, "so"))
    moot.do("m1", AwardPoints("m2", 500, "so"))
    with pytest.raises(Refusal, match="field_wrong"):
        moot.do("m1", AwardPoints("m2", points, "so"))


@pytest.mark.parametrize(("cost", "refused"), [(0, False), (2**53 - 1, False), (2**53, True), (-1, True)])
def test_a_cost_is_a_whole_number_that_everybody_can_read(cost, refused):
    moot = Moot(members=1)
    command = SubmitIdea("A", "x", cost)
    if refused:
        with pytest.raises(Refusal, match="field_wrong"):
            moot.do("m2", command)
    else:
        moot.do("m2", command)


@pytest.mark.parametrize(
    ("cost", "budget", "problem"), [(100, 100, ""), (101, 100, "more than the budget"), (5, 501, "above the funds"), (5, 0, "no budget")]
)
def test_a_budget_fits_the_funds_and_every_cost_the_budget(cost, budget, problem):
    text = preset("product").replace('rule = "schulze"', 'rule = "greedy"')
    moot = Moot(members=2, text=text).funded(500)
    command = OpenPoll("ranking", "Which?", options=(FreeOption("a", cost), FreeOption("b", 1)), budget=budget)
    if problem:
        with pytest.raises(Refusal, match=problem):
            moot.do("m1", command)
    else:
        moot.do("m1", command)


def test_an_idea_stands_in_one_open_budget_at_a_time():
    moot = Moot(members=6).funded(5_000)
    moot.idea("m2", supports=3, cost=10)
    first = f"p{moot.do('m1', OpenPoll('spending', 'Which?', budget=100)).seq}"
    with pytest.raises(Refusal, match="which another open budget asks about"):
        moot.do("m1", OpenPoll("spending", "Which?", budget=100))
    moot.end(first)
