"""A signed ballot is its voter's: made up, changed, moved or brought again it is found by the very check, living and in an audit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.features.polls import cast as casting
from engine.features.polls.cast import CastBallot
from engine.features.polls.open import OpenPoll
from engine.features.polls.signing import BallotMessage, choice_text, sealed_with, utc
from engine.features.polls.state import Polls
from engine.kernel.charter import lawful, preset
from engine.kernel.forget import ForgetMember
from engine.log.checkpoint import LogKey
from engine.log.eip712 import read_typed_data
from engine.log.fields import commit
from engine.log.json import canonical, parse_own
from engine.log.merkle import leaf_hash
from engine.log.signing import Domain
from engine.refusals import Refusal
from engine.verify import verify
from tests import moot as moots
from tests.features.polls import asking
from tests.forging import rewritten
from tests.moot import Moot, fingerprint
from tests.signing import FAR, OPEN, REQUIRED, cast, key, other_spelling, register, retiring, rotating, signed, with_signature
from tests.wallets import Account, compared, hashed

SECRECIES = {"open": OPEN, "until_close": preset("product")}


def two_polls(secrecy: str) -> Moot:
    """m2 and m3 have keys, m4 and m5 have none; both polls are open."""
    moot = Moot(members=4, text=SECRECIES[secrecy])
    register(moot, "m2", "m3")
    moot.poll()
    moot.poll()
    return moot


@pytest.fixture(params=SECRECIES)
def moot(request) -> Moot:
    return two_polls(request.param)


def polls(moot: Moot) -> list[str]:
    return list(moot.of(Polls).polls)


def refused(moot: Moot, actor: str, command: CastBallot) -> str:
    """The code it is refused by; nothing of it may be left."""
    before = fingerprint(moot)
    with pytest.raises(Refusal) as no:
        moot.do(actor, command)
    assert fingerprint(moot) == before
    return str(no.value.code)


def test_signed_and_unsigned_ballots_are_counted_alike_and_told_apart(moot):
    poll = polls(moot)[0]
    cast(moot, "m2", poll, "1>2")
    cast(moot, "m3", poll, "1>3")
    moot.do("m4", CastBallot(poll, "2"))
    assert moot.of(Polls)[poll].open_ballots.signed == 2
    moot.end(poll)
    closed = moot.of(Polls)[poll]
    assert (closed.result.ballots, closed.signed, closed.result.winners) == (3, 2, (1,))
    report = verify(moot.community.store, allow_unsigned=True)
    assert report.verdict == "sound", report.problem
    assert report.checked["counted ballots, signed"] == 2 and report.checked["counted ballots, by the operator's word"] == 1


def test_a_community_without_signed_ballots_says_nothing_of_them(moot):
    moot.do("m4", CastBallot(polls(moot)[0], "2"))
    moot.end(polls(moot)[0])
    assert not [name for name in verify(moot.community.store).checked if name.startswith("counted")]
    assert not [line for line in map(parse_own, moot.log()) if line["kind"].startswith("Ballot") and "sig" in line]


def test_the_signature_stands_in_the_leaf_and_the_choice_of_a_sealed_ballot_does_not(moot):
    poll = polls(moot)[0]
    command = signed(moot, "m2", poll, "2>1")
    seq = moot.do("m2", command).seq
    line = parse_own(moot.log()[seq])
    assert line["sig"] == command.signed.sig and line["body"]["nonce"] == 1 and line["body"]["deadline"] == FAR
    if command.signed.salt:
        assert line["body"]["choice"] == commit(sealed_with(command.signed.salt, poll, key("m2").address, 1), canonical("2>1"))
    else:
        assert line["body"]["choice"] == "2>1"


# -- what is refused --------------------------------------------------------------------------------------------------


def test_nobody_takes_anybodys_word_for_a_ballot_of_who_has_a_key(moot):
    assert refused(moot, "m2", CastBallot(polls(moot)[0], "1")) == "signature_missing"


def test_after_a_key_is_retired_ballots_are_taken_by_word_again_and_counted_so(moot):
    poll = polls(moot)[0]
    cast(moot, "m2", poll, "1")
    moot.do("m2", retiring(moot, "m2", key("m2")))
    moot.do("m2", CastBallot(poll, "2"))
    assert moot.of(Polls)[poll].open_ballots.signed == 0
    assert refused(moot, "m2", signed(moot, "m2", poll, "1", 2)) == "key_unknown"


def test_a_new_key_signs_from_then_on_and_the_old_one_no_more(moot):
    poll, new = polls(moot)[0], key("m2", 1)
    cast(moot, "m2", poll, "1")
    moot.do("m2", rotating(moot, "m2", key("m2"), new))
    assert refused(moot, "m2", signed(moot, "m2", poll, "2", 2)) == "signature_wrong"
    assert refused(moot, "m2", signed(moot, "m2", poll, "2", 1, by=new)) == "nonce_used"
    moot.do("m2", signed(moot, "m2", poll, "2", 2, by=new))


def test_an_earlier_ballot_is_not_taken_again(moot):
    poll = polls(moot)[0]
    first = signed(moot, "m2", poll, "1", 5)
    moot.do("m2", first)
    assert refused(moot, "m2", first) == "nonce_used"
    cast(moot, "m2", poll, "2", 6)
    assert refused(moot, "m2", first) == "nonce_used"
    cast(moot, "m2", polls(moot)[1], "2", 1)


def test_a_ballot_is_not_taken_after_its_deadline(moot):
    poll = polls(moot)[0]
    now = moot.now // 1000
    for deadline, code in ((now - 1, "signature_expired"), (now, "")):
        command = with_signature(signed(moot, "m2", poll, "1", otherwise={"deadline": deadline}), deadline=deadline)
        assert (refused(moot, "m2", command) if code else moot.do("m2", command) and "") == code


CHANGED = {
    "another poll": lambda moot: {"poll": polls(moot)[1]},
    "another question": lambda moot: {"opened": "0" * 64},
    "another choice": lambda moot: {"choice": "3"},
    "another voter": lambda moot: {"voter": key("m3").address},
    "another nonce": lambda moot: {"nonce": 2},
    "another deadline": lambda moot: {"deadline": FAR + 1},
    "another community": lambda moot: {"domain": Domain.of_community("moot.example/other", "moot.example/other+00000000+AQ==")},
    "a chain": lambda moot: {"domain": Domain(chain_id=1, contract=key("m9").address)},
    "another contract": lambda moot: {"domain": Domain(chain_id=1, contract=key("m8").address)},
}


@pytest.mark.parametrize("what", CHANGED)
def test_a_signature_over_anything_else_is_none(moot, what):
    assert refused(moot, "m2", signed(moot, "m2", polls(moot)[0], "1", otherwise=CHANGED[what](moot))) == "signature_wrong"


@pytest.mark.parametrize("what", CHANGED)
def test_and_none_in_an_audit(moot, what):
    """The operator takes it nevertheless: here by a door that does not look."""
    command = signed(moot, "m2", polls(moot)[0], "1", otherwise=CHANGED[what](moot))
    report = verify(unlooked(moot, "m2", command))
    assert report.verdict == "unsound" and "signature_wrong" in str(report.problem)
    assert parse_own(moot.log()[report.seq])["kind"] in ("BallotCast.2", "BallotSealed.2")


def unlooked(moot: Moot, actor: str, command: CastBallot):
    """The log of a community that takes a ballot without looking at its signature."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(casting, "_check_signature", lambda *args: None)
        patch.setattr(casting, "_check_needs_no_signature", lambda *args: None)
        moot.do(actor, command)
    return moot.community.store


