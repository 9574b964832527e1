"""The flat tables say what the log and its public texts say, no less and no more."""

import json

import pytest
from sqlite_utils import Database

from engine.features.ideas.submit import SubmitIdea
from engine.kernel.erase import EraseText
from engine.kernel.forget import ForgetMember
from engine.kernel.join import JoinCommunity
from engine.log.json import canonical, parse_own
from engine.store import flat
from tests.forging import filed, lived
from tests.moot import Moot
from tests.signing import register, registering


@pytest.fixture(scope="module")
def moot() -> Moot:
    """One that has lived, with something erased, somebody forgotten, and an event about several things."""
    moot = lived()
    first = moot.idea("m2")
    moot.do("m3", SubmitIdea("One more", "behind the first", None, first))
    for field in ("title", "text"):
        moot.do("m1", EraseText(int(first[1:]), field, "personal"))
    moot.do("newcomer", JoinCommunity("Bo", "bo@example.org"))
    moot.do("m4", ForgetMember("m4"))
    return moot


@pytest.fixture(scope="module")
def tables(moot, tmp_path_factory):
    path = tmp_path_factory.mktemp("flat") / "flat.db"
    assert flat.write(moot.community, path) == len(moot.log())
    database = Database(path)
    yield database
    database.close()


def test_the_events_are_the_lines_of_the_log(moot, tables):
    rows = [{**row, "body": json.loads(row["body"])} for row in tables["events"].rows]
    assert [canonical(row) for row in rows] == moot.log()


def test_every_kind_has_a_table_of_its_own_with_its_fields(moot, tables):
    lines = [parse_own(data) for data in moot.log()]
    assert set(tables.table_names()) == {"events", "texts", "things"} | {line["kind"] for line in lines}
    for line in lines:
        row = tables[line["kind"]].get(line["seq"])
        assert (row["at"], row["actor"]) == (line["at"], line["actor"])
        for name, value in line["body"].items():
            said = row[f"{name}_" if name in ("seq", "at", "actor") else name]
            assert (json.loads(said) if isinstance(value, dict | list) else said) == value, (line["kind"], name)


def test_the_things_are_what_each_event_is_about(moot, tables):
    rows = [(row["thing"], row["seq"]) for row in tables["things"].rows]
    assert sorted(rows) == sorted((thing, seq) for seq, data in enumerate(moot.log()) for thing in filed(data).things)


def test_the_texts_are_the_public_ones_that_are_not_erased(moot, tables):
    texts = {(row["seq"], row["field"]): row["text"] for row in tables["texts"].rows}
    kept = {
        (seq, opening.field): parse_own(opening.value) for seq in range(len(moot.log())) for opening in moot.community.store.openings(seq)
    }
    private = {place for place in kept if place[1] in ("email", "choice", "draw_secret")}
    assert "bo@example.org" in {kept[place] for place in private}, "something is left out"
    assert texts == {place: text for place, text in kept.items() if place not in private}
    assert "behind the first" in texts.values() and "A bench" in texts.values()


def test_a_signature_stands_beside_its_event(tmp_path):
    """After more events than are written at once, none of which bears any."""
    moot = Moot(members=250)
    register(moot, "m2")
    flat.write(moot.community, tmp_path / "flat.db")
    database = Database(tmp_path / "flat.db")
    rows = [{**row, "body": json.loads(row["body"])} for row in database["events"].rows]
    database.close()
    assert [canonical({name: value for name, value in row.items() if value is not None or name != "sig"}) for row in rows] == moot.log()
    assert rows[-1]["sig"] == registering(moot, "m2").sig
