"""A chain of one's own for an hour: an EVM in a process beside this one, which answers JSON-RPC as nodes do and is gone with whoever began it.

What `folkmoot demo --chain` runs on, and the tests. It takes a transaction into a block at once, and makes another block every so often;
coins and days are given to whoever asks (`local_…`). The EVM is py-evm, by eth-tester. It lives in a process of its own because py-evm
changes, as it is imported, how deep Python may nest. `python -m contracts.local_node` serves it and prints its port.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from contracts.abi import checksummed
from engine.log.eip712 import keccak
from engine.refusals import refuse

TOOLS = ("eth_tester", "eth", "web3", "eth_account")
CHAIN_ID = 131277322940537
"""What py-evm calls its own chain; everything signed for it is good nowhere else."""
GAS_PER_VIEW = 3_000_000
BLOCK_SECONDS = 0.2
"""Between blocks: a node that somebody waits for."""


class Refused(Exception):
    """What the node says no to, in its own words."""


class LocalNode:
    """The chain. Its pool has one transaction for each account and nonce; another takes its place for a tenth more, as go-ethereum has it.
    It begins at `began`, in seconds since 1970."""

    chain_id = CHAIN_ID

    def __init__(self, began: int) -> None:
        import eth_tester
        from eth_account import Account

        backend = eth_tester.PyEVMBackend(genesis_parameters=eth_tester.PyEVMBackend.generate_genesis_params({"timestamp": began}))
        self.tester, self.recover = eth_tester.EthereumTester(backend), Account.recover_transaction
        self.failures = eth_tester.exceptions.TransactionFailed
        self.unknown = eth_tester.exceptions.TransactionNotFound
        self.pool: dict[tuple[str, int], bytes] = {}

    # -- what nodes answer ---------------------------------------------------------------------------------------

    def eth_chainId(self) -> str:
        return hex(self.chain_id)

    def eth_blockNumber(self) -> str:
        return hex(self.height())

    def eth_getBlockByNumber(self, number: str, full: bool) -> Any:
        height = self.height() if number == "latest" else int(number, 16)
        if height > self.height():
            return None
        block = self.tester.get_block_by_number(height)
        return {"number": hex(height), "hash": block["hash"], "baseFeePerGas": hex(self.base_fee()), "timestamp": hex(block["timestamp"])}

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
        return str(self.tester.get_code(account))

    def eth_call(self, asked: dict[str, Any], at: str) -> str:
        view = {"from": self.tester.get_accounts()[0], "to": asked["to"], "data": asked["data"], "gas": GAS_PER_VIEW}
        try:
            return str(self.tester.call(view))
        except self.failures as failed:
            raise Refused(f"execution reverted: {_reason(failed)}") from None

    def eth_estimateGas(self, asked: dict[str, Any]) -> str:
        sent = {"from": asked["from"], "data": asked["data"], "value": int(asked["value"], 16)}
        try:
            return hex(self.tester.estimate_gas(sent | ({"to": asked["to"]} if "to" in asked else {})))
        except self.failures as failed:
            raise Refused(f"execution reverted: {_reason(failed)}") from None

    def eth_getTransactionByHash(self, name: str) -> Any:
        waits = any(_name(raw) == name for raw in self.pool.values())
        return {"hash": name} if waits or self.eth_getTransactionReceipt(name) else None

    def eth_getTransactionReceipt(self, name: str) -> Any:
        try:
            receipt = self.tester.get_transaction_receipt(name)
        except self.unknown:
            return None
        where = {"transactionHash": name, "blockNumber": hex(receipt["block_number"]), "blockHash": receipt["block_hash"]}
        what = {"status": hex(receipt["status"]), "gasUsed": hex(receipt["gas_used"]), "logs": [_log(log) for log in receipt["logs"]]}
        return {"contractAddress": receipt["contract_address"], "to": receipt["to"], **where, **what}

    def eth_getLogs(self, asked: dict[str, Any]) -> Any:
        logs = self.tester.get_logs(from_block=int(asked["fromBlock"], 16), address=asked["address"], topics=asked["topics"])
        return [_log(log) for log in logs]

    def eth_sendRawTransaction(self, raw: str) -> str:
        data = bytes.fromhex(raw[2:])
        sender = self.recover(data).lower()
        chain, nonce, priority, fee = _numbers(data)
        if chain != self.chain_id:
            raise Refused("invalid chain id for signer")
        if nonce < self.tester.get_nonce(checksummed(sender), "latest"):
            raise Refused("nonce too low")
        waiting = self.pool.get((sender, nonce))
        if waiting == data:
            raise Refused("already known")
        if waiting is not None:
            before = _numbers(waiting)[2:]
            if priority * 10 < before[0] * 11 or fee * 10 < before[1] * 11:
                raise Refused("replacement transaction underpriced")
        self.pool[sender, nonce] = data
        self.taken()
        return _name(data)

    # -- what only this one does ---------------------------------------------------------------------------------

    def local_mine(self, count: int) -> int:
        """So many blocks more; each takes one waiting transaction of an account, if it offers enough."""
        for _ in range(count):
            place = next((place for place, raw in sorted(self.pool.items()) if self._is_next(place, raw)), None)
            if place is None:
                self.tester.mine_block()
            else:
                self.tester.send_raw_transaction("0x" + self.pool[place].hex())
            self.mined(None if place is None else self.pool.pop(place))
        return self.height()

    def local_wait(self, seconds: int) -> None:
        """Days that go by at once."""
        self.tester.time_travel(self.tester.get_block_by_number("latest")["timestamp"] + seconds)
        self.local_mine(1)

    def local_pay(self, account: str, value: int) -> None:
        """Coins out of nothing."""
        self.tester.send_transaction({"from": self.tester.get_accounts()[0], "to": account, "value": value, "gas": 21_000})
        self.mined(None)

    def taken(self) -> None:
        """A transaction waits: it need not for long."""
        self.local_mine(1)

    def mined(self, raw: bytes | None) -> None:
        """There is a block more, with this transaction of the pool in it."""

    def height(self) -> int:
        return int(self.tester.get_block_by_number("latest")["number"])

    def base_fee(self) -> int:
        return int(self.tester.get_block_by_number("latest")["base_fee_per_gas"])

    def _is_next(self, place: tuple[str, int], raw: bytes) -> bool:
        sender, nonce = place
        return nonce == self.tester.get_nonce(checksummed(sender), "latest") and _numbers(raw)[3] >= self.base_fee()


class Handler(BaseHTTPRequestHandler):
    """JSON-RPC over HTTP, a question at a time."""

    node: LocalNode
    lock = threading.Lock()

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.reply(json.dumps(self.answer(asked)).encode())

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        said = {"jsonrpc": "2.0", "id": asked["id"]}
        method = asked["method"]
        if not method.startswith(("eth_", "local_")) or not hasattr(self.node, method):
            return said | {"error": {"code": -32601, "message": f"the method {method} does not exist"}}
        try:
            with self.lock:
                return said | {"result": getattr(self.node, method)(*asked["params"])}
        except Refused as refused:
            return said | {"error": {"code": -32000, "message": str(refused)}}

    def reply(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        """Nobody reads along."""


def serve(handler: type[Handler]) -> None:
    """At a free port of this machine, which is printed, until whoever began it is gone."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


