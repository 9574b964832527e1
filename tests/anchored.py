"""A community whose charter names places to anchor at, and heads of its log as somebody records them there."""

from __future__ import annotations

from engine.features.anchors.anchor import RecordAnchor, RecordFiled
from engine.features.anchors.state import OnChain
from engine.kernel.charter import preset
from tests.moot import Moot

CHAIN, CONTRACT = 31337, "0x" + "c0" * 20


def anchored(text: str, contract: str = CONTRACT, chain_id: int = CHAIN, confirmations: int = 3) -> str:
    """A charter with a place on a chain and one in a file, and with the right to say what was written there."""
    places = f'\n[anchors.chain]\nchain_id = {chain_id}\ncontract = "{contract}"\nconfirmations = {confirmations}\n\n[anchors.notary]\n'
    return text.replace('"pay_in", ', '"pay_in", "anchor", ', 1) + places


def moot_with_anchors(members: int = 3, **places) -> Moot:
    return Moot(members=members, text=anchored(preset("product"), **places))


def where(number: int, contract: str = CONTRACT, chain_id: int = CHAIN, block_hash: int = 0) -> OnChain:
    """As if transaction `number` stood in the block of that number."""
    return OnChain(chain_id, contract, f"{number:064x}", number, f"{block_hash or number:064x}")


def head(moot: Moot, size: int, number: int) -> RecordAnchor:
    return RecordAnchor("chain", size, moot.state.tree.root(size).hex(), where(number))


def filed(moot: Moot, size: int) -> RecordFiled:
    return RecordFiled("notary", size, moot.state.tree.root(size).hex())
