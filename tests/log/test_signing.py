"""A signature says who signed what, for whom, in one spelling only."""

from __future__ import annotations

import pytest
from coincurve import PrivateKey
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.log import signing
from engine.log.eip712 import digest, keccak
from engine.log.signing import BALLOT, ORDER, Domain, SecretKey, check_signer, read_signature, recover, separator, shown
from engine.refusals import Refusal
from tests.wallets import Account, compared

keys = st.integers(1, ORDER - 1).map(lambda number: SecretKey(number.to_bytes(32, "big")))
digests = st.binary(min_size=32, max_size=32)
octets32 = digests.map(lambda data: "0x" + data.hex())
addresses = st.binary(min_size=20, max_size=20).map(lambda data: "0x" + data.hex())
ballots = st.fixed_dictionaries(
    {
        "poll": octets32, "contentHash": octets32, "voter": addresses, "choice": st.text(max_size=9), "choiceText": st.text(max_size=9),
        "nonce": st.integers(0, 2**256 - 1), "deadline": st.integers(0, 2**64 - 1),
    }
)  # fmt: skip
domains = octets32.map(Domain) | st.tuples(st.just(""), st.integers(1, 2**64), addresses).map(lambda parts: Domain(*parts))


def hashed(domain: Domain, ballot: dict) -> bytes:
    return digest(separator(domain), BALLOT.hash(ballot))


def test_a_ballot_is_spelled_as_the_format_has_it():
    assert BALLOT.spelled == (
        "Ballot(bytes32 poll,bytes32 contentHash,address voter,string choice,string choiceText,uint256 nonce,uint64 deadline)"
    )


@given(keys, digests)
def test_whoever_signs_is_who_signed(key, message):
    assert recover(message, key.sign(message)) == key.address
    check_signer(message, key.sign(message), key.address, "")


@compared
@given(keys, digests)
def test_our_keys_sign_as_eth_accounts_do(key, message):
    account = Account.from_key(key.secret)
    assert account.address == shown(key.address)
    assert "0x" + Account.unsafe_sign_hash(message, key.secret).signature.hex() == key.sign(message)


@given(keys, domains, ballots, st.sampled_from(sorted(field for field, _ in BALLOT.parts)), ballots)
def test_any_change_of_a_ballot_is_another_signature(key, domain, ballot, field, other):
    assume(ballot[field] != other[field])
    with pytest.raises(Refusal, match="signature_wrong"):
        check_signer(hashed(domain, ballot | {field: other[field]}), key.sign(hashed(domain, ballot)), key.address, "")


@given(keys, domains, domains, ballots)
def test_a_ballot_for_one_community_or_chain_is_none_for_another(key, domain, other, ballot):
    assume(domain != other)
    with pytest.raises(Refusal, match="signature_wrong"):
        check_signer(hashed(other, ballot), key.sign(hashed(domain, ballot)), key.address, "")


@given(st.tuples(st.text(max_size=5), st.text(max_size=5)), st.tuples(st.text(max_size=5), st.text(max_size=5)))
def test_no_two_communities_share_a_salt(one, other):
    """No origin and no key of one holds a line break: both are read so when a community is founded."""
    assume(one != other and not any("\n" in part for part in (*one, *other)))
    assert Domain.of_community(*one) != Domain.of_community(*other)


def test_the_domain_of_a_chain_leaves_the_salt_out_and_the_other_way_round():
    assert set(Domain(salt="0x" + "00" * 32).fields) == {"name", "version", "salt"}
    assert set(Domain(chain_id=1, contract="0x" + "00" * 20).fields) == {"name", "version", "chainId", "verifyingContract"}


