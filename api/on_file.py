"""Heads in a folder that somebody else keeps: a copy on paper, a shared drive, a repository. One file for each, its signed note.

Whoever has such a file can hold the log against it: `folkmoot verify DIR --head FILE`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from api.anchoring import Head, Stands
from engine.community import Community
from engine.features.anchors.state import Anchor
from engine.features.anchors.terms import place_of
from engine.kernel import charter as charters
from engine.kernel.loss import check_head
from engine.limits import HEAD_TEXT_MAX
from engine.log.checkpoint import read_body
from engine.refusals import refuse
from engine.store.atomic_files import read_small, replace_with


class FilePlace:
    """A folder; heads are called by their sizes, with zeros in front, so that the newest is the last."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self._begun: list[Stands] = []

    def check(self, community: Community) -> None:
        """The newest note in it must be of this log, which must continue it."""
        if not self.folder.is_dir():
            raise refuse("file_unreadable", "{folder}", "is no folder", "name the one that heads are kept in", folder=str(self.folder))
        newest = max(self.folder.glob("*.checkpoint"), default=None)
        with community.reading() as state:
            if place_of(charters.in_force(state), self.name).chain_id:
                raise refuse("field_wrong", "place {place}", "is on a chain", "give --rpc and --keystore", place=self.name)
            if newest is not None:
                check_head(state, read_small(newest, HEAD_TEXT_MAX).decode(errors="replace"))

    def begin(self, head: Head) -> None:
        path = self._path(head.size)
        replace_with(path, lambda file: file.write(head.note.encode()))
        self._begun.append(Stands(head.size, head.root, None))

    def advance(self) -> Sequence[Stands]:
        """What was just written; and, after a crash, the newest that is there."""
        if self._begun:
            return list(self._begun)
        newest = max(self.folder.glob("*.checkpoint"), default=None)
        if newest is None:
            return []
        head = read_body(read_small(newest, HEAD_TEXT_MAX).decode(errors="replace").partition("\n\n")[0] + "\n")
        return [Stands(head.size, head.root, None)]

    def waiting(self) -> bool:
        return False

    def settled(self, stands: Stands) -> None:
        self._begun = [one for one in self._begun if one.size != stands.size]

    def still_holds(self, anchor: Anchor) -> bool:
        return True  # nothing unwinds a file; whether it is still there, `verify --head` tells whoever keeps it

    def unwound(self, anchor: Anchor) -> None:
        raise AssertionError("a file is not unwound")

    def _path(self, size: int) -> Path:
        return self.folder / f"{size:016}.checkpoint"
