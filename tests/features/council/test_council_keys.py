"""Each member has at most one council key, which she is proved to hold; she alone replaces or retires it, and none is used twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.features.council.register import RegisterCouncilKey
from engine.features.council.retire import RetireCouncilKey
from engine.features.council.state import CouncilKeys
from engine.kernel.forget import ForgetMember
from engine.kernel.found import Founding
from engine.log import attest
from engine.log.codec import form
from engine.refusals import Refusal
from engine.store.snapshot import view
from engine.verify import verify
from tests.council import registering, retiring, rotating, secret
from tests.forging import event, of_kind, rewritten
from tests.moot import Moot, fingerprint
from tests.signing import key, register


def some_with_keys() -> Moot:
    """Of m1 to m5, m2 and m3 have council keys, and m4 has left."""
    moot = Moot(members=4)
    for member in ("m2", "m3"):
        moot.do(member, registering(moot, member))
    moot.do("m4", ForgetMember("m4"))
    return moot


@pytest.fixture
def moot() -> Moot:
    return some_with_keys()


def rogue(victim: str, attacker: str) -> str:
    """The attacker's key less the victim's: she knows the secret of neither sum nor difference."""
    key = attest._key(secret(attacker).public) + -attest._key(secret(victim).public)
    return "0x" + bytes(key.to_compressed_bytes()).hex()


def elsewhere(member: str) -> RegisterCouncilKey:
    """The same key and member, registered in another community."""
    other = Moot(members=4)
    other.state[Founding].origin = "elsewhere.example"
    return registering(other, member)


REFUSED = {
    "a second key": ("m2", lambda moot: registering(moot, "m2", secret("m2", 1)), "council_key_there"),
    "a key of another": ("m5", lambda moot: registering(moot, "m5", secret("m2")), "council_key_used"),
    "a rogue key with her own proof": (
        "m5",
        lambda moot: replace(registering(moot, "m5"), key=rogue("m2", "m5")),
        "signature_wrong",
    ),
    "a key without its possession": (
        "m5",
        lambda moot: replace(registering(moot, "m5"), possession=secret("m5").sign(bytes.fromhex(secret("m5").public[2:]))),
        "signature_wrong",
    ),
    "a key with another's possession": (
        "m5",
        lambda moot: replace(registering(moot, "m5"), possession=secret("m3").possession),
        "signature_wrong",
    ),
    "a key registered for another member": ("m5", lambda moot: registering(moot, "m1", secret("m5")), "signature_wrong"),
    "a key registered in another community": ("m5", lambda moot: elsewhere("m5"), "signature_wrong"),
    "infinity for a key": (
        "m5",
        lambda moot: RegisterCouncilKey("0xc0" + "00" * 47, "0xc0" + "00" * 95, "0xc0" + "00" * 95),
        "signature_wrong",
    ),
    "a key that the one she votes with does not vouch for": (
        "m1",
        lambda moot: registering(with_key(moot, "m1"), "m1"),
        "signature_wrong",
    ),
    "a key vouched for by another's": ("m1", lambda moot: registering(with_key(moot, "m1"), "m1", vouched_by=key("m5")), "signature_wrong"),
    "a voucher for another council key": (
        "m1",
        lambda moot: replace(
            registering(with_key(moot, "m1"), "m1"), voucher=registering(moot, "m1", secret("m1", 1), vouched_by=key("m1")).voucher
        ),
        "signature_wrong",
    ),
    "a voucher by a key she does not have": ("m5", lambda moot: registering(moot, "m5", vouched_by=key("m5")), "signature_wrong"),
    "a key by who has left": ("m4", lambda moot: registering(moot, "m4"), "not_allowed"),
    "a key by nobody": ("newcomer", lambda moot: registering(moot, "newcomer"), "not_allowed"),
    "no key replaced": ("m5", lambda moot: rotating(moot, "m5", secret("m5"), secret("m5", 1)), "council_key_unknown"),
    "a key replaced by a thief": ("m2", lambda moot: rotating(moot, "m2", secret("m9"), secret("m2", 1)), "signature_wrong"),
    "a key replaced without the old one's word": (
        "m2",
        lambda moot: replace(new_key(moot), sig=new_key(moot).word),
        "signature_wrong",
    ),
    "a key replaced without the new one's word": (
        "m2",
        lambda moot: replace(new_key(moot), word=new_key(moot).sig),
        "signature_wrong",
    ),
    "a key replaced without the new one's possession": (
        "m2",
        lambda moot: replace(new_key(moot), possession=secret("m2").possession),
        "signature_wrong",
    ),
    "a key replaced by itself": ("m2", lambda moot: rotating(moot, "m2", secret("m2"), secret("m2")), "council_key_used"),
    "no key retired": ("m5", lambda moot: retiring(moot, "m5", secret("m5")), "council_key_unknown"),
    "a key retired by a thief": ("m2", lambda moot: retiring(moot, "m2", secret("m3")), "signature_wrong"),
    "a key retired by the word of another verb": ("m2", lambda moot: RetireCouncilKey(registering(moot, "m2").sig), "signature_wrong"),
}


def with_key(moot: Moot, member: str) -> Moot:
    """She has a key for her ballots."""
    register(moot, member)
    return moot


def new_key(moot: Moot):
    return rotating(moot, "m2", secret("m2"), secret("m2", 1))


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_nobodys_to_ask_is_refused_and_leaves_no_trace(moot, what):
    actor, make, code = REFUSED[what]
    command = make(moot)
    before = fingerprint(moot)
    with pytest.raises(Refusal) as no:
        moot.do(actor, command)
    assert no.value.code == code and fingerprint(moot) == before


def test_a_member_has_the_key_she_registered_until_she_replaces_or_retires_it(moot):
    keys = moot.of(CouncilKeys)
    assert keys.of("m2") == secret("m2").public and keys.of("m5") is None
    moot.do("m2", new_key(moot))
    assert keys.of("m2") == secret("m2", 1).public
    moot.do("m2", retiring(moot, "m2", secret("m2", 1)))
    assert keys.of("m2") is None
    for generation in (0, 1):
        with pytest.raises(Refusal, match="council_key_used"):
            moot.do("m5", registering(moot, "m5", secret("m2", generation)))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_the_key_she_votes_with_vouches_for_her_council_key(moot):
    moot.do("m5", registering(with_key(moot, "m5"), "m5", vouched_by=key("m5")))
    assert moot.of(CouncilKeys).of("m5") == secret("m5").public
    moot.do("m5", rotating(moot, "m5", secret("m5"), secret("m5", 1)))
    moot.do("m5", retiring(moot, "m5", secret("m5", 1)))
    with pytest.raises(Refusal, match="signature_wrong"):
        moot.do("m5", registering(moot, "m5", secret("m5", 2)))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_whoever_leaves_has_no_council_key_any_more(moot):
    moot.do("m1", ForgetMember("m3"))
    assert moot.of(CouncilKeys).of("m3") is None and secret("m3").public in moot.of(CouncilKeys).used
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_no_secret_ever_stands_in_the_log(moot):
    moot.do("m2", new_key(moot))
    log = b"".join(moot.log()).decode()
    assert not [one for one in ("m2", "m3") if secret(one).secret.hex() in log] and secret("m2", 1).secret.hex() not in log


FORGED = {
    "a key without its signature": lambda moot: event(moot, "m5", "CouncilKeyRegistered", body(moot)),
    "a key with another's signature": lambda moot: (
        event(moot, "m5", "CouncilKeyRegistered", body(moot)) | {"sig": registering(moot, "m3").sig}
    ),
    "a key with another's possession": lambda moot: (
        event(moot, "m5", "CouncilKeyRegistered", body(moot) | {"possession": secret("m3").possession})
        | {"sig": registering(moot, "m5").sig}
    ),
    "a rogue key": lambda moot: (
        event(moot, "m5", "CouncilKeyRegistered", body(moot) | {"key": rogue("m2", "m5")}) | {"sig": registering(moot, "m5").sig}
    ),
    "infinity for a key": lambda moot: (
        event(moot, "m5", "CouncilKeyRegistered", body(moot) | {"key": "0xc0" + "00" * 47, "possession": "0xc0" + "00" * 95})
        | {"sig": "0xc0" + "00" * 95}
    ),
    "a key that another has": lambda moot: (
        event(moot, "m5", "CouncilKeyRegistered", body(moot) | {"key": secret("m2").public, "possession": secret("m2").possession})
        | {"sig": registering(moot, "m5", secret("m2")).sig}
    ),
    "a key meant for another community": lambda moot: event(moot, "m5", "CouncilKeyRegistered", body(moot)) | {"sig": elsewhere("m5").sig},
    "a key by the operator's word for who votes with one": lambda moot: (
        event(moot, "m5", "CouncilKeyRegistered", body(with_key(moot, "m5"))) | {"sig": registering(moot, "m5").sig}
    ),
    "a key retired without a word": lambda moot: event(moot, "m2", "CouncilKeyRetired", {"key": secret("m2").public}),
    "another key retired": lambda moot: (
        event(moot, "m2", "CouncilKeyRetired", {"key": secret("m3").public}) | {"sig": retiring(moot, "m2", secret("m2")).sig}
    ),
    "a key lapsed without a cause": lambda moot: event(moot, "m2", "CouncilKeyLapsed", {"member": "m2"}),
}


def body(moot: Moot) -> dict:
    return {"key": secret("m5").public, "possession": secret("m5").possession, "voucher": None}


@pytest.mark.parametrize("what", FORGED)
def test_what_an_operator_could_write_of_council_keys_is_found(moot, what):
    report = verify(rewritten(moot, lambda line: None, [FORGED[what](moot)]))
    assert report.verdict == "unsound" and report.seq == moot.state.seq


def test_a_council_key_changed_in_the_log_is_found(moot):
    report = verify(rewritten(moot, of_kind("CouncilKeyRegistered", key=secret("operator").public)))
    assert report.verdict == "unsound" and "signature_wrong" in str(report.problem)


def test_keys_may_be_written_in_both_cases(moot):
    one = registering(moot, "m5")
    fields = {name: "0x" + getattr(one, name)[2:].upper() for name in ("key", "possession", "sig")}
    moot.do("m5", form(RegisterCouncilKey, lenient=True).read(fields, "RegisterCouncilKey"))
    assert moot.of(CouncilKeys).of("m5") == secret("m5").public


def test_council_keys_are_kept_in_a_snapshot(moot):
    keys = moot.of(CouncilKeys)
    assert form(CouncilKeys).trust(form(CouncilKeys).write(keys)) == keys and view(moot.state)
