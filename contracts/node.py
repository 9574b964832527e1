"""A chain as one node of it tells of it: the few questions of JSON-RPC that we ask, each answer looked at before it is believed.

A node can be down, slow, behind, on another chain, or lie. What is no answer to what was asked is refused; what one node says and no
other can be asked about stays its word. Its address may hold a password or somebody's key, so no sentence shows more than its host.
web3 speaks to it, and is imported when somebody connects.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from engine.log.text import escaped
from engine.refusals import Refusal, refuse

SECONDS = 10
"""How long a node may think about one question."""
ANSWER_MAX = 1_000_000
"""Characters in one answer to what we ask: a receipt has some thousands."""
LOGS_MAX = 100_000
"""What one contract may have said of one thing: the claims of a round are as many as its members."""
_QUANTITY = re.compile(r"0x(?:0|[1-9a-f][0-9a-f]{0,63})")
_DATA = re.compile(r"0x(?:[0-9a-f]{2})*")
Ask = Callable[[str, list[Any]], Any]
"""A method and its parameters to the whole answer: `{"result": …}` or `{"error": {"message": …}}`."""


class Log(NamedTuple):
    """What a contract said: its address, the topics and the data, all in lower-case hexadecimal digits; `index` is its place in the block."""

    address: str
    topics: tuple[str, ...]
    data: str
    transaction: str
    block: int
    block_hash: str


class Receipt(NamedTuple):
    """A transaction that a block holds. `contract` is the address of one that it made; `gas` what it took, by the node's word:
    nothing here depends on it."""

    transaction: str
    done: bool
    block: int
    block_hash: str
    contract: str | None
    logs: tuple[Log, ...]
    to: str | None
    gas: int | None = None


HIDDEN_FROM = 6
"""A word of an address so long may be somebody's key with a provider: a node that repeats it is not quoted."""


class Refused(Exception):
    """The node understood, and says no: its own words, without those of its address that may be a key."""


