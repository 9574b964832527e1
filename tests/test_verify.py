"""A stranger's audit finds what a dishonest operator could write, though every hash and signature is right."""

from __future__ import annotations

import json

import pytest

from engine import charter as charters
from engine import rules
from engine.commands import kind_of
from engine.commands.amend_charter import AmendCharter
from engine.commands.award_points import AwardPoints
from engine.commands.cast_ballot import CastBallot
from engine.commands.close_poll import ClosePoll
from engine.commands.erase_text import EraseText
from engine.commands.forget_member import ForgetMember
from engine.commands.join_community import JoinCommunity
from engine.commands.open_poll import OpenPoll
from engine.commands.share_reward import ShareReward
from engine.commands.void_poll import VoidPoll
from engine.log import record as records
from engine.log.checkpoint import Checkpoint
from engine.log.json import canonical, parse_own
from engine.log.merkle import Tree, leaf_hash
from engine.refusals import Refusal
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
    last = moot.poll()
    moot.do("m3", CastBallot(last, "2>1"))
    moot.members.append(f"m{moot.do('newcomer', JoinCommunity('Late')).seq}")
    return moot


def closed(moot: Moot) -> str:
    return next(poll.id for poll in moot.state.polls.values() if poll.result)


def waiting(moot: Moot, poll: str) -> int:
    return next(iter(moot.state.polls[poll].ballots.waiting))


def opened_early(moot: Moot, poll: str) -> dict:
    seq = waiting(moot, poll)
    salt, value = moot.community.store.opening(seq, "choice")
    return {"poll": poll, "openings": [{"seq": seq, "salt": salt.hex(), "choice": parse_own(value)}]}


