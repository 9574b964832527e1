"""A node for tests: the chain in process of `contracts/local_node.py`, with every fault one may wish for.

`python -m tests.contracts.rpc` serves it and prints its port. What a test does to it goes by `local_…` methods: hold and mine blocks, unwind
them, drop what waits, answer wrongly, slowly or not at all.
"""

from __future__ import annotations

import json
import time
from typing import Any

from contracts.local_node import CHAIN_ID, Handler, LocalNode, serve


class FakeNode(LocalNode):
    """Each of its blocks is made because somebody asks for it, or sends something."""

    def __init__(self) -> None:
        super().__init__(1_800_000_000)
        self.raws: dict[int, list[bytes]] = {}
        self.snapshots = {0: self.tester.take_snapshot()}
        self.holds, self.base, self.sent, self.faults = False, None, list[str](), list[dict]()

    def eth_sendRawTransaction(self, raw: str) -> str:
        self.sent.append(raw)
        return super().eth_sendRawTransaction(raw)

    def taken(self) -> None:
        if not self.holds:
            self.local_mine(1)

    def mined(self, raw: bytes | None) -> None:
        if raw is not None:
            self.raws[self.height()] = [raw]
        self.snapshots[self.height()] = self.tester.take_snapshot()

    def base_fee(self) -> int:
        return super().base_fee() if self.base is None else self.base

    # -- what tests do to it -------------------------------------------------------------------------------------

    def local_hold(self, holds: bool) -> None:
        self.holds = holds

    def local_idle(self, count: int) -> int:
        """So many blocks without anything that waits."""
        pool, self.pool = self.pool, {}
        self.local_mine(count)
        self.pool = pool
        return self.height()

    def local_unwind(self, depth: int, forgets: bool) -> None:
        """The newest blocks are of another branch now, as long and one longer; their transactions wait again, unless the node forgets them."""
        height = self.height()
        for number in range(height, height - depth, -1):
            for raw in self.raws.pop(number, []):
                nonce = int.from_bytes(__import__("rlp").decode(raw[1:])[1], "big")
                if not forgets:
                    self.pool[self.recover(raw).lower(), nonce] = raw
        self.tester.revert_to_snapshot(self.snapshots[height - depth])
        self.tester.time_travel(self.tester.get_block_by_number("latest")["timestamp"] + 100)
        self.local_idle(depth + 1)

    def local_drop(self) -> None:
        self.pool.clear()

    def local_chain(self, number: int) -> None:
        self.chain_id = number

    def local_base_fee(self, fee: int | None) -> None:
        self.base = fee

    def local_fault(self, method: str, how: str, value: Any, times: int) -> None:
        """The next `times` answers to a method: `says` this value, an `error` of these words, `slow` by so many seconds, or `dies` when it is done."""
        self.faults.append({"method": method, "how": how, "value": value, "times": times})

    def local_well(self) -> None:
        self.faults.clear()

    def local_sent(self) -> list[str]:
        return list(dict.fromkeys(self.sent))


class Faulty(Handler):
    node: FakeNode

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        fault = next((one for one in self.node.faults if one["method"] == asked["method"] and one["times"] > 0), None)
        if fault is None:
            return self.reply(json.dumps(self.answer(asked)).encode())
        fault["times"] -= 1
        how, value = fault["how"], fault["value"]
        if how == "slow":
            time.sleep(value)
        said = {"jsonrpc": "2.0", "id": asked["id"]}
        if how in ("says", "error"):
            said |= {"result": value} if how == "says" else {"error": {"code": -32000, "message": value}}
        else:
            said = self.answer(asked)
        if how == "dies":
            self.close_connection = True
            return None
        return self.reply(value.encode() if how == "raw" else json.dumps(said).encode())


if __name__ == "__main__":
    Faulty.node = FakeNode()
    assert Faulty.node.chain_id == CHAIN_ID
    serve(Faulty)
