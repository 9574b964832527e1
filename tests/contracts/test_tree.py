"""The tree is OpenZeppelin's: every vector of theirs, laws, and the exploits that distributors have fallen to."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.tree import FORMAT, grow, leaf_of, node_over, read, verify, verify_many
from engine.refusals import Refusal
from tests.conftest import shared

PAIR = ("address", "uint256")
ANA, ZOE, IDA = (f"0x{n:040x}" for n in (1, 2, 3))


def vectors() -> dict:
    return json.loads(shared("vectors/oz-merkle-tree/generated_standard.json").read_text())


def written(dump: dict) -> bytes:
    """As JavaScript's JSON.stringify writes it."""
    return json.dumps(dump, separators=(",", ":"), ensure_ascii=False).encode()


def hashes(texts: list[str]) -> list[bytes]:
    return [bytes.fromhex(text[2:]) for text in texts]


def test_every_tree_of_theirs_is_ours_byte_for_byte():
    cases = vectors()["cases"]
    assert len(cases) == 52
    for case in cases:
        dump = case["dump"]
        tree = grow(dump["leafEncoding"], [item["value"] for item in dump["values"]], in_order=not case["sortLeaves"])
        assert "0x" + tree.root.hex() == case["root"]
        assert tree.dump() == written(dump) == read(written(dump)).dump()
        assert [tree.proof(number) for number in range(case["n"])] == [hashes(proof) for proof in case["proofs"]]


def test_every_multiproof_of_theirs_is_ours():
    for case in vectors()["cases"]:
        dump, multi = case["dump"], case["multi"]
        tree = read(written(dump))
        order, path, joined = tree.multiproof(multi["indices"])
        assert [list(tree.values[number]) for number in order] == multi["leaves"]
        assert (path, joined) == (hashes(multi["proof"]), multi["proofFlags"])
        assert verify_many(tree.root, tree.types, multi["leaves"], path, joined)


def test_texts_lists_and_twins_are_theirs_too():
    cases = vectors()["misc"]
    assert len(cases) == 3
    for case in cases:
        if "error" in case:
            with pytest.raises(Refusal, match="bool"):
                grow(case["enc"], case["vals"])
            continue
        tree = read(written(case["dump"]))
        assert grow(case["enc"], [item["value"] for item in case["dump"]["values"]]).dump() == tree.dump() == written(case["dump"])
        assert [tree.proof(number) for number in range(2)] == [hashes(proof) for proof in case["proofs"]]


def test_the_great_tree_of_theirs_is_ours():
    big = vectors()["big"]
    tree = grow(PAIR, [(f"0x{n:040x}", str(n)) for n in range(1, 10_001)])
    assert "0x" + tree.root.hex() == big["root"]
    assert (tree.proof(0), tree.proof(9_999)) == (hashes(big["proof0"]), hashes(big["proof9999"]))


@pytest.mark.parametrize("name", ["sorted", "unsorted"])
def test_their_own_dumps_of_texts_are_read_and_written_again(name):
    data = shared(f"vectors/oz-merkle-tree/standard-v1.{name}.1_0_6.json").read_bytes()
    assert read(data).dump() == data.strip()


