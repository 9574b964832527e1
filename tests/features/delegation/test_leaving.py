"""What becomes of delegations when somebody leaves, or a poll ends without a count."""

from __future__ import annotations

from engine.event import Who
from engine.features.delegation.leave import DelegationsLapsed, DelegationWithdrawn
from engine.features.delegation.state import Delegations
from engine.features.polls.cast import CastBallot
from engine.features.polls.state import Polls
from engine.features.polls.void import VoidPoll
from engine.kernel.forget import ForgetMember
from engine.kernel.join import JoinCommunity
from engine.kernel.members import Members
from engine.verify import verify
from tests.delegating import OPEN, TEXT, carried, delegate, hold, said
from tests.moot import Moot


def test_delegations_of_and_to_a_member_who_leaves_lapse():
    moot = Moot(members=5, text=OPEN)
    delegate(moot, "m2>m4", "m2>m3 monthly", "m4>m3", "m4>m5 ranking", "m5>m4")
    moot.do("m4", ForgetMember("m4"))
    assert said(moot, "DelegationsLapsed") == [{"member": "m4", "hers": 2, "to_her": 2}]
    there, numbers = moot.of(Delegations), {member: moot.of(Members)[member].number for member in moot.members}
    assert [topic for topic, given in there.all() for number in numbers.values() if given.holds(number)] == ["monthly"]
    moot.do("m6", ForgetMember("m6"))
    assert len(said(moot, "DelegationsLapsed")) == 1, "who has none leaves no such word"
    delegate(moot, "m3>m1", "m5>m1")
    for member in ("m5", "m3"):
        moot.do("m1", ForgetMember(member))
    assert said(moot, "DelegationsLapsed")[1:] == [{"member": "m5", "hers": 1, "to_her": 0}, {"member": "m3", "hers": 1, "to_her": 1}]
    assert not any(who in event.by for who in Who for event in (DelegationsLapsed, DelegationWithdrawn)), (
        "they follow, and nobody asks for them"
    )
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_who_forgets_herself_takes_her_own_vote_along_and_nobody_elses():
    """Nobody casts hers, not even her delegate, whom she had overruled by a ballot that goes with her; those behind her are spoken for along
    her link, as if she had never voted."""
    moot = Moot(members=5, text=TEXT)
    delegate(moot, "m2>m4", "m4>m3")
    poll = moot.poll()
    moot.do("m4", CastBallot(poll, "2"))
    moot.do("m4", ForgetMember("m4"))
    assert said(moot, "DelegationWithdrawn") == [{"poll": poll, "member": "m4"}]
    assert carried(moot, poll) == 2
    assert said(moot, "VotesCarried")[0]["lost"] == []
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_one_in_the_middle_who_forgets_herself_turns_no_decision():
    """Given three behind one who leaves, and the one she had delegated to votes; then only her own vote is missing."""
    moot = Moot(members=7, text=OPEN)
    delegate(moot, "m2>m3", "m5>m3", "m6>m3", "m3>m4")
    poll = moot.poll()
    moot.do("m4", CastBallot(poll, "1"))
    for member in ("m1", "m7"):
        moot.do(member, CastBallot(poll, "2"))
    moot.do("m3", ForgetMember("m3"))
    result = hold(moot, poll)
    assert (result.winners, result.power_cast) == ((1,), 6)
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_what_a_void_poll_froze_is_let_go_and_who_is_not_on_a_roll_takes_nothing_from_it():
    moot = Moot(members=5, text=TEXT)
    delegate(moot, "m2>m4", "m4>m3")
    void = moot.poll()
    moot.do("m3", CastBallot(void, "1"))
    late = f"m{moot.do('newcomer', JoinCommunity('Late')).seq}"
    delegate(moot, f"{late}>m3")
    moot.do(late, ForgetMember(late))
    assert not said(moot, "DelegationWithdrawn")
    del moot.community.store._vault[moot.of(Polls)[void].ballots.sealed()[0]]["choice"]
    moot.wait(8 * 24 * 60)
    moot.do("m1", VoidPoll(void))
    moot.do("m5", ForgetMember("m5"))
    moot.do("m2", ForgetMember("m2"))
    assert not said(moot, "DelegationWithdrawn")
    assert moot.of(Polls)[void].ballots is None, "and with them what was frozen beside them"
    poll = moot.poll()
    assert [each.id for each in moot.of(Polls).open.values() if each.open_ballots.links] == [poll]


def test_a_moderator_who_forgets_a_voter_or_her_delegate_changes_no_count():
    moot = Moot(members=5, text=TEXT)
    delegate(moot, "m2>m4", "m5>m4", "m4>m3")
    poll = moot.poll()
    for member in ("m2", "m4"):
        moot.do("m1", ForgetMember(member))
    assert not said(moot, "DelegationWithdrawn")
    assert carried(moot, poll) == 4
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_after_a_polls_time_is_over_nobodys_leaving_takes_a_vote_out_of_it():
    moot = Moot(members=3, text=OPEN)
    delegate(moot, "m2>m3")
    poll = moot.poll()
    moot.do("m3", CastBallot(poll, "1"))
    moot.wait(7 * 24 * 60)
    moot.do("m2", ForgetMember("m2"))
    assert not said(moot, "DelegationWithdrawn")
    assert hold(moot, poll).power_cast == 2
