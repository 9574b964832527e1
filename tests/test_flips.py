"""No byte of an export and no column of a database can be changed without `verify` saying so."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest

from engine import lines
from engine.features.points.award import AwardPoints
from engine.features.polls.cast import CastBallot
from engine.kernel import charter as charters
from engine.kernel.forget import ForgetMember
from engine.kernel.join import JoinCommunity
from engine.log.checkpoint import LogKey
from engine.log.fields import opens, sealed_in
from engine.refusals import Refusal
from engine.store import export, folder
from engine.verify import verify
from simulations import roastery
from tests.moot import ORIGIN, START, Moot

CHUNKS = 8
SAMPLE = 2_000


def verdict(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return verify(export.Export(path), private_kept=False).verdict


def is_refused_at_its_line(data: bytes, place: int) -> bool:
    """Whether the line that `place` is in cannot even be read: what the audit does first, without the lines before it."""
    start, end = data.rfind(b"\n", 0, place) + 1, data.find(b"\n", place)
    seq = data.count(b"\n", 0, place) - 1
    reader = export.Export(Path("nowhere"))
    try:
        event, openings = reader._event(data[start:end], "the line")
        sealed = sealed_in(lines.read(event, seq).event)
        return not all(opening.field in sealed and opens(sealed[opening.field].commitment, *opening[2:]) for opening in openings)
    except Refusal:
        return True


def is_found(path: Path, data: bytes, place: int) -> bool:
    first, last = data.find(b"\n"), data.rfind(b"\n", 0, len(data) - 1)
    if first < place < last and data[place] != 10 and is_refused_at_its_line(data, place):
        return True
    return verdict(path, data) == "unsound"


def flipped(data: bytes, place: int, draw: random.Random) -> bytes:
    changed = bytearray(data)
    changed[place] ^= 1 << draw.randrange(8)
    return bytes(changed)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An export of 200 events: a few of everything, and members."""
    moot = Moot(members=5)
    moot.idea("m2", supports=5)
    poll = moot.poll()
    moot.vote(poll, "1>2", "2", "3>1")
    moot.end(poll)
    moot.do("m1", AwardPoints("m2", 5, "thanks"))
    moot.do("m3", ForgetMember("m3"))
    while moot.state.seq < 200:
        moot.do("newcomer", JoinCommunity())
    return written(moot.community, tmp_path_factory.mktemp("small"))


def written(community, folder_path: Path) -> bytes:
    path = folder_path / "log.jsonl"
    with path.open("wb") as file:
        export.write(community, file)
    data = path.read_bytes()
    assert verdict(path, data) == "sound"
    return data


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_byte_of_an_export_can_be_flipped(small, tmp_path, chunk):
    """Every byte of an export of 200 events, one bit of it, drawn."""
    draw = random.Random(chunk)
    assert small.count(b"\n") == 202
    for place in range(chunk, len(small), CHUNKS):
        changed = flipped(small, place, draw)
        assert is_found(tmp_path / "log.jsonl", changed, place), f"byte {place}: {small[max(0, place - 30) : place + 30]!r}"


def test_no_byte_of_a_large_export_can_be_flipped(tmp_path):
    """Two thousand bytes, drawn, of the demo community's export."""
    community = folder.found(tmp_path / "c", roastery.charter(), roastery.ORIGIN, START - 91 * 86_400_000, bytes(32), "Imogen Vale")
    roastery.play(community, b"flips", START)
    data, draw = written(community, tmp_path), random.Random(7)
    folder.close(community)
    for place in draw.sample(range(len(data)), SAMPLE):
        changed = flipped(data, place, draw)
        assert is_found(tmp_path / "log.jsonl", changed, place), f"byte {place}: {data[max(0, place - 30) : place + 30]!r}"


@pytest.mark.parametrize("cut", [1, 2, 60, 5_000])
def test_a_truncated_export_is_found(small, tmp_path, cut):
    assert verdict(tmp_path / "log.jsonl", small[:-cut]) == "unsound"
    assert verdict(tmp_path / "log.jsonl", small + b"\n") == "unsound"
    assert verdict(tmp_path / "log.jsonl", b"\n".join(small.split(b"\n")[:-3]) + b"\n") == "unsound"


