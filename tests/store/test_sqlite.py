"""The embedded store: erasure that leaves no byte, snapshots, two processes, full disks."""

import contextlib
import os
import resource
import sqlite3
import subprocess
import sys

import pytest

from engine.event import Ask
from engine.features.ideas.comment import CommentIdea
from engine.features.ideas.submit import SubmitIdea
from engine.kernel import charter
from engine.kernel.erase import EraseText
from engine.kernel.forget import ForgetMember
from engine.kernel.join import JoinCommunity
from engine.kernel.members import Members
from engine.refusals import Refusal
from engine.store import folder, snapshot, sqlite
from engine.verify import verify
from tests.moot import ORIGIN, START, Moot
from tests.store.kills import ROOT


def moot_in(path, preset: str = "product", members: int = 0) -> Moot:
    moot = Moot.__new__(Moot)
    moot.community, moot.now, moot._asked = folder.found(path, charter.preset(preset), ORIGIN, START, bytes(32), "Founder"), START, 0
    moot.members = ["m1"] + [f"m{moot.do('newcomer', JoinCommunity(f'Member {n}')).seq}" for n in range(members)]
    return moot


def bytes_of(path) -> bytes:
    return b"".join(file.read_bytes() for file in path.iterdir())


def test_forgotten_means_gone_from_every_file(tmp_path):
    moot = moot_in(tmp_path / "c", members=3)
    secret = f"m{moot.do('newcomer', JoinCommunity('Zebediah Quux', 'quux@example.org')).seq}"
    idea = moot.idea(secret)
    moot.do(secret, CommentIdea(idea, "my unmistakable remark"))
    snapshot.save(moot.community.store.cache, moot.state)
    assert b"Zebediah" in bytes_of(tmp_path / "c")
    moot.do(secret, ForgetMember(secret))
    left = bytes_of(tmp_path / "c")
    for gone in (b"Zebediah", b"quux@example", b"unmistakable", b"by the river"):
        assert gone not in left
    moot.community.checkpoint()
    assert verify(moot.community.store).verdict == "sound"
    folder.close(moot.community)


def test_one_erased_text_is_gone_and_the_others_stay(tmp_path):
    moot = moot_in(tmp_path / "c", members=2)
    idea = moot.idea("m2")
    seq = moot.do("m2", CommentIdea(idea, "an unmistakable insult")).seq
    moot.do("m1", EraseText(seq, "text", "insult"))
    left = bytes_of(tmp_path / "c")
    assert b"unmistakable" not in left and b"by the river" in left
    with pytest.raises(Refusal, match="already_erased"):
        moot.do("m1", EraseText(seq, "text", "insult"))
    folder.close(moot.community)


@pytest.mark.parametrize("store", ["memory", "sqlite"])
def test_no_receipt_confirms_a_guess_of_what_was_erased(tmp_path, store):
    """A receipt holds a digest of the whole command: it goes with the text it could confirm."""
    moot = moot_in(tmp_path / "c", members=1) if store == "sqlite" else Moot(members=1)
    idea = f"i{moot.do('m2', SubmitIdea('A title', 'an unmistakable remark'), key='k1').seq}"
    moot.do("m1", EraseText(int(idea[1:]), "text", "personal"))
    assert not moot.do("m2", SubmitIdea("A title", "another remark"), key="k1").again
    if store == "sqlite":
        folder.close(moot.community)


def test_an_erasure_that_a_reader_held_up_is_finished_at_the_next_start(tmp_path):
    moot = moot_in(tmp_path / "c")
    secret = f"m{moot.do('newcomer', JoinCommunity('Zebediah Quux')).seq}"
    reader = sqlite3.connect(tmp_path / "c" / "community.db", isolation_level=None)
    reader.execute("begin")
    reader.execute("select count(*) from vault").fetchone()
    assert moot.do(secret, ForgetMember(secret)).erasure_pending
    assert moot.community.store._one("select count(*) from pending") == 1
    reader.execute("commit")
    reader.close()
    folder.close(moot.community)
    with folder.opened(tmp_path / "c") as again:
        assert again.store._one("select count(*) from pending") == 0
        assert b"Zebediah" not in bytes_of(tmp_path / "c")


def test_two_processes_write_into_one_log(tmp_path):
    moot = moot_in(tmp_path / "c")
    code = (
        "import sys; from pathlib import Path; from engine.store import folder; from engine.event import Ask;"
        "from engine.kernel.join import JoinCommunity; from tests.moot import START\n"
        "c = folder.open_folder(Path(sys.argv[1]))\n"
        "for n in range(60): c.execute(Ask('newcomer', JoinCommunity(f'other {n}'), START, bytes([n]) * 32))\n"
    )
    other = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "c")], cwd=ROOT)
    ours = [moot.do("newcomer", JoinCommunity(f"ours {n}")).seq for n in range(60)]
    assert other.wait() == 0
    with moot.community.reading() as state:
        assert state.seq == 122, "a read sees what the other committed"
    assert len(set(ours)) == 60
    moot.community.checkpoint()
    assert verify(moot.community.store).verdict == "sound"
    folder.close(moot.community)


