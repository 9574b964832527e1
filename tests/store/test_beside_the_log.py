"""In a folder somebody gave us nothing lies beside the log: no row, no column, no comment, no byte behind the last page."""

import contextlib
import shutil
import sqlite3
from hashlib import sha256
from struct import pack, unpack_from

import pytest

from engine.event import Ask
from engine.features.ideas.submit import SubmitIdea
from engine.kernel.forget import ForgetMember
from engine.kernel.join import JoinCommunity
from engine.log.checkpoint import Checkpoint
from engine.refusals import Refusal
from engine.store import folder, tables
from engine.verify import verify
from tests.moot import KEY, START
from tests.store.test_sqlite import moot_in

SECRET = b"Zebediah Quux owes the baker forty crowns. "


def problem_in(path):
    """What an audit of a folder names, or its refusal to look."""
    try:
        store = folder.untrusted(path)
    except Refusal as refusal:
        return refusal
    try:
        return verify(store).problem
    finally:
        store.close()


@contextlib.contextmanager
def database(path):
    with contextlib.closing(sqlite3.connect(path / "community.db")) as connection, connection:
        yield connection


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A community whose database has receipts, free pages and an honest history."""
    path = tmp_path_factory.mktemp("beside") / "c"
    moot = moot_in(path, members=3)
    gone = f"m{moot.do('newcomer', JoinCommunity('Gone')).seq}"
    for number in range(40):
        moot.do(gone, SubmitIdea(f"idea {number}", "a long text " * 400))
    moot.do("m2", SubmitIdea("kept", "text"), key="k1")
    moot.do("newcomer", JoinCommunity("By a form"), key="k2")
    moot.do(gone, ForgetMember(gone))
    folder.close(moot.community)
    assert problem_in(path) is None
    return path


@pytest.fixture
def path(made, tmp_path):
    return shutil.copytree(made, tmp_path / "c")


@pytest.mark.parametrize(
    "sql",
    [
        "alter table events add column x text generated always as (hex(zeroblob(499999999))) virtual",
        "alter table vault add column x text",
        "create table more (seq integer)",
        "create view more as select 1",
        "create index more on vault(value)",
        "create index more on vault(seq) where value != 'Zebediah Quux'",
        "create trigger more after insert on events begin select 'Zebediah Quux'; end",
        "drop index vault_owner",
        "insert into vault values (999999, 'name', 'm2', zeroblob(32), '\"Secret\"')",
        "insert into vault values (-4, 'name', 'm2', zeroblob(32), '\"Secret\"')",
        "insert into things values ('i7', 3, 1)",
        "insert into things values ('Zebediah Quux', 999999, 1)",
        "insert into receipts values ('Zebediah Quux', zeroblob(32), zeroblob(32), 1, 1, 1)",
        "update receipts set key_hash = cast('Zebediah Quux' as blob)",
        "update receipts set key_hash = cast('Zebediah Quux owes the baker forty crowns' as blob)",
        "update receipts set command_digest = cast('Zebediah Quux' as blob)",
        "update receipts set at = at + 1",
        "update receipts set seq = seq - 1",
        "update receipts set count = 0",
        "update receipts set count = 999999",
        "update receipts set actor = 'm3' where actor = 'm2'",
        "insert into receipts select actor, zeroblob(32), command_digest, seq, count, at from receipts limit 1",
        "insert into pending values ('a text')",
        "insert into events values (-5, 'MemberJoined', 'newcomer', '', '{}')",
        "insert into tiles values (0, 7, zeroblob(8192))",
        "insert into checkpoints values (1, 'Zebediah Quux')",
    ],
)
def test_what_lies_beside_the_log_in_a_folder_somebody_gave_us_is_found(path, sql):
    with database(path) as connection:
        connection.execute(sql)
    assert problem_in(path).code in ("opening_wrong", "log_broken", "file_foreign", "checkpoint_wrong")


@pytest.mark.parametrize(
    "statement", ["CREATE INDEX vault_owner on vault(owner) -- Zebediah Quux", "CREATE INDEX vault_owner on vault(owner /**/)"]
)
def test_a_comment_in_the_schema_is_found(path, statement):
    with database(path) as connection:
        connection.execute("pragma writable_schema = on")
        connection.execute("update sqlite_master set sql = ? where name = 'vault_owner'", (statement,))
    assert problem_in(path).code == "file_foreign"


def test_a_head_that_says_more_is_found(path):
    with folder.opened(path) as community:
        state = community.state
        head = Checkpoint(KEY.verifier.name, 3, state.tree.root(3))
        store, key = community.store, community.key
        note = key.sign(head)
    for more in (
        note + "— Zebediah " + "QUFBQUFB\n",
        key.sign(Checkpoint(KEY.verifier.name, 3, state.tree.root(3))).replace("\n\n", "\nquux\n\n"),
    ):
        with database(path) as connection:
            connection.execute("insert or replace into checkpoints values (3, ?)", (more,))
        assert problem_in(path).code == "checkpoint_wrong"
    with database(path) as connection:
        connection.execute("insert or replace into checkpoints values (3, ?)", (note,))
    assert problem_in(path) is None and store.path.exists()


def test_bytes_behind_the_last_page_are_found(path):
    with (path / "community.db").open("ab") as file:
        file.write(SECRET)
    assert "is not as long as its pages" in str(problem_in(path))
    with (path / "community.db").open("ab") as file:
        file.write(bytes(4096 - len(SECRET)))
    assert problem_in(path) is not None


@pytest.mark.parametrize("place", [72, 91])
def test_a_byte_in_the_header_that_means_nothing_is_found(path, place):
    with (path / "community.db").open("r+b") as file:
        file.seek(place)
        file.write(b"\1")
    assert "in its header" in str(problem_in(path))


def test_bytes_on_free_pages_are_found(path):
    """What was erased leaves pages free, and nothing on them."""
    data = (path / "community.db").read_bytes()
    size = int.from_bytes(data[16:18])
    trunk, count = unpack_from(">II", data, 32)
    assert trunk and count > 2
    (leaf,) = unpack_from(">I", data, (trunk - 1) * size + 8)
    for place in ((leaf - 1) * size + 100, trunk * size - 100):
        (path / "community.db").write_bytes(data[:place] + SECRET + data[place + len(SECRET) :])
        assert "free pages" in str(problem_in(path)), place
    (path / "community.db").write_bytes(data[:32] + pack(">I", 0) + data[36:])
    assert problem_in(path) is not None, "pages that stand on no list"
    (path / "community.db").write_bytes(data)
    assert problem_in(path) is None


def test_a_list_of_free_pages_that_has_no_end_is_walked_once(path):
    data = bytearray((path / "community.db").read_bytes())
    size = int.from_bytes(data[16:18])
    (trunk,) = unpack_from(">I", data, 32)
    data[(trunk - 1) * size : (trunk - 1) * size + 4] = pack(">I", trunk)
    data[36:40] = pack(">I", 2**31)
    (path / "community.db").write_bytes(data)
    assert problem_in(path) is not None


def test_a_filing_out_of_order_is_found(path):
    with folder.opened(path) as community:
        idea = community.execute(Ask("m2", SubmitIdea("one", "text"), START, bytes(32))).seq
        community.execute(Ask("m2", SubmitIdea("another", "text", None, f"i{idea}"), START, bytes(32)))
    with database(path) as connection:
        assert connection.execute("update things set place = place + 7").rowcount
    assert "is filed out of order" in str(problem_in(path))


def test_an_index_that_leaves_a_row_out_hides_nothing(path):
    with database(path) as connection:
        sql, page = connection.execute("select sql, rootpage from sqlite_master where name = 'vault_owner'").fetchone()
        connection.execute("pragma writable_schema = on")
        connection.execute("delete from sqlite_master where name = 'vault_owner'")
    with database(path) as connection:
        connection.execute("insert into vault values (999999, 'name', 'm2', zeroblob(32), '\"Secret\"')")
        connection.execute("pragma writable_schema = on")
        connection.execute("insert into sqlite_master values ('index', 'vault_owner', 'vault', ?, ?)", (page, sql))
    assert problem_in(path) is not None


def test_a_schema_is_the_same_whoever_writes_it(tmp_path):
    """The text of our tables is a format: another one is not opened."""
    tables.create(tmp_path / "one.db")
    with contextlib.closing(sqlite3.connect(tmp_path / "one.db")) as connection:
        assert tables.is_ours(connection)
        rows = connection.execute("select coalesce(sql, '') from sqlite_master order by type, name").fetchall()
    assert sha256("\n".join(row[0] for row in rows).encode()).hexdigest()[:16] == "dcb66ff2013aab7c"


def test_a_folder_that_is_being_written_is_sound_too(tmp_path):
    """Its write-ahead log is part of the database; what lies in the file alone is not looked at then."""
    moot = moot_in(tmp_path / "c", members=30)
    moot.community.checkpoint()
    assert (tmp_path / "c" / "community.db-wal").stat().st_size and problem_in(tmp_path / "c") is None
    folder.close(moot.community)
    assert problem_in(tmp_path / "c") is None


def problem_of_file(path):
    """What the bytes of a database file that no table has say of it."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        try:
            tables.check_file(path, connection)
        except Refusal as refusal:
            return refusal
    return None


