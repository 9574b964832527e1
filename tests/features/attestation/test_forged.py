"""What could pass for a council's word and is none: refused while the community lives, and found in its log."""

from __future__ import annotations

import pytest

from engine.features.attestation.attest import AttestDecision
from engine.features.attestation.object import ObjectAsCouncil
from engine.features.attestation.state import Attestations
from engine.features.attestation.statement import stated
from engine.features.polls.state import Polls
from engine.kernel.roles import GiveRole
from engine.log.attest import ORDER, CouncilSecret, aggregate
from engine.refusals import Refusal
from engine.verify import verify
from tests.council import SEATED, TEXT, attest, attesting, decided, objecting, registering, secret, sound
from tests.forging import event, of_kind, rewritten
from tests.moot import Moot, fingerprint

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


def test_two_keys_that_cancel_out_are_refused_before_anything_is_touched():
    """Given two seats of which one holds the other's key negated, each with its proof of possession: what they sign adds up to nothing."""
    moot = Moot(members=4, text=TEXT.replace("needed = 3", "needed = 2"))
    negated = CouncilSecret((ORDER - int.from_bytes(secret("m2").secret, "big")).to_bytes(32, "big"))
    for member, hers in (("m2", secret("m2")), ("m3", negated)):
        moot.do("m1", GiveRole(member, "council"))
        moot.do(member, registering(moot, member, hers))
    poll = decided(moot)
    attest(moot, poll, "m2")
    state = moot.state
    with pytest.raises(Refusal, match="signature_wrong"):
        moot.do("m3", attesting(moot, "m3", poll, negated))
    assert moot.state is state, "nothing had to be rebuilt"
    assert sound(moot)
