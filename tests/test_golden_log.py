"""History replays: a release's golden logs give the same public views for ever, and hold every kind of event."""

import json

import pytest

from engine.log.json import parse_own
from engine.store.export import Export
from engine.verify import verify
from tests.golden_log import FOLDER, RELEASE, features, kinds_of, replay, views_of

LOGS = sorted(FOLDER.glob("*.jsonl"))


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.stem)
def test_a_golden_log_is_sound_and_replays_to_its_views(path):
    assert (report := verify(Export(path), private_kept=False)).verdict == "sound", report.problem
    feature, _, release = path.stem.rpartition("-")
    views, stated = views_of(feature, replay(path)), json.loads(path.with_suffix(".json").read_text())
    assert {name: views[name] for name in stated} == stated and stated
    assert release != RELEASE or stated == views, "this release's log gives every view there is"


@pytest.mark.parametrize("feature", features())
def test_a_golden_log_holds_every_kind_of_event_of_its_feature(feature):
    held = {parse_own(data)["kind"] for _, data in Export(FOLDER / f"{feature}-{RELEASE}.jsonl").lines(0)}
    assert kinds_of(feature) <= held
