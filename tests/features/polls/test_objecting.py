"""What is decided is final when its days for objecting are over, and not when enough of the roll object."""

from __future__ import annotations

import pytest

from api.views import view_of
from engine.features.amendments.amend import AmendCharter
from engine.features.ideas.revise import ReviseIdea
from engine.features.ideas.state import Ideas
from engine.features.points.award import AwardPoints
from engine.features.polls.cast import CastBallot
from engine.features.polls.close import ClosePoll
from engine.features.polls.object import EndObjections, ObjectToDecision, check_may_object, objections_of
from engine.features.polls.open import FreeOption, OpenPoll
from engine.features.polls.state import Polls
from engine.features.treasury.state import Treasury
from engine.kernel import charter as charters
from engine.kernel.clock import CorrectClock
from engine.kernel.erase import EraseText
from engine.kernel.forget import ForgetMember
from engine.kernel.hooks import all_due
from engine.kernel.join import JoinCommunity
from engine.kernel.roles import GiveRole
from engine.log.json import parse_own
from engine.refusals import Refusal
from engine.store import snapshot
from engine.verify import verify
from tests.features.polls.asking import decision
from tests.features.polls.asking import poll as poll_by_hand
from tests.features.polls.test_charters import saying
from tests.forging import event, of_kind, rewritten, unchanged
from tests.moot import Moot, fingerprint

DAY = 24 * 60
OBJECTION = "objection = { days = 3, percent_min = 40 }"
WHY = "I was away."


def moot_with(*lines: str, decision: str = "ranking", members: int = 4) -> Moot:
    return Moot(members=members, text=saying(decision, OBJECTION, *lines))


def decided(moot: Moot, decision: str = "ranking", **fields) -> str:
    """A poll that has decided something, and is not final."""
    poll = moot.poll(decision, **fields)
    moot.vote(poll, "1", "1", "1", "2")
    moot.end(poll)
    return poll


def kinds(moot: Moot, first: int) -> list[str]:
    return [parse_own(data)["kind"] for data in moot.log()[first:]]


def test_a_decision_is_final_when_its_days_are_over():
    moot = moot_with()
    seq = moot.state.seq
    poll = decided(moot)
    assert kinds(moot, seq)[-2:] == ["PollClosed", "ObjectionsOpened"]
    until = moot.of(Polls)[poll].objections_until
    assert until == moot.now + 3 * DAY * 60_000 and not moot.of(Polls)[poll].final
    moot.now = until - 1
    assert not list(all_due(moot.state, moot.now))
    for actor in ("clock", "m1"):
        with pytest.raises(Refusal, match="objections_open: the decision of poll .* can still be objected to"):
            moot.do(actor, EndObjections(poll))
    moot.now = until
    assert list(all_due(moot.state, moot.now)) == [EndObjections(poll)]
    with pytest.raises(Refusal, match="not_allowed"):
        moot.do("m2", EndObjections(poll))
    assert kinds(moot, moot.do("clock", EndObjections(poll)).seq) == ["ObjectionsEnded", "DecisionFinal"]
    assert moot.of(Polls)[poll].final and not list(all_due(moot.state, moot.now))
    with pytest.raises(Refusal, match="objections_closed"):
        moot.do("clock", EndObjections(poll))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_enough_objections_overturn_it_at_once():
    """Two of five are 40 %."""
    moot = moot_with()
    poll = decided(moot)
    assert kinds(moot, moot.do("m2", ObjectToDecision(poll, WHY)).seq) == ["ObjectionRaised"]
    assert kinds(moot, moot.do("m3", ObjectToDecision(poll, WHY)).seq) == ["ObjectionRaised", "DecisionOverturned"]
    each = moot.of(Polls)[poll]
    assert (each.status, each.final, each.objected, each.result.winners) == ("overturned", False, 2, (1,))
    with pytest.raises(Refusal, match="objections_closed"):
        moot.do("m4", ObjectToDecision(poll, WHY))
    assert not list(all_due(moot.state, moot.now + 10 * DAY * 60_000))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


