"""Anchoring on a chain: written once, recorded when it is deep, taken back when it is unwound, whatever the node does."""

from __future__ import annotations

from contextlib import suppress

import pytest

from contracts import heads, journal
from contracts.abi import checksummed
from contracts.journal import Journal
from contracts.node import Node
from contracts.sender import GWEI, PATIENCE
from engine.community import Community
from engine.features.anchors.state import Anchors
from engine.refusals import Refusal
from engine.verify import verify
from tests.contracts.anchoring import Anchoring, refused


def test_a_head_is_recorded_once_its_block_is_deep_enough(anchoring):
    size = anchoring.moot.state.seq
    first = anchoring.step()
    assert first.begun == size and first.waits and not first.recorded
    anchoring.rpc.mine(1)
    assert not anchoring.step().recorded, "two blocks are not three"
    anchoring.rpc.mine(1)
    done = anchoring.step()
    assert done.recorded == (f"a{size}",) and not done.waits
    anchor = anchoring.moot.of(Anchors)[f"a{size}"]
    assert (anchor.size, anchor.where.contract) == (size, anchoring.contract)
    assert len(anchoring.sent()) == 1
    assert verify(anchoring.moot.community.store, allow_unsigned=True).verdict == "sound"


def test_nothing_is_anchored_for_the_sake_of_anchoring(anchoring):
    anchoring.anchored()
    again = anchoring.step()
    assert again == type(again)() and len(anchoring.sent()) == 1
    anchoring.happens()
    anchoring.anchored()
    assert len(anchoring.standing()) == 2


# -- a process killed at any instant ---------------------------------------------------------------------------------


class Killed(BaseException):
    """The process is gone."""


class Instants:
    """Counts down to the instant at which the process is killed: before each thing it does, and after each that has an effect."""

    def __init__(self, monkeypatch) -> None:
        self.left, self.last = -1, ""
        node, append, execute = Node._result, Journal._append, Community.execute

        def asked(this, method, params):
            self.pass_by(f"before {method}")
            told = node(this, method, params)
            if method == "eth_sendRawTransaction":
                self.pass_by("after sending")
            return told

        def written(this, line):
            self.pass_by(f"before writing {next(iter(line))}")
            if self.left == 0:  # half a line
                this._file.write(b'{"ended":0,"sta')
                this._file.flush()
            self.pass_by("in the middle of a line")
            append(this, line)
            self.pass_by(f"after writing {next(iter(line))}")

        def done(this, ask):
            self.pass_by("before recording")
            receipt = execute(this, ask)
            self.pass_by("after recording")
            return receipt

        monkeypatch.setattr(Node, "_result", asked)
        monkeypatch.setattr(Journal, "_append", written)
        monkeypatch.setattr(Community, "execute", done)

    def pass_by(self, what: str) -> None:
        if self.left == 0:
            self.left, self.last = -1, what
            raise Killed(what)
        self.left -= 1


def run_and_kill(anchoring: Anchoring, instants: Instants, instant: int) -> bool:
    """Anchor, killed at an instant; whether that came before it was done."""
    instants.left, instants.last = instant, ""
    with suppress(Killed):
        anchoring.anchored()
    killed, instants.left = bool(instants.last), -1
    return killed


def test_killed_at_any_instant_it_sends_one_transaction_for_one_head_and_loses_none(anchoring, monkeypatch, capsys):
    instants, seen = Instants(monkeypatch), list[str]()
    anchoring.anchored()
    for instant in range(1_000):
        instants.left = -1
        anchoring.happens()
        sent, standing, size = len(anchoring.sent()), len(anchoring.standing()), anchoring.moot.state.seq
        anchoring.rpc.base_fee(GWEI + 2 * instant)
        killed = run_and_kill(anchoring, instants, instant)
        anchoring.rpc.base_fee(GWEI + 2 * instant + 1)  # what is signed anew is another transaction
        anchoring.anchored()
        assert len(anchoring.sent()) == sent + 1, f"killed {seen[-1:]}"
        assert len(anchoring.standing()) == standing + 1 and size in anchoring.standing()
        assert heads.newest(anchoring.rpc.node(), anchoring.contract).size == size
        if not killed:
            break
        seen.append(instants.last)
    with capsys.disabled():
        print(f"\nkilled at {len(seen)} instants: {', '.join(dict.fromkeys(seen))}")
    assert {"after writing intent", "in the middle of a line", "after writing signed", "after sending", "after recording"} <= set(seen)
    assert verify(anchoring.moot.community.store, allow_unsigned=True).verdict == "sound"


