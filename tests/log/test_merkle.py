"""The tree is RFC 9162's: against published vectors, and as laws."""

import json
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.log.merkle import EMPTY_ROOT, Tree, leaf_hash, root_of, verify_consistency, verify_inclusion
from tests.conftest import shared


def grown(leaves: list[bytes]) -> Tree:
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf_hash(leaf))
    return tree


def test_roots_are_those_of_the_reference():
    known = json.loads(shared("vectors/rfc6962_merkle/reference_roots.json").read_text())
    inputs = [bytes.fromhex(item) for item in known["leaf_inputs"]]
    for size, root in enumerate(known["roots_by_size"]):
        tree = grown(inputs[:size])
        assert tree.root().hex() == root
        assert grown(inputs).root(size).hex() == root


def cases(name: str):
    folder = shared(f"vectors/rfc6962_merkle/testdata/{name}")
    return [json.loads(path.read_text()) for path in sorted(folder.rglob("*.json"))]


def proof_of(case: dict) -> list[bytes]:
    return [b64decode(item or "") for item in case["proof"] or []]


def test_inclusion_proofs_are_judged_as_the_reference_judges_them():
    proofs = cases("inclusion")
    assert len(proofs) > 50
    for case in proofs:
        holds = verify_inclusion(
            b64decode(case["leafHash"] or ""), case["leafIdx"], case["treeSize"], proof_of(case), b64decode(case["root"] or "")
        )
        assert holds != case["wantErr"], case["desc"]


def test_consistency_proofs_are_judged_as_the_reference_judges_them():
    proofs = cases("consistency")
    assert len(proofs) > 50
    for case in proofs:
        holds = verify_consistency(
            case["size1"], case["size2"], proof_of(case), b64decode(case["root1"] or ""), b64decode(case["root2"] or "")
        )
        assert holds != case["wantErr"], case["desc"]


@given(st.integers(1, 1200), st.data())
def test_whatever_is_in_the_log_can_be_proved_at_every_later_size(size, data):
    tree = grown([str(n).encode() for n in range(size)])
    at = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, at - 1))
    path = tree.prove_inclusion(index, at)
    leaf = leaf_hash(str(index).encode())
    assert verify_inclusion(leaf, index, at, path, tree.root(at))
    assert not verify_inclusion(leaf_hash(b"forged"), index, at, path, tree.root(at))
    assert not verify_inclusion(leaf, index, at, [*path, bytes(32)], tree.root(at))


@given(st.integers(1, 1200), st.data())
def test_a_log_is_consistent_with_every_earlier_self_and_with_no_other(size, data):
    tree = grown([str(n).encode() for n in range(size)])
    old = data.draw(st.integers(1, size))
    path = tree.prove_consistency(old, size)
    assert verify_consistency(old, size, path, tree.root(old), tree.root())
    assert not verify_consistency(old, size, path, leaf_hash(b"other"), tree.root())


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 511, 512, 65_536, 65_536 + 300])
def test_a_stored_tree_is_taken_up_where_it_was_left(size):
    tree, stored = Tree(), {}
    leaves = [leaf_hash(n.to_bytes(4)) for n in range(size)]
    for leaf in leaves:
        tree.append(leaf)
    stored = {(level, index): data for level, index, data in tree.take_filled()}
    resumed = Tree(lambda level, index: stored[level, index])
    resumed.resume(size, leaves[size & ~0xFF :])
    assert resumed.root() == tree.root() == (root_of(leaves) if leaves else EMPTY_ROOT)
    for more in range(3):
        tree.append(leaf_hash(bytes([more])))
        resumed.append(leaf_hash(bytes([more])))
    assert resumed.root() == tree.root()
    assert resumed.prove_inclusion(size // 2, size + 3) == tree.prove_inclusion(size // 2, size + 3)
