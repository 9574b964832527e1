"""`folkmoot demo --chain`: the roastery decides, attests, pays and anchors on a chain in a process beside this one, and is cheated ten times in vain.

What it runs are the commands themselves, as anybody types them; only those who cheat go past them. The chain is gone when it ends, and its days
go by at once: a decision waits for two of them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from api import demonstration
from api.chain_demo import story, table
from api.chain_demo.stage import Command, Stage
from api.demonstration import Made
from simulations.asking import Progress


def made(command: Command, folder: Path | None, chance: bytes, now: int, bars: AbstractContextManager[Progress]) -> Made:
    """Play it all, and say what happened. `folder` is where what was made stays; without one it goes with the chain."""
    from contracts.local_node import running

    began = time.monotonic()
    with bars as progress, _place(folder) as place, running() as url:
        stage = Stage(place, url, command, progress)
        told = story.told(stage, chance, now)
        rows = table.rows(stage)
    seconds = time.monotonic() - began
    summary: dict[str, Any] = told.summary | {
        "chain_id": stage.chain_id,
        "table": [row._asdict() for row in rows],
        "cheats": [cheat._asdict() for cheat in stage.cheats],
        "seconds": round(seconds, 1),
        "folder": None if folder is None else str(folder),
    }
    lines = [told.opening, "", *table.lines(rows), "", *table.cheat_lines(stage.cheats), "", told.ending, f"It took {seconds:.0f} seconds."]
    if folder is not None:
        lines.append(f"The community stays in {folder / 'moot'}; its chain is gone.")
    return Made(summary, lines, ())


@contextmanager
def _place(folder: Path | None) -> Iterator[Path]:
    """A folder to play in."""
    if folder is None:
        with TemporaryDirectory(prefix="folkmoot-") as place:
            yield Path(place)
        return
    with demonstration.beside(folder) as place:
        place.mkdir()
        yield place
