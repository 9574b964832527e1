"""A decision carried through decisions.vy, a step at a time: pinned, attested, executed, each once, recorded, and held against the chain."""

from __future__ import annotations

from pathlib import Path

import pytest

from api import carrying, clock
from api.clockwork import do_due
from api.on_node import held
from contracts import decisions
from contracts.abi import checksummed
from contracts.actions import Action
from contracts.artefacts import artefact
from contracts.journal import opened
from contracts.local_node import CHAIN_ID
from contracts.sender import Sender, Terms
from engine.features.anchors.state import Anchors
from engine.features.polls.state import Polls
from engine.log.signing import SecretKey
from engine.refusals import Refusal
from tests.contracts.anchoring import FEE_MAX, Anchoring, Rpc
from tests.contracts.chain import DAY, Chain, hexed

SEATS = [SecretKey(bytes(31) + bytes([number])) for number in (1, 2, 3)]
"""m1's account is a seat; two of three attest."""
PAYEE = checksummed("0x" + "ee" * 20)
ACTIONS = [Action(PAYEE, 1_000, b"")]


class Carrying(Anchoring):
    """A community with a decisions.vy of three seats that has money, and an open poll."""

    def __init__(self, rpc: Rpc, folder: Path) -> None:
        super().__init__(rpc, folder)
        terms = decisions.Terms(2, 2, 1, DAY, 60 * DAY, DAY, 7 * DAY, 0, PAYEE, rpc.node().time() + DAY)
        data = decisions.creation([seat.address for seat in SEATS], terms)
        with opened(folder / "deploying.journal") as journal:
            sender = Sender(rpc.node(), self.key, journal, CHAIN_ID, Terms(FEE_MAX, 1))
            intent = sender.intend(None, data, {"what": "decisions"}, 5_000)
            while (receipt := sender.pursue(intent)) is None:
                rpc.mine(1)
        self.decisions = receipt.contract
        self.moot.now = clock.now()
        self.poll = self.moot.poll()

    def carry(self, signatures=(), poll: str = "") -> carrying.Carried:
        """As one run of `folkmoot carry`, while blocks go by."""
        import threading

        over = threading.Event()

        def mine() -> None:
            while not over.wait(0.2):
                self.rpc.mine(1)

        thread = threading.Thread(target=mine)
        thread.start()
        try:
            with opened(self.path) as journal:
                sender = Sender(self.rpc.node(), self.key, journal, CHAIN_ID, Terms(FEE_MAX, 2))
                return carrying.steps(
                    self.moot.community,
                    sender,
                    journal,
                    poll or self.poll,
                    self.decisions,
                    ACTIONS,
                    signatures,
                    "m1",
                    lambda what, cost: None,
                )
        finally:
            over.set()
            thread.join()

    def decided(self) -> None:
        """Everybody has voted."""
        self.moot.now = max(clock.now(), self.moot.state.at)
        self.moot.vote(self.poll, "1", "1", "1", "1")
        do_due(self.moot.community, self.moot.now)

    def held(self):
        lines = list(self.moot.community.store.lines(0))
        return held(lines, lines, [self.rpc.node()])


@pytest.fixture
def carried(rpc, tmp_path, monkeypatch) -> Carrying:
    monkeypatch.setattr("api.paying.SECONDS", 0.1)
    return Carrying(rpc, tmp_path)


def test_calls_are_those_that_web3_writes_and_the_digest_is_the_contracts():
    chain = Chain()
    contract = chain.web3.eth.contract(abi=artefact("decisions")["abi"])
    actions = [*ACTIONS, Action(checksummed("0x" + "ab" * 20), 0, b"\x01" * 33), Action(PAYEE, 2**255, b"\x02")]
    structs = [(one.target, one.value, one.data) for one in actions]
    poll, result, signed = b"\x07" * 32, b"\x09" * 32, b"\x05" * 32
    assert hexed(decisions.open_data(poll, actions)) == contract.encode_abi("open", args=[poll, structs])
    assert hexed(decisions.execute_data(poll, actions)) == contract.encode_abi("execute", args=[poll, structs])
    signatures = [seat.sign(signed) for seat in SEATS]
    rows = sorted((seat.address, bytes.fromhex(one[2:])) for seat, one in zip(SEATS, signatures, strict=True))
    words = [(row[64], int.from_bytes(row[:32], "big"), int.from_bytes(row[32:64], "big")) for _, row in rows]
    queued = decisions.queue_data(poll, actions, result, signed, signatures)
    assert hexed(queued) == contract.encode_abi("queue", args=[poll, structs, result, words])


