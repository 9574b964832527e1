"""Anchoring where the node is down, slow, behind, another chain's or a liar, or the contract is somebody else's."""

from __future__ import annotations

import pytest

from contracts import journal
from contracts.node import Node
from engine.refusals import Refusal
from tests.contracts.anchoring import Anchoring, refused

# -- nodes that are down, slow, wrong, or lie ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "how", "value", "code"),
    [
        ("eth_chainId", "says", "0x1", "chain_foreign"),
        ("eth_chainId", "says", 1, "node_wrong"),
        ("eth_chainId", "says", None, "node_wrong"),
        ("eth_chainId", "error", "too many requests", "transaction_refused"),
        ("eth_chainId", "raw", "<html>502</html>", "node_unreachable"),
        ("eth_chainId", "raw", "[]", "node_wrong"),
        ("eth_chainId", "raw", '{"jsonrpc":"2.0","id":0}', "node_wrong"),
        ("eth_getCode", "says", "0x", "contract_foreign"),
        ("eth_getCode", "says", "code", "node_wrong"),
        ("eth_call", "says", "0x", "contract_foreign"),
        ("eth_call", "says", "0x" + "00" * 32, "contract_foreign"),
        ("eth_call", "error", "execution reverted", "transaction_refused"),
        ("eth_estimateGas", "error", "execution reverted: checkpoints: only the owner", "transaction_refused"),
        ("eth_getBalance", "says", "0x5", "account_empty"),
        ("eth_getTransactionCount", "says", "0x00", "node_wrong"),
        ("eth_getBlockByNumber", "says", None, "node_wrong"),
        ("eth_getBlockByNumber", "says", {"number": "0x1"}, "node_wrong"),
        ("eth_maxPriorityFeePerGas", "says", hex(10**12), "fees_high"),
        ("eth_sendRawTransaction", "error", "mempool is full", "transaction_refused"),
        ("eth_sendRawTransaction", "dies", None, "node_unreachable"),
    ],
)
def test_a_node_that_is_no_help_is_refused_and_the_head_is_anchored_later(anchoring, method, how, value, code):
    anchoring.rpc.fault(method, how, value, 1)
    refused(anchoring, code)
    anchoring.rpc.well()
    anchoring.anchored()
    assert len(anchoring.standing()) == 1 and len(anchoring.sent()) == 1


def test_a_node_that_is_down_or_slow_is_refused_and_its_address_is_not_told(anchoring):
    secret = "http://user:hunter2@127.0.0.1:1/v3/0123456789abcdef"
    with journal.opened(anchoring.path) as file:
        place = anchoring.place(file, Node.connect(secret))
        no = refused(anchoring, "node_unreachable", lambda: place.check(anchoring.moot.community))
    assert "127.0.0.1:1" in str(no) and "hunter2" not in str(no) and "0123" not in str(no) and no.__cause__ is None
    anchoring.rpc.fault("eth_chainId", "slow", 2, 1)
    with journal.opened(anchoring.path) as file:
        place = anchoring.place(file, anchoring.rpc.node(0.3))
        refused(anchoring, "node_unreachable", lambda: place.check(anchoring.moot.community))


@pytest.mark.parametrize("url", ["ftp://node", "node:8545", "http://", "ws://node", "http://[", "http://node:port"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(Refusal, match="field_wrong"):
        Node.connect(url)


def mined(anchoring: Anchoring) -> tuple[str, dict]:
    """The transaction of a head that is deep enough and not recorded yet, and what an honest node says of it."""
    anchoring.step()
    anchoring.rpc.mine(4)
    with journal.opened(anchoring.path) as file:
        transaction = file.intents[0].signed[0].transaction
    return transaction, anchoring.rpc._ask("eth_getTransactionReceipt", [transaction])["result"]


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        ({"transactionHash": "0x" + "ab" * 32}, "node_wrong"),
        ({"logs": []}, "node_wrong"),
        ({"status": "0x2"}, "node_wrong"),
        ({"status": "0x0"}, "transaction_failed"),
        ({"blockNumber": None}, "node_wrong"),
        ({"blockHash": "0x12"}, "node_wrong"),
    ],
    ids=str,
)
def test_a_node_that_lies_about_a_receipt_is_refused(anchoring, lie, code):
    _, honest = mined(anchoring)
    anchoring.rpc.fault("eth_getTransactionReceipt", "says", honest | lie, 1)
    refused(anchoring, code)


