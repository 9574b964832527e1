"""Rules and winners as a grid: a row for all rules that elect the same, a column for each option that any of them elects.

>>> print("\\n".join(Grid.of([("borda", ("library",), False), ("plurality", ("garden", "pool"), True), ("schulze", ("library",), False)]).lines(40)))
                                  A B C
borda, schulze                    X . .
plurality                         . = =
A library, B garden, C pool
X is elected, = is tied, . is not
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from textwrap import wrap
from typing import Any, NamedTuple

WIDTH = 80
RULES_WIDTH_MIN, LABEL_WIDTH_MAX = 34, 60
"""What the names of rules are left of a line at least; how much of an option's name is shown."""
UNBROKEN = "\N{NO-BREAK SPACE}"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Row(NamedTuple):
    """All rules of which these are the winners; or, of rules that elect one, all the tied."""

    rules: tuple[str, ...]
    winners: tuple[str, ...]
    tied: bool


class Grid(NamedTuple):
    """`options` are those that any rule elects, what most elect first; `rows` likewise."""

    options: tuple[str, ...]
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, said: Iterable[tuple[str, tuple[str, ...], bool]]) -> Grid:
        """The grid of what rules say: a rule, its winners, and whether they are tied for what one can have."""
        groups, often = dict[tuple[tuple[str, ...], bool], list[str]](), Counter[str]()
        for rule, winners, tied in said:
            groups.setdefault((winners, tied), []).append(rule)
            often.update(winners)
        rows = [Row(tuple(names), winners, tied) for (winners, tied), names in groups.items()]
        return cls(tuple(name for name, _ in often.most_common()), tuple(sorted(rows, key=lambda row: -len(row.rules))))

    def as_json(self) -> dict[str, Any]:
        return {
            "options": list(self.options),
            "rows": [{"rules": list(row.rules), "winners": list(row.winners), "tied": row.tied} for row in self.rows],
        }

    def lines(self, width: int = WIDTH) -> list[str]:
        """The grid as lines of at most `width` characters. Where there are more options than fit, those are shown about which rules differ
        most, and the others are counted."""
        if not self.rows:
            return []
        room = min(len(LETTERS), max(1, (width - RULES_WIDTH_MIN) // 2))
        shown = self._most_disputed(room)
        left = width - 2 * len(shown)
        lines = [" " * left + "".join(f" {letter}" for letter in LETTERS[: len(shown)])]
        for row in self.rows:
            first, *others = wrap(", ".join(row.rules), left - 1)
            marks = "".join(f" {('=' if row.tied else 'X') if name in row.winners else '.'}" for name in shown)
            lines += [first.ljust(left) + marks, *others]
        key = ", ".join(f"{letter}{UNBROKEN}{_short(name)}" for letter, name in zip(LETTERS, shown, strict=False))
        lines += [line.replace(UNBROKEN, " ") for line in wrap(key, width)]
        if hidden := len(self.options) - len(shown):
            lines.append(f"{hidden} more {'is' if hidden == 1 else 'are'} elected by some rule or by all: see below")
        return [*lines, "X is elected, = is tied, . is not"]

    def _most_disputed(self, room: int) -> list[str]:
        """As many options as there is room for, those first about which the rows are split most evenly; in their order."""
        electing = {name: sum(name in row.winners for row in self.rows) for name in self.options}
        disputed = sorted(self.options, key=lambda name: -min(electing[name], len(self.rows) - electing[name]))[:room]
        return [name for name in self.options if name in disputed]


def _short(name: str) -> str:
    return name if len(name) <= LABEL_WIDTH_MAX else name[: LABEL_WIDTH_MAX - 1] + "…"
