"""Paying for what stands on a chain: whose account, through which node, agreed to by whom, and each thing done once."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api import keys
from api.terminal import say
from engine.refusals import refuse

if TYPE_CHECKING:
    from contracts.journal import Journal
    from contracts.node import Receipt
    from contracts.sender import Cost, Sender
    from engine.community import Community

JOURNAL = "anchors.journal"
"""Beside the log: what is meant to be done on a chain, before it is done."""
SECONDS, SECONDS_FIRST = 4.0, 0.25
"""Between two looks at a chain whose blocks come every two to twelve seconds; the first looks come sooner, for chains that are quicker."""

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The community's folder.")]
Rpc = Annotated[str | None, typer.Option("--rpc", metavar="URL", envvar="FOLKMOOT_RPC", help="A node of the chain; or in FOLKMOOT_RPC.")]
Keystore = Annotated[Path | None, typer.Option(metavar="FILE", help="The keystore of the account that pays.")]
Actor = Annotated[str, typer.Option("--as", help="Who records it: a member whose role may anchor.")]
MaxFee = Annotated[str, typer.Option(metavar="GWEI", help="The most that is ever offered for a unit of gas.")]
Yes = Annotated[bool, typer.Option("--yes", help="Pay without asking.")]
Wait = Annotated[bool, typer.Option("--wait/--no-wait", help="Stay until it is deep enough; or go, and run this again later.")]


def made(
    sender: Sender, journal: Journal, data: bytes, about: dict[str, Any], agrees: Callable[[str, Cost], None], what: str, value: int = 0
) -> Receipt:
    """The receipt of a contract that an intent makes: one begun before is gone on with, and one made is found again."""
    receipt = done(sender, journal, None, data, about, agrees, what, value)
    assert receipt.contract is not None, "the chain makes one, or the transaction fails"
    return receipt


def done(
    sender: Sender,
    journal: Journal,
    to: str | None,
    data: bytes,
    about: dict[str, Any],
    agrees: Callable[[str, Cost], None],
    what: str,
    value: int = 0,
) -> Receipt:
    """The receipt of what an intent does, once a block deep enough holds it. However often it is asked, it is done once."""
    intent = next(
        (one for one in journal.intents if one.about == about and one.chain_id == sender.chain_id and one.state != "failed"), None
    )
    if intent is not None and intent.account != sender.account:
        raise refuse(
            "account_busy", "{what}", "was begun with account {account}", "go on with its keystore: another would pay it again",
            what=what, account=intent.account,
        )  # fmt: skip
    if intent is None:
        agrees(what, sender.cost(to, data, value))
        intent = sender.intend(to, data, about, value)
        sender.pursue(intent)
    looks = pauses()
    while (receipt := sender.pursue(intent)) is None:
        if intent.state == "displaced":
            raise refuse("transaction_failed", "the account", "was used elsewhere at the same time", "look what it sent, and ask again")
        time.sleep(next(looks))
    if not receipt.done:
        from api.on_chain import failed

        journal.end(intent, "failed")
        raise failed(receipt)
    if intent.state == "open":
        journal.end(intent, "settled")
    return receipt


def pauses() -> Iterator[float]:
    """How long to wait before each next look, in seconds.

    >>> from itertools import islice
    >>> list(islice(pauses(), 6))
    [0.25, 0.5, 1.0, 2.0, 4.0, 4.0]
    """
    pause = SECONDS_FIRST
    while True:
        yield min(pause, SECONDS)
        pause = min(2 * pause, SECONDS)


@contextmanager
def paying(
    folder: Path,
    rpc: str | None,
    keystore: Path | None,
    password_file: list[Path] | None,
    max_fee: str,
    chain_id: int | None,
    confirmations: int,
    journal_name: str = JOURNAL,
) -> Iterator[tuple[Sender, Journal]]:
    """Somebody's account on the chain behind a node, and the journal of what it is meant to do."""
    from contracts.journal import opened
    from contracts.node import Node
    from contracts.sender import Sender, Terms, read_gwei

    terms = Terms(read_gwei(max_fee), confirmations)
    node = Node.connect(given(rpc, "--rpc"))
    key = keys.opened([given(keystore, "--keystore")], password_file)[0]
    with opened(folder / journal_name) as journal:
        yield Sender(node, key, journal, node.chain_id() if chain_id is None else chain_id, terms), journal


def deep_on(community: Community, chain_id: int) -> int:
    """How deep the charter asks a block of a chain to be; refused where it names no place on that chain."""
    from engine.features.anchors.state import chains
    from engine.features.anchors.terms import AnchorTerms
    from engine.kernel import charter as charters

    with community.reading() as state:
        charter = charters.in_force(state)
        named, places = chains(charter), charter[AnchorTerms].by_name.values()
    if chain_id not in named:
        raise refuse(
            "chain_foreign", "chain {chain}", "is none of the charter's", "give a node of one of them: {known}",
            chain=chain_id, known=", ".join(map(str, sorted(named))) or "none",
        )  # fmt: skip
    return max(place.confirmations for place in places if place.chain_id == chain_id)


def asking(yes: bool, as_json: bool) -> Callable[[str, Cost], None]:
    """Show what something costs, and go on once somebody agrees."""

    def agrees(what: str, cost: Cost) -> None:
        from contracts.sender import coins

        said = f"{what}: {cost.gas:,} gas, {coins(cost.now)} at today's fee, at most {coins(cost.most)} of the chain's coin"
        if not as_json:
            say(f"To write {said}.", sys.stderr)
        if yes:
            return
        if not sys.stdin.isatty():
            raise refuse("field_missing", "--yes", "is not given, and nobody is here to agree to {said}", "give it", said=said)
        if not typer.confirm("Pay that?", err=True):
            raise typer.Abort

    return agrees


def given(value: Any, name: str) -> Any:
    if value is None:
        raise refuse("field_missing", "{name}", "is not given", "name it", name=name)
    return value
