"""`folkmoot claims` and `folkmoot claim`: a round's shares as claims on a chain, and one member's claim of hers."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api import keys
from api.paying import JOURNAL, Actor, Folder, Keystore, MaxFee, Rpc, Yes, asking, deep_on, done, made, paying
from api.terminal import AsJson, answer
from engine.refusals import refuse

if TYPE_CHECKING:
    from api.claiming import Claimable
    from contracts.tree import MerkleTree
    from engine.community import Community

app = typer.Typer()
CLAIM_BYTES_MAX = 20_000
"""A claim and its proof of at most 32 hashes."""
FORMAT = "folkmoot-claim/1"


@app.command()
def claims(
    folder: Folder,
    round_: Annotated[str, typer.Argument(metavar="ROUND", help="The round, such as r40.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A new folder for the claims.")],
    times: Annotated[int, typer.Option(min=1, help="How many of the smallest units on the chain one of the log's smallest units is.")] = 1,
    rpc: Rpc = None,
    keystore: Keystore = None,
    token: Annotated[str | None, typer.Option(metavar="ADDRESS", help="The ERC-20 it is paid in; the chain's coin unless given.")] = None,
    days: Annotated[int, typer.Option(min=8, max=3650, help="How long members may claim.")] = 180,
    actor: Actor = "m1",
    max_fee: MaxFee = "100",
    yes: Yes = False,
    password_file: keys.PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Write a round's claims: OpenZeppelin's dump, one file for each member, a CSV. With --keystore its contract is made, funded and recorded."""
    from engine.store.folder import opened

    if out.exists():
        raise refuse("file_exists", "{file}", "exists already", "name a new folder", file=str(out))
    with opened(folder) as community:
        known, tree, contract = _worked_out(community, folder, round_, times, keystore is not None)
        if keystore is not None and contract is None:
            contract = _paid_on_chain(
                community, folder, known, tree, rpc, keystore, token, days, actor, max_fee, yes, password_file, as_json
            )
    _written(out, known, tree, contract)
    root, total = tree.root.hex(), sum(int(value[3]) for value in tree.values)
    lines = [f"{len(tree.values):,} claims of {total} in all, root 0x{root}, in {out}"]
    lines.append(
        f"Members claim from {contract['contract']} on chain {contract['chain_id']}."
        if contract
        else "No contract pays them yet: --rpc and --keystore"
    )
    answer({"out": str(out), "claims": len(tree.values), "root": root, "total": str(total), "where": contract}, as_json, lines)


