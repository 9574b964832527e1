"""Files that are whole at any instant: written beside the old one under a name of the writer's own, then put in its place."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO


def replace_with(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Put in `path` what `write` writes; several processes and threads may do so at once, and the last one wins."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.new")
    try:
        with beside.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def sweep(folder: Path) -> None:
    """Remove what writers that were killed left half-written."""
    for left in folder.glob("*.*.*.new"):
        pid = left.name.split(".")[-3]
        with suppress(OSError):
            if pid.isdecimal() and not alive(int(pid)):
                left.unlink(missing_ok=True)


def alive(pid: int) -> bool:
    """Whether a process of that number runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
