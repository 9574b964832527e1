"""A feature costs its own folder: one is dropped into a copy of the tree, with no other edit, and everything finds it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.store import export
from tests.forging import lived

ROOT = Path(__file__).parent.parent
IGNORED = shutil.ignore_patterns("__pycache__", ".hypothesis")


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """The tree with `bounties` in it."""
    place = tmp_path_factory.mktemp("tree")
    for folder in ("engine", "api", "simulations", "contracts", "tests"):
        shutil.copytree(ROOT / folder, place / folder, ignore=IGNORED)
    shutil.copy(ROOT / "pyproject.toml", place)
    shutil.copytree(ROOT / "tests" / "dropped" / "bounties", place / "engine" / "features" / "bounties")
    return place


def run(tree: Path, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *words], check=False, cwd=tree, capture_output=True, text=True, env={"PYTHONPATH": str(tree), "PATH": ""}
    )


def test_a_dropped_feature_is_found_everywhere(tree, tmp_path):
    with (tmp_path / "old.jsonl").open("wb") as file:
        export.write(lived().community, file)
    done = run(tree, "-m", "tests.dropped.try_bounties", str(tmp_path), str(tmp_path / "old.jsonl"))
    assert done.stdout.endswith("a feature is a folder\n"), done.stdout + done.stderr


def test_the_property_tests_find_it(tree):
    done = run(tree, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_every_feature.py", "-k", "Bount or bount")
    assert " passed" in done.stdout, done.stdout + done.stderr


def test_types_catch_a_misspelt_attribute_in_a_feature(tree):
    """`mypy` reads a feature through: part, record, terms and event are known to it, none of them as `Any`."""
    file = tree / "engine" / "features" / "bounties" / "promise.py"
    text = file.read_text()
    try:
        for right, misspelt in (
            ("[BountyTerms].amount_max", "[BountyTerms].amount_most"),
            ("state[Bounties].open[bounty]", "state[Bounties].opened[bounty]"),
            ("record.actor), ends_at", "record.actr), ends_at"),
            ("by = ANY_MEMBER", "by = Who.MEMBER"),
        ):
            assert right in text
            file.write_text(text.replace(right, misspelt))
            done = run(tree, "-m", "mypy", "--strict", "-p", "engine.features.bounties", "--cache-dir", str(tree / ".mypy"))
            assert done.returncode == 1 and "promise.py" in done.stdout, f"{misspelt}: {done.stdout}{done.stderr}"
    finally:
        file.write_text(text)
        shutil.rmtree(tree / ".mypy")
    done = run(tree, "-m", "mypy", "--strict", "-p", "engine.features.bounties", "--cache-dir", str(tree / ".mypy"))
    assert done.returncode == 0, done.stdout
