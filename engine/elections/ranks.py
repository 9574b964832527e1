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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.elections import marked, vendors
from engine.elections.blocks import Spellings, blocks
from engine.elections.election import Array, Election
from engine.elections.gathered import Gathered, repeats
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
    if "\r" in text:  # lines that do not end with a line feed are not those of blocks
        called = dict[str, int]()
        rows = rows_of(text, called, grows=True)
        return orders_of([*called], rows, Marks(), called.get(WRITE_INS))[0]
    vendors.check(text, "the table")
    table, text = _Table({}, "\n", None, True), text.lstrip("\ufeff")
    at = 0
    while at < len(text):
        at = _read_from(table, text, at)
    return table.election()


def _read_from(table: _Table, text: str, at: int) -> int:
    """Read on, to the end, or to where a cell in quotes that goes on over several lines has ended: the place after it."""
    for block in blocks(text, at, table.line + 1, table=True):
        lines = marked.none(block) if block.head or not table.ranks else marked.regular(block, table.columns(), table.spellings())
        for place in block.places(lines.taken):
            table.line = block.line + place - 1
            if (ends := table.read_record(block.text_of(place), text, block.begins(place))) > 0:
                lines.taken[place:] = False
                table.add(lines)
                return ends
        table.add(lines)
        table.line = block.line + len(block) - 1
    return len(text)


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
    return _Table(called, delimiter, write_ins, grows).rows(text.lstrip("\ufeff"))


class _Table:
    """What has been read of a table: its head, what its cells are called, and, by `read`, its ballots."""

    def __init__(self, called: dict[str, int], delimiter: str, write_ins: int | None, grows: bool) -> None:
        self.called, self.delimiter, self.write_ins, self.grows = called, delimiter, write_ins, grows
        self.line = 0
        """The number of the last line that was read."""
        self.width, self.ranks, self.count = 0, list[int](), -1
        self.ballots = Gathered()
        self.met: dict[str, Mark] = {}
        """Cells of lines read singly, and what they hold."""
        self._known, self._spellings = 0, Spellings({}, marked.UNKNOWN)

    def rows(self, text: str) -> Rows:
        """Every line of a text."""
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows: Rows = []
        try:
            self.take_head(next(reader, []))
            for cells in reader:
                self.line = reader.line_num
                if (row := self.read_row(cells)) is not None:
                    rows.append(row)
        except csv.Error as wrong:
            raise _wrong(reader.line_num, 1, "cannot be read: {wrong}", "correct its quotes", wrong=wrong) from None
        self.check()
        return rows

    def check(self) -> None:
        """Refuse a table that names no option."""
        if not self.called:
            raise _wrong(1, 1, "begins a file that names no option", "give ballots")

    def take_head(self, cells: Sequence[str]) -> None:
        """Take in the first line."""
        head = [cell.strip().lower() for cell in cells]
        self.ranks = _ranks(head)
        self.width, self.count = len(head), head.index("count") if "count" in head else -1

    def read_row(self, row: Sequence[str]) -> tuple[int, int, list[Mark]] | None:
        """A line's number, how many ballots it stands for, and what stands at each rank; None if it is empty."""
        if not any(cell.strip() for cell in row):
            return None
        if len(row) != self.width:
            raise _wrong(
                self.line, len(row), "has {row_count} cells where the first line has {head_count}", "add or remove cells",
                row_count=len(row), head_count=self.width,
            )  # fmt: skip
        times = "1" if self.count < 0 else row[self.count].strip()
        if not re.fullmatch("[0-9]{1,16}", times) or not 1 <= int(times) <= POWER_TOTAL_MAX:
            raise _wrong(self.line, self.count + 1, "counts {times!r} ballots", "give a whole number from 1", times=times[:20])
        marks = list[Mark]()
        for place in self.ranks:
            cell = row[place].strip()
            held = meaning(cell, self.called, self.called.get(WRITE_INS) if self.grows else self.write_ins, self.delimiter)
            if held is None and self.delimiter in cell and self.grows:
                held = SEVERAL
            elif held is None and self.grows:
                held = self.called.setdefault(WRITE_INS if MARKS.get(cell.lower()) == WRITTEN else cell, len(self.called))
            if held is None:
                raise _wrong(self.line, place + 1, *not_standing(cell), cell=cell[:40])
            marks.append(held)
        return self.line, int(times), marks

    def read_record(self, line: str, text: str, at: int) -> int:
        """Take in the line at a place of the text; where the next one begins, if a cell in quotes goes on over several, otherwise 0."""
        reader, ends = csv.reader([line, ""], strict=True), [at]

        def lines() -> Iterator[str]:
            while ends[-1] < len(text):
                ends.append(text.find("\n", ends[-1]) + 1 or len(text))
                yield text[ends[-2] : ends[-1]]

        try:
            try:
                cells = next(reader)
            except csv.Error:
                if reader.line_num < 2:
                    raise
                reader = csv.reader(lines(), strict=True)
                cells = next(reader)
        except csv.Error as wrong:
            raise _wrong(self.line + reader.line_num, 1, "cannot be read: {wrong}", "correct its quotes", wrong=wrong) from None
        self.line += reader.line_num
        if not self.ranks:
            self.take_head(cells)
        elif (row := self.read_row(cells)) is not None:
            self.ballots.add(row[0], row[1], order_of(row[2], Marks())[0])
            self.met |= {cells[place].strip(): held for place, held in zip(self.ranks, row[2], strict=True)}
        return ends[-1] if len(ends) > 1 else 0

    def columns(self) -> marked.Columns:
        """Where in a line what stands."""
        return marked.Columns(self.width, self.count, self.ranks)

    def spellings(self) -> Spellings:
        """What is known of cells so far."""
        if self._known < len(self.met):
            self._known = len(self.met)
            single = {cell: held for cell, held in self.met.items() if isinstance(held, int)}
            known = {spelled: held for cell, held in single.items() for spelled in marked.spellings_of(cell)}
            self._spellings = Spellings(known, marked.UNKNOWN)
        return self._spellings

    def add(self, lines: marked.Lines) -> None:
        """Take the regular lines of a block."""
        cells = lines.cells[lines.taken[lines.rows]]
        begun = np.logical_not(np.logical_or.accumulate(cells == SEVERAL, axis=1))
        named = begun & (cells >= 0)
        again = repeats(np.nonzero(named)[0], cells[named], max(1, len(self.called)), len(cells))
        numbers, counts = lines.block.numbers[lines.taken], lines.counts[lines.taken]
        self.ballots.add_many(numbers[~again], counts[~again], named[~again].sum(axis=1), cells[~again][named[~again]])
        for row in np.flatnonzero(again).tolist():
            self.ballots.add(int(numbers[row]), int(counts[row]), order_of(cells[row].tolist(), Marks())[0])

    def election(self) -> Election:
        """The ballots, once the file has ended."""
        if not self.ranks:
            self.take_head([])
        self.check()
        names = [*self.called]
        check_size(self.ballots.rows, len(names))
        width = max(1, min(len(names), len(self.ranks)))
        election = Election.of_orders(names, self.ballots.orders(len(names), width), self.ballots.counts)
        election.write_ins = self.called.get(WRITE_INS)
        return election


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
    """The ballots as the law reads their marks, `write_ins` being the option for names written in; and for each row why the
    ballot goes no further (`ENDS`), -1 if it names nothing at all."""
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
