"""`payouts.vy` from outside: what deploys it, what it says of itself, and the call that claims.

>>> claim_data(0, "0x" + "00" * 20, "0x" + "6d31".ljust(64, "0"), 5, [])[:4].hex()
'a4b59954'
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from contracts.abi import ZERO_ADDRESS, encoder
from contracts.artefacts import artefact
from contracts.heads import selector, view
from contracts.node import Node, Refused, refused_by
from engine.log.eip712 import keccak

CLAIMED = "0x" + keccak(b"Claimed(uint256,address,bytes32,uint256)").hex()
SWEPT = "0x" + keccak(b"Swept(uint256)").hex()
CREATED = ("bytes32", "bytes32", "address", "uint256", "address", "address[]", "uint256")


class Facts(NamedTuple):
    """Of a contract: the round it pays, the root of its claims, its token (zero: the chain's coin), when it closes, and what it has."""

    round: bytes
    root: bytes
    token: str
    deadline: int
    balance: int


class Claims(NamedTuple):
    """What was claimed of it in all, by its own events, and whether the rest went back."""

    amount: int
    swept: bool


def creation(round_: bytes, root: bytes, token: str | None, deadline: int, community: str) -> bytes:
    """What deploys it; the community alone attests accounts of members without one, and gets what nobody claims."""
    values: tuple[object, ...] = ("0x" + round_.hex(), "0x" + root.hex(), token or ZERO_ADDRESS, str(deadline), community, [], "0")
    return bytes.fromhex(artefact("payouts")["bytecode"][2:]) + encoder(CREATED)(values)


def claim_data(index: int, account: str, member: str, amount: int, proof: Sequence[bytes]) -> bytes:
    """The call that pays a leaf, whoever sends it. `member` is the word of her id."""
    types = ("uint256", "address", "bytes32", "uint256", "bytes32[]")
    values = (str(index), account, member, str(amount), ["0x" + one.hex() for one in proof])
    return selector("claim(uint256,address,bytes32,uint256,bytes32[])") + encoder(types)(values)


def transfer_data(to: str, amount: int) -> bytes:
    """The call that sends a token."""
    return selector("transfer(address,uint256)") + encoder(("address", "uint256"))((to, str(amount)))


def facts(node: Node, contract: str) -> Facts:
    """What a contract says of itself, and what it has."""
    token = "0x" + view(node, contract, "TOKEN()")[12:].hex()
    balance = node.balance(contract) if token == ZERO_ADDRESS else balance_of(node, token, contract)
    deadline = int.from_bytes(view(node, contract, "DEADLINE()"), "big")
    return Facts(view(node, contract, "ROUND()"), view(node, contract, "ROOT()"), token, deadline, balance)


def claimed(node: Node, contract: str) -> Claims:
    """What was claimed so far."""
    paid = sum(int(log.data[2:66] or "0", 16) for log in node.logs(contract, [CLAIMED]))
    return Claims(paid, bool(node.logs(contract, [SWEPT])))


def is_claimed(node: Node, contract: str, index: int) -> bool:
    """Whether a leaf was paid."""
    return bool(int.from_bytes(_asked(node, contract, selector("is_claimed(uint256)") + encoder(("uint256",))((str(index),))), "big"))


def balance_of(node: Node, token: str, account: str) -> int:
    """What an account has of a token."""
    return int.from_bytes(_asked(node, token, selector("balanceOf(address)") + encoder(("address",))((account,))), "big")


def _asked(node: Node, contract: str, data: bytes) -> bytes:
    try:
        return node.call(contract, data)
    except Refused as refused:
        raise refused_by(node, refused) from None
