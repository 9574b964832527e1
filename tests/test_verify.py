"""A stranger's audit finds what a dishonest operator could write, though every hash and signature is right."""

from __future__ import annotations

import json

import pytest

from engine import charter as charters
from engine.commands import kind_of
from engine.commands.award_points import AwardPoints
from engine.commands.cast_ballot import CastBallot
from engine.commands.close_poll import ClosePoll
from engine.commands.erase_text import EraseText
from engine.commands.forget_member import ForgetMember
from engine.commands.open_poll import OpenPoll
from engine.commands.share_reward import ShareReward
from engine.log import record as records
from engine.log.checkpoint import Checkpoint
from engine.log.json import canonical, parse_own
from engine.log.merkle import Tree, leaf_hash
from engine.store import export
from engine.store.memory import MemoryStore
from engine.verify import verify
from tests.digests import WRITTEN as DIGESTS
from tests.moot import KEY, ORIGIN, Moot


def lived() -> Moot:
    """A community that has done a bit of everything."""
    moot = Moot(members=6)
    for author in ("m2", "m3"):
        moot.idea(author, supports=5)
    monthly = f"p{moot.do('m1', OpenPoll('monthly', 'Which idea?')).seq}"
    moot.vote(monthly, "1,2", "2", "1", "2")
    moot.do("m2", CastBallot(monthly, "1"))
    moot.do("m1", ClosePoll(monthly))
    ranking = moot.poll()
    moot.vote(ranking, "1>2", "2>3", "3>1", "2")
    moot.do("m1", ClosePoll(ranking))
    moot.do("m1", AwardPoints("m4", 50, "for the soup"))
    moot.do("m1", ShareReward("quarterly", 12_345))
    moot.poll()
    return moot


def rewritten(moot: Moot, change, extra: list[dict] | None = None) -> MemoryStore:
    """The operator's forgery: lines changed or added, everything hashed and signed anew."""
    store, tree = MemoryStore(), Tree()
    lines = [parse_own(data) for data in moot.log()] + (extra or [])
    for seq, line in enumerate(lines):
        change(line)
        line["seq"] = seq
        data = canonical(line)
        store._lines.append(data)
        store._filings.append(records.filing_of(records.read_own(data, kind_of)))
        store._vault[seq] = {opening.field: opening for opening in moot.community.store.openings(seq)}
        tree.append(leaf_hash(data))
    store._tiles = {(level, index): data for level, index, data in tree.take_filled()}
    store.put_checkpoint(tree.size, KEY.sign(Checkpoint(ORIGIN, tree.size, tree.root())))
    return store


def event(moot: Moot, actor: str, kind: str, body: dict, at: int = 0, cause: int | None = None) -> dict:
    seq = moot.state.seq
    return {"actor": actor, "at": moot.now + at, "body": body, "cause": seq if cause is None else cause, "kind": kind, "seq": seq}


def unchanged(line: dict) -> None:
    """Leave it."""


def of_kind(kind: str, **fields):
    def change(line: dict) -> None:
        if line["kind"] == kind:
            line["body"].update(fields)

    return change


def test_an_honest_log_is_sound():
    moot = lived()
    moot.community.checkpoint()
    report = verify(moot.community.store)
    assert (report.verdict, report.problem) == ("sound", None)
    assert report.checked["PollClosed"] == 2
    assert verify(rewritten(moot, unchanged)).verdict == "sound"


FORGERIES = {
    "a ballot by a stranger": lambda moot, poll: event(moot, "m99", "BallotSealed", {"poll": poll, "voter": "m99", "choice": "0" * 64}),
    "a ballot in another's name": lambda moot, poll: event(moot, "m2", "BallotSealed", {"poll": poll, "voter": "m3", "choice": "0" * 64}),
    "a ballot after the close": lambda moot, poll: event(
        moot, "m2", "BallotSealed", {"poll": poll, "voter": "m2", "choice": "0" * 64}, at=8 * 86_400_000
    ),
    "an open ballot in a sealed poll": lambda moot, poll: event(moot, "m2", "BallotCast", {"poll": poll, "voter": "m2", "choice": "1"}),
    "points without cause": lambda moot, poll: event(
        moot, "m2", "PointsEarned",
        {"member": "m2", "points": "500", "rule": "per_act@1", "act": "ballot_cast", "thing": poll, "expires_at": 0},
    ),
    "points beside an act that does not earn them": lambda moot, poll: event(
        moot, "m1", "PointsEarned",
        {"member": "m2", "points": "500", "rule": "per_act@1", "act": "ballot_cast", "thing": poll, "expires_at": 0},
        cause=moot.state.seq - 1,
    ),
    "points by a member who may not": lambda moot, poll: event(
        moot, "m2", "PointsAwarded", {"member": "m2", "points": "5", "reason": "0" * 64, "expires_at": moot.now + 730 * 86_400_000}
    ),
    "an amendment no poll adopted": lambda moot, poll: event(
        moot, "m1", "CharterAmended", {"poll": "p22", "charter": charters.preset("budget")}
    ),
    "an early close by the clock": lambda moot, poll: event(
        moot, "clock", "PollClosed",
        {"poll": poll, "status": "no_ballots", "winners": [], "ties": [], "scores": [], "ballots": 0, "power": "0", "outcome": None, "lot": None},
    ),
    "a second founding": lambda moot, poll: event(moot, "founder", "MemberJoined", {"role": "founder", "name": None, "email": None}),
    "a step back in time": lambda moot, poll: event(moot, "newcomer", "MemberJoined", {"role": "member", "name": None, "email": None}, at=-1),
    "an event of another command": lambda moot, poll: event(
        moot, "m5", "IdeaSupported", {"idea": "i8"}, cause=moot.state.seq - 1
    ),
    "a forgetting by a member who may not": lambda moot, poll: event(moot, "m2", "MemberForgotten", {"member": "m3"}),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_event_is_found(name):
    moot = lived()
    forged = FORGERIES[name](moot, list(moot.state.polls)[-1])
    report = verify(rewritten(moot, unchanged, [forged]))
    assert report.verdict == "unsound"
    assert report.seq == moot.state.seq
    assert report.problem.code == "log_unlawful"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("PollClosed", {"winners": [2]}),
        ("PollClosed", {"status": "no_quorum", "winners": []}),
        ("PollClosed", {"power": "99"}),
        ("PollClosed", {"scores": ["9", "9"]}),
        ("PollClosed", {"outcome": "0" * 64}),
        ("PollOpened", {"roll_power": "99"}),
        ("PollOpened", {"roll_root": "0" * 64}),
        ("PollOpened", {"quorum_percent_min": 0}),
        ("PollOpened", {"ties": "oldest"}),
        ("PollOpened", {"winners_to": "open"}),
        ("PollOpened", {"rule": "plurality@1"}),
        ("PointsEarned", {"points": "6"}),
        ("PointsAwarded", {"points": "501"}),
        ("RewardRoundOpened", {"pot": "999999999"}),
        ("RewardRoundOpened", {"spends_points": False}),
        ("IdeaAdvanced", {"stage": "adopted"}),
        ("CommunityFounded", {"charter": charters.preset("budget")}),
    ],
)
def test_a_changed_fact_is_found(kind, fields):
    report = verify(rewritten(lived(), of_kind(kind, **fields)))
    assert report.verdict == "unsound", report


