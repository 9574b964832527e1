"""The command line: what it prints, in words and in JSON, and how it refuses."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from api import auditing
from tests.conftest import SHARED, shared

ROOT = Path(__file__).parent.parent.parent
PABULIB = sorted(path.name for path in (SHARED / "elections/pabulib").glob("*.pb"))


def folkmoot(*words: object, typed: str = "", code: int = 0, place: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """What the command line says. Keystores are made a thousandfold weaker than people's, whose every opening takes a second."""
    weaker = "from api import keystore; keystore.SCRYPT['n'] = 256; " if "--password-file" in words else ""
    done = subprocess.run(
        [sys.executable, "-c", f"{weaker}from api.cli import main; main()", *map(str, words)],
        input=typed, capture_output=True, text=True, cwd=place, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(place)}, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    return done


def answer(*words: object, typed: str = "") -> dict:
    return json.loads(folkmoot(*words, "--json", typed=typed).stdout)


def ask(folder: Path, actor: str, **command: object) -> dict:
    return answer("do", folder, "-", "--as", actor, typed=json.dumps(command))


def test_from_nothing_to_a_counted_vote(tmp_path):
    """The README's walk."""
    moot = tmp_path / "moot"
    assert folkmoot("found", "product", moot, "--name", "Ana").stdout.startswith(f"Founded in {moot}. You are m1")
    assert ask(moot, "newcomer", command="JoinCommunity", name="Bo")["seq"] == 2
    options = [{"label": "Monday"}, {"label": "Friday"}]
    assert ask(moot, "m1", command="OpenPoll", decision="ranking", question="Which day?", options=options)["seq"] == 3
    assert ask(moot, "m2", command="CastBallot", poll="p3", choice="2>1")["count"] == 2
    too_early = folkmoot("do", moot, "-", "--json", typed='{"command": "ClosePoll", "poll": "p3"}', code=1)
    assert json.loads(too_early.stderr)["code"] == "poll_still_open"
    assert ask(moot, "m1", command="CastBallot", poll="p3", choice="2")["count"] == 2
    assert ask(moot, "m1", command="ClosePoll", poll="p3")["seq"] == 8, "everybody has voted"
    assert answer("show", moot, "p3")["result"]["winners"] == [2]
    assert "Friday against Monday" in folkmoot("show", moot, "p3").stdout
    assert answer("verify", moot)["verdict"] == "sound"
    assert answer("export", moot, tmp_path / "moot.jsonl")["events"] == 12
    report = answer("verify", tmp_path / "moot.jsonl")
    assert (report["verdict"], report["pinned"]) == ("sound", False)
    assert answer("verify", tmp_path / "moot.jsonl", "--key", report["key"])["pinned"]
    for thing in ("home", "charter", "members", "ideas", "polls", "ledger", "log", "m2", "2"):
        folkmoot("show", moot, thing)


def test_the_flat_export_is_a_database_anybody_can_open(tmp_path):
    moot = tmp_path / "moot"
    folkmoot("found", "product", moot, "--name", "Ana")
    ask(moot, "m1", command="SubmitIdea", title="A bench", text="by the river")
    ask(moot, "newcomer", command="JoinCommunity", name="Bo", email="bo@example.org")
    folkmoot("export", moot, tmp_path / "flat.db")
    database = sqlite3.connect(tmp_path / "flat.db")
    assert database.execute("select count(*) from events").fetchone() == (5,)
    assert database.execute("select text from texts where field = 'title'").fetchone() == ("A bench",)
    assert database.execute("select count(*) from texts where field = 'email'").fetchone() == (0,)
    assert database.execute("select thing from things where seq = 2").fetchone() == ("i2",)
    database.close()
    assert b"bo@example.org" not in (tmp_path / "flat.db").read_bytes()


