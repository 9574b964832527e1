"""Ballots as a plain table (`.csv`): a column for each option, a row for each different ballot.

The first cell says what kind of ballots these are, the first column how often each was cast; the other cells hold what
the ballot gives the option: points, grades or votes, an amount of money in its smallest unit, 1 if it is chosen, its rank
from 1. An empty cell gives nothing. A last column headed `groups:` names what whoever casts the ballot belongs to.

>>> election = read("score,garden,library\\n3,5,\\n1,2,4\\n")
>>> election.kind, election.options, election.table.tolist(), election.weights.tolist()
('score', ('garden', 'library'), [[5, 0], [2, 4]], [3, 1])
>>> write(election)
'score,garden,library\\n3,5,\\n1,2,4\\n'
>>> read("gifts,garden,groups:\\n1,500000000000000000000,chess; climbers\\n").groups.names
('chess', 'climbers')
"""

from __future__ import annotations

import csv
import io

import numpy as np

from engine.elections.election import Election
from engine.elections.kinds import KINDS, Kind
from engine.elections.size import check_size
from engine.limits import AMOUNT_MAX, DECIMAL_DIGITS_MAX, POWER_TOTAL_MAX
from engine.refusals import Refusal, refuse

DIGITS_MAX = 9
"""How many digits a cell may have, unless it is an amount of money: more than any bound."""
GROUPS, PARTED = "groups:", ";"
"""What heads the column of groups, and what stands between two of them."""


def is_ours(text: str) -> bool:
    """Whether a table begins with a kind of ballot."""
    return text.lstrip("\ufeff").partition(",")[0].strip().lower() in KINDS


def read(text: str) -> Election:
    """The election in such a table; a refusal names the line and the cell that is wrong."""
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), strict=True)
    counts, rows, groups = list[int](), list[list[str]](), list[list[str]]()
    try:
        head = [cell.strip() for cell in next(reader)]
        grouped = len(head) > 1 and head[-1] == GROUPS
        option_count = len(head) - 1 - grouped
        digits_max = DECIMAL_DIGITS_MAX if head[0].lower() == "gifts" else DIGITS_MAX
        if "" in head[1:]:
            raise _wrong(1, head.index("", 1) + 1, "names no option", "name it, or leave the column out")
        check_size(0, option_count)
        if again := next((place for place, name in enumerate(head[1:], 2) if name in head[1 : place - 1]), 0):
            raise _wrong(1, again, "has the option {head!r} twice", "name each option once", head=head[again - 1])
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(head):
                raise _wrong(
                    reader.line_num, len(row), "has {row_count} cells where the first line has {head_count}", "add or remove cells",
                    row_count=len(row), head_count=len(head),
                )  # fmt: skip
            row = [cell.strip() for cell in row]
            if grouped:
                groups.append([name.strip() for name in row.pop().split(PARTED) if name.strip()])
            for place, cell in enumerate(row, 1):
                if cell and not (cell.isascii() and cell.isdecimal() and len(cell) <= (16 if place == 1 else digits_max)):
                    raise _wrong(reader.line_num, place, "is {cell!r}", "write whole numbers from 0", cell=cell[:20])
            if not 1 <= int(row[0] or 0) <= POWER_TOTAL_MAX:
                raise _wrong(reader.line_num, 1, "counts {row!r} ballots", "give a whole number from 1", row=row[0][:20])
            if large := next((place for place, cell in enumerate(row[1:], 2) if int(cell or 0) > AMOUNT_MAX), 0):
                raise _wrong(reader.line_num, large, "is no amount of money", "give at most {most}", most=AMOUNT_MAX)
            counts.append(int(row[0]))
            rows.append(row[1:])
    except csv.Error as wrong:
        raise _wrong(reader.line_num, 1, "cannot be read: {wrong}", "correct its quotes", wrong=wrong) from None
    check_size(len(rows), option_count)
    kind: Kind = head[0].lower()  # type: ignore[assignment]
    cells = [[int(cell or 0) for cell in row] for row in rows]
    table = np.array(cells, object if kind == "gifts" else np.int64).reshape(len(rows), option_count)
    return Election.of(
        head[1 : 1 + option_count], kind, _from_places(table) if kind == "ranked" else table, counts, groups=groups if grouped else None
    )


def write(election: Election) -> str:
    """An election without a budget as such a table; refused where the names of its options would not be read again as they are."""
    if odd := [name for name in election.options if name != name.strip()]:
        raise refuse("file_foreign", "the option {odd!r}", "would lose its spaces in such a table", "rename it", odd=odd[0])
    if election.groups is not None and (
        odd := [name for name in election.groups.names if PARTED in name or name != name.strip() or not name]
    ):
        raise refuse("file_foreign", "the group {odd!r}", "would be read again as another", "rename it, or write a .txt", odd=odd[0])
    into = io.StringIO()
    table = csv.writer(into, lineterminator="\n")
    table.writerow([election.kind, *election.options, *([] if election.groups is None else [GROUPS])])
    cells = np.where(election.table < len(election.options), election.table + 1, 0) if election.kind == "ranked" else election.table
    for number, (row, weight) in enumerate(zip(cells.tolist(), election.weights.tolist(), strict=True)):
        named = [] if election.groups is None else [f"{PARTED} ".join(election.groups.of_row(number))]
        table.writerow([weight, *(cell or "" for cell in row), *named])
    return into.getvalue()


def _from_places(table: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Ranks as elections hold them (how many options are ranked above; the number of options if left out), from ranks
    as people give them."""
    option_count = table.shape[1]
    given = np.where(table > 0, table, np.iinfo(np.int64).max)
    above = np.stack([(given < given[:, [option]]).sum(axis=1) for option in range(option_count)], axis=1)
    return np.where(table > 0, above, option_count)


def _wrong(line: int, cell: int, fact: str, way_out: str, /, **values: object) -> Refusal:
    return refuse("file_unreadable", "line {at_line}, cell {at_cell}", fact, way_out, at_line=line, at_cell=cell, **values)
