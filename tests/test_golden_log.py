"""History replays: a release's golden log gives the same public view for ever, and holds every kind of event."""

import json

import pytest

from engine import commands
from engine.log.json import parse_own
from engine.store.export import Export
from engine.verify import verify
from tests.golden_log import FOLDER, RELEASE, replay, view_1

LOGS = sorted(FOLDER.glob("moot-*.jsonl"))


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.stem)
def test_a_golden_log_is_sound_and_replays_to_its_view(path):
    assert (report := verify(Export(path), private_kept=False)).verdict == "sound", report.problem
    assert view_1(replay(path)) == json.loads(path.with_suffix(".json").read_text())


def test_the_newest_golden_log_holds_every_kind_of_event():
    held = {parse_own(data)["kind"] for _, data in Export(FOLDER / f"moot-{RELEASE}.jsonl").lines(0)}
    assert held == set(commands.kinds())
