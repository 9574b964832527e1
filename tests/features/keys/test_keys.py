"""Each member has at most one key, of her own; she alone replaces or retires it, and none is used twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.features.keys.register import RegisterKey
from engine.features.keys.retire import RetireKey
from engine.features.keys.rotate import RotateKey
from engine.features.keys.state import Keys
from engine.kernel.charter import lawful, preset
from engine.kernel.forget import ForgetMember
from engine.log.codec import form
from engine.log.fields import Private, seal
from engine.log.json import parse_own
from engine.refusals import Refusal
from engine.store.snapshot import view
from engine.verify import verify
from tests.forging import event, of_kind, rewritten
from tests.moot import Moot, fingerprint
from tests.signing import key, register, registering, retiring, rotating

CHAIN = '\n[keys]\nchain_id = 8453\ncontract = "0x00000000000000000000000000000000000000aa"\n'


def some_with_keys() -> Moot:
    """Of m1 to m5, m2 and m3 have keys, and m4 has left."""
    moot = Moot(members=4)
    register(moot, "m2", "m3")
    moot.do("m4", ForgetMember("m4"))
    return moot


@pytest.fixture
def moot() -> Moot:
    return some_with_keys()


def other(moot: Moot, member: str, who: str) -> RegisterKey:
    """A key registered by one with the message of another."""
    hers = key(who, 9)
    return RegisterKey(hers.address, registering(moot, member, hers).sig)


def new_key(moot: Moot) -> RotateKey:
    return rotating(moot, "m2", key("m2"), key("m2", 1))


REFUSED = {
    "a second key": ("m2", lambda moot: registering(moot, "m2", key("m2", 1)), "key_there"),
    "a key of another": ("m5", lambda moot: registering(moot, "m5", key("m2")), "key_used"),
    "a key she does not hold": ("m5", lambda moot: RegisterKey(key("m9").address, registering(moot, "m5").sig), "signature_wrong"),
    "a key registered for another member": ("m5", lambda moot: other(moot, "m3", "m5"), "signature_wrong"),
    "a key by who has left": ("m4", lambda moot: registering(moot, "m4"), "not_allowed"),
    "a key by nobody": ("newcomer", lambda moot: registering(moot, "newcomer"), "not_allowed"),
    "a key by the clock": ("clock", lambda moot: registering(moot, "clock"), "not_allowed"),
    "no key replaced": ("m5", lambda moot: rotating(moot, "m5", key("m5"), key("m5", 1)), "key_unknown"),
    "a key replaced by a thief": ("m2", lambda moot: rotating(moot, "m2", key("m9"), key("m2", 1)), "signature_wrong"),
    "a key replaced by one she does not hold": (
        "m2",
        lambda moot: replace(rotating(moot, "m2", key("m2"), key("m2", 1)), key=key("m9").address),
        "signature_wrong",
    ),
    "a key replaced without the old one's word": (
        "m2",
        lambda moot: replace(new_key(moot), sig=new_key(moot).possession),
        "signature_wrong",
    ),
    "a key replaced without the new one's word": (
        "m2",
        lambda moot: replace(new_key(moot), possession=new_key(moot).sig),
        "signature_wrong",
    ),
    "a key replaced by itself": ("m2", lambda moot: rotating(moot, "m2", key("m2"), key("m2")), "key_used"),
    "a key replaced by another's": ("m2", lambda moot: rotating(moot, "m2", key("m2"), key("m3")), "key_used"),
    "no key retired": ("m5", lambda moot: retiring(moot, "m5", key("m5")), "key_unknown"),
    "a key retired by a thief": ("m2", lambda moot: retiring(moot, "m2", key("m3")), "signature_wrong"),
    "a key retired by the word of another verb": ("m2", lambda moot: RetireKey(registering(moot, "m2").sig), "signature_wrong"),
    "a wallet that did not say so": (
        "m5",
        lambda moot: RegisterKey(
            key("m5").address, registering(moot, "m5").sig, registering(moot, "m5", key("m5", 1), wallet=key("wallet")).wallet
        ),
        "signature_wrong",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_nobodys_to_ask_is_refused_and_leaves_no_trace(moot, what):
    actor, command, code = REFUSED[what]
    before = fingerprint(moot)
    with pytest.raises(Refusal) as no:
        moot.do(actor, command(moot))
    assert no.value.code == code and fingerprint(moot) == before


def test_a_member_has_the_key_she_registered_until_she_replaces_or_retires_it(moot):
    keys = moot.of(Keys)
    assert keys.of("m2") == key("m2").address and keys.of("m5") is None
    moot.do("m2", rotating(moot, "m2", key("m2"), key("m2", 1)))
    assert keys.of("m2") == key("m2", 1).address
    moot.do("m2", retiring(moot, "m2", key("m2", 1)))
    assert keys.of("m2") is None
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_no_key_comes_back(moot):
    moot.do("m2", rotating(moot, "m2", key("m2"), key("m2", 1)))
    moot.do("m2", retiring(moot, "m2", key("m2", 1)))
    for member in ("m2", "m5"):
        for generation in (0, 1):
            with pytest.raises(Refusal, match="key_used"):
                moot.do(member, registering(moot, member, key("m2", generation)))


def test_whoever_leaves_has_no_key_any_more_and_her_wallet_is_forgotten():
    moot = Moot(members=3)
    hers, seq = key("m3"), moot.do("m3", registering(moot, "m3", wallet=key("wallet"))).seq
    assert {name for name in ("wallet", "wallet_sig") if moot.community.store.opening(seq, name)} == {"wallet", "wallet_sig"}
    moot.do("m1", ForgetMember("m3"))
    assert moot.of(Keys).of("m3") is None and hers.address in moot.of(Keys).used
    assert moot.community.store.opening(seq, "wallet") is None
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_a_wallets_address_never_stands_in_the_log():
    moot = Moot(members=1)
    moot.do("m2", registering(moot, "m2", wallet=key("wallet")))
    log = b"".join(moot.log()).decode()
    assert key("wallet").address not in log and key("m2").address in log


def test_a_signature_is_in_the_leaf_and_in_no_field(moot):
    line = next(line for line in map(parse_own, moot.log()) if line["kind"] == "KeyRegistered")
    assert line["sig"] == registering(moot, "m2").sig and set(line["body"]) == {"key", "wallet", "wallet_sig"}


FORGED = {
    "a key without its signature": lambda moot: event(moot, "m5", "KeyRegistered", body(key("m5"))),
    "a key with another's": lambda moot: event(moot, "m5", "KeyRegistered", body(key("m5"))) | {"sig": registering(moot, "m3").sig},
    "a key retired without a word": lambda moot: event(moot, "m2", "KeyRetired", {"key": key("m2").address}),
    "another key retired": lambda moot: (
        event(moot, "m2", "KeyRetired", {"key": key("m3").address}) | {"sig": retiring(moot, "m2", key("m2")).sig}
    ),
    "a key lapsed without a cause": lambda moot: event(moot, "m2", "KeyLapsed", {"member": "m2"}),
    "a wallet without its word": lambda moot: (
        event(moot, "m5", "KeyRegistered", body(key("m5")) | {"wallet": "0" * 64}) | {"sig": registering(moot, "m5").sig}
    ),
}


def body(hers) -> dict:
    return {"key": hers.address, "wallet": None, "wallet_sig": None}


@pytest.mark.parametrize("what", FORGED)
def test_what_an_operator_could_write_of_keys_is_found(moot, what):
    report = verify(rewritten(moot, lambda line: None, [FORGED[what](moot)]))
    assert report.verdict == "unsound" and report.seq == moot.state.seq


def test_a_key_changed_in_the_log_is_found(moot):
    report = verify(rewritten(moot, of_kind("KeyRegistered", key=key("operator").address)))
    assert report.verdict == "unsound" and "signature_wrong" in str(report.problem)


def test_a_signature_on_an_event_that_bears_none_is_not_judged(moot):
    def change(line: dict) -> None:
        if line["kind"] == "MemberJoined" and line["seq"] > 1:
            line["sig"] = registering(moot, "m2").sig

    assert verify(rewritten(moot, change)).verdict == "cannot_recount"


def test_a_wallets_word_in_the_vault_is_looked_at(moot):
    moot.do("m5", registering(moot, "m5", wallet=key("wallet")))
    store = moot.community.store
    assert verify(store, allow_unsigned=True).verdict == "sound"
    other_wallet = seal(Private(key("thief").address), bytes(32), "wallet", "m5")

    def change(line: dict) -> None:
        if line["kind"] == "KeyRegistered" and line["actor"] == "m5":
            line["body"]["wallet"] = other_wallet[0].commitment

    forged = rewritten(moot, change)
    forged._vault[moot.state.seq - 1]["wallet"] = other_wallet[1]
    report = verify(forged)
    assert report.verdict == "unsound" and "signature_wrong" in str(report.problem)


def test_under_a_chain_messages_are_for_its_contract_alone():
    here, there = Moot(members=1, text=preset("product")), Moot(members=1, text=preset("product") + CHAIN)
    register(there, "m2")
    assert there.of(Keys).of("m2")
    for moot, command in ((there, registering(here, "m1")), (here, registering(there, "m1"))):
        with pytest.raises(Refusal, match="signature_wrong"):
            moot.do("m1", command)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("[keys]\nchain_id = 1", "not both"),
        ('[keys]\ncontract = "0x00000000000000000000000000000000000000aa"', "not both"),
        ('[keys]\nchain_id = 1\ncontract = "0xaa"', "an address"),
        ("[keys]\nchain_id = -1", "whole number"),
    ],
)
def test_a_charter_names_a_chain_and_its_contract_or_neither(text, fact):
    with pytest.raises(Refusal, match=fact):
        lawful(preset("product") + "\n" + text)


def test_wallets_may_write_addresses_and_signatures_in_both_cases(moot):
    command = registering(moot, "m5")
    moot.do("m5", RegisterKey("0x" + command.key[2:].upper(), "0x" + command.sig[2:].upper()))  # type: ignore[arg-type]
    assert moot.of(Keys).of("m5") == key("m5").address


def test_keys_are_kept_in_a_snapshot(moot):
    keys = moot.of(Keys)
    assert form(Keys).trust(form(Keys).write(keys)) == keys and view(moot.state)
