"""Nothing of a decision happens before enough of its council have attested it; whatever else could pass for their word is refused."""

from __future__ import annotations

import pytest

from engine.community import Community
from engine.features.attestation.attest import AttestDecision
from engine.features.attestation.lapse import LapseDecision
from engine.features.attestation.object import ObjectAsCouncil
from engine.features.attestation.state import Attestations, bitmap, places_of
from engine.features.attestation.statement import stated, statement
from engine.features.ideas.state import Ideas
from engine.features.polls.cast import CastBallot
from engine.features.polls.object import EndObjections, ObjectToDecision
from engine.features.polls.open import OpenPoll
from engine.features.polls.state import Polls
from engine.features.treasury.state import Treasury
from engine.kernel.charter import lawful
from engine.kernel.clock import CorrectClock
from engine.kernel.erase import EraseText
from engine.kernel.forget import ForgetMember
from engine.kernel.hooks import all_due
from engine.kernel.roles import GiveRole, TakeRole
from engine.log.attest import aggregate, check_aggregate, judged_by_reference
from engine.log.codec import form
from engine.log.json import parse_own
from engine.log.merkle import leaf_hash, root_of
from engine.log.signing import Domain, separator
from engine.refusals import Refusal
from engine.store.snapshot import view
from engine.verify import verify
from tests.council import SEATED, TEXT, attest, attesting, decided, objecting, registering, retiring, rotating, seat, seated, secret
from tests.forging import event, of_kind, rewritten
from tests.moot import KEY, ORIGIN, Moot, fingerprint

DAY = 24 * 60
CHAIN = '\n[keys]\nchain_id = 8453\ncontract = "0x00000000000000000000000000000000000000aa"\n'


@pytest.fixture
def moot() -> Moot:
    return seated()


def sound(moot: Moot) -> bool:
    return verify(moot.community.store, allow_unsigned=True).verdict == "sound" and view(
        Community(moot.community.store, KEY).state
    ) == view(moot.state)


def purse(moot: Moot) -> str:
    """A poll that has given 300 of 500 to one idea, counted; members may object for three days as well."""
    moot.funded(1_000)
    for member in ("m2", "m3"):
        moot.idea(member, cost=300)
    poll = f"p{moot.do('m1', OpenPoll('purse', 'Which?', budget=500)).seq}"
    for member in moot.members[:3]:
        moot.do(member, CastBallot(poll, "1"))
    moot.end(poll)
    return poll


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


# -- what is no attestation -------------------------------------------------------------------------------------------


def wrongly(moot: Moot, member: str, poll: str, old: bytes, new: bytes) -> AttestDecision:
    said = stated(moot.state, poll)
    assert old in said and old != new
    return AttestDecision(poll, secret(member).sign(said.replace(old, new, 1)))


def root(moot: Moot, poll: str) -> bytes:
    return moot.of(Attestations).asked[poll].root.encode()


