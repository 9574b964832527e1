"""A node for tests: JSON-RPC over HTTP before a chain in process, with a pool of waiting transactions and every fault one may wish for.

`python -m tests.contracts.rpc` serves it and prints its port. What a test does to it goes by `test_…` methods: hold and mine blocks, unwind
them, drop what waits, answer wrongly, slowly or not at all. It runs in a process of its own: py-evm changes how deep Python may nest.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Refused(Exception):
    """What the node says no to, in its own words."""


def _reason(failed: Exception) -> str:
    """The words of `Error(string)`, as nodes decode them."""
    data: Any = failed
    while isinstance(data, Exception):
        data = data.args[0] if data.args else b""
    return data[68 : 68 + int.from_bytes(data[36:68], "big")].decode() if isinstance(data, bytes) else str(data)


class FakeNode:
    """The pool takes one transaction for each account and nonce; another takes its place for a tenth more, as go-ethereum has it."""

    def __init__(self) -> None:
        import eth_tester
        from eth_account import Account

        backend = eth_tester.PyEVMBackend(genesis_parameters=eth_tester.PyEVMBackend.generate_genesis_params({"timestamp": 1_800_000_000}))
        self.tester, self.recover = eth_tester.EthereumTester(backend), Account.recover_transaction
        self.failures = eth_tester.exceptions.TransactionFailed
        self.pool: dict[tuple[str, int], bytes] = {}
        self.mined: dict[int, list[bytes]] = {}
        self.snapshots = {0: self.tester.take_snapshot()}
        self.holds, self.chain, self.base, self.sent, self.faults = False, 131277322940537, None, list[str](), list[dict]()

    # -- what nodes answer ---------------------------------------------------------------------------------------

    def eth_chainId(self) -> str:
        return hex(self.chain)

    def eth_blockNumber(self) -> str:
        return hex(self._height())

    def eth_getBlockByNumber(self, number: str, full: bool) -> Any:
        height = self._height() if number == "latest" else int(number, 16)
        if height > self._height():
            return None
        block = self.tester.get_block_by_number(height)
        return {"number": hex(height), "hash": block["hash"], "baseFeePerGas": hex(self._base()), "timestamp": hex(block["timestamp"])}

    def eth_maxPriorityFeePerGas(self) -> str:
        return hex(10**9)

    def eth_getTransactionCount(self, account: str, at: str) -> str:
        if at not in ("latest", "pending"):
            return hex(self.tester.get_nonce(account, int(at, 16)))
        nonce = self.tester.get_nonce(account, "latest")
        while at == "pending" and (account.lower(), nonce) in self.pool:
            nonce += 1
        return hex(nonce)

    def eth_getBalance(self, account: str, at: str) -> str:
        return hex(self.tester.get_balance(account))

    def eth_getCode(self, account: str, at: str) -> str:
        return self.tester.get_code(account)

    def eth_call(self, asked: dict, at: str) -> str:
        try:
            return self.tester.call({"from": self.tester.get_accounts()[0], "to": asked["to"], "data": asked["data"], "gas": 3_000_000})
        except self.failures as failed:
            raise Refused(f"execution reverted: {_reason(failed)}") from None

    def eth_estimateGas(self, asked: dict) -> str:
        sent = {"from": asked["from"], "data": asked["data"], "value": int(asked["value"], 16)}
        try:
            return hex(self.tester.estimate_gas(sent | ({"to": asked["to"]} if "to" in asked else {})))
        except self.failures as failed:
            raise Refused(f"execution reverted: {_reason(failed)}") from None

    def eth_getTransactionByHash(self, name: str) -> Any:
        waits = any(self._hash(raw) == name for raw in self.pool.values())
        return {"hash": name} if waits or self.eth_getTransactionReceipt(name) else None

    def eth_getTransactionReceipt(self, name: str) -> Any:
        import eth_tester

        try:
            receipt = self.tester.get_transaction_receipt(name)
        except eth_tester.exceptions.TransactionNotFound:
            return None
        logs = [self._log(log) for log in receipt["logs"]]
        hexed = {field: hex(receipt[field]) for field in ("status",)}
        block = {"blockNumber": hex(receipt["block_number"]), "blockHash": receipt["block_hash"]}
        return {"transactionHash": name, "contractAddress": receipt["contract_address"], "to": receipt["to"], "logs": logs} | hexed | block

    def eth_getLogs(self, asked: dict) -> Any:
        logs = self.tester.get_logs(from_block=int(asked["fromBlock"], 16), address=asked["address"], topics=asked["topics"])
        return [self._log(log) for log in logs]

    def eth_sendRawTransaction(self, raw: str) -> str:
        import rlp

        data = bytes.fromhex(raw[2:])
        self.sent.append(raw)
        sender, fields = self.recover(data).lower(), [int.from_bytes(one, "big") for one in rlp.decode(data[1:])[:5]]
        chain, nonce, priority, fee = fields[:4]
        if chain != self.chain:
            raise Refused("invalid chain id for signer")
        if nonce < self.tester.get_nonce(self._checksummed(sender), "latest"):
            raise Refused("nonce too low")
        waiting = self.pool.get((sender, nonce))
        if waiting == data:
            raise Refused("already known")
        if waiting is not None:
            before = [int.from_bytes(one, "big") for one in rlp.decode(waiting[1:])[2:4]]
            if priority * 10 < before[0] * 11 or fee * 10 < before[1] * 11:
                raise Refused("replacement transaction underpriced")
        self.pool[sender, nonce] = data
        if not self.holds:
            self.test_mine(1)
        return self._hash(data)

    # -- what tests do to it -------------------------------------------------------------------------------------

    def test_hold(self, holds: bool) -> None:
        self.holds = holds

    def test_mine(self, count: int) -> int:
        """So many blocks more; each takes one waiting transaction of an account, if it offers enough."""
        import rlp

        for _ in range(count):
            ready = []
            for (sender, nonce), raw in sorted(self.pool.items()):
                fee = int.from_bytes(rlp.decode(raw[1:])[3], "big")
                if nonce == self.tester.get_nonce(self._checksummed(sender), "latest") and fee >= self._base():
                    ready.append(((sender, nonce), raw))
            if ready:
                place, raw = ready[0]
                del self.pool[place]
                self.tester.send_raw_transaction("0x" + raw.hex())
                self.mined[self._height()] = [raw]
            else:
                self.tester.mine_block()
            self.snapshots[self._height()] = self.tester.take_snapshot()
        return self._height()

    def test_idle(self, count: int) -> int:
        """So many blocks without anything that waits."""
        pool, self.pool = self.pool, {}
        self.test_mine(count)
        self.pool = pool
        return self._height()

    def test_unwind(self, depth: int, forgets: bool) -> None:
        """The newest blocks are of another branch now, as long and one longer; their transactions wait again, unless the node forgets them."""
        height = self._height()
        for number in range(height, height - depth, -1):
            for raw in self.mined.pop(number, []):
                nonce = int.from_bytes(__import__("rlp").decode(raw[1:])[1], "big")
                if not forgets:
                    self.pool[self.recover(raw).lower(), nonce] = raw
        self.tester.revert_to_snapshot(self.snapshots[height - depth])
        self.tester.time_travel(self.tester.get_block_by_number("latest")["timestamp"] + 100)
        self.test_idle(depth + 1)

    def test_wait(self, seconds: int) -> None:
        self.tester.time_travel(self.tester.get_block_by_number("latest")["timestamp"] + seconds)
        self.test_mine(1)

    def test_drop(self) -> None:
        self.pool.clear()

    def test_chain(self, number: int) -> None:
        self.chain = number

    def test_base_fee(self, fee: int | None) -> None:
        self.base = fee

    def test_fault(self, method: str, how: str, value: Any, times: int) -> None:
        """The next `times` answers to a method: `says` this value, an `error` of these words, `slow` by so many seconds, or `dies` when it is done."""
        self.faults.append({"method": method, "how": how, "value": value, "times": times})

    def test_well(self) -> None:
        self.faults.clear()

    def test_sent(self) -> list[str]:
        return list(dict.fromkeys(self.sent))

    def test_pay(self, account: str, value: int) -> None:
        self.tester.send_transaction({"from": self.tester.get_accounts()[0], "to": account, "value": value, "gas": 21_000})
        self.snapshots[self._height()] = self.tester.take_snapshot()

    def _height(self) -> int:
        return int(self.tester.get_block_by_number("latest")["number"])

    def _base(self) -> int:
        return self.base if self.base is not None else int(self.tester.get_block_by_number("latest")["base_fee_per_gas"])

    @staticmethod
    def _checksummed(account: str) -> str:
        from contracts.abi import checksummed

        return checksummed(account)

    @staticmethod
    def _hash(raw: bytes) -> str:
        from engine.log.eip712 import keccak

        return "0x" + keccak(raw).hex()

    @staticmethod
    def _log(log: dict) -> dict:
        return {
            "address": log["address"],
            "topics": list(log["topics"]),
            "data": log["data"],
            "blockNumber": hex(log["block_number"]),
            "blockHash": log["block_hash"],
            "transactionHash": log["transaction_hash"],
        }


class Handler(BaseHTTPRequestHandler):
    node: FakeNode
    lock = threading.Lock()

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        method = asked["method"]
        fault = next((one for one in self.node.faults if one["method"] == method and one["times"] > 0), None)
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": asked["id"]}
        if fault is not None:
            fault["times"] -= 1
        if fault is not None and fault["how"] == "slow":
            time.sleep(fault["value"])
        if fault is not None and fault["how"] in ("says", "error"):
            answer |= {"result": fault["value"]} if fault["how"] == "says" else {"error": {"code": -32000, "message": fault["value"]}}
        else:
            try:
                with self.lock:
                    answer["result"] = getattr(self.node, method)(*asked["params"])
            except Refused as refused:
                answer["error"] = {"code": -32000, "message": str(refused)}
        if fault is not None and fault["how"] == "dies":
            self.close_connection = True
            return
        data = json.dumps(answer).encode() if fault is None or fault["how"] != "raw" else fault["value"].encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        pass


if __name__ == "__main__":
    Handler.node = FakeNode()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()  # until whoever began it is gone
