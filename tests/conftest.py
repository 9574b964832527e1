"""What every test may use: names for doctests, Hypothesis profiles, and where the shared data lies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from engine import rules
from engine.elections.election import Election
from engine.kernel import charter

settings.register_profile("quick", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
settings.register_profile("ci", max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
settings.register_profile("mutants", parent=settings.get_profile("quick"), max_examples=15, derandomize=True)
settings.load_profile(os.environ.get("FOLKMOOT_HYPOTHESIS") or ("ci" if os.environ.get("CI") else "quick"))

SHARED = Path(__file__).parent.parent.parent / "shared"


@pytest.fixture(autouse=True)
def names_in_examples(doctest_namespace: dict) -> None:
    """Docstrings of rules show `tally("borda", Election.read(…))` without imports."""
    doctest_namespace.update(Election=Election, tally=rules.tally, rule=rules.rule, secrecy=rules.secrecy, preset=charter.preset)


def shared(path: str) -> Path:
    """A file of the shared data; the test that asks for it skips where it is absent."""
    file = SHARED / path
    if not file.exists():
        pytest.skip(f"the shared data is not here: {path}")
    return file
