"""Heads in a contract on a chain: `contracts/checkpoints.vy`, written by the account of a keystore, through a node."""

from __future__ import annotations

from collections.abc import Sequence

from api.anchoring import Head, Stands
from contracts import heads
from contracts.heads import Written
from contracts.journal import Intent, Journal
from contracts.node import Node, Receipt
from contracts.sender import Cost, Sender, Terms
from engine.community import Community
from engine.features.anchors.state import Anchor, Anchors, OnChain
from engine.features.anchors.terms import place_of
from engine.kernel import charter as charters
from engine.kernel.found import Founding
from engine.log.signing import SecretKey
from engine.refusals import Refusal, refuse
from engine.values import Address, Digest

HEAD = "head"


class ChainPlace:
    """A place of the charter that is on a chain. `fee_max`: the most that is offered for a unit of gas."""

    def __init__(self, community: Community, name: str, node: Node, key: SecretKey, journal: Journal, fee_max: int) -> None:
        with community.reading() as state:
            place = place_of(charters.in_force(state), name)
            self._origin = state[Founding].origin
        if place.contract is None:
            raise refuse("field_wrong", "place {place}", "is in a file", "give the folder it is in: --to", place=name)
        self.name, self.contract, self._node, self._journal = name, place.contract, node, journal
        self.sender = Sender(node, key, journal, place.chain_id, Terms(fee_max, place.confirmations))
        self._adopted: list[Stands] = []

    def check(self, community: Community) -> None:
        """The chain and contract are the charter's, the account may write there, and what stands there is of this log's history."""
        self.sender.check_chain()
        heads.check_contract(self._node, self.contract, self._origin)
        if (owner := heads.owner(self._node, self.contract)) != self.sender.account.lower():
            raise refuse(
                "contract_foreign", "contract {contract}", "belongs to {owner}, not to {account}", "use the keystore of its owner",
                contract=self.contract, owner=owner, account=self.sender.account,
            )  # fmt: skip
        there = heads.newest(self._node, self.contract)
        with community.reading() as state:
            self._check_history(there, state.tree.root(there.size) if there.size <= state.tree.size else None)
            recorded = state[Anchors].size_at(self.name)
        self._adopted = self._adoptable(there) if there.size > recorded and not self.waiting() else []

    def cost(self, head: Head) -> Cost:
        """What writing it would take."""
        return self.sender.cost(self.contract, heads.call_data(head.size, head.root))

    def begin(self, head: Head) -> None:
        about = {"what": HEAD, "size": head.size, "root": head.root.hex()}
        self.sender.intend(self.contract, heads.call_data(head.size, head.root), about)

    def advance(self) -> Sequence[Stands]:
        standing, self._adopted = self._adopted, []
        for intent in self._open():
            receipt = self.sender.pursue(intent)
            if receipt is None:
                break  # a chain takes them in the order of their nonces
            if intent.about["what"] != HEAD:
                continue  # its own command ends it
            if not receipt.done:
                self._journal.end(intent, "failed")
                raise failed(receipt)
            standing.append(self._stands(receipt, Written(intent.about["size"], bytes.fromhex(intent.about["root"]))))
        return standing

    def waiting(self) -> bool:
        return any(intent.about["what"] == HEAD for intent in self._open())

    def settled(self, stands: Stands) -> None:
        if stands.where is not None and (intent := self._intent(stands.where.transaction)) is not None:
            self._journal.end(intent, "settled")

    def still_holds(self, anchor: Anchor) -> bool:
        assert anchor.where is not None
        height = self._node.height()
        if height < anchor.where.block:
            raise refuse(
                "node_wrong", "the node at {name}", "has {height} blocks, and {anchor} stands in block {block}", "wait, or ask another node",
                name=self._node.name, height=height, anchor=anchor.id, block=anchor.where.block,
            )  # fmt: skip
        return self._node.block_hash(anchor.where.block) == f"0x{anchor.where.block_hash}"

    def unwound(self, anchor: Anchor) -> None:
        """Its nonce is free again on the chain: the same transaction is sent again, or one with a higher fee."""
        assert anchor.where is not None
        if (intent := self._intent(anchor.where.transaction)) is not None:
            self._journal.reopen(intent, self._node.height())

    def _open(self) -> list[Intent]:
        return self._journal.open_intents(self.sender.chain_id, self.sender.account)

    def _intent(self, transaction: str) -> Intent | None:
        return self._journal.by_transaction(f"0x{transaction}")

    def _check_history(self, there: Written, ours: bytes | None) -> None:
        if there.size and ours != there.root:
            fact = (
                "holds a head of {size} events, and the log has fewer" if ours is None else "holds another history: a head of {size} events"
            )
            raise refuse(
                "log_went_back", "contract {contract}", fact, "restore the log that was anchored", contract=self.contract, size=there.size
            )

    def _adoptable(self, there: Written) -> list[Stands]:
        """A head that stands there and that no intent of ours wrote: the council's, or one whose journal is lost."""
        for log in reversed(heads.found(self._node, self.contract, there.size)):
            receipt = self._node.receipt(log.transaction)
            if receipt is not None and receipt.done and self.sender.holds(receipt, self._node.height()):
                return [self._stands(receipt, there)]
        return []

    def _stands(self, receipt: Receipt, head: Written) -> Stands:
        """A receipt is believed as far as it shows what was meant: this head, said by this contract."""
        if head not in heads.written_in(receipt, self.contract):
            raise refuse(
                "node_wrong", "the node at {name}", "shows a receipt of {transaction} without the head it wrote", "ask another node",
                name=self._node.name, transaction=receipt.transaction,
            )  # fmt: skip
        where = OnChain(
            self.sender.chain_id, Address(self.contract), Digest(receipt.transaction[2:]), receipt.block, Digest(receipt.block_hash[2:])
        )
        return Stands(head.size, head.root, where)


def failed(receipt: Receipt) -> Refusal:
    """What was sent stands in a block and did nothing."""
    return refuse(
        "transaction_failed", "transaction {transaction}", "stands in block {block} and has failed", "look at it, and at who owns the contract",
        transaction=receipt.transaction, block=receipt.block,
    )  # fmt: skip
