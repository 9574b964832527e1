"""`folkmoot calldata`: a final decision carried to governance that is there already: a Governor, a Timelock or a Safe, and how it stands there.

Nothing is sent: whoever may do so there sends it, with her own wallet. What it would do is in a file beside the decision; its digest is shown, to be
compared with the one that the poll's question named.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from api.paying import Folder, Rpc
from api.terminal import AsJson, answer
from engine.refusals import refuse

if TYPE_CHECKING:
    from contracts.actions import Action
    from contracts.node import Node
    from engine.community import Community

app = typer.Typer()
ACTIONS_BYTES_MAX = 2_000_000
"""Thirty-two actions with all the data they may have, written out."""
Address = str


class Decision(NamedTuple):
    """A final decision: the log's name, the poll, and the leaf hashes of its opening and of its end."""

    origin: str
    poll: str
    opened: bytes
    final: bytes


@app.command()
def calldata(
    folder: Folder,
    poll: Annotated[str, typer.Argument(metavar="POLL", help="A poll whose decision is final.")],
    file: Annotated[Path, typer.Argument(metavar="ACTIONS.json", help='What it does: [{"target": "0x…", "value": "0", "data": "0x…"}]')],
    governor: Annotated[str | None, typer.Option(metavar="ADDRESS", help="An OpenZeppelin Governor.")] = None,
    timelock: Annotated[str | None, typer.Option(metavar="ADDRESS", help="An OpenZeppelin TimelockController.")] = None,
    safe: Annotated[str | None, typer.Option(metavar="ADDRESS", help="A Safe.")] = None,
    proposer: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Of a Governor: who alone may propose it.")] = None,
    delay: Annotated[int, typer.Option(min=0, metavar="SECONDS", help="Of a Timelock: no less than its own least.")] = 172_800,
    chain_id: Annotated[int | None, typer.Option(min=1, help="Of a Safe: its chain, where no node is asked.")] = None,
    nonce: Annotated[int | None, typer.Option(min=0, help="Of a Safe: the nonce of the first action, where no node is asked.")] = None,
    signature: Annotated[list[str] | None, typer.Option(metavar="0x…", help="Of a Safe: an owner's signature of its one action.")] = None,
    rpc: Rpc = None,
    as_json: AsJson = False,
) -> None:
    """Show the calls that carry a decision to a Governor, a Timelock or a Safe; with --rpc also how it stands there."""
    from contracts.abi import encoder
    from contracts.actions import digest, read
    from contracts.node import Node
    from engine.store.atomic_files import read_small
    from engine.store.folder import opened

    given = [(name, address) for name, address in (("governor", governor), ("timelock", timelock), ("safe", safe)) if address is not None]
    if len(given) != 1:
        raise refuse("field_missing", "where to", "is not said, or said twice", "give one of --governor, --timelock and --safe")
    encoder(("address", "address"))((given[0][1], proposer or given[0][1]))  # refuses what is none
    actions = read(read_small(file, ACTIONS_BYTES_MAX))
    with opened(folder) as community:
        decision = final_decision(community, poll)
    node = None if rpc is None else Node.connect(rpc)
    if governor is not None:
        shown = _governor(decision, actions, governor, proposer, node)
    elif timelock is not None:
        shown = _timelock(decision, actions, timelock, delay, node)
    else:
        shown = _safe(actions, given[0][1], chain_id, nonce, signature or [], node)
    shown = {"to": given[0][1], "actions": f"0x{digest(actions).hex()}"} | shown
    lines = [f"The actions' digest is {shown['actions']}: compare it with what the poll named.", f"To {shown['to']}:"]
    lines += [f"  {step}: {data}" for step, data in shown["calls"].items()]
    answer(shown, as_json, lines + ([f"There it is {shown['state']}."] if "state" in shown else []))


def _governor(decision: Decision, actions: list[Action], address: Address, proposer: str | None, node: Node | None) -> dict[str, Any]:
    from contracts import governor

    said = governor.description(decision.origin, decision.poll, decision.opened, proposer)
    number = governor.proposal_id(actions, said)
    steps = (("propose", governor.propose), ("queue", governor.queue), ("execute", governor.execute))
    shown = {"proposal": str(number), "description": said, "calls": {name: f"0x{make(actions, said).hex()}" for name, make in steps}}
    return shown | ({} if node is None else {"state": governor.state(node, address, number)})


def _timelock(decision: Decision, actions: list[Action], address: Address, delay: int, node: Node | None) -> dict[str, Any]:
    from contracts import timelock

    salt = decision.final
    operation = timelock.operation_id(actions, salt)
    calls = {
        "schedule": timelock.schedule(actions, salt, delay),
        "execute": timelock.execute(actions, salt),
        "cancel": timelock.cancel(operation),
    }
    shown = {"operation": f"0x{operation.hex()}", "calls": {name: f"0x{data.hex()}" for name, data in calls.items()}}
    return shown | ({} if node is None else {"state": timelock.state(node, address, operation)})


def _safe(
    actions: list[Action], address: Address, chain_id: int | None, nonce: int | None, signatures: list[str], node: Node | None
) -> dict[str, Any]:
    from contracts import safe

    facts = None if node is None else safe.facts(node, address)
    chain = chain_id if node is None else node.chain_id()
    first = nonce if nonce is not None else None if facts is None else facts.nonce
    if chain is None or first is None:
        raise refuse("field_missing", "--chain-id and --nonce", "are not given", "give both, or --rpc to ask the Safe itself")
    if signatures and len(actions) != 1:
        raise refuse("field_unknown", "--signature", "is for one action, and there are {count}", "give a file for each", count=len(actions))
    shown: dict[str, Any] = {
        "signed": [safe.typed_data(address, chain, one, first + number) for number, one in enumerate(actions)],
        "calls": {f"sign {number}": f"0x{safe.digest(address, chain, one, first + number).hex()}" for number, one in enumerate(actions)},
    }
    if signatures:
        shown["calls"]["execute"] = f"0x{safe.execute(address, chain, actions[0], first, signatures).hex()}"
    said = facts and f"a Safe of {len(facts.owners)} owners, of whom {facts.threshold} sign, at nonce {facts.nonce}"
    return shown | ({} if said is None else {"state": said})


def final_decision(community: Community, name: str) -> Decision:
    """The decision; refused until it is final, and where things stay as they are."""
    from engine.features.anchors.send import NOT_FINAL
    from engine.features.polls.decide import decides_something
    from engine.features.polls.state import poll_of
    from engine.kernel.found import Founding
    from engine.log.merkle import leaf_hash

    with community.reading() as state:
        poll, origin = poll_of(state, name), state[Founding].origin
        if not poll.final or poll.result is None or poll.result.status != "decided" or not decides_something(poll):
            raise refuse(NOT_FINAL, "poll {poll}", "has decided nothing that is final", "wait until it is", poll=name)
        opened = bytes.fromhex(poll.opened) if poll.opened else b""
    mark = f'"poll":"{name}"'.encode()
    final = next(data for _, data in community.store.find("kind", "DecisionFinal") if mark in data)
    opened = opened or leaf_hash(next(community.store.lines(poll.seq, poll.seq + 1))[1])
    return Decision(origin, name, opened, leaf_hash(final))
