"""Heads and receipts are C2SP's: stock vectors pass, and each way to spoil one is refused."""

import json
from base64 import b64encode
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from engine.log.checkpoint import Checkpoint, LogKey, Verifier, read_body, read_checkpoint, read_proof, write_proof
from engine.log.merkle import EMPTY_ROOT, Tree, leaf_hash
from engine.refusals import Refusal
from tests.conftest import shared


def notes() -> dict:
    return json.loads(shared("vectors/c2sp_tlog/notes.json").read_text())


def test_the_signed_note_of_the_specification_verifies():
    example = notes()["signed_note"][0]
    verifier = Verifier.read(example["vkey"])
    assert str(verifier) == example["vkey"]
    with pytest.raises(Refusal, match="does not have an origin"):  # signed rightly, but it is no checkpoint
        read_checkpoint(example["note"], verifier)
    with pytest.raises(Refusal, match="not by its key"):
        read_checkpoint(example["note"].replace("example message", "exemple message"), verifier)


def test_the_heads_of_a_stock_log_are_read_and_its_tiles_give_their_roots():
    folder = shared("vectors/c2sp_tlog/tessera_testdata_log")
    verifier = Verifier.read(notes()["tessera_log_vkey"])
    for path in folder.glob("checkpoint.*"):
        head = read_checkpoint(path.read_text(), verifier) if path.name != "checkpoint.0" else None
        if head is None or not head.size:
            continue
        tree = Tree()
        data, place = (folder / f"tile/entries/000.p/{head.size}").read_bytes(), 0
        while place < len(data):
            length = int.from_bytes(data[place : place + 2])
            tree.append(leaf_hash(data[place + 2 : place + 2 + length]))
            place += 2 + length
        assert (tree.size, tree.root()) == (head.size, head.root)


def test_bodies_are_judged_as_the_specification_says():
    for body in notes()["checkpoint_body_valid"]:
        assert read_body(body).body() == body
    for body in notes()["checkpoint_body_invalid"]:
        with pytest.raises(Refusal, match="checkpoint_wrong"):
            read_body(body)


def test_malformed_proofs_are_refused():
    for text in notes()["tlog_proof_invalid"]:
        with pytest.raises(Refusal, match="proof_wrong|checkpoint_wrong"):
            read_proof(text, leaf_hash(b""), KEY.verifier)


KEY = LogKey.from_seed("example.org/moot", bytes(range(32)))


def receipt() -> tuple[str, bytes]:
    tree = Tree()
    leaves = [leaf_hash(bytes([n])) for n in range(11)]
    for leaf in leaves:
        tree.append(leaf)
    note = KEY.sign(Checkpoint("example.org/moot", 11, tree.root()))
    return write_proof(7, tree.prove_inclusion(7, 11), note), leaves[7]


def test_a_receipt_proves_its_event_and_nothing_else():
    text, leaf = receipt()
    assert read_proof(text, leaf, KEY.verifier)[0] == 7
    with pytest.raises(Refusal, match="does not lead"):
        read_proof(text, leaf_hash(b"other"), KEY.verifier)


def test_no_character_of_a_receipt_can_be_changed():
    text, leaf = receipt()
    for place, letter in enumerate(text):
        other = text[:place] + ("x" if letter != "x" else "y") + text[place + 1 :]
        with pytest.raises(Refusal):
            read_proof(other, leaf, KEY.verifier)


def test_a_key_survives_its_text_form():
    assert LogKey.read(KEY.write()).verifier == KEY.verifier
    with pytest.raises(Refusal, match="not a signing key"):
        LogKey.read("PRIVATE+KEY+nobody")


PRIME = 2**255 - 19
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]
"""Every spelling of a point of small order: of order 1, 2, 4 and 8, with either sign, and with y above the prime."""


def written(public: bytes, name: str = "example.org/moot") -> str:
    """A key in the form `name+hash+key`, whatever its bytes."""
    data = b"\x01" + public
    key_id = sha256(name.encode() + b"\n" + data).hexdigest()[:8]
    return f"{name}+{key_id}+{b64encode(data).decode()}"


