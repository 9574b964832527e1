"""Nothing of a decision happens before enough of its council have attested it; whatever else could pass for their word is refused."""

from __future__ import annotations

import pytest

from engine.features.attestation.attest import AttestDecision
from engine.features.attestation.lapse import LapseDecision
from engine.features.attestation.state import Attestations, bitmap, places_of
from engine.features.attestation.statement import stated, statement
from engine.features.ideas.state import Ideas
from engine.features.polls.cast import CastBallot
from engine.features.polls.object import EndObjections, ObjectToDecision
from engine.features.polls.state import Polls
from engine.features.treasury.state import Treasury
from engine.kernel.charter import lawful
from engine.kernel.clock import CorrectClock
from engine.kernel.erase import EraseText
from engine.kernel.forget import ForgetMember
from engine.kernel.hooks import all_due
from engine.kernel.roles import GiveRole, TakeRole
from engine.log.attest import check_aggregate, judged_by_reference
from engine.log.codec import form
from engine.log.json import parse_own
from engine.log.merkle import leaf_hash, root_of
from engine.log.signing import Domain, separator
from engine.refusals import Refusal
from engine.verify import verify
from tests.council import (
    CHAIN,
    DAY,
    SEATED,
    TEXT,
    attest,
    attesting,
    decided,
    objecting,
    purse,
    registering,
    retiring,
    rotating,
    seat,
    seated,
    secret,
    sound,
)
from tests.moot import KEY, ORIGIN, Moot

# -- k of n -----------------------------------------------------------------------------------------------------------


def test_a_decision_is_final_with_the_last_word_that_is_needed_and_not_before(moot):
    poll = decided(moot)
    one = moot.of(Polls)[poll]
    for number, member in enumerate(SEATED[:3], 1):
        assert not one.final and one.pending
        moot.do(member, attesting(moot, member, poll))
        assert one.final == (number == 3)
    assert not one.pending and one.status == "decided" and not moot.of(Polls).unattested
    assert sound(moot)


def test_the_sum_convinces_whoever_has_only_it_and_what_the_poll_froze(moot):
    poll = decided(moot)
    attest(moot, poll, "m5", "m2", "m4")
    done, one = moot.of(Attestations).attested[poll], moot.of(Polls)[poll]
    assert done.signers == "0d" and places_of(done.signers) == [0, 2, 3]
    message = statement(moot.state, one, done.size, done.root)
    keys = [one.council.seats[place].key for place in (0, 2, 3)]
    check_aggregate(keys, message, done.signature)
    with pytest.raises(Refusal):
        check_aggregate([*keys[:2], one.council.seats[1].key], message, done.signature)
    assert moot.state.tree.root(done.size).hex() == done.root
    lines = [line for line in moot.log() if b'"kind":"PollClosed"' in line]
    assert f'"seq":{done.size - 1}}}'.encode() in lines[-1], "the root is of the log with the poll's count"


def test_the_reference_says_the_same_of_a_whole_log(moot):
    poll = decided(moot)
    attest(moot, poll, "m2", "m3", "m4")
    with judged_by_reference():
        assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_what_leaves_things_as_they_are_is_final_at_once(moot):
    poll = decided(moot, choice="2")
    assert moot.of(Polls)[poll].final and poll not in moot.of(Attestations).asked and sound(moot)


def test_money_and_ideas_wait_for_the_council(moot):
    poll = purse(moot)
    accounts = moot.of(Treasury).accounts
    assert accounts.balance("funds") == 500 and accounts.balance(poll) == 500
    attest(moot, poll, "m2", "m3")
    assert not moot.of(Polls)[poll].final and set(moot.of(Ideas).asked_about.values()) == {1}, "members may still object"
    moot.wait(3 * DAY)
    moot.do("clock", EndObjections(poll))
    assert moot.of(Polls)[poll].final and accounts.balance("funds") == 700 and accounts.balance(f"{poll}.1") == 300
    assert not moot.of(Ideas).asked_about
    assert sound(moot)


def test_whichever_comes_last_makes_it_final(moot):
    poll = purse(moot)
    moot.wait(3 * DAY)
    moot.do("clock", EndObjections(poll))
    assert not moot.of(Polls)[poll].final and moot.of(Polls)[poll].pending
    attest(moot, poll, "m2", "m3")
    assert moot.of(Polls)[poll].final and not moot.of(Ideas).asked_about and sound(moot)


