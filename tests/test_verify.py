"""A stranger's audit finds what a dishonest operator could write, though every hash and signature is right."""

from __future__ import annotations

import pytest

from engine import lines
from engine.features.polls.open import FreeOption, OpenPoll
from engine.kernel import charter as charters
from engine.kernel.erase import EraseText
from engine.kernel.forget import ForgetMember
from engine.kernel.join import JoinCommunity
from engine.limits import CLOCK_AHEAD_MS_MAX
from engine.log.checkpoint import Checkpoint
from engine.log.fields import Opening, commit
from engine.log.json import canonical, parse_own
from engine.refusals import Refusal
from engine.store import export
from engine.store.memory import MemoryStore
from engine.verify import verify
from tests.forgeries import CHANGED, FORGERIES
from tests.forging import ended, event, last_poll, lived, merged, of_kind, rewritten, unchanged, waiting
from tests.moot import KEY, ORIGIN, Moot


def test_an_honest_log_is_sound():
    moot = lived()
    moot.community.checkpoint()
    report = verify(moot.community.store)
    assert (report.verdict, report.problem) == ("sound", None)
    assert report.checked["PollClosed"] == 2
    assert verify(rewritten(moot, unchanged)).verdict == "sound"


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_event_is_found(name):
    moot = lived()
    forged, why = FORGERIES[name]
    report = verify(rewritten(moot, unchanged, [forged(moot, last_poll(moot))]))
    assert report.verdict == "unsound"
    assert why in str(report.problem)
    assert report.seq in (moot.state.seq, None), "None: known only once the whole vault is seen"


def test_an_event_at_a_moment_no_calendar_knows_is_not_read():
    moot = lived()
    line = event(moot, "newcomer", "MemberJoined", {"name": None, "email": None}, at=2**52)
    with pytest.raises(Refusal, match="before the year 10000"):
        lines.read(canonical(line), moot.state.seq)


def opened_otherwise(moot: Moot, seq: int, field: str, value) -> MemoryStore:
    """The forger commits one field of one event to another value, and keeps its opening."""
    opening = moot.community.store._vault[seq][field]._replace(value=canonical(value))
    forged = rewritten(moot, lambda line: line["body"].update({field: commit(opening.salt, opening.value)}) if line["seq"] == seq else None)
    forged._vault[seq][field] = opening
    return forged


@pytest.mark.parametrize("choice", ["9>8", "1,2", "2 > 1", "1:5"])
def test_a_sealed_ballot_that_says_nothing_this_poll_asks_is_found_before_it_is_opened(choice):
    moot = lived()
    seq = waiting(moot, last_poll(moot))
    report = verify(opened_otherwise(moot, seq, "choice", choice))
    assert (report.verdict, report.seq) == ("unsound", seq)
    assert report.problem.code in ("choice_wrong", "opening_wrong")


@pytest.mark.parametrize("title", ["Cafe\u0301", "\u3164", "a\u202eb", ""])
def test_a_title_that_no_member_could_have_written_is_found(title):
    report = verify(opened_otherwise(lived(), 8, "title", title))
    assert (report.verdict, report.seq) == ("unsound", 8)


def test_a_text_is_erased_once():
    moot = lived()
    moot.do("m1", EraseText(8, "text", "spam"))
    again = event(moot, "m1", "TextErased", {"seq": 8, "field": "text", "reason": "spam"})
    assert "of event 8 again" in str(verify(rewritten(moot, unchanged, [again])).problem)


def test_a_part_of_the_tree_that_is_gone_is_missed():
    moot = Moot(members=260)
    moot.community.checkpoint()
    del moot.community.store._tiles[0, 0]
    assert "0 of 1 tiles" in str(verify(moot.community.store).problem)


@pytest.mark.parametrize("name", CHANGED)
def test_a_changed_fact_is_found(name):
    kind, fields = CHANGED[name]
    report = verify(rewritten(lived(), of_kind(kind, **fields)))
    assert report.verdict == "unsound", report


def test_a_share_that_differs_by_a_cent_is_found():
    def change(line: dict) -> None:
        if line["kind"] == "RewardShared":
            line["body"]["shares"][0]["amount"] = str(int(line["body"]["shares"][0]["amount"]) + 1)

    assert verify(rewritten(lived(), change)).problem.code == "log_unlawful"


def test_a_dropped_consequence_is_found():
    """A log that ends with a command is sound; without what had to follow in that command it is not."""
    moot = lived(replacing=False)  # what a later event erases is not there in a log that ends before it
    log = [parse_own(data) for data in moot.log()]
    tried = set()
    for seq, line in enumerate(log):
        if line["kind"] in ("PointsEarned", "IdeaAdvanced", "BallotsOpened", "PollEnded", "DecisionFinal"):
            end = next((one["seq"] for one in log[seq:] if one["cause"] != line["cause"]), len(log))
            assert verify(ended(moot, end)).verdict == "sound"
            report = verify(ended(moot, end, seq))
            assert report.problem.code == "log_unlawful", (seq, line["kind"], report.problem)
            tried.add(line["kind"])
    assert len(tried) == 5


