"""Who may vote: a roll drawn up ahead, or grown by joining, is the roll drawn up from nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.features.polls import electorate
from engine.features.polls import open as open_
from engine.features.polls.cast import CastBallot
from engine.features.polls.open import FreeOption, OpenPoll
from engine.features.polls.roll import RollBook
from engine.features.polls.state import Polls
from engine.kernel.forget import ForgetMember
from engine.kernel.join import JoinCommunity
from engine.kernel.members import Members
from engine.log.merkle import leaf_hash, root_of
from engine.refusals import Refusal
from engine.verify import verify
from tests.moot import Moot


def expected_root(moot: Moot) -> str:
    members = moot.of(Members)
    here = [one for one in members if not members[one].forgotten]
    return root_of([leaf_hash(f"{one} 1".encode()) for one in here]).hex()


@given(st.lists(st.sampled_from(["join", "join", "forget", "poll"]), max_size=25), st.sampled_from([0, 10_000]))
def test_the_roll_is_who_was_there_whatever_happened_before(happenings, ahead_min):
    usual, electorate.PREPARE_FROM = electorate.PREPARE_FROM, ahead_min
    try:
        moot, gone = Moot(members=2), 1
        for what in happenings:
            if what == "join":
                moot.members.append(f"m{moot.do('newcomer', JoinCommunity()).seq}")
            elif what == "forget" and gone < len(moot.members):
                moot.do(moot.members[gone], ForgetMember(moot.members[gone]))
                gone += 1
            elif what == "poll":
                assert moot.of(Polls)[moot.poll()].asked.electorate.root == expected_root(moot)
        assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"
    finally:
        electorate.PREPARE_FROM = usual


@pytest.mark.parametrize("meanwhile", ["nothing", "a newcomer", "a forgotten member"])
def test_what_happens_while_a_roll_is_drawn_up_ahead_is_seen_to(monkeypatch, meanwhile):
    monkeypatch.setattr(electorate, "PREPARE_FROM", 0)
    moot = Moot(members=4)
    command = OpenPoll("ranking", "Which?", options=(FreeOption("a"), FreeOption("b")))
    install = command.prepare(moot.state, moot.ask("m1", command), moot.community.store)()
    if meanwhile == "a newcomer":
        moot.do("newcomer", JoinCommunity())
    elif meanwhile == "a forgotten member":
        moot.do("m3", ForgetMember("m3"))
    install(moot.state)
    assert bool(moot.of(Polls).books) == (meanwhile != "a forgotten member")
    poll = f"p{moot.do('m1', command).seq}"
    assert moot.of(Polls)[poll].asked.electorate.root == expected_root(moot)


def test_who_joins_after_a_poll_opened_is_not_on_its_roll():
    moot = Moot(members=2)
    poll = moot.poll()
    late = f"m{moot.do('newcomer', JoinCommunity()).seq}"
    moot.poll()
    with pytest.raises(Refusal, match="not_on_roll"):
        moot.do(late, CastBallot(poll, "1"))


def test_an_earlier_roll_keeps_its_root_while_the_book_grows():
    book = RollBook()
    book.enter(range(300), [1] * 300, range(300))
    early = book.roll()
    book.enter(range(300, 900), [2] * 600, range(300, 900))
    late = book.roll()
    lines = [f"m{number} {1 if number < 300 else 2}".encode() for number in range(900)]
    assert late.root == root_of([leaf_hash(line) for line in lines]).hex()
    assert early.root == root_of([leaf_hash(line) for line in lines[:300]]).hex()
    assert (early.total, late.total) == (300, 1_500)


def test_nobody_has_a_roll_drawn_up_who_may_not_open_polls(monkeypatch):
    """Neither ahead nor in the writer's turn: it would be work for others, at a stranger's word."""
    moot = Moot(members=2)
    for name in ("electorate_of", "drawn_up_ahead"):
        monkeypatch.setattr(open_, name, lambda *_: pytest.fail("a roll was drawn up"))
    for actor in ("m2", "m99", "clock"):
        with pytest.raises(Refusal, match="not_allowed"):
            moot.do(actor, OpenPoll("ranking", "Which?", options=(FreeOption("a"), FreeOption("b"))))


def test_a_roll_whose_tree_is_not_kept_is_drawn_up_ahead_too(monkeypatch):
    """Snapshots hold no trees: hashing a million lines again is no work for the writer's turn."""
    monkeypatch.setattr(electorate, "PREPARE_FROM", 3)
    moot = Moot(members=4)
    command = OpenPoll("ranking", "Which?", options=(FreeOption("a"), FreeOption("b")))
    moot.do("m1", command)
    book = next(iter(moot.of(Polls).books.values()))
    book.trim(3)
    assert book.hashed == 0 and book.seen == 3
    install = command.prepare(moot.state, moot.ask("m1", command), moot.community.store)()
    install(moot.state)
    assert book.hashed == book.seen == len(book.seqs) == 5
    poll = f"p{moot.do('m1', command).seq}"
    assert moot.of(Polls)[poll].asked.electorate.root == expected_root(moot)
