"""Ballots of Scottish council elections in the format of the scot-elex repository (`.csv`).

First the numbers of options and seats; then a count and option numbers, favourite first, for each ballot; then a line
for each option with its name and party, and the ward's name last.

>>> election = read('2,1,\\n7,2,1,\\n3,1,\\n"Candidate 1","Ann","Green",\\n"Candidate 2","Bob","",\\n"Ward 4",')
>>> election.options, election.seats, election.orders.tolist(), election.weights.tolist()
(('Ann (Green)', 'Bob'), 1, [[1, 0], [0, -1]], [7, 3])
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from engine.elections import orders
from engine.elections.blocks import Block, Spellings, blocks
from engine.elections.election import Election
from engine.elections.gathered import Gathered
from engine.elections.size import check_size
from engine.limits import OPTIONS_PER_POLL_MAX, POWER_TOTAL_MAX
from engine.refusals import Refusal, refuse
from engine.values import is_whole


def read(text: str) -> Election:
    """The election in such a file; refused naming the line and what is wrong with it."""
    file, text = _File(), text.lstrip("\ufeff")
    for block in blocks(text):
        lines = file.regular(block)
        for place, number, line in block.others(lines.regular):
            if '"' in line:  # what follows may belong to this line, and names are all that does
                lines.regular[place:] = False
                lines.add(file.ballots)
                file.read_rows(text[block.begins(place) :].splitlines()[number - int(block.numbers[place]) :], number)
                return file.election()
            file.read_rows([line], number)
            if file.names:
                lines.regular[place + 1 :] = False
        lines.add(file.ballots)
    return file.election()


class _File:
    """What has been read of a file: numbers of options and seats, ballots, names; `line` is the last that holds something."""

    def __init__(self) -> None:
        self.line = 1
        self.option_count = self.seats = 0
        self.ballots, self.names = Gathered(), list[str]()
        self.spellings = Spellings({})

    def regular(self, block: Block) -> orders.Orders:
        """The regular lines of a block of ballots."""
        return orders.none(block) if block.head or self.names or not self.seats else orders.listed(block, self.spellings)

    def read_rows(self, lines: Sequence[str], number: int) -> None:
        """Take in lines, whatever they hold; the first one has that number."""
        reader = csv.reader(lines)
        try:
            for cells in reader:
                if row := _filled(cells):
                    self.line = number + reader.line_num - 1
                    self._read_row(row)
        except csv.Error as wrong:
            raise _wrong(number + reader.line_num - 1, "cannot be read: {wrong}", "correct its quotes", wrong=wrong) from None

    def _read_row(self, row: list[str]) -> None:
        if not self.seats:
            self._begin(row)
        elif row[0].startswith("Candidate "):
            if row[0] != f"Candidate {len(self.names) + 1}" or len(row) < 2 or not row[1]:
                raise _wrong(
                    self.line, "is {row!r}", 'name the next option: "Candidate {names_count}","Name","Party"',
                    row=",".join(row)[:40], names_count=len(self.names) + 1,
                )  # fmt: skip
            self.names.append(row[1] if len(row) < 3 else f"{row[1]} ({row[2]})")
        elif self.names and is_whole(row[0]):
            raise _wrong(self.line, "is {row!r} after the names", "put ballots before them", row=",".join(row)[:40])
        elif not self.names:
            self._read_ballot(row)

    def _begin(self, head: list[str]) -> None:
        if len(head) != 2 or not all(is_whole(cell) and len(cell) <= 6 for cell in head):
            raise _wrong(self.line, "does not name options and seats", "begin with a line such as 8,4,")
        self.option_count, self.seats = int(head[0]), int(head[1])
        if not 1 <= self.option_count <= OPTIONS_PER_POLL_MAX or not 1 <= self.seats <= self.option_count:
            raise _wrong(
                self.line, "has {option_count} options and {seats} seats", "give 1 to {options_per_poll_max} options, and no more seats",
                option_count=self.option_count, seats=self.seats, options_per_poll_max=OPTIONS_PER_POLL_MAX,
            )  # fmt: skip
        self.spellings = Spellings({b"%d" % option: option - 1 for option in range(1, self.option_count + 1)})

    def _read_ballot(self, row: list[str]) -> None:
        odd = next((place for place, cell in enumerate(row) if not is_whole(cell) or len(cell) > 16), -1)
        if odd >= 0:
            raise _wrong(self.line, "is {row!r}", "write a count and option numbers", odd + 1, row=row[odd][:40])
        count, *ballot = map(int, row)
        odd = next((place for place, option in enumerate(ballot, 1) if not 1 <= option <= self.option_count), -1)
        if odd >= 0 or not 1 <= count <= POWER_TOTAL_MAX:
            raise _wrong(
                self.line, "is {row!r}", "give a count from 1 and options from 1 to {option_count}", max(odd, 0) + 1,
                row=row[max(odd, 0)], option_count=self.option_count,
            )  # fmt: skip
        if len(ballot) > self.option_count:
            raise _wrong(
                self.line, "names {ballot_count} options of {option_count}", "name each once",
                ballot_count=len(ballot), option_count=self.option_count,
            )  # fmt: skip
        again = len(set(ballot)) < len(ballot) and next(
            (place for place, option in enumerate(ballot, 1) if option in ballot[: place - 1]), 0
        )
        if again:
            raise _wrong(self.line, "names option {ballot} twice", "name each option once", again + 1, ballot=ballot[again - 1])
        self.ballots.add(self.line, count, [option - 1 for option in ballot])

    def election(self) -> Election:
        """The election, once the file has ended."""
        names, option_count = self.names, self.option_count
        if not self.seats:
            self._begin([])
        if len(names) != option_count:
            last = max(self.line, int(self.ballots.lines[-1]) if self.ballots.rows else 1)
            raise _wrong(
                last, "is the last, and the file has {names_count} names",
                'give {option_count} lines such as "Candidate 1","Name","Party"', names_count=len(names), option_count=option_count,
            )  # fmt: skip
        names = [name if names.count(name) == 1 else f"{name} ({number})" for number, name in enumerate(names, 1)]
        check_size(self.ballots.rows, option_count)
        election = Election.of_orders(names, self.ballots.orders(option_count, self.ballots.longest), self.ballots.counts)
        election.seats = self.seats
        return election


def write(election: Election, title: str = "") -> str:
    """Ranked ballots without ties as such a file."""
    rows: list[list[object]] = [[len(election.options), election.seats or 1, ""]]
    for order, weight in zip(election.orders.tolist(), election.weights.tolist(), strict=True):
        rows.append([weight, *(option + 1 for option in order if option >= 0), ""])
    rows += [[f"Candidate {number}", name, "", ""] for number, name in enumerate(election.options, 1)]
    rows.append([title or "No title", ""])
    into = io.StringIO()
    csv.writer(into, lineterminator="\n").writerows(rows)
    return into.getvalue()


def _filled(row: list[str]) -> list[str]:
    """The cells up to the last that is not empty."""
    cells = [cell.strip() for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _wrong(line: int, fact: str, way_out: str, cell: int = 0, /, **values: object) -> Refusal:
    return refuse(
        "file_unreadable", "line {at_line}" + (", cell {at_cell}" if cell else ""), fact, way_out, at_line=line, at_cell=cell, **values
    )
