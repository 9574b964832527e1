"""Ballots as scanners of ranked-choice votes record them: a table with a column for each rank (`.csv`).

The columns are `rank1`, `rank2`, …, and perhaps a `count`; a cell names an option, or is empty, or holds a mark in capitals or
small letters: `overvote` (several at one rank), `undervote` or `skipped` (none), `UWI`, `writein` or `write-in` (an
undeclared write-in). A ballot ends at an overvote if the law says so, and where more ranks are skipped than it allows; an
option that is ranked again is skipped.

>>> cast = read('count,rank1,rank2,rank3\\n7,Ann,Skipped,Bob\\n2,overvote,Ann,\\n1,Bob,Bob,UWI')
>>> cast.options, cast.orders.tolist(), cast.weights.tolist()
(('Ann', 'Bob', 'Undeclared Write-ins'), [[0, 1, -1], [-1, -1, -1], [1, 2, -1]], [7, 2, 1])
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.elections import vendors
from engine.elections.election import Array, Election
from engine.elections.kinds import KINDS
from engine.elections.size import check_size
from engine.limits import POWER_TOTAL_MAX
from engine.refusals import Refusal, refuse

WRITE_INS = "Undeclared Write-ins"
SEVERAL, NONE, WRITTEN, EXCLUDED = -1, -2, -3, -4
"""What a rank without a single option holds: several, none, a name written in, which is the option WRITE_INS, or (this number
and those below it) somebody who was excluded and is skipped."""
MARKS = {
    "overvote": SEVERAL,
    "undervote": NONE,
    "skipped": NONE,
    "uwi": WRITTEN,
    "writein": WRITTEN,
    "write-in": WRITTEN,
    WRITE_INS.lower(): WRITTEN,
}
"""Words that are marks and no options, whatever their letter case, unless an option is called just so."""
ENDS = ("by exhausted choices", "by overvotes", "by skipped rankings", "by repeated rankings")
"""Why a ballot goes no further than it does."""


@dataclass(frozen=True)
class Marks:
    """How the law treats marks that are not a plain order."""

    overvote_ends: bool = True
    skipped_max: int | None = None
    """How many ranks in a row a ballot may skip; None for any number."""
    repeat_ends: bool = False
    ranks_max: int | None = None


Mark = int | tuple[int, ...]
"""What stands at a rank: an option, SEVERAL, NONE or somebody EXCLUDED; where several are named, each of these."""
Rows = list[tuple[int, int, list[Mark]]]
"""A line's number, how many ballots it stands for, and what stands at each rank."""


def read(text: str) -> Election:
    """The ballots in such a table, options in the order they first come up; an overvote ends a ballot, skipped ranks are passed over."""
    called = dict[str, int]()
    rows = rows_of(text, called, grows=True)
    return orders_of([*called], rows, Marks(), called.get(WRITE_INS))[0]


def holds(election: Election) -> bool:
    """Whether a table of ranks, which has no list of options, holds them all in the order of listing, which decides ties."""
    come_up = dict.fromkeys(int(option) for option in election.orders[election.orders >= 0])
    return list(come_up) == list(range(len(election.options)))


def write(election: Election) -> str:
    """Ranked ballots without ties as such a table; refused where it would not be read again as it was."""
    if not holds(election):
        raise refuse(
            "file_foreign", "the election", "lists options in another order than they come up in, and a table of ranks has no list",
            "write a .soi",
        )  # fmt: skip
    if odd := [name for name in election.options if name != name.strip() or {"\r", "\n"} & set(name)]:
        raise refuse("file_foreign", "the option {odd!r}", "would lose its spaces or lines in such a table", "rename it", odd=odd[0])
    if taken := sorted(name for name in election.options if name != WRITE_INS and (not name or name.lower() in MARKS)):
        raise refuse("file_foreign", "the option {taken!r}", "has the name of a mark in such a table", "rename it", taken=taken[0])
    into = io.StringIO()
    table = csv.writer(into, lineterminator="\n")
    table.writerow(["count", *(f"rank{rank}" for rank in range(1, max(1, election.orders.shape[1]) + 1))])
    called = ["UWI" if place == election.write_ins else name for place, name in enumerate(election.options)]
    for order, weight in zip(election.orders.tolist(), election.weights.tolist(), strict=True):
        table.writerow([weight, *("" if option < 0 else called[option] for option in order)])
    return into.getvalue()


