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

from engine.refusals import Refusal, refuse


def open_regular(path: Path) -> IO[bytes]:
    """A regular file to read. Anything else is refused: a pipe, a device, a folder."""
    try:
        # A pipe nobody writes into is not waited for, and a terminal does not become ours.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))
        if S_ISREG(os.fstat(handle).st_mode):
            return os.fdopen(handle, "rb")
        os.close(handle)
    except OSError as fault:
        raise _unreadable(path, fault) from None
    raise refuse("file_unreadable", "{name}", "is no regular file", "put a file in its place", name=path.name)


def read_small(path: Path, most: int) -> bytes:
    """What a regular file of at most `most` bytes holds; refused where it is longer, which nobody finds out by reading it."""
    with open_regular(path) as file:
        try:
            size = os.fstat(file.fileno()).st_size
            data = file.read(most + 1) if size <= most else b""
        except OSError as fault:
            raise _unreadable(path, fault) from None
    if max(len(data), size) > most:
        raise refuse("file_unreadable", "{name}", "is longer than {most} bytes", "restore it from a copy", name=path.name, most=most)
    return data


def _unreadable(path: Path, fault: OSError) -> Refusal:
    return refuse(
        "file_unreadable", "{name}", "cannot be read: {fault}", "look at its disk and its permissions",
        name=path.name, fault=fault.strerror or str(fault),
    )  # fmt: skip


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
