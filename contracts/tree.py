"""The tree of a reward round's claims: OpenZeppelin's `StandardMerkleTree`, and its dump file byte for byte.

A leaf is the Keccak-256 of the Keccak-256 of its value as `abi.encode` writes it; a node is that of its two children, the
smaller first. Leaves are sorted by hash and fill a complete binary tree from its end: of n leaves, leaf i is node 2n - 2 - i,
the root is node 0, and the children of node i are 2i + 1 and 2i + 2. Existing claim pages read the dump.
Source of format and layout: @openzeppelin/merkle-tree 1.0.8; tests hold this to every tree of its own.

Hashing twice, and checking the *value* rather than a hash, keeps a node from passing for a leaf. What a file says is not
believed: `read` hashes all of it again.

>>> ana, zoe = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf", "0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF"
>>> tree = grow(("address", "uint256"), [(ana, "100"), (zoe, "50")])
>>> verify(tree.root, tree.types, (zoe, "50"), tree.proof(1)), verify(tree.root, tree.types, (zoe, "5000"), tree.proof(1))
(True, False)
>>> read(tree.dump()).root == tree.root
True
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from sha3 import keccak_256

from contracts.abi import encoder
from contracts.columns import plain
from engine.log.eip712 import keccak
from engine.refusals import Refusal, refuse

FORMAT = "standard-v1"
LEAVES_MAX = 2_000_000
"""Twice as many as a community has members: some two gigabytes while a dump is read."""
_HASH = re.compile(r"0x[0-9a-f]{64}")

Value = Sequence[Any]
Proof = Sequence[bytes]


@dataclass(frozen=True)
class MerkleTree:
    """`types` of each value; `values` in the order they were given; `places`, the node of each (int64); `nodes`, 32 bytes each, root first."""

    types: tuple[str, ...]
    values: Sequence[Value]
    places: NDArray[np.int64]
    nodes: bytes

    @property
    def root(self) -> bytes:
        return self.nodes[:32]

    def proof(self, number: int) -> list[bytes]:
        """The siblings on the way from value `number` to the root, nearest first."""
        node, path = self._place(number), []
        while node:
            path.append(self._node(_sibling(node)))
            node = (node - 1) // 2
        return path

    def multiproof(self, numbers: Sequence[int]) -> tuple[list[int], list[bytes], list[bool]]:
        """One proof for several values: their numbers in the order it takes them, the hashes it brings, and for each step
        whether it joins two that are known already (True) or one that is brought. Of none, nothing can be proved: refused."""
        if not numbers or len(set(numbers)) != len(numbers):
            raise refuse("proof_wrong", "a proof of several values", "names none, or one twice", "name each that is to be proved, once")
        by_place = {self._place(number): number for number in numbers}
        waiting = sorted(by_place, reverse=True)
        order, path, joined, next_ = [by_place[place] for place in waiting], [], [], 0
        while waiting[next_]:
            node, next_ = waiting[next_], next_ + 1
            both = next_ < len(waiting) and waiting[next_] == _sibling(node)
            joined.append(both)
            if both:
                next_ += 1
            else:
                path.append(self._node(_sibling(node)))
            waiting.append((node - 1) // 2)
        return order, path, joined

    def dump(self) -> bytes:
        """The file that OpenZeppelin's own `load` reads."""
        digits = self.nodes.hex()
        values = [{"value": value, "treeIndex": place} for value, place in zip(self.values, self.places.tolist(), strict=True)]
        tree = ["0x" + digits[i : i + 64] for i in range(0, len(digits), 64)]
        return orjson.dumps({"format": FORMAT, "leafEncoding": self.types, "tree": tree, "values": values})

    def _node(self, number: int) -> bytes:
        return self.nodes[32 * number : 32 * number + 32]

    def _place(self, number: int) -> int:
        if not 0 <= number < len(self.places):
            raise refuse("thing_unknown", "value {number}", "is not in the tree", "count from 0", number=number)
        return int(self.places[number])