def test_a_rule_this_copy_lacks_is_neither_passed_nor_called_false():
    forged = rewritten(lived(), of_kind("PollOpened", terms__rule__digest="0" * 64))
    assert verify(forged).verdict == "cannot_recount"
    forged = rewritten(lived(), of_kind("PollOpened", terms__rule__version="borda@7"))
    assert verify(forged).verdict == "cannot_recount"
    founded = charters.preset("product").replace('rule = "approval"', 'rule = "acclaim"')
    forged = rewritten(lived(), of_kind("CommunityFounded", charter=founded))
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
        opening
        for seq in range(moot.state.seq)
        for opening in moot.community.store.openings(seq)
        if opening.field in ("choice", "draw_secret")
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
    joined = {"actor": "newcomer", "at": moot.now, "body": {"email": None, "name": None}, "cause": seq}
    more = canonical({"event": joined | {"kind": "MemberJoined", "seq": seq}, "open": {}}) + b"\n"
    (tmp_path / "more.jsonl").write_bytes(b"".join([*lines[:-1], more, lines[-1]]))
    report = verify(export.Export(tmp_path / "more.jsonl"), key=str(KEY.verifier), private_kept=False)
    assert report.problem.code == "checkpoint_wrong"


def test_a_key_without_a_head_proves_nothing():
    assert verify(lived().community.store, key=str(KEY.verifier)).problem.code == "checkpoint_wrong"


def test_a_title_that_is_no_text_is_found():
    moot = lived()
    value = canonical({"x": [1, 2]})
    forged = rewritten(moot, lambda line: line["body"].update(title=commit(bytes(32), value)) if line["seq"] == 8 else None)
    forged._vault[8]["title"] = Opening("title", "m2", bytes(32), value)
    assert verify(forged).problem.code == "field_wrong"


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
    forged._vault[other["seq"]]["choice"] = forged._vault[one["seq"]]["choice"]
    assert "bears the commitment of another" in str(verify(forged).problem)


def test_a_vault_row_of_nobody_is_found_in_a_folder():
    moot = Moot(members=2)
    seq = int(moot.members[-1][1:])
    opening = moot.community.store._vault[seq]["name"]
    moot.community.store._vault[seq]["name"] = opening._replace(owner="")
    assert verify(moot.community.store).problem.code == "opening_wrong"


def test_a_log_that_begins_with_nothing_known_is_judged_and_not_fallen_over():
    forged = rewritten(lived(), unchanged)
    forged._lines[0] = canonical(parse_own(forged._lines[0]) | {"kind": "Unheard", "body": {}})
    report = verify(forged)
    assert report.verdict != "sound" and report.problem is not None


def test_two_options_of_one_name_would_part_the_votes_of_one():
    moot = lived()
    poll = int(last_poll(moot)[1:])
    opening = moot.community.store._vault[poll]["options.0.label"]

    def change(line: dict) -> None:
        if line["seq"] == poll:
            line["body"]["options"][1]["label"] = line["body"]["options"][0]["label"]

    forged = rewritten(moot, change)
    forged._vault[poll]["options.1.label"] = opening._replace(field="options.1.label")
    assert "has two options of one name" in str(verify(forged).problem)


def test_a_parameter_of_another_type_is_another_parameter():
    """True is 1 to Python, and not to the rule that will be asked to count by it."""
    moot = Moot(members=2, text=charters.preset("product").replace('rule = "schulze"', 'rule = "greedy"')).funded()
    options = (FreeOption("an oven", 5), FreeOption("a bench", 7))
    moot.do("m1", OpenPoll("ranking", "Which?", options=options, budget=10))
    stated = parse_own(moot.log()[-1])["body"]["terms"]["rule"]["parameters"]
    assert stated["skip"] is True
    assert verify(rewritten(moot, of_kind("PollOpened", terms__rule__parameters=stated | {"skip": 1}))).verdict == "unsound"


def test_a_log_that_breaks_at_its_first_line_is_nobodys():
    moot = lived()
    report = verify(rewritten(moot, lambda line: line.update(kind="Nothing") if line["seq"] == 0 else None), key=str(KEY.verifier))
    assert (report.verdict, report.pinned, report.key, report.origin) == ("cannot_recount", False, "", "")


@pytest.mark.parametrize(("ahead", "verdict"), [(CLOCK_AHEAD_MS_MAX, "sound"), (CLOCK_AHEAD_MS_MAX + 1, "ahead")])
def test_a_log_may_be_a_little_ahead_of_the_auditors_clock(ahead, verdict):
    moot = lived()
    moot.community.checkpoint()
    assert verify(moot.community.store, now=moot.state.at - ahead).verdict == verdict