# -- reorganisations -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("forgets", [False, True], ids=["its transactions wait again", "the node forgets them"])
@pytest.mark.parametrize("depth", [1, 2, 3, 5])
def test_what_a_reorganisation_unwinds_is_not_claimed_and_is_anchored_again(anchoring, depth, forgets):
    anchoring.anchored()
    anchoring.happens()
    size = anchoring.moot.state.seq
    anchoring.anchored()
    sent = anchoring.sent()
    anchoring.rpc.idle(2)
    anchoring.rpc.unwind(depth, forgets)
    after = anchoring.step()
    stays = depth <= 4  # three blocks and two
    assert after.unwound == (() if stays else (f"a{size}",))
    assert anchoring.moot.of(Anchors).over(size - 1) is not None if stays else anchoring.moot.of(Anchors).over(size - 1) is None
    anchoring.anchored()
    assert anchoring.moot.of(Anchors).over(size - 1) is not None
    assert anchoring.sent() == sent, "the same transaction, under the same nonce"


def test_several_heads_unwound_stand_again_in_their_order(anchoring):
    sizes = []
    for _ in range(3):
        anchoring.happens()
        sizes.append(anchoring.moot.state.seq)
        anchoring.anchored()
    height = anchoring.rpc.idle(0)
    first = next(iter(anchoring.moot.of(Anchors).heads.values())).where.block
    anchoring.rpc.unwind(height - first + 1, True)
    done = anchoring.step(begins=False)
    assert len(done.unwound) == 3 and anchoring.standing() == []
    anchoring.anchored()
    assert anchoring.standing()[:3] == sizes
    assert len(anchoring.sent()) == 3
    assert verify(anchoring.moot.community.store, allow_unsigned=True).verdict == "sound"


def test_a_head_whose_block_is_unwound_before_it_is_deep_is_never_recorded_from_it(anchoring):
    anchoring.step()
    anchoring.rpc.mine(1)
    anchoring.rpc.unwind(2, False)
    done = anchoring.anchored()
    (anchor,) = anchoring.moot.of(Anchors).heads.values()
    assert done.recorded == (anchor.id,) and len(anchoring.sent()) == 1
    assert anchoring.rpc.node().block_hash(anchor.where.block) == f"0x{anchor.where.block_hash}"


# -- fees, and transactions that wait --------------------------------------------------------------------------------


def test_a_transaction_that_is_stuck_is_offered_an_eighth_more_under_its_nonce(anchoring):
    anchoring.rpc.hold(True)
    anchoring.step()
    for _ in range(PATIENCE):
        assert len(anchoring.sent()) == 1
        anchoring.rpc.idle(1)
        anchoring.step()
    with journal.opened(anchoring.path) as file:
        (intent,) = file.intents
        first, second = intent.signed
        assert second.fee_max * 8 >= first.fee_max * 9 and second.priority * 8 >= first.priority * 9
    assert len(anchoring.sent()) == 2
    anchoring.anchored()
    assert len(anchoring.standing()) == 1
    (anchor,) = anchoring.moot.of(Anchors).heads.values()
    assert f"0x{anchor.where.transaction}" == second.transaction


def test_a_dropped_transaction_is_sent_again_as_it_was(anchoring):
    anchoring.rpc.hold(True)
    anchoring.step()
    anchoring.rpc.drop()
    anchoring.step()
    anchoring.anchored()
    assert len(anchoring.standing()) == 1 and len(anchoring.sent()) == 1


def test_a_dropped_transaction_that_offers_too_little_by_now_is_offered_more_for(anchoring):
    anchoring.rpc.hold(True)
    anchoring.step()
    anchoring.rpc.drop()
    anchoring.rpc.base_fee(20 * GWEI)
    anchoring.step()
    assert len(anchoring.sent()) == 2
    anchoring.anchored()
    assert len(anchoring.standing()) == 1