def rows_of(text: str, called: dict[str, int], delimiter: str = "\n", write_ins: int | None = None, grows: bool = False) -> Rows:
    """The lines of a table; `called` says which option or mark a name is, and takes in new ones if it `grows`. Names that a
    `delimiter` parts are several; `write_ins` is the option that stands for names written in, if one does."""
    vendors.check(text, "the table")
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), strict=True)
    rows: Rows = []
    try:
        head = [cell.strip().lower() for cell in next(reader, [])]
        ranks = _ranks(head)
        count = head.index("count") if "count" in head else -1
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(head):
                raise _wrong(
                    reader.line_num, len(row), "has {row_count} cells where the first line has {head_count}", "add or remove cells",
                    row_count=len(row), head_count=len(head),
                )  # fmt: skip
            times = "1" if count < 0 else row[count].strip()
            if not re.fullmatch("[0-9]{1,16}", times) or not 1 <= int(times) <= POWER_TOTAL_MAX:
                raise _wrong(reader.line_num, count + 1, "counts {times!r} ballots", "give a whole number from 1", times=times[:20])
            marks = list[Mark]()
            for place in ranks:
                cell = row[place].strip()
                held = meaning(cell, called, called.get(WRITE_INS) if grows else write_ins, delimiter)
                if held is None and delimiter in cell and grows:
                    held = SEVERAL
                elif held is None and grows:
                    held = called.setdefault(WRITE_INS if MARKS.get(cell.lower()) == WRITTEN else cell, len(called))
                if held is None:
                    raise _wrong(reader.line_num, place + 1, *not_standing(cell), cell=cell[:40])
                marks.append(held)
            rows.append((reader.line_num, int(times), marks))
    except csv.Error as wrong:
        raise _wrong(reader.line_num, 1, "cannot be read: {wrong}", "correct its quotes", wrong=wrong) from None
    if not called:
        raise _wrong(1, 1, "begins a file that names no option", "give ballots")
    return rows


def meaning(cell: str, called: Mapping[str, int], write_ins: int | None, delimiter: str = "\n") -> Mark | None:
    """What a cell holds: an option or a mark as `called`, otherwise a conventional mark, such as one for the `write_ins`, or
    several that a `delimiter` parts; None if nobody is called so."""
    if not cell:
        return NONE
    if cell in called:
        return called[cell]
    mark = MARKS.get(cell.lower())
    if mark == WRITTEN:
        return write_ins
    return together([part.strip() for part in cell.split(delimiter)], called, write_ins) if mark is None and delimiter in cell else mark


def together(names: Sequence[str], called: Mapping[str, int], write_ins: int | None) -> Mark | None:
    """What a rank holds at which all these stand; None if nobody is called as one of them is."""
    marked = [called.get(name, write_ins if (mark := MARKS.get(name.lower())) == WRITTEN else mark) for name in names if name]
    known = [mark for mark in marked if mark is not None]
    return tuple(known) if len(known) == len(marked) else None


def not_standing(cell: str) -> tuple[str, str]:
    """The fact and the way out where a cell, called `cell` in them, names nobody who stands."""
    if MARKS.get(cell.lower()) == WRITTEN:
        return "holds {cell!r}, and the contest does not say that write-ins count", "state its undeclaredWriteInLabel"
    return "names {cell!r}, who is not standing", "correct it, or add an alias"


def orders_of(names: Sequence[str], rows: Rows, marks: Marks, write_ins: int | None) -> tuple[Election, Array]:
    """The ballots as the law reads their marks, `write_ins` being the option for names written in; and for each row why the ballot goes no further (`ENDS`), -1 if it names nothing at all."""
    check_size(len(rows), len(names))
    width = max(1, min(len(names), max((len(cells) for _, _, cells in rows), default=1)))
    orders, ends = np.full((len(rows), width), -1, np.int16), np.zeros(len(rows), np.int8)
    for number, (_, _, cells) in enumerate(rows):
        order, end = order_of(cells, marks)
        orders[number, : len(order)] = order
        ends[number] = end
    election = Election.of_orders(names, orders, [times for _, times, _ in rows])
    election.write_ins = write_ins
    return election, ends


def order_of(cells: Sequence[Mark], marks: Marks) -> tuple[list[int], int]:
    """A ballot's order as the law reads it, and why it ends there.

    Where a repeated name ends a ballot, it does so before an overvote would, and whoever it names: one of several at a rank,
    somebody excluded, or the mark of an overvote again. Source: RCTab 2.0, Tabulator.java.

    >>> order_of([0, NONE, NONE, 1], Marks(skipped_max=1)), order_of([0, SEVERAL, 1], Marks(overvote_ends=False))
    (([0], 2), ([0, 1], 0))
    """
    order: list[int] = []
    named, seen = set[int](), -1
    for rank, cell in enumerate(cells[: marks.ranks_max]):
        if cell == NONE:
            continue
        if marks.skipped_max is not None and rank - seen - 1 > marks.skipped_max:
            return order, ENDS.index("by skipped rankings")
        seen = rank
        for each in (cell if isinstance(cell, tuple) else (cell,)) if marks.repeat_ends else ():
            if each in named:
                return order, ENDS.index("by repeated rankings")
            named.add(each)
        if isinstance(cell, tuple) or cell == SEVERAL:
            if marks.overvote_ends:
                return order, ENDS.index("by overvotes")
        elif cell > EXCLUDED and cell not in order:
            order.append(cell)
    return order, -1 if seen < 0 else 0


def _ranks(head: Sequence[str]) -> list[int]:
    """In which columns the ranks stand, the first one first."""
    ranks = [place for place, name in enumerate(head) if name.startswith("rank")]
    if not ranks or [head[place] for place in ranks] != [f"rank{number}" for number in range(1, len(ranks) + 1)]:
        raise _wrong(
            1,
            1,
            "names no ranks",
            "begin with a line such as count,rank1,rank2,rank3, or with the kind of ballots ("
            + ", ".join(KINDS)
            + "): score,garden,library",
        )
    return ranks


def _wrong(line: int, column: int, fact: str, way_out: str, /, **values: object) -> Refusal:
    return refuse("file_unreadable", "line {at_line}, cell {at_column}", fact, way_out, at_line=line, at_column=column, **values)
