"""An OpenZeppelin TimelockController reached from a decision: the calls that schedule, execute and cancel its actions, and how they stand.

The salt is the leaf hash of the final decision, so each is scheduled once and no two are mistaken for one another. Source: OpenZeppelin
Contracts 5.7, governance/TimelockController.sol; `getTimestamp` is there in 4.x as well.

>>> from contracts.actions import Action
>>> schedule([Action("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf", 5, b"")], bytes(32), 86_400)[:4].hex()
'8f2a0bb0'
"""

from __future__ import annotations

from collections.abc import Sequence

from contracts.abi import encoder
from contracts.actions import Action, columns
from contracts.heads import selector
from contracts.node import Node, Refused, refused_by
from engine.log.eip712 import keccak
from engine.refusals import refuse

_CALL = ("address[]", "uint256[]", "bytes[]", "bytes32", "bytes32")
_NOTHING_BEFORE = "0x" + "00" * 32
DONE = 1
"""What a timelock keeps as the time of what is done."""


def operation_id(actions: Sequence[Action], salt: bytes) -> bytes:
    """What the timelock knows them by."""
    return keccak(encoder(_CALL)(_values(actions, salt)))


def schedule(actions: Sequence[Action], salt: bytes, delay_seconds: int) -> bytes:
    """`delay_seconds`: no less than the timelock's own least."""
    head = selector("scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)")
    return head + encoder((*_CALL, "uint256"))((*_values(actions, salt), str(delay_seconds)))


def execute(actions: Sequence[Action], salt: bytes) -> bytes:
    return selector("executeBatch(address[],uint256[],bytes[],bytes32,bytes32)") + encoder(_CALL)(_values(actions, salt))


def cancel(operation: bytes) -> bytes:
    return selector("cancel(bytes32)") + operation


def state(node: Node, timelock: str, operation: bytes) -> str:
    """unset, waiting, ready or done."""
    try:
        told = node.call(timelock, selector("getTimestamp(bytes32)") + operation)
    except Refused as refused:
        raise refused_by(node, refused) from None
    if len(told) != 32:
        raise refuse("contract_foreign", "contract {contract}", "is no TimelockController", "give the address of one", contract=timelock)
    at = int.from_bytes(told, "big")
    if at <= DONE:
        return "done" if at else "unset"
    return "waiting" if at > node.time() else "ready"


def _values(actions: Sequence[Action], salt: bytes) -> tuple[object, ...]:
    return (*columns(actions), _NOTHING_BEFORE, "0x" + salt.hex())