def test_a_ballot_made_up_under_a_members_key_is_found(moot):
    """By a key the operator does hold."""
    command = signed(moot, "m2", polls(moot)[0], "1")
    forged = with_signature(command, sig=key("operator").sign(bytes(32)))
    assert "signature_wrong" in str(verify(unlooked(moot, "m2", forged)).problem)


def test_a_ballot_made_up_without_a_signature_is_found(moot):
    report = verify(unlooked(moot, "m2", CastBallot(polls(moot)[0], "1")))
    assert report.verdict == "unsound" and "signature_missing" in str(report.problem)


def test_a_ballot_of_a_member_is_none_of_another(moot):
    """m3's own ballot in m2's name, and m2's as m3's."""
    poll = polls(moot)[0]
    assert refused(moot, "m2", signed(moot, "m2", poll, "1", by=key("m3"))) == "signature_wrong"
    assert refused(moot, "m3", signed(moot, "m2", poll, "1")) == "signature_wrong"
    assert refused(moot, "m4", signed(moot, "m2", poll, "1")) == "key_unknown"


def test_a_changed_ballot_in_the_log_is_found(moot):
    poll = polls(moot)[0]
    seq = cast(moot, "m2", poll, "1").seq
    kind = parse_own(moot.log()[seq])["kind"]
    assert kind in ("BallotCast.2", "BallotSealed.2")
    for field, other in (
        ("choice", "2" if kind == "BallotCast.2" else "0" * 64),
        ("nonce", 9),
        ("deadline", FAR - 1),
        ("poll", polls(moot)[1]),
    ):

        def change(line: dict, field: str = field, other: object = other) -> None:
            if line["kind"] == kind:
                line["body"][field] = other

        report = verify(rewritten(moot, change))
        assert report.verdict == "unsound" and report.seq == seq and "signature_wrong" in str(report.problem), field


