"""What it cost on the chain, and where it stands: a table out of the journals, each figure from the node's receipts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from api.chain_demo.stage import Cheat, Stage

STEPS = {
    "opened": "a decision pinned as its poll opens",
    "queued": "its result handed over, signed by the council",
    "executed": "carried out",
}


class Row(NamedTuple):
    """`gas` of it, and the address of the contract that it made or called."""

    what: str
    gas: int
    address: str


def rows(stage: Stage) -> list[Row]:
    """Each thing that was sent for the community, in the order in which it came about; what a thief sent is not among them."""
    written = _written(stage)
    claims = [row for row in written if row.what == "claim"]
    made = [row for row in written if row.what != "claim"]
    if claims:
        least, most = min(row.gas for row in claims), max(row.gas for row in claims)
        made.append(Row(f"{len(claims)} claims, {least:,} to {most:,} gas each", sum(row.gas for row in claims), claims[0].address))
    return made


def lines(table: Sequence[Row]) -> list[str]:
    """The table for people, with its sum."""
    widest = max(len(row.what) for row in table)
    shown = [f"{row.what:{widest}}  {row.gas:>10,}  {row.address}" for row in table]
    return [f"{'on the chain':{widest}}  {'gas':>10}  contract", *shown, f"{'in all':{widest}}  {sum(row.gas for row in table):>10,}"]


def cheat_lines(cheats: Sequence[Cheat]) -> list[str]:
    widest = max(len(cheat.tried) for cheat in cheats)
    numbered = [f"{number:>2}  {cheat.tried:{widest}}  {cheat.refused_by}" for number, cheat in enumerate(cheats, 1)]
    return [f"{len(cheats)} ways to cheat, each tried and refused; what went to the chain all the same has failed there:", *numbered]


def _written(stage: Stage) -> list[Row]:
    from contracts.abi import checksummed

    found = []
    for file in _journals(stage):
        for about, transaction in _settled(file):
            receipt = stage.node.receipt(transaction)
            assert receipt is not None and receipt.gas is not None, "it stands, and the node says what it took"
            address = receipt.contract or receipt.to
            assert address is not None
            found.append((receipt.block, Row(_called(about), receipt.gas, checksummed(address))))
    return [row for _, row in sorted(found, key=lambda one: one[0])]


def _journals(stage: Stage) -> list[Path]:
    from api.chain_demo.stage import DEPLOYING
    from api.paying import JOURNAL

    claims = sorted((stage.place / "claims" / "members").glob(".*.journal"))
    return [stage.place / DEPLOYING, stage.moot / JOURNAL, *claims]


def _settled(file: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """What each intent of a journal was for, and the transaction that did it."""
    from contracts.journal import opened

    with opened(file) as journal:
        for intent in journal.intents:
            assert intent.state == "settled", "nothing of it waits, or failed"
            yield intent.about, intent.signed[-1].transaction


def _called(about: dict[str, Any]) -> str:
    what = about["what"]
    if what == "decision":
        return STEPS[about["step"]]
    if what == "head":
        return f"a head of {about['size']:,} events"
    return {
        "deploy": "checkpoints.vy deployed",
        "decisions": "decisions.vy deployed, with its funds",
        "claims": "payouts.vy deployed, with the pot",
    }.get(what, what)
