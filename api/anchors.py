"""`folkmoot anchor`: the newest head written somewhere nobody here controls, its cost shown first."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api import carrying, keys
from api.paying import JOURNAL, Actor, Folder, Keystore, MaxFee, Rpc, Wait, Yes, asking, given, made, pauses, paying
from api.terminal import AsJson, answer
from engine.refusals import refuse

if TYPE_CHECKING:
    from api.anchor_clock import AnchorTask
    from api.anchoring import Place, Step
    from api.on_chain import ChainPlace
    from contracts.journal import Journal
    from contracts.node import Receipt
    from contracts.sender import Cost, Sender
    from engine.community import Community

app = typer.Typer()


@app.command()
def anchor(
    folder: Folder,
    rpc: Rpc = None,
    keystore: Keystore = None,
    to: Annotated[Path | None, typer.Option(metavar="DIR", help="Instead of a chain: a folder that somebody else keeps.")] = None,
    place: Annotated[str | None, typer.Option(metavar="NAME", help="Which place of the charter, where it names several.")] = None,
    deploy: Annotated[bool, typer.Option("--deploy", help="Deploy the contract that the charter is to name.")] = False,
    actor: Actor = "m1",
    max_fee: MaxFee = "100",
    yes: Yes = False,
    wait: Wait = True,
    password_file: keys.PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Write the newest head of the log on a chain, or into somebody else's folder, and record where it stands."""
    from api.anchoring import check_right
    from api.on_file import FilePlace
    from engine.store.folder import opened

    # A node may be named for good, in FOLKMOOT_RPC: it is the keystore that says a chain is meant.
    if (to is None and rpc is None) or (to is not None and keystore is not None):
        raise refuse("field_missing", "where to", "is not said, or said twice", "give --rpc and --keystore, or --to")
    with opened(folder) as community:
        if deploy:
            _deploy(community, folder, rpc, keystore, password_file, max_fee, yes, as_json)
            return
        check_right(community, actor)
        name = _place(community, place, on_chain=to is None)
        if to is not None:
            _ended(as_json, [_steps(community, FilePlace(name, to), actor, True)], name)
            return
        with on_chain(community, folder, name, rpc, keystore, password_file, max_fee) as (there, journal):
            agrees = asking(yes, as_json)
            carried = carrying.due(community, there.sender, journal, actor, agrees)
            done = _anchored(community, there, actor, agrees, wait)
        _ended(as_json, done, name, carried)


def _anchored(community: Community, place: ChainPlace, actor: str, agrees: Callable[[str, Cost], None], wait: bool) -> list[Step]:
    """What was begun before is gone on with first; then, once somebody agrees to the cost, the newest head."""
    from api.anchoring import newest_worth

    done, looks = [_steps(community, place, actor, False)], pauses()
    while wait and done[-1].waits:
        time.sleep(next(looks))
        done.append(_steps(community, place, actor, False))
    if done[-1].waits or (head := newest_worth(community, place.name)) is None:
        return done
    agrees(f"the head of {head.size:,} events in {place.contract} on chain {place.sender.chain_id}", place.cost(head))
    done.append(_steps(community, place, actor, True))
    looks = pauses()
    while wait and done[-1].waits:
        time.sleep(next(looks))
        done.append(_steps(community, place, actor, False))
    return done


def _steps(community: Community, place: Place, actor: str, begins: bool) -> Step:
    from api.anchoring import step

    return step(community, place, actor, begins)


def _ended(as_json: bool, done: list[Step], place: str, carried: Sequence[str] = ()) -> None:
    recorded = [name for step in done for name in step.recorded]
    unwound = [name for step in done for name in step.unwound]
    begun = next((step.begun for step in done if step.begun is not None), None)
    waits = done[-1].waits
    lines = [f"{name} was unwound: the chain has left its block behind. It is written again." for name in unwound]
    lines += [f"Recorded as {name}: it stands at {place}." for name in recorded]
    lines += [f"The decision of {poll} is carried out." for poll in carried]
    if waits:
        lines.append("It is sent, and waits for its block to be deep enough: run this again.")
    if not lines:
        lines.append(f"Nothing has happened since the last head at {place}.")
    answer(
        {"place": place, "begun": begun, "recorded": recorded, "unwound": unwound, "waits": waits, "carried": list(carried)}, as_json, lines
    )