REFUSED = {
    "another outcome": ("m2", lambda moot, poll: wrongly(moot, "m2", poll, b"decided 1 ", b"decided 2 "), "signature_wrong"),
    "another root": ("m2", lambda moot, poll: wrongly(moot, "m2", poll, root(moot, poll), b"0" * 64), "signature_wrong"),
    "another size": (
        "m2",
        lambda moot, poll: wrongly(moot, "m2", poll, f"log {moot.of(Attestations).asked[poll].size}".encode(), b"log 9"),
        "signature_wrong",
    ),
    "another poll": ("m2", lambda moot, poll: wrongly(moot, "m2", poll, f"poll {poll}".encode(), b"poll p9"), "signature_wrong"),
    "another question": (
        "m2",
        lambda moot, poll: wrongly(moot, "m2", poll, moot.of(Polls)[poll].opened.encode(), b"1" * 64),
        "signature_wrong",
    ),
    "another community": (
        "m2",
        lambda moot, poll: wrongly(moot, "m2", poll, stated(moot.state, poll).split(b"\n")[1], b"domain " + b"2" * 64),
        "signature_wrong",
    ),
    "an attestation of a poll held again": (
        "m2",
        lambda moot, poll: AttestDecision(poll, secret("m2").sign(stated(moot.state, decided(moot)))),
        "signature_wrong",
    ),
    "an objection's signature": (
        "m2",
        lambda moot, poll: AttestDecision(poll, objecting(moot, "m2", poll).sig),
        "signature_wrong",
    ),
    "an attestation's signature for an objection": (
        "m2",
        lambda moot, poll: ObjectAsCouncil(poll, "No.", attesting(moot, "m2", poll).sig),
        "signature_wrong",
    ),
    "a proof of possession": ("m2", lambda moot, poll: AttestDecision(poll, secret("m2").possession), "signature_wrong"),
    "another's key": ("m2", lambda moot, poll: attesting(moot, "m2", poll, secret("m3")), "signature_wrong"),
    "infinity": ("m2", lambda moot, poll: AttestDecision(poll, "0xc0" + "00" * 95), "signature_wrong"),
    "a sum of two": (
        "m2",
        lambda moot, poll: AttestDecision(poll, aggregate([attesting(moot, one, poll).sig for one in ("m2", "m3")])),
        "signature_wrong",
    ),
    "a member without a seat": ("m6", lambda moot, poll: attesting(moot, "m6", poll), "not_on_council"),
    "a founder without a seat": ("m1", lambda moot, poll: attesting(moot, "m1", poll), "not_on_council"),
    "a stranger": ("newcomer", lambda moot, poll: attesting(moot, "m2", poll), "not_allowed"),
    "a second time": ("m5", lambda moot, poll: attesting(moot, "m5", poll), "spoken_already"),
    "an objection after an attestation": ("m5", lambda moot, poll: objecting(moot, "m5", poll), "spoken_already"),
    "a poll that is not there": ("m2", lambda moot, poll: AttestDecision("p999", attesting(moot, "m2", poll).sig), "poll_unknown"),
    "a poll that is open": (
        "m2",
        lambda moot, poll: AttestDecision(moot.poll("matter", options=2), attesting(moot, "m2", poll).sig),
        "attestation_closed",
    ),
    "a poll that asks for no council": (
        "m2",
        lambda moot, poll: AttestDecision(moot.poll(), attesting(moot, "m2", poll).sig),
        "attestation_closed",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_attestation_is_refused_and_leaves_no_trace(moot, what):
    poll = decided(moot)
    attest(moot, poll, "m5")
    actor, make, code = REFUSED[what]
    command = make(moot, poll)
    before = fingerprint(moot)
    with pytest.raises(Refusal) as no:
        moot.do(actor, command)
    assert no.value.code == code and fingerprint(moot) == before


# -- what an operator could write -------------------------------------------------------------------------------------


def written(moot: Moot, actor: str, kind: str, sig: str | None = None, **body: object) -> dict:
    return event(moot, actor, kind, body) | ({} if sig is None else {"sig": sig})


def made_up(moot: Moot, poll: str, *members: str) -> str:
    return aggregate([attesting(moot, one, poll).sig for one in members])


FORGED = {
    "an attestation without a signature": lambda moot, poll: written(moot, "m2", "DecisionAttested", poll=poll),
    "an attestation signed by the operator": lambda moot, poll: written(
        moot, "m2", "DecisionAttested", attesting(moot, "m2", poll, secret("operator")).sig, poll=poll
    ),
    "an attestation of another root": lambda moot, poll: written(
        moot, "m2", "DecisionAttested", wrongly(moot, "m2", poll, root(moot, poll), b"0" * 64).sig, poll=poll
    ),
    "an attestation of another outcome": lambda moot, poll: written(
        moot, "m2", "DecisionAttested", wrongly(moot, "m2", poll, b"decided 1 ", b"decided 2 ").sig, poll=poll
    ),
    "an attestation of another poll": lambda moot, poll: written(
        moot, "m2", "DecisionAttested", wrongly(moot, "m2", poll, f"poll {poll}".encode(), b"poll p9").sig, poll=poll
    ),
    "an attestation for another community": lambda moot, poll: written(
        moot,
        "m2",
        "DecisionAttested",
        wrongly(moot, "m2", poll, stated(moot.state, poll).split(b"\n")[1], b"domain " + b"2" * 64).sig,
        poll=poll,
    ),
    "infinity for an attestation": lambda moot, poll: written(moot, "m2", "DecisionAttested", "0xc0" + "00" * 95, poll=poll),
    "a long nothing for an attestation": lambda moot, poll: written(moot, "m2", "DecisionAttested", "0x" + "00" * 20_000, poll=poll),
    "an attestation in the name of who has no seat": lambda moot, poll: written(
        moot, "m6", "DecisionAttested", attesting(moot, "m6", poll).sig, poll=poll
    ),
    "the same member twice": lambda moot, poll: written(moot, "m5", "DecisionAttested", attesting(moot, "m5", poll).sig, poll=poll),
    "a council's word without its cause": lambda moot, poll: written(
        moot, "m2", "CouncilAttested", poll=poll, signers="0d", signature=made_up(moot, poll, "m2", "m4", "m5")
    ),
    "what is asked of a council without a count": lambda moot, poll: written(
        moot, "m2", "AttestationAsked", poll=poll, size=1, root="0" * 64, until=1
    ),
    "a lapse before its time": lambda moot, poll: written(moot, "clock", "DecisionLapsed", poll=poll),
    "an objection without a signature": lambda moot, poll: written(moot, "m2", "CouncilObjected", poll=poll, reason="0" * 64),
    "a decision final without its council": lambda moot, poll: written(moot, "m1", "DecisionFinal", poll=poll),
}


@pytest.mark.parametrize("what", FORGED)
def test_what_an_operator_could_write_of_a_council_is_found(moot, what):
    poll = decided(moot)
    attest(moot, poll, "m5")
    report = verify(rewritten(moot, lambda line: None, [FORGED[what](moot, poll)]))
    assert report.verdict == "unsound" and report.seq == moot.state.seq


CHANGED = {
    "another bitmap": ("CouncilAttested", {"signers": "07"}),
    "a bitmap of too few": ("CouncilAttested", {"signers": "05"}),
    "a bitmap in another spelling": ("CouncilAttested", {"signers": "0d00"}),
    "a sum of others": ("CouncilAttested", {"signature": secret("m2").possession}),
    "infinity for a sum": ("CouncilAttested", {"signature": "0xc0" + "00" * 95}),
    "another root to attest": ("AttestationAsked", {"root": "0" * 64}),
    "a longer time to attest": ("AttestationAsked", {"until": 2**45}),
    "another size to attest": ("AttestationAsked", {"size": 3}),
    "fewer who are needed": ("PollOpened.3", {"council__needed": 1}),
    "another role": ("PollOpened.3", {"council__role": "founder"}),
    "more days": ("PollOpened.3", {"council__days": 8}),
    "no council": ("PollOpened.3", {"council__seats": []}),
    "a seat for the operator": (
        "PollOpened.3",
        {"council__seats": [{"member": "m1", "key": secret("operator").public}, *({"member": m, "key": secret(m).public} for m in SEATED)]},
    ),
    "a seat's key exchanged": (
        "PollOpened.3",
        {
            "council__seats": [
                {"member": "m2", "key": secret("operator").public},
                *({"member": m, "key": secret(m).public} for m in SEATED[1:]),
            ]
        },
    ),
}


@pytest.mark.parametrize("what", CHANGED)
def test_whatever_is_changed_of_a_council_is_found(moot, what):
    kind, fields = CHANGED[what]
    attest(moot, decided(moot), "m2", "m4", "m5")
    report = verify(rewritten(moot, of_kind(kind, **fields)))
    assert report.verdict == "unsound", report


def test_a_ballot_changed_after_the_count_is_not_what_the_council_has_attested(moot):
    attest(moot, decided(moot), "m2", "m4", "m5")

    def change(line: dict) -> None:
        if line["kind"] == "MemberJoined" and line["seq"] > 1:
            line["body"]["name"] = "0" * 64

    report = verify(rewritten(moot, change))
    assert report.verdict == "unsound"


def test_a_poll_that_opened_without_the_council_its_charter_asks_for_is_found(moot):
    decided(moot)

    def change(line: dict) -> None:
        if line["kind"] == "PollOpened.3":
            line["kind"] = "PollOpened.2"
            del line["body"]["council"]

    report = verify(rewritten(moot, change))
    assert report.verdict == "unsound" and "frozen otherwise" in str(report.problem)


def test_a_final_decision_cut_off_from_its_council_is_found(moot):
    """One that was to be attested, and of which the log goes on as if it had been."""
    poll = decided(moot)
    extra = [event(moot, "m2", "DecisionAttested", {"poll": poll}) | {"sig": attesting(moot, "m2", poll).sig}]
    extra.append(event(moot, "m2", "DecisionFinal", {"poll": poll}, cause=moot.state.seq) | {"seq": moot.state.seq + 1})
    report = verify(rewritten(moot, lambda line: None, extra))
    assert report.verdict == "unsound" and "without cause" in str(report.problem)


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