def test_their_simple_trees_have_our_nodes_and_are_refused_as_files():
    """Their leaves are whatever hash one gives, so that a node can pass for a leaf: no claim is read from one."""
    cases = json.loads(shared("vectors/oz-merkle-tree/generated_simple.json").read_text())["cases"]
    dumps = [case["dump"] for case in cases]
    dumps += [json.loads(shared(f"vectors/oz-merkle-tree/simple-v1.{name}.1_0_6.json").read_text()) for name in ("sorted", "unsorted")]
    assert len(dumps) == 12
    for dump in dumps:
        nodes = hashes(dump["tree"])
        for number in range(len(nodes) // 2):
            assert node_over(nodes[2 * number + 1], nodes[2 * number + 2]) == nodes[number]
        with pytest.raises(Refusal, match="file_foreign: the dump is labelled 'simple-v1'"):
            read(written(dump))


amounts = st.lists(st.integers(0, 2**256 - 1), min_size=1, max_size=40)


@given(amounts, st.booleans(), st.data())
def test_whatever_is_in_a_tree_can_be_proved_and_nothing_else(given_amounts, in_order, data):
    values = [(f"0x{n + 1:040x}", str(amount)) for n, amount in enumerate(given_amounts)]
    tree = grow(PAIR, values, in_order)
    number = data.draw(st.integers(0, len(values) - 1))
    proof, (account, amount) = tree.proof(number), values[number]
    assert verify(tree.root, PAIR, (account, amount), proof)
    assert not verify(tree.root, PAIR, (account, str((int(amount) + 1) % 2**256)), proof)
    assert not verify(tree.root, PAIR, (account, amount), [*proof, bytes(32)])
    assert read(tree.dump()).dump() == tree.dump()
    numbers = data.draw(st.lists(st.sampled_from(range(len(values))), unique=True, min_size=1))
    order, path, joined = tree.multiproof(numbers)
    assert sorted(order) == sorted(numbers)
    several = [values[number] for number in order]
    assert verify_many(tree.root, PAIR, several, path, joined)
    assert not verify_many(tree.root, PAIR, [*several[:-1], (ANA, "77")], path, joined)
    assert not verify_many(tree.root, PAIR, several, [*path, bytes(32)], joined)
    assert not verify_many(tree.root, PAIR, several, path, [*joined, True])


@given(amounts, st.randoms())
def test_a_root_does_not_depend_on_the_order_of_its_claims(given_amounts, chance):
    values = [(f"0x{n + 1:040x}", str(amount)) for n, amount in enumerate(given_amounts)]
    shuffled = chance.sample(values, len(values))
    assert grow(PAIR, values).root == grow(PAIR, shuffled).root


def test_a_node_does_not_pass_for_a_leaf():
    """Lido's oracle took one: a value of 64 bytes that are two children has, hashed once, the hash of their node."""
    tree = grow(("bytes32", "bytes32"), [(f"0x{n:064x}", f"0x{n:064x}") for n in range(4)])
    children = sorted([tree.nodes[96:128], tree.nodes[128:160]])
    forged = tuple("0x" + child.hex() for child in children)
    assert node_over(*children) == tree.nodes[32:64], "hashed once it would be node 1"
    assert not verify(tree.root, tree.types, forged, [tree.nodes[64:96]])
    assert leaf_of(tree.types, forged) != tree.nodes[32:64]


def test_an_empty_multiproof_proves_nothing():
    tree = grow(PAIR, [(ANA, "1"), (ZOE, "2")])
    with pytest.raises(Refusal, match="proof_wrong: a proof of several values names none"):
        verify_many(tree.root, PAIR, [], [tree.root], [])
    with pytest.raises(Refusal, match="proof_wrong"):
        tree.multiproof([])


def test_a_multiproof_whose_hashes_are_left_over_proves_nothing():
    """GHSA-wprv-93r4-jj2p: in a tree with a zero hash below its root, steps that join the zero with itself proved anything."""
    zero, root = bytes(32), node_over(bytes(32), leaf_of(PAIR, (ANA, "1")))
    assert not verify_many(root, PAIR, [(ZOE, "9"), (IDA, "9")], [root, zero], [True, True, False])
    assert not verify_many(root, PAIR, [(ZOE, "9")], [root], [False])


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ((ANA, "0x64"), "value 0: a uint256 is '0x64', which is not decimal"),
        ((ANA, "0100"), "not decimal"),
        ((ANA, "1e3"), "not decimal"),
        ((ANA, "٣"), "not decimal"),
        ((ANA, "-1"), "cannot hold"),
        ((ANA, str(2**256)), "cannot hold"),
        ((ANA, "9" * 200), "not decimal"),
        ((ANA, 100), "not decimal"),
        ((ANA, True), "not decimal"),
        (("0x7E5F4552091A69125d5DfCb7b8C2659029395BdF", "1"), "another's checksum"),
        (("0x1", "1"), "an address is '0x1'"),
        ((ANA,), "does not hold 2 values"),
        ("ab", "does not hold 2 values"),
    ],
)
def test_a_value_that_could_mean_something_else_is_refused(value, reason):
    with pytest.raises(Refusal, match="field_wrong") as refused:
        grow(PAIR, [value])
    assert reason in str(refused.value)