def test_a_receipt_of_a_block_that_the_node_does_not_show_is_not_believed(anchoring):
    _, honest = mined(anchoring)
    lie = "0x" + "ab" * 32
    logs = [log | {"blockHash": lie} for log in honest["logs"]]
    anchoring.rpc.fault("eth_getTransactionReceipt", "says", honest | {"blockHash": lie, "logs": logs}, 1)
    assert not anchoring.step().recorded
    assert anchoring.step().recorded


def test_a_receipt_whose_contract_says_another_head_is_not_believed(anchoring):
    _, honest = mined(anchoring)
    for change in (
        {"blockNumber": "0x1"},
        {"transactionHash": "0x" + "ab" * 32},
        {"data": "0x" + "ab" * 64},
        {"address": "0x" + "ab" * 20},
        {"topics": [honest["logs"][0]["topics"][0], "0x" + "0" * 64]},
    ):
        anchoring.rpc.fault("eth_getTransactionReceipt", "says", honest | {"logs": [honest["logs"][0] | change]}, 1)
        refused(anchoring, "node_wrong")
    assert anchoring.step().recorded


def test_a_node_that_is_behind_unwinds_nothing(anchoring):
    anchoring.anchored()
    anchoring.rpc.fault("eth_blockNumber", "says", "0x1", 1)
    refused(anchoring, "node_wrong")
    assert len(anchoring.standing()) == 1


def test_another_chain_behind_the_same_address_is_sent_nothing(anchoring):
    anchoring.rpc.chain(1)
    refused(anchoring, "chain_foreign")
    assert not anchoring.sent()
    anchoring.rpc.hold(True)
    anchoring.rpc.chain(131277322940537)
    anchoring.step()
    anchoring.rpc.drop()
    anchoring.rpc.chain(1)
    refused(anchoring, "chain_foreign")
    assert len(anchoring.sent()) == 1


# -- whose contract, whose head, who may -----------------------------------------------------------------------------


def test_another_communitys_contract_is_refused(rpc, tmp_path):
    foreign = Anchoring(rpc, tmp_path, origin="example.org/others")
    assert "holds heads of another log" in str(refused(foreign, "contract_foreign"))
    assert not foreign.sent()


def test_an_account_that_does_not_own_the_contract_is_refused(anchoring):
    from engine.log.signing import SecretKey

    anchoring.key = SecretKey(bytes(31) + b"\x02")
    assert "belongs to" in str(refused(anchoring, "contract_foreign"))


def test_a_log_that_went_back_behind_what_is_anchored_is_refused(rpc, tmp_path):
    anchoring = Anchoring(rpc, tmp_path)
    anchoring.happens()
    anchoring.anchored()
    from tests.anchored import moot_with_anchors

    moot = moot_with_anchors(members=0, contract=anchoring.contract, chain_id=131277322940537, confirmations=3)
    anchoring.moot, anchoring.path = moot, tmp_path / "other.journal"
    assert "the log has fewer" in str(refused(anchoring, "log_went_back"))
    for _ in range(5):
        anchoring.happens()
    assert "another history" in str(refused(anchoring, "log_went_back"))


def test_who_may_not_record_it_pays_nothing(anchoring):
    from api.anchoring import step

    with journal.opened(anchoring.path) as file:
        refused(anchoring, "not_allowed", lambda: step(anchoring.moot.community, anchoring.place(file), "m2"))
    assert not anchoring.sent()


def test_a_head_that_stands_there_is_found_again_where_the_journal_is_lost(anchoring):
    anchoring.step()
    anchoring.path.unlink()
    anchoring.rpc.mine(3)
    done = anchoring.step()
    assert len(done.recorded) == 1 and len(anchoring.sent()) == 1