def test_no_more_is_offered_than_was_stated(anchoring):
    anchoring.rpc.base_fee(101 * GWEI)
    with pytest.raises(Refusal, match=r"fees_high: .*costs 102 gwei, and you offer at most 100"):
        anchoring.step()
    assert not anchoring.sent() and not anchoring.path.read_bytes()
    anchoring.rpc.base_fee(1 * GWEI)
    anchoring.rpc.hold(True)
    anchoring.step()
    anchoring.rpc.drop()
    anchoring.rpc.base_fee(150 * GWEI)
    with pytest.raises(Refusal, match="fees_high"):
        anchoring.step()
    anchoring.rpc.base_fee(2 * GWEI)
    anchoring.anchored()
    assert len(anchoring.standing()) == 1


def foreign(anchoring: Anchoring) -> int:
    """A transaction of the same account that another program sends; its nonce."""
    from eth_account import Account

    node = anchoring.rpc.node()
    nonce = node.nonce(checksummed(anchoring.key.address))
    fields = {"type": 2, "chainId": node.chain_id(), "nonce": nonce, "to": checksummed(anchoring.contract), "value": 0, "gas": 30_000}
    signed = Account.sign_transaction(fields | {"maxFeePerGas": 9 * GWEI, "maxPriorityFeePerGas": GWEI}, anchoring.key.secret)
    assert node.send(bytes(signed.raw_transaction)) is None
    return nonce


def test_nothing_is_begun_behind_what_another_program_has_waiting(anchoring):
    anchoring.rpc.hold(True)
    foreign(anchoring)
    refused(anchoring, "account_busy")
    assert not anchoring.path.read_bytes()
    anchoring.rpc.mine(1)
    anchoring.anchored()
    assert len(anchoring.standing()) == 1


def test_a_nonce_that_somebody_else_used_is_given_up_and_the_head_anchored_under_another(anchoring):
    anchoring.rpc.hold(True)
    anchoring.step()
    anchoring.rpc.drop()
    nonce = foreign(anchoring)
    anchoring.rpc.mine(1)
    assert anchoring.step().waits, "until that is deep, ours may still come"
    anchoring.anchored()
    with journal.opened(anchoring.path) as file:
        assert [(one.nonce, one.state) for one in file.intents] == [(nonce, "displaced"), (nonce + 1, "settled")]
    assert len(anchoring.standing()) == 1


# -- the journal -----------------------------------------------------------------------------------------------------


def test_two_cannot_anchor_at_once(anchoring):
    with journal.opened(anchoring.path):
        refused(anchoring, "storage_busy")


@pytest.mark.parametrize("line", [b"nonsense\n", b'{"signed":4}\n', b'{"ended":0,"state":"settled"}\n', b"[]\n", b'{"intent":0}\n'])
def test_a_journal_that_cannot_be_read_is_refused(anchoring, line):
    anchoring.path.write_bytes(line)
    assert "line 1" in str(refused(anchoring, "file_unreadable"))


def test_the_journal_is_its_owners_and_holds_no_key(anchoring):
    anchoring.anchored()
    assert anchoring.path.stat().st_mode & 0o777 == 0o600
    assert anchoring.key.secret.hex() not in anchoring.path.read_text()


# -- as a task of the clock ------------------------------------------------------------------------------------------


def test_the_clock_begins_a_newer_head_every_so_often_and_sees_to_it_in_between(anchoring, caplog):
    from contextlib import contextmanager

    from api.anchor_clock import AnchorTask

    @contextmanager
    def place(community):
        with journal.opened(anchoring.path) as file:
            yield anchoring.place(file)

    task, community, minute = AnchorTask(place, "m1", 60), anchoring.moot.community, 60_000
    assert task.tend(community, 0).waits
    anchoring.rpc.mine(3)
    assert task.tend(community, 1 * minute).recorded
    anchoring.happens()
    assert task.tend(community, 59 * minute).begun is None
    assert task.tend(community, 60 * minute).begun is not None
    anchoring.rpc.mine(3)
    assert task.tend(community, 61 * minute).recorded
    anchoring.rpc.chain(1)
    for _ in range(3):
        assert task.tend(community, 62 * minute) is None
    assert [record.getMessage().partition(":")[0] for record in caplog.records if record.levelname == "WARNING"] == ["nothing is anchored"]
    anchoring.rpc.chain(131277322940537)
    assert task.tend(community, 63 * minute) is not None
