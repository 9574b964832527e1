"""What somebody kept of a log, a head or a receipt, holds any later copy of it: nobody can sign a second history unseen."""

import pytest

from engine.event import Ask
from engine.heads import KeptReceipt
from engine.kernel.join import JoinCommunity
from engine.kernel.loss import DeclareLoss
from engine.log.checkpoint import Checkpoint, LogKey
from engine.refusals import Refusal
from engine.store import export, folder
from engine.store.memory import MemoryStore
from engine.verify import verify
from tests.forging import event, of_kind, rewritten
from tests.moot import KEY, ORIGIN, START, Moot
from tests.store.test_going_back import restored
from tests.store.test_sqlite import moot_in


def receipt(moot: Moot, seq: int) -> KeptReceipt:
    """What a door gives of an event."""
    return KeptReceipt(next(moot.community.store.lines(seq, seq + 1))[1], moot.community.prove(seq))


def exported(moot: Moot, path) -> export.Export:
    with path.open("wb") as file:
        export.write(moot.community, file)
    return export.Export(path)


def histories() -> tuple[Moot, Moot]:
    """Two histories under one key, alike up to event 3."""
    one, other = Moot(members=2), Moot(members=2)
    one.idea("m2")
    one.idea("m3")
    other.idea("m3")
    other.idea("m2")
    return one, other


def audits(moot: Moot, tmp_path, **kept):
    """Of an export, of a folder's store and of a store in memory: the same verdict."""
    moot.community.checkpoint()
    reports = [
        verify(moot.community.store, **kept),
        verify(exported(moot, tmp_path / "log.jsonl"), str(KEY.verifier), private_kept=False, **kept),
    ]
    assert len({str(report.problem) for report in reports}) == 1
    return reports[0]


def test_a_head_and_a_receipt_of_this_very_log_are_continued(tmp_path):
    moot = Moot(members=2)
    head, early = moot.community.checkpoint(), receipt(moot, 2)
    moot.idea("m2")
    late = receipt(moot, 4)
    report = audits(moot, tmp_path, head=head, receipts=[early, late])
    assert report.verdict == "sound"
    assert (report.checked["heads kept"], report.checked["receipts kept"]) == (1, 2)


def test_a_receipt_of_another_history_under_the_same_key_is_named_as_that(tmp_path):
    one, other = histories()
    for seq in (4, 5, 6):
        problem = audits(other, tmp_path, receipts=[receipt(one, seq)]).problem
        assert problem.code == "log_went_back" and f"is another history: the same key signed for another event {seq}" in str(problem)
    # An event that both have, under a head that only one has.
    problem = audits(other, tmp_path, receipts=[receipt(one, 2)]).problem
    assert problem.code == "log_went_back" and "is another history than the one its key signed" in str(problem)


def test_a_head_of_another_history_under_the_same_key_is_named_as_that(tmp_path):
    one, other = histories()
    problem = audits(other, tmp_path, head=one.community.checkpoint()).problem
    assert problem.code == "log_went_back" and "is another history than the one its key signed" in str(problem)


def test_an_older_copy_is_named_as_that(tmp_path):
    moot = Moot(members=2)
    older = exported(moot, tmp_path / "older.jsonl")
    moot.idea("m2")
    for kept in ({"head": moot.community.checkpoint()}, {"receipts": [receipt(moot, 4)]}):
        problem = verify(older, private_kept=False, **kept).problem
        assert problem.code == "log_went_back" and "does not continue the signed head over" in str(problem)


def test_what_the_log_declares_lost_is_excused(tmp_path):
    one, other = histories()
    other.do("m1", DeclareLoss(one.community.checkpoint()))
    assert audits(other, tmp_path, head=one.community.checkpoint()).verdict == "sound"


def test_a_declared_loss_is_no_excuse_to_whoever_holds_a_receipt(tmp_path):
    one, other = histories()
    kept = receipt(one, 4)
    other.do("m1", DeclareLoss(kept.note))
    report = audits(other, tmp_path, receipts=[kept])
    assert report.verdict == "unsound" and "has lost event 4" in str(report.problem)


def test_what_this_copy_cannot_recount_is_held_against_what_was_kept_all_the_same():
    """Its bytes can be compared, whatever they mean."""
    moot = Moot(members=2)
    poll, head, early = moot.poll(), moot.community.checkpoint(), receipt(moot, 2)
    moot.vote(poll, "1>2")
    lacking = rewritten(moot, of_kind("PollOpened", terms__rule__version="borda@7"))
    assert verify(lacking, receipts=[]).verdict == "cannot_recount"
    for kept in ({"head": head}, {"receipts": [early]}):
        report = verify(lacking, **kept)
        assert (report.verdict, report.problem.code) == ("unsound", "log_went_back")
    declared = event(moot, "m1", "LossDeclared", {"head": head})
    lacking = rewritten(moot, of_kind("PollOpened", terms__rule__version="borda@7"), [declared])
    assert verify(lacking, head=head, receipts=[early]).verdict == "cannot_recount"
    assert verify(lacking, head=moot.community.checkpoint()).problem.code == "log_went_back"