SMALL_PAGE, ROOM = 512, 512 // 4 - 2
"""Some free pages list the others: each says which one lists further, how many it lists itself, and has room for so many."""


@pytest.fixture(scope="module")
def free(tmp_path_factory):
    """A community in small pages, hundreds of them free."""
    path = tmp_path_factory.mktemp("free") / "c"
    folder.close(moot_in(path, members=2).community)
    with contextlib.closing(sqlite3.connect(path / "community.db", isolation_level=None)) as connection:
        for sql in (
            *("pragma secure_delete = on", "pragma journal_mode = delete", f"pragma page_size = {SMALL_PAGE}", "vacuum"),
            *("create table more (x)", f"insert into more values (zeroblob({SMALL_PAGE * 300}))", "drop table more"),
            "pragma journal_mode = wal",
        ):
            connection.execute(sql).fetchall()
    return path


def listed_anew(data: bytearray, listed: int, said: int | None) -> None:
    """The same free pages, each that lists others listing `listed` of them, and `said` to be there in all."""
    pages: list[int] = []
    trunk = unpack_from(">I", data, 32)[0]
    while trunk:
        place = (trunk - 1) * SMALL_PAGE
        following, count = unpack_from(">II", data, place)
        pages += [trunk, *unpack_from(f">{count}I", data, place + 8)]
        data[place : place + SMALL_PAGE] = bytes(SMALL_PAGE)
        trunk = following
    assert len(pages) > 2 * ROOM
    data[32:40] = pack(">II", pages[0], len(pages) if said is None else said)
    while pages:
        here, leaves, pages = pages[0], pages[1 : 1 + listed], pages[1 + listed :]
        page = pack(f">{2 + len(leaves)}I", pages[0] if pages else 0, len(leaves), *leaves)[:SMALL_PAGE]
        data[(here - 1) * SMALL_PAGE : (here - 1) * SMALL_PAGE + len(page)] = page


