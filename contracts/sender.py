"""Getting what is intended onto a chain: signed, sent, sent again, offered more for, and looked for until a block deep enough holds it.

`pursue` takes one step and waits for nothing; whoever calls it again, after a minute or after a crash, goes on where it stands. A fee
offered grows by an eighth at least, or nodes do not take the new transaction for the old one's place (go-ethereum asks for 10 %, others for
12.5 %), and never above the most that was stated. Source of fees: EIP-1559.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

from contracts.abi import checksummed
from contracts.journal import Intent, Journal, Signed
from contracts.node import Node, Receipt, Refused, refused_by
from engine.log.signing import SecretKey
from engine.refusals import Refusal, refuse

GWEI = 10**9
PATIENCE = 6
"""Blocks that go by before more is offered for what waits."""
GAS_SPARE = 5
"""A fifth more gas than was estimated: what is not used is not paid."""


_GWEI = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?")


class Offer(NamedTuple):
    """What is offered for a unit of gas: at most in all, and of that to whoever makes the block."""

    fee_max: int
    priority: int


class Cost(NamedTuple):
    """What a transaction would take: gas, and coins at today's fee and at most, in the coin's smallest unit."""

    gas: int
    now: int
    most: int


@dataclass(frozen=True)
class Terms:
    """`fee_max`: the most that is ever offered for a unit of gas, in the coin's smallest unit. `confirmations`: how deep a block must be."""

    fee_max: int
    confirmations: int


