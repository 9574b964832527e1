"""A log as a file for strangers: `.jsonl`, complete for a recount.

Line 1 names the format, the log and its key; then one line per event with the openings that may travel; the last line
is a signed head. Every line is canonical, and nothing follows the last newline.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from engine import lines
from engine.community import Community
from engine.kernel.found import Founding
from engine.limits import EVENT_BYTES_MAX, IDEA_TEXT_MAX
from engine.log.fields import SALT_BYTES, Erasable, Opening, sealed_in
from engine.log.json import canonical, parse, parse_own
from engine.log.merkle import Tile
from engine.refusals import Refusal, refuse
from engine.store.atomic_files import open_regular
from engine.verify import PROGRESS_EVERY

FORMAT = "folkmoot-log/1"
LINE_BYTES_MAX = 2 * EVENT_BYTES_MAX + 8 * IDEA_TEXT_MAX + 1_000_000


def write(community: Community, out: IO[bytes], progress: Callable[[int], None] | None = None) -> int:
    """The whole log up to a signed head; gives the number of events. Private values stay behind."""
    with community.reading() as state:
        founding = state[Founding]
        out.write(canonical({"format": FORMAT, "key": founding.key, "origin": founding.origin}) + b"\n")
    with community.store.view() as store:
        # Events and openings come from one view, so that an erasure on the way cannot take an opening and not be there.
        size = store.size()
        for seq, data in store.lines(0, size):
            out.write(b'{"event":' + data + b',"open":' + canonical(public_openings(store.openings(seq), data)) + b"}\n")
            if progress and seq % PROGRESS_EVERY == 0:
                progress(seq)
        out.write(canonical({"checkpoint": community.checkpoint(size)}) + b"\n")
    return size


def public_openings(openings: list[Opening], data: bytes) -> dict[str, list[Any]]:
    """What of an event's openings may travel: `{field: [salt in base64, value]}`."""
    if not openings:
        return {}
    sealed = sealed_in(lines.read_own(data).event)
    return {
        opening.field: [b64encode(opening.salt).decode(), parse_own(opening.value)]
        for opening in openings
        if isinstance(sealed.get(opening.field), Erasable)
    }


class Export:
    """An exported log as a source to verify. Reads line by line; refuses what is not to the letter."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._openings: dict[int, list[Opening]] = {}
        self._head: tuple[int, str] | None = None
        self.origin = self.key = ""

    def lines(self, start: int, stop: int | None = None) -> Iterator[tuple[int, bytes]]:
        assert start == 0 and stop is None, "an export is read from its beginning"
        with open_regular(self._path) as file:
            head = self._head_of(file)
            self.origin, self.key = head["origin"], head["key"]
            seq = 0
            while True:
                where = f"line {seq + 2}"
                line = self._line(file, where)
                if line.startswith(b'{"checkpoint":'):
                    note = self._parse(line, where, {"checkpoint"})["checkpoint"]
                    if not isinstance(note, str) or file.read(1):
                        raise _broken(where, "is not the end of the log")
                    self._head = int(note.split("\n")[1]) if note.count("\n") > 2 and note.split("\n")[1].isdecimal() else -1, note
                    return
                data, opened = self._event(line, where)
                if seq == 0:
                    self._compare(data)
                self._openings = {seq: opened}
                yield seq, data
                seq += 1

    def openings(self, seq: int) -> list[Opening]:
        return self._openings.get(seq, [])

    def filing(self, seq: int) -> None:
        return None

    def rows(self) -> None:
        """Nothing can stand beside the log: what is no line of it was refused."""

    def checkpoints(self) -> Iterator[tuple[int, str]]:
        if self._head is None:
            raise refuse("checkpoint_wrong", "the log", "has no signed head", "ask for the whole file")
        yield self._head

    def kept(self) -> None:
        """Nothing lies beside it."""

    def check_nothing_beside(self) -> None:
        """There is nothing else."""

    def tiles(self) -> Iterator[Tile]:
        return iter(())

    def _line(self, file: IO[bytes], where: str) -> bytes:
        line = file.readline(LINE_BYTES_MAX)
        if not line.endswith(b"\n"):
            raise _broken(where, "is cut off", "ask for the whole file")
        return line[:-1]

    def _parse(self, line: bytes, where: str, keys: set[str]) -> dict[str, Any]:
        stated = parse(line, where)
        if not isinstance(stated, dict) or stated.keys() != keys or not all(isinstance(item, str) for item in stated.values()):
            raise _broken(where, "is not a line of an exported log")
        return stated

    def _head_of(self, file: IO[bytes]) -> dict[str, Any]:
        way_out = "give the .jsonl that folkmoot export wrote, or /log.jsonl of a community's site"
        try:
            head = self._parse(self._line(file, "line 1"), "line 1", {"format", "key", "origin"})
        except Refusal:
            raise refuse("file_foreign", "{name}", "is no exported log", way_out, name=self._path.name) from None
        if head["format"] != FORMAT:
            raise refuse(
                "file_foreign", "{name}", "is of the format {format!r}, not {ours}", way_out,
                name=self._path.name, format=head["format"][:40], ours=FORMAT,
            )  # fmt: skip
        return head

    def _event(self, line: bytes, where: str) -> tuple[bytes, list[Opening]]:
        whole = parse(line, where)  # which is canonical, and so are its parts
        if not isinstance(whole, dict) or whole.keys() != {"event", "open"} or not isinstance(whole["open"], dict):
            raise _broken(where, "is not an event with its openings")
        return canonical(whole["event"]), [_opening(name, pair, where) for name, pair in whole["open"].items()]

    def _compare(self, first: bytes) -> None:
        body = parse(first, "event 0").get("body", {})
        if (body.get("origin"), body.get("key")) != (self.origin, self.key):
            raise _broken("line 1", "does not name the log and key of event 0")


def _opening(name: str, pair: Any, where: str) -> Opening:
    wrong = _broken(where, "has an opening of {field} that cannot be read", field=name[:40])
    if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str):
        raise wrong
    try:
        salt = b64decode(pair[0], validate=True)
    except ValueError:
        raise wrong from None
    if len(salt) != SALT_BYTES or b64encode(salt).decode() != pair[0]:
        raise wrong
    return Opening(name, "", salt, canonical(pair[1]))


def _broken(where: str, fact: str, way_out: str = "ask for the log again", /, **values: str) -> Refusal:
    return refuse("log_broken", "{where}", fact, way_out, where=where, **values)
