"""Files that are whole at any instant: written beside the old one under a name of the writer's own, then put in its place.

And small files that somebody else may have put where we look: read only where they are files, and no further than a bound.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG
from typing import IO

from engine.refusals import refuse


def read_small(path: Path, most: int) -> bytes:
    """What a regular file of at most `most` bytes holds. Anything else is refused: a pipe, a device, a folder, a file without end."""
    try:
        # A pipe nobody writes into is not waited for, and a terminal does not become ours.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))
        try:
            about = os.fstat(handle)
            if not S_ISREG(about.st_mode):
                raise refuse("file_unreadable", "{name}", "is no regular file", "put a file in its place", name=path.name)
            with os.fdopen(handle, "rb", closefd=False) as file:
                data = file.read(most + 1) if about.st_size <= most else b""
        finally:
            os.close(handle)
    except OSError as fault:
        raise refuse(
            "file_unreadable", "{name}", "cannot be read: {fault}", "look at its disk and its permissions",
            name=path.name, fault=fault.strerror or fault,
        ) from None  # fmt: skip
    if max(len(data), about.st_size) > most:
        raise refuse("file_unreadable", "{name}", "is longer than {most} bytes", "restore it from a copy", name=path.name, most=most)
    return data


def replace_with(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Put in `path` what `write` writes; several processes and threads may do so at once, and the last one wins."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.new")
    try:
        with beside.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException as fault:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        if isinstance(fault, OSError):
            raise refuse(
                "storage_failed", "{name}", "cannot be written: {fault}", "look at its disk", name=path.name, fault=fault.strerror or fault
            ) from None
        raise


def sweep(folder: Path) -> None:
    """Remove what writers that were killed left half-written."""
    with suppress(OSError):
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