def grow(types: Sequence[str], values: Sequence[Value], in_order: bool = False) -> MerkleTree:
    """The tree over these values; `in_order` leaves the leaves as they are given (OpenZeppelin's `sortLeaves: false`)."""
    _check_count(len(values))
    leaves = _leaves(types, values)
    count = len(leaves)
    order = np.arange(count) if in_order else _sorted(leaves)
    places = np.empty(count, np.int64)
    places[order] = 2 * count - 2 - np.arange(count)
    return MerkleTree(tuple(types), values, places, _grown(leaves, places))


def node_over(left: bytes, right: bytes) -> bytes:
    """The node above two others, whichever way round they are given."""
    return keccak(left + right if left < right else right + left)


def leaf_of(types: Sequence[str], value: Value) -> bytes:
    """The leaf of one value, hashed twice."""
    return keccak(keccak(encoder(types)(value)))


def verify(root: bytes, types: Sequence[str], value: Value, proof: Proof) -> bool:
    """Whether `proof` leads from this value to the root. It takes the value itself, so that no node can pass for a leaf."""
    climbed = leaf_of(types, value)
    for sibling in proof:
        if len(sibling) != 32:
            return False
        climbed = node_over(climbed, sibling)
    return climbed == root


def verify_many(root: bytes, types: Sequence[str], values: Sequence[Value], proof: Proof, joined: Sequence[bool]) -> bool:
    """Whether one proof leads from all these values to the root. Without a value it would prove nothing of anything: refused.

    Every hash that is brought must be used, and every step have its two: GHSA-wprv-93r4-jj2p forged a proof by leaving some over.
    """
    if not values:
        raise refuse("proof_wrong", "a proof of several values", "names none", "name at least one value")
    if len(values) + len(proof) != len(joined) + 1 or any(len(sibling) != 32 for sibling in proof):
        return False
    known, next_ = [leaf_of(types, value) for value in values], 0
    brought = iter(proof)
    for both in joined:
        if next_ + both >= len(known):
            return False
        other = known[next_ + 1] if both else next(brought, None)
        if other is None:
            return False
        known.append(node_over(known[next_], other))
        next_ += 1 + both
    return next_ == len(known) - 1 and next(brought, None) is None and known[-1] == root


def read(data: bytes) -> MerkleTree:
    """The tree of a dump: its label compared, its values encoded and hashed again, every node compared. Anything else is refused."""
    fields = _fields(data)
    types, written, nodes = fields["leafEncoding"], fields["values"], fields["tree"]
    if not isinstance(types, list) or not types or not all(isinstance(name, str) for name in types):
        raise _broken("leafEncoding", "is not a list of types")
    if not isinstance(written, list) or not isinstance(nodes, list):
        raise _broken("values or tree", "is not a list")
    _check_count(len(written))
    count = len(written)
    if len(nodes) != 2 * count - 1 or not all(isinstance(node, str) and _HASH.fullmatch(node) for node in nodes):
        raise _broken("tree", "is not the {count} hashes that so many values have", count=2 * count - 1)
    values, places = _written(written, count)
    claimed = bytes.fromhex("".join([node[2:] for node in nodes]))
    if _grown(_leaves(types, values), places) != claimed:
        raise _broken("tree", "is not the tree over its values")
    return MerkleTree(tuple(types), values, places, claimed)


def _leaves(types: Sequence[str], values: Sequence[Value]) -> NDArray[np.uint8]:
    """The leaf of each value, 32 bytes in a row."""
    rows = plain(types, values)
    if rows is not None:
        leaves = [keccak_256(keccak_256(row).digest()).digest() for row in rows]
    else:
        encode, leaves = encoder(types), []
        for number, value in enumerate(values):
            try:
                leaves.append(keccak(keccak(encode(value))))
            except Refusal as refusal:
                raise refusal.about(f"value {number}") from None
    return np.frombuffer(b"".join(leaves), np.uint8).reshape(-1, 32)


