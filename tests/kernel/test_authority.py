"""Who may ask for what is declared on the event and judged by the core: no verb can forget it."""

from __future__ import annotations

import pytest

from engine.event import Record, Who, kinds
from engine.features.polls.cast import CastBallot
from engine.features.polls.state import Polls
from engine.features.polls.void import VoidPoll
from engine.kernel.authority import WITHOUT_ID, judge
from engine.kernel.charter import preset
from engine.kernel.join import JoinCommunity
from engine.kernel.roles import GiveRole, TakeRole
from engine.refusals import Refusal
from engine.verify import verify
from tests.forging import event, rewritten, unchanged
from tests.moot import Moot

ACTORS = {who: name for name, who in WITHOUT_ID.items()} | {Who.MEMBER: "m2"}
ASKED = sorted(name for name, kind in kinds().items() if kind.by)
SCOUT = preset("product").replace("[ideas]", "[roles.scout]\nmay = []\n\n[ideas]", 1)


def judged(moot: Moot, kind: str, actor: str, **fields) -> str:
    """What the core says of an actor who asks for an event of that kind: nothing, or a code."""
    event = object.__new__(kinds()[kind])
    poll = next(iter(moot.of(Polls).polls), "p0")
    for name, value in ({"poll": poll} | fields).items():
        object.__setattr__(event, name, value)
    seq = moot.state.seq
    try:
        judge(moot.state, Record(seq, moot.now, actor, seq, event))
    except Refusal as refusal:
        return refusal.code
    return ""


@pytest.fixture(scope="module")
def moot() -> Moot:
    moot = Moot(members=3, text=SCOUT)
    moot.poll()
    return moot


M, C = Who.MEMBER, Who.CLOCK
DECLARED = {
    "BallotCast": ({M}, None), "BallotSealed": ({M}, None), "BallotWithdrawn": (set(), None), "BallotsOpened": ({C, M}, "close_poll"),
    "BallotCast.2": ({M}, None), "BallotSealed.2": ({M}, None), "KeyRegistered": ({M}, None), "KeyRotated": ({M}, None),
    "KeyRetired": ({M}, None), "KeyLapsed": (set(), None), "CharterAmended": ({M}, "amend_charter"),
    "ClockCorrected": ({M}, "correct_clock"), "ClockDoubted": ({M}, "correct_clock"),
    "CommunityFounded": ({Who.FOUNDER}, None), "DecisionFinal": (set(), None), "FundsPaidIn": ({M}, "pay_in"),
    "DecisionOverturned": (set(), None), "ObjectionRaised": ({M}, None), "ObjectionsEnded": ({C, M}, "close_poll"),
    "ObjectionsOpened": (set(), None), "PollOpened.2": ({M}, "open_poll"), "QuorumReached": (set(), None),
    "IdeaAdvanced": (set(), None), "IdeaCommented": ({M}, "comment_idea"), "IdeaRevised": ({M}, "revise_idea"),
    "IdeaSubmitted": ({M}, "submit_idea"), "IdeaSupported": ({M}, "support_idea"), "LossDeclared": ({M}, "declare_loss"),
    "MemberEntered": ({M}, "join_community"), "MemberJoined": ({Who.FOUNDER, Who.NEWCOMER}, None), "OtherForgotten": ({M}, "erase"),
    "PointsAwarded": ({M}, "award_points"), "PointsEarned": (set(), None), "PointsExpired": ({C}, None),
    "PollClosed": ({C, M}, "close_poll"), "PollEnded": ({C, M}, "close_poll"), "PollMistimed": (set(), None),
    "PollOpened": ({M}, "open_poll"), "PollVoided": ({M}, "void_poll"), "RewardRoundOpened": ({M}, "share_reward"),
    "RewardShared": ({C, M}, None), "RoleGiven": ({M}, "give_role"), "RoleTaken": ({M}, "give_role"),
    "RoundProposed": ({M}, "share_reward"), "SelfForgotten": ({M}, "leave"), "TextErased": ({M}, "erase"),
}  # fmt: skip
"""Who may bring about which event, and the right a member needs for it: whoever changes a declaration changes it here, too."""


@pytest.mark.parametrize("kind", DECLARED)
def test_every_event_says_who_may_bring_it_about(kind):
    event = kinds()[kind]
    assert (set(event.by), event.may and event.may.name) == DECLARED[kind]


@pytest.mark.parametrize("who", Who)
@pytest.mark.parametrize("kind", ASKED)
def test_whoever_is_not_named_by_an_event_cannot_ask_for_it(moot, kind, who):
    allowed = who in kinds()[kind].by
    if who is Who.MEMBER and allowed:
        return  # see below
    expected = "not_allowed" if not allowed else "already_founded" if who is Who.FOUNDER else ""
    assert judged(moot, kind, ACTORS[who]) == expected


@pytest.mark.parametrize("kind", [name for name in ASKED if kinds()[name].may])
def test_a_member_needs_the_right_that_an_event_declares(kind):
    """Dropping the declaration makes this fail for that very event."""
    right = kinds()[kind].may.name
    with_it = (
        SCOUT.replace("[roles.scout]\nmay = []", f'[roles.scout]\nmay = ["{right}"]')
        .replace(f'"{right}", ', "")
        .replace(f', "{right}"', "")
    )
    moot = Moot(members=3, text=with_it)
    if right == "give_role":
        return  # nobody holds it in such a charter, so that nobody can be given it: see test_roles
    moot.do("m1", GiveRole("m3", "scout"))
    if right == "open_poll":
        assert (judged(moot, kind, "m2"), judged(moot, kind, "m3")) == ("not_allowed", "")
        return
    if right != "cast_ballot":
        moot.poll()
    assert (judged(moot, kind, "m2"), judged(moot, kind, "m3")) == ("not_allowed", "")