@pytest.mark.parametrize("sig", [None, "", "0x", "0x" + "00" * 65, "0X" + "11" * 65])
def test_a_signature_that_is_none_is_found(moot, sig):
    seq = cast(moot, "m2", polls(moot)[0], "1").seq

    def change(line: dict) -> None:
        if line["seq"] == seq:
            if sig is None:
                del line["sig"]
            else:
                line["sig"] = sig

    report = verify(rewritten(moot, change))
    assert report.verdict == "unsound" and report.seq == seq


def test_the_other_spelling_of_a_signature_is_found(moot):
    seq = cast(moot, "m2", polls(moot)[0], "1").seq

    def change(line: dict) -> None:
        if line["seq"] == seq:
            line["sig"] = other_spelling(line["sig"])

    assert "high s" in str(verify(rewritten(moot, change)).problem)


def test_a_ballot_moved_to_another_community_is_found(moot):
    """A log that is the same to the last event, under another origin and key."""
    poll = polls(moot)[0]
    command = signed(moot, "m2", poll, "1")
    with pytest.MonkeyPatch.context() as patch:
        other = LogKey.from_seed("moot.example/other", bytes(32))
        patch.setattr(moots, "ORIGIN", "moot.example/other")
        patch.setattr(moots, "KEY", other)
        there = Moot(members=4, text=SECRECIES["open" if command.signed.salt is None else "until_close"])
        register(there, "m2", "m3")
        assert there.poll() == poll
    assert refused(there, "m2", command) == "signature_wrong"


def test_two_sealed_ballots_never_share_a_commitment():
    """Even where a client brings the same salt again: an audit would take one for a copy of the other."""
    moot = Moot(members=3)
    register(moot, "m2", "m3")
    poll, salt = moot.poll(), "ab" * 32
    for member, nonce in (("m2", 1), ("m2", 2), ("m3", 1)):
        hers = key(member)
        sealed = commit(sealed_with(salt, poll, hers.address, nonce), canonical("1"))
        message = BallotMessage.of(moot.state, moot.of(Polls)[poll], hers.address, sealed, nonce, FAR)
        moot.do(member, CastBallot(poll, "1", casting.BallotSignature(nonce, FAR, hers.sign(message.digest), salt)))
    moot.end(poll)
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_a_sealed_ballot_needs_the_salt_it_was_signed_with():
    moot = Moot(members=3)
    register(moot, "m2")
    command = signed(moot, "m2", moot.poll(), "1")
    assert refused(moot, "m2", with_signature(command, salt=None)) == "signature_missing"
    assert refused(moot, "m2", with_signature(command, salt="00" * 32)) == "signature_wrong"
    assert refused(moot, "m2", replace(command, choice="2")) == "signature_wrong"


def test_whoever_forgets_herself_takes_her_signed_ballot_along(moot):
    poll = polls(moot)[0]
    cast(moot, "m2", poll, "1")
    cast(moot, "m3", poll, "2")
    moot.do("m2", ForgetMember("m2"))
    sealed = moot.of(Polls)[poll].asked.terms.secrecy == "until_close"
    assert moot.of(Polls)[poll].open_ballots.signed == (1 if sealed else 2)
    moot.end(poll)
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


# -- a charter that asks for signatures --------------------------------------------------------------------------------


def test_a_charter_can_ask_for_signatures():
    moot = Moot(members=3, text=REQUIRED)
    register(moot, "m2")
    poll = moot.poll()
    assert refused(moot, "m3", CastBallot(poll, "1")) == "signature_missing"
    assert "signature_missing" in str(verify(unlooked(moot, "m3", CastBallot(poll, "1"))).problem)