@contextmanager
def running(module: str = "contracts.local_node") -> Iterator[str]:
    """Such a node in a process of its own; gives its address. Refused where its tools are not installed."""
    if not all(map(find_spec, TOOLS)):
        raise refuse(
            "key_missing", "this machine", "has no chain in process", "install folkmoot[chain-demo]: pip install 'folkmoot[chain-demo]'"
        )
    words, house = [sys.executable, "-m", module], Path(__file__).parent.parent
    with subprocess.Popen(words, cwd=house, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        assert process.stdin is not None and process.stdout is not None
        port = process.stdout.readline().strip()
        try:
            if not port:
                raise refuse("node_wrong", "the chain in process", "does not begin", "read above what it says")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.stdin.close()


def _numbers(raw: bytes) -> tuple[int, int, int, int]:
    """Of a transaction (EIP-1559): chain, nonce, and what is offered for a unit of gas: to whoever makes the block, and in all."""
    import rlp

    chain, nonce, priority, fee = (int.from_bytes(one, "big") for one in rlp.decode(raw[1:])[:4])
    return chain, nonce, priority, fee


def _name(raw: bytes) -> str:
    return "0x" + keccak(raw).hex()


def _log(log: dict[str, Any]) -> dict[str, Any]:
    where = {"blockNumber": hex(log["block_number"]), "blockHash": log["block_hash"], "transactionHash": log["transaction_hash"]}
    return {"address": log["address"], "topics": list(log["topics"]), "data": log["data"], **where}


def _reason(failed: Exception) -> str:
    """The words of `Error(string)`, as nodes decode them."""
    data: Any = failed
    while isinstance(data, Exception):
        data = data.args[0] if data.args else b""
    return data[68 : 68 + int.from_bytes(data[36:68], "big")].decode() if isinstance(data, bytes) else str(data)


def _blocks_go_by() -> None:
    while True:
        time.sleep(BLOCK_SECONDS)
        with Handler.lock:
            Handler.node.local_mine(1)


if __name__ == "__main__":
    Handler.node = LocalNode(int(time.time()))
    threading.Thread(target=_blocks_go_by, daemon=True).start()
    serve(Handler)
