"""One line of ballots as people write them: what stands before its colon, and the names behind it, each perhaps with a number.

>>> head, items = read_line('3: "Jane Doe" > bob', 1)
>>> head, [(item.sign, item.name, item.column) for item in items]
('3', [('', 'Jane Doe', 4), ('>', 'bob', 17)])
>>> [item[1:3] for item in read_line("garden 7, library 1.50", 1)[1]]
[('garden', 7), ('library', 150)]
"""

from __future__ import annotations

import re
from typing import NamedTuple

from engine.limits import DECIMAL_DIGITS_MAX
from engine.refusals import Refusal, refuse
from engine.values import is_whole

_TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([>=,:])|([^\s>=,:"#]+)|(#.*)|(.))')
_PLACED = re.compile(r"[0-9]+\.[0-9]+", re.ASCII)


class Item(NamedTuple):
    """One name on a line, the sign before it, the number after it without its point (-1 for none), the column from 1 at which it begins,
    how many digits of the number stand behind its point, and the column at which the number begins."""

    sign: str
    name: str
    points: int
    column: int
    places: int = 0
    at: int = 0

    @property
    def written(self) -> str:
        """The number as it is written."""
        digits = str(self.points).rjust(self.places + 1, "0")
        return f"{digits[: -self.places]}.{digits[-self.places :]}" if self.places else digits


def read_line(line: str, number: int) -> tuple[str | None, list[Item]]:
    """What stands before the colon (None without one), and the items after it."""
    head: str | None = None
    items: list[Item] = []
    sign, fresh, bare = "", True, True
    for match in _TOKEN.finditer(line.rstrip()):
        quoted, mark, word, comment, stray = match.groups()
        if comment is not None:
            break
        if stray is not None:
            raise wrong(number, "has {stray!r}", "put names with such signs in double quotes", match.start(5) + 1, stray=stray)
        if mark == ":":
            if head is not None or len(items) != 1 or not bare:
                raise wrong(number, "has a colon", "write count: ballot, the count without commas", match.start(2) + 1)
            head, items, fresh = items[0].name, [], True
        elif mark is not None:
            if fresh:
                raise wrong(number, "has {mark} without a name before it", "name an option on both sides", match.start(2) + 1, mark=mark)
            sign, fresh = mark, True
        elif fresh:
            bare = quoted is None
            name = word if bare else re.sub(r"\\(.)", r"\1", quoted)
            items.append(Item(sign, name, -1, match.end() - len(match[0].lstrip()) + 1))
            fresh = False
        elif (
            word is not None
            and items[-1].points < 0
            and _is_number(word, head is None and bare and is_whole(items[0].name) and len(items) == 1)
        ):
            column = match.end() - len(match[0].lstrip()) + 1
            items[-1] = items[-1]._replace(points=int(word.replace(".", "")), places=len(word.partition(".")[2]), at=column)
        else:
            raise _side_by_side(number, items, word or quoted, match.end() - len(match[0].lstrip()) + 1)
    if fresh and items:
        raise wrong(number, "ends with {sign}", "name an option after it", sign=sign)
    return head, items


def _is_number(word: str, after_number: bool) -> bool:
    """Whether a word is a number, perhaps with a point; behind a lone number one with a point stands where a colon was forgotten."""
    return len(word) <= DECIMAL_DIGITS_MAX + 1 and (is_whole(word) or (not after_number and _PLACED.fullmatch(word) is not None))


def not_whole(number: int, item: Item, more: str = "") -> Refusal:
    """The refusal of a number that is no number of points, or one too large for any."""
    return wrong(
        number, "gives {name!r} {other}", "points and costs are whole numbers from 0" + more, item.at, name=item.name, other=item.written
    )


def _side_by_side(number: int, items: list[Item], other: str, column: int) -> Refusal:
    """Two names without a sign between them: what they look like shows what was meant; the second begins at `column`."""
    name = items[-1].name
    if len(items) == 1 and is_whole(name):
        return wrong(number, "has no colon after {name}", "write {name}: and then the ballot", column, name=name)
    if is_whole(other[-1:]) and re.fullmatch(r"-?[0-9]*(?:\.[0-9]+)?", other):
        return wrong(number, "gives {name!r} {other}", "points and costs are whole numbers from 0", column, name=name, other=other)
    return wrong(number, "has two names side by side: {name!r} and {other!r}", "quote names with spaces", column, name=name, other=other)


def wrong(number: int, fact: str, way_out: str, where: Item | int | None = None, /, **values: object) -> Refusal:
    """A refusal of a line; `where` is the item or the column that is wrong, or None if it is the line as a whole."""
    column = where.column if isinstance(where, Item) else where
    return refuse(
        "election_wrong", "line {at_line}" + (", column {at_column}" if column else ""), fact, way_out,
        at_line=number, at_column=column, **values,
    )  # fmt: skip
