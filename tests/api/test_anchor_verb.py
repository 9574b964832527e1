"""`folkmoot anchor` from a terminal: deployed, anchored, found again; a folder instead of a chain; and every no before anything is paid."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api import keystore
from contracts.local_node import CHAIN_ID
from contracts.node import Node
from engine.kernel.charter import preset
from engine.log.signing import SecretKey
from tests.anchored import anchored
from tests.api.test_cli import folkmoot
from tests.contracts.anchoring import Rpc, speaks_to_chains
from tests.moot import ORIGIN

SECRET = bytes(31) + b"\x03"


@pytest.fixture(scope="module")
def rpc():
    rpc = Rpc()
    yield rpc
    rpc.stop()


@pytest.fixture
def wallet(tmp_path, monkeypatch) -> list[object]:
    """A keystore that is quick to open, and its password, as options."""
    monkeypatch.setattr(keystore, "SCRYPT", {"n": 2, "r": 8, "p": 1})
    keystore.write(tmp_path / "key.json", SecretKey(SECRET), b"open sesame")
    (tmp_path / "password").write_text("open sesame\n")
    (tmp_path / "password").chmod(0o600)
    return ["--keystore", tmp_path / "key.json", "--password-file", tmp_path / "password"]


def founded(place: Path, name: str, text: str) -> Path:
    (place / f"{name}.toml").write_text(text)
    folkmoot("found", place / f"{name}.toml", place / name, "--origin", ORIGIN)
    return place / name


def said(*words: object, code: int = 0) -> dict:
    done = folkmoot("anchor", *words, "--json", code=code)
    return json.loads(done.stdout if code == 0 else done.stderr)


def test_from_a_contract_to_a_head_that_stands_in_it(rpc, tmp_path, wallet):
    pay = ["--rpc", rpc.url, *wallet]
    before = founded(tmp_path, "before", preset("product"))
    no = said(before, *pay, "--deploy", code=1)
    assert no["code"] == "field_missing" and "gas" in no["fact"], "it says what it would cost, and waits for a word"
    deployed = said(before, *pay, "--deploy", "--yes")
    assert deployed == said(before, *pay, "--deploy"), "once, however often it is asked for"
    moot = founded(tmp_path, "moot", anchored(preset("product"), deployed["contract"], CHAIN_ID, 3))
    assert said(moot, *pay, code=1)["code"] == "field_missing"
    assert not (moot / "anchors.journal").read_bytes()
    assert said(moot, *pay, "--yes", "--no-wait") == {
        "place": "chain",
        "begun": 2,
        "recorded": [],
        "unwound": [],
        "waits": True,
        "carried": [],
    }
    rpc.mine(3)
    assert said(moot, *pay, "--no-wait")["recorded"] == ["a2"]
    assert said(moot, *pay) == {"place": "chain", "begun": None, "recorded": [], "unwound": [], "waits": False, "carried": []}
    folkmoot("export", moot, tmp_path / "log.jsonl")
    for log in (moot, tmp_path / "log.jsonl"):
        assert "So it stands" in folkmoot("verify", log, "--chain", rpc.url).stdout
    rpc.unwind(4, False)
    wrong = json.loads(folkmoot("verify", moot, "--chain", rpc.url, "--json", code=1).stdout)["chain"]
    assert (wrong["event"], wrong["problem"]["code"]) == (2, "anchor_missing")
    again = folkmoot("anchor", moot, *pay, "--no-wait")
    assert "a2 was unwound" in again.stdout and "waits for its block" in again.stdout
    rpc.mine(3)
    assert said(moot, *pay, "--no-wait")["recorded"] == ["a4"]
    assert folkmoot("verify", moot).stdout.count("Sound") == 1
    for text in (again.stdout, again.stderr, (moot / "anchors.journal").read_text()):
        assert SECRET.hex() not in text and "sesame" not in text


def test_a_folder_that_somebody_else_keeps(tmp_path):
    moot, notary = founded(tmp_path, "moot", anchored(preset("product"))), tmp_path / "notary"
    assert said(moot, "--to", notary, code=1)["code"] == "file_unreadable"
    notary.mkdir()
    assert said(moot, "--to", notary)["recorded"] == ["a2"]
    assert said(moot, "--to", notary)["recorded"] == []
    (note,) = notary.iterdir()
    assert "Sound" in folkmoot("verify", moot, "--head", note, "--allow-unsigned").stdout
    other = founded(tmp_path, "other", anchored(preset("product")))
    assert said(other, "--to", notary, code=1)["code"] == "checkpoint_wrong"


@speaks_to_chains
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda place: (place / "key.json").unlink(), "file_unreadable"),
        (lambda place: (place / "key.json").chmod(0o644), "keystore_exposed"),
        (lambda place: (place / "password").write_text("open barley\n"), "password_wrong"),
        (lambda place: (place / "key.json").write_text("{}"), "keystore_wrong"),
    ],
    ids=["missing", "exposed", "wrong password", "no keystore"],
)
def test_a_keystore_that_does_not_open_is_refused(tmp_path, wallet, change, code):
    moot = founded(tmp_path, "moot", anchored(preset("product")))
    change(tmp_path)
    no = said(moot, "--rpc", "http://127.0.0.1:1", *wallet, code=1)
    assert no["code"] == code and SECRET.hex() not in str(no)
    assert not (moot / "anchors.journal").exists()


@speaks_to_chains
@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], "field_missing"),
        (["--keystore", "key.json", "--to", "somewhere"], "field_missing"),
        (["--rpc", "http://127.0.0.1:1"], "field_missing"),
        (["--rpc", "http://127.0.0.1:1", "--as", "m2"], "not_allowed"),
        (["--rpc", "http://127.0.0.1:1", "--max-fee", "0"], "field_wrong"),
        (["--rpc", "http://127.0.0.1:1", "--max-fee", "-1"], "field_wrong"),
        (["--rpc", "http://127.0.0.1:1", "--place", "elsewhere"], "thing_unknown"),
    ],
    ids=str,
)
def test_what_does_not_say_where_who_or_how_much_is_refused(tmp_path, words, code):
    assert said(founded(tmp_path, "moot", anchored(preset("product"))), *words, code=1)["code"] == code


def test_a_node_that_is_named_for_good_does_not_turn_a_folder_into_a_chain(tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from api.cli import app

    moot, notary = founded(tmp_path, "moot", anchored(preset("product"))), tmp_path / "notary"
    notary.mkdir()
    done = CliRunner(env={"FOLKMOOT_RPC": "http://127.0.0.1:1"}).invoke(app, ["anchor", str(moot), "--to", str(notary), "--json"])
    assert done.exit_code == 0 and json.loads(done.stdout)["recorded"] == ["a2"]


@speaks_to_chains
def test_web3_is_imported_by_whoever_connects_and_by_nobody_else():
    import subprocess
    import sys

    code = "import sys, api.cli, api.anchors, api.on_chain, contracts.sender, contracts.node; print('web3' in sys.modules, 'eth_account' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False False\n"
    assert isinstance(Node.connect("http://127.0.0.1:1"), Node)


def test_a_server_anchors_beside_what_it_serves(tmp_path):
    import subprocess
    import sys
    import time

    from tests.api.test_cli import ROOT
    from tests.api.test_server import free_port

    moot, notary = founded(tmp_path, "moot", anchored(preset("product"))), tmp_path / "notary"
    notary.mkdir()
    words = ["serve", moot, "--port", free_port(), "--anchor-to", notary]
    code = "from api.cli import main; main()"
    with subprocess.Popen([sys.executable, "-c", code, *map(str, words)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            until = time.monotonic() + 30
            while not list(notary.iterdir()) and time.monotonic() < until:
                time.sleep(0.1)
        finally:
            server.terminate()
    assert [path.name for path in notary.iterdir()] == [f"{2:016}.checkpoint"]
    assert "notary" in folkmoot("show", moot, "anchors").stdout