def respelled(signature: str, how: str) -> str:
    data = bytes.fromhex(signature[2:])
    r, s, v = data[:32], int.from_bytes(data[32:64], "big"), data[64]
    made = {
        "the other s": r + (ORDER - s).to_bytes(32, "big") + bytes([55 - v]),
        "the other s alone": r + (ORDER - s).to_bytes(32, "big") + bytes([v]),
        "v of 0 or 1": data[:64] + bytes([v - 27]),
        "v of 29 or 30": data[:64] + bytes([v + 2]),
        "v of a chain": data[:64] + bytes([v + 10]),
        "64 bytes": r + (s | (v - 27) << 255).to_bytes(32, "big"),
        "truncated": data[:-2],
        "longer": data + b"\0",
        "nothing": b"",
        "no r": bytes(32) + data[32:],
        "no s": r + bytes(32) + data[64:],
        "r beyond the order": ORDER.to_bytes(32, "big") + data[32:],
        "s plus the order": r + min(s + ORDER, 2**256 - 1).to_bytes(32, "big") + data[64:],
    }
    return "0x" + made[how].hex()


SPELLINGS = (
    "the other s", "the other s alone", "v of 0 or 1", "v of 29 or 30", "v of a chain", "64 bytes", "truncated", "longer", "nothing",
    "no r", "no s", "r beyond the order", "s plus the order",
)  # fmt: skip


@pytest.mark.parametrize("how", SPELLINGS)
@given(key=keys, message=digests)
def test_a_signature_has_one_spelling(how, key, message):
    for read in (lambda text: recover(message, text), read_signature):
        with pytest.raises(Refusal) as no:
            read(respelled(key.sign(message), how))
        assert no.value.code == "signature_wrong"


@pytest.mark.parametrize(
    "change", [str.upper, lambda text: text[2:], lambda text: text + " ", lambda text: "0X" + text[2:], lambda text: None]
)
def test_digits_have_one_spelling_too(change):
    key, message = SecretKey(b"\1" * 32), bytes(32)
    with pytest.raises(Refusal) as no:
        recover(message, change(key.sign(message)))
    assert no.value.code == "signature_wrong"


def test_an_r_that_is_no_point_of_the_curve_is_nobodys():
    """5 is no x of a point on secp256k1: 5³ + 7 has no square root."""
    text = "0x" + (5).to_bytes(32, "big").hex() + (1).to_bytes(32, "big").hex() + "1b"
    with pytest.raises(Refusal, match="is nobody's"):
        recover(bytes(32), text)


@pytest.mark.parametrize("secret", [b"", bytes(32), ORDER.to_bytes(32, "big"), b"\xff" * 32, b"\1" * 33])
def test_a_secret_key_is_within_the_order(secret):
    with pytest.raises(Refusal) as no:
        SecretKey(secret)
    assert no.value.code == "signature_wrong" and str(list(secret)) not in str(no.value)


def test_a_secret_key_is_never_shown():
    key = SecretKey(b"\7" * 32)
    assert "07" * 16 not in repr(key) + str(key) and key.address in repr(key)


def test_the_address_is_the_hash_of_the_key():
    public = PrivateKey(b"\7" * 32).public_key.format(compressed=False)
    assert SecretKey(b"\7" * 32).address == "0x" + keccak(public[1:])[12:].hex()


def test_what_is_longer_than_a_signature_is_not_remembered():
    with pytest.raises(Refusal, match="30000 bytes"):
        recover(bytes(32), "0x" + "00" * 30_000)
    assert all(len(signature) <= 132 for _, signature in signing._known)


def test_only_so_many_signatures_are_remembered(monkeypatch):
    monkeypatch.setattr(signing, "RECOVERED_KEPT", 4)
    key = SecretKey(b"\7" * 32)
    for number in range(9):
        digest = number.to_bytes(32, "big")
        assert recover(digest, key.sign(digest)) == recover(digest, key.sign(digest)) == key.address
    assert len(signing._known) <= 4


def test_a_signature_that_is_not_there_is_no_signature():
    with pytest.raises(Refusal, match="is not there"):
        check_signer(bytes(32), None, SecretKey(b"\7" * 32).address, "")


def test_a_signature_of_another_says_whose_it_is_and_whose_it_should_be():
    hers, other = SecretKey(b"\7" * 32), SecretKey(b"\5" * 32)
    with pytest.raises(Refusal, match=f"is not by {hers.address}: over this very text it is by {other.address}"):
        check_signer(bytes(32), other.sign(bytes(32)), hers.address, "")
