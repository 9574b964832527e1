"""Whatever lies where a community keeps its files, it is a refusal or a verdict: never a traceback, a wait, or a memory that fills."""

import contextlib
import os
import resource
import shutil
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from engine.event import Ask
from engine.kernel import charter
from engine.kernel.join import JoinCommunity
from engine.refusals import Refusal
from engine.store import folder, snapshot, tables
from engine.store.atomic_files import read_small, replace_with
from engine.store.export import Export
from engine.verify import verify
from tests.moot import ORIGIN, START
from tests.store.kills import ROOT
from tests.store.test_sqlite import moot_in


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    moot = moot_in(tmp_path_factory.mktemp("hostile") / "c", members=5)
    snapshot.save(moot.community.store.cache, moot.state)
    folder.close(moot.community)
    return moot.community.store.path.parent


@pytest.fixture
def path(made, tmp_path):
    return shutil.copytree(made, tmp_path / "c")


def sparse(path):
    with path.open("wb") as file:
        file.truncate(6_000_000_000)


def of_socket(path):
    here = os.getcwd()
    os.chdir(path.parent)  # an address is a short name
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(path.name)
    os.chdir(here)


INSTEAD = {
    "a file of six gigabytes": sparse,
    "garbage": lambda path: path.write_bytes(bytes(range(256)) * 3),
    "nothing": lambda path: path.write_bytes(b""),
    "a pipe": os.mkfifo,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a folder": lambda path: path.mkdir(),
    "a socket": of_socket,
    "a link to nothing": lambda path: path.symlink_to("/nowhere/at/all"),
    "a link to itself": lambda path: path.symlink_to(path.name),
}


def asked(actor: str, command) -> Ask:
    return Ask(actor, command, START, bytes(32))


def put(path, instead: str) -> None:
    path.unlink(missing_ok=True)
    INSTEAD[instead](path)


