"""`folkmoot claims` and `folkmoot claim`: a round's shares paid on a chain, each once, to the keys that members had; and every no."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from api import clock, keystore
from api.claiming import one_round
from api.on_node import held
from contracts.claims import total
from contracts.local_node import CHAIN_ID
from contracts.tree import read
from engine.event import Ask
from engine.features.anchors.send import RecordClaims
from engine.features.anchors.state import Anchors
from engine.features.anchors.unwind import UnwindAnchor
from engine.features.points.award import AwardPoints
from engine.features.polls.open import FreeOption, OpenPoll
from engine.features.rewards.share import ShareReward
from engine.features.treasury.pay_in import PayIn
from engine.kernel.charter import preset
from engine.kernel.join import JoinCommunity
from engine.log.signing import SecretKey
from engine.store import folder as folders
from tests.anchored import anchored
from tests.api.test_cli import folkmoot
from tests.contracts.anchoring import Rpc
from tests.moot import ORIGIN
from tests.signing import key, registering

TIMES = 10**14


@pytest.fixture(scope="module")
def rpc():
    rpc = Rpc()
    yield rpc
    rpc.stop()


class Founded:
    """A community in a folder, of which m2 and m3 have keys, and a round of 120.00 for m2 to m4."""

    def __init__(self, place: Path) -> None:
        self.folder = place / "moot"
        self.community = folders.found(self.folder, anchored(preset("product"), chain_id=CHAIN_ID), ORIGIN, clock.now(), bytes(32), "Ana")
        self.members = [f"m{self.do('newcomer', JoinCommunity(f'Member {n}'))}" for n in range(3)]
        for member in self.members[:2]:
            self.do(member, registering(self, member, key(member)))
        self.do("m1", PayIn(500_000, "a gift"))
        for member in self.members:
            self.do("m1", AwardPoints(member, 40, "for the soup"))
        self.round = f"r{self.do('m1', ShareReward('quarterly', 12_000))}"
        folders.close(self.community)

    @property
    def state(self):
        return self.community.state

    def do(self, actor: str, command) -> int:
        return self.community.execute(Ask(actor, command, clock.now(), clock.chance())).seq  # type: ignore[arg-type]


@pytest.fixture
def moot(tmp_path) -> Founded:
    return Founded(tmp_path)


@pytest.fixture
def pay(rpc, tmp_path, monkeypatch) -> list[object]:
    monkeypatch.setattr(keystore, "SCRYPT", {"n": 2, "r": 8, "p": 1})
    keystore.write(tmp_path / "key.json", SecretKey(bytes(31) + b"\x04"), b"open sesame")
    (tmp_path / "password").write_text("open sesame\n")
    (tmp_path / "password").chmod(0o600)
    return ["--rpc", rpc.url, "--keystore", tmp_path / "key.json", "--password-file", tmp_path / "password", "--yes"]


def said(verb: str, *words: object, code: int = 0) -> dict:
    done = folkmoot(verb, *words, "--json", code=code)
    return json.loads(done.stdout if code == 0 else done.stderr)


def test_claims_are_written_as_openzeppelins_tree_a_file_for_each_member_and_a_table(moot, tmp_path):
    out = tmp_path / "claims"
    shown = said("claims", moot.folder, moot.round, out)
    tree = read((out / "tree.json").read_bytes())
    assert shown["root"] == tree.root.hex() and total(tree) == 12_000 == int(shown["total"])
    rows = list(csv.DictReader((out / "claims.csv").read_text().splitlines()))
    assert [row["member"] for row in rows] == moot.members
    assert [row["account"].lower() for row in rows] == [*(key(member).address for member in moot.members[:2]), "0x" + "00" * 20]
    assert sorted(path.stem for path in (out / "members").iterdir()) == sorted(moot.members)
    assert said("claims", moot.folder, moot.round, out, code=1)["code"] == "file_exists"
    assert said("claim", out / "members" / "m2.json", "--rpc", "http://127.0.0.1:1", code=1)["code"] == "field_missing"


def test_a_round_is_funded_recorded_claimed_once_and_verified(rpc, moot, pay, tmp_path):
    out = tmp_path / "claims"
    mining(rpc, lambda: said("claims", moot.folder, moot.round, out, *pay, "--times", TIMES))
    verified = folkmoot("verify", moot.folder, "--chain", rpc.url).stdout
    assert "1  rounds to be claimed" in verified and "So it stands" in verified
    member, other = moot.members[0], moot.members[2]
    before = rpc.node().balance(key(member).address)
    claimed = said("claim", out / "members" / f"{member}.json", *pay)
    assert rpc.node().balance(key(member).address) - before == 4_000 * TIMES
    assert said("claim", out / "members" / f"{member}.json", *pay) == claimed, "asked again, it is the same one"
    assert "nobody has attested an account" in said("claim", out / "members" / f"{other}.json", *pay, code=1)["fact"]
    again = tmp_path / "again"
    assert said("claims", moot.folder, moot.round, again, *pay)["where"] == said("claims", moot.folder, moot.round, tmp_path / "c")["where"]
    assert (again / "tree.json").read_bytes() == (out / "tree.json").read_bytes()
    assert "So it stands" in folkmoot("verify", moot.folder, "--chain", rpc.url).stdout
    (out / "members" / f".{member}.journal").unlink()
    assert said("claim", out / "members" / f"{member}.json", *pay, code=1)["code"] == "limit_reached"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": "5000"}, "proof_wrong"),
        ({"amount": "0xfa0"}, "field_wrong"),
        ({"member": "m9"}, "proof_wrong"),
        ({"proof": []}, "proof_wrong"),
        ({"proof": None}, "proof_wrong"),
        ({"format": "folkmoot-claim/2"}, "file_foreign"),
        ({"chain_id": "1"}, "proof_wrong"),
    ],
    ids=str,
)
def test_a_claim_that_proves_nothing_is_refused_before_anybody_pays(moot, tmp_path, change, code):
    out = tmp_path / "claims"
    said("claims", moot.folder, moot.round, out)
    file = out / "members" / f"{moot.members[0]}.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"contract": "0x" + "aa" * 20, "chain_id": 1} | change))
    assert said("claim", file, "--rpc", "http://127.0.0.1:1", code=1)["code"] == code


def test_a_round_that_is_not_there_or_not_its_chain_is_refused(rpc, moot, pay, tmp_path):
    assert said("claims", moot.folder, "r1", tmp_path / "claims", code=1)["code"] == "round_unknown"
    rpc.chain(5)
    assert said("claims", moot.folder, moot.round, tmp_path / "claims", *pay, code=1)["code"] == "chain_foreign"
    rpc.chain(CHAIN_ID)
    assert said("claims", moot.folder, moot.round, tmp_path / "claims", *pay, "--as", moot.members[0], code=1)["code"] == "not_allowed"
    assert not (tmp_path / "claims").exists()


def test_claims_that_are_not_the_rounds_own_are_found_out(rpc, moot, pay, tmp_path):
    mining(rpc, lambda: said("claims", moot.folder, moot.round, tmp_path / "claims", *pay, "--times", TIMES))
    with folders.opened(moot.folder) as community:
        moot.community = community
        (sent,) = community.state[Anchors].of(moot.round)
        for change, why in (
            ({"total": sent.total + 1}, "holds other claims than the shares"),
            ({"root": "ab" * 32}, "holds other claims than the shares"),
            ({"keys_as_of": 0}, "holds other claims than the shares"),
            ({"where": replace(sent.where, contract="0x" + "dd" * 20)}, "answers 0 bytes"),
            ({"total": sent.total // TIMES}, "holds other claims than the shares"),
        ):
            moot.do("m1", UnwindAnchor(next(iter(community.state[Anchors].of(moot.round))).id))
            claims = RecordClaims(moot.round, sent.root, sent.total, sent.keys_as_of, sent.where)
            moot.do("m1", replace(claims, **change))
            lines = list(community.store.lines(0))
            answer = held(lines, lines, [rpc.node()])
            assert answer.problem is not None and why in answer.problem.fact and answer.seq == len(lines) - 1


def test_another_rounds_contract_is_not_this_ones(rpc, moot, pay, tmp_path):
    mining(rpc, lambda: said("claims", moot.folder, moot.round, tmp_path / "claims", *pay, "--times", TIMES))
    with folders.opened(moot.folder) as community:
        moot.community = community
        (sent,) = community.state[Anchors].of(moot.round)
        moot.do("m1", UnwindAnchor(sent.id))
        moot.do("m1", AwardPoints("m2", 40, "for the bread"))
        other = f"r{moot.do('m1', ShareReward('quarterly', 6_000))}"
        its_own = one_round(community.store.lines(0), other, 0)
        root, total_ = its_own.tree(TIMES).root.hex(), 6_000 * TIMES
        moot.do("m1", RecordClaims(other, root, total_, 0, sent.where))
        lines = list(community.store.lines(0))
        answer = held(lines, lines, [rpc.node()])
        assert answer.problem is not None and "made a contract for other claims than those of" in answer.problem.fact


def test_carrying_a_decision_says_what_is_missing(rpc, moot, pay, tmp_path):
    with folders.opened(moot.folder) as community:
        moot.community = community
        poll = f"p{moot.do('m1', OpenPoll('ranking', 'Which?', options=(FreeOption('a'), FreeOption('b'))))}"
    file = tmp_path / "actions.json"
    file.write_text(json.dumps([{"target": "0x" + "ee" * 20, "value": "5", "data": "0x"}]))
    contract = ["--contract", "0x" + "dd" * 20]
    for words, code in (
        ([poll, file, "--contract", "0x12", *pay], "field_wrong"),
        ([poll, tmp_path / "none.json", *contract, *pay], "file_unreadable"),
        ([poll, file, *contract], "field_missing"),
        ([poll, file, *contract, *pay, "--as", moot.members[0]], "not_allowed"),
        (["p999", file, *contract, *pay], "poll_unknown"),
        ([poll, file, *contract, *pay], "contract_foreign"),
    ):
        assert said("carry", moot.folder, *words, code=1)["code"] == code, words


def mining(rpc: Rpc, does) -> dict:
    """Do something while blocks go by."""
    import threading

    over = threading.Event()

    def mine() -> None:
        while not over.wait(0.5):
            rpc.mine(1)

    thread = threading.Thread(target=mine)
    thread.start()
    try:
        return does()
    finally:
        over.set()
        thread.join()