STRANGER = LogKey.from_seed(ORIGIN, b"x" * 32)


@pytest.mark.parametrize(
    ("kept", "code"),
    [
        (lambda moot: {"head": "nothing"}, "checkpoint_wrong"),
        (lambda moot: {"head": STRANGER.sign(Checkpoint(ORIGIN, 2, bytes(32)))}, "checkpoint_wrong"),
        (lambda moot: {"receipts": [receipt(moot, 2)._replace(proof="nothing")]}, "proof_wrong"),
        (lambda moot: {"receipts": [receipt(moot, 2)._replace(line=receipt(moot, 3).line)]}, "proof_wrong"),
        (lambda moot: {"receipts": [receipt(moot, 2)._replace(line=b"[]")]}, "proof_wrong"),
        (lambda moot: {"receipts": [receipt(moot, 2)._replace(line=b"\xff")]}, "json_malformed"),
    ],
    ids=["no head", "a stranger's head", "no proof", "another's proof", "no event", "no text"],
)
def test_what_proves_nothing_is_no_receipt(tmp_path, kept, code):
    moot = Moot(members=2)
    assert audits(moot, tmp_path, **kept(moot)).problem.code == code


def test_events_under_no_signed_head_do_not_pass_for_sound(tmp_path):
    moot = moot_in(tmp_path / "c", members=2)
    moot.community.store.close()  # as if it had been killed: nothing is signed
    for store in (folder.untrusted(tmp_path / "c"), Moot(members=1).community.store):
        report = verify(store)
        assert (report.verdict, report.problem, report.signed) == ("unsigned", None, 0)
        assert verify(store, allow_unsigned=True).verdict == "sound"
    moot.community = folder.open_folder(tmp_path / "c")
    moot.community.checkpoint()
    assert verify(moot.community.store).verdict == "sound"
    moot.idea("m2")
    report = verify(moot.community.store)
    assert (report.verdict, report.signed) == ("unsigned", report.checked["events"] - 2)
    folder.close(moot.community)


def test_allowing_unsigned_events_allows_nothing_else():
    store = MemoryStore()
    assert verify(store, allow_unsigned=True).verdict == "unsound"


def test_what_is_written_is_signed_and_kept_when_the_folder_is_closed(tmp_path):
    moot = moot_in(tmp_path / "c", members=2)
    folder.close(moot.community)
    first = folder.kept_head(tmp_path / "c")
    assert first is not None and first.split("\n")[1] == "4"
    with folder.opened(tmp_path / "c") as community:
        community.execute(Ask("newcomer", JoinCommunity("One more"), START, bytes(32)))
    assert folder.kept_head(tmp_path / "c").split("\n")[1] == "5"
    assert verify(folder.untrusted(tmp_path / "c")).verdict == "sound"


def test_who_only_reads_writes_nothing(tmp_path):
    folder.close(moot_in(tmp_path / "c", members=2).community)
    before = {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in (tmp_path / "c").iterdir()}
    with folder.opened(tmp_path / "c") as community, community.reading() as state:
        assert state.seq == 4
    assert {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in (tmp_path / "c").iterdir()} == before


def test_an_older_database_put_back_is_noticed_by_the_next_command(tmp_path):
    """One that nobody served: what was asked by `do` is signed for, too."""
    path = tmp_path / "c"
    folder.close(moot_in(path, members=2).community)
    older = (path / "community.db").read_bytes()
    with folder.opened(path) as community:
        community.execute(Ask("newcomer", JoinCommunity("Lost"), START, bytes(32)))
    (path / "community.db").write_bytes(older)
    with pytest.raises(Refusal, match="log_went_back"), folder.opened(path):
        pass
    assert verify(folder.untrusted(path)).problem.code == "log_went_back"


def test_a_folder_is_held_against_the_head_beside_it(tmp_path):
    """Whoever audits it need not think of that."""
    moot, head = restored(tmp_path)
    moot.community.store.close()
    assert folder.kept_head(tmp_path / "c") == head
    assert verify(folder.untrusted(tmp_path / "c"), allow_unsigned=True).problem.code == "log_went_back"


def test_without_its_key_a_folder_keeps_what_is_signed(tmp_path):
    path = tmp_path / "c"
    folder.close(moot_in(path, members=2).community)
    head = folder.kept_head(path)
    (path / "log.key").unlink()
    with folder.opened(path) as community:
        community.execute(Ask("newcomer", JoinCommunity("Unsigned"), START, bytes(32)))
    assert folder.kept_head(path) == head
    assert verify(folder.untrusted(path)).verdict == "unsigned"
