"""Ten ways to cheat, each tried in earnest: with what is public, with keys that somebody really has, and past every command that would advise against it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api import council_keystore
from engine.features.attestation.statement import stated
from engine.refusals import Refusal
from engine.store import folder as folders

if TYPE_CHECKING:
    from api.chain_demo.stage import Decision, Stage
    from engine.log.signing import SecretKey

REVERTED = "transaction_refused"


def with_ballots(stage: Stage, decision: Decision, voter: str, silent: str) -> None:
    """An operator who runs the whole server, and has whatever stands in the log, but nobody's key."""
    first = _newest_ballot(stage, decision.poll, voter)
    stage.do(voter, "CastBallot", voter, poll=decision.poll, choice="2" if first["choice"] == "1" else "1")
    second = _newest_ballot(stage, decision.poll, voter)
    stage.cheat(
        f"the operator votes in the name of {silent}, who has a key", "signature_missing", "does not bear its signature",
        lambda: stage.do(silent, "CastBallot", poll=decision.poll, choice="2"),
    )  # fmt: skip
    changed = {**second, "choice": first["choice"], "nonce": second["nonce"] + 1}
    stage.cheat(
        f"he turns the signed ballot of {voter} round", "signature_wrong", "is not by ", lambda: _cast(stage, decision.poll, voter, changed)
    )
    stage.cheat(
        f"he brings back the ballot that {voter} has replaced", "nonce_used", "has the nonce 1, and one with 2 was taken",
        lambda: _cast(stage, decision.poll, voter, first),
    )  # fmt: skip


def with_a_council_key(stage: Stage, decision: Decision) -> None:
    """Somebody attests in the name of a seat, with a council key made this minute."""
    false = council_keystore.new()
    with folders.opened(stage.moot) as community, community.reading() as state:
        message = stated(state, decision.poll)
    stage.cheat(
        f"somebody attests for {decision.council[0]} with another council key", "signature_wrong", "is not by her key ",
        lambda: stage.do(decision.council[0], "AttestDecision", poll=decision.poll, sig=false.sign(message)),
    )  # fmt: skip


def with_too_few(stage: Stage, decision: Decision, keys: Sequence[SecretKey]) -> None:
    """Two seats of five hand over what three have to."""
    from contracts import decisions

    opened, result = _leaves(stage, decision)
    digest = decisions.digest(stage.node, decision.contract, stage.chain_id, opened, result)
    data = decisions.queue_data(opened, _actions(decision), result, digest, [key.sign(digest) for key in keys])
    stage.cheat(
        "two seats of the council hand over the result", REVERTED, "council: too few signed", lambda: stage.force(decision.contract, data)
    )


def within_the_window(stage: Stage, decision: Decision) -> None:
    from contracts import decisions

    data = decisions.execute_data(_leaves(stage, decision)[0], _actions(decision))
    stage.cheat(
        "it is carried out before anybody could object", REVERTED, "decisions: it can still be challenged",
        lambda: stage.force(decision.contract, data),
    )  # fmt: skip


def with_other_actions(stage: Stage, decision: Decision) -> None:
    """The same decision, with the thief's account where the workshop's stood."""
    from contracts import decisions
    from contracts.abi import checksummed

    thief = checksummed(stage.key("thief").address)
    actions = [one._replace(target=thief) for one in _actions(decision)]
    data = decisions.execute_data(_leaves(stage, decision)[0], actions)
    stage.cheat(
        "it pays the thief instead of the workshop", REVERTED, "decisions: not what was pinned when it opened",
        lambda: stage.force(decision.contract, data),
    )  # fmt: skip


def with_a_larger_claim(stage: Stage, file: Path) -> None:
    """Ten times the share, with the proof of the share."""
    claim = json.loads(file.read_text())
    more = {**claim, "amount": str(10 * int(claim["amount"]))}
    stage.cheat(
        f"{claim['member']} claims ten times her share",
        REVERTED,
        "payouts: no such claim",
        lambda: stage.force(claim["contract"], _claiming(more)),
    )


def with_a_claim_again(stage: Stage, file: Path) -> None:
    claim = json.loads(file.read_text())
    stage.cheat(
        f"{claim['member']} claims her share again",
        REVERTED,
        "payouts: claimed already",
        lambda: stage.force(claim["contract"], _claiming(claim)),
    )


def kept_copy(stage: Stage) -> Path:
    """The whole community as it is now, its signing key with it."""
    copy = stage.place / "older"
    shutil.copytree(stage.moot, copy)
    return copy


def with_an_older_copy(stage: Stage, copy: Path) -> None:
    """An operator who does not like what came after: the copy is sound in itself, and signed by the log's own key."""

    def look() -> None:
        verified = stage.run("verify", copy, "--allow-unsigned", "--chain", stage.url)
        if verified["verdict"] == "sound" and (problem := verified["chain"]["problem"]) is not None:
            raise Refusal(**problem)

    stage.cheat("the operator goes back to a log without the round", "log_went_back", "it is an older copy, or was cut short", look)


def _newest_ballot(stage: Stage, poll: str, voter: str) -> dict[str, Any]:
    """The last ballot of a member, as the log shows it to everybody."""
    shown = stage.run("show", stage.moot, "log", "--count", 1000, "--start", int(poll[1:]))["events"]
    mine = [one for one in shown if one["kind"] == "BallotCast.2" and one["actor"] == voter]
    return {**mine[-1]["body"], "sig": mine[-1]["sig"]}


def _cast(stage: Stage, poll: str, voter: str, ballot: dict[str, Any]) -> None:
    signed = {name: ballot[name] for name in ("nonce", "deadline", "sig")}
    stage.do(voter, "CastBallot", poll=poll, choice=ballot["choice"], signed=signed)


def _leaves(stage: Stage, decision: Decision) -> tuple[bytes, bytes]:
    """Of the poll's opening and of its final decision."""
    from api.calldata import final_decision

    with folders.opened(stage.moot) as community:
        final = final_decision(community, decision.poll)
    return final.opened, final.final


def _actions(decision: Decision) -> list[Any]:
    from contracts.actions import read

    return read(decision.file.read_bytes())


def _claiming(claim: dict[str, Any]) -> bytes:
    from contracts.payouts import claim_data

    proof = [bytes.fromhex(one[2:]) for one in claim["proof"]]
    return claim_data(int(claim["index"]), claim["account"], claim["member_word"], int(claim["amount"]), proof)
