"""What META states, by field, and where it states it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from engine.elections.pabulib._parts import Rows, amount_in, wrong


@dataclass(frozen=True)
class Meta:
    """The fields of META as the file writes them, and their lines; `line` is where META begins."""

    values: dict[str, str]
    lines: dict[str, int]
    line: int

    @classmethod
    def of(cls, rows: Rows) -> Meta:
        """The fields below the column heads; refused where one is stated twice, and not alike."""
        values, lines = dict[str, str](), dict[str, int]()
        for line, row in rows[1:]:
            name, value = row[0].strip(), row[1].strip() if len(row) > 1 else ""
            if values.setdefault(name, value) != value:
                raise wrong(line, "states {name} again, otherwise than line {first}", "leave out one", 0, name=name[:40], first=lines[name])
            lines.setdefault(name, line)
        return cls(values, lines, rows[0][0])

    def __getitem__(self, name: str) -> str:
        """What a field holds; empty where it is not stated."""
        return self.values.get(name, "")

    def whole(self, name: str) -> int | None:
        """The whole number that a field states; None where it states none."""
        text = self[name]
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,15}(\.0+)?", text):
            raise wrong(
                self.lines[name], "states {name} as {text!r}", "write a whole number, or leave it out", 1, name=name, text=text[:40]
            )
        return int(text.partition(".")[0])

    def amount(self, name: str) -> Decimal | None:
        """The amount of money that a field states; None where it states none."""
        return amount_in(self[name], self.lines[name], 1) if self[name] else None
