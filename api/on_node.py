"""`folkmoot verify --chain`: whatever a log says stands on a chain, held against a node of it; the first that is not so is named.

A sound log says the truth about itself; that a head of it was anchored is the word of who recorded it until a node of the chain
is asked. And the other way round: the contract's newest head must be one of this log, or the log is an older copy, or another history,
than the one that was anchored. What a node says is its word: ask two that do not belong to one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from api.claiming import Claimable, claimable, records
from contracts import decisions, heads, payouts
from contracts.node import Node, Receipt
from engine.event import Event, Record, kinds
from engine.features.amendments.amend import CharterAmended
from engine.features.anchors.anchor import HeadAnchored
from engine.features.anchors.send import ClaimsOpened, DecisionSent
from engine.features.anchors.state import AnchorId, OnChain
from engine.features.anchors.terms import AnchorTerms
from engine.features.anchors.unwind import AnchorUnwound
from engine.features.polls.open import PollOpened
from engine.features.polls.state import PollId
from engine.kernel import charter as charters
from engine.kernel.found import CommunityFounded
from engine.log.merkle import Tree, leaf_hash
from engine.refusals import Refusal, refuse

KINDS = frozenset({"CommunityFounded", "CharterAmended", "HeadAnchored", "AnchorUnwound", "DecisionSent", "ClaimsOpened", "DecisionFinal"})
TABLE = (
    ("heads", "heads on chains", "in the blocks that the log names, written by the contract that the charter names"),
    ("decisions", "steps of decisions", "in the blocks that the log names"),
    ("claims", "rounds to be claimed", "their contracts hold the tree of the log's own shares, and money enough"),
    ("elsewhere", "not looked at", "on a chain whose node was not given: --chain"),
    ("unwound", "unwound", "the log says itself that they do not stand any more"),
)


@dataclass
class Held:
    """How many of each sort are so, and the first that is not, with its event."""

    checked: Counter[str] = field(default_factory=Counter)
    problem: Refusal | None = None
    seq: int | None = None

    def lines(self) -> list[str]:
        found = [f"{self.checked[name]:>9,}  {label:18} {meaning}" for name, label, meaning in TABLE if self.checked[name]]
        if self.problem is not None:
            at = "" if self.seq is None else f" at event {self.seq}"
            return [*found, f"WRONG{at}: {self.problem}"]
        if not any(self.checked[name] for name in ("heads", "decisions", "claims")):
            return [*found, "Nothing of this log stands on the chains that were asked."]
        return [*found, "So it stands, by the word of the nodes that were asked."]


class _Log:
    """What a log says of chains."""

    def __init__(self, events: Iterable[tuple[int, bytes]]) -> None:
        self.tree, self.origin = Tree(), ""
        self.said: list[Record[Event]] = []
        self.unwound: set[str] = set()
        self.contracts_checked: set[tuple[str, str]] = set()
        """Each by a node's name and an address: asked once."""
        self.opened: dict[str, bytes] = {}
        """The leaf hash of each poll's opening, and of its final decision."""
        self.final: dict[str, bytes] = {}
        self.named: dict[tuple[int, str], int] = {}
        """The contracts for heads that its charters name, each by chain and address, with the event that brought the charter."""
        self._amendments: dict[str, str] = {}

        def grown() -> Iterable[tuple[int, bytes]]:
            for seq, data in events:
                self.tree.append(leaf_hash(data))
                yield seq, data

        openings = {name for name, kind in kinds().items() if issubclass(kind, PollOpened)}
        for record in records(grown(), KINDS | openings):
            self._take(record)

    def _take(self, record: Record[Event]) -> None:
        event = record.event
        if isinstance(event, CommunityFounded):
            self.origin = event.origin
            self._name_places(event.charter, record.seq)
        elif isinstance(event, CharterAmended):
            self._name_places(self._amendments[event.poll], record.seq)
        elif isinstance(event, AnchorUnwound):
            self.unwound.add(event.anchor)
        elif isinstance(event, PollOpened):  # of whichever shape
            self.opened[PollId.of(record.seq)] = record.leaf
            if event.amendment is not None:
                self._amendments[PollId.of(record.seq)] = event.amendment
        elif record.kind == "DecisionFinal":
            self.final[event.about(record)[0]] = record.leaf
        else:
            self.said.append(record)

    def _name_places(self, charter: str, seq: int) -> None:
        terms = charters.lawful(charter).get(AnchorTerms)
        for place in terms.by_name.values() if terms is not None else ():
            if place.contract is not None:
                self.named.setdefault((place.chain_id, place.contract), seq)


def held(events: Iterable[tuple[int, bytes]], again: Iterable[tuple[int, bytes]], nodes: Sequence[Node]) -> Held:
    """A sound log held against nodes; `events` and `again` are its lines, walked once each."""
    log, answer = _Log(events), Held()
    by_chain: dict[int, list[Node]] = {}
    for node in nodes:
        by_chain.setdefault(node.chain_id(), []).append(node)
    wanted = {event.round: event.keys_as_of for record in log.said if isinstance(event := record.event, ClaimsOpened)}
    rounds = claimable(again, {str(name): int(seq) for name, seq in wanted.items()}) if wanted else {}
    contracts: dict[tuple[int, str], int] = {}
    try:
        for record in log.said:
            event, answer.seq = record.event, record.seq
            assert isinstance(event, HeadAnchored | DecisionSent | ClaimsOpened)
            asked = by_chain.get(event.where.chain_id, [])
            if AnchorId.of(record.seq) in log.unwound or not asked:
                answer.checked["elsewhere" if not asked else "unwound"] += 1
                continue
            for node in asked:
                _hold(node, log, rounds, record)
            answer.checked[_sort(event)] += 1
            if isinstance(event, HeadAnchored):
                contracts[event.where.chain_id, event.where.contract] = record.seq
        # A log that was cut off before its first anchor names none, but its charter says where they would be.
        for (chain, contract), answer.seq in (log.named | contracts).items():
            for node in by_chain.get(chain, []):
                if (chain, contract) in contracts or _is_ours(node, log, contract):
                    _hold_newest(node, log, contract)
    except Refusal as problem:
        answer.problem = problem
    return answer


