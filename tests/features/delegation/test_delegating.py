"""Delegations are given, end, and lapse; what cannot be is refused and leaves no trace; what an operator might forge is found."""

from __future__ import annotations

import pytest

from engine.community import Community
from engine.features.amendments.amend import AmendCharter
from engine.features.delegation.delegate import Delegate
from engine.features.delegation.end import EndDelegation
from engine.features.delegation.state import Given
from engine.features.delegation.terms import DelegationTerms
from engine.features.polls.cast import CastBallot
from engine.features.polls.close import ClosePoll
from engine.features.polls.open import OpenPoll
from engine.features.polls.state import Polls
from engine.kernel.charter import lawful, preset
from engine.kernel.clock import CorrectClock
from engine.kernel.forget import ForgetMember
from engine.kernel.roles import GiveRole
from engine.refusals import Refusal
from engine.store.snapshot import view
from engine.values import DAY_MS
from engine.verify import verify
from tests.delegating import OPEN, TERMS, TEXT, carried, delegate, delegating, hold, said
from tests.forging import event, of_kind, rewritten, unchanged
from tests.moot import KEY, START, Moot, fingerprint

GUESTS = TEXT.replace('"cast_ballot", "leave", "delegate"]', '"leave"]') + '\n[roles.voter]\nmay = ["cast_ballot", "delegate"]\n'


