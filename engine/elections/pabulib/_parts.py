"""The three parts of a `.pb` file as tables, and the numbers in their cells; a refusal names the line and the cell."""

from __future__ import annotations

import csv
import re
from decimal import Decimal

from engine.limits import INTEGER_MAX
from engine.refusals import Refusal, refuse

Rows = list[tuple[int, list[str]]]
"""Lines by their numbers from 1, the column heads first."""
_AMOUNT = re.compile(r"(?=.{1,28}$)[-+]?([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][-+]?[0-9]{1,3})?")
"""A decimal number, or one as spreadsheets write long ones (1E+06); of more digits, Decimal would round the last away."""


def parts_of(text: str) -> dict[str, Rows]:
    """META, PROJECTS and VOTES, each with its column heads and at least one line below them."""
    parts: dict[str, Rows] = {}
    current: Rows | None = None
    reader = csv.reader(text.lstrip("\ufeff").splitlines(), delimiter=";")
    try:
        for row in reader:
            word = row[0].strip() if row else ""
            if len(row) <= 1 and word in ("META", "PROJECTS", "VOTES"):
                current = parts.setdefault(word, [])
            elif row and any(row):
                if current is None:
                    raise wrong(reader.line_num, "comes before META", "a .pb file begins with the line META")
                current.append((reader.line_num, row))
    except csv.Error as fault:
        raise wrong(reader.line_num, "cannot be read: {fault}", "correct its quotes", fault=fault) from None
    for name in ("META", "PROJECTS", "VOTES"):
        if len(parts.get(name, [])) < 2:
            raise wrong(
                max(reader.line_num, 1), "is the last, and the file has no part {name}", "a .pb file has META, PROJECTS and VOTES",
                name=name,
            )  # fmt: skip
    return parts


def table_of(rows: Rows, part: str, needed: tuple[str, ...]) -> tuple[dict[str, int], Rows]:
    """The columns of a part by their heads, and its lines; refused where a needed column is missing, one is named twice, or a line
    is of another length."""
    line, head = rows[0]
    columns = dict[str, int]()
    for place, name in enumerate(map(str.strip, head)):
        if name and columns.setdefault(name, place) != place:  # columns without a name hold nothing that is read
            raise wrong(line, "names the column {name} of {part} twice", "leave out one of the two", place, name=name[:40], part=part)
    for name in needed:
        if name not in columns:
            raise wrong(line, "has no column {name} in {part}", "{part} needs {needed}", name=name, part=part, needed=" and ".join(needed))
    for line, row in rows[1:]:
        if len(row) != len(head):
            raise wrong(
                line, "has {row_count} fields where {part} has {head_count} columns", "add or remove fields",
                min(len(row), len(head)) - 1,
                row_count=len(row), part=part, head_count=len(head),
            )  # fmt: skip
    return columns, rows[1:]


def amount_in(text: str, line: int, cell: int) -> Decimal:
    """An amount of money, not negative."""
    if re.fullmatch(r"\s*[0-9]{1,3}(,[0-9]{3})+\s*", text):
        raise wrong(line, "has {text!r} where an amount should be", "leave out commas between thousands", cell, text=text[:40])
    if not _AMOUNT.fullmatch(text.strip()):
        raise wrong(line, "has {text!r} where an amount should be", "write it as 1000 or 1000.50", cell, text=text[:40])
    amount = Decimal(text.strip().replace(",", "."))
    if not 0 <= amount <= INTEGER_MAX // 10**4 or int(amount.normalize().as_tuple().exponent) < -12:
        raise wrong(
            line, "has the amount {text}", "give one from 0 to {integer_max}", cell, text=text[:40], integer_max=INTEGER_MAX // 10**4
        )
    return amount


def wrong(line: int, fact: str, way_out: str, cell: int = -1, /, **values: object) -> Refusal:
    """A refusal of a line, or of one of its cells, which are counted from 0 here and from 1 in what people read."""
    return refuse(
        "file_unreadable", "line {at_line}" + (", cell {at_cell}" if cell >= 0 else ""), fact, way_out,
        at_line=line, at_cell=cell + 1, **values,
    )  # fmt: skip