@pytest.mark.parametrize(("percent", "needed"), [(1, 1), (20, 1), (21, 2), (40, 2), (41, 3), (100, 5)])
def test_how_many_objections_it_takes(percent, needed):
    moot = moot_with(f"objection = {{ days = 1, percent_min = {percent} }}")
    poll = decided(moot)
    for number, member in enumerate(moot.members, 1):
        moot.do(member, ObjectToDecision(poll, WHY))
        assert (moot.of(Polls)[poll].status == "overturned") == (number == needed)
        if number == needed:
            return


@pytest.mark.parametrize(("members", "needed"), [(300, 120), (301, 121), (302, 121), (303, 122)])
def test_a_share_of_a_large_roll_is_rounded_up(members, needed):
    one = poll_by_hand(decision(objection={"days": 1, "percent_min": 40}), [1] * members, [])
    one.objections = one.ballots
    assert objections_of(one) == (0, needed)


def test_objections_may_weigh_as_the_ballots_did():
    """One with ten points of the sixteen votes on the roll is more than half of them, and one of five members."""
    power = ('power = "by_points"', "power_parameters = { at_least = 1 }")
    moot = moot_with(*power, 'objection = { days = 1, percent_min = 50, basis = "power" }')
    moot.do("m1", AwardPoints("m3", 12, "help"))
    poll = decided(moot)
    moot.do("m2", ObjectToDecision(poll, WHY))
    assert moot.of(Polls)[poll].status == "decided"
    moot.do("m3", ObjectToDecision(poll, WHY))
    assert moot.of(Polls)[poll].status == "overturned"


def test_who_may_object():
    moot = moot_with()
    poll = moot.poll()
    late = f"m{moot.do('newcomer', JoinCommunity('Late')).seq}"
    with pytest.raises(Refusal, match="objections_closed"):
        moot.do("m2", ObjectToDecision(poll, WHY))
    moot.vote(poll, "1", "1", "1")
    moot.end(poll)
    moot.do("m5", ObjectToDecision(poll, WHY))  # who has not voted may, too
    before = fingerprint(moot)
    for actor, code in ((late, "not_on_roll"), ("m5", "objected_already"), ("clock", "not_allowed"), ("m99", "not_allowed")):
        with pytest.raises(Refusal, match=code):
            moot.do(actor, ObjectToDecision(poll, WHY))
    with pytest.raises(Refusal, match="shows nothing"):
        moot.do("m2", ObjectToDecision(poll, " "))
    assert fingerprint(moot) == before
    moot.wait(3 * DAY)
    with pytest.raises(Refusal, match="objections_closed"):
        moot.do("m2", ObjectToDecision(poll, WHY))


def test_an_objection_stays_when_its_member_leaves():
    moot = moot_with()
    poll = decided(moot)
    moot.do("m2", ObjectToDecision(poll, WHY))
    moot.do("m2", ForgetMember("m2"))
    moot.do("m3", ObjectToDecision(poll, WHY))
    assert moot.of(Polls)[poll].status == "overturned"


@pytest.mark.parametrize(
    ("rule", "choices"),
    [("schulze", []), ("schulze", ["", "", ""]), ("yes_no", ["2", "2", "1"]), ("yes_no", ["1"])],
)
def test_what_leaves_things_as_they_are_is_final_at_once(rule, choices):
    moot = moot_with(f'rule = "{rule}"', 'ties = "status_quo"', 'quorum = { basis = "eligible", percent_min = 30 }')
    poll = moot.poll()
    moot.vote(poll, *choices)
    moot.end(poll)
    assert moot.of(Polls)[poll].final and not moot.of(Polls).contested


# -- money, ideas, the charter ---------------------------------------------------------------------------------------


def spending() -> tuple[Moot, str, list[str]]:
    moot = Moot(members=6, text=saying("spending", OBJECTION)).funded(10_000)
    ideas = [moot.idea(author, supports=5, cost=2_000) for author in ("m2", "m3")]
    poll = f"p{moot.do('m1', OpenPoll('spending', 'What?', budget=5_000)).seq}"
    moot.vote(poll, "1", "1", "1,2")
    moot.end(poll)
    return moot, poll, ideas