def test_who_finds_another_writing_is_asked_to_come_again(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0)
    moot = moot_in(tmp_path / "c", members=2)
    before = moot.log()
    with contextlib.closing(sqlite3.connect(tmp_path / "c" / "community.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        with pytest.raises(Refusal, match="storage_busy"):
            moot.idea("m2")
        assert moot.log() == before, "who reads need not wait"
    assert moot.idea("m2") == f"i{len(before)}"
    folder.close(moot.community)


def test_a_full_database_refuses_and_recovers(tmp_path):
    moot = moot_in(tmp_path / "c", members=2)
    connection = moot.community.store._connection()
    pages = connection.execute("pragma page_count").fetchone()[0]
    connection.execute(f"pragma max_page_count = {pages + 3}")
    before, codes = moot.log(), []
    while len(codes) < 3:
        answer = moot.community.execute_many([moot.ask("newcomer", JoinCommunity(f"{len(codes)}" * 70)) for _ in range(40)])
        codes += [item.code for item in answer if isinstance(item, Refusal)]
    assert set(codes) == {"storage_failed"}
    assert moot.log()[: len(before)] == before
    connection.execute("pragma max_page_count = 1000000")
    moot.do("newcomer", JoinCommunity("after"))
    moot.community.checkpoint()
    assert verify(moot.community.store).verdict == "sound"
    folder.close(moot.community)


def test_a_file_size_limit_refuses_and_loses_nothing(tmp_path):
    moot_in(tmp_path / "c", members=2).community.store.close()
    code = (
        "import sys, signal, resource; from pathlib import Path; from engine.store import folder; from engine.event import Ask\n"
        "from engine.kernel.join import JoinCommunity; from tests.moot import START; from engine.refusals import Refusal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))\n"
        "c = folder.open_folder(Path(sys.argv[1])); done = 0\n"
        "while True:\n"
        "    try: c.execute(Ask('newcomer', JoinCommunity('x' * 80), START, done.to_bytes(32))); done += 1\n"
        "    except Refusal as refusal: print(done, refusal.code); break\n"
    )
    said = subprocess.run([sys.executable, "-c", code, str(tmp_path / "c")], cwd=ROOT, capture_output=True, text=True, check=True)
    done, refused = said.stdout.split()
    assert refused == "storage_failed" and int(done) > 10
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    with folder.opened(tmp_path / "c") as again:
        assert len(again.state[Members]) == 3 + int(done)
        again.execute(Ask("newcomer", JoinCommunity("after"), START, bytes(32)))
        again.checkpoint()
        assert verify(again.store).verdict == "sound"


def test_a_folder_that_is_not_empty_is_refused(tmp_path):
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(Refusal, match="already_founded"):
        folder.found(tmp_path, charter.preset("budget"), ORIGIN, START, bytes(32))
    assert [file.name for file in tmp_path.iterdir()] == ["note.txt"]
    with pytest.raises(Refusal, match="community_unknown"):
        folder.open_folder(tmp_path)
    with pytest.raises(Refusal, match="field_wrong"):
        folder.found(tmp_path / "new", charter.preset("budget"), "a name with spaces", START, bytes(32))


def test_texts_are_read_together_and_an_erased_one_is_not_among_them(tmp_path):
    community = folder.found(tmp_path / "c", charter.preset("product"), ORIGIN, START, bytes(32), "Founder")
    moot = Moot.__new__(Moot)
    moot.community, moot.now, moot._asked, moot.members = community, START, 0, ["m1"]
    ideas = [moot.idea() for _ in range(150)]
    wanted = [(int(idea[1:]), field) for idea in ideas for field in ("title", "text")]
    store = community.store
    assert store.texts(wanted) == {place: store.opening(*place)[1] for place in wanted}
    moot.do("m1", EraseText(int(ideas[0][1:]), "title", "spam"))
    assert set(wanted) - set(store.texts([*wanted, (1, "nothing")])) == {(int(ideas[0][1:]), "title")}
    folder.close(community)


def test_whoever_looks_without_writing_sees_one_moment(tmp_path):
    """An audit of a folder that is in use: what is added meanwhile is none of its business."""
    moot = moot_in(tmp_path / "c", members=2)
    looked = sqlite.SqliteStore(tmp_path / "c" / "community.db", readonly=True)
    with contextlib.closing(looked):
        size = looked.size()
        moot.idea("m2")
        assert (looked.size(), len(list(looked.lines(0)))) == (size, size)
    folder.close(moot.community)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="this system does not show what a process has open")
def test_a_folder_that_cannot_be_followed_is_not_kept_open(tmp_path):
    moot = moot_in(tmp_path / "c", members=2)
    folder.close(moot.community)
    (tmp_path / "c" / "snapshot.npz").unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(tmp_path / "c" / "community.db")) as connection, connection:
        connection.execute("update events set event = '{}' where seq = 1")
    with pytest.raises(Refusal, match="log_broken") as refused:
        folder.open_folder(tmp_path / "c")
    files = [os.readlink(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd") if os.path.islink(f"/proc/self/fd/{number}")]
    assert not [file for file in files if file.startswith(str(tmp_path))], refused


def test_a_folder_is_its_owners(tmp_path):
    moot = moot_in(tmp_path / "c", members=1)
    assert (tmp_path / "c").stat().st_mode & 0o777 == 0o700
    folder.close(moot.community)


def test_the_database_is_its_owners_and_believes_no_schema(tmp_path):
    moot = moot_in(tmp_path / "c", members=1)
    assert (tmp_path / "c" / "community.db").stat().st_mode & 0o777 == 0o600
    store = moot.community.store
    assert [store._one(f"pragma {name}") for name in ("trusted_schema", "secure_delete", "synchronous")] == [0, 1, 2]
    folder.close(moot.community)
