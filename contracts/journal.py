"""What is meant to be done on a chain, written down before it is done: so that a process killed at any instant does it once.

An *intent* takes a nonce of an account, for good. Under a nonce a chain takes one transaction, so whatever is signed for an intent, however
often and at whatever fee, is done once at most. Each line is on the disk (fsync) before anybody acts on it: an intent before it is
signed, what was signed before it is sent, how it ended once a block as deep as asked holds it. Half a line at the end is one that nobody
has acted on. The file holds what the chain shows anyway, and no key.

>>> from tempfile import TemporaryDirectory
>>> with TemporaryDirectory() as folder, opened(Path(folder) / "anchors.journal") as journal:
...     intent = journal.intend(1, "0x" + "aa" * 20, "0x" + "cc" * 20, b"\\x01", 50_000, {"what": "head"}, 7)
...     journal.signed(intent, Signed("0x" + "11" * 32, b"raw", 30, 1), height=9)
...     [(one.nonce, one.state, len(one.signed)) for one in journal.intents]
[(7, 'open', 1)]
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple

from engine.refusals import refuse

ENDS = frozenset({"settled", "displaced", "failed"})
"""How an intent ends: a block holds it; its nonce went to a transaction made elsewhere; a block holds it and it failed."""


class Signed(NamedTuple):
    """A transaction: its hash, its bytes, and what it offers for a unit of gas in all, and of that to whoever makes the block."""

    transaction: str
    raw: bytes
    fee_max: int
    priority: int


@dataclass
class Intent:
    """Something to be done by `account` under `nonce`: call `to` (None: make a contract) with `data`. `about` says what it is for."""

    number: int
    chain_id: int
    account: str
    nonce: int
    to: str | None
    data: bytes
    gas: int
    value: int
    about: dict[str, Any]
    signed: list[Signed] = field(default_factory=list)
    state: str = "open"
    since: int = 0
    """The height of the chain when it was last signed, or opened again: from then on it waits."""


class Journal:
    """The intents of one community, oldest first, over a file that is only appended to."""

    def __init__(self, file: IO[bytes], intents: list[Intent]) -> None:
        self._file, self.intents = file, intents

    def intend(
        self, chain_id: int, account: str, to: str | None, data: bytes, gas: int, about: dict[str, Any], nonce: int, value: int = 0
    ) -> Intent:
        """Take a nonce for something."""
        assert nonce >= self.next_nonce(chain_id, account), "no nonce is used for two intentions"
        intent = Intent(len(self.intents), chain_id, account, nonce, to, data, gas, value, about)
        written = {"chain_id": chain_id, "account": account, "nonce": nonce, "to": to, "data": data.hex(), "gas": gas, "value": value}
        self._append({"intent": intent.number, **written, "about": about})
        self.intents.append(intent)
        return intent

    def signed(self, intent: Intent, signed: Signed, height: int) -> None:
        """Remember a transaction before it is sent."""
        written = {"transaction": signed.transaction, "raw": signed.raw.hex(), "fee_max": signed.fee_max, "priority": signed.priority}
        self._append({"signed": intent.number, **written, "height": height})
        intent.signed.append(signed)
        intent.since = height

    def end(self, intent: Intent, state: str) -> None:
        """It is over."""
        assert state in ENDS
        self._append({"ended": intent.number, "state": state})
        intent.state = state

    def reopen(self, intent: Intent, height: int) -> None:
        """The chain has unwound it."""
        self._append({"reopened": intent.number, "height": height})
        intent.state, intent.since = "open", height

    def open_intents(self, chain_id: int, account: str) -> list[Intent]:
        """Those of an account that wait, by their nonces: a chain takes them in that order."""
        waiting = [one for one in self.intents if (one.chain_id, one.account, one.state) == (chain_id, account, "open")]
        return sorted(waiting, key=lambda one: one.nonce)

    def next_nonce(self, chain_id: int, account: str) -> int:
        """The first nonce that no intent has taken."""
        return max((one.nonce + 1 for one in self.intents if (one.chain_id, one.account) == (chain_id, account)), default=0)

    def by_transaction(self, transaction: str) -> Intent | None:
        """The intent that a transaction was signed for."""
        return next((one for one in self.intents if any(signed.transaction == transaction for signed in one.signed)), None)

    def _append(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())


@contextmanager
def opened(path: Path) -> Iterator[Journal]:
    """The journal in a file, for one process at a time."""
    fresh = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    with os.fdopen(handle, "r+b") as file:
        _lock(file, path)
        data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        intents = _read(whole, path)
        if len(whole) < len(data):
            file.truncate(len(whole))
        file.seek(len(whole))
        if fresh:
            _sync_folder(path.parent)
        yield Journal(file, intents)


def _read(data: bytes, path: Path) -> list[Intent]:
    intents: list[Intent] = []
    for number, line in enumerate(data.splitlines(), 1):
        try:
            said = json.loads(line)
            if "intent" in said:
                facts = (said["chain_id"], said["account"], said["nonce"], said["to"], bytes.fromhex(said["data"]), said["gas"])
                intents.append(Intent(said["intent"], *facts, said["value"], said["about"]))
            elif "signed" in said:
                signed = Signed(said["transaction"], bytes.fromhex(said["raw"]), said["fee_max"], said["priority"])
                intents[said["signed"]].signed.append(signed)
                intents[said["signed"]].since = said["height"]
            elif "reopened" in said:
                intent = intents[said["reopened"]]
                intent.state, intent.since = "open", said["height"]
            else:
                intents[said["ended"]].state = said["state"]
        except (ValueError, KeyError, TypeError, IndexError):
            raise refuse(
                "file_unreadable", "{file}", "has a line {line} that is none of a journal's", "restore it from a copy: it says what was sent",
                file=path.name, line=number,
            ) from None  # fmt: skip
    return intents


def _lock(file: IO[bytes], path: Path) -> None:
    """Refuse to be the second who anchors: two would take one nonce for two intentions."""
    try:
        import fcntl
    except ImportError:  # Windows: a second process is the operator's care
        return
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise refuse("storage_busy", "{file}", "is in use: somebody else anchors", "wait until that is done", file=path.name) from None


def _sync_folder(folder: Path) -> None:
    """So that the file's name outlives a power cut as well."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
