"""What pages and `show` say of anchors: nothing where there can be none, not yet, where, and no more once it is unwound."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from api.app import build
from api.doors.session import Sessions
from api.views import view_of
from api.views.anchors import NOT_YET
from engine.features.anchors.send import RecordClaims, RecordDecision
from engine.features.anchors.unwind import UnwindAnchor
from engine.features.points.award import AwardPoints
from engine.features.rewards.share import ShareReward
from tests.anchored import filed, head, moot_with_anchors, where
from tests.api.conftest import HTML
from tests.moot import Moot


@pytest.fixture
def moot() -> Moot:
    """With a decision that is final."""
    moot = moot_with_anchors().funded()
    poll = moot.poll()
    moot.vote(poll, "1", "1", "1", "1")
    moot.end(poll)
    return moot


def poll_of(moot: Moot) -> str:
    return f"p{next(seq for seq, _ in moot.community.store.find('kind', 'PollOpened'))}"


def page(moot: Moot, path: str) -> str:
    client = TestClient(build(moot.community, Sessions(bytes(32)), ("testserver",)))
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_what_is_not_anchored_says_so(moot):
    assert view_of(moot.community, "log")["anchored"] == NOT_YET
    assert view_of(moot.community, poll_of(moot))["anchored"] == NOT_YET
    assert NOT_YET in page(moot, "/log") and NOT_YET in page(moot, f"/polls/{poll_of(moot)}")


def test_a_community_that_anchors_nowhere_says_nothing_of_it():
    moot = Moot(members=1)
    assert view_of(moot.community, "log")["anchored"] is None
    assert "nchored" not in page(moot, "/log")
    assert "Nothing yet" in page(moot, "/anchors")


def test_where_a_decision_and_the_log_stand(moot):
    size, poll = moot.state.seq, poll_of(moot)
    name = f"a{moot.do('m1', head(moot, size, 77)).seq}"
    for path in ("/log", f"/polls/{poll}"):
        assert "in block 77 of chain 31337 (chain, recorded 20" in page(moot, path)
    assert f"The first {size} events are anchored" in page(moot, "/log")
    listed = page(moot, "/anchors")
    assert f"The first {size} events" in listed and "0x" + f"{77:064x}" in listed
    moot.do("m1", UnwindAnchor(name))
    assert view_of(moot.community, poll)["anchored"] == NOT_YET == view_of(moot.community, "log")["anchored"]
    assert "unwound" in page(moot, "/anchors")


def test_a_head_that_ends_before_the_decision_does_not_cover_it(moot):
    moot.do("m1", head(moot, 4, 1))
    assert view_of(moot.community, poll_of(moot))["anchored"] == NOT_YET
    moot.do("m1", filed(moot, moot.state.seq))
    assert "in a file that somebody else keeps (notary" in view_of(moot.community, poll_of(moot))["anchored"]


def test_an_open_poll_says_nothing_of_it(moot):
    assert view_of(moot.community, moot.poll())["anchored"] is None


def test_what_stands_on_a_chain_of_a_decision_and_a_round(moot):
    poll = poll_of(moot)
    moot.do("m1", RecordDecision(poll, "opened", where(5)))
    moot.do("m1", RecordDecision(poll, "queued", where(6)))
    moot.do("m1", AwardPoints("m2", 40, "for the soup"))
    round_ = f"r{moot.do('m1', ShareReward('quarterly', 12_000)).seq}"
    moot.do("m1", RecordClaims(round_, "ab" * 32, 12_000, 3, where(7)))
    shown = page(moot, f"/polls/{poll}")
    assert "What it would do was pinned in contract 0xc0" in shown and "Its result was handed over in contract" in shown
    assert "Members claim their shares from contract 0xc0" in page(moot, "/ledger")
    assert f"Claims of round {round_}" in page(moot, "/anchors")
