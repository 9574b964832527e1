"""A snapshot gives the state the log gives, or nothing."""

import hmac
from array import array
from dataclasses import dataclass, make_dataclass
from typing import Annotated

import numpy as np
import pytest

from engine.features.points.award import AwardPoints
from engine.features.polls.cast import CastBallot
from engine.features.polls.state import Poll, Polls
from engine.features.rewards.share import ShareReward
from engine.kernel.forget import ForgetMember
from engine.kernel.join import JoinCommunity
from engine.kernel.loss import Losses
from engine.kernel.members import Members
from engine.refusals import Refusal
from engine.state import State
from engine.store import folder, snapshot
from tests.golden_log import features, life_of
from tests.moot import Moot
from tests.store.test_sqlite import moot_in


def through_a_snapshot(moot):
    """The state of a community in a folder, saved and loaded."""
    snapshot.save(moot.community.store.cache, moot.state)
    loaded = snapshot.load(moot.community.store.cache, moot.community.store)
    assert loaded is not None
    return loaded


def test_a_snapshot_gives_the_state_the_log_gives(tmp_path):
    moot = moot_in(tmp_path / "c", members=8)
    moot.idea("m2", supports=5)
    moot.do("m1", AwardPoints("m2", 7, "soup"))
    poll = moot.poll()
    moot.vote(poll, "1>2", "2", "3>1=2")
    snapshot.save(moot.community.store.cache, moot.state)
    moot.do("m5", CastBallot(poll, "2"))
    live = moot.state
    folder.close(moot.community)
    loaded = snapshot.load(moot.community.store.cache, folder.untrusted(tmp_path / "c"))
    assert loaded is not None and loaded.seq == live.seq - 2, "the ballot and its points come after it"
    with folder.opened(tmp_path / "c") as again:
        assert snapshot.view(again.state) == snapshot.view(live)
        ours, theirs = again.state[Polls][poll].ballots, live[Polls][poll].ballots
        assert ours.cast == theirs.cast == 4 and ours.sealed() == theirs.sealed()
        assert again.state.tree.root() == live.tree.root()


@pytest.mark.parametrize("feature", features())
def test_every_part_comes_back_as_it_was(tmp_path, feature):
    """Value for value and type for type: over lives in which everything happens."""
    moot = life_of(feature).life()
    cache = snapshot.Cache(tmp_path / "snapshot.npz", bytes(32))
    snapshot.save(cache, moot.state)
    loaded = snapshot.load(cache, moot.community.store)
    assert snapshot.view(loaded) == snapshot.view(moot.state)
    for part in moot.state:
        same(part, loaded[type(part)], type(part).__name__)


def same(ours, theirs, where: str) -> None:
    """Every field of both, at any depth; columns have their types, and can be written to where they could."""
    assert isinstance(ours, type(theirs)), where  # a poll's question is at first the event that asked it
    if isinstance(ours, np.ndarray):
        assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape) and (ours == theirs).all(), where
        assert theirs.flags.writeable or not ours.flags.writeable, where
    elif hasattr(ours, "typecode"):
        assert ours.typecode == theirs.typecode and ours == theirs, where
    elif isinstance(ours, dict):
        assert list(ours) == list(theirs), where
        for key in ours:
            same(ours[key], theirs[key], f"{where}.{key}")
    elif hasattr(ours, "__dataclass_fields__"):
        for name, field in ours.__dataclass_fields__.items():
            if field.init:
                same(getattr(ours, name), getattr(theirs, name), f"{where}.{name}")
    else:
        assert ours == theirs, where


def test_open_polls_share_their_rolls_after_a_start_as_in_life(tmp_path):
    """Twenty polls over a million members must not hold twenty lists of them."""
    moot = moot_in(tmp_path / "c", members=299)
    first, second = moot.poll(), moot.poll()
    moot.do("newcomer", JoinCommunity("Late"))
    third = moot.poll()
    moot.vote(first, "1>2", "2", "3>1=2")
    loaded = through_a_snapshot(moot)
    for state in (moot.state, loaded):
        rolls = [state[Polls][poll].ballots.roll for poll in (first, second, third)]
        assert rolls[0] is rolls[1] and rolls[0].book is rolls[2].book
        assert [roll.count for roll in rolls] == [300, 300, 301]
        assert rolls[0].powers is rolls[1].powers and not rolls[0].powers.flags.writeable
    assert snapshot.view(loaded) == snapshot.view(moot.state)
    assert loaded[Polls].books[1].roll() is loaded[Polls][third].ballots.roll
    folder.close(moot.community)
    with folder.opened(tmp_path / "c") as again:
        again.execute(moot.ask("m1", CastBallot(second, "1")))
        assert again.state[Polls][second].ballots.cast == 1 and again.state[Polls][first].ballots.cast == 3


def test_what_was_only_asked_for_is_no_difference():
    """A part appears when somebody looks; one that knows nothing yet is no part of what a state knows."""
    state = State()
    assert not state[Losses].heads and not state[Polls].polls
    assert snapshot.view(state) == snapshot.view(State())
    state[Losses].heads.add((1, "0"))
    assert snapshot.view(state) != snapshot.view(State())


