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

from engine.elections.arrays import Array
from engine.elections.blocks import DIGITS_MAX as COUNT_DIGITS_MAX
from engine.elections.blocks import Block, blocks, numbers
from engine.elections.election import Election
from engine.elections.kinds import KINDS, Kind
from engine.elections.size import check_size
from engine.limits import AMOUNT_MAX, DECIMAL_DIGITS_MAX, POWER_TOTAL_MAX
from engine.refusals import Refusal, refuse

DIGITS_MAX = 9
"""How many digits a cell may have, unless it is an amount of money: more than any bound."""
GROUPS, PARTED = "groups:", ";"
"""What heads the column of groups, and what stands between two of them."""
LINE_MAX = 100_000
"""Bytes of a regular line: less than Python's reader of tables allows a cell."""
RANKS_OF_A_WORD = 61
"""Ranks that are told apart by the bits of one number."""
_COMMA = ord(",")


def is_ours(text: str) -> bool:
    """Whether a table begins with a kind of ballot."""
    return text.lstrip("\ufeff").partition(",")[0].strip().lower() in KINDS


def read(text: str) -> Election:
    """The election in such a table; a refusal names the line and the cell that is wrong."""
    text = text.lstrip("\ufeff")
    table = _Table()
    if '"' in text or "\r" in text:  # a cell may hold commas and line breaks
        table.take(text)
        return table.election()
    end = text.find("\n") + 1 or len(text)
    table.take(text[:end])
    if table.grouped or table.gifts:
        table.take(text[end:])
    else:
        for block in blocks(text, end, line=2, table=True):
            table.take_block(block)
    return table.election()


class _Table:
    """What has been read of a table: its head, how often each ballot was cast, and its cells."""

    def __init__(self) -> None:
        self.line, self.head, self.grouped, self.gifts = 0, list[str](), False, False
        self.counts, self.cells, self.groups = list[Array](), list[Array](), list[list[str]]()

    def take(self, text: str) -> None:
        """Take in these lines one by one."""
        reader, counts, rows = csv.reader(io.StringIO(text, newline=""), strict=True), list[int](), list[list[int]]()
        began = self.line
        try:
            for row in reader:
                self.line = began + reader.line_num
                cells = [cell.strip() for cell in row]
                if not self.head:
                    self._take_head(cells)
                elif any(cells):
                    if len(cells) != len(self.head) + self.grouped:
                        raise _wrong(
                            self.line, len(cells), "has {row_count} cells where the first line has {head_count}", "add or remove cells",
                            row_count=len(cells), head_count=len(self.head) + self.grouped,
                        )  # fmt: skip
                    if self.grouped:
                        self.groups.append([name.strip() for name in cells.pop().split(PARTED) if name.strip()])
                    self._check(cells)
                    counts.append(int(cells[0]))
                    rows.append([int(cell or 0) for cell in cells[1:]])
        except csv.Error as wrong:
            raise _wrong(began + reader.line_num, 1, "cannot be read: {wrong}", "correct its quotes", wrong=wrong) from None
        table = np.array(rows, object if self.gifts else np.int64).reshape(len(rows), max(0, len(self.head) - 1))
        self._add(np.array(counts, np.int64), table)

    def take_block(self, block: Block) -> None:
        """Take in the regular lines of a block at once, as many numbers as the head has cells, and the others one by one."""
        width, counts, cells = len(self.head), np.zeros(len(block), np.int64), np.zeros((len(block), len(self.head) - 1), np.int64)
        commas = np.flatnonzero(block.data == _COMMA)
        commas_on = block.counts(commas)
        taken = (commas_on == width - 1) & (block.ends - block.starts < LINE_MAX) & (not block.head)
        if taken.any():
            bounds = np.empty((int(taken.sum()), width + 1), np.int64)
            bounds[:, 0], bounds[:, -1] = block.starts[taken] - 1, block.ends[taken]
            bounds[:, 1:-1] = commas[np.repeat(taken, commas_on)].reshape(-1, width - 1)
            starts, ends = bounds[:, :-1] + 1, bounds[:, 1:]
            held = numbers(block.data, starts.reshape(-1), ends.reshape(-1)).reshape(starts.shape)
            held[:, 1:][starts[:, 1:] == ends[:, 1:]] = 0
            held[:, 1:][(ends - starts)[:, 1:] > DIGITS_MAX] = -1
            fit = (held[:, 0] >= 1) & (held[:, 0] <= POWER_TOTAL_MAX) & (held >= 0).all(axis=1)
            counts[taken], cells[taken] = held[:, 0], held[:, 1:]
            taken[taken] = fit
        began = 0
        for place in block.places(taken.copy()):
            self._add(counts[began:place], cells[began:place])
            self.line, began = block.line + place - 1, place + 1
            self.take(block.text_of(place))
        self._add(counts[began:], cells[began:])
        self.line = block.line + len(block) - 1

    def election(self) -> Election:
        counts, table = np.concatenate(self.counts), np.concatenate(self.cells)
        check_size(len(counts), table.shape[1])
        kind: Kind = self.head[0].lower()  # type: ignore[assignment]
        groups = self.groups if self.grouped else None
        return Election.of(self.head[1:], kind, _from_places(table) if kind == "ranked" else table, counts, groups=groups)

    def _take_head(self, cells: list[str]) -> None:
        self.grouped = len(cells) > 1 and cells[-1] == GROUPS
        self.head = cells = cells[:-1] if self.grouped else cells
        self.gifts = cells[0].lower() == "gifts"
        if "" in cells[1:]:
            raise _wrong(1, cells.index("", 1) + 1, "names no option", "name it, or leave the column out")
        check_size(0, len(cells) - 1)
        if again := next((place for place, name in enumerate(cells[1:], 2) if name in cells[1 : place - 1]), 0):
            raise _wrong(1, again, "has the option {head!r} twice", "name each option once", head=cells[again - 1])

    def _check(self, cells: list[str]) -> None:
        digits_max = DECIMAL_DIGITS_MAX if self.gifts else DIGITS_MAX
        for place, cell in enumerate(cells, 1):
            if cell and not (cell.isascii() and cell.isdecimal() and len(cell) <= (COUNT_DIGITS_MAX if place == 1 else digits_max)):
                raise _wrong(self.line, place, "is {cell!r}", "write whole numbers from 0", cell=cell[:20])
        if not 1 <= int(cells[0] or 0) <= POWER_TOTAL_MAX:
            raise _wrong(self.line, 1, "counts {row!r} ballots", "give a whole number from 1", row=cells[0][:20])
        if large := next((place for place, cell in enumerate(cells[1:], 2) if int(cell or 0) > AMOUNT_MAX), 0):
            raise _wrong(self.line, large, "is no amount of money", "give at most {most}", most=AMOUNT_MAX)

    def _add(self, counts: Array, cells: Array) -> None:
        if len(counts) or not self.counts:
            self.counts.append(counts)
            self.cells.append(cells)


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


