"""A real node for tests: anvil, as `npm` brings it (`make .venv/nodes`), with what a test does to it under the names of `tests/contracts/rpc.py`."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from contracts.node import Node
from tests.api.test_server import free_port

INSTALLED = Path(__file__).parent.parent.parent / ".venv/nodes/node_modules/@foundry-rs"


def binary() -> str:
    """Where anvil is; the test skips where it is not."""
    here = next(iter(sorted(INSTALLED.glob("anvil-*/bin/anvil*"))), None)
    named = os.environ.get("FOLKMOOT_ANVIL") or (str(here) if here else shutil.which("anvil"))
    if not find_spec("web3"):
        pytest.skip("web3 is not here: install folkmoot[chain]")
    if named is None:
        pytest.skip("no anvil here: make .venv/nodes brings it by npm, or name it in FOLKMOOT_ANVIL")
    return named


class Anvil:
    """One node; `sent` is what it was handed, each once."""

    def __init__(self, chain_id: int, port: int | None = None) -> None:
        self.port = port or free_port()
        words = [binary(), "--port", str(self.port), "--chain-id", str(chain_id), "--silent", "--order", "fifo"]
        self._process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.url = f"http://127.0.0.1:{self.port}"
        self._ask, self._sent = Node.connect(self.url, 60)._ask, list[str]()
        until = time.monotonic() + 20
        while True:
            try:
                self._ask("eth_chainId", [])
                break
            except Exception:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(20)

    def node(self, seconds: float = 10) -> Node:
        node = Node.connect(self.url, seconds)
        send = node.send

        def noted(raw: bytes) -> str | None:
            self._sent.append(raw.hex())
            return send(raw)

        node.send = noted  # type: ignore[method-assign]
        return node

    def told(self, method: str, *params: Any) -> Any:
        answer = self._ask(method, list(params))
        assert "error" not in answer, answer
        return answer["result"]

    def sent(self) -> list[str]:
        return list(dict.fromkeys(self._sent))

    def well(self) -> None:
        """It never is otherwise."""

    def hold(self, holds: bool) -> None:
        self.told("evm_setAutomine", not holds)

    def chain(self, number: int) -> None:
        assert self.node().chain_id() == number

    def base_fee(self, fee: int | None) -> None:
        if fee is not None:
            self.told("anvil_setNextBlockBaseFeePerGas", hex(fee))

    def drop(self) -> None:
        self.told("anvil_dropAllTransactions")

    def mine(self, count: int) -> int:
        self.told("anvil_mine", hex(count))
        return self.node().height()

    def unwind(self, depth: int) -> None:
        """The newest blocks are others now, and hold none of their transactions."""
        self.told("anvil_reorg", depth, [])
