"""The fast signatures and the reference judge alike: a few here, and in `make agreement` every vector, 200 draws and 10,000 spellings."""

from __future__ import annotations

import json
import os
from random import Random

import pytest

from engine.log import attest, attest_reference
from engine.log.attest import CouncilSecret, aggregate
from engine.refusals import Refusal
from tests.conftest import shared

WHOLE = bool(os.environ.get("FOLKMOOT_AGREEMENT"))
DRAWS, SPELLINGS = (200, 10_000) if WHOLE else (3, 60)
whole_only = pytest.mark.skipif(not WHOLE, reason="half a second for each signature: make agreement")


def fast(keys: list[str], message: bytes, signature: str) -> bool:
    return attest._judged_fast(tuple(keys), message, signature, attest.SIGNING)


def misname(draw: Random, keys: list[str]) -> None:
    """Perhaps name one key less, or one more, than signed."""
    how = draw.randrange(3)
    if how == 0 and len(keys) > 1:
        keys.pop()
    elif how == 1:
        keys.append(CouncilSecret.from_seed(bytes(32)).public)


def test_drawn_signatures_are_judged_alike():
    draw = Random(14)
    for number in range(DRAWS):
        secrets = [CouncilSecret.from_seed(draw.randbytes(32)) for _ in range(draw.choice([1, 1, 2, 5]))]
        message = draw.randbytes(draw.choice([0, 1, 32, 300]))
        keys, signature = [one.public for one in secrets], aggregate([one.sign(message) for one in secrets])
        if number % 2:
            misname(draw, keys)
            message += draw.choice([b"", b"!"])
        assert fast(keys, message, signature) == attest_reference.signed(keys, message, signature)
        one = secrets[0]
        proof = draw.choice([one.possession, one.sign(bytes.fromhex(one.public[2:])), secrets[-1].possession])
        judged = attest._judged_fast((one.public,), bytes.fromhex(one.public[2:]), proof, attest.POSSESSION)
        assert judged == attest_reference.possesses([one.public], bytes.fromhex(one.public[2:]), proof)


def spoilt(draw: Random, data: bytes) -> bytes:
    """Bytes that are mostly no point: a few bits turned, flags set, a coordinate beyond the field, some other length."""
    how = draw.randrange(6)
    changed = bytearray(data)
    if how == 0:
        changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    elif how == 1:
        changed[0] = changed[0] & 0x1F | draw.randrange(8) << 5
    elif how == 2:
        changed = bytearray([draw.choice([0xC0, 0xE0, 0x80, 0xA0, 0x40])]) + bytearray(len(data) - 1)
        changed[draw.randrange(len(changed))] |= draw.choice([0, 0, 1])
    elif how == 3:
        changed = bytearray(draw.randbytes(len(data)))
    elif how == 4:
        half = 48 * draw.randrange(len(data) // 48)
        changed[half : half + 48] = bytes([changed[half] & 0xE0 | 0x1F]) + b"\xff" * 47
    else:
        changed = changed[: draw.randrange(len(data))] if draw.random() < 0.5 else changed + b"\0"
    return bytes(changed)


def reads(octets: bytes) -> bool:
    """Whether the reference reads them as a point of the group other than infinity, spelled in one way."""
    from py_ecc.bls.g2_primitives import G1_to_pubkey, G2_to_signature, pubkey_to_G1, signature_to_G2, subgroup_check
    from py_ecc.optimized_bls12_381 import is_inf

    read, write = (pubkey_to_G1, G1_to_pubkey) if len(octets) < 60 else (signature_to_G2, G2_to_signature)
    try:
        point = read(octets)
        return not is_inf(point) and bool(subgroup_check(point)) and bytes(write(point)) == octets
    except (ValueError, AssertionError):
        return False


def test_spellings_are_read_alike():
    attest_reference.load()
    draw, secrets = Random(2537), [CouncilSecret.from_seed(bytes([n]) * 32) for n in range(1, 6)]
    texts = [text for one in secrets for text in (one.public, one.possession)]
    taken = 0
    for _ in range(SPELLINGS):
        text = draw.choice(texts)
        data = spoilt(draw, bytes.fromhex(text[2:]))
        key = len(text) < 150
        read = attest._key("0x" + data.hex()) if key else attest._signature("0x" + data.hex())
        right_length = len(data) == (attest.KEY_BYTES if key else attest.SIGNATURE_BYTES)
        assert (read is not None) == (right_length and reads(data)), data.hex()
        taken += read is not None
    assert taken < SPELLINGS // 4, "mostly no points"


@whole_only
@pytest.mark.parametrize("folder", ["sign", "verify", "fast_aggregate_verify", "aggregate"])
def test_the_reference_gives_every_vector(folder):
    scheme = attest_reference.load()
    for path in sorted(shared(f"vectors/ethereum_bls12-381-tests/generated_v0.1.2/{folder}").glob("*.json")):
        vector = json.loads(path.read_text())
        asked, expected = vector["input"], vector["output"]
        if folder == "sign":
            if expected is not None:
                assert "0x" + bytes(scheme.Sign(int(asked["privkey"], 16), octets(asked["message"]))).hex() == expected
        elif folder == "aggregate":
            if expected is not None:
                assert "0x" + bytes(scheme.Aggregate([octets(one) for one in asked])).hex() == expected
        else:
            keys = asked["pubkeys"] if folder == "fast_aggregate_verify" else [asked["pubkey"]]
            assert attest_reference.signed(keys, octets(asked["message"]), asked["signature"]) == expected if keys else not expected


@whole_only
def test_keys_are_made_from_seeds_as_the_reference_makes_them():
    scheme, draw = attest_reference.load(), Random(6)
    for _ in range(50):
        seed = draw.randbytes(32)
        one = CouncilSecret.from_seed(seed)
        number = scheme.KeyGen(seed)
        assert int.from_bytes(one.secret, "big") == number and "0x" + bytes(scheme.SkToPk(number)).hex() == one.public
        assert "0x" + bytes(scheme.PopProve(number)).hex() == one.possession


def octets(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def test_a_reference_refuses_nothing_with_a_trace():
    for keys, signature in ((["0x"], "0x"), (["0xzz"], "0xzz"), (["0x" + "ff" * 48], "0x" + "ff" * 96), (["0xC0"], "")):
        assert not attest_reference.signed(keys, b"", signature)
        with pytest.raises(Refusal):
            attest.check_signature(keys[0], b"", signature)