def order(public: bytes) -> int:
    """The order of a point by the book's addition, up to eight; nine stands for more."""
    d = -121665 * pow(121666, -1, PRIME)
    y = int.from_bytes(public, "little") % 2**255 % PRIME
    square = (y * y - 1) * pow(d * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    x = x if x * x % PRIME == square else x * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    assert x * x % PRIME == square, "no point of the curve"
    point, count = (x, y), 1
    while point != (0, 1) and count < 9:
        product = d * x * point[0] * y * point[1]
        point = (
            (x * point[1] + y * point[0]) * pow(1 + product, -1, PRIME) % PRIME,
            (y * point[1] + x * point[0]) * pow(1 - product, -1, PRIME) % PRIME,
        )
        count += 1
    return count


@pytest.mark.parametrize("spelling", SMALL_ORDER)
def test_a_key_that_anybody_could_sign_for_is_no_log_key(spelling):
    public = bytes.fromhex(spelling)
    assert order(public) in (1, 2, 4, 8)
    canonical = int.from_bytes(public, "little") % 2**255 < PRIME
    with pytest.raises(Refusal, match="field_wrong: the log key is " + ("a point of small order" if canonical else "not spelt")):
        Verifier.read(written(public))
    with pytest.raises(Refusal, match="field_wrong"):
        Verifier("example.org/moot", public)


def test_no_spelling_of_a_point_of_small_order_is_missing_and_no_other_point_is_one():
    assert {order(bytes.fromhex(spelling)) for spelling in SMALL_ORDER} == {1, 2, 4, 8}
    assert len(set(SMALL_ORDER)) == 14, "eight points; two more signs that mean nothing, and two y with both signs above the prime"
    for number in range(50):
        key = LogKey.from_seed("example.org/moot", sha256(bytes([number])).digest())
        assert order(key.verifier.public) == 9 and Verifier.read(str(key.verifier)) == key.verifier


def test_a_signature_that_needs_no_secret_signs_no_head():
    """Under the point of order one, the same 64 bytes sign whatever is asked, and the library takes them."""
    identity = bytes.fromhex(SMALL_ORDER[0])
    Ed25519PublicKey.from_public_bytes(identity).verify(identity + bytes(32), b"whatever")
    body = Checkpoint("example.org/moot", 0, EMPTY_ROOT).body()
    name, key_id, _ = written(identity).split("+", 2)
    note = f"{body}\n— {name} {b64encode(bytes.fromhex(key_id) + identity + bytes(32)).decode()}\n"
    with pytest.raises(Refusal, match="small order"):
        read_checkpoint(note, Verifier.read(written(identity)))


@pytest.mark.parametrize("above", range(19))
def test_a_key_is_spelt_in_one_way(above):
    for sign in (0, 2**255):
        with pytest.raises(Refusal, match="field_wrong: the log key is not spelt"):
            Verifier.read(written((PRIME + above + sign).to_bytes(32, "little")))


@pytest.mark.parametrize("name", ["a\u00a0b", "a\u3000b", "Yes\U0001d173", "a\u200bb", "\U0001fae8", "a\x1b[2J", "a\u202eb", "x" * 201])
def test_the_name_of_a_log_is_clean_on_every_python(name):
    with pytest.raises(Refusal, match="field_wrong: the log's origin"):
        Verifier.read(written(KEY.verifier.public, name))
    with pytest.raises(Refusal, match="field_wrong: the log's origin"):
        LogKey.from_seed(name, bytes(32))


def test_a_line_of_a_head_is_clean_on_every_python():
    body = Checkpoint("example.org/moot", 0, EMPTY_ROOT).body()
    assert read_body(body + "an extension: ❤️\n").size == 0
    for line in ("\U0001fae8", "a\u200b", "a\u2800", "a\ufe0f", "a\x9b"):
        with pytest.raises(Refusal, match="checkpoint_wrong"):
            read_body(f"{body}{line}\n")


def test_half_of_a_character_in_a_head_is_refused_and_breaks_nothing():
    note = KEY.sign(Checkpoint("example.org/moot", 0, EMPTY_ROOT))
    with pytest.raises(Refusal, match="not by its key"):
        read_checkpoint(note.replace("\n\n", "\n\ud800\n\n"), KEY.verifier)