def test_types_that_are_none_and_trees_that_are_empty_are_refused():
    for types in (("uint7",), ("uint264",), ("bytes33",), ("tuple",), ("uint256[][][][][]",)):
        with pytest.raises(Refusal, match="is none of Solidity's"):
            grow(types, [("1",)])
    with pytest.raises(Refusal, match="has no values"):
        grow(PAIR, [])


def broken(change) -> bytes:
    dump = json.loads(grow(PAIR, [(ANA, "1"), (ZOE, "2"), (IDA, "3")]).dump())
    change(dump)
    return written(dump)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda dump: dump.pop("format"), "file_foreign"),
        (lambda dump: dump.update(format="simple-v1"), "file_foreign"),
        (lambda dump: dump.update(more=1), "proof_wrong"),
        (lambda dump: dump.pop("tree"), "proof_wrong"),
        (lambda dump: dump["tree"].pop(), "proof_wrong"),
        (lambda dump: dump["tree"].reverse(), "proof_wrong"),
        (lambda dump: dump["tree"].__setitem__(0, "0x" + "00" * 32), "proof_wrong"),
        (lambda dump: dump["tree"].__setitem__(0, dump["tree"][0].upper()), "proof_wrong"),
        (lambda dump: dump["values"][0].update(treeIndex=0), "proof_wrong"),
        (lambda dump: dump["values"][0].update(treeIndex=True), "proof_wrong"),
        (lambda dump: dump["values"][0].update(treeIndex=dump["values"][1]["treeIndex"]), "proof_wrong"),
        (lambda dump: dump["values"][0]["value"].__setitem__(1, "1000"), "proof_wrong"),
        (lambda dump: dump["values"][0]["value"].__setitem__(1, "0x1"), "field_wrong"),
        (lambda dump: dump["values"][0].update(value={"a": 1}), "field_wrong"),
        (lambda dump: dump["values"].clear(), "field_wrong"),
        (lambda dump: dump.update(leafEncoding=["uint256", "address"]), "field_wrong"),
        (lambda dump: dump.update(leafEncoding=[]), "proof_wrong"),
    ],
)
def test_a_dump_that_was_changed_is_refused(change, code):
    assert read(broken(lambda dump: None)).types == PAIR
    with pytest.raises(Refusal) as refused:
        read(broken(change))
    assert refused.value.code == code


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{", b'{"a":1,"a":2}', b'{"a":NaN}', b'{"a":1.5}', b"\xff", b"[" * 100_000, b'{"format":"' + FORMAT.encode() + b'"}'],
)
def test_what_is_no_dump_is_refused(data):
    with pytest.raises(Refusal):
        read(data)


def test_lists_in_lists_are_refused_however_deep_others_let_python_go():
    """py-evm raises Python's limit of recursion, and json then fell into the end of the stack."""
    import sys

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)
    try:
        with pytest.raises(Refusal, match="json_malformed"):
            read(b"[" * 1_000_000)
    finally:
        sys.setrecursionlimit(limit)


def test_a_dump_that_breaks_is_refused_at_its_line_and_column():
    with pytest.raises(Refusal, match="json_malformed: the dump breaks at line 2, column 3"):
        read(b'{"format":\n  standard}')
