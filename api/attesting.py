"""`folkmoot attest`: recount a whole log, and only then sign what its council is asked to attest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.keys import PasswordFile
from api.terminal import AsJson, answer, progress_bars
from engine.refusals import refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.auditing import Known
    from engine.community import Receipt
    from engine.event import Command
    from engine.log.attest import CouncilSecret
    from engine.state import State

app = typer.Typer()


@app.command()
def attest(
    source: Annotated[Path, typer.Argument(metavar="DIR", help="The community's folder; or its log (.jsonl), to send what is signed.")],
    poll: Annotated[str, typer.Argument(metavar="POLL", help="A counted poll that waits for its council, such as p40.")],
    actor: Annotated[str, typer.Option("--as", help="The member who attests, such as m2.")],
    key_file: Annotated[Path, typer.Option("--key", metavar="KEYFILE", help="Her council key's file: that of the key the poll froze.")],
    password_file: PasswordFile = None,
    objecting: Annotated[
        str | None, typer.Option("--object", metavar="REASON", help="Object to it instead, for a reason all can read.")
    ] = None,
    log_key: Annotated[str | None, typer.Option("--log-key", help="The log's own key, if you know whose it must be.")] = None,
    reference: Annotated[bool, typer.Option("--reference", help="Let py_ecc judge every signature of a council as well.")] = False,
    as_json: AsJson = False,
) -> None:
    """Recount a log as a stranger would, and sign one poll's count as a member of its council. What cannot be recounted is not signed."""
    from api import keys
    from api.asking import build
    from api.auditing import Known
    from engine.features.attestation.attest import AttestDecision
    from engine.features.attestation.object import ObjectAsCouncil
    from engine.features.attestation.statement import stated

    key = keys.council_key(key_file, password_file)
    with progress_bars(as_json) as progress:
        state = recounted(
            source, Known(log_key, allow_unsigned=source.is_dir(), by_reference=reference), lambda seq: progress("recounting", seq, 0)
        )
    check_seat(state, poll, actor, key)
    message = stated(state, poll, "attests" if objecting is None else "objects")
    fields: dict[str, Any] = {"poll": poll, "sig": key.sign(message)} | ({} if objecting is None else {"reason": objecting})
    kind = AttestDecision if objecting is None else ObjectAsCouncil
    command = build(kind, fields)
    lines = ["Recounted: the log is sound. Signed:", *message.decode().rstrip("\n").split("\n")]
    shown: dict[str, Any] = {"statement": message.decode(), "command": {"command": kind.__name__, **fields}}
    if source.is_dir():
        receipt = asked(source, actor, command)
        lines.append(f"Recorded as event {receipt.seq}, asked by {actor}")
        shown |= {"seq": receipt.seq, "count": receipt.count}
    else:
        lines.append(f"Send it: {kind.__name__} of poll {poll}, with sig {fields['sig']}")
    answer(shown, as_json, lines)


def recounted(source: Path, known: Known, progress: Callable[[int], None]) -> State:
    """What a log folds to, of which everything was judged and recounted; refused where it is not sound."""
    from api.auditing import audit

    report, _ = audit(source, known, progress)
    if report.problem is not None:
        raise report.problem
    if report.verdict != "sound" or report.state is None:
        raise refuse(
            "log_unlawful", "the log", "is not sound: {verdict}", "attest nothing before folkmoot verify says so", verdict=report.verdict
        )
    return report.state


def check_seat(state: State, poll: str, actor: str, key: CouncilSecret) -> None:
    """Refuse to sign for a seat that is not there, has spoken, or is another key's."""
    from api import clock
    from engine.features.attestation.attest import check_may_speak
    from engine.features.polls.state import poll_of

    place = check_may_speak(state, poll, actor, max(state.at, clock.now()))
    council = poll_of(state, poll).council
    assert council is not None
    if council.seats[place].key != key.public:
        raise refuse(
            "signature_wrong", "the key {key}…", "is not the one that poll {poll} froze for {member}: that is {frozen}…",
            "give the file of that key, even if you have replaced it since", key=key.public[:18], poll=poll, member=actor,
            frozen=council.seats[place].key[:18],
        )  # fmt: skip


def asked(folder: Path, actor: str, command: Command) -> Receipt:
    """Ask the community of a folder, which looks at it again."""
    from api import clock
    from engine.event import Ask
    from engine.store.folder import opened
    from engine.values import Actor, Moment

    with opened(folder) as community:
        clock.check_head(community.state.at, False)
        return community.execute(Ask(Actor(actor), command, Moment(clock.now()), clock.chance()))