def test_money_waits_and_is_paid_when_the_decision_is_final():
    moot, poll, ideas = spending()
    accounts = moot.of(Treasury).accounts
    assert (accounts.balance(poll), moot.of(Treasury).funds) == (5_000, 5_000)
    assert moot.of(Ideas)[ideas[0]].stage == "shortlist"
    again = OpenPoll("spending", "Again?", (ideas[0],), budget=3_000)
    with pytest.raises(Refusal, match="which another open budget asks about"):
        moot.do("m1", again)
    moot.wait(3 * DAY)
    moot.do("clock", EndObjections(poll))
    assert (accounts.balance(poll), accounts.balance(f"{poll}.1")) == (0, 2_000)
    assert moot.of(Ideas)[ideas[0]].stage == "adopted"


def test_money_goes_back_when_it_is_overturned():
    moot, poll, ideas = spending()
    for member in ("m4", "m5", "m6"):
        moot.do(member, ObjectToDecision(poll, WHY))
    assert moot.of(Polls)[poll].status == "overturned"
    assert (moot.of(Treasury).accounts.balance(poll), moot.of(Treasury).funds) == (0, 10_000)
    assert moot.of(Ideas)[ideas[0]].stage == "shortlist"
    moot.do("m1", OpenPoll("spending", "Again?", (ideas[0],), budget=3_000))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_what_members_may_object_to_cannot_be_erased():
    moot, poll, ideas = spending()
    moot.do("m2", ReviseIdea(ideas[0], "Another", "text", 1))
    for seq, field in ((int(poll[1:]), "question"), (int(ideas[0][1:]), "text")):
        with pytest.raises(Refusal, match="poll_still_open|idea_asked_about"):
            moot.do("m1", EraseText(seq, field, "other"))
    moot.wait(3 * DAY)
    moot.do("clock", EndObjections(poll))
    moot.do("m1", EraseText(int(poll[1:]), "question", "other"))
    moot.do("m1", EraseText(int(ideas[0][1:]), "text", "other"))


def test_a_charter_is_put_in_force_when_its_adoption_is_final():
    moot = moot_with(decision="charter")
    poll = f"p{moot.do('m1', OpenPoll('charter', 'More?', amendment=charters.text_in_force(moot.state) + '# more')).seq}"
    moot.vote(poll, "1", "1", "1")
    moot.end(poll)
    with pytest.raises(Refusal, match="has not adopted it"):
        moot.do("m1", AmendCharter(poll))
    moot.wait(3 * DAY)
    moot.do("clock", EndObjections(poll))
    moot.do("m1", AmendCharter(poll))


# -- beside other things that happen ----------------------------------------------------------------------------------


def test_a_roll_is_kept_as_long_as_somebody_may_object_by_it(tmp_path):
    """Other polls over other rolls open and close; a state read again from a snapshot knows who may object, and who has."""
    moot = moot_with("objection = { days = 30, percent_min = 60 }")
    poll = decided(moot)
    for _ in range(3):
        moot.do("m1", GiveRole(f"m{moot.do('newcomer', JoinCommunity()).seq}", "founder"))
        other = moot.poll()
        moot.do("m2", CastBallot(other, ""))
        moot.end(other)
    moot.do("m3", ObjectToDecision(poll, WHY))
    cache = snapshot.Cache(tmp_path / "snapshot.npz", bytes(32))
    snapshot.save(cache, moot.state)
    again = snapshot.load(cache, moot.community.store)
    assert again is not None and snapshot.view(again) == snapshot.view(moot.state)
    assert objections_of(again[Polls].contested[poll]) == objections_of(moot.of(Polls)[poll]) == (1, 3)
    for member in ("m3", "m99"):
        with pytest.raises(Refusal, match="objected_already|not_on_roll"):
            check_may_object(again[Polls][poll], member, moot.now)
    check_may_object(again[Polls][poll], "m4", moot.now)
    for member in ("m4", "m5"):
        moot.do(member, ObjectToDecision(poll, WHY))
    assert not moot.of(Polls).contested


def test_a_decision_of_a_false_time_is_void():
    moot = moot_with().funded()
    moot.do("m1", GiveRole("m2", "founder"))
    true = moot.now
    poll = moot.poll()
    moot.vote(poll, "1", "1")
    moot.wait(20 * DAY)
    moot.do("clock", ClosePoll(poll))
    assert poll in moot.of(Polls).contested
    moot.now = true + 60_000
    for member in ("m1", "m2"):
        moot.do(member, CorrectClock(moot.now))
    each = moot.of(Polls)[poll]
    assert (each.status, each.result) == ("void", None) and not moot.of(Polls).contested
    assert view_of(moot.community, poll)["result"] is None
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_as_many_polls_stand_open_as_fit_and_those_that_may_be_objected_to_are_among_them(monkeypatch):
    from engine.features.polls import readiness

    monkeypatch.setattr(readiness, "POLLS_OPEN_MAX", 2)
    moot = moot_with()
    decided(moot)
    moot.poll()
    with pytest.raises(Refusal, match="2 other polls open beside it"):
        moot.do("m1", OpenPoll("ranking", "Which?", options=(FreeOption("a"), FreeOption("b"))))