@pytest.mark.parametrize("chain", ["", CHAIN])
def test_what_is_signed_is_five_lines_of_a_format_that_stays(chain):
    moot = seated(text=TEXT + chain)
    poll = decided(moot)
    one, contract = moot.of(Polls)[poll], "0x00000000000000000000000000000000000000aa"
    domain = Domain(chain_id=8453, contract=contract) if chain else Domain.of_community(ORIGIN, str(KEY.verifier))
    size = moot.of(Attestations).asked[poll].size
    opened = leaf_hash(moot.log()[one.seq]).hex()
    assert parse_own(moot.log()[size - 1])["kind"] == "PollClosed"
    assert stated(moot.state, poll).decode().split("\n") == [
        "folkmoot council attests 1",
        f"domain {separator(domain).hex()}",
        f"poll {poll} {opened}",
        f"count decided 1 {one.result.outcome}",
        f"log {size} {root_of([leaf_hash(line) for line in moot.log()[:size]]).hex()}",
        "",
    ]


# -- the days are over ------------------------------------------------------------------------------------------------


def test_a_decision_that_is_not_attested_in_time_lapses_and_gives_everything_back(moot):
    poll = purse(moot)
    attest(moot, poll, "m2")
    moot.wait(3 * DAY)
    moot.do("clock", EndObjections(poll))
    with pytest.raises(Refusal, match="attestation_open"):
        moot.do("clock", LapseDecision(poll))
    moot.wait(4 * DAY)
    with pytest.raises(Refusal, match="attestation_closed"):
        moot.do("m3", attesting(moot, "m3", poll))
    assert LapseDecision(poll) in list(all_due(moot.state, moot.now))
    moot.do("clock", LapseDecision(poll))
    one = moot.of(Polls)[poll]
    assert one.status == "lapsed" and not one.final and not one.pending and poll not in moot.of(Attestations).asked
    assert moot.of(Treasury).accounts.balance("funds") == 1_000 and moot.of(Treasury).accounts.balance(poll) == 0
    assert LapseDecision(poll) not in list(all_due(moot.state, moot.now)) and not moot.of(Ideas).asked_about and sound(moot)


def test_who_may_close_polls_may_say_that_one_has_lapsed_and_nobody_else(moot):
    poll = decided(moot)
    moot.wait(7 * DAY)
    with pytest.raises(Refusal, match="not_allowed"):
        moot.do("m2", LapseDecision(poll))
    moot.do("m1", LapseDecision(poll))
    assert moot.of(Polls)[poll].status == "lapsed"


def test_a_poll_held_in_a_false_time_is_void_and_waits_for_no_council(moot):
    moot.do("m1", GiveRole("m2", "founder"))
    true = moot.now
    moot.wait(400 * DAY)
    poll = decided(moot)
    moot.now = true + 60_000
    for member in ("m1", "m2"):
        moot.do(member, CorrectClock(moot.now))
    one = moot.of(Polls)[poll]
    assert one.void and not one.pending and not moot.of(Polls).unattested and sound(moot)
    with pytest.raises(Refusal, match="attestation_closed"):
        moot.do("m3", AttestDecision(poll, secret("m3").possession))


# -- who sits on it ---------------------------------------------------------------------------------------------------


def test_the_council_is_who_had_the_role_and_a_key_when_the_poll_opened(moot):
    poll = moot.poll("matter", options=2)
    moot.do("m1", TakeRole("m2", "council"))
    moot.do("m3", rotating(moot, "m3", secret("m3"), secret("m3", 1)))
    moot.do("m4", retiring(moot, "m4", secret("m4")))
    seat(moot, "m6")
    for member in moot.members[:3]:
        moot.do(member, CastBallot(poll, "1"))
    moot.end(poll)
    with pytest.raises(Refusal, match="not_on_council"):
        moot.do("m6", attesting(moot, "m6", poll))
    with pytest.raises(Refusal, match="signature_wrong"):
        moot.do("m3", attesting(moot, "m3", poll, secret("m3", 1)))
    attest(moot, poll, "m2", "m3", "m4")
    assert moot.of(Polls)[poll].final and sound(moot)


def test_neither_the_role_nor_a_key_alone_is_a_seat(moot):
    moot.do("m1", GiveRole("m6", "council"))
    moot.do("m7", registering(moot, "m7"))
    council = moot.of(Polls)[moot.poll("matter", options=2)].council
    assert [one.member for one in council.seats] == list(SEATED)


