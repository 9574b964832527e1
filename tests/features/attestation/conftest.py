"""A community whose decision types wait for a council."""

from __future__ import annotations

import pytest

from tests.council import seated
from tests.moot import Moot


@pytest.fixture
def moot() -> Moot:
    return seated()