class Sender:
    """One account on one chain, through one node."""

    def __init__(self, node: Node, key: SecretKey, journal: Journal, chain_id: int, terms: Terms) -> None:
        self.node, self.journal, self.chain_id, self.terms = node, journal, chain_id, terms
        self.account = checksummed(key.address)
        self._key = key

    def waiting_for(self, confirmations: int) -> Sender:
        """The same account, which waits for blocks that deep."""
        return Sender(self.node, self._key, self.journal, self.chain_id, replace(self.terms, confirmations=confirmations))

    def check_chain(self) -> None:
        """Refuse another chain behind the same address: asked before each step."""
        told = self.node.chain_id()
        if told != self.chain_id:
            raise refuse(
                "chain_foreign", "the node at {name}", "is on chain {told}, not {chain}", "give the address of a node of chain {chain}",
                name=self.node.name, told=told, chain=self.chain_id,
            )  # fmt: skip

    def cost(self, to: str | None, data: bytes, value: int = 0) -> Cost:
        """What a transaction would cost; refused where it would fail, or fees are above the most that was stated."""
        self.check_chain()
        try:
            gas = self.node.gas(self.account, to, data, value)
        except Refused as refused:
            raise refused_by(self.node, refused) from None
        gas += gas // GAS_SPARE
        offer = self._offer()
        return Cost(gas, gas * min(self.node.base_fee() + offer.priority, offer.fee_max), gas * offer.fee_max)

    def intend(self, to: str | None, data: bytes, about: dict[str, object], value: int = 0) -> Intent:
        """Take the next nonce for something, once the account can pay for it."""
        cost = self.cost(to, data, value)
        balance = self.node.balance(self.account)
        if balance < cost.most + value:
            raise refuse(
                "account_empty", "account {account}", "has {balance} of the {most} it may take", "send it coins of chain {chain}",
                account=self.account, balance=coins(balance), most=coins(cost.most + value), chain=self.chain_id,
            )  # fmt: skip
        nonce = max(self.node.nonce(self.account), self.journal.next_nonce(self.chain_id, self.account))
        if self.node.nonce(self.account, "pending") > nonce:
            # Behind one that is dropped in the end ours would wait for ever.
            raise refuse(
                "account_busy", "account {account}", "has transactions waiting that were sent elsewhere", "wait until they stand",
                account=self.account,
            )  # fmt: skip
        return self.journal.intend(self.chain_id, self.account, to, data, cost.gas, about, nonce, value)

    def pursue(self, intent: Intent) -> Receipt | None:
        """One step. The receipt, once a block as deep as asked holds it (it may have failed); None while it waits, or has been displaced."""
        self.check_chain()
        height, seen = self.node.height(), False
        for signed in reversed(intent.signed):
            receipt = self.node.receipt(signed.transaction)
            if receipt is not None:
                seen = True
                if self.holds(receipt, height):
                    return receipt
        if seen:
            return None
        if self.node.nonce(self.account) > intent.nonce:
            # A block holds another transaction under this nonce. Until that is deep, ours may still come.
            deep = height - self.terms.confirmations + 1
            if deep >= 0 and self.node.nonce(self.account, deep) > intent.nonce:
                self.journal.end(intent, "displaced")
            return None
        self._send(intent, height)
        return None

    def holds(self, receipt: Receipt, height: int) -> bool:
        """Whether the chain, as it is now, holds a receipt's block as deep as asked."""
        deep = height - receipt.block + 1 >= self.terms.confirmations
        return deep and self.node.block_hash(receipt.block) == receipt.block_hash

    def _send(self, intent: Intent, height: int) -> None:
        if not intent.signed:
            self._sign(intent, self._offer(), height)
        last = intent.signed[-1]
        if self.node.knows(last.transaction):
            if height - intent.since < PATIENCE:
                return
            self._sign(intent, self._more(last), height)
            last = intent.signed[-1]
        elif self.node.base_fee() > last.fee_max:
            # Dropped, and nobody would take it at that price any more.
            self._sign(intent, self._more(last), height)
            last = intent.signed[-1]
        said = self.node.send(last.raw)
        if said is not None and not self.node.knows(last.transaction) and self.node.nonce(self.account) <= intent.nonce:
            raise refused_by(self.node, Refused(said))

    def _sign(self, intent: Intent, offer: Offer, height: int) -> None:
        """Sign an intent at a fee, and remember it before anybody is sent it."""
        from eth_account import Account

        fields = {
            "type": 2,
            "chainId": intent.chain_id,
            "nonce": intent.nonce,
            "data": intent.data,
            "value": intent.value,
            "gas": intent.gas,
            "maxFeePerGas": offer.fee_max,
            "maxPriorityFeePerGas": offer.priority,
        } | ({} if intent.to is None else {"to": checksummed(intent.to)})
        signed = Account.sign_transaction(fields, self._key.secret)
        self.journal.signed(intent, Signed("0x" + signed.hash.hex(), bytes(signed.raw_transaction), *offer), height)

    def _offer(self) -> Offer:
        """Twice today's fee, which lasts for six full blocks; what is not needed is not paid."""
        base, priority = self.node.base_fee(), self.node.priority_fee()
        if base + priority > self.terms.fee_max:
            raise self._too_high(base + priority)
        return Offer(min(2 * base + priority, self.terms.fee_max), min(priority, self.terms.fee_max))

    def _more(self, last: Signed) -> Offer:
        """An eighth more than last time at least, and what is asked for now."""
        base, priority = self.node.base_fee(), self.node.priority_fee()
        priority = max(priority, -(-9 * last.priority // 8), last.priority + 1)
        fee_max = max(min(2 * base + priority, self.terms.fee_max), -(-9 * last.fee_max // 8))
        if fee_max > self.terms.fee_max or base > self.terms.fee_max:
            raise self._too_high(max(fee_max, base))
        return Offer(fee_max, min(priority, fee_max))

    def _too_high(self, fee: int) -> Refusal:
        return refuse(
            "fees_high", "a unit of gas on chain {chain}", "costs {fee} gwei, and you offer at most {most}", "wait, or offer more: --max-fee",
            chain=self.chain_id, fee=gwei(fee), most=gwei(self.terms.fee_max),
        )  # fmt: skip


def coins(amount: int) -> str:
    """An amount in the chain's coin, of 10^18 units.

    >>> coins(1_500_000_000_000_000), coins(0), coins(10**18)
    ('0.0015', '0', '1')
    """
    return _decimal(amount, 18)


def gwei(amount: int) -> str:
    """A fee in gwei.

    >>> gwei(1_250_000_000), gwei(7)
    ('1.25', '0.000000007')
    """
    return _decimal(amount, 9)


def read_gwei(text: str) -> int:
    """A fee that somebody states in gwei, exactly; refused where it is no number above zero.

    >>> read_gwei("0.5"), read_gwei("100")
    (500000000, 100000000000)
    """
    match = _GWEI.fullmatch(text)
    if match is None or not int(match[1] + (match[2] or "")):
        raise refuse("field_wrong", "the fee", "is {text!r}", "give gwei for a unit of gas, as 0.5 or 100", text=text[:40])
    return int(match[1]) * GWEI + int((match[2] or "0").ljust(9, "0"))


def _decimal(amount: int, digits: int) -> str:
    whole, rest = divmod(amount, 10**digits)
    return f"{whole}.{rest:0{digits}}".rstrip("0").rstrip(".")
