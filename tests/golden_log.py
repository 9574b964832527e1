"""Golden logs: each feature's log of each release replays to the same public view for ever. `make golden` writes those of this one.

A feature's golden log holds every kind of its events (`tests/lives` has the lives they are of). It is never written again
once its release is out: a kind that changed would be found here.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from engine import catalogue, fold, lines
from engine.event import kinds
from engine.state import State
from engine.store import export
from tests import lives

FOLDER = Path(__file__).parent / "golden"
RELEASE = "0.1"


def life_of(feature: str) -> ModuleType:
    """The life of a feature, or of the kernel."""
    return catalogue.module(lives.__name__, feature)


def features() -> tuple[str, ...]:
    """Everything with kinds of event of its own."""
    return tuple(sorted({catalogue.feature_of(kind) or "kernel" for kind in kinds().values()}))


def kinds_of(feature: str) -> set[str]:
    return {name for name, kind in kinds().items() if (catalogue.feature_of(kind) or "kernel") == feature}


def views_of(feature: str, state: State) -> dict[str, Any]:
    return {name: make(state) for name, make in vars(life_of(feature)).items() if name.startswith("view_")}


def replay(path: Path) -> State:
    """The state that a log in a file folds to."""
    state = State()
    for seq, data in export.Export(path).lines(0):
        fold.apply(state, lines.read(data, seq))
    return state


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for feature in features():
        path = FOLDER / f"{feature}-{RELEASE}.jsonl"
        if path.exists() and "--again" not in sys.argv:
            print(f"{path.name} is there already: a release's golden log is written once")
            continue
        with path.open("wb") as file:
            export.write(life_of(feature).life().community, file)
        views = json.dumps(views_of(feature, replay(path)), indent=1, ensure_ascii=False)
        path.with_suffix(".json").write_text(views + "\n")
        print(f"{path.name} written")
