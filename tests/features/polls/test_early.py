"""A poll that may end early ends when no ballot still to come can change what it decides, and never before."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import rules
from engine.features.polls.cast import CastBallot
from engine.features.polls.close import ClosePoll
from engine.features.polls.early import is_settled
from engine.features.polls.state import Polls
from engine.kernel.hooks import all_due
from engine.refusals import Refusal
from engine.values import MemberId
from engine.verify import verify
from tests.features.polls.asking import decision, every_choice, every_end, poll, settling
from tests.features.polls.test_charters import saying
from tests.forging import event, rewritten, unchanged
from tests.moot import Moot

COUNT = rules.count
EARLY = ('secrecy = "open"', 'ends = ["early"]', "hand_after_minutes = 0", "replaceable = false", 'ties = "oldest"')
SHARES = ["0", "1/3", "1/2", "2/3", "1"]
sides = st.sampled_from(["1", "2", "3", ""])


def outcomes(ends):
    """What decides: status and winners, and the ties that decided between them."""
    return {(end.status, end.winners, end.ties) for end in ends}


def drawn(data, most: int, choices: st.SearchStrategy[str], left_most: int = 3) -> tuple[list[int], list[str | None]]:
    """Powers of a few members, and how they have voted; some have not."""
    votes: list[str | None] = data.draw(st.lists(choices, max_size=most))
    left = data.draw(st.integers(0 if votes else 1, left_most))
    votes = data.draw(st.permutations(votes + [None] * left))
    return data.draw(st.lists(st.integers(1, 4), min_size=len(votes), max_size=len(votes))), votes


@st.composite
def quorums(draw, active: int) -> dict:
    basis = draw(st.sampled_from(["none", "eligible", "power", *(["active"] if active else [])]))
    if basis == "none":
        return {"basis": basis}
    counts = draw(st.sampled_from(["all_valid", "for", "for_abstain", "rejection"]))
    if counts.startswith("for") and draw(st.booleans()):
        least = draw(st.integers(0, 6_000))
        grows = {"bps_min": least, "bps_max": draw(st.integers(least or 1, 10_000)), "coefficient": draw(st.integers(0, 3_000_000))}
        return {"basis": basis, "counts": counts, "dynamic": grows}
    return {"basis": basis, "counts": counts, "percent_min": draw(st.integers(1, 100))}


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_for_and_against_are_settled_just_when_every_end_is_the_same(data):
    powers, votes = drawn(data, 5, sides)
    active = data.draw(st.integers(0, len(powers)))
    share = data.draw(st.sampled_from(SHARES))
    parameters = {
        "share": share,
        "strictly": data.draw(st.booleans()) and share != "1",
        "share_of": data.draw(st.sampled_from(["for_against", "all_valid", "eligible"])),
        "quorum": data.draw(st.sampled_from(SHARES)),
        "quorum_basis": data.draw(st.sampled_from(["for", "for_abstain", "all_valid"])),
        "quorum_of": data.draw(st.sampled_from(["eligible", *(["active"] if active else [])])),
    }
    terms = decision(quorum=data.draw(quorums(active)), active_days=9 if active else 0, parameters=parameters)
    one = poll(terms, powers, votes, active=active)
    assert is_settled(one) == (len(outcomes(every_end(one, votes))) == 1)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_sums_are_settled_just_when_every_end_is_the_same(data):
    rule = data.draw(st.sampled_from([name for name, by in settling().items() if by == "sums"]))
    points = {"score": 2, "cumulative": 3, "quadratic": 4}.get(rule, 0)
    basis = data.draw(st.sampled_from(["none", "eligible", "power"]))
    quorum = {"basis": basis} if basis == "none" else {"basis": basis, "percent_min": data.draw(st.integers(1, 100))}
    ties = data.draw(st.sampled_from(["oldest", "status_quo"]))
    terms = decision(rule=rule, points_max=points, quorum=quorum, ties=ties, named_max=data.draw(st.integers(0, 2)))
    options = data.draw(st.integers(2, 3 if not points else 2))
    choices = st.sampled_from(every_choice(poll(terms, [1], [None], options)))
    powers, votes = drawn(data, 5, choices, left_most=2)
    one = poll(terms, powers, votes, options)
    assert is_settled(one) == (len(outcomes(every_end(one, votes))) == 1)


@given(st.data())
def test_whoever_asks_after_every_ballot_is_told_the_same_and_has_few_counts_made(data):
    """The count reads every ballot, and was once made after each of them."""
    terms = decision(rule="score", points_max=3, quorum={"basis": "none"}, ties="oldest")
    powers = data.draw(st.lists(st.integers(1, 4), min_size=8, max_size=40))
    choices = data.draw(st.lists(st.sampled_from(["1:3", "1:3", "2:3", "1:1,2:2", ""]), min_size=len(powers), max_size=len(powers)))
    kept = poll(terms, powers, [], 2)
    made = []
    with patch.object(rules, "count", lambda *given: made.append(1) or COUNT(*given)):
        for cast_now in range(1, len(powers) + 1):
            kept.open_ballots.put(MemberId.of(cast_now - 1), 100 + cast_now, choices[cast_now - 1])
            counts = len(made)
            fresh = poll(terms, powers, [*choices[:cast_now], *[None] * (len(powers) - cast_now)], 2)
            now = is_settled(kept)
            ours = len(made) - counts
            assert now == is_settled(fresh)
            if now:
                break
            assert ours <= 1


def test_a_count_is_not_made_again_before_half_of_what_is_missing_could_have_come():
    """Given a hundred voters, all for the first; then its lead is looked at seven times until it cannot be caught up with."""
    terms = decision(rule="plurality", quorum={"basis": "none"}, ties="oldest")
    kept, made = poll(terms, [1] * 100, [], 2), []
    with patch.object(rules, "count", lambda *given: made.append(1) or COUNT(*given)):
        for place in range(51):
            kept.open_ballots.put(MemberId.of(place), 100 + place, "1")
            assert is_settled(kept) == (place == 50)
    assert len(made) <= 7


def test_the_rules_of_which_it_is_proved_are_tried_above():
    assert settling() == {"yes_no": "roles"} | dict.fromkeys(["plurality", "approval", "score", "cumulative", "quadratic"], "sums")


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(1, 30), st.integers(0, 999_999))
def test_a_share_of_votes_is_settled_as_aragon_has_it(yes, no, abstain, left, threshold):
    """Early execution, TokenVoting (d889bbe3): (10^6 - t) · yes > t · no with `no` replaced by all - yes - abstain."""
    share = str(Fraction(threshold, 10**6))
    terms = decision(parameters={"share": share}, power="equal")
    members = [(yes, "1"), (no, "2"), (abstain, "3"), (left, None)]
    there = [(power, vote) for power, vote in members if power]
    one = poll(terms, [power for power, _ in there], [vote for _, vote in there])
    ends = every_end(one, [vote for _, vote in there])
    passes = (10**6 - threshold) * yes > threshold * (yes + no + abstain + left - yes - abstain)
    assert passes == (is_settled(one) and ends[0].winners == (1,) and ends[0].status == "decided")


def moot_by(rule: str, *lines: str, members: int = 6) -> Moot:
    return Moot(members=members, text=saying("ranking", f'rule = "{rule}"', *EARLY, *lines))


@pytest.mark.parametrize(
    ("rule", "lines", "before", "last"),
    [
        ("plurality", (), ["1", "1", "2", "1"], "1"),
        ("approval", (), ["1,2", "1", "3", "1"], "1"),
        ("score", ("points_max = 5",), ["1:5", "1:5", "1:5,3:1"], "1:2"),
        ("yes_no", ('quorum = { basis = "none" }', 'ties = "status_quo"'), ["1", "1", "1"], "1"),
        ("yes_no", ('quorum = { basis = "none" }', 'ties = "status_quo"'), ["2", "2", "2"], "2"),
    ],
)
def test_a_poll_ends_by_the_very_ballot_after_which_nothing_can_change(rule, lines, before, last):
    moot = moot_by(rule, *lines)
    poll = moot.poll()
    moot.vote(poll, *before)
    assert not list(all_due(moot.state, moot.now))
    for actor in ("m1", "clock"):
        with pytest.raises(Refusal, match="poll_still_open"):
            moot.do(actor, ClosePoll(poll))
    moot.do(moot.members[len(before)], CastBallot(poll, last))
    assert list(all_due(moot.state, moot.now)) == [ClosePoll(poll)]
    moot.do("clock", ClosePoll(poll))
    assert moot.of(Polls)[poll].result.status == "decided"
    with pytest.raises(Refusal, match="poll_closed"):
        moot.do(moot.members[-1], CastBallot(poll, last))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_a_poll_that_ends_early_has_its_quorum():
    """Given four of seven for one option and a quorum of 80 %, when two more vote, then it ends, and not before."""
    moot = moot_by("plurality", 'quorum = { basis = "eligible", percent_min = 80 }')
    poll = moot.poll()
    moot.vote(poll, "1", "1", "1", "1")
    for member in moot.members[4:6]:
        assert not list(all_due(moot.state, moot.now))
        moot.do(member, CastBallot(poll, "2"))
    assert list(all_due(moot.state, moot.now)) == [ClosePoll(poll)]


def test_a_poll_ended_though_a_ballot_could_change_it_is_found():
    moot = moot_by("plurality")
    poll = moot.poll()
    moot.vote(poll, "1", "1", "2", "1")
    report = verify(rewritten(moot, unchanged, [event(moot, "clock", "PollEnded", {"poll": poll})]))
    assert "takes ballots until its time is over" in str(report.problem) and report.seq == moot.state.seq
    moot.do("m6", CastBallot(poll, "1"))
    assert verify(rewritten(moot, unchanged, [event(moot, "clock", "PollEnded", {"poll": poll})])).verdict == "sound"


def test_what_is_known_of_so_many_ballots_is_not_worked_out_again(monkeypatch):
    """The clockwork asks every two seconds."""
    looked = []
    monkeypatch.setattr("engine.features.polls.early._is_settled", lambda poll: (bool(looked.append(poll)), 0))
    moot = moot_by("plurality")
    poll = moot.poll()
    for member in moot.members[:3]:
        moot.do(member, CastBallot(poll, "1"))
        for _ in range(3):
            assert not list(all_due(moot.state, moot.now))
    assert len(looked) == 3


def test_a_poll_by_a_rule_that_this_copy_lacks_does_not_keep_others_from_ending(monkeypatch):
    """It waits for its clock; what is due besides is done."""
    moot = moot_by("plurality")
    poll, other = moot.poll(), moot.poll()
    moot.vote(poll, "1", "1", "2")
    moot.vote(other, "1", "1", "1", "1")
    asked = moot.of(Polls)[poll].asked
    object.__setattr__(asked.terms, "rule", replace(asked.terms.rule, digest="0" * 64))
    assert list(all_due(moot.state, moot.now)) == [ClosePoll(other)]


def test_nothing_ends_before_it_opens():
    moot = moot_by("plurality")
    poll = moot.poll(opens_at=moot.now + 3_600_000)
    assert not list(all_due(moot.state, moot.now))
    with pytest.raises(Refusal, match="poll_not_open"):
        moot.do("clock", ClosePoll(poll))


def test_an_end_that_is_not_named_is_none():
    moot = Moot(members=6, text=saying("ranking", 'rule = "plurality"', *EARLY, 'ends = ["all_voted"]'))
    poll = moot.poll()
    moot.vote(poll, *["1"] * 6)
    assert not list(all_due(moot.state, moot.now))
    moot.do(moot.members[6], CastBallot(poll, "1"))
    assert list(all_due(moot.state, moot.now)) == [ClosePoll(poll)]


@pytest.mark.parametrize(
    ("decision", "lines", "fact"),
    [
        ("ranking", ('rule = "plurality"', *EARLY, 'secrecy = "until_close"'), "ends early by what sealed ballots say"),
        ("ranking", ('rule = "plurality"', *EARLY, "replaceable = true"), "every ballot could still be replaced; give replaceable = false"),
        ("ranking", ('rule = "schulze"', *EARLY), "ends early by schulze, of which it is not proved"),
        ("ranking", ('rule = "instant_runoff"', *EARLY), "ends early by instant_runoff, of which it is not proved"),
        ("spending", EARLY[:4], "ends early by equal_shares, of which it is not proved"),
        ("ranking", ('rule = "optimistic"', *EARLY, 'quorum = { basis = "none" }'), "takes silence for an answer before its clock"),
        ("ranking", ('rule = "lazy_consensus"', *EARLY, 'quorum = { basis = "none" }'), "takes silence for an answer before its clock"),
        ("charter", ('ends = ["early"]', "replaceable = false"), "ends an amendment before its clock"),
    ],
)
def test_a_charter_ends_nothing_early_that_is_not_proved(decision, lines, fact):
    with pytest.raises(Refusal, match=fact):
        Moot(text=saying(decision, *lines))