@pytest.mark.parametrize("kind", [name for name in ASKED if Who.MEMBER in kinds()[name].by])
def test_who_is_forgotten_or_unknown_may_ask_for_nothing(kind):
    from engine.kernel.forget import ForgetMember

    moot = Moot(members=3)
    moot.poll()
    moot.do("m2", ForgetMember("m2"))
    assert judged(moot, kind, "m2") == judged(moot, kind, "m99") == "not_allowed"


@pytest.mark.parametrize(
    ("actor", "kind", "body"),
    [
        ("clock", "CharterAmended", {"poll": "p5"}),
        ("clock", "PointsAwarded", {"member": "m2", "points": "5", "reason": "0" * 64, "expires_at": 0}),
        ("newcomer", "RoleGiven", {"member": "m2", "role": "founder"}),
        ("m2", "RoleGiven", {"member": "m3", "role": "founder"}),
        ("founder", "MemberJoined", {"name": None, "email": None}),
        ("clock", "TextErased", {"seq": 1, "field": "name", "reason": "other"}),
    ],
)
def test_an_audit_judges_as_the_living_do(actor, kind, body):
    """By the declaration alone, before the event's own conditions are looked at."""
    moot = Moot(members=3)
    moot.poll()
    report = verify(rewritten(moot, unchanged, [event(moot, actor, kind, body)]))
    code = "already_founded" if actor == "founder" else "not_allowed"
    assert report.verdict == "unsound" and code in str(report.problem), report.problem


def amend(moot: Moot, text: str) -> None:
    from engine.features.amendments.amend import AmendCharter
    from engine.features.polls.open import OpenPoll

    poll = f"p{moot.do('m1', OpenPoll('charter', 'So?', amendment=text)).seq}"
    moot.vote(poll, *["1"] * len(moot.members))
    moot.end(poll)
    moot.do("m1", AmendCharter(poll))


def test_an_amendment_shuts_nobody_out_of_an_open_poll():
    """Being on the frozen roll suffices to vote; closing takes the rights of the charter then."""
    long = preset("product").replace("minutes_open = 10080", "minutes_open = 90000") + "\n[roles.scribe]\nmay = []\n"
    moot = Moot(members=3, text=long)
    moot.do("m1", GiveRole("m2", "scribe"))
    poll = moot.poll()
    amended = (
        long.replace('"cast_ballot", ', "")
        .replace('"close_poll", ', "")
        .replace("[roles.scribe]\nmay = []", '[roles.scribe]\nmay = ["close_poll"]')
    )
    amend(moot, amended)
    moot.do("m2", CastBallot(poll, "1"))
    with pytest.raises(Refusal, match="may not close_poll"):
        moot.end(poll, by="m2")
    moot.end(poll)
    assert moot.of(Polls)[poll].result.winners == (1,)
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


@pytest.mark.parametrize("clerk_stays", [True, False])
def test_a_poll_with_a_lost_secret_can_always_be_ended(clerk_stays):
    """By who may by the charter it was opened under; when nobody is left who may by that, by today's."""
    text = preset("product").replace("minutes_open = 10080", "minutes_open = 90000").replace('"void_poll", ', "")
    before = text + '\n[roles.clerk]\nmay = ["void_poll"]\n[roles.scribe]\nmay = []\n'
    after = text + '\n[roles.clerk]\nmay = []\n[roles.scribe]\nmay = ["void_poll"]\n'
    moot = Moot(members=3, text=before)
    moot.do("m1", GiveRole("m2", "clerk"))
    moot.do("m1", GiveRole("m3", "scribe"))
    poll = moot.poll()
    moot.vote(poll, "1")
    amend(moot, after)
    if not clerk_stays:
        moot.do("m1", TakeRole("m2", "clerk"))
    seq = moot.of(Polls)[poll].ballots.sealed()[0]
    del moot.community.store._vault[seq]["choice"]
    moot.wait(90_000)
    with pytest.raises(Refusal, match="openings_lost"):
        moot.end(poll)
    by, other = ("m2", "m3") if clerk_stays else ("m3", "m2")
    with pytest.raises(Refusal, match="not_allowed"):
        moot.do(other, VoidPoll(poll))
    moot.do(by, VoidPoll(poll))
    assert moot.of(Polls)[poll].void


def test_the_role_of_now_is_asked_not_the_role_of_then():
    from engine.kernel.roles import TakeRole

    moot = Moot(members=3)
    moot.do("m1", GiveRole("m2", "founder"))
    poll = moot.poll()
    moot.do("m2", TakeRole("m1", "founder"))
    moot.wait(1_440)
    from engine.features.polls.close import ClosePoll

    with pytest.raises(Refusal, match="not_allowed"):
        moot.do("m1", ClosePoll(poll))
    moot.do("m2", ClosePoll(poll))


def test_a_newcomer_joins_only_where_admission_is_open():
    moot = Moot(text=preset("product").replace('admission = "open"', 'admission = "invited"'))
    with pytest.raises(Refusal, match="ask a member who may invite you"):
        moot.do("newcomer", JoinCommunity("Bo"))
    assert moot.do("m1", JoinCommunity("Bo")).seq == 2