@pytest.mark.parametrize(
    ("actor", "command", "code"),
    [
        ("m2", Delegate("m2"), "delegate_wrong: member m2 cannot speak for herself by a delegation"),
        ("m2", Delegate("m99"), "member_unknown"),
        ("m2", Delegate("m4"), "delegate_wrong: member m4 has left"),
        (
            "m2",
            Delegate("m3", "library"),
            "topic_unknown: topic 'library' is not one that can be delegated; known: monthly, ranking, spending",
        ),
        ("m2", Delegate("m3", "charter"), "topic_unknown"),
        ("m2", Delegate("m3", None, START), "delegation_too_long"),
        ("m2", Delegate("m3", None, START + 365 * DAY_MS + 1), "delegation_too_long: .* within 365 days"),
        ("m99", Delegate("m3"), "not_allowed"),
        ("newcomer", Delegate("m3"), "not_allowed"),
        ("clock", Delegate("m3"), "not_allowed"),
        ("m4", Delegate("m3"), "not_allowed"),
        ("m2", EndDelegation(), "delegation_unknown: member m2 has no delegation in general"),
        ("m3", EndDelegation("ranking"), "delegation_unknown: member m3 has no delegation in ranking"),
        ("m2", EndDelegation("library"), "delegation_unknown"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_no_trace(actor, command, code):
    moot = Moot(members=3, text=TEXT)
    moot.do("m4", ForgetMember("m4"))
    delegate(moot, "m2>m3 ranking")
    before = fingerprint(moot)
    with pytest.raises(Refusal, match=code):
        moot.do(actor, command)
    assert fingerprint(moot) == before


def test_it_takes_a_charter_that_has_it_and_a_role_that_may():
    with pytest.raises(Refusal, match=r"not_allowed: the charter has no \[delegation\]"):
        Moot(members=2, text=delegating(preset("product"), "")).do("m2", Delegate("m3"))
    with pytest.raises(Refusal, match="not_allowed: member m2 has the role member, which may not delegate"):
        Moot(members=2, text=preset("product") + TERMS).do("m2", Delegate("m3"))


def test_a_delegate_is_somebody_who_votes():
    moot = Moot(members=3, text=GUESTS)
    moot.do("m1", GiveRole("m2", "voter"))
    with pytest.raises(Refusal, match="delegate_wrong: member m3 has no role that votes"):
        moot.do("m2", Delegate("m3"))
    moot.do("m1", GiveRole("m3", "voter"))
    moot.do("m2", Delegate("m3"))


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ('decisions = ["monthly", "ranking", "spending"]', "decisions = []", "decisions is empty"),
        ('["monthly", "ranking", "spending"]', '["rankings"]', "did you mean 'ranking'"),
        ("days_max = 365", "days_max = 0", "give 1 to 1826"),
        ("days_max = 365", "days_max = 1827", "give 1 to 1826"),
        ("depth_max = 3", "depth_max = 0", "give 1 to 64"),
        ("depth_max = 3", "depth_max = 65", "give 1 to 64"),
        ("depth_max = 3\n", "", "depth_max is not given"),
        ("depth_max = 3\n", "depth_max = 3\nprivate = true\n", "private is not a field"),
    ],
)
def test_an_unsound_charter_is_refused(old, new, fact):
    assert old in TEXT
    with pytest.raises(Refusal, match=fact):
        lawful(TEXT.replace(old, new))


@pytest.mark.parametrize(("name", "value"), [("days_max", 1), ("days_max", 1826), ("depth_max", 1), ("depth_max", 64)])
def test_a_bound_may_be_as_small_and_as_large_as_stated(name, value):
    now = {"days_max": 365, "depth_max": 3}[name]
    assert getattr(lawful(TEXT.replace(f"{name} = {now}", f"{name} = {value}"))[DelegationTerms], name) == value


def test_in_force_is_from_its_moment_to_before_its_end():
    given = Given()
    given.give(1, to=0, since=10, until=20)
    moments = (9, 10, 19, 20)
    assert [given.is_in_force(1, at) for at in moments] == [False, True, True, False]
    assert [given.in_force(at, 3).tolist() for at in moments] == [[-1, -1, -1], [-1, 0, -1], [-1, 0, -1], [-1, -1, -1]]
    given.give(2, to=1, since=10, until=20)
    given.lapse(3)
    assert given.is_in_force(1, 15) and given.is_in_force(2, 15), "others' leaving is nothing to them"
    given.lapse(1)
    assert not given.holds(1) and not given.holds(2)
    given.give(1, to=0, since=10, until=20)
    given.give(2, to=3, since=10, until=20)
    given.lapse(1)
    assert given.holds(2)
    given.end(1)
    assert not any(given.is_in_force(number, 15) for number in (0, 1))


@pytest.mark.parametrize("pair", ["m2>m1", "m2>m1 ranking"])
def test_the_first_of_all_may_be_a_delegate(pair):
    moot = Moot(members=3, text=OPEN)
    delegate(moot, pair)
    poll = moot.poll()
    moot.do("m1", CastBallot(poll, "1"))
    assert hold(moot, poll).power_cast == 2
    moot.do("m2", EndDelegation(pair.partition(" ")[2] or None))
    with pytest.raises(Refusal, match="delegation_unknown"):
        moot.do("m2", EndDelegation(pair.partition(" ")[2] or None))
    delegate(moot, "m2>m3", "m2>m1 ranking")
    poll = moot.poll()
    moot.do("m1", CastBallot(poll, "1"))
    assert hold(moot, poll).power_cast == 2, "a topic's own delegate first, be it the first of all"


@pytest.mark.parametrize(("days", "power"), [(29, 2), (30, 1)])
def test_a_delegation_ends_at_its_moment(days, power):
    """It applies to polls that open before."""
    moot = Moot(members=3, text=OPEN)
    moot.do("m2", Delegate("m3", None, START + 30 * DAY_MS))
    moot.wait(days * 24 * 60)
    assert carried(moot, moot.poll()) == power


def test_one_without_an_end_ends_as_late_as_the_charter_lets_it():
    moot = Moot(members=3, text=OPEN)
    delegate(moot, "m2>m3")
    assert said(moot, "DelegationGiven")[0]["until"] == START + 365 * DAY_MS


def test_one_that_ends_while_a_poll_is_open_goes_on_in_that():
    moot = Moot(members=3, text=OPEN)
    moot.do("m2", Delegate("m3", None, START + DAY_MS))
    poll = moot.poll()
    moot.wait(3 * 24 * 60)
    assert carried(moot, poll) == 2


def test_a_topics_own_delegate_whose_time_is_over_leaves_the_general_one():
    moot = Moot(members=4, text=OPEN)
    moot.do("m2", Delegate("m4", "ranking", START + DAY_MS))
    delegate(moot, "m2>m3")
    moot.wait(24 * 60)
    assert carried(moot, moot.poll()) == 2


def test_who_delegates_again_has_one_delegate():
    moot = Moot(members=4, text=OPEN)
    delegate(moot, "m2>m4", "m2>m3")
    assert carried(moot, moot.poll()) == 2


def test_what_was_delegated_in_a_false_time_gives_nobody_a_vote():
    moot = Moot(members=4, text=OPEN)
    moot.do("m1", GiveRole("m4", "founder"))
    true = moot.now
    moot.wait(20 * 365 * 24 * 60)
    delegate(moot, "m2>m3")
    moot.now = true + 60_000
    for member in ("m1", "m4"):
        moot.do(member, CorrectClock(moot.now))
    assert carried(moot, moot.poll()) == 1


def test_what_was_delegated_in_a_false_time_is_void_and_does_not_wake_when_that_time_comes():
    """Given one delegation from before the clock ran ahead, one at the very time it is set back to, and two given later, one of which
    replaced another; when the true time comes to that day; then what was given later speaks for nobody."""
    moot = Moot(members=6, text=OPEN.replace("days_max = 365", "days_max = 1826"))
    moot.do("m1", GiveRole("m4", "founder"))
    delegate(moot, "m2>m3", "m6>m3")
    moot.wait(5)
    true = moot.now
    delegate(moot, "m5>m3")
    moot.wait(3 * 365 * 24 * 60)
    false = moot.now
    delegate(moot, "m6>m1", "m1>m3 ranking")
    moot.now = true
    for member in ("m1", "m4"):
        moot.do(member, CorrectClock(true))
    assert said(moot, "DelegationsMistimed") == [{"to": true, "delegations": 2}]
    moot.now = false + DAY_MS
    assert carried(moot, moot.poll()) == 3
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"
    assert view(Community(moot.community.store, KEY).state) == view(moot.state)


def test_a_right_time_that_is_set_takes_no_delegation_back():
    moot = Moot(members=4, text=OPEN)
    moot.do("m1", GiveRole("m4", "founder"))
    delegate(moot, "m2>m3")
    true = moot.now
    moot.wait(5)
    moot.idea()
    moot.now = true
    for member in ("m1", "m4"):
        moot.do(member, CorrectClock(true))
    assert not said(moot, "DelegationsMistimed") and carried(moot, moot.poll()) == 2


def test_an_amendment_that_drops_delegation_touches_nothing_open():
    moot = Moot(members=3, text=OPEN.replace("minutes_open = 20160", "minutes_open = 60"))
    delegate(moot, "m2>m3")
    ranking = moot.poll()
    text = preset("product").replace('secrecy = "until_close"', 'secrecy = "open"')
    amend(moot, text)
    assert carried(moot, ranking) == 2
    assert carried(moot, moot.poll()) == 1
    with pytest.raises(Refusal, match=r"the charter has no \[delegation\]"):
        delegate(moot, "m3>m2")
    moot.do("m2", EndDelegation())
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def amend(moot: Moot, text: str) -> None:
    poll = f"p{moot.do('m1', OpenPoll('charter', 'So?', amendment=text)).seq}"
    moot.vote(poll, *["1"] * 4)
    moot.now = moot.of(Polls)[poll].asked.closes_at
    moot.do("clock", ClosePoll(poll))
    moot.do("m1", AmendCharter(poll, text))


# -- what an operator might forge -----------------------------------------------------------------------------------


def lived() -> tuple[Moot, str]:
    moot = Moot(members=5, text=OPEN)
    delegate(moot, "m2>m4", "m3>m2")
    poll = moot.poll()
    moot.do("m4", CastBallot(poll, "1"))
    moot.end(poll)
    return moot, poll


CHANGED = {
    "more delegations frozen": ("DelegationsFrozen", {"delegations": 3}, "had to follow"),
    "longer chains allowed": ("DelegationsFrozen", {"depth_max": 9}, "had to follow"),
    "other delegations frozen": ("DelegationsFrozen", {"links": "0" * 64}, "had to follow"),
    "votes not carried": ("VotesCarried", {"carriers": []}, "had to follow"),
    "more votes carried": ("VotesCarried", {"carriers": [{"member": "m4", "power": "3", "voices": 2}]}, "had to follow"),
    "votes left to be carried": ("VotesCarried", {"left": 1}, "had to follow"),
    "votes lost in a loop": ("VotesCarried", {"lost": [{"reason": "loop", "voices": 1, "power": "1"}]}, "had to follow"),
    "votes handed to another": ("DelegationGiven", {"to": "m5"}, "had to follow"),
    "a delegation that is over": ("DelegationGiven", {"until": START}, "would end before it begins"),
    "a delegation of what cannot be": ("DelegationGiven", {"topic": "charter"}, "is not one that can be delegated"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_an_audit_finds_other_delegations_than_there_were(name):
    kind, fields, problem = CHANGED[name]
    moot, _ = lived()
    assert verify(rewritten(moot, unchanged)).verdict == "sound"
    assert problem in str(verify(rewritten(moot, of_kind(kind, **fields))).problem)


FORGED = {
    "a delegation ended that was none": ("m5", "DelegationEnded", {"topic": None}, "has no delegation in general"),
    "a delegation withdrawn without cause": ("m2", "DelegationWithdrawn", {"member": "m2"}, "without cause"),
    "delegations lapsed without cause": ("m2", "DelegationsLapsed", {"member": "m2", "hers": 1, "to_her": 1}, "without cause"),
    "delegations out of a false time": ("m2", "DelegationsMistimed", {"to": START, "delegations": 1}, "without cause"),
    "votes carried after all": ("clock", "FurtherVotesCarried", {"carriers": [], "left": 0}, "has no votes that are still to be carried"),
    "votes carried by who may not": ("m2", "FurtherVotesCarried", {"carriers": [], "left": 0}, "may not close_poll"),
}
ABOUT_A_POLL = ("DelegationWithdrawn", "FurtherVotesCarried")


def forged(moot: Moot, poll: str, name: str) -> dict:
    actor, kind, fields, _ = FORGED[name]
    return event(moot, actor, kind, {"poll": poll, **fields} if kind in ABOUT_A_POLL else fields)


@pytest.mark.parametrize("name", FORGED)
def test_an_audit_finds_what_nobody_may_ask_for(name):
    moot, poll = lived()
    assert FORGED[name][3] in str(verify(rewritten(moot, unchanged, [forged(moot, poll, name)])).problem)


def test_an_audit_finds_further_votes_that_are_not_the_next(monkeypatch):
    from engine.features.delegation import carry

    monkeypatch.setattr(carry, "CARRIERS_WITH_END_MAX", 1)
    moot = Moot(members=5, text=OPEN)
    delegate(moot, "m2>m3", "m4>m5")
    poll = moot.poll()
    for member in ("m3", "m5"):
        moot.do(member, CastBallot(poll, "1"))
    moot.end(poll)
    right = {"member": "m5", "power": "1", "voices": 1}
    for carriers, left, verdict in (
        ([right], 0, "sound"),
        ([right], 1, "unsound"),
        ([], 1, "unsound"),
        ([right | {"voices": 2}], 0, "unsound"),
        ([{"member": "m3", "power": "1", "voices": 1}], 0, "unsound"),
        ([right, right], 0, "unsound"),
    ):
        forged = event(moot, "clock", "FurtherVotesCarried", {"poll": poll, "carriers": carriers, "left": left})
        assert verify(rewritten(moot, unchanged, [forged])).verdict == verdict, carriers


def test_an_audit_finds_a_count_before_the_votes_were_carried():
    moot = Moot(members=3, text=OPEN)
    delegate(moot, "m2>m3")
    poll = moot.poll()
    at = 8 * DAY_MS
    body = {
        "poll": poll,
        "status": "no_ballots",
        "winners": [],
        "ties": [],
        "scores": [],
        "ballots": 0,
        "power_cast": "0",
        "outcome": None,
        "draw": None,
    }
    ended = event(moot, "clock", "PollEnded", {"poll": poll}, at=at)
    closed = event(moot, "clock", "PollClosed", body, at=at, cause=ended["seq"])
    assert "has ballots that are not opened" in str(verify(rewritten(moot, unchanged, [ended, closed])).problem)