def rewritten(moot: Moot, change, extra: list[dict] | None = None) -> MemoryStore:
    """The operator's forgery: lines changed or added, everything hashed and signed anew."""
    store, tree = MemoryStore(), Tree()
    lines = [parse_own(data) for data in moot.log()] + (extra or [])
    for seq, line in enumerate(lines):
        opened = moot.community.store.openings(line["seq"])
        change(line)
        line["seq"] = seq
        data = canonical(line)
        store._lines.append(data)
        store._filings.append(records.filing_of(records.read_own(data, kind_of)))
        store._vault[seq] = {opening.field: opening for opening in opened}
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
    "points expired before their time": lambda moot, poll: event(
        moot, "clock", "PointsExpired", {"members": [{"member": "m4", "points": "50"}]}
    ),
    "a settling of nothing": lambda moot, poll: event(moot, "clock", "TimeSettled", {}),
    "a loss of what is not lost": lambda moot, poll: event(
        moot, "m1", "LossDeclared", {"size": moot.state.seq, "root": moot.state.tree.root().hex(), "head": moot.community.checkpoint()}
    ),
    "a loss by somebody who may not say so": lambda moot, poll: event(
        moot, "m2", "LossDeclared", {"size": 9_999, "root": "0" * 64, "head": KEY.sign(Checkpoint(ORIGIN, 9_999, bytes(32)))}
    ),
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
    "an amendment by a poll about something else": lambda moot, poll: event(
        moot, "m1", "CharterAmended", {"poll": closed(moot), "charter": charters.preset("product")}
    ),
    "a withdrawal without a forgetting": lambda moot, poll: event(moot, "m1", "BallotWithdrawn", {"poll": poll, "member": "m3"}),
    "an opening without a close": lambda moot, poll: event(moot, "m1", "BallotsOpened", opened_early(moot, poll)),
    "an erasure of a sealed choice": lambda moot, poll: event(
        moot, "m1", "TextErased", {"seq": waiting(moot, poll), "field": "choice", "reason": "other"}
    ),
    "an erasure of nothing": lambda moot, poll: event(moot, "m1", "TextErased", {"seq": 1, "field": "nope", "reason": "other"}),
    "a void with every opening there": lambda moot, poll: event(
        moot, "m1", "PollVoided", {"poll": poll, "lost": [waiting(moot, poll)]}, at=8 * 86_400_000
    ),
    "a ballot by a member who joined later": lambda moot, poll: event(
        moot, moot.members[-1], "BallotSealed", {"poll": poll, "voter": moot.members[-1], "choice": "0" * 64}
    ),
    "an early close by the clock": lambda moot, poll: event(
        moot, "clock", "PollClosed",
        {"poll": poll, "status": "no_ballots", "winners": [], "ties": [], "scores": [], "ballots": 0, "power_cast": "0", "outcome": None, "lot": None},
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
    assert report.problem.code == "log_unlawful"
    assert report.seq in (moot.state.seq, None), "None: known only once the whole vault is seen"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("PollClosed", {"winners": [2]}),
        ("PollClosed", {"status": "no_quorum", "winners": []}),
        ("PollClosed", {"power_cast": "99"}),
        ("PollClosed", {"scores": ["9", "9"]}),
        ("PollClosed", {"outcome": "0" * 64}),
        ("PollOpened", {"roll_power": "99"}),
        ("PollOpened", {"roll_root": "0" * 64}),
        ("PollOpened", {"quorum_percent_min": 0}),
        ("PollOpened", {"ties": "oldest"}),
        ("PollOpened", {"winners_to": "open"}),
        ("PollOpened", {"rule": "plurality@1", "rule_digest": json.loads(DIGESTS.read_text())["voting/plurality@1"]}),
        ("PollOpened", {"power_rule": "by_points@1", "power_digest": json.loads(DIGESTS.read_text())["power/by_points@1"]}),
        ("PollOpened", {"subject": "0" * 64}),
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


def ended(moot: Moot, end: int, dropped: int | None = None) -> MemoryStore:
    """The log up to before event `end`, with one event left out."""
    found = Moot.__new__(Moot)
    found.community = moot.community
    found.log = lambda: [data for seq, data in enumerate(moot.log()) if seq < end and seq != dropped]  # type: ignore[method-assign]
    return rewritten(found, unchanged)


def test_a_dropped_consequence_is_found():
    """A log that ends with a command is sound; without what had to follow in that command it is not."""
    moot = lived()
    log = [parse_own(data) for data in moot.log()]
    tried = set()
    for seq, line in enumerate(log):
        if line["kind"] in ("PointsEarned", "IdeaAdvanced", "RewardShared", "BallotsOpened"):
            end = next((one["seq"] for one in log[seq:] if one["cause"] != line["cause"]), len(log))
            assert verify(ended(moot, end)).verdict == "sound"
            report = verify(ended(moot, end, seq))
            assert report.problem.code == "log_unlawful", (seq, line["kind"], report.problem)
            tried.add(line["kind"])
    assert len(tried) == 4


def test_a_rule_this_copy_lacks_is_neither_passed_nor_called_false():
    forged = rewritten(lived(), of_kind("PollOpened", rule_digest="0" * 64))
    assert verify(forged).verdict == "cannot_recount"
    forged = rewritten(lived(), of_kind("PollOpened", rule="borda@7"))
    assert verify(forged).verdict == "cannot_recount"
    founded = charters.preset("product").replace('rule = "approval"', 'rule = "acclaim"')
    forged = rewritten(lived(), of_kind("CommunityFounded", charter=founded, digest=charters.digest(founded)))
    assert verify(forged).verdict == "cannot_recount"


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


def test_a_line_added_under_an_old_head_is_found(tmp_path):
    moot = lived()
    lines = exported(moot, tmp_path / "log.jsonl").splitlines(keepends=True)
    seq = moot.state.seq
    joined = {"actor": "newcomer", "at": moot.now, "body": {"email": None, "name": None, "role": "member"}, "cause": seq}
    more = canonical({"event": joined | {"kind": "MemberJoined", "seq": seq}, "open": {}}) + b"\n"
    (tmp_path / "more.jsonl").write_bytes(b"".join([*lines[:-1], more, lines[-1]]))
    report = verify(export.Export(tmp_path / "more.jsonl"), key=str(KEY.verifier), private_kept=False)
    assert report.problem.code == "checkpoint_wrong"


def test_a_key_without_a_head_proves_nothing():
    assert verify(lived().community.store, key=str(KEY.verifier)).problem.code == "checkpoint_wrong"


def test_a_title_that_is_no_text_is_found():
    from engine.log.fields import Opening, commit

    moot = lived()
    value = canonical({"x": [1, 2]})
    forged = rewritten(moot, lambda line: line["body"].update(title=commit(bytes(32), value)) if line["seq"] == 8 else None)
    forged._vault[8]["title"] = Opening("title", "m2", bytes(32), value)
    assert verify(forged).problem.code == "field_wrong"


def test_a_poll_voided_for_a_lost_opening_is_sound():
    moot = lived()
    poll = list(moot.state.polls)[-1]
    del moot.community.store._vault[waiting(moot, poll)]
    moot.wait(8 * 24 * 60)
    with pytest.raises(Refusal, match="openings_lost"):
        moot.do("m1", ClosePoll(poll))
    moot.do("m1", VoidPoll(poll))
    assert verify(moot.community.store).verdict == "sound"


def test_nothing_but_a_text_can_be_erased_by_hand():
    moot = lived()
    poll = list(moot.state.polls)[-1]
    for seq, field in ((waiting(moot, poll), "choice"), (int(poll[1:]), "lot"), (1, "nope")):
        with pytest.raises(Refusal, match="event_unknown"):
            moot.do("m1", EraseText(seq, field, "other"))


def test_the_opener_may_be_forgotten_and_the_poll_still_closes():
    moot = lived()
    poll = list(moot.state.polls)[-1]
    moot.do("m1", ForgetMember("m1"))
    moot.wait(8 * 24 * 60)
    moot.do("clock", ClosePoll(poll))
    assert verify(moot.community.store).verdict == "sound"


def test_a_ballot_outlives_its_voter_once_the_poll_is_over():
    moot = lived()
    poll = list(moot.state.polls)[-1]
    moot.wait(8 * 24 * 60)
    with pytest.raises(Refusal, match="poll_still_open"):
        moot.do("m3", ForgetMember("m3"))
    moot.do("clock", ClosePoll(poll))
    moot.do("m3", ForgetMember("m3"))
    assert moot.state.polls[poll].result.ballots == 1


def merged(moot: Moot, count: int) -> MemoryStore:
    """The last `count` commands of one actor said to be one."""
    lines = [parse_own(data) for data in moot.log()]
    starts = [line["seq"] for line in lines if line["cause"] == line["seq"]]

    def change(line: dict) -> None:
        if line["seq"] >= starts[-count]:
            line["cause"] = starts[-count]

    return rewritten(moot, change)


def test_commands_of_one_actor_are_not_one_command():
    """Else a ballot could be replaced, or withdrawn, between the opening of all ballots and the count."""
    moot = Moot(members=2)
    for name in ("Ada", "Bea", "Cy"):
        moot.do("newcomer", JoinCommunity(name))
    assert verify(merged(moot, 3)).problem.fact == "is MemberJoined in one command with MemberJoined"
    assert verify(merged(moot, 1)).verdict == "sound"


def test_a_ballot_that_copies_anothers_commitment_is_found():
    moot = Moot(members=3)
    poll = moot.poll()
    moot.vote(poll, "1>2", "2>1")
    one, other = [line for line in map(parse_own, moot.log()) if line["kind"] == "BallotSealed"]
    forged = rewritten(moot, of_kind("BallotSealed", choice=one["body"]["choice"]))
    forged._vault[other["seq"]]["choice"] = forged._vault[one["seq"]]["choice"]._replace(owner=other["actor"])
    assert "bears the commitment of another" in str(verify(forged).problem)


def test_a_void_poll_misses_no_opening_of_its_ballots():
    """Replaced ballots, and more than an event can name, may be lost with it."""
    moot = Moot(members=3)
    poll = moot.poll()
    moot.vote(poll, "1>2", "2>1")
    moot.vote(poll, "2>1")
    for seq in [line["seq"] for line in map(parse_own, moot.log()) if line["kind"] == "BallotSealed"]:
        del moot.community.store._vault[seq]
    moot.wait(8 * 24 * 60)
    moot.do("m1", VoidPoll(poll))
    assert verify(moot.community.store).verdict == "sound"


def test_a_poll_that_lost_the_secret_of_its_draw_can_be_ended():
    moot = Moot(members=3)
    poll = moot.poll()
    moot.vote(poll, "1>2", "2>1")
    del moot.community.store._vault[int(poll[1:])]["lot"]
    moot.wait(8 * 24 * 60)
    with pytest.raises(Refusal, match="VoidPoll"):
        moot.do("m1", ClosePoll(poll))
    moot.do("m1", VoidPoll(poll))
    assert verify(moot.community.store).verdict == "sound"


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in rules.names("voting")
        if rules.rule("voting", name).ballots == ("ranked",) and rules.rule("voting", name).elects == "one"
    ],
)
def test_blank_ballots_elect_nobody(name):
    text = charters.preset("product").replace('rule = "schulze"', f'rule = "{name}"').replace('ties = "lot"', 'ties = "oldest"')
    moot = Moot(members=3, text=text)
    poll = moot.poll()
    moot.vote(poll, "", "", "")
    moot.do("m1", ClosePoll(poll))
    result = moot.state.polls[poll].result
    assert (result.status, result.winners) == ("tied", ())


