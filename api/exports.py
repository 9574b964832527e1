"""The whole log as a download: one file for all who fetch it at the same size, gone when the last of them has it.

The log does not lie in memory, and a slow reader holds a file, not a lock. An erasure is an event, so what is fetched
after it is a fresh file; whoever still reads the oldest of `FILES_MAX` is cut off when another is needed, and her connection ends
before what it promised has come, so that her program can tell.
"""

from __future__ import annotations

import os
import threading
import weakref
from tempfile import TemporaryFile
from typing import IO

from engine.community import Community
from engine.refusals import refuse
from engine.store import export

PIECE_BYTES = 1 << 18
FILES_MAX, WAITING_MAX = 4, 8
"""Files at once, each as large as the log; requests that wait for one to be written."""


class _File:
    """A written log; it is read and closed under one lock, so that nobody reads whatever takes its place."""

    def __init__(self, size: int, file: IO[bytes]) -> None:
        self.size, self.readers = size, 0
        self._file, self._lock = file, threading.RLock()

    def piece(self, place: int) -> bytes:
        """What stands there; nothing at the end. Fails once the file is closed: half a log must not look like a whole one."""
        with self._lock:
            if self._file.closed:
                raise BrokenPipeError("this download was too slow, and its file was needed")
            return os.pread(self._file.fileno(), PIECE_BYTES, place)

    def close(self) -> None:
        with self._lock:
            self._file.close()


class _Pieces:
    """A file piece by piece; it lets go of it at the end, or when nobody iterates it any more."""

    def __init__(self, exports: Exports, file: _File) -> None:
        self._place, self._file = 0, file
        self._release = weakref.finalize(self, exports.release, file)

    def __iter__(self) -> _Pieces:
        return self

    def __next__(self) -> bytes:
        piece = self._file.piece(self._place)
        if not piece:
            self._release()
            raise StopIteration
        self._place += len(piece)
        return piece


class Exports:
    """The files being read, the newest last."""

    def __init__(self) -> None:
        self._making, self._waiting = threading.Lock(), threading.BoundedSemaphore(WAITING_MAX)
        self._lock = threading.RLock()  # held for a moment only: who lets go of a file may be the event loop
        self._files: list[_File] = []

    def pieces(self, community: Community) -> _Pieces:
        """The exported log of now."""
        if not self._waiting.acquire(blocking=False):
            raise refuse("storage_busy", "the log", "is waited for by {count} others", "ask again in a minute", count=WAITING_MAX)
        try:
            with self._making:
                return _Pieces(self, self._newest(community))
        finally:
            self._waiting.release()

    def release(self, written: _File) -> None:
        """One reader less."""
        with self._lock:
            written.readers -= 1
            if not written.readers:
                self._drop(written)

    def _newest(self, community: Community) -> _File:
        """A file of all there is, with one reader more."""
        with community.reading() as state:
            size = state.seq
        with self._lock:
            if self._files and self._files[-1].size == size:
                self._files[-1].readers += 1
                return self._files[-1]
            if len(self._files) >= FILES_MAX:
                self._drop(self._files[0])
        file = TemporaryFile()  # noqa: SIM115 - closed, and with that gone, when the last reader has it
        written = _File(export.write(community, file), file)
        file.flush()
        with self._lock:
            written.readers = 1
            self._files.append(written)
        return written

    def _drop(self, written: _File) -> None:
        if written in self._files:
            self._files.remove(written)
        written.close()
