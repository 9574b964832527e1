"""A file of ballots in any format, recognised by its ending."""

from __future__ import annotations

from pathlib import Path

from engine.elections import blt, columns, pabulib, preflib, ranks, rctab, scottish, vendors
from engine.elections.election import Election
from engine.limits import ELECTION_FILE_BYTES_MAX, TITLE_TEXT_MAX
from engine.refusals import refuse
from engine.values import TextOf, is_whole
from engine.values import read_text as clean_text


def read_text(path: Path) -> str:
    """The text of a file; refused when it is missing, too large or not UTF-8."""
    try:
        with path.open("rb") as file:  # a device says that it is empty and never ends
            data = file.read(ELECTION_FILE_BYTES_MAX + 1)
        if len(data) > ELECTION_FILE_BYTES_MAX:
            raise refuse(
                "too_large", "{path}", "is too large", "at most {election_file_bytes_max} bytes",
                election_file_bytes_max=ELECTION_FILE_BYTES_MAX, path=str(path),
            )  # fmt: skip
        vendors.check_bytes(data, str(path))
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except (OSError, ValueError) as fault:
        if isinstance(fault, UnicodeDecodeError):
            raise refuse(
                "file_unreadable", "{path}", "is not UTF-8 at byte {start}", "convert it to UTF-8", start=fault.start, path=str(path)
            ) from None
        why = fault.strerror if isinstance(fault, OSError) else str(fault)
        raise refuse("file_unreadable", "{path}", "cannot be read: {why}", "check its name", why=why, path=repr(str(path))) from None


def read(path: Path | str) -> Election:
    """The election in a Pabulib (`.pb`), PrefLib (`.soc .soi .toc .toi .cat`) or BLT (`.blt`) file, in a table (`.csv`) with a column for
    each option, or as Scottish councils or scanners of ranked-choice votes write it, in a contest of RCTab (`.json`), or in lines of text."""
    path = Path(path)
    return parse(read_text(path), path)


def parse(text: str, path: Path) -> Election:
    """The election in a file's text; of the path, only the name matters, and what lies beside it."""
    vendors.check(text, path.name)
    ending = path.suffix.lower().lstrip(".")
    if ending == "pb":
        budget = pabulib.read(text)
        election = budget.election.merged()
        election.rule = budget.rule
        return election
    if ending in preflib.TYPES:
        return preflib.read(text)
    if ending == "blt":
        return blt.read(text)
    if ending == "csv":
        return columns.read(text) if columns.is_ours(text) else scottish.read(text) if is_whole(text[:1]) else ranks.read(text)
    if ending not in ("txt", "json", ""):
        known = ", ".join(f".{each}" for each in ("pb", *preflib.TYPES, "blt", "csv", "json", "txt"))
        raise refuse(
            "file_foreign", "{file}", "ends in .{ending}", "name it as what it is, {known}; lines such as 12: garden are .txt",
            ending=ending, known=known, file=path.name,
        )  # fmt: skip
    if ending == "json":
        return rctab.read_contest(text, lambda name: read_text(path.with_name(Path(name).name))).election
    return Election.read(text)


def read_people(path: Path) -> dict[str, str]:
    """A list of people, one per line, each perhaps with a group and a colon before the name: who belongs to which group."""
    people: dict[str, str] = {}
    for number, line in enumerate(read_text(path).splitlines(), 1):
        group, colon, name = line.partition(":")
        if not line.strip():
            continue
        called = clean_text((name if colon else group).strip(), f"line {number}", TextOf(TITLE_TEXT_MAX))
        if not called or called in people:
            fact = f"names {called!r} again" if called else "names nobody"
            raise refuse("file_unreadable", "line {number}", fact, "write one name a line, such as Ana or north: Ana", number=number)
        people[called] = group.strip() if colon else ""
    if not people:
        raise refuse("file_unreadable", "{path}", "names nobody", "write one name a line", path=str(path))
    return people