def _from_places(table: Array) -> Array:
    """Ranks as elections hold them (how many options are ranked above; the number of options if left out), from ranks
    as people give them."""
    option_count = table.shape[1]
    places: Array = np.where(table > 0, table - 1, option_count)
    if len(odd := np.flatnonzero(~_one_each(table))):
        ranks = _dense(table[odd])
        cells = ranks + np.arange(len(odd))[:, None] * (option_count + 1)
        at_each = np.bincount(cells.reshape(-1), minlength=len(odd) * (option_count + 1)).reshape(len(odd), option_count + 1)
        at_each[:, 0] = 0
        above = np.take_along_axis(np.cumsum(at_each, axis=1) - at_each, ranks, axis=1)
        places[odd] = np.where(ranks > 0, above, option_count)
    return places


def _one_each(table: Array) -> Array:
    """bool (rows,): whether one option stands at each rank, from 1 without a gap, as on most ballots."""
    if table.shape[1] > RANKS_OF_A_WORD or table.max(initial=0) > RANKS_OF_A_WORD:
        return np.zeros(len(table), np.bool_)
    held: Array = np.bitwise_or.reduce(np.left_shift(1, table), axis=1) | 1
    whole: Array = held == np.left_shift(1, np.count_nonzero(table, axis=1) + 1) - 1
    return whole


def _dense(table: Array) -> Array:
    """The same ranks without gaps, so that none is greater than the number of options: 0, 20, 7, 20 become 0, 2, 1, 2."""
    order = np.argsort(table, axis=1, kind="stable")
    in_order = np.take_along_axis(table, order, axis=1)
    steps = np.diff(in_order, axis=1, prepend=0) > 0
    dense = np.empty_like(table)
    np.put_along_axis(dense, order, np.cumsum(steps, axis=1), axis=1)
    return dense


def _wrong(line: int, cell: int, fact: str, way_out: str, /, **values: object) -> Refusal:
    return refuse("file_unreadable", "line {at_line}, cell {at_cell}", fact, way_out, at_line=line, at_cell=cell, **values)