class Node:
    """One node. Every method asks it anew; `name` is what may be shown of its address."""

    def __init__(self, ask: Ask, name: str, hidden: Sequence[str] = ()) -> None:
        self._ask, self.name, self._hidden = ask, name, hidden

    @classmethod
    def connect(cls, url: str, seconds: float = SECONDS) -> Node:
        """A node behind an address of HTTP; refused where web3 is not installed. It is not asked anything yet."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port, parts = None, None, urlsplit("")
        if parts.scheme not in ("http", "https") or not host:
            raise refuse("field_wrong", "the node's address", "is none of HTTP", "give http://… or https://…")
        if find_spec("web3") is None:
            raise refuse("key_missing", "this machine", "has no web3", "install folkmoot[chain]")
        from web3 import HTTPProvider

        # One question is asked once: what is asked again is for whoever asks to say.
        provider = HTTPProvider(url, request_kwargs={"timeout": seconds, "allow_redirects": False}, exception_retry_configuration=None)
        words = [parts.username, parts.password, *parts.path.split("/"), *(value for _, value in parse_qsl(parts.query))]
        hidden = [word for word in words if word and len(word) >= HIDDEN_FROM]
        return cls(provider.make_request, f"{host}:{port}" if port else host, hidden)

    def chain_id(self) -> int:
        return self._number("eth_chainId", [])

    def height(self) -> int:
        """The number of its newest block."""
        return self._number("eth_blockNumber", [])

    def block_hash(self, number: int) -> str | None:
        """The hash of a block of the chain it follows now; None beyond its end."""
        block = self._told("eth_getBlockByNumber", [hex(number), False])
        if block is None:
            return None
        if not isinstance(block, dict) or _quantity(block.get("number")) != number or not _is_hash(block.get("hash")):
            raise self._wrong("eth_getBlockByNumber")
        return str(block["hash"])

    def time(self) -> int:
        """When its newest block was made, in seconds since 1970."""
        block = self._told("eth_getBlockByNumber", ["latest", False])
        seconds = _quantity(block.get("timestamp")) if isinstance(block, dict) else None
        if seconds is None:
            raise self._wrong("eth_getBlockByNumber")
        return seconds

    def base_fee(self) -> int:
        """What a unit of gas costs in the newest block, before anything for whoever makes the block."""
        block = self._told("eth_getBlockByNumber", ["latest", False])
        fee = _quantity(block.get("baseFeePerGas")) if isinstance(block, dict) else None
        if fee is None:
            raise self._wrong("eth_getBlockByNumber")
        return fee

    def priority_fee(self) -> int:
        """What whoever makes the block is mostly given for a unit of gas."""
        return self._number("eth_maxPriorityFeePerGas", [])

    def nonce(self, account: str, at: str | int = "latest") -> int:
        """How many transactions of an account stand, or wait as well (`pending`)."""
        return self._number("eth_getTransactionCount", [account, at if isinstance(at, str) else hex(at)])

    def balance(self, account: str) -> int:
        return self._number("eth_getBalance", [account, "latest"])

    def code(self, address: str) -> bytes:
        return self._octets("eth_getCode", self._told("eth_getCode", [address, "latest"]))

    def call(self, to: str, data: bytes) -> bytes:
        """What a view of a contract answers; raises `Refused` where it says no."""
        return self._octets("eth_call", self._result("eth_call", [{"to": to, "data": _hexed(data)}, "latest"]))

    def gas(self, account: str, to: str | None, data: bytes, value: int = 0) -> int:
        """What a transaction would take; raises `Refused` where it would fail."""
        asked = {"from": account, "data": _hexed(data), "value": hex(value)} | ({} if to is None else {"to": to})
        gas = _quantity(self._result("eth_estimateGas", [asked]))
        if gas is None:
            raise self._wrong("eth_estimateGas")
        return gas

    def knows(self, transaction: str) -> bool:
        """Whether it has a transaction, in a block or waiting."""
        known = self._told("eth_getTransactionByHash", [transaction])
        if known is not None and (not isinstance(known, dict) or known.get("hash") != transaction):
            raise self._wrong("eth_getTransactionByHash")
        return known is not None

    def receipt(self, transaction: str) -> Receipt | None:
        """The receipt of a transaction; None where no block holds it."""
        told = self._told("eth_getTransactionReceipt", [transaction])
        if told is None:
            return None
        try:
            receipt = _receipt(told)
        except (KeyError, TypeError, ValueError):
            raise self._wrong("eth_getTransactionReceipt") from None
        if receipt.transaction != transaction:
            raise self._wrong("eth_getTransactionReceipt")
        return receipt

    def logs(self, address: str, topics: Sequence[str], start: int = 0) -> list[Log]:
        """What a contract said under these topics from block `start` on, oldest first."""
        told = self._told("eth_getLogs", [{"address": address, "topics": list(topics), "fromBlock": hex(start), "toBlock": "latest"}])
        if not isinstance(told, list) or len(told) > LOGS_MAX:
            raise self._wrong("eth_getLogs")
        try:
            logs = [_log(one) for one in told]
        except (KeyError, TypeError, ValueError):
            raise self._wrong("eth_getLogs") from None
        if any(log.address != address.lower() or list(log.topics[: len(topics)]) != list(topics) for log in logs):
            raise self._wrong("eth_getLogs")
        return logs

    def send(self, raw: bytes) -> str | None:
        """Hand it a signed transaction; gives why it does not take it, None where it does."""
        try:
            self._result("eth_sendRawTransaction", [_hexed(raw)])
        except Refused as refused:
            return str(refused)
        return None

    def ask(self, method: str, *params: Any) -> Any:
        """What only some nodes answer, as it is said."""
        return self._told(method, list(params))

    def _number(self, method: str, params: list[Any]) -> int:
        number = _quantity(self._told(method, params))
        if number is None:
            raise self._wrong(method)
        return number

    def _octets(self, method: str, told: Any) -> bytes:
        if not isinstance(told, str) or len(told) > ANSWER_MAX or not _DATA.fullmatch(told.lower()):
            raise self._wrong(method)
        return bytes.fromhex(told[2:])

    def _told(self, method: str, params: list[Any]) -> Any:
        """The answer to what no node has a reason to say no to."""
        try:
            return self._result(method, params)
        except Refused as refused:
            raise refused_by(self, refused) from None

    def _result(self, method: str, params: list[Any]) -> Any:
        try:
            told = self._ask(method, params)
        except Exception as fault:  # noqa: BLE001 - what it says may hold the whole address, and that somebody's key
            raise refuse(
                "node_unreachable", "the node at {name}", "does not answer {method}: {sort}", "try again, or ask another node",
                name=self.name, method=method, sort=type(fault).__name__,
            ) from None  # fmt: skip
        if not isinstance(told, dict) or ("result" in told) == (told.get("error") is not None):
            raise self._wrong(method)
        if told.get("error") is not None:
            error = told["error"]
            message = error.get("message") if isinstance(error, dict) else error
            said = str(message)
            for word in self._hidden:
                said = said.replace(word, "…")
            raise Refused(escaped(said)[:200])
        return told["result"]

    def _wrong(self, method: str) -> Refusal:
        return refuse(
            "node_wrong", "the node at {name}", "gives no sound answer to {method}", "ask another node", name=self.name, method=method
        )


def refused_by(node: Node, refused: Refused) -> Refusal:
    """The refusal of a transaction, or a view, that a node has said no to."""
    return refuse(
        "transaction_refused", "the node at {name}", "says: {said}", "look at the contract, the account and the charter",
        name=node.name, said=str(refused),
    )  # fmt: skip


def _receipt(told: dict[str, Any]) -> Receipt:
    block, status = _quantity(told["blockNumber"]), _quantity(told["status"])
    made, to = told.get("contractAddress"), told.get("to")
    if block is None or status not in (0, 1) or not _is_hash(told["blockHash"]) or not _is_hash(told["transactionHash"]):
        raise ValueError
    logs = tuple(_log(one) for one in told["logs"])
    if any((log.block, log.block_hash, log.transaction) != (block, told["blockHash"], told["transactionHash"]) for log in logs):
        raise ValueError
    contract, called = made.lower() if made else None, to.lower() if to else None
    gas = _quantity(told.get("gasUsed"))
    return Receipt(told["transactionHash"], status == 1, block, told["blockHash"], contract, logs, called, gas)


def _log(told: dict[str, Any]) -> Log:
    block, topics, data = _quantity(told["blockNumber"]), tuple(told["topics"]), told["data"]
    if block is None or not all(map(_is_hash, topics)) or not isinstance(data, str) or not _DATA.fullmatch(data):
        raise ValueError
    if not _is_hash(told["blockHash"]) or not _is_hash(told["transactionHash"]):
        raise ValueError
    return Log(told["address"].lower(), topics, data, told["transactionHash"], block, told["blockHash"])


def _quantity(told: Any) -> int | None:
    return int(told, 16) if isinstance(told, str) and _QUANTITY.fullmatch(told) else None


def _is_hash(told: Any) -> bool:
    return isinstance(told, str) and len(told) == 66 and _DATA.fullmatch(told) is not None


def _hexed(data: bytes) -> str:
    return "0x" + data.hex()
