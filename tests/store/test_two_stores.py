"""What every store answers and takes back alike: the one in memory, and the one in a file."""

import itertools

import pytest

from engine.event import Erased
from engine.features.ideas.comment import CommentIdea
from engine.features.ideas.submit import SubmitIdea
from engine.lines import Filing, Line
from engine.log.fields import SALT_BYTES, Opening
from engine.storage import Kept
from engine.store import tables
from engine.store.memory import MemoryStore
from engine.store.sqlite import SqliteStore
from tests.forging import filed
from tests.moot import Moot


@pytest.fixture
def moots(tmp_path):
    """One life in either store: an idea that extends another, remarks on both, and what was asked by a key."""
    tables.create(tmp_path / "community.db")
    stored = SqliteStore(tmp_path / "community.db")
    moots = [Moot(members=2, store=store) for store in (MemoryStore(), stored)]
    for moot in moots:
        first = moot.idea("m2")
        further = f"i{moot.do('m3', SubmitIdea('One more', 'behind it', None, first), key='k1').seq}"
        for author, idea in (("m2", first), ("m3", first), ("m2", further)):
            moot.do(author, CommentIdea(idea, "a remark"))
    yield moots
    stored.close()


def test_an_event_is_found_by_its_kind_its_actor_and_each_thing_it_is_about(moots):
    lines = [(seq, data, filed(data)) for seq, data in enumerate(moots[0].log())]
    assert any(len(filing.things) > 1 for _, _, filing in lines)
    kinds, actors = ({filing[number] for *_, filing in lines} for number in (0, 1))
    things = {thing for *_, filing in lines for thing in filing.things}
    of = {"kind": lambda filing: (filing.kind,), "actor": lambda filing: (filing.actor,), "thing": lambda filing: filing.things}
    for column, value, kind in itertools.product(of, kinds | actors | things | {"nothing"}, {"", *kinds}):
        expected = [(seq, data) for seq, data, filing in lines if value in of[column](filing) and kind in ("", filing.kind)]
        for moot in moots:
            assert list(moot.community.store.find(column, value, kind)) == expected, (column, value, kind)


def all_of(store) -> list:
    """Everything it answers."""
    lines = list(store.lines(0))
    with store.writing() as batch:
        receipts = [batch.receipt(actor, bytes([number]) * 32) for actor in ("m2", "m3") for number in range(3)]
    openings = [sorted(store.openings(seq)) for seq, _ in lines]
    return [store.size(), store.rows(), lines, openings, [store.filing(seq) for seq, _ in lines], sorted(store.tiles()), receipts]


def line(seq: int) -> Line:
    opening = Opening("text", "m2", bytes(SALT_BYTES), b'"new"')
    return Line(seq, b"{}", [opening], Filing("Kind", "m2", ("i1", "i2")))


STEPS = {
    "append": lambda batch, store: batch.append([line(store.size()), line(store.size() + 1)]),
    "put tiles": lambda batch, store: batch.put_tiles([(7, 7, bytes(32))]),
    "erase one text": lambda batch, store: batch.erase(Erased(seq=5, field="text")),
    "put a receipt": lambda batch, store: batch.put_receipt("m2", bytes([2]) * 32, Kept(bytes(32), 5, 1), 9),
    "erase a member's": lambda batch, store: batch.erase(Erased(owner="m2")),
    "drop receipts": lambda batch, store: batch.drop_receipts(5),
}
STEPS["one after the other"] = lambda batch, store: [step(batch, store) for name, step in STEPS.items() if name != "one after the other"]


@pytest.mark.parametrize("step", STEPS)
def test_a_transaction_that_fails_leaves_nothing_and_one_that_does_not_leaves_the_same_in_both(moots, step):
    stores = [moot.community.store for moot in moots]
    for store in stores:
        with store.writing() as batch:
            for number in (0, 1):
                batch.put_receipt("m3", bytes([number]) * 32, Kept(bytes(32), 4 + number, 1), 4 + number)
    before = all_of(stores[0])
    for store in stores:
        with pytest.raises(ZeroDivisionError), store.writing() as batch:
            STEPS[step](batch, store)
            1 / 0
        assert all_of(store) == before
        with store.writing() as batch:
            STEPS[step](batch, store)
    assert all_of(stores[0]) == all_of(stores[1]) != before
