# pragma version 0.4.3
# pragma evm-version shanghai
"""
@title Heads of a community's log
@license Apache-2.0
@notice A head is the size and root of an append-only log (RFC 9162, SHA-256). Heads only grow. The newest stands here;
        each is an event that names the root before it, so that all of them are one chain that nobody can shorten.
        Whether a root truly appends to the one before it is shown by a consistency proof to whoever asks: the view
        `is_consistent` judges one, and folkmoot's `verify` asks for it.
"""

import council
initializes: council
exports: (council.term, council.needed, council.size, council.is_seated)

PROOF_MAX: constant(uint256) = 64
STEPS_MAX: constant(uint256) = 128  # a consistency proof has up to two hashes for each level
HEAD: constant(bytes32) = keccak256("Head(uint64 size,bytes32 root,bytes32 previous)")

ORIGIN: public(immutable(bytes32))  # SHA-256 of the log's origin line: heads of another community belong elsewhere

root: public(bytes32)
size_of_log: public(uint64)
owner: public(address)
next_owner: public(address)


event Anchored:
    size: indexed(uint64)
    root: bytes32
    previous: bytes32


event OwnerOffered:
    owner: indexed(address)


event OwnerChanged:
    owner: indexed(address)


@deploy
def __init__(origin: bytes32):
    ORIGIN = origin
    self.owner = msg.sender
    log OwnerChanged(owner=msg.sender)


@external
def anchor(size: uint64, root: bytes32):
    """A newer head, by the owner."""
    assert msg.sender == self.owner, "checkpoints: only the owner"
    self._anchor(size, root)


@external
def anchor_by_council(size: uint64, root: bytes32, signatures: DynArray[council.Signature, council.SEATS_MAX]):
    """A newer head, attested by the council, whoever sends it. It names the root before it, so it is good once."""
    message: bytes32 = keccak256(abi_encode(HEAD, size, root, self.root))
    council.attest(council.term, message, signatures)
    self._anchor(size, root)


@external
def seat_council(seats: DynArray[address, council.SEATS_MAX], needed: uint256):
    assert msg.sender == self.owner, "checkpoints: only the owner"
    council.seat(seats, needed)


@external
def offer_ownership(owner: address):
    """In two steps: an address with an error in it never accepts. Offering it to nobody takes an offer back."""
    assert msg.sender == self.owner, "checkpoints: only the owner"
    self.next_owner = owner
    log OwnerOffered(owner=owner)


@external
def accept_ownership():
    assert msg.sender == self.next_owner, "checkpoints: it was not offered to you"
    self.owner = msg.sender
    self.next_owner = empty(address)
    log OwnerChanged(owner=msg.sender)


@external
@view
def includes(leaf: bytes32, index: uint64, proof: DynArray[bytes32, PROOF_MAX]) -> bool:
    """Whether the leaf (SHA-256(0x00 ‖ event)) stands at `index` of the newest head's log (RFC 9162, 2.1.3.2)."""
    if index >= self.size_of_log:
        return False
    number: uint256 = convert(index, uint256)
    last: uint256 = convert(self.size_of_log, uint256) - 1
    node: bytes32 = leaf
    for sibling: bytes32 in proof:
        if last == 0:
            return False
        if number & 1 == 1 or number == last:
            node = sha256(concat(x"01", sibling, node))
            for _: uint256 in range(64):
                if number & 1 == 1 or number == 0:
                    break
                number >>= 1
                last >>= 1
        else:
            node = sha256(concat(x"01", node, sibling))
        number >>= 1
        last >>= 1
    return last == 0 and node == self.root


@external
@view
def is_consistent(old_size: uint64, old_root: bytes32, proof: DynArray[bytes32, STEPS_MAX]) -> bool:
    """Whether the newest head's log only appends to an older one (RFC 9162, 2.1.4.2)."""
    if old_size == 0 or old_size > self.size_of_log:
        return False
    if old_size == self.size_of_log:
        return len(proof) == 0 and old_root == self.root
    number: uint256 = convert(old_size, uint256) - 1
    last: uint256 = convert(self.size_of_log, uint256) - 1
    for _: uint256 in range(64):
        if number & 1 == 0:
            break
        number >>= 1
        last >>= 1
    start: uint256 = 0
    older: bytes32 = old_root
    if old_size & (old_size - 1) != 0:
        if len(proof) == 0:
            return False
        older = proof[0]
        start = 1
    elif len(proof) == 0:
        return False
    newer: bytes32 = older
    for step: uint256 in range(start, len(proof), bound=STEPS_MAX):
        if last == 0:
            return False
        sibling: bytes32 = proof[step]
        if number & 1 == 1 or number == last:
            older = sha256(concat(x"01", sibling, older))
            newer = sha256(concat(x"01", sibling, newer))
            for _: uint256 in range(64):
                if number & 1 == 1 or number == 0:
                    break
                number >>= 1
                last >>= 1
        else:
            newer = sha256(concat(x"01", newer, sibling))
        number >>= 1
        last >>= 1
    return last == 0 and older == old_root and newer == self.root


@internal
def _anchor(size: uint64, root: bytes32):
    assert size > self.size_of_log, "checkpoints: a log only grows"
    log Anchored(size=size, root=root, previous=self.root)
    self.size_of_log = size
    self.root = root
