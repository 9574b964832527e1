"""Signatures looked at on the other cores: a process for each, which is handed them and says whose they are.

Recovering an address takes 40 µs, more than all else that is done for a ballot. Python lets one thread of a process work at a time, so these are
processes, and plain ones: they read records of 97 bytes (what was signed, and the signature) and write 20 for each, the address, or zeros for
nobody's. If one is gone, what it was given is looked at here, when its turn comes.

>>> with Beside(1) as beside:
...     beside([])()
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from engine.log.signing import SIGNATURE_BYTES, Signed, is_spelled, look_at, remember
from engine.values import Address

RECORD, ANSWER = 32 + SIGNATURE_BYTES, 20
FEW = 64
"""Not worth a process: it takes a fifth of a second to begin."""
AT_ONCE = 3_000
"""Answers to so many fit into a pipe (64 KiB), so that neither side ever waits for the other to read."""
NOBODY = bytes(ANSWER)


class Beside:
    """So many processes, begun when they are first needed; by default one for each core but the one that judges."""

    def __init__(self, count: int = 0) -> None:
        self._count = count or max(1, (os.cpu_count() or 2) - 1)
        self._processes: list[subprocess.Popen[bytes]] = []
        # A thread of its own for each: what two of them asked one process at once would be answered crosswise.
        self._threads = [ThreadPoolExecutor(1) for _ in range(self._count)]

    def __call__(self, signed: Sequence[Signed]) -> Callable[[], None]:
        """Begin to look at them; what it gives waits until what could be found out is remembered."""
        # What is written otherwise than in the one way there is, is refused by whoever judges it, whatever its bytes would say.
        fit = [one for one in signed if is_spelled(one[1])]
        if len(fit) < FEW:
            return lambda: None
        if not self._processes:
            self._processes = [_begun() for _ in range(self._count)]
        parts = [fit[number :: self._count] for number in range(self._count)]
        looking = [thread.submit(_look, process, part) for thread, process, part in zip(self._threads, self._processes, parts, strict=True)]
        return lambda: _wait(looking)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        for thread in self._threads:
            thread.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()


def _begun() -> subprocess.Popen[bytes]:
    # -P: whatever else is called `api` where somebody audits a log is not ours.
    ours = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH"))))}
    return subprocess.Popen([sys.executable, "-P", "-m", "api.recovering"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ours)


def _look(process: subprocess.Popen[bytes], signed: list[Signed]) -> None:
    assert process.stdin is not None and process.stdout is not None
    records = [digest + bytes.fromhex(signature[2:]) for digest, signature in signed]
    assert all(len(record) == RECORD for record in records), "neither side waits for what never comes"
    for first in range(0, len(records), AT_ONCE):
        process.stdin.write(b"".join(records[first : first + AT_ONCE]))
        process.stdin.flush()
        said = process.stdout.read(ANSWER * len(records[first : first + AT_ONCE]))
        for (digest, signature), answer in zip(signed[first : first + AT_ONCE], _parts(said, ANSWER), strict=False):
            remember(digest, signature, None if answer == NOBODY else Address("0x" + answer.hex()))


def _parts(data: bytes, size: int) -> list[bytes]:
    return [data[first : first + size] for first in range(0, len(data) - size + 1, size)]


def _wait(looking: list[Future[None]]) -> None:
    for one in looking:
        with suppress(OSError, ValueError):  # it is gone: each is looked at when its turn comes
            one.result()


def main() -> None:
    """Say whose signatures come in, until none comes any more."""
    while data := sys.stdin.buffer.read1(RECORD * FEW):
        data += sys.stdin.buffer.read(-len(data) % RECORD)
        for record in _parts(data, RECORD):
            address = look_at(record[:32], "0x" + record[32:].hex())
            sys.stdout.buffer.write(NOBODY if address is None else bytes.fromhex(address[2:]))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
