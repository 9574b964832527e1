"""`folkmoot verify`: an audit of a folder or a file, and the table it prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api import clock
from api.asking import read_json
from api.recovering import Beside
from engine.heads import KeptReceipt
from engine.limits import HEAD_TEXT_MAX
from engine.log.attest import judged_by_reference
from engine.log.checkpoint import Verifier, read_proof
from engine.log.json import canonical, parse
from engine.log.merkle import leaf_hash
from engine.refusals import refuse
from engine.store.atomic_files import read_small
from engine.store.export import Export
from engine.store.folder import untrusted
from engine.verify import Report, Source, verify

if TYPE_CHECKING:
    from api.on_node import Held

RECEIPT_BYTES_MAX = 1_000_000
"""An event with all its texts, and its proof."""
WAY_OUT = "give what folkmoot show DIR 4 --json or /log/4 says"
TABLE = (
    ("events", "events", "hash, place, spelling, and lawful when written"),
    ("openings", "texts and secrets", "open their commitments"),
    ("openings erased", "erased", "an event in the log erased them"),
    ("private values kept back", "private", "commitments only: an export holds no private value"),
    ("BallotCast", "open ballots", "by members on the roll, in time, in their own name"),
    ("BallotSealed", "sealed ballots", "the same, and opened as they were sealed"),
    ("BallotCast.2", "signed, open", "the same, and signed by their voters' keys for this very poll"),
    ("BallotSealed.2", "signed, sealed", "the same of sealed ones: the commitment is signed"),
    ("KeyRegistered", "keys", "of members, each by its own signature; that it was she who asked is the operator's word"),
    ("KeyRotated", "keys replaced", "by the old key's signature and the new one's"),
    ("KeyRetired", "keys retired", "by their own signatures"),
    (
        "CouncilKeyRegistered",
        "council keys",
        "each by its own signature and proof of possession, and the key its member votes with, if she has one",
    ),
    ("CouncilKeyRotated", "council, replaced", "by the old key's signature and the new one's, and its proof of possession"),
    ("CouncilKeyRetired", "council, retired", "by their own signatures"),
    ("DecisionAttested", "attestations", "by members with a seat, each over the count and the log's root"),
    ("CouncilAttested", "decisions attested", "one sum of signatures each, by as many seats as the poll froze"),
    ("DecisionLapsed", "decisions lapsed", "not attested in time"),
    ("counted ballots, signed", "counted, signed", "of the ballots that decided, those signed by their voters' keys"),
    ("counted ballots, by the operator's word", "counted, by word", "the others: that their voters cast them is the operator's word"),
    ("PollClosed", "closed polls", "recounted by the rule they were opened with"),
    ("DelegationGiven", "delegations", "by members who may, to members who vote, no longer than the charter allows"),
    ("VotesCarried", "polls carried", "votes handed on as the delegations say that each poll froze with its roll"),
    ("PollVoided", "voided polls", "that openings were lost is the word of who voided them: nobody else can see"),
    ("PointsEarned", "points earned", "what the charter's rules pay for the acts beside them"),
    ("PointsAwarded", "points awarded", "by whoever may, within the charter's bound"),
    ("PointsExpired", "expiries", "of points whose time was over, all of them and no others"),
    ("RewardShared", "reward shares", "worked out again, to the last cent"),
    ("HeadAnchored", "heads anchored", "heads of this very log; that they stand on their chain, a node tells: --chain"),
    ("HeadFiled", "heads filed", "the same; that they stand in somebody else's file is the word of who recorded them"),
    ("AnchorUnwound", "anchors unwound", "what a chain has left behind, and nobody claims any more"),
    ("DecisionSent", "decisions sent", "steps of decisions on a chain, by the word of who recorded them: --chain"),
    ("ClaimsOpened", "claims opened", "rounds that are claimed on a chain, likewise"),
    ("CharterAmended", "amendments", "adopted by a poll about this very text"),
    ("LossDeclared", "losses", "the log's own key signed for events that it no longer has"),
    ("accounts of points", "point accounts", "sum to zero"),
    ("accounts of money", "money accounts", "sum to zero"),
    ("tiles", "tiles", "hold the hashes of their events"),
    ("signed heads", "signed heads", "signed by the log's key, over these very events"),
    ("heads kept", "heads kept", "continued by the log, or declared lost in it for all to read"),
    ("receipts kept", "receipts kept", "their events stand in the log where they say"),
)


@dataclass(frozen=True)
class Known:
    """What whoever verifies has from elsewhere: the log's key, a signed head and receipts that the log must continue, whether
    events may pass that no signed head covers, and whether `py_ecc` gives a second opinion on every signature of a council."""

    key: str | None = None
    head: Path | None = None
    receipts: Sequence[Path] = ()
    allow_unsigned: bool = False
    by_reference: bool = False


def audit(path: Path, known: Known, progress: Callable[[int], None]) -> tuple[Report, list[str]]:
    """The report on a community's folder or an exported log, and its lines for people."""
    if known.key is not None:
        Verifier.read(known.key)  # refuses what is no key before the log is read
    head = None if known.head is None else read_kept(known.head, HEAD_TEXT_MAX)
    receipts = [kept_receipt(receipt) for receipt in known.receipts]

    def verified(source: Source, private_kept: bool) -> Report:
        with judged_by_reference() if known.by_reference else nullcontext(), Beside() as beside:
            return verify(source, known.key, private_kept, progress, head, receipts, known.allow_unsigned, clock.now(), beside)

    if path.is_dir():
        store = untrusted(path)
        try:
            report = verified(store, True)
        finally:
            store.close()
    elif path.is_file():
        report = verified(Export(path), False)
    else:
        raise refuse("file_unreadable", "{file}", "does not exist", "name a community's folder or an exported .jsonl", file=str(path))
    if report.problem is not None and report.problem.code == "file_foreign":
        raise report.problem
    return report, lines(report)


