"""A store that fails in the middle of a batch: nobody is told that something was recorded, and nothing of it is."""

from __future__ import annotations

import secrets

import pytest

from engine.community import Receipt
from engine.features.ideas.submit import SubmitIdea
from engine.kernel import charter
from engine.kernel.join import JoinCommunity
from engine.store import folder
from engine.store import sqlite as stores
from engine.verify import verify
from tests.moot import START, Moot


@pytest.fixture
def moot(tmp_path):
    """Asks and a clock, and a community in a folder, whose database may still grow by a hundred pages."""
    moot = Moot()
    moot.community = folder.found(tmp_path / "c", charter.preset("product"), "moot.example/full", START, bytes(range(32)), "Founder")
    moot.do("newcomer", JoinCommunity("Ana"), "first")
    yield moot
    folder.close(moot.community)


def fill(moot, pages: int | None) -> None:
    """A disk with room for so many pages more."""
    connection = moot.community.store._connection()
    size = connection.execute("pragma page_count").fetchone()[0]
    connection.execute(f"pragma max_page_count = {2**30 if pages is None else size + pages}")


def asks(moot, big: int) -> list:
    """Ideas that need more pages than there are; then a key asked again, for which the log is read in the middle of the batch; then small ones."""
    text = " ".join(secrets.token_hex(16) for _ in range(500))
    wanted = [moot.ask("m1", SubmitIdea(f"Idea {number}", text)) for number in range(big)]
    return [
        *wanted,
        moot.ask("newcomer", JoinCommunity("Ana"), "first"),
        *(moot.ask("m1", SubmitIdea(f"Small {n}", "x"), f"k{n}") for n in range(9)),
    ]


def test_a_disk_that_fills_up_while_a_batch_is_read_records_nothing_of_it(moot):
    before = moot.community.store.size()
    fill(moot, 20)
    answers = moot.community.execute_many(asks(moot, 40))
    assert {answer.code for answer in answers} == {"storage_failed"}
    assert moot.community.store.size() == moot.state.seq == before
    fill(moot, None)
    assert all(isinstance(answer, Receipt) for answer in moot.community.execute_many(asks(moot, 40)))
    moot.community.checkpoint()
    report = verify(moot.community.store)
    assert (report.verdict, report.problem) == ("sound", None)


@pytest.mark.parametrize("method", ["receipt", "put_receipt", "_put"])
def test_whatever_fails_within_a_batch_ends_it(moot, monkeypatch, method):
    import sqlite3

    before = moot.community.store.size()
    real = getattr(stores.SqliteBatch, "_execute" if method != "_put" else "_put")

    def failing(self, *values):
        if method == "_put" or ("insert into receipts" in values[0]) == (method == "put_receipt"):
            with stores._losing():
                raise sqlite3.OperationalError("disk I/O error")
        return real(self, *values)

    monkeypatch.setattr(stores.SqliteBatch, "_execute" if method != "_put" else "_put", failing)
    assert {answer.code for answer in moot.community.execute_many(asks(moot, 3))} == {"storage_failed"}
    monkeypatch.undo()
    assert moot.community.store.size() == moot.state.seq == before


def test_events_of_a_rare_kind_are_found_among_many_as_those_of_a_frequent_one_are(moot, monkeypatch):
    ideas = [f"i{moot.do('m1', SubmitIdea(f'Idea {number}', 'x')).seq}" for number in range(5)]
    for most in (1, 2_000):
        monkeypatch.setattr(stores, "RARE_MAX", most)
        for idea in ideas:
            assert [seq for seq, _ in moot.community.store.find("thing", idea, "IdeaSubmitted")] == [int(idea[1:])]
        assert not list(moot.community.store.find("thing", ideas[0], "IdeaRevised"))
