"""Heads and receipts are C2SP's: stock vectors pass, and each way to spoil one is refused."""

import json

import pytest

from engine.log.checkpoint import Checkpoint, LogKey, Verifier, read_body, read_checkpoint, read_proof, write_proof
from engine.log.merkle import Tree, leaf_hash
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
