"""`folkmoot demo --chain`, played whole: what it did, what it cost, who was refused; and what ends it."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from api.chain_demo.stage import Stage
from contracts import local_node
from contracts.abi import checksummed
from engine.refusals import Refusal, refuse
from tests.api.test_cli import ROOT, folkmoot
from tests.contracts.anchoring import Rpc

with_a_chain = pytest.mark.skipif(not all(map(find_spec, local_node.TOOLS)), reason="no chain in process: install folkmoot[chain-demo]")
REFUSED_BY = [
    "signature_missing: has a key",
    "signature_wrong: is not by 0x",
    "nonce_used: ",
    "signature_wrong: is not by her key",
    "transaction_refused: council: too few signed",
    "transaction_refused: decisions: it can still be challenged",
    "transaction_refused: decisions: not what was pinned when it opened",
    "transaction_refused: payouts: no such claim",
    "transaction_refused: payouts: claimed already",
    "log_went_back: holds a head of ",
]


def shape(line: str) -> str:
    """A line without what no two runs have alike: keys, addresses, gas, seconds."""
    return " ".join(re.sub(r"\d[\d,.]*", "#", re.sub(r"0x[0-9A-Fa-f]+", "0x", line)).split())


@with_a_chain
def test_it_is_played_whole_and_stands(tmp_path):
    """Given the tools and nothing else, when it is played, then all of it is done, each cheat is refused by what should, and what stays verifies."""
    told = json.loads(folkmoot("demo", "--chain", "--dir", tmp_path / "kept", "--json").stdout)
    assert (told["verdict"], told["members"], told["signed_ballots"]) == ("sound", 40, 40)
    assert told["on_chain"] == {"heads": 2, "decisions": 3, "claims": 1}
    assert len(told["cheats"]) == len(REFUSED_BY)
    for cheat, by in zip(told["cheats"], REFUSED_BY, strict=True):
        assert cheat["refused_by"].startswith(by), cheat
    rows = {row["what"]: row for row in told["table"]}
    assert rows["checkpoints.vy deployed"]["gas"] == 1_289_185, "as contracts/README.md has it"
    assert rows["its result handed over, signed by the council"]["address"] == rows["carried out"]["address"]
    assert all(row["address"] == checksummed(row["address"]) and row["gas"] > 21_000 for row in told["table"])
    assert len({row["address"] for row in told["table"]}) == 3
    assert told["claims"] > 30 and f"{told['claims']} claims, " in told["table"][-1]["what"]
    moot = tmp_path / "kept" / "moot"
    assert json.loads(folkmoot("verify", moot, "--json").stdout)["verdict"] == "sound"
    assert json.loads(folkmoot("demo", "--chain", "--dir", tmp_path / "kept", "--json", code=1).stderr)["code"] == "already_founded"


@with_a_chain
def test_the_readme_shows_what_it_prints():
    shown = re.search(r"\$ make demo-chain\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert shown is not None
    printed = folkmoot("demo", "--chain").stdout
    assert [shape(line) for line in printed.splitlines()] == [shape(line) for line in shown[1].splitlines()]


def test_without_its_tools_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(local_node, "TOOLS", ("eth_tester_that_is_not_here",))
    with pytest.raises(Refusal, match=r"install folkmoot\[chain-demo\]"), local_node.running():
        pass


def test_a_real_vote_has_no_chain(tmp_path):
    assert json.loads(folkmoot("demo", "--chain", "--from", "a.pb", "--json", code=1).stderr)["code"] == "field_unknown"


@pytest.fixture
def stage(tmp_path: Path):
    rpc = Rpc()
    yield Stage(tmp_path, rpc.url, lambda *words, **options: None, lambda *progress: None)
    rpc.stop()


def test_a_cheat_that_is_not_refused_or_for_another_reason_ends_it(stage):
    def no(code: str, fact: str):
        raise refuse(code, "it", fact, "leave it")

    with pytest.raises(Refusal, match=r"was not refused .* \(it was done\)"):
        stage.cheat("he walks in", "not_signed_in", "are not", lambda: None)
    with pytest.raises(Refusal, match="was not refused as it should have been"):
        stage.cheat("he walks in", "not_signed_in", "are not", lambda: no("not_signed_in", "were asleep"))
    with pytest.raises(Refusal, match="was not refused as it should have been"):
        stage.cheat("he walks in", "not_signed_in", "are not", lambda: no("link_spent", "are not"))
    assert stage.cheats == []
    stage.cheat("he walks in", "not_signed_in", "are not", lambda: no("not_signed_in", "are not signed in"))
    assert stage.cheats == [("he walks in", "not_signed_in: are not signed in")]


def test_what_a_thief_sends_and_the_chain_does_is_no_refusal(stage):
    """Given a contract that does whatever it is asked, when a thief calls it, then nothing says no, and that is noticed."""
    stage.new_key("thief", 1)
    with pytest.raises(Refusal, match="it was done"):
        stage.cheat("he sends nothing to nobody", "transaction_refused", "", lambda: stage.force("0x" + "dd" * 20, b""))
