"""Signed heads and receipts held against a log: those it has itself, and those that somebody kept.

An operator who writes history anew can sign it anew. What he cannot do is to take back a head or a receipt that somebody
has: whoever holds one against the log sees whether the same key has signed two histories.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from engine.kernel.found import Founding
from engine.kernel.loss import LossDeclared, check_head, hold_against, is_declared
from engine.log.checkpoint import Checkpoint, Verifier, read_checkpoint, read_proof
from engine.log.json import parse
from engine.log.merkle import Tile, Tree, leaf_hash
from engine.refusals import Refusal, refuse
from engine.state import State


class KeptReceipt(NamedTuple):
    """What somebody kept of an event: its line, canonical, and the `.tlog-proof` that came with it."""

    line: bytes
    proof: str

    @property
    def seq(self) -> int:
        stated = parse(self.line, "the receipt")
        seq = stated.get("seq") if isinstance(stated, dict) else None
        if type(seq) is not int:
            raise refuse("proof_wrong", "the receipt", "holds no event", "give the event with its proof, as a door has given it")
        return seq

    @property
    def note(self) -> str:
        """The signed head that its proof leads to."""
        return self.proof.partition("\n\n")[2]


def check_receipt(state: State, receipt: KeptReceipt, leaf: bytes | None) -> None:
    """Refuse a log that does not continue the head of a receipt, or has another event where the receipt has its own: `leaf` is the
    hash that stands there, None beyond the end. A loss that the log declares excuses no receipt: its event is not there.
    """
    index, head = read_proof(receipt.proof, leaf_hash(receipt.line), Verifier.read(state[Founding].key))
    if index != receipt.seq:
        raise refuse(
            "proof_wrong", "the receipt", "proves event {index} and shows event {seq}", "ask for a new one", index=index, seq=receipt.seq
        )
    if leaf != leaf_hash(receipt.line) and is_declared(state, head):
        raise refuse(
            "log_went_back", "the log", "has lost event {seq}, which its key had signed for, and says so itself (DeclareLoss)",
            "ask that it be done again, and show the receipt", seq=index,
        )  # fmt: skip
    if leaf not in (None, leaf_hash(receipt.line)):
        raise refuse(
            "log_went_back", "the log", "is another history: the same key signed for another event {seq}",
            "do not rely on it, and show others the receipt", seq=index,
        )  # fmt: skip
    check_head(state, receipt.note)


def check_heads(state: State, checkpoints: Iterable[tuple[int, str]], by_key_alone: bool) -> Iterator[int]:
    """The sizes of a log's own signed heads, each held against its events. `by_key_alone`: as the log's key writes them, nothing besides."""
    verifier = Verifier.read(state[Founding].key)
    for head, note in _fitting(state.tree, verifier, checkpoints):
        if by_key_alone and not (note.startswith(f"{head.body()}\n") and note.count("\n") == head.body().count("\n") + 2):
            raise refuse(
                "checkpoint_wrong", "the head of size {size}", "says more than a head does", "restore it from a copy", size=head.size
            )
        yield head.size


def _fitting(tree: Tree, verifier: Verifier, checkpoints: Iterable[tuple[int, str]]) -> Iterator[tuple[Checkpoint, str]]:
    """A log's own heads, each with its note, as long as they are of its events."""
    for size, note in checkpoints:
        head = read_checkpoint(note, verifier)
        if head.size != size or size > tree.size:
            raise refuse(
                "checkpoint_wrong", "the head of size {size}", "does not fit a log of {count}", "ask for the whole log",
                size=head.size, count=tree.size,
            )  # fmt: skip
        if head.root != tree.root(size):
            raise refuse("checkpoint_wrong", "the head of size {size}", "has another root than its events", "do not rely on it", size=size)
        yield head, note


def broken_head(lines: Iterable[tuple[int, bytes]], checkpoints: Iterable[tuple[int, str]], kept: Iterable[str | None]) -> Refusal | None:
    """What is wrong with the signed heads of a log and those somebody kept, its events taken as bytes only; None when they fit."""
    tree, key, lost = Tree(), "", set[str]()
    try:
        for seq, data in lines:
            line = parse(data, f"event {seq}")
            key = key or str(line["body"]["key"])
            if line["kind"] == LossDeclared.kind:
                lost.add(str(line["body"]["head"]))
            tree.append(leaf_hash(data))
        verifier = Verifier.read(key)
        for _ in _fitting(tree, verifier, checkpoints):
            pass
        excused = [read_checkpoint(note, verifier) for note in lost]
        for head in (read_checkpoint(note, verifier) for note in kept if note is not None):
            if head not in excused:
                hold_against(tree, head)
    except Refusal as problem:
        return problem
    except Exception as fault:  # noqa: BLE001 - whatever its bytes are, they do not stand under a head
        return refuse("log_broken", "the log", "has events that cannot be read: {sort}", "ask for the whole log", sort=type(fault).__name__)
    return None


def check_tiles(state: State, tiles: Iterable[Tile]) -> int:
    """The stored parts of the tree are those of these events, and all of them; gives how many there are."""
    count = 0
    for level, index, hashes in tiles:
        count += 1
        if state.tree.full_tile(level, index) != hashes:
            raise refuse(
                "log_broken", "tile {level}/{index}", "does not hold its events' hashes", "restore it from a copy", level=level, index=index
            )
    whole, size = 0, state.seq >> 8
    while size:
        whole, size = whole + size, size >> 8
    if count != whole:
        raise refuse("log_broken", "the tree", "has {count} of {whole} tiles", "restore the database from a copy", count=count, whole=whole)
    return count
