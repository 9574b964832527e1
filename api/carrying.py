"""`folkmoot carry`: a decision taken through `contracts/decisions.vy`, a step at a time: pinned when its poll opens, its result handed over with the
council's signatures once it is final, and carried out when nobody has stopped it. Each step that stands is recorded in the log.

A step is looked for before it is sent: whoever else did it, or a process that was killed, has done it for good. What a decision does is in a
file beside it; the journal keeps a copy, so that `folkmoot anchor` can carry out what is due.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from api import keys
from api.paying import Actor, Folder, Keystore, MaxFee, Rpc, Yes, asking, deep_on, done, paying
from api.terminal import AsJson, answer

if TYPE_CHECKING:
    from contracts.actions import Action
    from contracts.journal import Journal
    from contracts.node import Receipt
    from contracts.sender import Cost, Sender
    from engine.community import Community

app = typer.Typer()
STEPS = ("opened", "queued", "executed")
FITS = {"opened": "unknown", "queued": "open", "executed": "ready"}
"""The stage at which each step can be done."""


class Carried(NamedTuple):
    """The steps recorded now, how the decision stands on the chain, and what its council would sign, where that is what it waits for."""

    recorded: tuple[str, ...]
    stage: str
    to_sign: str | None


@app.command()
def carry(
    folder: Folder,
    poll: Annotated[str, typer.Argument(metavar="POLL", help="The poll, open or decided.")],
    file: Annotated[Path, typer.Argument(metavar="ACTIONS.json", help='What it does: [{"target": "0x…", "value": "0", "data": "0x…"}]')],
    contract: Annotated[str, typer.Option(metavar="ADDRESS", help="The community's decisions.vy.")],
    signature: Annotated[list[str] | None, typer.Option(metavar="0x…", help="A council seat's signature of the result; give each.")] = None,
    rpc: Rpc = None,
    keystore: Keystore = None,
    actor: Actor = "m1",
    max_fee: MaxFee = "100",
    yes: Yes = False,
    password_file: keys.PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Do the next steps of a decision on a chain: open, queue with the council's signatures, execute; and record them."""
    from api.anchoring import check_right
    from api.calldata import ACTIONS_BYTES_MAX
    from contracts.abi import encoder
    from contracts.actions import read
    from engine.store.atomic_files import read_small
    from engine.store.folder import opened

    encoder(("address",))((contract,))  # refuses what is none
    actions = read(read_small(file, ACTIONS_BYTES_MAX))
    with opened(folder) as community:
        check_right(community, actor)
        with paying(folder, rpc, keystore, password_file, max_fee, None, 1) as (sender, journal):
            sender = sender.waiting_for(deep_on(community, sender.chain_id))
            carried = steps(community, sender, journal, poll, contract.lower(), actions, signature or [], actor, asking(yes, as_json))
    lines = [f"Recorded: {poll} is {step}." for step in carried.recorded]
    lines.append(f"In {contract} on the chain it is {carried.stage}.")
    if carried.to_sign is not None:
        lines.append(f"Its council signs {carried.to_sign}: give each seat's signature by --signature.")
    answer({"recorded": list(carried.recorded), "stage": carried.stage, "to_sign": carried.to_sign}, as_json, lines)


