"""A node in a process of its own, and a community beside it that anchors there: what the tests of anchoring begin with."""

from __future__ import annotations

from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from api import clock
from api.anchoring import Step, step
from api.on_chain import ChainPlace
from contracts.heads import creation
from contracts.journal import opened
from contracts.local_node import CHAIN_ID, TOOLS, running
from contracts.node import Node
from contracts.sender import GWEI, Sender, Terms
from engine.features.anchors.state import Anchors
from engine.log.signing import SecretKey
from engine.refusals import Refusal
from tests.anchored import moot_with_anchors
from tests.moot import ORIGIN

KEY = SecretKey(bytes(31) + b"\x01")
FEE_MAX = 100 * GWEI


speaks_to_chains = pytest.mark.skipif(not find_spec("web3"), reason="web3 is not here: install folkmoot[chain]")


class Rpc:
    """The node, and what a test does to it: `rpc.mine(3)`, `rpc.unwind(2, False)`."""

    def __init__(self) -> None:
        if not all(map(find_spec, TOOLS)):
            pytest.skip("no chain in process here: install folkmoot[contracts]")
        self._while = ExitStack()
        self.url = self._while.enter_context(running("tests.contracts.rpc"))
        self._ask = Node.connect(self.url, 60)._ask

    def stop(self) -> None:
        self._while.close()

    def node(self, seconds: float = 10) -> Node:
        return Node.connect(self.url, seconds)

    def __getattr__(self, name: str) -> Any:
        def do(*params: Any) -> Any:
            told = self._ask(f"local_{name}", list(params))
            assert "error" not in told, told
            return told["result"]

        return do


class Anchoring:
    """A community with a contract on the node's chain, three blocks to wait, and a journal."""

    def __init__(self, rpc: Rpc, folder: Path, key: SecretKey = KEY, origin: str = ORIGIN) -> None:
        self.rpc, self.key, self.path = rpc, key, folder / "anchors.journal"
        rpc.well()
        rpc.hold(False)
        rpc.chain(CHAIN_ID)
        rpc.base_fee(None)
        rpc.drop()
        with opened(folder / "deploying.journal") as journal:
            sender = Sender(rpc.node(), key, journal, CHAIN_ID, Terms(FEE_MAX, 1))
            intent = sender.intend(None, creation(origin), {"what": "deploy"})
            while (receipt := sender.pursue(intent)) is None:
                rpc.mine(1)
            assert receipt.contract is not None
        self.contract = receipt.contract
        self.moot = moot_with_anchors(contract=self.contract, chain_id=CHAIN_ID, confirmations=3)
        self.already = len(rpc.sent())

    def happens(self) -> None:
        """Something that is worth another head."""
        self.moot.now = max(clock.now(), self.moot.state.at)
        self.moot.idea()

    def place(self, journal: Any, node: Node | None = None, fee_max: int = FEE_MAX) -> ChainPlace:
        return ChainPlace(self.moot.community, "chain", node or self.rpc.node(), self.key, journal, fee_max)

    def step(self, begins: bool = True, fee_max: int = FEE_MAX) -> Step:
        """As one run of `folkmoot anchor` that waits for nothing."""
        with opened(self.path) as journal:
            return step(self.moot.community, self.place(journal, fee_max=fee_max), "m1", begins)

    def anchored(self, tries: int = 30) -> Step:
        """Steps with a block after each, until there is nothing to wait for."""
        for _ in range(tries):
            done = self.step()
            if not done.waits:
                return done
            self.rpc.mine(1)
        raise AssertionError("it never stands")

    def sent(self) -> list[str]:
        """The transactions that were sent, each once."""
        return self.rpc.sent()[self.already :]

    def standing(self) -> list[int]:
        return [anchor.size for anchor in self.moot.of(Anchors).heads.values() if not anchor.unwound]


def refused(anchoring: Anchoring, code: str, does=None) -> Refusal:
    """A step is refused, and nothing is recorded."""
    size = anchoring.moot.state.seq
    with pytest.raises(Refusal) as no:
        (does or anchoring.step)()
    assert no.value.code == code, no.value
    assert anchoring.moot.state.seq == size
    return no.value