def test_a_matching_in_wei(tmp_path):
    """Amounts that not every reader of JSON holds are decimals in quotes; people read them in ether."""
    file = tmp_path / "gifts.txt"
    file.write_text("decimals: 18\nballots: gifts\n4: garden 100\n1: library 400\n1: garden 25, pool 25\n1: pool 225\n")
    asked = ("tally", file, "--rule", "quadratic_funding", "--set", f"pool={10**21}")
    counted = answer(*asked)
    assert counted["scores"] == {"garden": "914285714285714285714", "library": 0, "pool": "85714285714285714286"}
    assert counted["parameters"]["pool"] == str(10**21)
    assert "pool: 2 contributors gave 250.000000000000000000" in folkmoot(*asked).stdout


def test_a_tally_of_a_file(tmp_path):
    file = tmp_path / "votes.txt"
    file.write_text('120: "Jane Doe" > bob = carol\n80: bob > carol\n30: carol > bob\n')
    counted = answer("tally", file, "--rule", "instant_runoff")
    keys = {
        "rule",
        "winners",
        "seats",
        "scores",
        "ties",
        "steps",
        "note",
        "facts",
        "rounds",
        "figures",
        "parameters",
        "scores_are",
        "vouched",
    }
    assert counted["winners"] == ["Jane Doe"] and set(counted) == keys
    assert (counted["rule"], counted["vouched"]) == ("instant_runoff", "its winners, scores, rounds and figures")
    assert not answer("tally", file, "--rule", "kemeny")["vouched"]
    assert "no certificate vouches for its figures" in folkmoot("tally", file, "--rule", "kemeny").stdout
    assert "winners: Jane Doe" in folkmoot("tally", file, "--rule", "plurality").stdout
    pb = shared("elections/pabulib/Poland_Wieliczka_2023_Green_Budget.pb")
    assert len(answer("tally", pb, "--rule", "equal_shares", "--set", "utility=cost")["winners"]) > 10
    assert answer("tally", shared("elections/preflib/00026 - frenchapproval/00026-00000001.cat"), "--rule", "approval")["winners"]


def test_one_event_with_its_proof_is_worth_what_the_key_is(tmp_path):
    moot, receipt = tmp_path / "moot", tmp_path / "receipt.json"
    folkmoot("found", "product", moot, "--name", "Ana")
    key = answer("show", moot)["key"]
    receipt.write_text(folkmoot("show", moot, "1", "--json").stdout)
    assert answer("verify", receipt, "--key", key) == {"seq": 1, "kind": "MemberJoined", "actor": "founder", "size": 2}
    folkmoot("verify", receipt, code=1)
    receipt.write_text(receipt.read_text().replace('"actor": "founder"', '"actor": "m7"'))
    assert "proof_wrong" in folkmoot("verify", receipt, "--key", key, code=1).stderr


def test_what_somebody_kept_is_held_against_the_log(tmp_path):
    moot, other, receipt = tmp_path / "moot", tmp_path / "other", tmp_path / "receipt.json"
    folkmoot("found", "product", moot, "--name", "Ana")
    folkmoot("found", "product", other, "--name", "Ana")
    receipt.write_text(folkmoot("show", moot, "1", "--json").stdout)
    (tmp_path / "head").write_text(answer("show", moot, "log")["checkpoint"])
    ask(moot, "m1", command="SubmitIdea", title="A bench", text="by the river")
    folkmoot("verify", moot, "--receipt", receipt, "--head", tmp_path / "head")
    for option, file in (("--receipt", receipt), ("--head", tmp_path / "head")):
        assert json.loads(folkmoot("verify", other, option, file, "--json", code=1).stdout)["verdict"] == "unsound"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
@pytest.mark.parametrize("option", ["--receipt", "--head"])
def test_what_is_no_file_is_refused_at_once(tmp_path, option):
    moot, pipe = tmp_path / "moot", tmp_path / "pipe"
    folkmoot("found", "product", moot, "--name", "Ana")
    os.mkfifo(pipe)
    for path in (pipe, "/dev/zero"):
        assert "file_unreadable" in folkmoot("verify", moot, option, path, code=1).stderr