def steps(
    community: Community,
    sender: Sender,
    journal: Journal,
    poll: str,
    contract: str,
    actions: Sequence[Action],
    signatures: Sequence[str],
    actor: str,
    agrees: Callable[[str, Cost], None],
) -> Carried:
    """Do and record all the steps that can be done now."""
    from api.anchoring import record
    from contracts import decisions
    from engine.features.anchors.send import RecordDecision
    from engine.features.anchors.state import Anchors, OnChain
    from engine.features.polls.state import PollId, poll_of
    from engine.values import Address, Digest

    with community.reading() as state:
        opened = bytes.fromhex(poll_of(state, poll).opened)
        there = {one.step for one in state[Anchors].of(poll)}
    recorded: list[str] = []
    for step in STEPS:
        if step in there:
            continue
        receipt = _done_by_anybody(sender, contract, step, opened)
        stage = decisions.stage(sender.node, contract, opened)
        if receipt is None and stage == FITS[step]:
            data = _data(community, sender, step, poll, contract, opened, actions, signatures)
            if data is None:
                return Carried(tuple(recorded), stage, _to_sign(community, sender, poll, contract, opened))
            about = {"what": "decision", "poll": poll, "step": step, "contract": contract, "actions": [_written(one) for one in actions]}
            receipt = done(sender, journal, contract, data, about, agrees, f"that {poll} is {step}")
        if receipt is None:
            return Carried(tuple(recorded), stage, None)
        where = OnChain(sender.chain_id, Address(contract), Digest(receipt.transaction[2:]), receipt.block, Digest(receipt.block_hash[2:]))
        record(community, actor, RecordDecision(PollId(poll), step, where))  # type: ignore[arg-type]
        recorded.append(step)
    return Carried(tuple(recorded), decisions.stage(sender.node, contract, opened), None)


def due(community: Community, sender: Sender, journal: Journal, actor: str, agrees: Callable[[str, Cost], None]) -> list[str]:
    """Carry out the decisions that were queued from here and can be executed now; gives their polls."""
    from contracts import decisions
    from contracts.abi import checksummed
    from contracts.actions import Action
    from engine.features.anchors.state import Anchors
    from engine.features.polls.state import poll_of

    carried = []
    for intent in list(journal.intents):
        if (intent.about["what"], intent.about.get("step"), intent.chain_id) != ("decision", "queued", sender.chain_id):
            continue
        poll, contract = intent.about["poll"], intent.about["contract"]
        with community.reading() as state:
            recorded = {one.step for one in state[Anchors].of(poll)}
            opened = bytes.fromhex(poll_of(state, poll).opened)
        if "executed" in recorded or decisions.stage(sender.node, contract, opened) not in ("ready", "executed"):
            continue
        actions = [Action(checksummed(one["target"]), int(one["value"]), bytes.fromhex(one["data"][2:])) for one in intent.about["actions"]]
        if steps(community, sender, journal, poll, contract, actions, [], actor, agrees).recorded:
            carried.append(poll)
    return carried


def _done_by_anybody(sender: Sender, contract: str, step: str, opened: bytes) -> Receipt | None:
    """The receipt of a step that stands there, as deep as asked."""
    from contracts import decisions

    height = sender.node.height()
    for log in reversed(decisions.said(sender.node, contract, step, opened)):
        receipt = sender.node.receipt(log.transaction)
        if receipt is not None and receipt.done and sender.holds(receipt, height):
            return receipt
    return None


def _data(
    community: Community,
    sender: Sender,
    step: str,
    poll: str,
    contract: str,
    opened: bytes,
    actions: Sequence[Action],
    signatures: Sequence[str],
) -> bytes | None:
    """The call that does a step; None where it waits for the council's signatures."""
    from contracts import decisions

    if step == "opened":
        return decisions.open_data(opened, actions)
    if step == "executed":
        return decisions.execute_data(opened, actions)
    if not signatures:
        return None
    result = _result(community, poll)
    signed = decisions.digest(sender.node, contract, sender.chain_id, opened, result)
    return decisions.queue_data(opened, actions, result, signed, signatures)


def _to_sign(community: Community, sender: Sender, poll: str, contract: str, opened: bytes) -> str | None:
    """What the council signs; None until the decision is final."""
    from contracts import decisions
    from engine.features.polls.state import poll_of

    with community.reading() as state:
        if not poll_of(state, poll).final:
            return None
    return "0x" + decisions.digest(sender.node, contract, sender.chain_id, opened, _result(community, poll)).hex()


def _result(community: Community, poll: str) -> bytes:
    from api.calldata import final_decision

    return final_decision(community, poll).final


def _written(action: Action) -> dict[str, str]:
    return {"target": action.target, "value": str(action.value), "data": "0x" + action.data.hex()}
