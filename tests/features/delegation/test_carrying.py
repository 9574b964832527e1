"""Votes are carried to whoever votes, counted as they are carried, and recounted by a stranger."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api import explaining
from engine.community import Community
from engine.event import Who
from engine.features.delegation import carry
from engine.features.delegation.carry import Carrier, CarryVotes, FurtherVotesCarried, Loop, LostVotes, VotesCarried
from engine.features.delegation.end import EndDelegation
from engine.features.delegation.freeze import DelegationsFrozen
from engine.features.points.award import AwardPoints
from engine.features.polls import count as counting
from engine.features.polls.cast import CastBallot
from engine.features.polls.close import ClosePoll
from engine.features.polls.open import OpenPoll
from engine.features.polls.state import Polls
from engine.kernel.hooks import all_due
from engine.kernel.join import JoinCommunity
from engine.limits import EVENT_BYTES_MAX
from engine.log.codec import form
from engine.log.json import canonical, parse_own
from engine.refusals import Refusal
from engine.store import export
from engine.store.export import Export
from engine.store.snapshot import view
from engine.verify import verify
from tests.delegating import OPEN, TEXT, delegate, hold, said
from tests.moot import KEY, Moot
from tests.test_delegation import by_hand

SECRECIES = pytest.mark.parametrize("text", [TEXT, OPEN], ids=["until_close", "open"])


def kinds(moot: Moot, first: int) -> list[str]:
    return [parse_own(data)["kind"] for data in moot.log()[first:]]


@SECRECIES
def test_a_delegates_ballot_weighs_hers_and_everybodys_who_is_spoken_for(text):
    moot = Moot(members=6, text=text)
    delegate(moot, "m2>m4", "m3>m2")
    poll = moot.poll()
    moot.do("m4", CastBallot(poll, "1"))
    moot.do("m5", CastBallot(poll, "2"))
    moot.do("m6", CastBallot(poll, "2"))
    result = hold(moot, poll)
    assert (result.winners, result.ballots, result.power_cast) == ((1,), 3, 5)
    assert said(moot, "VotesCarried")[0]["carriers"] == [{"member": "m4", "power": "2", "voices": 2}]
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


@SECRECIES
def test_her_own_ballot_takes_her_from_her_delegate_until_the_last_moment(text):
    moot = Moot(members=6, text=text)
    delegate(moot, "m2>m4", "m3>m2")
    poll = moot.poll()
    moot.do("m4", CastBallot(poll, "1"))
    moot.do("m5", CastBallot(poll, "2"))
    moot.now = moot.of(Polls)[poll].asked.closes_at - 1
    moot.do("m2", CastBallot(poll, "2"))
    result = hold(moot, poll)
    assert (result.winners, result.power_cast) == ((2,), 4), "and who is spoken for through her goes along"
    assert said(moot, "VotesCarried")[0]["carriers"] == [{"member": "m2", "power": "1", "voices": 1}]


def test_a_poll_ends_and_is_carried_before_it_is_counted():
    moot = Moot(members=4, text=TEXT)
    delegate(moot, "m2>m4")
    first = moot.do("m1", OpenPoll("ranking", "Which?", options=options())).seq
    assert kinds(moot, first) == ["PollOpened", "DelegationsFrozen"]
    poll = f"p{first}"
    moot.do("m4", CastBallot(poll, "1"))
    ended = moot.end(poll)
    assert kinds(moot, ended.seq) == ["PollEnded", "VotesCarried"]
    assert list(all_due(moot.state, moot.now)) == [ClosePoll(poll)]
    assert kinds(moot, moot.do("clock", ClosePoll(poll)).seq) == ["BallotsOpened", "PollClosed", "DecisionFinal"]
    assert moot.of(Polls)[poll].ballots is None
    assert not any(who in event.by for who in Who for event in (DelegationsFrozen, VotesCarried)), "they follow, and nobody asks for them"


def test_what_follows_by_itself_has_a_size_that_belongs_to_the_format_and_every_event_fits():
    assert (carry.CARRIERS_WITH_END_MAX, carry.LOOPS_NAMED_MAX) == (20, 50)
    most, longest = Carrier("m9999999999999999", 9_999_999, 2**53 - 1), Loop("m9999999999999999", 9_999_999)
    further = FurtherVotesCarried("p9999999999999999", (most,) * carry.CARRIERS_PER_EVENT_MAX, 9_999_999)
    lost = tuple(LostVotes(reason, 9_999_999, 2**53 - 1) for reason in ("unheard", "too_deep", "loop"))
    first = VotesCarried("p9999999999999999", (most,) * 20, 9_999_999, lost, (longest,) * 50)
    for event in (further, first):
        assert len(canonical(form(type(event)).write(event))) < EVENT_BYTES_MAX - 1_000


def test_an_event_names_the_first_loops_and_counts_them_all(monkeypatch):
    monkeypatch.setattr(carry, "LOOPS_NAMED_MAX", 2)
    moot = Moot(members=8, text=OPEN)
    delegate(moot, *[f"m{one}>m{other}" for pair in ((3, 4), (5, 6), (7, 8)) for one, other in (pair, pair[::-1])])
    hold(moot, moot.poll())
    (carried,) = said(moot, "VotesCarried")
    assert [loop["first"] for loop in carried["loops"]] == ["m3", "m5"] and carried["lost"][0]["voices"] == 6
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def options():
    from engine.features.polls.open import FreeOption

    return FreeOption("one"), FreeOption("two")


def test_where_nobody_on_the_roll_has_a_delegate_a_poll_is_as_ever():
    with_terms, without = Moot(members=3, text=TEXT), Moot(members=3)
    for moot in (with_terms, without):
        poll = moot.poll()
        moot.vote(poll, "1", "2")
        moot.end(poll)
    assert kinds(with_terms, 1) == kinds(without, 1) and with_terms.of(Polls)[poll].status != "ended"


def test_a_decision_the_charter_does_not_list_is_everybodys_own():
    moot = Moot(members=3, text=OPEN)
    delegate(moot, "m2>m1", "m3>m1", "m4>m1")
    poll = moot.poll("charter", 0, amendment=TEXT)
    moot.vote(poll, "1")
    moot.end(poll)
    assert moot.of(Polls)[poll].result.status == "no_quorum" and not said(moot, "DelegationsFrozen")


def test_a_topics_own_delegate_comes_before_the_general_one():
    moot = Moot(members=4, text=OPEN)
    delegate(moot, "m2>m3", "m2>m4 ranking")
    poll = moot.poll()
    moot.vote(poll, "1", "", "2", "3")
    moot.do("m2", EndDelegation("ranking"))
    later = moot.poll()
    for open_poll in (poll, later):
        for member, choice in (("m3", "2"), ("m4", "3")):
            moot.do(member, CastBallot(open_poll, choice))
    hold(moot, later)
    assert [one["carriers"] for one in said(moot, "VotesCarried")] == [[{"member": "m3", "power": "1", "voices": 1}]]
    hold(moot, poll)
    assert said(moot, "VotesCarried")[1]["carriers"] == [], "she voted herself in that"


def test_what_an_open_poll_froze_nobody_changes():
    """Delegating, ending it and joining after a poll has opened go for the next one."""
    moot = Moot(members=4, text=OPEN)
    delegate(moot, "m2>m3")
    poll = moot.poll()
    delegate(moot, "m4>m3", "m2>m4")
    late = f"m{moot.do('newcomer', JoinCommunity('Late')).seq}"
    delegate(moot, f"{late}>m3")
    moot.do("m2", EndDelegation())
    moot.do("m3", CastBallot(poll, "1"))
    assert hold(moot, poll).power_cast == 2
    after = moot.poll()
    moot.do("m3", CastBallot(after, "1"))
    assert hold(moot, after).power_cast == 3


def test_a_loop_of_which_nobody_votes_carries_nothing_and_is_named():
    moot = Moot(members=6, text=OPEN)
    delegate(moot, "m3>m4", "m4>m5", "m5>m3", "m6>m5")
    poll = moot.poll()
    moot.do("m1", CastBallot(poll, "1"))
    moot.do("m2", CastBallot(poll, "1"))
    assert hold(moot, poll).power_cast == 2
    (carried,) = said(moot, "VotesCarried")
    assert carried["loops"] == [{"first": "m3", "members": 3}]
    assert carried["lost"] == [{"reason": "loop", "voices": 4, "power": "4"}]
    again = moot.poll()
    moot.do("m4", CastBallot(again, "1"))
    assert hold(moot, again).power_cast == 4, "one of them votes, and the loop is none"


def test_a_chain_is_followed_as_far_as_the_charter_says():
    moot = Moot(members=5, text=OPEN)
    delegate(moot, "m1>m2", "m2>m3", "m3>m4", "m4>m5")
    poll = moot.poll()
    moot.do("m5", CastBallot(poll, "1"))
    assert hold(moot, poll).power_cast == 4
    assert said(moot, "VotesCarried")[0]["lost"] == [{"reason": "too_deep", "voices": 1, "power": "1"}]


@pytest.mark.parametrize(("voters", "status"), [(1, "no_quorum"), (2, "decided")])
@pytest.mark.parametrize("basis", ["eligible", "power"])
def test_a_quorum_counts_who_is_spoken_for(basis, voters, status):
    """Half of ten must take part; three delegate to the first voter."""
    text = OPEN.replace('quorum = { basis = "eligible", percent_min = 20 }', f'quorum = {{ basis = "{basis}", percent_min = 50 }}')
    moot = Moot(members=9, text=text)
    delegate(moot, "m2>m1", "m3>m1", "m4>m2")
    poll = moot.poll()
    for member in ["m1", "m9"][:voters]:
        moot.do(member, CastBallot(poll, "1"))
    result = hold(moot, poll)
    assert (result.status, result.ballots) == (status, voters)


def test_points_as_power_are_carried_as_points():
    text = OPEN.replace('rule = "schulze"', 'rule = "plurality"\npower = "by_points"').replace('ties = "lot"', 'ties = "status_quo"')
    moot = Moot(members=4, text=text)
    for member, points in (("m2", 30), ("m3", 7), ("m4", 50)):
        moot.do("m1", AwardPoints(member, points, "work"))
    delegate(moot, "m2>m3", "m4>m5", "m3>m1")
    poll = moot.poll()
    moot.do("m3", CastBallot(poll, "1"))
    assert hold(moot, poll).power_cast == 37
    assert not said(moot, "VotesCarried")[0]["lost"], "m5 has no power and is not on the roll: m4 is as one who has not delegated"


def test_the_explanation_of_a_count_is_of_what_was_carried():
    moot = Moot(members=6, text=TEXT)
    delegate(moot, "m2>m4", "m3>m4")
    poll = moot.poll()
    for member, choice in (("m4", "1>2"), ("m5", "2>1"), ("m6", "2")):
        moot.do(member, CastBallot(poll, choice))
    result = hold(moot, poll)
    outcome = explaining.explained(moot.community, moot.of(Polls)[poll], 2)
    assert outcome.winners == ("option 0",) and result.winners == (1,)
    assert [Fraction(outcome.scores[f"option {number}"]) for number in range(3)] == [Fraction(score) for score in result.scores]


def test_a_count_made_ahead_of_the_end_is_not_taken_for_the_one_with_what_is_carried(monkeypatch):
    """Counted before anything was carried, these very ballots have another outcome."""
    monkeypatch.setattr(counting, "PREPARE_FROM", 1)
    moot = Moot(members=6, text=OPEN)
    delegate(moot, "m2>m4", "m3>m4")
    poll = moot.poll()
    for member, choice in (("m4", "1"), ("m5", "2"), ("m6", "2")):
        moot.do(member, CastBallot(poll, choice))
    alone = moot.of(Polls)[poll].open_ballots.digest()
    moot.wait(8 * 24 * 60)
    moot.end(poll)
    assert moot.of(Polls)[poll].open_ballots.digest() != alone, "a count is known by what ballots carry, too"
    assert hold(moot, poll).winners == (1,)
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_a_poll_that_is_still_carried_is_not_counted_and_says_so(monkeypatch):
    monkeypatch.setattr(carry, "CARRIERS_WITH_END_MAX", 1)
    monkeypatch.setattr(carry, "CARRIERS_PER_EVENT_MAX", 1)
    monkeypatch.setattr(carry, "CARRIERS_PER_COMMAND_MAX", 2)
    moot = Moot(members=12, text=TEXT)
    delegate(moot, *[f"m{place}>m{place + 1}" for place in (2, 4, 6, 8, 10)])
    poll = moot.poll()
    for place in (3, 5, 7, 9, 11):
        moot.do(f"m{place}", CastBallot(poll, "1"))
    moot.end(poll)
    assert list(all_due(moot.state, moot.now)) == [CarryVotes(poll)]
    with pytest.raises(Refusal, match="poll_still_open: poll .* it is being written down who speaks for whom; ask for CarryVotes"):
        moot.do("clock", ClosePoll(poll))
    with pytest.raises(Refusal, match="not_allowed"):
        moot.do("m2", CarryVotes(poll))
    first = moot.do("m1", CarryVotes(poll)).seq
    assert kinds(moot, first) == ["FurtherVotesCarried"] * 2, "as many as one command carries"
    moot.community = Community(moot.community.store, KEY)
    assert hold(moot, poll).power_cast == 10
    assert kinds(moot, first)[:4] == ["FurtherVotesCarried"] * 4
    assert [one["left"] for kind in ("VotesCarried", "FurtherVotesCarried") for one in said(moot, kind)] == [4, 3, 2, 1, 0]
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"
    with pytest.raises(Refusal, match="poll_closed"):
        moot.do("clock", CarryVotes(poll))


MEMBERS = 7
PLACES = st.integers(0, MEMBERS - 1)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(PLACES, PLACES, st.sampled_from([None, "ranking", "monthly"])), max_size=12),
    st.sets(PLACES),
    st.sets(PLACES),
)
def test_whatever_is_delegated_the_count_is_that_of_a_model_and_everybody_recounts_it(tmp_path_factory, given_by, before, after):
    moot = Moot(members=MEMBERS - 1, text=TEXT)
    general, own = [-1] * MEMBERS, [-1] * MEMBERS
    for who, to, topic in given_by:
        if who != to:
            delegate(moot, f"{moot.members[who]}>{moot.members[to]} {topic or ''}".strip())
            if topic != "monthly":
                (general if topic is None else own)[who] = to
    links = [mine if mine >= 0 else other for mine, other in zip(own, general, strict=True)]
    poll = moot.poll()
    for who in sorted(before | after):
        moot.do(moot.members[who], CastBallot(poll, "2"))
    result = hold(moot, poll)
    _, power, voices, _ = by_hand(links, [who in before | after for who in range(MEMBERS)], [1] * MEMBERS, 3)
    assert (result.power_cast, result.ballots) == (sum(power), len(before | after))
    carried = {one["member"]: one["voices"] for event in said(moot, "VotesCarried") for one in event["carriers"]}
    assert carried == {moot.members[who]: count - 1 for who, count in enumerate(voices) if count > 1}
    assert view(Community(moot.community.store, KEY).state) == view(moot.state)
    path = tmp_path_factory.mktemp("log") / "log.jsonl"
    with path.open("wb") as file:
        export.write(moot.community, file)
    assert verify(Export(path), private_kept=False).verdict == "sound"