def test_what_is_no_key_is_refused_and_what_is_for_whole_logs_too(tmp_path):
    moot, receipt = tmp_path / "moot", tmp_path / "receipt.json"
    key = answer("found", "product", moot, "--name", "Ana")["key"]
    receipt.write_text(folkmoot("show", moot, "1", "--json").stdout)
    refused = folkmoot("verify", moot, "--key", "demo", code=1)
    assert "WRONG" not in refused.stdout and refused.stderr
    for option in ("--head", "--receipt"):
        assert "for whole logs" in folkmoot("verify", receipt, option, receipt, "--key", key, code=1).stderr


def test_a_log_that_is_ahead_of_this_machine_does_not_pass_for_sound(tmp_path, monkeypatch):
    moot = tmp_path / "moot"
    folkmoot("found", "product", moot, "--name", "Ana")
    assert auditing.audit(moot, auditing.Known(), lambda seq: None)[0].verdict == "sound"
    monkeypatch.setattr(auditing.clock, "now", lambda: 1_700_000_000_000)
    report, lines = auditing.audit(moot, auditing.Known(), lambda seq: None)
    assert report.verdict == "ahead" and "AHEAD" in lines[-2]


def test_events_under_no_signed_head_are_named_and_let_pass_by_word_alone(tmp_path):
    moot = tmp_path / "moot"
    folkmoot("found", "product", moot, "--name", "Ana")
    (moot / "log.key").rename(tmp_path / "log.key")
    ask(moot, "m1", command="SubmitIdea", title="A bench", text="by the river")
    said = folkmoot("verify", moot, code=1).stdout
    assert "UNSIGNED" in said and "2  unsigned events" in said
    assert json.loads(folkmoot("verify", moot, "--json", code=1).stdout)["verdict"] == "unsigned"
    assert "Sound: self-consistent" in folkmoot("verify", moot, "--allow-unsigned").stdout


def test_a_bad_charter_leaves_no_folder_behind(tmp_path):
    (tmp_path / "notes.md").write_text("# no charter")
    folkmoot("found", tmp_path / "notes.md", tmp_path / "new", code=1)
    assert not (tmp_path / "new").exists()


def test_a_rule_goes_by_its_name_or_its_version(tmp_path):
    (tmp_path / "votes.txt").write_text("3: a > b\n2: b > a\n")
    by_name, by_version = (folkmoot("tally", tmp_path / "votes.txt", "--rule", rule).stdout for rule in ("schulze", "schulze@1"))
    assert by_name == by_version and "5 ballots for 2 options, by schulze@1, strength: winning_votes" in by_name
    assert folkmoot("--version").stdout.startswith("folkmoot ")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("tally", "{}/votes.txt", "--rule", "bordo"), "rule_unknown"),
        (("tally", "{}/nothing.txt", "--rule", "borda"), "file_unreadable"),
        (("tally", "{}/votes.txt", "--rule", "greedy"), "election_wrong"),
        (("tally", "{}/votes.txt", "--rule", "schulze", "--set", "strength=brute"), "parameter_wrong"),
        (("tally", "{}/votes.txt", "--rule", "approval"), "ballot_kind_wrong"),
        (("show", "{}"), "community_unknown"),
        (("verify", "{}/nowhere"), "file_unreadable"),
        (("found", "prodct", "{}/new"), "preset_unknown"),
        (("found", "{}/votes.txt", "{}/new"), "charter_wrong"),
        (("found", "product", "{}"), "already_founded"),
        (("rules", "bordo"), "rule_unknown"),
        (("import", "{}/new", "{}/votes.txt"), "file_foreign"),
        (("do", "{}", "{}/votes.txt"), "json_malformed"),
        (("verify", "{}/votes.txt"), "file_foreign"),
        (("verify", "{}/votes.json", "--key", "k"), "json_malformed"),
        (("export", "{}", "{}/votes.txt"), "field_wrong"),
        (("export", "{}", "{}/there.db"), "file_exists"),
    ],
)
def test_a_refusal_is_one_line_with_its_code(tmp_path, words, code):
    for name in ("votes.txt", "votes.json", "there.db"):
        (tmp_path / name).write_text("3: a > b\n2: b > a\n")
    said = folkmoot(*(word.format(tmp_path) for word in words), "--json", code=1)
    assert json.loads(said.stderr)["code"] == code
    plain = folkmoot(*(word.format(tmp_path) for word in words), code=1)
    assert plain.stderr.startswith(f"folkmoot: {code}: ") and plain.stderr.count("\n") == 1


