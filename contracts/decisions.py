"""`decisions.vy` from outside: how a decision stands there, what its council signs, and the calls that open, queue and execute it.

A poll goes there by the leaf hash of the event that opened it, its result by that of its final decision.

>>> from contracts.actions import Action
>>> open_data(bytes(32), [Action("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf", 5, b"")])[:4].hex()
'5d5d25be'
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from contracts.abi import WORD, encoder
from contracts.actions import Action
from contracts.artefacts import artefact
from contracts.heads import selector
from contracts.node import Log, Node, Refused, refused_by
from engine.log import eip712
from engine.log.eip712 import Struct, keccak
from engine.log.signing import Domain, read_signature, recover, separator
from engine.refusals import refuse

STEPS = {
    "opened": "0x" + keccak(b"Opened(bytes32,bytes32,uint64)").hex(),
    "queued": "0x" + keccak(b"Queued(bytes32,bytes32,uint256)").hex(),
    "executed": "0x" + keccak(b"Executed(bytes32)").hex(),
    "cancelled": "0x" + keccak(b"Cancelled(bytes32)").hex(),
}
"""The topic under which it says each step; the poll is the second."""
DECISION = Struct.of({"Decision": (("poll", "bytes32"), ("pins", "bytes32"), ("result", "bytes32"))}, "Decision")
CREATED = ("address[]", *["uint256"] * 8, "address", "uint256")
_ACTION = "(address,uint256,bytes)[]"


class Terms(NamedTuple):
    """What a `decisions.vy` is made with, for good: how many seats attest, change the council, and stop; the times of a decision in seconds; who
    may veto, until when (in seconds since 1970)."""

    needed: int
    grave: int
    stops: int
    open_least: int
    open_most: int
    window: int
    grace: int
    cooldown: int
    veto_holder: str
    veto_until: int


def creation(seats: Sequence[str], terms: Terms) -> bytes:
    """What deploys it, with a council of these accounts."""
    values = tuple(one if isinstance(one, str) else str(one) for one in terms)
    return bytes.fromhex(artefact("decisions")["bytecode"][2:]) + encoder(CREATED)((list(seats), *values))


def stage(node: Node, contract: str, poll: bytes) -> str:
    """unknown, open, lapsed, queued, ready, expired, cancelled or executed."""
    told = _asked(node, contract, selector("stage(bytes32)") + poll)
    size = int.from_bytes(told[WORD : 2 * WORD], "big")
    if len(told) != 3 * WORD or size > WORD:
        raise refuse("contract_foreign", "contract {contract}", "is no decisions.vy", "give the address of one", contract=contract)
    return told[2 * WORD : 2 * WORD + size].decode(errors="replace")


def digest(node: Node, contract: str, chain_id: int, poll: bytes, result: bytes) -> bytes:
    """What the seats of its council sign: what was pinned there when it opened, and the result."""
    pins = _asked(node, contract, selector("decisions(bytes32)") + poll)[:WORD]
    message = {"poll": "0x" + poll.hex(), "pins": "0x" + pins.hex(), "result": "0x" + result.hex()}
    return eip712.digest(separator(Domain(chain_id=chain_id, contract=contract)), DECISION.hash(message))


def said(node: Node, contract: str, step: str, poll: bytes) -> list[Log]:
    """Where the contract says that a step was done."""
    return node.logs(contract, [STEPS[step], "0x" + poll.hex()])


def open_data(poll: bytes, actions: Sequence[Action]) -> bytes:
    """Pins what the poll would do; by a seat of the council."""
    return selector(f"open(bytes32,{_ACTION})") + poll + _offset(2) + _actions(actions)


def queue_data(poll: bytes, actions: Sequence[Action], result: bytes, signed: bytes, signatures: Sequence[str]) -> bytes:
    """Hands over the result with the seats' signatures over `signed`, by rising address."""
    by_signer = {recover(signed, one): read_signature(one) for one in signatures}
    if len(by_signer) != len(signatures):
        raise refuse("signature_wrong", "the signatures", "are two of one seat", "give one of each who signs")
    rows = [by_signer[signer] for signer in sorted(by_signer)]
    words = b"".join(bytes(31) + row[64:] + row[:64] for row in rows)
    body = _actions(actions)
    head = selector(f"queue(bytes32,{_ACTION},bytes32,(uint256,uint256,uint256)[])")
    return head + poll + _offset(4) + result + (4 * WORD + len(body)).to_bytes(WORD) + body + len(rows).to_bytes(WORD) + words


def execute_data(poll: bytes, actions: Sequence[Action]) -> bytes:
    """Does it, whoever asks."""
    return selector(f"execute(bytes32,{_ACTION})") + poll + _offset(2) + _actions(actions)


def _actions(actions: Sequence[Action]) -> bytes:
    """A list of structs: how many, where each begins, and each as `abi.encode` writes it."""
    row = encoder(("address", "uint256", "bytes"))
    rows = [row((one.target, str(one.value), "0x" + one.data.hex())) for one in actions]
    starts, start = [], WORD * len(rows)
    for one in rows:
        starts.append(start.to_bytes(WORD))
        start += len(one)
    return len(rows).to_bytes(WORD) + b"".join(starts + rows)


def _offset(words: int) -> bytes:
    return (words * WORD).to_bytes(WORD)


def _asked(node: Node, contract: str, data: bytes) -> bytes:
    try:
        return node.call(contract, data)
    except Refused as refused:
        raise refused_by(node, refused) from None
