"""A log that went back, as after a restore from a copy, is not served until the loss stands in it."""

import shutil
import threading

import pytest

from api.auditing import Known, audit
from engine.kernel.loss import DeclareLoss
from engine.refusals import Refusal
from engine.store import folder
from engine.verify import verify
from tests.store.test_sqlite import moot_in


def restored(tmp_path):
    """A folder whose database is an older copy, and the head that was signed after the copy was made."""
    moot = moot_in(tmp_path / "c", members=2)
    shutil.copy(tmp_path / "c" / "community.db", tmp_path / "copy.db")
    shutil.copy(tmp_path / "c" / "community.db-wal", tmp_path / "copy.db-wal")
    moot.idea("m2")
    folder.tend(moot.community)
    head = moot.community.checkpoint()
    folder.close(moot.community)
    for name in ("community.db-wal", "community.db-shm"):
        (tmp_path / "c" / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "copy.db", tmp_path / "c" / "community.db")
    shutil.copy(tmp_path / "copy.db-wal", tmp_path / "c" / "community.db-wal")
    moot.community = folder.open_folder(tmp_path / "c")
    return moot, head


def test_an_older_copy_is_refused_until_the_loss_is_declared(tmp_path):
    moot, head = restored(tmp_path)
    with pytest.raises(Refusal, match="log_went_back"):
        folder.check_not_gone_back(moot.community)
    moot.do("m1", DeclareLoss(head))
    folder.check_not_gone_back(moot.community, head)
    moot.community.checkpoint()
    assert verify(moot.community.store).verdict == "sound"
    folder.tend(moot.community)
    folder.check_not_gone_back(moot.community)
    folder.close(moot.community)


def test_another_log_of_the_same_length_is_no_continuation(tmp_path):
    moot, head = restored(tmp_path)
    moot.idea("m1")
    moot.idea("m1")
    with pytest.raises(Refusal, match="log_went_back"):
        folder.check_not_gone_back(moot.community, head)
    folder.close(moot.community)


def test_a_whole_folder_restored_is_found_by_a_head_from_elsewhere(tmp_path):
    moot, head = restored(tmp_path)
    (tmp_path / "c" / folder.HEAD).unlink()
    folder.check_not_gone_back(moot.community)
    with pytest.raises(Refusal, match="log_went_back"):
        folder.check_not_gone_back(moot.community, head)
    folder.close(moot.community)


@pytest.mark.parametrize(
    ("head", "code"), [("nothing", "checkpoint_wrong"), (None, "nothing_lost")], ids=["no head", "a head the log continues"]
)
def test_only_a_head_of_ones_own_that_was_lost_can_be_declared(tmp_path, head, code):
    moot = moot_in(tmp_path / "c")
    with pytest.raises(Refusal, match=code):
        moot.do("m1", DeclareLoss(head or moot.community.checkpoint()))
    folder.close(moot.community)


def test_no_door_signs_a_second_history(tmp_path):
    moot, _ = restored(tmp_path)
    folder.close(moot.community)
    with pytest.raises(Refusal, match="log_went_back"), folder.opened(tmp_path / "c"):
        pass
    report, _ = audit(tmp_path / "c", Known(), lambda seq: None)
    assert report.problem.code == "log_went_back"


def test_a_head_that_was_signed_is_kept_when_the_folder_is_closed(tmp_path):
    moot = moot_in(tmp_path / "c")
    head = moot.community.checkpoint()
    folder.close(moot.community)
    assert folder.kept_head(tmp_path / "c") == head


def test_a_restore_under_a_running_server_leaves_the_evidence(tmp_path):
    moot, head = restored(tmp_path)
    with pytest.raises(Refusal, match="log_went_back"):
        folder.tend(moot.community)
    assert folder.kept_head(tmp_path / "c") == head
    folder.close(moot.community)
    assert folder.kept_head(tmp_path / "c") == head


def test_the_newest_head_is_written_by_one_at_a_time(tmp_path):
    """Else somebody who read an older head could put it in the place of a newer one."""
    moot = moot_in(tmp_path / "c", members=2)
    store, note = moot.community.store, moot.community.checkpoint()
    keeping = threading.Thread(target=folder.keep_head, args=(store,))
    with store.writing():
        keeping.start()
        keeping.join(0.2)
        assert keeping.is_alive() and folder.kept_head(tmp_path / "c") != note
    keeping.join()
    assert folder.kept_head(tmp_path / "c") == note
    folder.close(moot.community)