def lived_in(path: Path) -> None:
    community = folder.found(path, charters.preset("product"), ORIGIN, START, bytes(32), "Ana")
    moot = Moot.__new__(Moot)
    moot.community, moot.now, moot._asked = community, START, 0
    moot.members = ["m1"] + [f"m{moot.do('newcomer', JoinCommunity(f'Member {n}', f'm{n}@example.org')).seq}" for n in range(4)]
    moot.idea("m2", supports=5)
    poll = moot.poll()
    moot.vote(poll, "1>2", "2", "3>1")
    community.checkpoint()
    moot.end(poll)
    other = moot.poll()
    moot.do("m2", CastBallot(other, "2"))
    moot.do("m3", ForgetMember("m3"))
    community.checkpoint()
    folder.close(community)


def audited(path: Path) -> str:
    store = None
    try:
        store = folder.untrusted(path)
        return verify(store).verdict
    except Refusal:
        return "unsound"
    finally:
        if store is not None:
            store.close()


def test_no_column_of_any_row_can_be_changed(tmp_path):
    path = tmp_path / "c"
    lived_in(path)
    assert audited(path) == "sound"
    database = sqlite3.connect(path / "community.db", isolation_level=None)
    tried = 0
    for table in ("events", "vault", "checkpoints", "tiles"):
        columns = [row[1:3] for row in database.execute(f"pragma table_info({table})")]
        rows = database.execute(f"select rowid, * from {table}").fetchall()
        for row in rows:
            for number, (column, kind) in enumerate(columns, 1):
                value = row[number]
                other = (
                    value + 1_000
                    if kind == "INTEGER"
                    else bytes([value[0] ^ 1]) + value[1:]
                    if kind == "BLOB"
                    else value[:-1] + chr(ord(value[-1:] or "a") ^ 1)
                )
                database.execute(f"update {table} set {column} = ? where rowid = ?", (other, row[0]))
                where = other if (table, column) in (("events", "seq"), ("checkpoints", "size")) else row[0]
                assert audited(path) == "unsound", (table, column, row[:3])
                database.execute(f"update {table} set {column} = ? where rowid = ?", (value, where))
                tried += 1
    assert tried > 200
    for table in ("events", "vault"):
        rowid, *values = database.execute(f"select rowid, * from {table} order by rowid desc limit 1").fetchone()
        database.execute(f"delete from {table} where rowid = ?", (rowid,))
        assert audited(path) == "unsound"
        database.execute(f"insert into {table} values ({','.join('?' * len(values))})", values)
    assert audited(path) == "sound"
    database.close()


def test_a_foreign_or_cut_database_is_refused(tmp_path):
    path = tmp_path / "c"
    lived_in(path)
    data = (path / "community.db").read_bytes()
    for wrong in (b"", b"not a database at all" * 100, data[: len(data) // 2], data[:100]):
        (path / "community.db").write_bytes(wrong)
        assert audited(path) == "unsound"
    other = sqlite3.connect(tmp_path / "c" / "other.db")
    other.execute("create table events(seq, event)")
    other.commit()
    other.close()
    (path / "other.db").replace(path / "community.db")
    assert audited(path) == "unsound"
    with pytest.raises(Refusal, match="file_foreign"):
        folder.open_folder(path)


def test_key_and_vault_are_only_for_their_owner(tmp_path):
    lived_in(tmp_path / "c")
    assert (tmp_path / "c").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "c" / "community.db").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "c" / "log.key").stat().st_mode & 0o777 == 0o600
    assert LogKey.read((tmp_path / "c" / "log.key").read_text()).verifier.name == ORIGIN


def test_a_line_of_repeated_brackets_is_refused_at_once(tmp_path):
    """A pattern that tries every way to split a line would take hours."""
    moot = Moot(members=1)
    with (tmp_path / "moot.jsonl").open("wb") as file:
        export.write(moot.community, file)
    first, *rest = (tmp_path / "moot.jsonl").read_bytes().splitlines(keepends=True)
    hostile = b'{"event":{"a":1' + b'},"open":{"b":1' * 40_000 + b"}}\n"
    (tmp_path / "moot.jsonl").write_bytes(first + hostile + b"".join(rest))
    assert verify(export.Export(tmp_path / "moot.jsonl"), private_kept=False).problem.code == "json_not_canonical"