def test_looking_at_a_folder_needs_no_web_framework(tmp_path):
    """Half of a second each time, if it did."""
    folkmoot("found", "product", tmp_path / "moot", "--name", "Ana")
    code = f"import sys; from api.cli import app; app(['show', {str(tmp_path / 'moot')!r}, 'polls'], standalone_mode=False); print('fastapi' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    assert said.splitlines()[-1] == "False"


def test_help_names_every_command_and_imports_nothing_heavy():
    code = "import sys; from api import cli; print([name for name in ('numpy', 'fastapi', 'sqlite_utils', 'jinja2', 'cryptography') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout.strip() == "[]"
    said = folkmoot("--help").stdout
    for name in ("demo", "serve", "found", "do", "show", "tally", "compare", "rules", "verify", "export", "import"):
        assert name in said
        assert folkmoot(name, "--help").stdout


def test_the_page_of_a_rule_is_its_docstring():
    assert "Source: Borda 1781" in folkmoot("rules", "borda").stdout
    assert {page["name"] for page in json.loads(folkmoot("rules", "--json").stdout)} >= {"borda", "equal_shares", "until_close"}


def test_the_demo_is_made_once_and_taken_up_again(tmp_path):
    first = answer("demo", "--no-serve", "--dir", tmp_path / "demo")
    assert (first["members"], first["ideas"], first["verdict"]) == (40, 25, "sound") and first["closed_polls"] >= 3
    again = answer("demo", "--no-serve", "--dir", tmp_path / "demo")
    assert (again["made"], again["verdict"]) == (False, "sound")


@pytest.mark.slow
@pytest.mark.parametrize("name", PABULIB or ["Poland_Wroclaw_2018.pb"])
def test_a_real_participatory_budget_is_held_again(tmp_path, name):
    file = shared(f"elections/pabulib/{name}")
    words = ("demo", "--no-serve", "--dir", tmp_path / "demo", "--from", file)
    meta = dict(line.split(";", 1) for line in file.read_text().split("PROJECTS")[0].splitlines() if ";" in line)
    made = answer(*words)
    assert made["verdict"] == "sound" and made["winners"]
    assert made["rule_chosen_by"] == ("us" if meta["rule"] == "unknown" else "the file")
    agreed = made["file"]["agreement"]
    assert all(agreed[figure] is None or agreed[figure]["agree"] for figure in ("votes", "score", "selected"))
    assert made["official"] is (True if ";selected" in file.read_text() else None)


@pytest.mark.parametrize(
    "words",
    [
        ("found", "product", "file"),
        ("found", "product", "file/inside"),
        ("export", "moot", "nowhere/x.jsonl"),
        ("export", "moot", "nowhere/x.db"),
        ("serve", "moot", "--port", "99999"),
        ("tally", "votes.txt", "--rule", "equal_shares", "--set", "increment=" + "9" * 5_000),
    ],
    ids=lambda words: " ".join(words)[:40],
)
def test_what_cannot_be_done_is_refused_without_a_trace(tmp_path, words):
    (tmp_path / "file").write_text("a file")
    (tmp_path / "votes.txt").write_text("costs: a 1\nbudget: 1\n3: a, a2\n")
    folkmoot("found", "product", tmp_path / "moot")
    here = [
        tmp_path / word if word in ("file", "file/inside", "moot", "votes.txt") or word.startswith("nowhere") else word for word in words
    ]
    assert folkmoot(*here, code=1).stderr.startswith("folkmoot: ")