@pytest.mark.parametrize(
    ("listed", "said", "sound"),
    [
        (0, None, True),
        (1, None, True),
        (ROOM, None, True),
        (ROOM + 1, None, False),
        (ROOM, 0, False),
        (ROOM, ROOM, False),
        (ROOM, ROOM + 1, False),
        (ROOM, 10_000, False),
    ],
)
def test_a_list_of_free_pages_is_as_full_as_it_can_be_and_as_long_as_it_is_said_to_be(free, tmp_path, listed, said, sound):
    path = shutil.copytree(free, tmp_path / "c")
    data = bytearray((path / "community.db").read_bytes())
    listed_anew(data, listed, said)
    (path / "community.db").write_bytes(data)
    assert (problem_in(path) is None) == sound
    problem = problem_of_file(path / "community.db")
    assert problem is None if sound else "has a list of free pages that is none" in str(problem)


@pytest.mark.parametrize(
    ("pages", "place", "sound"),
    [
        (0, None, True),
        (1, None, True),
        (1, 2**30, False),
        (1, 2**30 + 4095, False),
        (1, 2**30 - 1, True),
        (3, 2**30 + 4096, True),
        (3, 2**30 + 100, False),
    ],
)
def test_bytes_on_the_page_that_sqlite_locks_and_never_uses_are_found(tmp_path, pages, place, sound):
    """It stands behind a gigabyte; of a file with nothing in between it costs nothing to have so much."""
    path = tmp_path / "community.db"
    tables.create(path)
    with path.open("r+b") as file:
        file.truncate(2**30 + pages * 4096)
        file.seek(28)
        file.write(pack(">I", 2**30 // 4096 + pages))
        if place is not None:
            file.seek(place)
            file.write(b"Z")
    problem = problem_of_file(path)
    assert problem is None if sound else "on the page that is never used" in str(problem)


def test_a_database_says_whose_it_is(path):
    """Bytes 68 to 71 of an SQLite file are its application's: other programs know ours by them."""
    assert (path / "community.db").read_bytes()[68:72] == b"Folk"
