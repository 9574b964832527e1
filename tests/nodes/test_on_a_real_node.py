"""Anchoring on a real node: reorganisations of every depth, dropped and stuck transactions, another chain behind the same address."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.on_node import held
from contracts import journal
from contracts.local_node import CHAIN_ID
from contracts.sender import GWEI, PATIENCE
from engine.features.anchors.state import Anchors
from engine.log.signing import SecretKey
from engine.refusals import Refusal
from engine.verify import verify
from tests.contracts.anchoring import Anchoring
from tests.nodes.anvil import Anvil

KEY = SecretKey(bytes.fromhex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"))
"""The first of the accounts that anvil always pays: published with it, and nobody's."""


@pytest.fixture
def anvil():
    """A chain for each test."""
    anvil = Anvil(CHAIN_ID)
    yield anvil
    anvil.stop()


@pytest.fixture
def anchoring(anvil, tmp_path: Path) -> Anchoring:
    return Anchoring(anvil, tmp_path, KEY)


@pytest.mark.parametrize("depth", range(1, 21))
def test_a_reorganisation_of_any_depth_leaves_every_head_standing_in_the_end(anchoring, depth):
    anchoring.rpc.mine(20)  # the contract itself is old enough
    anchoring.anchored()
    for _ in range(2):
        anchoring.happens()
        anchoring.anchored()
    sizes, sent = anchoring.standing(), anchoring.sent()
    anchoring.rpc.unwind(depth)
    lines = list(anchoring.moot.community.store.lines(0))
    gone = held(lines, lines, [anchoring.rpc.node()]).problem
    after = anchoring.step(begins=False)
    assert bool(after.unwound) == (gone is not None) == (depth >= 3), "three blocks hold the newest head"
    anchoring.anchored()
    assert anchoring.standing()[: len(sizes)] == sizes
    assert anchoring.sent()[: len(sent)] == sent
    nonces = [intent.nonce for intent in _intents(anchoring)]
    assert len(set(nonces)) == len(nonces)
    lines = list(anchoring.moot.community.store.lines(0))
    assert held(lines, lines, [anchoring.rpc.node()]).problem is None
    assert verify(anchoring.moot.community.store, allow_unsigned=True).verdict == "sound"


def test_a_dropped_transaction_is_sent_again_as_it_was(anchoring):
    anchoring.rpc.hold(True)
    anchoring.step()
    anchoring.rpc.drop()
    anchoring.step()
    anchoring.rpc.hold(False)
    anchoring.anchored()
    assert len(anchoring.standing()) == 1 and len(anchoring.sent()) == 1


def test_a_stuck_transaction_is_replaced_under_its_nonce_by_one_that_offers_more(anchoring):
    anchoring.rpc.hold(True)
    anchoring.step()
    for _ in range(PATIENCE):
        anchoring.rpc.base_fee(60 * GWEI)  # more than it offers, less than is ever offered
        anchoring.rpc.mine(1)
    anchoring.rpc.base_fee(60 * GWEI)
    anchoring.step()
    (intent,) = _intents(anchoring)
    assert len(intent.signed) == 2, "offered more"
    anchoring.rpc.hold(False)
    anchoring.anchored()
    (anchor,) = anchoring.moot.of(Anchors).heads.values()
    assert f"0x{anchor.where.transaction}" == _intents(anchoring)[0].signed[-1].transaction


def test_another_chain_behind_the_same_address_is_sent_nothing(tmp_path):
    first = Anvil(CHAIN_ID)
    try:
        anchoring = Anchoring(first, tmp_path, KEY)
        anchoring.rpc.hold(True)
        anchoring.step()
    finally:
        first.stop()
    second = Anvil(1, first.port)
    try:
        with pytest.raises(Refusal, match="chain_foreign"):
            anchoring.step()
        assert second.told("eth_getTransactionCount", KEY.address, "pending") == "0x0"
    finally:
        second.stop()


def _intents(anchoring: Anchoring) -> list[journal.Intent]:
    with journal.opened(anchoring.path) as file:
        return file.intents