@contextlib.contextmanager
def little_memory(more: int = 500_000_000):
    """No room for what should not be read."""
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (now + more, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.parametrize("instead", INSTEAD)
def test_a_small_file_is_read_only_where_it_is_one(tmp_path, instead):
    put(tmp_path / "a", instead)
    with little_memory():
        if instead in ("garbage", "nothing"):
            assert read_small(tmp_path / "a", 768) == (tmp_path / "a").read_bytes()
            return
        with pytest.raises(Refusal, match="file_unreadable"):
            read_small(tmp_path / "a", 1_000)


def test_a_small_file_has_a_bound(tmp_path):
    (tmp_path / "a").write_bytes(bytes(1_001))
    with pytest.raises(Refusal, match="is longer than 1000 bytes"):
        read_small(tmp_path / "a", 1_000)
    with pytest.raises(Refusal, match="file_unreadable"):
        read_small(tmp_path / "b", 1_000)


def audited(path) -> Refusal | None:
    store = None
    try:
        store = folder.untrusted(path)
        return verify(store).problem
    except Refusal as refusal:
        return refusal
    finally:
        if store is not None:
            store.close()


@pytest.mark.parametrize("name", ["community.db-journal", "community.db-wal", "community.db-shm"])
@pytest.mark.parametrize("instead", ["a pipe", "a device", "a folder", "a socket", "a link to nothing"])
def test_what_sqlite_would_open_beside_the_database_is_a_file_or_refused(path, name, instead):
    """It waited for ever for somebody to write into a pipe."""
    put(path / name, instead)
    assert audited(path).code == "file_unreadable"
    with pytest.raises(Refusal, match="is no regular file"), folder.opened(path):
        pass


@pytest.mark.parametrize("instead", INSTEAD)
@pytest.mark.parametrize("name", ["log.key", "newest.head", "community.db", "snapshot.npz"])
def test_a_file_of_a_community_that_is_none_is_a_refusal(path, name, instead):
    put(path / name, instead)
    with little_memory():
        audit = audited(path)
        try:
            with folder.opened(path) as community:
                community.execute(asked("newcomer", JoinCommunity("Still here")))
            refused = None
        except Refusal as refusal:
            refused = refusal
    if name == "snapshot.npz":
        assert audit is None and refused is None, "a cache that is none is none"
    elif name == "log.key":
        assert audit is None and refused.code == "file_unreadable", "who audits needs no key"
    else:
        assert audit is not None and refused is not None
        assert refused.family in ("wrong", "unknown", "unavailable", "unsound") and "Traceback" not in str(refused)


@pytest.mark.parametrize("instead", INSTEAD)
def test_an_export_that_is_none_is_refused(tmp_path, instead):
    put(tmp_path / "log.jsonl", instead)
    with little_memory():
        assert verify(Export(tmp_path / "log.jsonl"), private_kept=False).problem.code in ("file_foreign", "file_unreadable")


@pytest.mark.parametrize("suffix", ["-wal", "-shm"])
@pytest.mark.parametrize("instead", ["garbage", "a pipe", "a folder", "a link to itself"])
def test_what_lies_beside_the_database_is_a_refusal_or_no_matter(path, suffix, instead):
    put(path / f"community.db{suffix}", instead)
    code = (
        "import sys; from pathlib import Path; from tests.store.test_hostile_files import audited\n"
        "audited(Path(sys.argv[1]))\n"
        "from engine.store import folder; from engine.refusals import Refusal\n"
        "try:\n"
        "    with folder.opened(Path(sys.argv[1])): pass\n"
        "except Refusal as refusal: print(refusal.code)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, check=True, timeout=60)


@pytest.mark.parametrize("part", [0.1, 0.3, 0.5, 0.7, 0.9, 0.999])
def test_a_truncated_database_is_a_refusal(path, part):
    data = (path / "community.db").read_bytes()
    (path / "community.db").write_bytes(data[: int(len(data) * part)])
    assert audited(path) is not None
    with pytest.raises(Refusal), folder.opened(path) as community:
        community.execute(asked("newcomer", JoinCommunity("Lost")))
        for _ in community.store.lines(0):
            pass
        for table in ("vault", "things", "receipts", "tiles"):
            community.store._row(f"select count(*), max(length(cast(seq as text))) from {table}")
        assert community.store._row("pragma integrity_check(1)")[0] == "ok" or community.store.tile(9, 9)


@pytest.mark.parametrize("sql", ["update events set event = 'nothing' where seq = 3", "update events set event = '{}' where seq = 3"])
def test_a_line_that_is_none_is_a_refusal(path, sql):
    (path / "snapshot.npz").unlink()
    with contextlib.closing(sqlite3.connect(path / "community.db")) as connection, connection:
        connection.execute(sql)
    assert audited(path) is not None
    with pytest.raises(Refusal), folder.opened(path):
        pass


@pytest.mark.parametrize(
    ("sql", "fact"),
    [
        ("pragma application_id = 7", "is no database of folkmoot's"),
        (f"pragma user_version = {tables.SCHEMA + 1}", "is of another version of folkmoot"),
        (f"pragma user_version = {tables.SCHEMA - 1}", "is of another version of folkmoot"),
    ],
)
def test_a_database_that_is_not_of_ours_is_refused_whatever_it_looks_like(path, sql, fact):
    with contextlib.closing(sqlite3.connect(path / "community.db")) as connection, connection:
        connection.execute(sql)
    for opening in (folder.untrusted, folder.open_folder):
        with pytest.raises(Refusal, match=f"file_foreign: .*{fact}"):
            opening(path)


@pytest.mark.parametrize("where", ["a file", "in a file", "a link to itself", "a full folder"])
def test_a_community_is_founded_in_a_folder_or_refused(tmp_path, where):
    place = tmp_path / "c"
    if where == "a link to itself":
        place.symlink_to("c")
    elif where == "a full folder":
        place.mkdir()
        (place / "note.txt").write_text("mine")
    else:
        place.write_text("mine")
    place = place / "deeper" if where == "in a file" else place
    for act in (lambda: folder.found(place, charter.preset("budget"), ORIGIN, START, bytes(32)), lambda: folder.open_folder(place)):
        with pytest.raises(Refusal):
            act()
    with pytest.raises(Refusal):
        folder.untrusted(place)


@pytest.mark.parametrize("is_there", [False, True])
def test_what_cannot_be_founded_leaves_no_folder_that_was_not_there(tmp_path, is_there):
    place = tmp_path / "c"
    if is_there:
        place.mkdir()
    with pytest.raises(Refusal, match="charter_wrong"):
        folder.found(place, "not = a charter = ", ORIGIN, START, bytes(32))
    assert [*tmp_path.rglob("*")] == ([place] if is_there else [])


READ_ONLY = """
import sys
from pathlib import Path
from pathlib import Path
from engine.event import Ask
from engine.kernel.join import JoinCommunity
from engine.refusals import Refusal
from engine.store import folder
from engine.store.export import Export
from engine.verify import verify
from tests.moot import START
path = Path(sys.argv[1])
store = folder.untrusted(path)
print(verify(store).verdict)
store.close()
try:
    with folder.opened(path) as community:
        community.execute(Ask("newcomer", JoinCommunity("Nobody"), START, bytes(32)))
except Refusal as refusal:
    print(refusal.code)
try:
    folder.found(path.parent / "another", "", "a.b/c", START, bytes(32))
except Refusal as refusal:
    print(refusal.code)
"""


def test_a_folder_that_cannot_be_written_is_audited_and_no_more(path):
    """As on a disk that is read-only: a verdict where nothing is to be written, and else a refusal."""
    before, audit = sorted(path.iterdir()), [sys.executable, "-c", READ_ONLY, str(path)]
    if os.getuid() == 0:  # whom no permission holds up: a disk of its own that is read-only, which ends with the process
        mounting = f"mount --bind {path.parent} {path.parent} && mount -o remount,ro,bind {path.parent}"
        if subprocess.run(["unshare", "--mount", "sh", "-c", mounting], check=False, capture_output=True).returncode:
            pytest.skip("nothing can be mounted here")
        audit = ["unshare", "--mount", "sh", "-c", f'{mounting} && exec "$@"', "sh", *audit]
    else:
        path.chmod(0o500)
        path.parent.chmod(0o500)
    try:
        said = subprocess.run(audit, check=False, cwd=ROOT, capture_output=True, text=True, timeout=60)
    finally:
        path.parent.chmod(0o700)
        path.chmod(0o700)
    assert said.stdout.split() == ["sound", "storage_failed", "storage_failed"], said.stderr
    assert sorted(path.iterdir()) == before


def test_a_file_that_cannot_be_put_in_place_is_a_refusal(tmp_path):
    (tmp_path / "newest.head").mkdir()
    with pytest.raises(Refusal, match="storage_failed"):
        replace_with(tmp_path / "newest.head", lambda file: file.write(b"head"))
    assert os.listdir(tmp_path) == ["newest.head"]
    with pytest.raises(Refusal, match="storage_failed"):
        replace_with(tmp_path / "nowhere" / "newest.head", lambda file: file.write(b"head"))