def _sort(event: Event) -> str:
    return "heads" if isinstance(event, HeadAnchored) else "claims" if isinstance(event, ClaimsOpened) else "decisions"


def _hold(node: Node, log: _Log, rounds: dict[str, Claimable], record: Record[Event]) -> None:
    """Refuse what does not stand where its event says."""
    event = record.event
    if isinstance(event, HeadAnchored):
        receipt = standing(node, event.where)
        if (node.name, event.where.contract) not in log.contracts_checked:
            heads.check_contract(node, event.where.contract, log.origin)
            log.contracts_checked.add((node.name, event.where.contract))
        if heads.Written(event.size, bytes.fromhex(event.root)) not in heads.written_in(receipt, event.where.contract):
            raise missing(event.where, "wrote another head than that of {size} events", size=event.size)
    elif isinstance(event, DecisionSent):
        _hold_decision(log, event, standing(node, event.where))
    else:
        assert isinstance(event, ClaimsOpened)
        standing(node, event.where)
        _hold_claims(node, rounds[event.round], event)


def standing(node: Node, where: OnChain) -> Receipt:
    """The receipt of what stands in a block; refused where that block, or the transaction in it, is not of the node's chain."""
    if node.height() < where.block:
        raise missing(where, "is in a block that the node at {name} does not have yet", name=node.name)
    if node.block_hash(where.block) != f"0x{where.block_hash}":
        raise missing(where, "is in a block that is not of the chain any more, or never was")
    receipt = node.receipt(f"0x{where.transaction}")
    if receipt is None or (receipt.block, receipt.block_hash) != (where.block, f"0x{where.block_hash}"):
        raise missing(where, "is not in that block")
    if not receipt.done:
        raise missing(where, "has failed")
    return receipt


def _is_ours(node: Node, log: _Log, contract: str) -> bool:
    """Whether a contract is there, and for heads of this log: a charter may name one before it is deployed."""
    try:
        heads.check_contract(node, contract, log.origin)
    except Refusal as no:
        if no.code == "contract_foreign":
            return False
        raise
    return True


def _hold_newest(node: Node, log: _Log, contract: str) -> None:
    """The contract's newest head is one of this log: an older copy, or another history, is found by it."""
    newest = heads.newest(node, contract)
    if newest.size > log.tree.size:
        fact = "holds a head of {size} events, and this log has {count}: it is an older copy, or was cut short"
    elif newest.size and log.tree.root(newest.size) != newest.root:
        fact = "holds another history: a head of {size} events under another root"
    else:
        return
    raise refuse(
        "log_went_back", "contract {contract}", fact, "ask for the whole log", contract=contract, size=newest.size, count=log.tree.size
    )


def _hold_decision(log: _Log, event: DecisionSent, receipt: Receipt) -> None:
    """What decisions.vy says names the poll by the leaf hash of its opening, and its result by that of its final decision. Of another
    contract, only that it was called, or spoke."""
    poll, contract = log.opened.get(event.poll, b""), event.where.contract
    logs = [one for one in receipt.logs if one.address == contract]
    ours = [one for one in logs if one.topics and one.topics[0] in decisions.STEPS.values()]
    if not ours:
        if not logs and receipt.to != contract:
            raise missing(event.where, "has nothing to do with contract {contract}", contract=contract)
        return
    fitting = [one for one in ours if one.topics == (decisions.STEPS[event.step], "0x" + poll.hex())]
    if not fitting:
        raise missing(event.where, "is no step {step} of poll {poll}", step=event.step, poll=event.poll)
    if event.step == "queued" and fitting[0].data[2:66] != log.final.get(event.poll, b"").hex():
        raise missing(event.where, "has queued another result than the final decision of poll {poll}", poll=event.poll)


def _hold_claims(node: Node, round_: Claimable, event: ClaimsOpened) -> None:
    """The contract pays the log's own shares of this very round, and can."""
    times, rest = divmod(event.total, round_.sum) if round_.sum else (0, 1)
    if rest or not times or round_.tree(times).root.hex() != event.root:
        raise missing(event.where, "holds other claims than the shares of round {round}", round=event.round)
    facts = payouts.facts(node, event.where.contract)
    if facts.root.hex() != event.root or facts.round != round_.opened:
        raise missing(event.where, "made a contract for other claims than those of round {round}", round=event.round)
    claimed = payouts.claimed(node, event.where.contract)
    if not claimed.swept and facts.balance < event.total - claimed.amount:
        raise missing(
            event.where, "made a contract that has {balance} for claims of {left}", balance=facts.balance, left=event.total - claimed.amount
        )


def missing(where: OnChain, fact: str, **values: object) -> Refusal:
    return refuse(
        "anchor_missing", "transaction 0x{transaction} on chain {chain}", fact, "do not rely on it, and show others the log",
        transaction=where.transaction, chain=where.chain_id, **values,
    )  # fmt: skip
