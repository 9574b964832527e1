"""A chain behind an address, and a community that anchors on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contracts.anchoring import Anchoring, Rpc


@pytest.fixture(scope="module")
def rpc():
    rpc = Rpc()
    yield rpc
    rpc.stop()


@pytest.fixture
def anchoring(rpc, tmp_path: Path) -> Anchoring:
    return Anchoring(rpc, tmp_path)