def test_a_share_that_differs_by_a_cent_is_found():
    def change(line: dict) -> None:
        if line["kind"] == "RewardShared":
            line["body"]["shares"][0]["amount"] = str(int(line["body"]["shares"][0]["amount"]) + 1)

    assert verify(rewritten(lived(), change)).problem.code == "log_unlawful"


def test_a_dropped_consequence_is_found():
    moot = lived()
    log = [parse_own(data) for data in moot.log()]
    for seq, line in enumerate(log):
        if line["kind"] in ("PointsEarned", "IdeaAdvanced", "RewardShared", "BallotsOpened"):
            cut = Moot.__new__(Moot)
            cut.community = type("C", (), {"store": MemoryStore()})()
            kept = [one for one in log[: seq + 2] if one["seq"] != seq]
            cut.log = lambda kept=kept: [canonical(one) for one in kept]  # type: ignore[method-assign]
            assert verify(rewritten(cut, unchanged), private_kept=False).verdict == "unsound"


def test_a_rule_this_copy_lacks_is_neither_passed_nor_called_false(monkeypatch):
    moot = lived()
    forged = rewritten(moot, of_kind("PollOpened", rule_digest="0" * 64))
    assert verify(forged).verdict == "unsound"  # the charter's rule, frozen otherwise
    from engine import rules

    monkeypatch.setattr(rules, "digests", lambda: dict.fromkeys(json.loads(DIGESTS.read_text()), "0" * 64))
    assert verify(moot.community.store).verdict != "sound"


def test_a_lost_opening_is_found_and_an_erased_one_is_not_missed():
    moot = lived()
    moot.do("m1", EraseText(8, "text", "spam"))
    moot.do("m3", ForgetMember("m3"))
    assert verify(moot.community.store).checked["openings erased"] >= 4
    del moot.community.store._vault[2]["name"]
    report = verify(moot.community.store)
    assert (report.problem.code, report.seq) == ("opening_lost", 2)


def test_what_was_erased_must_be_gone():
    moot = lived()
    kept = dict(moot.community.store._vault[3])
    moot.do("m3", ForgetMember("m3"))
    moot.community.store._vault[3] = kept
    assert verify(moot.community.store).problem.code == "opening_wrong"


def test_a_head_of_another_history_is_found():
    moot = lived()
    moot.community.store.put_checkpoint(5, KEY.sign(Checkpoint(ORIGIN, 5, bytes(32))))
    assert verify(moot.community.store).problem.code == "checkpoint_wrong"


def exported(moot: Moot, path) -> bytes:
    with path.open("wb") as file:
        export.write(moot.community, file)
    return path.read_bytes()


def test_an_export_is_sound_and_holds_nothing_private(tmp_path):
    moot = lived()
    data = exported(moot, tmp_path / "log.jsonl")
    report = verify(export.Export(tmp_path / "log.jsonl"), private_kept=False)
    assert report.verdict == "sound", report.problem
    sealed = [
        opening for seq in range(moot.state.seq) for opening in moot.community.store.openings(seq) if opening.field in ("choice", "lot")
    ]
    opened = {part["salt"] for line in moot.log() for part in parse_own(line)["body"].get("openings", [])}
    hidden = [opening for opening in sealed if opening.field == "choice" and opening.salt.hex() not in opened]
    assert hidden, "the superseded ballot stays shut"
    assert all(opening.salt.hex().encode() not in data for opening in hidden)


def test_the_pinned_key_is_compared():
    moot = lived()
    moot.community.checkpoint()
    assert verify(moot.community.store, key=str(KEY.verifier)).pinned
    assert verify(moot.community.store, key="other+00000000+AAAA").problem.code == "checkpoint_wrong"