def test_what_a_charter_asks_is_frozen_with_the_poll():
    moot = Moot(members=3, text=REQUIRED)
    register(moot, "m2")
    poll = moot.poll()
    cast(moot, "m2", poll, "1")
    moot.end(poll)
    assert moot.of(Polls)[poll].signed == 1


def test_a_charter_asks_for_signatures_or_does_not():
    with pytest.raises(Refusal, match="give one of optional, required"):
        lawful(REQUIRED.replace('signed = "required"', 'signed = "perhaps"'))


# -- what is signed ---------------------------------------------------------------------------------------------------


def test_what_is_signed_names_the_very_event_that_opened_the_poll(moot):
    for name in polls(moot):
        poll = moot.of(Polls)[name]
        message = BallotMessage.of(moot.state, poll, key("m2").address, "1", 1, FAR).message
        assert message["contentHash"] == "0x" + leaf_hash(moot.log()[poll.seq]).hex()
        assert message["poll"] == f"0x{poll.seq:064x}" and message["voter"] == key("m2").address


@compared
def test_wallets_sign_what_we_check(moot):
    poll = moot.of(Polls)[polls(moot)[0]]
    message = BallotMessage.of(moot.state, poll, key("m2").address, "1>2", 7, FAR)
    assert read_typed_data(message.typed_data) == hashed(message.typed_data) == message.digest
    assert Account.sign_typed_data(key("m2").secret, full_message=message.typed_data).signature.to_0x_hex() == key("m2").sign(
        message.digest
    )


@pytest.mark.parametrize(
    ("terms", "choice", "said"),
    [
        ({}, "3", "in poll p9: option 3 (abstain)"),
        ({}, "", "a blank ballot in poll p9"),
        ({"rule": "plurality", "ends": []}, "2", "in poll p9: option 2"),
        ({"rule": "approval", "ends": []}, "1,3", "in poll p9: option 1, option 3"),
        ({"rule": "schulze", "ends": []}, "2>1=3", "in poll p9: option 2, then option 1 and alike option 3"),
        ({"rule": "score", "points_max": 9, "ends": []}, "1:5,3:9", "in poll p9: 5 for option 1, 9 for option 3"),
        ({"rule": "quadratic", "points_max": 99, "ends": []}, "2:4", "in poll p9: 4 for option 2"),
    ],
)
def test_a_choice_is_said_in_words(terms, choice, said):
    """The words belong to the format: whoever changes one makes every signature there is another's."""
    assert choice_text("p9", asking.poll(asking.decision(**terms), [1], []).asked, choice) == said


def test_ideas_and_amendments_are_named_for_what_they_are():
    moot = Moot(members=5, text=OPEN)
    ideas = [moot.idea(author, supports=5) for author in ("m2", "m3")]
    monthly = f"p{moot.do('m1', OpenPoll('monthly', 'Which?')).seq}"
    charter = f"p{moot.do('m1', OpenPoll('charter', 'Shall we?', amendment=REQUIRED)).seq}"
    assert choice_text(monthly, moot.of(Polls)[monthly].asked, "2") == f"in poll {monthly}: option 2 ({ideas[1]})"
    assert choice_text(charter, moot.of(Polls)[charter].asked, "1") == f"in poll {charter}: option 1 (adopt)"
    assert choice_text(charter, moot.of(Polls)[charter].asked, "2") == f"in poll {charter}: option 2 (keep)"


def test_a_sealed_ballot_says_until_when():
    moot = Moot(members=1)
    poll = moot.of(Polls)[moot.poll()]
    message = BallotMessage.of(moot.state, poll, key("m2").address, "0" * 64, 1, FAR)
    assert message.text == f"a ballot in poll {poll.id}, sealed until {utc(poll.asked.closes_at)}"


@given(st.integers(1, 2**52), st.integers(1, 2**52), st.sampled_from(["1", "2", "1>2", ""]), st.sampled_from(["1", "2", "1>2", ""]))
def test_no_two_ballots_are_signed_alike(one, other, choice, another):
    moot = MOOT
    poll = moot.of(Polls)[polls(moot)[0]]
    first, second = (
        BallotMessage.of(moot.state, poll, key("m2").address, said, nonce, FAR).digest for said, nonce in ((choice, one), (another, other))
    )
    assert (first == second) == ((choice, one) == (another, other))


MOOT = Moot(members=1, text=OPEN)
MOOT.poll()