@app.command()
def claim(
    file: Annotated[Path, typer.Argument(metavar="CLAIM.json", help="Your file of the claims that were written.")],
    rpc: Rpc = None,
    keystore: Keystore = None,
    max_fee: MaxFee = "100",
    yes: Yes = False,
    password_file: keys.PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Claim what is yours, or anybody's: whoever sends it, the leaf says who is paid."""
    from contracts import payouts

    read = _read(file)
    with paying(file.parent, rpc, keystore, password_file, max_fee, read["chain_id"], 1, f".{file.stem}.journal") as (sender, journal):
        sender.check_chain()
        contract, index = read["contract"], int(read["index"])
        if payouts.facts(sender.node, contract).root.hex() != read["root"][2:]:
            raise refuse("contract_foreign", "contract {contract}", "pays other claims", "ask for a new file", contract=contract)
        about = {"what": "claim", "contract": contract, "index": index}
        if payouts.is_claimed(sender.node, contract, index) and not journal.intents:
            raise refuse("limit_reached", "claim {index}", "is paid already", "look at your account", index=index)
        proof = [bytes.fromhex(one[2:]) for one in read["proof"]]
        data = payouts.claim_data(index, read["account"], read["member_word"], int(read["amount"]), proof)
        receipt = done(sender, journal, contract, data, about, asking(yes, as_json), f"claim {index} of {read['amount']}")
    lines = [f"Paid in transaction {receipt.transaction}, block {receipt.block}."]
    answer({"transaction": receipt.transaction, "block": receipt.block}, as_json, lines)


def _worked_out(
    community: Community, folder: Path, name: str, times: int, on_chain: bool
) -> tuple[Claimable, MerkleTree, dict[str, Any] | None]:
    """The claims as they were recorded, or as a journal says they were begun; else as of now."""
    from api.claiming import one_round
    from contracts.journal import opened
    from engine.features.anchors.state import Anchors

    with community.reading() as state:
        sent, seq = state[Anchors].of(name), state.seq
    if sent:
        known = one_round(community.store.lines(0), name, sent[0].keys_as_of)
        where = sent[0].where
        return known, known.tree(sent[0].total // known.sum), {"contract": where.contract, "chain_id": where.chain_id}
    if on_chain and (folder / JOURNAL).exists():
        with opened(folder / JOURNAL) as journal:
            begun = [one.about for one in journal.intents if (one.about["what"], one.about.get("round")) == ("claims", name)]
        if begun:
            seq, times = begun[-1]["keys_as_of"], begun[-1]["times"]
    known = one_round(community.store.lines(0), name, seq)
    known.times = times
    return known, known.tree(times), None


def _paid_on_chain(
    community: Community,
    folder: Path,
    known: Claimable,
    tree: MerkleTree,
    rpc: str | None,
    keystore: Path | None,
    token: str | None,
    days: int,
    actor: str,
    max_fee: str,
    yes: bool,
    password_file: list[Path] | None,
    as_json: bool,
) -> dict[str, Any]:
    """Make the round's contract, see that it has the money, and record it: each once, however often this is asked."""
    from api.anchoring import check_right, record
    from contracts import payouts
    from contracts.claims import total
    from engine.features.anchors.send import RecordClaims
    from engine.features.anchors.state import OnChain
    from engine.features.rewards.state import RoundId
    from engine.values import Address, Digest, Money, Seq

    check_right(community, actor)
    with paying(folder, rpc, keystore, password_file, max_fee, None, 1) as (sender, journal):
        sender = sender.waiting_for(deep_on(community, sender.chain_id))
        pot, agrees = total(tree), asking(yes, as_json)
        about = {"what": "claims", "round": known.round, "keys_as_of": known.keys_as_of, "times": known.times, "token": token}
        data = payouts.creation(known.opened, tree.root, token, sender.node.time() + 86_400 * days, sender.account)
        what = f"the contract of {known.round}, with {pot} units in it"
        receipt = made(sender, journal, data, about, agrees, what, 0 if token else pot)
        assert receipt.contract is not None
        if token is not None and payouts.facts(sender.node, receipt.contract).balance < pot:
            paid = {"what": "fund", "round": known.round, "contract": receipt.contract}
            done(sender, journal, token, payouts.transfer_data(receipt.contract, pot), paid, agrees, f"{pot} of {token} into it")
        facts = payouts.facts(sender.node, receipt.contract)
        if facts.balance < pot or facts.root != tree.root:
            raise refuse(
                "transaction_failed", "the contract", "has {balance} for claims of {pot}", "send it the rest, and ask again",
                balance=facts.balance, pot=pot,
            )  # fmt: skip
    where = OnChain(
        sender.chain_id, Address(receipt.contract), Digest(receipt.transaction[2:]), receipt.block, Digest(receipt.block_hash[2:])
    )
    root = Digest(tree.root.hex())
    record(community, actor, RecordClaims(RoundId(known.round), root, Money(pot), Seq(known.keys_as_of), where))
    return {"contract": receipt.contract, "chain_id": sender.chain_id}


def _written(out: Path, known: Claimable, tree: MerkleTree, contract: dict[str, Any] | None) -> None:
    """`tree.json`, `claims.csv`, and a file for each member: in a new folder, whole or not at all."""
    beside = out.with_name(f".{out.name}.new")
    beside.mkdir()
    (beside / "members").mkdir()
    (beside / "tree.json").write_bytes(tree.dump())
    rows = io.StringIO()
    table = csv.writer(rows)
    table.writerow(["member", "index", "account", "amount"])
    for number, (share, value) in enumerate(zip(known.shares, tree.values, strict=True)):
        index, account, word, amount = value
        table.writerow([share.member, index, account, amount])
        one = {"format": FORMAT, "round": known.round, "member": share.member, "member_word": word, "index": index, "account": account}
        one |= {"amount": amount, "root": "0x" + tree.root.hex(), "proof": ["0x" + step.hex() for step in tree.proof(number)]}
        (beside / "members" / f"{share.member}.json").write_text(json.dumps(one | (contract or {}), indent=1) + "\n")
    (beside / "claims.csv").write_text(rows.getvalue())
    beside.rename(out)


def _read(file: Path) -> dict[str, Any]:
    """A member's claim, whose proof leads to its root; refused where it is anything else, before anybody pays for sending it."""
    from api.asking import read_json
    from contracts.claims import TYPES, member_word
    from contracts.tree import verify
    from engine.store.atomic_files import read_small

    read = read_json(read_small(file, CLAIM_BYTES_MAX), file.name)
    if read.get("format") != FORMAT:
        raise refuse("file_foreign", "{file}", "is no claim", "give your file of the folder that folkmoot claims wrote", file=file.name)
    if "contract" not in read:
        raise refuse("field_missing", "contract", "is not named in {file}", "wait until the round's contract is made", file=file.name)
    try:
        value = (read["index"], read["account"], read["member_word"], read["amount"])
        proof = [bytes.fromhex(one[2:]) for one in read["proof"]]
        sound = verify(bytes.fromhex(read["root"][2:]), TYPES, value, proof) and read["member_word"] == member_word(read["member"])
        sound = sound and type(read["chain_id"]) is int and type(read["contract"]) is str
    except (KeyError, TypeError, ValueError, AttributeError):
        sound = False
    if not sound:
        raise refuse("proof_wrong", "{file}", "proves nothing of its root", "ask for a new one", file=file.name)
    return read
