"""A file of ballots, whatever wrote it: told by its ending."""

from __future__ import annotations

from pathlib import Path

from engine.elections import blt, pabulib, preflib, scottish
from engine.elections.election import Election
from engine.limits import ELECTION_FILE_BYTES_MAX
from engine.refusals import refuse

OTHERS = {"blt": blt.read, "csv": scottish.read}


def read_text(path: Path) -> str:
    """The text of a file; refused when it is missing, too large or not UTF-8."""
    try:
        if path.stat().st_size > ELECTION_FILE_BYTES_MAX:
            raise refuse("too_large", str(path), "is too large", f"at most {ELECTION_FILE_BYTES_MAX} bytes")
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as fault:
        raise refuse("file_unreadable", str(path), f"cannot be read: {fault.strerror}", "check its name") from None
    except UnicodeDecodeError as fault:
        raise refuse("file_unreadable", str(path), f"is not UTF-8 at byte {fault.start}", "convert it to UTF-8") from None


def read(path: Path) -> Election:
    """The election in a Pabulib (`.pb`), PrefLib (`.soc .soi .toc .toi .cat`), BLT (`.blt`) or Scottish (`.csv`) file, or in
    lines of text."""
    text, ending = read_text(path), path.suffix.lower().lstrip(".")
    if ending == "pb":
        return pabulib.read(text).election.merged()
    if ending in preflib.TYPES:
        return preflib.read(text)
    if ending in OTHERS:
        return OTHERS[ending](text)
    return Election.read(text)
