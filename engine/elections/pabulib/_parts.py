"""The three parts of a `.pb` file as tables, and the numbers in their cells; a refusal names the line and the cell."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from decimal import Decimal

import numpy as np

from engine.elections.blocks import blocks
from engine.elections.kinds import NUMBERED
from engine.elections.pabulib._cast import Cast, hashes
from engine.limits import INTEGER_MAX
from engine.refusals import Refusal, refuse

Rows = list[tuple[int, list[str]]]
"""Lines by their numbers from 1, the column heads first."""
STRENGTH = "vote_strength"
"""A column of some files: what a vote weighs."""
_AMOUNT = re.compile(r"(?=.{1,28}$)[-+]?([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][-+]?[0-9]{1,3})?")
"""A decimal number, or one as spreadsheets write long ones (1E+06); of more digits, Decimal would round the last away."""


PARTS = ("META", "PROJECTS", "VOTES")


class Parts:
    """META, PROJECTS and VOTES, each with its column heads and at least one line below them: `rows` by part, and in `cast` the lines of
    VOTES that are regular. Lines end with a line feed; a cell in quotes may hold one."""

    def __init__(self, text: str, singly: bool = False) -> None:
        self.text = text.lstrip("\ufeff")
        self.rows: dict[str, Rows] = {}
        self.current, self.line = "", 0
        """In which part we are, and the number of the last line that was read."""
        self.cast: Cast | None = None
        self.closed = False
        """Whether the votes have been left, after which no more lines are taken at once."""
        if singly or "\r" in self.text:
            self._read_singly()
        else:
            at = 0
            while at < len(self.text):
                at = self._read_from(at)
        for name in PARTS:
            if len(self.rows.get(name, [])) + (name == "VOTES" and self.voted) < 2:
                raise wrong(
                    max(self.line, 1), "is the last, and the file has no part {name}", "a .pb file has META, PROJECTS and VOTES",
                    name=name,
                )  # fmt: skip

    @property
    def voted(self) -> int:
        """How many votes regular lines hold."""
        return self.cast.ballots.rows if self.cast else 0

    def _read_singly(self) -> None:
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=";")
        try:
            for row in reader:
                self.line = reader.line_num
                self._read_row(row)
        except csv.Error as fault:
            raise wrong(reader.line_num, "cannot be read: {fault}", "correct its quotes", fault=fault) from None

    def _read_from(self, at: int) -> int:
        """Read on, to the end, or to where a cell in quotes that goes on over several lines has ended: the place after it."""
        for block in blocks(self.text, at, self.line + 1, table=True):
            cast = self._open() if not block.head else None
            taken = np.zeros(len(block), bool) if cast is None else cast.regular(block)
            for place in block.places(taken):
                line, self.line = block.text_of(place), block.line + place - 1
                reader = csv.reader([line, ""] if '"' in line else [line], delimiter=";")
                row = self._next(reader)
                if reader.line_num > 1:
                    taken[place:] = False
                    if cast is not None:
                        cast.keep(taken)
                    return self._read_long(block.begins(place))
                self.line += 1
                self._read_row(row)
                if self.current != "VOTES":
                    taken[place + 1 :] = False
            if cast is not None:
                cast.keep(taken)
            self.line = block.line + len(block) - 1
        return len(self.text)

    def _read_long(self, at: int) -> int:
        """Read one line of the table that goes on over several of the text."""
        ends = [at]

        def lines() -> Iterator[str]:
            while ends[-1] < len(self.text):
                ends.append(self.text.find("\n", ends[-1]) + 1 or len(self.text))
                yield self.text[ends[-2] : ends[-1]]

        reader = csv.reader(lines(), delimiter=";")
        row = self._next(reader)
        self.line += reader.line_num
        self._read_row(row)
        return ends[-1]

    def _open(self) -> Cast | None:
        """What takes regular votes, once the projects and the columns of the votes are known; None where lines are read singly."""
        rows, projects = self.rows.get("VOTES", []), self.rows.get("PROJECTS", [])
        if self.current != "VOTES" or not rows or self.closed:
            self.closed |= self.cast is not None
            return None
        if self.cast is None:
            head, columns = ([name.strip() for name in part[0][1]] if part else [] for part in (rows, projects))
            ids = (
                [row[columns.index("project_id")].strip() for _, row in projects[1:] if len(row) == len(columns)]
                if "project_id" in columns
                else []
            )
            if "vote" not in head or len(head) < 2 or STRENGTH in head or len(set(ids)) < len(projects) - 1:
                self.closed = True
                return None
            self.cast = Cast(rows[0][1], {name: place for place, name in enumerate(ids)})
        return self.cast

    def _next(self, reader: Iterator[list[str]]) -> list[str]:
        try:
            return next(reader, [])
        except csv.Error as fault:
            raise wrong(self.line + 1, "cannot be read: {fault}", "correct its quotes", fault=fault) from None

    def _read_row(self, row: list[str]) -> None:
        word = row[0].strip() if row else ""
        if len(row) <= 1 and word in PARTS:
            self.current = word
            self.rows.setdefault(word, [])
        elif row and any(row):
            if not self.current:
                raise wrong(self.line, "comes before META", "a .pb file begins with the line META")
            self.rows[self.current].append((self.line, row))

    def sound(self, kind: str) -> bool:
        """Whether the regular votes are beyond doubt, seen beside the others: by this kind of ballot they should all give points or none
        should, and nobody may vote twice. Where this is in doubt, reading singly says what is wrong, if anything is."""
        if self.cast is None:
            return True
        head, *rows = self.rows["VOTES"]
        columns = {name.strip(): place for place, name in enumerate(head[1])}
        given = self.cast.pointed or (
            "points" in columns and any(row[columns["points"]].strip() for _, row in rows if len(row) == len(head[1]))
        )
        if (kind == "approval" and self.cast.pointed) or ((given or kind in NUMBERED) and self.cast.pointless):
            return False
        if "voter_id" not in columns:
            return True
        names = [row[columns["voter_id"]].strip().encode("utf-8", "surrogatepass") for _, row in rows if len(row) == len(head[1])]
        ends = np.cumsum([0, *map(len, names)])
        single = hashes(np.frombuffer(b"".join(names) + bytes(8), np.uint8), ends[:-1], ends[1:])
        voters = np.concatenate((single, *self.cast.voters))
        voters = np.sort(voters[voters > 0])
        return not bool((voters[1:] == voters[:-1]).any())


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
