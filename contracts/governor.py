"""An OpenZeppelin Governor (5.x) reached from a decision: the calls that propose, queue and execute its actions, and how it stands there.

A proposal's id says neither chain nor governor, so the description does: it names the community's log, the poll, and the leaf hash of
the event that opened it; `#proposer=` at its end keeps a stranger from proposing it first and cancelling it. Source: OpenZeppelin
Contracts 5.7, governance/Governor.sol.

>>> from contracts.actions import Action
>>> propose([Action("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf", 5, b"")], "a bench")[:4].hex()
'7d5e81e2'
"""

from __future__ import annotations

from collections.abc import Sequence

from contracts.abi import encoder
from contracts.actions import Action, columns
from contracts.heads import selector
from contracts.node import Node, Refused, refused_by
from engine.log.eip712 import keccak
from engine.refusals import refuse

STATES = ("pending", "active", "canceled", "defeated", "succeeded", "queued", "expired", "executed")
_CALL = ("address[]", "uint256[]", "bytes[]")


def description(origin: str, poll: str, opened: bytes, proposer: str | None = None) -> str:
    """What a proposal says of the decision it is for.

    >>> description("moot.example/test", "p40", bytes(32))[:36]
    'Decision p40 of moot.example/test, o'
    """
    said = f"Decision {poll} of {origin}, opened by the event 0x{opened.hex()}"
    return said if proposer is None else f"{said} #proposer={proposer.lower()}"


def proposal_id(actions: Sequence[Action], said: str) -> int:
    """Its number, from what it does and says."""
    return int.from_bytes(keccak(_encoded(actions, said)), "big")


def propose(actions: Sequence[Action], said: str) -> bytes:
    return selector("propose(address[],uint256[],bytes[],string)") + encoder((*_CALL, "string"))((*columns(actions), said))


def queue(actions: Sequence[Action], said: str) -> bytes:
    return selector("queue(address[],uint256[],bytes[],bytes32)") + _encoded(actions, said)


def execute(actions: Sequence[Action], said: str) -> bytes:
    return selector("execute(address[],uint256[],bytes[],bytes32)") + _encoded(actions, said)


def state(node: Node, governor: str, number: int) -> str:
    """How a proposal stands, one of `STATES`; refused where the governor knows none of that number."""
    try:
        told = node.call(governor, selector("state(uint256)") + encoder(("uint256",))((str(number),)))
    except Refused as refused:
        raise refused_by(node, refused) from None
    place = int.from_bytes(told, "big")
    if len(told) != 32 or place >= len(STATES):
        raise refuse("contract_foreign", "contract {contract}", "is no Governor", "give the address of one", contract=governor)
    return STATES[place]


def _encoded(actions: Sequence[Action], said: str) -> bytes:
    return encoder((*_CALL, "bytes32"))((*columns(actions), "0x" + keccak(said.encode()).hex()))
