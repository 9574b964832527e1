"""What somebody else wrote reaches no terminal as anything but letters."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api import terminal
from engine.log.text import escaped
from engine.refusals import refuse
from tests.api.test_cli import folkmoot

NASTY = "\x1b]0;owned\x07\x9b31m\x7f\u202egnp.exe\x85\x08"
STEERING = ("\x1b", "\x07", "\x9b", "\x7f", "\u202e", "\x85", "\x08")


def harmless(text: str) -> bool:
    return not any(letter in text for letter in STEERING)


def test_answers_and_refusals_are_spelt_out(capsys):
    terminal.answer(None, False, [f"title: {NASTY}", "a\nb", "Zoë ❤️"])
    terminal.refused(refuse("field_unknown", "{thing}", "is no field", "{near}", thing=NASTY, near=f"a\n{NASTY}"), False)
    said = capsys.readouterr()
    assert harmless(said.out + said.err)
    assert said.out.split("\n") == [f"title: {escaped(NASTY)}", "a\\nb", "Zoë ❤️", ""]
    assert said.err.count("\n") == 1, "a refusal is one line, whatever is in it"


def test_json_reads_the_same_and_steers_nothing(capsys):
    shown = {NASTY: [NASTY, {"Zoë": "a\nb\tc"}]}
    terminal.answer(shown, True, [])
    said = capsys.readouterr().out
    assert harmless(said) and json.loads(said) == shown and "Zoë" in said
    terminal.refused(refuse("field_unknown", "{thing}", "is no field", "look", thing=NASTY), True)
    said = capsys.readouterr().err
    assert harmless(said) and json.loads(said)["thing"] == NASTY


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("x.json", json.dumps({"command": "SubmitIdea", "title": "a", "text": "b", NASTY: 1}), ("do", "{moot}", "{file}")),
        ("x.json", json.dumps({"command": NASTY}), ("do", "{moot}", "{file}")),
        ("x.json", json.dumps({"command": "SubmitIdea", "title": NASTY, "text": "b"}), ("do", "{moot}", "{file}")),
        ("x.jsonl", json.dumps({NASTY: 1}) + "\n", ("verify", "{file}")),
        ("x.json", json.dumps({"event": {"seq": 0, "kind": NASTY}, "proof": NASTY}), ("verify", "{file}", "--key", "k")),
        ("x.toml", f'"{NASTY.encode("unicode_escape").decode().replace(chr(92) + "x", chr(92) + "u00")}" = 1\n', ("found", "{file}", "{new}")),
        ("x.txt", f"3: {NASTY} > b\n2: b > {NASTY}\n", ("tally", "{file}", "--rule", "borda")),
        ("x.txt", f"3: a > b\n{NASTY}: {NASTY}\n", ("tally", "{file}", "--rule", NASTY.replace("\x00", ""))),
        ("x.txt", f"north: {NASTY}\nsouth: Bo\n", ("draw", "{file}", "--seats", "1")),
    ],
)  # fmt: skip
def test_no_file_steers_the_terminal(tmp_path, name, text, words):
    file = tmp_path / name
    file.write_text(text)
    if "{moot}" in words:
        folkmoot("found", "product", tmp_path / "moot")
    asked = [word.format(moot=tmp_path / "moot", file=file, new=tmp_path / "new") for word in words]
    for more in ([], ["--json"]):
        said = run(*asked, *more)
        assert harmless(said) and said


def run(*words: str) -> str:
    """All that a command says, however it ends."""
    import subprocess
    import sys

    root = Path(__file__).parent.parent.parent
    code = "from api.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, cwd=root, check=False)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return (done.stdout + done.stderr).decode()
