"""A log held against a node: what it says of a chain is so, or the first that is not is named; and the chain's own head is this log's."""

from __future__ import annotations

from pathlib import Path

import pytest

from api import on_node
from api.on_node import held
from contracts.local_node import CHAIN_ID
from engine.features.amendments.amend import AmendCharter
from engine.features.anchors.anchor import RecordAnchor
from engine.features.anchors.send import RecordDecision
from engine.features.anchors.state import Anchors, OnChain
from engine.features.anchors.unwind import UnwindAnchor
from engine.features.polls.open import OpenPoll
from engine.features.polls.state import Polls
from engine.kernel.charter import preset
from tests.anchored import anchored, moot_with_anchors
from tests.contracts.anchoring import Anchoring
from tests.council import TEXT, seated
from tests.moot import Moot


@pytest.fixture
def anchoring(rpc, tmp_path: Path) -> Anchoring:
    """Three heads, each in a block of its own."""
    anchoring = Anchoring(rpc, tmp_path)
    for _ in range(3):
        anchoring.happens()
        anchoring.anchored()
    return anchoring


def hold(anchoring: Anchoring, cut: int | None = None):
    lines = list(anchoring.moot.community.store.lines(0, cut))
    return held(lines, lines, [anchoring.rpc.node()])


def problem(anchoring: Anchoring, cut: int | None = None) -> tuple[str, int | None]:
    answer = hold(anchoring, cut)
    assert answer.problem is not None
    return f"{answer.problem.code}: {answer.problem.fact}", answer.seq


def test_what_stands_is_found_standing(anchoring):
    answer = hold(anchoring)
    assert answer.problem is None and answer.checked == {"heads": 3}
    assert answer.lines()[-1].startswith("So it stands")


def test_what_is_unwound_and_not_taken_back_is_the_first_that_is_named(anchoring):
    heads = list(anchoring.moot.of(Anchors).heads.values())
    height = anchoring.rpc.idle(0)
    anchoring.rpc.unwind(height - heads[1].where.block + 1, True)
    said, seq = problem(anchoring)
    assert said == "anchor_missing: is in a block that is not of the chain any more, or never was"
    assert seq == int(heads[1].id[1:])
    anchoring.anchored()
    assert hold(anchoring).problem is None
    assert hold(anchoring).checked["unwound"] == 2


def test_a_log_that_was_cut_short_is_found_by_what_the_contract_holds(anchoring):
    _, second, third = anchoring.moot.of(Anchors).heads.values()
    said, seq = problem(anchoring, cut=third.size - 1)
    assert said.startswith("log_went_back: holds a head of") and "cut short" in said and seq == int(second.id[1:])


def test_a_log_that_was_cut_off_before_its_first_anchor_is_found_by_what_its_charter_names(anchoring):
    first = next(iter(anchoring.moot.of(Anchors).heads.values()))
    said, seq = problem(anchoring, cut=int(first.id[1:]))
    assert said.startswith("log_went_back: holds a head of") and "cut short" in said and seq == 0


def test_a_charter_may_name_a_contract_that_is_not_there_yet_or_is_another_logs(rpc, anchoring):
    for contract in ("0x" + "cc" * 20, Anchoring(rpc, anchoring.path.parent, origin="elsewhere.example/moot").contract):
        moot = moot_with_anchors(contract=contract, chain_id=CHAIN_ID)
        lines = list(moot.community.store.lines(0))
        assert held(lines, lines, [rpc.node()]).problem is None


def test_a_place_that_an_amendment_brings_is_looked_at_too(rpc, anchoring):
    """Given a charter that names nothing, amended into one that names a contract, when it is read, then the amendment is what named it."""
    moot = Moot(members=3)
    assert held(lines := list(moot.community.store.lines(0)), lines, [rpc.node()]).problem is None
    text = anchored(preset("product"), contract=anchoring.contract, chain_id=CHAIN_ID)
    poll = f"p{moot.do('m1', OpenPoll('charter', 'Anchor?', amendment=text)).seq}"
    moot.vote(poll, "1", "1", "1", "1")
    moot.end(poll)
    amended = moot.do("m1", AmendCharter(poll, text)).seq
    assert on_node._Log(moot.community.store.lines(0)).named == {(CHAIN_ID, anchoring.contract): amended}


def test_a_step_is_held_against_the_opening_of_its_poll_whatever_shape_that_has():
    """Given polls that state more than the plainest can, as a council, when a node is asked, then each goes by its own opening's leaf."""
    moot = seated(text=anchored(TEXT))
    polls = [moot.poll(), moot.poll("matter", options=2)]
    assert [len(list(moot.community.store.find("kind", kind))) for kind in ("PollOpened", "PollOpened.3")] == [1, 1]
    log = on_node._Log(moot.community.store.lines(0))
    assert log.opened == {poll: bytes.fromhex(moot.of(Polls)[poll].opened) for poll in polls}


def recorded(anchoring: Anchoring, **change) -> None:
    """Somebody records a head that is this log's, and says that it stands where it does not."""
    last = list(anchoring.moot.of(Anchors).heads.values())[-1]
    anchoring.moot.do("m1", UnwindAnchor(last.id))
    where = OnChain(**(vars(last.where) | change.pop("where", {})))
    size = change.get("size", last.size)
    anchoring.moot.do("m1", RecordAnchor("chain", size, anchoring.moot.state.tree.root(size).hex(), where))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"where": {"transaction": "ab" * 32}}, "is not in that block"),
        ({"where": {"block_hash": "ab" * 32}}, "not of the chain any more, or never was"),
        ({"where": {"block": 10**9}}, "does not have yet"),
        ({"size": 8}, "wrote another head than that of 8 events"),
    ],
    ids=str,
)
def test_an_anchor_that_was_made_up_is_found_out(anchoring, change, why):
    if "size" in change:
        change = {"size": list(anchoring.moot.of(Anchors).heads.values())[-1].size + 1}
        why = f"wrote another head than that of {change['size']} events"
    recorded(anchoring, **change)
    said, seq = problem(anchoring)
    assert why in said and seq == anchoring.moot.state.seq - 1


def test_chains_that_nobody_asked_about_are_said_to_be_left_out(anchoring):
    anchoring.rpc.chain(5)
    answer = hold(anchoring)
    assert answer.problem is None and answer.checked == {"elsewhere": 3}
    assert answer.lines()[-1].startswith("Nothing of this log stands")


def test_a_decision_that_is_said_to_stand_in_a_transaction_that_is_none_of_its_contracts(anchoring):
    last = list(anchoring.moot.of(Anchors).heads.values())[-1]
    poll = anchoring.moot.poll()
    foreign = OnChain(CHAIN_ID, "0x" + "dd" * 20, last.where.transaction, last.where.block, last.where.block_hash)
    anchoring.moot.do("m1", RecordDecision(poll, "opened", foreign))
    said, seq = problem(anchoring)
    assert "has nothing to do with contract" in said and seq == anchoring.moot.state.seq - 1
