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

from engine.elections.election import Election
from engine.elections.size import padded
from engine.limits import OPTIONS_PER_POLL_MAX, POWER_TOTAL_MAX
from engine.refusals import Refusal, refuse


def read(text: str) -> Election:
    """The election in such a file; refused naming the line and what is wrong with it."""
    reader = csv.reader(text.lstrip("\ufeff").splitlines())
    try:
        rows = [(reader.line_num, _filled(row)) for row in reader]
    except csv.Error as wrong:
        raise _wrong(reader.line_num, "cannot be read: {wrong}", "correct its quotes", wrong=wrong) from None
    rows = [(line, row) for line, row in rows if row]
    line, head = rows[0] if rows else (1, [])
    if len(head) != 2 or not all(cell.isdecimal() and len(cell) <= 6 for cell in head):
        raise _wrong(line, "does not name options and seats", "begin with a line such as 8,4,")
    option_count, seats = int(head[0]), int(head[1])
    if not 1 <= option_count <= OPTIONS_PER_POLL_MAX or not 1 <= seats <= option_count:
        raise _wrong(
            line, "has {option_count} options and {seats} seats", "give 1 to {options_per_poll_max} options, and no more seats",
            option_count=option_count, seats=seats, options_per_poll_max=OPTIONS_PER_POLL_MAX,
        )  # fmt: skip
    counts, orders, names = list[int](), list[list[int]](), list[str]()
    for line, row in rows[1:]:
        if row[0].startswith("Candidate "):
            if row[0] != f"Candidate {len(names) + 1}" or len(row) < 2 or not row[1]:
                raise _wrong(
                    line, "is {row!r}", 'name the next option: "Candidate {names_count}","Name","Party"',
                    row=",".join(row)[:40], names_count=len(names) + 1,
                )  # fmt: skip
            names.append(row[1] if len(row) < 3 else f"{row[1]} ({row[2]})")
        elif names and row[0].isdecimal():
            raise _wrong(line, "is {row!r} after the names", "put ballots before them", row=",".join(row)[:40])
        elif not names:
            odd = next((place for place, cell in enumerate(row) if not cell.isdecimal() or len(cell) > 16), -1)
            if odd >= 0:
                raise _wrong(line, "is {row!r}", "write a count and option numbers", odd + 1, row=row[odd][:40])
            count, *ballot = map(int, row)
            odd = next((place for place, option in enumerate(ballot, 1) if not 1 <= option <= option_count), -1)
            if odd >= 0 or not 1 <= count <= POWER_TOTAL_MAX:
                raise _wrong(
                    line, "is {row!r}", "give a count from 1 and options from 1 to {option_count}", max(odd, 0) + 1,
                    row=row[max(odd, 0)], option_count=option_count,
                )  # fmt: skip
            if len(ballot) > option_count:
                raise _wrong(
                    line, "names {ballot_count} options of {option_count}", "name each once",
                    ballot_count=len(ballot), option_count=option_count,
                )  # fmt: skip
            again = len(set(ballot)) < len(ballot) and next(
                (place for place, option in enumerate(ballot, 1) if option in ballot[: place - 1]), 0
            )
            if again:
                raise _wrong(line, "names option {ballot} twice", "name each option once", again + 1, ballot=ballot[again - 1])
            counts.append(count)
            orders.append([option - 1 for option in ballot])
    if len(names) != option_count:
        raise _wrong(
            line, "is the last, and the file has {names_count} names", 'give {option_count} lines such as "Candidate 1","Name","Party"',
            names_count=len(names), option_count=option_count,
        )  # fmt: skip
    names = [name if names.count(name) == 1 else f"{name} ({number})" for number, name in enumerate(names, 1)]
    election = Election.of_orders(names, padded(orders, option_count), counts)
    election.seats = seats
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
