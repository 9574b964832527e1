"""A council's signatures: against every vector of Ethereum's, and each way to make one up is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from py_arkworks_bls12381 import GT, G1Point, G2Point, Scalar

from engine.log import attest, attest_reference
from engine.log.attest import CouncilSecret, aggregate, check_aggregate, check_key, check_possession, check_signature
from engine.refusals import Refusal
from tests.conftest import shared
from tests.council import secret

MESSAGE = b"folkmoot council attests 1\n"
INFINITY = ("0xc0" + "00" * 47, "0xc0" + "00" * 95)
ANA, BEN, CLEO = secret("m2"), secret("m3"), secret("m4")


def vectors(folder: str) -> list[dict]:
    paths = sorted(shared(f"vectors/ethereum_bls12-381-tests/generated_v0.1.2/{folder}").glob("*.json"))
    return [json.loads(path.read_text()) for path in paths]


def is_taken(check) -> bool:
    try:
        check()
    except Refusal as refusal:
        assert refusal.code == "signature_wrong"
        return False
    return True


def octets(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def test_every_signing_vector():
    listed = vectors("sign")
    for vector in listed:
        asked, secret_key = vector["input"], octets(vector["input"]["privkey"])
        if vector["output"] is None:
            assert not is_taken(lambda given=secret_key: CouncilSecret(given)), "a key of zero signs nothing"
        else:
            assert CouncilSecret(secret_key).sign(octets(asked["message"])) == vector["output"]
    assert len(listed) == 10


def test_every_verifying_vector():
    listed = [(vector["input"], vector["output"]) for vector in vectors("verify")]
    for asked, expected in listed:
        assert is_taken(lambda one=asked: check_signature(one["pubkey"], octets(one["message"]), one["signature"])) == expected
    assert len(listed) == 29


def test_every_fast_aggregate_verifying_vector():
    listed = [(vector["input"], vector["output"]) for vector in vectors("fast_aggregate_verify")]
    for asked, expected in listed:
        assert is_taken(lambda one=asked: check_aggregate(one["pubkeys"], octets(one["message"]), one["signature"])) == expected
    assert len(listed) == 12


def test_every_aggregating_vector_but_infinity_which_is_nobodys_signature():
    listed = [(vector["input"], vector["output"]) for vector in vectors("aggregate")]
    for signatures, expected in listed:
        if expected is None or expected == INFINITY[1]:
            assert not is_taken(lambda given=signatures: aggregate(given))
        else:
            assert aggregate(signatures) == expected
    assert len(listed) == 6


def test_every_vector_of_spellings_but_infinity_which_is_nobodys():
    for folder, field, read in (("deserialization_G1", "pubkey", attest._key), ("deserialization_G2", "signature", attest._signature)):
        for vector in vectors(folder):
            text = "0x" + vector["input"][field].removeprefix("0x")
            assert (read(text) is not None) == (vector["output"] and text not in INFINITY), text
    assert len(vectors("deserialization_G1")) + len(vectors("deserialization_G2")) == 34


def test_every_vector_of_several_messages_and_of_batches():
    """We ask for neither; the points, the hash to the curve and the pairing are the same."""
    for vector in vectors("aggregate_verify"):
        asked = vector["input"]
        keys, point = [attest._key(key) for key in asked["pubkeys"]], attest._signature(asked["signature"])
        hashed = [G2Point.hash_to_curve(octets(message), attest.SIGNING) for message in asked["messages"]]
        known = bool(keys) and None not in keys and point is not None
        assert (known and GT.pairing_check([*keys, -G1Point()], [*hashed, point])) == vector["output"]
    for vector in vectors("batch_verify"):
        asked = vector["input"]
        rows = zip(asked["pubkeys"], asked["messages"], asked["signatures"], strict=True)
        assert all(is_taken(lambda row=row: check_signature(row[0], octets(row[1]), row[2])) for row in rows) == vector["output"]


@pytest.mark.parametrize("file", ["BLS12381G1_XMD:SHA-256_SSWU_RO_", "BLS12381G2_XMD:SHA-256_SSWU_RO_"])
def test_messages_are_hashed_as_rfc_9380_says(file):
    suite = json.loads(shared(f"vectors/rfc9380/{file}.json").read_text())
    point = G1Point if "G1" in file else G2Point
    for vector in suite["vectors"]:
        made = point.hash_to_curve(vector["msg"].encode(), suite["dst"].encode()).to_xy_bytes_be()
        stated = b"".join(octets(half).rjust(48, b"\0") for name in "xy" for half in vector["P"][name].split(","))
        assert bytes(made) == stated
    assert len(suite["vectors"]) == 5


# -- laws -------------------------------------------------------------------------------------------------------------


def test_a_sum_is_by_all_whose_signatures_it_is_of_and_by_nobody_else():
    keys = [one.public for one in (ANA, BEN, CLEO)]
    words = [one.sign(MESSAGE) for one in (ANA, BEN, CLEO)]
    whole = aggregate(words)
    assert whole == aggregate(words[::-1])
    check_aggregate(keys, MESSAGE, whole)
    for named in (keys[:2], [*keys[:2], secret("m9").public], [*keys, secret("m9").public]):
        assert not is_taken(lambda named=named: check_aggregate(named, MESSAGE, whole))
    assert not is_taken(lambda: check_aggregate(keys, MESSAGE + b" ", whole))


def test_the_same_key_twice_is_no_second_word():
    twice = aggregate([ANA.sign(MESSAGE)] * 2)
    assert not is_taken(lambda: check_aggregate([ANA.public] * 2, MESSAGE, twice))


def test_no_keys_and_no_signatures_are_refused():
    assert not is_taken(lambda: check_aggregate([], MESSAGE, INFINITY[1]))
    assert not is_taken(lambda: aggregate([]))


def test_infinity_is_neither_a_key_nor_a_signature():
    assert not is_taken(lambda: check_key(INFINITY[0]))
    assert not is_taken(lambda: check_possession(INFINITY[0], INFINITY[1]))
    assert not is_taken(lambda: check_signature(INFINITY[0], MESSAGE, INFINITY[1]))
    assert not is_taken(lambda: check_signature(ANA.public, MESSAGE, INFINITY[1]))
    assert not is_taken(lambda: aggregate([INFINITY[1]]))


def test_keys_that_cancel_out_say_nothing_of_anybody():
    """A splitting zero: a key and its negative, each with a proof of its own, and infinity for their sum."""
    minus = CouncilSecret((attest.ORDER - int.from_bytes(ANA.secret, "big")).to_bytes(32, "big"))
    check_possession(minus.public, minus.possession)
    nothing = "0x" + bytes((G2Point.hash_to_curve(MESSAGE, attest.SIGNING) * Scalar(0)).to_compressed_bytes()).hex()
    assert nothing == INFINITY[1]
    for signature in (nothing, ANA.sign(MESSAGE)):
        assert not is_taken(lambda signature=signature: check_aggregate([ANA.public, minus.public], MESSAGE, signature))


def rogue(victim: CouncilSecret, attacker: CouncilSecret) -> str:
    """The attacker's key less the victim's: nobody knows its secret."""
    key = attest._key(attacker.public) + -attest._key(victim.public)
    return "0x" + bytes(key.to_compressed_bytes()).hex()


def test_a_rogue_key_would_sign_for_two_and_has_no_proof_of_possession():
    key, alone = rogue(ANA, BEN), BEN.sign(MESSAGE)
    check_aggregate([ANA.public, key], MESSAGE, alone)  # that is why a possession is asked for
    for possession in (BEN.possession, ANA.possession, BEN.sign(octets(key)), alone):
        assert not is_taken(lambda possession=possession: check_possession(key, possession))


def test_a_proof_of_possession_is_no_signature_and_a_signature_is_no_proof():
    key = octets(ANA.public)
    check_possession(ANA.public, ANA.possession)
    check_signature(ANA.public, key, ANA.sign(key))
    assert not is_taken(lambda: check_possession(ANA.public, ANA.sign(key)))
    assert not is_taken(lambda: check_signature(ANA.public, key, ANA.possession))
    assert not is_taken(lambda: check_possession(BEN.public, ANA.possession))


@pytest.mark.parametrize(("point", "read", "text"), [("G1Point", "_key", ANA.public), ("G2Point", "_signature", ANA.possession)])
def test_a_library_that_takes_a_second_spelling_of_a_point_is_not_believed(monkeypatch, point, read, text):
    """What it read is written again: arkworks does so of infinity, and another release might of other points."""
    right = bytes.fromhex(text[2:])

    class Careless:
        @staticmethod
        def from_compressed_bytes(data: bytes):
            return library.from_compressed_bytes(right)

    library = getattr(attest, point)
    monkeypatch.setattr(attest, point, Careless)
    attest._key.cache_clear()
    assert getattr(attest, read)("0x" + bytes([right[0] ^ 0x20, *right[1:]]).hex()) is None
    assert getattr(attest, read)(text) is not None


@pytest.mark.parametrize(
    "spelt",
    [
        lambda text: text.upper(), lambda text: "0X" + text[2:], lambda text: text[2:], lambda text: text + "00", lambda text: text[:-2],
        lambda text: text[:-1] + " ", lambda text: "0x " + text[2:-1], lambda text: text[:-1] + "\N{FULLWIDTH DIGIT ONE}", lambda text: "", lambda text: "0x",
    ],
)  # fmt: skip
def test_there_is_one_spelling(spelt):
    signature = ANA.sign(MESSAGE)
    assert not is_taken(lambda: check_key(spelt(ANA.public)))
    assert not is_taken(lambda: check_signature(ANA.public, MESSAGE, spelt(signature)))


@pytest.mark.parametrize("data", [b"", bytes(32), bytes(31), attest.ORDER.to_bytes(32, "big"), b"\xff" * 32, bytes(33)])
def test_what_is_no_secret_key_is_refused_without_being_shown(data):
    with pytest.raises(Refusal, match="signature_wrong") as no:
        CouncilSecret(data)
    assert len(data) < 3 or data.hex() not in str(no.value)


def test_a_secret_key_is_never_shown():
    assert ANA.secret.hex() not in repr(ANA) and str(int.from_bytes(ANA.secret, "big")) not in repr(ANA)
    assert not hasattr(ANA, "__dict__")


def test_too_short_a_seed_is_refused():
    with pytest.raises(Refusal, match="32"):
        CouncilSecret.from_seed(bytes(31))


# -- the reference ----------------------------------------------------------------------------------------------------


def test_the_reference_leaves_pythons_limit_of_recursion_as_it_was():
    """Left at what py_ecc sets, JSON that nests without end crashes the process instead of being refused."""
    code = (
        "import sys; before = sys.getrecursionlimit(); from engine.log import attest_reference; attest_reference.load();"
        "assert 'py_ecc' in sys.modules and sys.getrecursionlimit() == before, sys.getrecursionlimit()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parent.parent.parent, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", ["api.app", "api.server", "api.cli", "engine.verify", "engine.community"])
def test_nobody_imports_the_reference_who_does_not_ask_for_it(module):
    code = f"import sys, {module}; from engine.event import kinds; kinds(); assert 'py_ecc' not in sys.modules"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parent.parent.parent, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_reference_judges_alike_where_it_is_asked_and_only_there():
    whole = aggregate([ANA.sign(MESSAGE), BEN.sign(MESSAGE)])
    with attest.judged_by_reference():
        check_possession(ANA.public, ANA.possession)
        check_signature(ANA.public, MESSAGE, ANA.sign(MESSAGE))
        check_aggregate([ANA.public, BEN.public], MESSAGE, whole)
        assert not is_taken(lambda: check_aggregate([ANA.public, CLEO.public], MESSAGE, whole))
        assert not is_taken(lambda: check_possession(BEN.public, ANA.possession))


def test_where_the_two_disagree_nobody_knows(monkeypatch):
    monkeypatch.setattr(attest_reference, "signed", lambda keys, message, signature: False)
    check_signature(ANA.public, MESSAGE, ANA.sign(MESSAGE))
    with attest.judged_by_reference(), pytest.raises(Refusal, match="cannot_recount"):
        check_signature(ANA.public, MESSAGE, ANA.sign(MESSAGE))
    check_signature(ANA.public, MESSAGE, ANA.sign(MESSAGE))


def test_a_reference_that_is_not_installed_is_said_to_be_so(monkeypatch):
    attest_reference.load.cache_clear()
    monkeypatch.setitem(sys.modules, "py_ecc.bls.ciphersuites", None)
    try:
        with pytest.raises(Refusal, match="not installed"), attest.judged_by_reference():
            raise AssertionError
    finally:
        attest_reference.load.cache_clear()
