"""The tamper corpus is what the tables of forgeries make of it, and whoever has the public verifier alone finds every case."""

from __future__ import annotations

import json

import pytest

from tests.tampering.bases import BASES
from tests.tampering.case import PINNED, edited, said, verified
from tests.tampering.corpus import FOLDER, corpus, present
from tests.tampering.stories import STORIES

CASES = sorted(FOLDER.glob("*.json"))


def test_the_corpus_is_the_one_that_the_tables_make():
    """Another forgery in a table, or another refusal, and `python -m tests.tampering` has to be run."""
    made = corpus()
    assert made.keys() == present()
    assert [name for name, data in made.items() if (FOLDER / name).read_bytes() != data] == []


def test_every_story_is_told_of_a_case_and_is_one_line():
    assert {json.loads(path.read_text())["name"] for path in CASES} == STORIES.keys()
    assert not [story for story in STORIES.values() if "\n" in story or not story.endswith(".")]


def test_the_corpus_is_small_enough_to_be_carried_about():
    assert len(CASES) >= 60
    assert sum(path.stat().st_size for path in FOLDER.rglob("*.*")) < 1_500_000


@pytest.mark.parametrize("base", BASES)
def test_a_base_is_sound(base):
    """Else what is found in its cases could be its own fault."""
    report = verified(FOLDER / "bases" / f"{base}.jsonl", PINNED)
    assert report.verdict == "sound", report.problem


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_is_found_as_its_file_says(path, tmp_path):
    """Given nothing but the file and its base; when the public verifier reads what comes of them; then it says what the file says."""
    case = json.loads(path.read_text())
    (tmp_path / "log.jsonl").write_bytes(edited((FOLDER / case["base"]).read_bytes(), case["edits"]))
    report = verified(tmp_path / "log.jsonl", case["kept"])
    expected = case["said"]
    assert said(report) == {name: expected[name] for name in ("verdict", "code", "reason", "seq")}, report.problem
    assert expected["sentence"] is None or expected["sentence"] in str(report.problem)


def test_a_case_is_something_other_than_its_base_or_is_held_against_something_kept():
    for case in (json.loads(path.read_text()) for path in CASES):
        assert case["edits"] or case["kept"] != PINNED, case["name"]
