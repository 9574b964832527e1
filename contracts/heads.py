"""`checkpoints.vy` from outside: what it says of itself, the call that writes a head, and the heads that a receipt shows.

>>> call_data(12, bytes(32))[:4].hex(), ANCHORED[:10]
('a6855208', '0xba6fa5de')
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from contracts.abi import encoder
from contracts.artefacts import artefact
from contracts.node import Log, Node, Receipt, Refused, refused_by
from engine.log.eip712 import keccak
from engine.refusals import refuse

ANCHORED = "0x" + keccak(b"Anchored(uint64,bytes32,bytes32)").hex()
"""The topic under which it says that a head was written."""


class Written(NamedTuple):
    """A head that stands in the contract."""

    size: int
    root: bytes


def origin_word(origin: str) -> bytes:
    """What it knows a log by: SHA-256 of its origin line."""
    return sha256(origin.encode()).digest()


def call_data(size: int, root: bytes) -> bytes:
    """The call that writes a head."""
    return selector("anchor(uint64,bytes32)") + encoder(("uint64", "bytes32"))((str(size), "0x" + root.hex()))


def creation(origin: str) -> bytes:
    """What deploys it for the log of that origin."""
    return bytes.fromhex(artefact("checkpoints")["bytecode"][2:]) + origin_word(origin)


def selector(signature: str) -> bytes:
    """The four bytes a function goes by."""
    return keccak(signature.encode())[:4]


def view(node: Node, contract: str, signature: str, words: int = 1) -> bytes:
    """What a view without arguments answers, of that many words."""
    try:
        told = node.call(contract, selector(signature))
    except Refused as refused:
        raise refused_by(node, refused) from None
    if len(told) != 32 * words:
        raise refuse(
            "contract_foreign", "contract {contract}", "is none of ours: {view} answers {count} bytes", "give the address that was deployed",
            contract=contract, view=signature, count=len(told),
        )  # fmt: skip
    return told


def check_contract(node: Node, contract: str, origin: str) -> None:
    """Refuse a contract that is not there, is another, or belongs to the log of another community."""
    if not node.code(contract):
        raise refuse(
            "contract_foreign", "contract {contract}", "is not there", "deploy one (folkmoot anchor --deploy) and name it in the charter",
            contract=contract,
        )  # fmt: skip
    if view(node, contract, "ORIGIN()") != origin_word(origin):
        raise refuse(
            "contract_foreign", "contract {contract}", "holds heads of another log than {origin}", "name your own in the charter",
            contract=contract, origin=origin,
        )  # fmt: skip


def owner(node: Node, contract: str) -> str:
    return "0x" + view(node, contract, "owner()")[12:].hex()


def newest(node: Node, contract: str) -> Written:
    """The newest head it holds; of no events where it holds none."""
    return Written(int.from_bytes(view(node, contract, "size_of_log()"), "big"), view(node, contract, "root()"))


def written_in(receipt: Receipt, contract: str) -> list[Written]:
    """The heads that a transaction wrote in this contract."""
    return [head for log in receipt.logs if log.address == contract.lower() and (head := _head(log)) is not None]


def found(node: Node, contract: str, size: int) -> list[Log]:
    """Where the contract says that it was given a head of that size, by its own events."""
    return node.logs(contract, [ANCHORED, f"0x{size:064x}"])


def _head(log: Log) -> Written | None:
    if log.topics[:1] != (ANCHORED,) or len(log.topics) != 2 or len(log.data) != 130:
        return None
    return Written(int(log.topics[1], 16), bytes.fromhex(log.data[2:66]))