def _sorted(leaves: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The numbers of the leaves by hash; equal ones stay in their order. The first eight bytes mostly decide."""
    words = leaves.view(">u8").astype(np.uint64)
    order = np.argsort(words[:, 0], kind="stable")
    if (np.diff(words[order, 0]) == 0).any():
        order = np.lexsort((words[:, 3], words[:, 2], words[:, 1], words[:, 0]))
    return order


def _grown(leaves: NDArray[np.uint8], places: NDArray[np.int64]) -> bytes:
    """All nodes in one, the root first; those above the leaves are worked out from their children, a level at a time."""
    inner = len(leaves) - 1
    nodes = np.empty((2 * inner + 1, 32), np.uint8)
    nodes[places] = leaves
    for depth in reversed(range(inner.bit_length())):
        low, high = 2**depth - 1, min(2 ** (depth + 1) - 1, inner)
        pairs = nodes[2 * low + 1 : 2 * high + 1].reshape(-1, 2, 32)
        turned = _greater(pairs[:, 0].copy().view(">u8"), pairs[:, 1].copy().view(">u8"))
        data = np.where(turned[:, None, None], pairs[:, ::-1], pairs).tobytes()
        hashed = b"".join([keccak_256(data[start : start + 64]).digest() for start in range(0, len(data), 64)])
        nodes[low:high] = np.frombuffer(hashed, np.uint8).reshape(-1, 32)
    return nodes.tobytes()


def _greater(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Row by row, whether one hash of four words is greater than another; the first word mostly decides."""
    greater = left[:, 0] > right[:, 0]
    for number in np.flatnonzero(left[:, 0] == right[:, 0]).tolist():
        greater[number] = left[number].tolist() > right[number].tolist()
    return greater


def _fields(data: bytes) -> dict[str, Any]:
    """A dump's four fields. A file without its label is refused: trees that hash their leaves once look the same."""
    try:
        orjson.loads(data)  # stops at a thousand lists in lists, where the library below would run out of stack
        fields: Any = json.loads(data, object_pairs_hook=_no_duplicates, parse_constant=_no_number, parse_float=_no_number)
    except json.JSONDecodeError as wrong:
        where = {"line": wrong.lineno, "column": wrong.colno}
        raise refuse("json_malformed", "the dump", "breaks at line {line}, column {column}", "dump the tree again", **where) from wrong
    except (UnicodeDecodeError, RecursionError, ValueError) as wrong:
        raise refuse("json_malformed", "the dump", "is not JSON: {why}", "dump the tree again", why=str(wrong)[:80]) from wrong
    label = fields.get("format") if isinstance(fields, dict) else None
    if label != FORMAT:
        way_out = f"give a dump whose format is {FORMAT}"
        raise refuse("file_foreign", "the dump", "is labelled {label!r}", way_out, label=None if label is None else str(label)[:40])
    if set(fields) != {"format", "leafEncoding", "tree", "values"}:
        raise _broken("its fields", "are others than format, leafEncoding, tree and values")
    return dict(fields)


def _written(written: list[Any], count: int) -> tuple[list[Value], NDArray[np.int64]]:
    """The values and the node of each; each of the last `count` nodes must be one value's."""
    for number, item in enumerate(written):
        if not isinstance(item, dict) or set(item) != {"value", "treeIndex"} or type(item["treeIndex"]) is not int:
            raise _broken("value {number}", "is not a value and its treeIndex", number=number)
        if not count - 1 <= item["treeIndex"] < 2 * count - 1:
            raise _broken("value {number}", "is said to stand where no leaf stands", number=number)
    places = np.array([item["treeIndex"] for item in written], np.int64)
    if len(np.unique(places)) != count:
        raise _broken("values", "stand at one leaf, two of them")
    return [item["value"] for item in written], places


def _check_count(count: int) -> None:
    if not count:
        raise refuse("field_wrong", "the tree", "has no values", "give at least one: an empty tree proves nothing")
    if count > LEAVES_MAX:
        raise refuse("too_large", "the tree", "has {count} values", "make several of at most {limit}", count=count, limit=LEAVES_MAX)


def _sibling(node: int) -> int:
    return node + 1 if node & 1 else node - 1


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key is given twice")
    return dict(pairs)


def _no_number(text: str) -> Any:
    raise ValueError(f"{text[:40]} is not a whole number")


def _broken(thing: str, fact: str, **values: Any) -> Refusal:
    return refuse("proof_wrong", "the dump: " + thing, fact, "dump the tree again, from the round", **values)