def test_what_can_be_done_and_founded_is_listed_where_it_is_asked_for(tmp_path):
    assert (
        "SubmitIdea" in folkmoot("commands").stdout
        and "extends: an id such as i18 (may be left out)" in folkmoot("commands", "SubmitIdea").stdout
    )
    preset = tmp_path / "ours.toml"
    preset.write_text(folkmoot("charter", "product").stdout)
    assert folkmoot("found", str(preset), str(tmp_path / "c")).returncode == 0


def test_an_export_that_fails_leaves_what_others_made(tmp_path):
    folkmoot("found", "product", str(tmp_path / "c"))
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "nowhere" / "target")
    folkmoot("export", str(tmp_path / "c"), str(tmp_path / "link.jsonl"), code=1)
    assert (tmp_path / "link.jsonl").is_symlink()
    folkmoot("export", str(tmp_path / "none"), str(tmp_path / "new.jsonl"), code=1)
    assert not (tmp_path / "new.jsonl").exists(), "half a log is none"


def test_serving_everywhere_takes_a_name_and_a_link_somebody_to_sign_in(tmp_path):
    folkmoot("found", "product", str(tmp_path / "c"))
    assert "--name" in folkmoot("serve", str(tmp_path / "c"), "--host", "0.0.0.0", code=1).stderr
    said = folkmoot("serve", str(tmp_path / "c"), "--port", "8199", "--link", "m99", code=1)
    assert "member_unknown" in said.stderr and said.stdout == ""


def test_people_are_drawn_and_drawn_again_by_the_seed(tmp_path):
    people = tmp_path / "people.txt"
    people.write_text("north: Ana\nnorth: Bo\nsouth: Cy\nsouth: Di\n\n")
    first = json.loads(folkmoot("draw", str(people), "--seats", "2", "--json").stdout)
    again = json.loads(folkmoot("draw", str(people), "--seats", "2", "--seed", first["seed"], "--json").stdout)
    assert first == again and len({name in ("Ana", "Bo") for name in first["drawn"]}) == 2
    assert "64 hexadecimal digits" in folkmoot("draw", str(people), "--seats", "1", "--seed", "x", code=1).stderr
    people.write_text("Ana\nAna\n")
    assert "line 2 names 'Ana' again" in folkmoot("draw", str(people), "--seats", "1", code=1).stderr


def test_a_count_is_checked_by_its_certificate_where_one_asks(tmp_path):
    votes = tmp_path / "votes.txt"
    votes.write_text("4: garden > library\n3: library > pool\n2: pool > library\n")
    assert "checked by its certificate" in folkmoot("tally", str(votes), "--rule", "schulze", "--check").stdout
    assert answer("tally", votes, "--rule", "schulze", "--check")["checked"] is True
    unchecked = folkmoot("tally", str(votes), "--rule", "kemeny", "--check", code=1)
    assert "winners: library" in unchecked.stdout and "not checked: kemeny gives no certificate" in unchecked.stderr


def test_options_that_say_they_stand_the_other_way_round_are_refused(tmp_path):
    votes = tmp_path / "votes.txt"
    votes.write_text("5: no\n6: yes\n")
    assert "stands first, and yes_no would count it as for" in folkmoot("tally", str(votes), "--rule", "yes_no", code=1).stderr
    votes.write_text("options: yes, no\n5: no\n6: yes\n")
    assert "winners: yes" in folkmoot("tally", str(votes), "--rule", "yes_no").stdout