def test_what_was_drawn_up_for_a_poll_that_was_refused_is_no_difference():
    moot = Moot(members=2)
    before = snapshot.view(moot.state)
    with pytest.raises(Refusal, match="poll_not_ready"):
        moot.poll(options=1)
    assert snapshot.view(moot.state) == before


def test_a_community_goes_on_from_a_snapshot_as_it_would_have(tmp_path):
    moot = moot_in(tmp_path / "c", members=6)
    moot.funded()
    poll = moot.poll()
    moot.vote(poll, "1>2", "2", "3>1=2")
    snapshot.save(moot.community.store.cache, moot.state)
    folder.close(moot.community)
    moot.community = folder.open_folder(tmp_path / "c")
    moot.do("m4", CastBallot(poll, "2"))
    moot.do("m5", ForgetMember("m5"))
    moot.do("m1", ShareReward("quarterly", 100))
    moot.end(poll)
    live = snapshot.view(moot.state)
    moot.community.store.cache.path.unlink()
    folder.close(moot.community)
    with folder.opened(tmp_path / "c") as again:
        assert snapshot.view(again.state) == live


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-40],
        lambda data: b"",
        lambda data: data.replace(b'"seq":', b'"sqe":'),
        lambda data: data.replace(b'"founder"', b'"rounder"'),
        lambda data: data[:400] + bytes([data[400] ^ 1]) + data[401:],
        lambda data: hmac.digest(bytes(32), data[32:], "sha256") + data[32:],
    ],
    ids=["cut", "empty", "key", "role", "bit", "another key's"],
)
def test_a_spoilt_snapshot_is_ignored(tmp_path, spoil):
    moot = moot_in(tmp_path / "c", members=3)
    cache = moot.community.store.cache
    snapshot.save(cache, moot.state)
    assert snapshot.load(cache, moot.community.store) is not None
    before = cache.path.read_bytes()
    cache.path.write_bytes(spoil(before))
    assert cache.path.read_bytes() != before and snapshot.load(cache, moot.community.store) is None
    folder.close(moot.community)
    with folder.opened(tmp_path / "c") as again:
        assert again.state.seq == 5


def test_a_snapshot_of_another_log_is_ignored(tmp_path):
    one, two = moot_in(tmp_path / "one", members=3), moot_in(tmp_path / "two", "budget", members=4)
    cache = two.community.store.cache
    snapshot.save(cache, one.state)
    assert snapshot.load(cache, two.community.store) is None


def test_a_part_of_another_shape_makes_the_snapshot_be_ignored(tmp_path, monkeypatch):
    """However deep the difference lies: a field with a default would be filled in and be wrong."""
    moot = moot_in(tmp_path / "c", members=3)
    moot.poll()
    cache, store = moot.community.store.cache, moot.community.store
    snapshot.save(cache, moot.state)

    @dataclass
    class Poll2(Poll):
        disputed: bool = False

    for name, changed in (("Poll", Poll2),):
        hints = dict(Polls.__annotations__)
        with monkeypatch.context() as patch:
            patch.setattr("engine.features.polls.state.Poll", changed)
            assert Polls.__annotations__ == hints and name in str(hints)
            assert snapshot.load(cache, store) is None
    assert snapshot.load(cache, store) is not None
    with monkeypatch.context() as patch:
        patch.setattr(Members, "__annotations__", {**Members.__annotations__, "forgotten": "str"})
        assert snapshot.load(cache, store) is None
    folder.close(moot.community)


def test_a_spoilt_snapshot_stops_nobody_who_only_asks_how_old_it_is(tmp_path):
    moot = moot_in(tmp_path / "c", members=3)
    cache = moot.community.store.cache
    snapshot.save(cache, moot.state)
    data = bytearray(cache.path.read_bytes())
    data[32 + 8] = 99  # a way of packing that nobody knows
    cache.path.write_bytes(bytes(data))
    assert snapshot.seq_of(cache) in (0, moot.state.seq)
    folder.close(moot.community)


def test_closing_leaves_a_snapshot_when_much_has_happened(tmp_path, monkeypatch):
    moot = moot_in(tmp_path / "c", members=3)
    monkeypatch.setattr(folder, "SNAPSHOT_EVERY", moot.state.seq + 1)
    folder.close(moot.community)
    assert not (tmp_path / "c" / "snapshot.npz").exists()
    monkeypatch.setattr(folder, "SNAPSHOT_EVERY", moot.state.seq)
    with folder.opened(tmp_path / "c") as again:
        seq = again.state.seq
    assert snapshot.seq_of(again.store.cache) == seq


def test_a_part_with_a_column_of_another_kind_is_another_part():
    def part(kind: str) -> type:
        return make_dataclass("Held", [("column", Annotated[array, kind])])

    assert snapshot.name_of(part("q")) == snapshot.name_of(part("q")) != snapshot.name_of(part("b"))


def test_a_snapshot_of_another_version_is_none(tmp_path, monkeypatch):
    moot = moot_in(tmp_path / "c", members=2)
    cache = moot.community.store.cache
    monkeypatch.setattr(snapshot, "VERSION", snapshot.VERSION + 1)
    snapshot.save(cache, moot.state)
    monkeypatch.undo()
    assert snapshot.load(cache, moot.community.store) is None