def _deploy(
    community: Community,
    folder: Path,
    rpc: str | None,
    keystore: Path | None,
    password_file: list[Path] | None,
    max_fee: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Deploy the contract for the heads of a community's log, and say how the charter names it."""
    from engine.kernel.found import Founding

    with community.reading() as state:
        origin = state[Founding].origin
    with paying(folder, rpc, keystore, password_file, max_fee, None, 1) as (sender, journal):
        address = deployed(sender, journal, origin, asking(yes, as_json)).contract
        lines = [f"Deployed at {address} on chain {sender.chain_id}. Name it in the charter:", "", "[anchors.chain]"]
        lines += [f"chain_id = {sender.chain_id}", f'contract = "{address}"', "confirmations = 12"]
        answer({"contract": address, "chain_id": sender.chain_id}, as_json, lines)


def deployed(sender: Sender, journal: Journal, origin: str, agrees: Callable[[str, Cost], None]) -> Receipt:
    """The receipt of the contract for heads of the log of that origin: deployed once, however often it is asked, for an intent stands in the journal."""
    from contracts.heads import creation

    return made(sender, journal, creation(origin), {"what": "deploy", "origin": origin}, agrees, "a contract for your heads")


@contextmanager
def on_chain(
    community: Community,
    folder: Path,
    name: str,
    rpc: str | None,
    keystore: Path | None,
    password_file: list[Path] | None,
    max_fee: str,
) -> Iterator[tuple[ChainPlace, Journal]]:
    """A place of the charter that is on a chain, ready to be written to."""
    from api.on_chain import ChainPlace
    from contracts.journal import opened
    from contracts.node import Node
    from contracts.sender import read_gwei

    fee_max, node = read_gwei(max_fee), Node.connect(given(rpc, "--rpc"))
    key = keys.opened([given(keystore, "--keystore")], password_file)[0]
    with opened(folder / JOURNAL) as journal:
        yield ChainPlace(community, name, node, key, journal, fee_max), journal


def task(
    folder: Path,
    rpc: str | None,
    keystore: Path | None,
    to: Path | None,
    password_file: list[Path] | None,
    max_fee: str,
    actor: str,
    every_minutes: int,
) -> AnchorTask | None:
    """What `folkmoot serve` does of it, as its options say; None where they say nothing. The keystore is opened now, by who starts it."""
    from api.anchor_clock import AnchorTask

    if rpc is None and to is None:
        return None
    if to is not None:
        from api.on_file import FilePlace

        return AnchorTask(lambda community: nullcontext(FilePlace(_place(community, None, False), to)), actor, every_minutes)
    from api.on_chain import ChainPlace
    from contracts.journal import opened
    from contracts.node import Node
    from contracts.sender import read_gwei

    fee_max, node = read_gwei(max_fee), Node.connect(given(rpc, "--anchor-rpc"))
    key = keys.opened([given(keystore, "--anchor-keystore")], password_file)[0]

    @contextmanager
    def place(community: Community) -> Iterator[Place]:
        with opened(folder / JOURNAL) as journal:
            yield ChainPlace(community, _place(community, None, True), node, key, journal, fee_max)

    return AnchorTask(place, actor, every_minutes)


def _place(community: Community, name: str | None, on_chain: bool) -> str:
    """The place that is meant: the one of its sort, where nobody names it."""
    from engine.features.anchors.terms import AnchorTerms, place_of
    from engine.kernel import charter as charters

    with community.reading() as state:
        charter = charters.in_force(state)
        fitting = [one for one, place in charter[AnchorTerms].by_name.items() if bool(place.chain_id) == on_chain]
        if name is not None:
            place_of(charter, name)
            return name
    if len(fitting) != 1:
        raise refuse(
            "field_missing", "--place", "is not given, and the charter names {count} that fit", "name one: {known}",
            count=len(fitting), known=", ".join(fitting) or "add [anchors.…] to the charter first",
        )  # fmt: skip
    return fitting[0]