def test_a_decision_is_opened_attested_and_carried_out_each_once(carried):
    first = carried.carry()
    assert first == (("opened",), "open", None), "nobody signs what is not final"
    carried.decided()
    carried.rpc.wait(DAY)
    waits = carried.carry()
    assert waits.recorded == () and waits.to_sign is not None
    signatures = [seat.sign(bytes.fromhex(waits.to_sign[2:])) for seat in SEATS[:2]]
    with pytest.raises(Refusal, match="too few signed"):
        carried.carry(signatures[:1])
    assert carried.carry(signatures)[:2] == (("queued",), "queued")
    carried.rpc.wait(DAY)
    before = carried.rpc.node().balance(PAYEE)
    assert carried.carry()[:2] == (("executed",), "executed")
    assert carried.rpc.node().balance(PAYEE) - before == 1_000
    assert carried.carry() == ((), "executed", None)
    assert [one.step for one in carried.moot.of(Anchors).of(carried.poll)] == ["opened", "queued", "executed"]
    assert carried.held().problem is None and carried.held().checked["decisions"] == 3


def test_what_somebody_else_did_is_recorded_and_not_done_again(carried):
    carried.carry()
    sent = len(carried.sent())
    lost = carried.moot.of(Anchors).of(carried.poll)[0].id
    from engine.features.anchors.unwind import UnwindAnchor

    carried.moot.now = max(carried.moot.now, carried.moot.state.at)
    carried.moot.do("m1", UnwindAnchor(lost))
    carried.path.unlink()
    assert carried.carry().recorded == ("opened",)
    assert len(carried.sent()) == sent


def test_a_step_of_another_poll_is_found_out(carried):
    from engine.features.anchors.send import RecordDecision

    carried.carry()
    (one,) = carried.moot.of(Anchors).of(carried.poll)
    carried.moot.now = max(carried.moot.now, carried.moot.state.at)
    other = carried.moot.poll()
    carried.moot.do("m1", RecordDecision(other, "opened", one.where))
    answer = carried.held()
    assert answer.problem is not None and "is no step opened of poll" in answer.problem.fact


def test_a_result_that_is_not_the_logs_own_is_found_out(carried):
    """A council that signs another result than the log's: the chain takes its word, and whoever holds the log against it does not."""
    carried.carry()
    carried.decided()
    carried.rpc.wait(DAY)
    false = b"\x0f" * 32
    poll = bytes.fromhex(carried.moot.of(Polls)[carried.poll].opened)
    digest = decisions.digest(carried.rpc.node(), carried.decisions, CHAIN_ID, poll, false)
    data = decisions.queue_data(poll, ACTIONS, false, digest, [seat.sign(digest) for seat in SEATS[:2]])
    with opened(carried.path) as journal:
        sender = Sender(carried.rpc.node(), carried.key, journal, CHAIN_ID, Terms(FEE_MAX, 1))
        intent = sender.intend(carried.decisions, data, {"what": "false"})
        while sender.pursue(intent) is None:
            carried.rpc.mine(1)
        journal.end(intent, "settled")
    assert carried.carry().recorded == ("queued",)
    answer = carried.held()
    assert answer.problem is not None and "has queued another result than the final decision" in answer.problem.fact


def test_what_is_due_is_carried_out_when_anchoring_comes_by(carried):
    carried.carry()
    carried.decided()
    carried.rpc.wait(DAY)
    digest = carried.carry().to_sign
    carried.carry([seat.sign(bytes.fromhex(digest[2:])) for seat in SEATS[:2]])
    with opened(carried.path) as journal:
        sender = Sender(carried.rpc.node(), carried.key, journal, CHAIN_ID, Terms(FEE_MAX, 1))

        def due() -> list[str]:
            return carrying.due(carried.moot.community, sender, journal, "m1", lambda what, cost: None)

        assert due() == []
        carried.rpc.wait(DAY)
        assert due() == [carried.poll]
        assert due() == []