# -- forged -----------------------------------------------------------------------------------------------------------


FORGED = {
    "a decision final before its time": ("clock", "DecisionFinal", 0, {}, "is DecisionFinal without cause"),
    "objections ended at once": ("clock", "ObjectionsEnded", 0, {}, "can still be objected to"),
    "objections ended a moment early": ("m1", "ObjectionsEnded", 3 * DAY * 60_000 - 1, {}, "can still be objected to"),
    "objections ended by who may not": ("m2", "ObjectionsEnded", 3 * DAY * 60_000, {}, "may not close_poll"),
    "objections ended and nothing final": ("clock", "ObjectionsEnded", 3 * DAY * 60_000, {}, "had to be followed by DecisionFinal"),
    "a decision overturned by one": ("m2", "DecisionOverturned", 0, {}, "is DecisionOverturned without cause"),
    "objections opened again": ("clock", "ObjectionsOpened", 0, {"until": 2**40}, "is ObjectionsOpened without cause"),
    "an objection too late": ("m3", "ObjectionRaised", 3 * DAY * 60_000, {"reason": "0" * 64}, "takes no objections now"),
    "a second objection": ("m2", "ObjectionRaised", 0, {"reason": "0" * 64}, "has your objection"),
    "an objection by a stranger": ("m99", "ObjectionRaised", 0, {"reason": "0" * 64}, "ObjectionRaised is for members only"),
    "an objection that changes nothing": ("m3", "ObjectionRaised", 0, {"reason": "0" * 64}, "had to be followed by DecisionOverturned"),
}


def objected() -> tuple[Moot, str]:
    """A decision to which one member has objected."""
    moot = moot_with()
    poll = decided(moot)
    moot.do("m2", ObjectToDecision(poll, WHY))
    return moot, poll


def forged(moot: Moot, poll: str, name: str) -> dict:
    actor, kind, at, fields, _ = FORGED[name]
    return event(moot, actor, kind, {"poll": poll} | fields, at=at)


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_finality_is_found(name):
    moot, poll = objected()
    report = verify(rewritten(moot, unchanged, [forged(moot, poll, name)]))
    assert report.verdict == "unsound" and FORGED[name][4] in str(report.problem)


@pytest.mark.parametrize("kind", ["ObjectionsOpened", "ObjectionRaised", "DecisionOverturned"])
def test_nothing_that_belongs_to_an_objection_can_be_left_out_or_changed(kind):
    moot = moot_with()
    poll = decided(moot)
    for member in ("m2", "m3"):
        moot.do(member, ObjectToDecision(poll, WHY))
    if kind == "ObjectionsOpened":
        assert "had to follow" in str(verify(rewritten(moot, of_kind(kind, until=moot.now + 1))).problem)
    lines = [parse_own(data) for data in moot.log()]
    moot.log = lambda: [data for seq, data in moot.community.store.lines(0) if lines[seq]["kind"] != kind]
    assert verify(rewritten(moot, unchanged)).verdict == "unsound"


@pytest.mark.parametrize(
    ("terms", "fact"),
    [
        ("{ days = 0, percent_min = 5 }", "objection.days is 0; give 1 to 365"),
        ("{ days = 366, percent_min = 5 }", "objection.days is 366"),
        ("{ days = 1, percent_min = 0 }", "objection.percent_min is 0; give 1 to 100"),
        ("{ days = 1, percent_min = 101 }", "objection.percent_min is 101"),
        ('{ days = 1, percent_min = 5, basis = "active" }', "give one of eligible, power"),
        ("{ percent_min = 5 }", "objection.days is not given"),
    ],
)
def test_an_objection_has_its_bounds(terms, fact):
    with pytest.raises(Refusal, match=fact):
        moot_with(f"objection = {terms}")