def audit_on_chain(path: Path, urls: Sequence[str]) -> Held:
    """What a log that was found sound says of chains, held against nodes of them."""
    from api.on_node import held
    from contracts.node import Node

    nodes = [Node.connect(url) for url in urls]
    if not path.is_dir():
        return held(Export(path).lines(0), Export(path).lines(0), nodes)
    store = untrusted(path)
    try:
        return held(store.lines(0), store.lines(0), nodes)
    finally:
        store.close()


def check_receipt(path: Path, key: str | None) -> dict[str, Any]:
    """What one event with its proof proves (`folkmoot show DIR 4 --json`, or `/log/4` asked for as JSON)."""
    if key is None:
        raise refuse("field_missing", "--key", "is not given", "a proof is worth what the key is: give the one you had from the community")
    receipt = kept_receipt(path)
    index, head = read_proof(receipt.proof, leaf_hash(receipt.line), Verifier.read(key))
    if receipt.seq != index:
        raise refuse("proof_wrong", "{file}", "proves event {seq}, and shows another", WAY_OUT, file=path.name, seq=index)
    event = parse(receipt.line, path.name)
    return {"seq": index, "kind": str(event.get("kind")), "actor": str(event.get("actor")), "size": head.size}


def kept_receipt(path: Path) -> KeptReceipt:
    """One event with its proof, as somebody kept it."""
    receipt = read_json(read_kept(path, RECEIPT_BYTES_MAX).encode(), path.name)
    event, proof = receipt.get("event"), receipt.get("proof")
    if not isinstance(event, dict) or not isinstance(proof, str):
        raise refuse("file_foreign", "{file}", "holds no event with its proof", WAY_OUT, file=path.name)
    return KeptReceipt(canonical(event), proof)


def read_kept(path: Path, most: int) -> str:
    """What somebody kept, if it is a file: nobody waits for a pipe, or reads a device to its end."""
    try:
        return read_small(path, most).decode()
    except UnicodeDecodeError as fault:
        raise refuse(
            "file_unreadable", "{file}", "is not UTF-8 at byte {at}", "give the file as it came", file=str(path), at=fault.start
        ) from None


def lines(report: Report) -> list[str]:
    counts = [f"{report.checked[name]:>9,}  {label:18} {meaning}" for name, label, meaning in TABLE if report.checked[name]]
    if report.problem is not None:
        at = "" if report.seq is None else f" at event {report.seq}"
        verdict = "CANNOT RECOUNT" if report.verdict == "cannot_recount" else "WRONG"
        return [*counts, f"{verdict}{at}: {report.problem}"]
    events = report.checked["events"]
    if report.signed < events:
        counts.append(f"{events - report.signed:>9,}  unsigned events    stand under no signed head yet: only this copy vouches for them")
    if report.verdict == "ahead":
        newest = datetime.fromtimestamp(report.newest / 1000, UTC)
        return [
            *counts,
            f"AHEAD: what there is holds together, and says that it is {newest:%Y-%m-%d %H:%M} UTC. If this machine's clock is right,",
            "the log's ran ahead: two members who may can set it right (CorrectClock).",
        ]
    if report.verdict == "unsigned":
        return [
            *counts,
            "UNSIGNED: what there is holds together. Ask for a newer signed head, or say that you take it as it is: --allow-unsigned",
        ]
    if report.pinned:
        return [*counts, f"Sound: {report.origin}, its first {report.signed:,} events signed by the key you gave."]
    return [
        *counts,
        f"Sound: self-consistent, by its own word the log of {report.key}",
        "Compare that key with one you had from the community itself (--key), and ask for a newer signed head.",
    ]