def test_who_has_left_attests_no_more_and_her_seat_stays(moot):
    poll = decided(moot)
    command = attesting(moot, "m5", poll)
    moot.do("m5", ForgetMember("m5"))
    with pytest.raises(Refusal, match="not_allowed"):
        moot.do("m5", command)
    assert len(moot.of(Polls)[poll].council.seats) == 4
    attest(moot, poll, "m2", "m3", "m4")
    assert moot.of(Polls)[poll].final and sound(moot)


def test_a_poll_does_not_open_without_a_council_that_could_attest_it():
    moot = Moot(members=6, text=TEXT)
    seat(moot, "m2", "m3")
    with pytest.raises(Refusal, match="a council of 2, of whom 3 would have to attest"):
        moot.poll("matter", options=2)
    moot.do("m1", GiveRole("m4", "council"))
    with pytest.raises(Refusal, match="a council of 2"):
        moot.poll("matter", options=2)
    moot.do("m4", registering(moot, "m4"))
    assert moot.poll("matter", options=2)


# -- objections of the council ----------------------------------------------------------------------------------------


def test_enough_of_the_council_overturn_a_decision_where_its_terms_let_them(moot):
    poll = decided(moot)
    moot.do("m2", objecting(moot, "m2", poll))
    attest(moot, poll, "m3", "m4")
    assert not moot.of(Polls)[poll].overturned
    moot.do("m5", objecting(moot, "m5", poll))
    one = moot.of(Polls)[poll]
    assert one.status == "overturned" and not one.final and not one.pending and sound(moot)
    with pytest.raises(Refusal, match="attestation_closed"):
        moot.do("m2", attesting(moot, "m2", poll))


def test_where_the_terms_do_not_let_them_the_council_attests_or_not(moot):
    poll = purse(moot)
    with pytest.raises(Refusal, match="council_may_not_object"):
        moot.do("m2", objecting(moot, "m2", poll))


def test_objections_of_the_roll_end_the_waiting_too(moot):
    poll = purse(moot)
    attest(moot, poll, "m2")
    for member in moot.members[:3]:
        moot.do(member, ObjectToDecision(poll, "No."))
    assert moot.of(Polls)[poll].status == "overturned" and not moot.of(Polls).unattested and sound(moot)
    assert not moot.of(Ideas).asked_about and moot.of(Treasury).accounts.balance("funds") == 1_000
    decided(moot)
    assert poll not in moot.of(Attestations).asked, "what it asked of its council is let go with the next"


def test_what_was_asked_is_not_erased_while_the_council_recounts(moot):
    poll = decided(moot)
    with pytest.raises(Refusal, match="poll_still_open"):
        moot.do("m1", EraseText(int(poll[1:]), "question", "other"))


# -- the charter ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ('role = "council", needed = 3', 'role = "queens", needed = 3', "queens"),
        ("needed = 3, days = 7", "needed = 0, days = 7", "needed is 0"),
        ("needed = 3, days = 7", "needed = 65, days = 7", "needed is 65"),
        ("needed = 3, days = 7", "needed = 3, days = 0", "days is 0"),
        ("needed = 3, days = 7", "needed = 3, days = 366", "days is 366"),
        ("objecting = 2", "objecting = 65", "objecting is 65"),
        ("objecting = 2", "objecting = -1", "whole number"),
        ("needed = 3, ", "", "needed is not given"),
        ("days = 7, objecting", "objecting", "days is not given"),
    ],
)
def test_a_charter_says_who_how_many_and_how_long(old, new, fact):
    assert old in TEXT
    with pytest.raises(Refusal, match=fact):
        lawful(TEXT.replace(old, new, 1))


def test_a_bitmap_has_a_place_for_each_seat():
    for seats in (1, 7, 8, 9, 64):
        for places in ([], [0], [seats - 1], list(range(seats)), list(range(0, seats, 3))):
            assert places_of(bitmap(places, seats)) == places and len(bitmap(places, seats)) == 2 * -(-seats // 8)


def test_what_waits_for_a_council_is_kept_in_a_snapshot(moot):
    attest(moot, decided(moot), "m2", "m3", "m4")
    poll = decided(moot)
    attest(moot, poll, "m2")
    moot.do("m3", objecting(moot, "m3", poll))
    for part in (Attestations, Polls):
        kept = form(part).trust(form(part).write(moot.of(part)))
        assert form(part).write(kept) == form(part).write(moot.of(part))
    assert set(Polls(polls=moot.of(Polls).polls).unattested) == {poll}
