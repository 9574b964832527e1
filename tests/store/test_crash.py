"""A kill at any instant loses nothing that was acknowledged and leaves nothing half-written."""

import pytest

from tests.store import kills


@pytest.mark.parametrize("point", kills.POINTS)
@pytest.mark.parametrize("turn", [1, 4])
def test_a_kill_beside_every_step_of_the_store(tmp_path, point, turn):
    kills.make(tmp_path / "c")
    said = kills.run(tmp_path / "c", point, turn)
    assert said, "it died before it began"
    kills.check(tmp_path / "c", said)


@pytest.mark.parametrize("seconds", [0.01, 0.05, 0.1, 0.3])
def test_a_kill_while_a_snapshot_is_written(tmp_path, seconds):
    kills.make(tmp_path / "c")
    kills.check(tmp_path / "c", kills.run(tmp_path / "c", "snapshot", 0, seconds))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_forty_random_kills(tmp_path, seed):
    """Ten here, four times; `make kill` does a thousand."""
    kills.make(tmp_path / "c")
    assert kills.random_kills(tmp_path / "c", 10, seed) >= 10
