"""A Safe (1.3 and later) reached from a decision: what its owners sign for each action, the call that executes it, and how the Safe stands.

Several actions are several transactions of the Safe, one nonce after the other: to do them in one would take a delegatecall, and then
somebody else's code would run as the Safe. No gas is refunded. Source: Safe.sol 1.4.1, `getTransactionHash`; EIP-712.

>>> TRANSACTION_TYPE.hex()[:8], DOMAIN_TYPE.hex()[:8]
('bb8310d4', '47e79534')
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from contracts.abi import WORD, ZERO_ADDRESS, encoder
from contracts.actions import Action
from contracts.heads import selector, view
from contracts.node import Node, Refused, refused_by
from engine.log.eip712 import keccak
from engine.log.signing import read_signature, recover
from engine.refusals import refuse

TRANSACTION = (
    ("to", "address"), ("value", "uint256"), ("data", "bytes"), ("operation", "uint8"), ("safeTxGas", "uint256"), ("baseGas", "uint256"),
    ("gasPrice", "uint256"), ("gasToken", "address"), ("refundReceiver", "address"), ("nonce", "uint256"),
)  # fmt: skip
TRANSACTION_TYPE = keccak(f"SafeTx({','.join(f'{kind} {name}' for name, kind in TRANSACTION)})".encode())
DOMAIN_TYPE = keccak(b"EIP712Domain(uint256 chainId,address verifyingContract)")
OWNERS_MAX = 1_000


class Facts(NamedTuple):
    """How a Safe stands: its owners, how many of them it takes, and the nonce of what it does next."""

    owners: tuple[str, ...]
    threshold: int
    nonce: int


def digest(safe: str, chain_id: int, action: Action, nonce: int) -> bytes:
    """What its owners sign."""
    words = [TRANSACTION_TYPE, *(_word(kind, value) for (_, kind), value in zip(TRANSACTION, _values(action, nonce), strict=True))]
    domain = keccak(DOMAIN_TYPE + _word("uint256", str(chain_id)) + _word("address", safe))
    return keccak(b"\x19\x01" + domain + keccak(b"".join(words)))


def typed_data(safe: str, chain_id: int, action: Action, nonce: int) -> dict[str, Any]:
    """The same for a wallet: what `eth_signTypedData_v4` takes."""
    fields = [{"name": name, "type": kind} for name, kind in TRANSACTION]
    values = (action.target, str(action.value), "0x" + action.data.hex(), 0, "0", "0", "0", ZERO_ADDRESS, ZERO_ADDRESS, str(nonce))
    domain = [{"name": "chainId", "type": "uint256"}, {"name": "verifyingContract", "type": "address"}]
    return {
        "types": {"EIP712Domain": domain, "SafeTx": fields},
        "primaryType": "SafeTx",
        "domain": {"chainId": chain_id, "verifyingContract": safe},
        "message": dict(zip((name for name, _ in TRANSACTION), values, strict=True)),
    }


def execute(safe: str, chain_id: int, action: Action, nonce: int, signatures: Sequence[str]) -> bytes:
    """The call that executes it, with its owners' signatures, which the Safe takes by rising address of who signed."""
    signed = digest(safe, chain_id, action, nonce)
    by_signer = {recover(signed, one): read_signature(one) for one in signatures}
    if len(by_signer) != len(signatures) or not signatures:
        raise refuse("signature_wrong", "the signatures", "are none, or two of one owner", "give one of each who signs")
    joined = b"".join(by_signer[signer] for signer in sorted(by_signer))
    types = ("address", "uint256", "bytes", "uint8", "uint256", "uint256", "uint256", "address", "address", "bytes")
    head = selector(f"execTransaction({','.join(types)})")
    return head + encoder(types)((*_values(action, nonce)[:-1], "0x" + joined.hex()))


def facts(node: Node, safe: str) -> Facts:
    """How it stands now."""
    threshold, nonce = (int.from_bytes(view(node, safe, name), "big") for name in ("getThreshold()", "nonce()"))
    try:
        told = node.call(safe, selector("getOwners()"))
    except Refused as refused:
        raise refused_by(node, refused) from None
    count = int.from_bytes(told[WORD : 2 * WORD], "big")
    if len(told) != WORD * (2 + count) or count > OWNERS_MAX or not 0 < threshold <= count:
        raise refuse("contract_foreign", "contract {contract}", "is no Safe", "give the address of one", contract=safe)
    owners = tuple("0x" + told[WORD * (2 + number) + 12 : WORD * (3 + number)].hex() for number in range(count))
    return Facts(owners, threshold, nonce)


def _values(action: Action, nonce: int) -> tuple[str, ...]:
    return (action.target, str(action.value), "0x" + action.data.hex(), "0", "0", "0", "0", ZERO_ADDRESS, ZERO_ADDRESS, str(nonce))


def _word(kind: str, value: str) -> bytes:
    return keccak(bytes.fromhex(value[2:])) if kind == "bytes" else encoder((kind,))((value,))