def test_what_won_stays_where_it_is_when_an_amendment_took_its_stage_away():
    moot = Moot(members=6)
    ideas = [moot.idea("m2", supports=5) for _ in range(2)]
    poll = f"p{moot.do('m1', OpenPoll('monthly', 'Which idea?')).seq}"
    moot.vote(poll, "1", "1", "1")
    amended = charters.preset("product").replace('  { name = "adopted", revisable = false, supportable = false },\n', "")
    amended = amended.replace('winners_to = "adopted"\n', "")
    change = f"p{moot.do('m1', OpenPoll('charter', 'Fewer stages?', amendment=amended)).seq}"
    moot.vote(change, "1", "1", "1", "1", "1")
    moot.do("m1", ClosePoll(change))
    moot.do("m1", AmendCharter(change, amended))
    moot.do("m1", ClosePoll(poll))
    assert moot.state.polls[poll].result.winners and {moot.state.ideas[idea].stage for idea in ideas} == {"shortlist"}
    assert verify(moot.community.store).verdict == "sound"


@pytest.mark.parametrize("name", ["\u202eadmin", "\u200b", "a\u2066b"])
def test_a_name_cannot_pass_for_another(name):
    with pytest.raises(Refusal, match="text_unclean"):
        Moot().do("newcomer", JoinCommunity(name))


def test_who_gets_nothing_of_a_pot_keeps_her_points():
    moot = Moot(members=3)
    for member in ("m2", "m3"):
        moot.do("m1", AwardPoints(member, 500, "for the soup"))
    moot.do("m1", ShareReward("quarterly", 1))
    assert sorted(moot.state.ledger.points(member, moot.now) for member in ("m2", "m3")) == [0, 500]


def test_a_vault_row_of_nobody_is_found_in_a_folder():
    moot = Moot(members=2)
    seq = int(moot.members[-1][1:])
    opening = moot.community.store._vault[seq]["name"]
    moot.community.store._vault[seq]["name"] = opening._replace(owner="")
    assert verify(moot.community.store).problem.code == "opening_wrong"
