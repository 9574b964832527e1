"""Groups that voters or contributors belong to, given beside what they cast: some rules match only across groups.

>>> groups = Groups.of([["climbers"], ["chess", "climbers"], []])
>>> groups.names, groups.members.tolist()
(('climbers', 'chess'), [[True, False], [True, True], [False, False]])
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self

import numpy as np

from engine.elections.arrays import Array
from engine.limits import GROUPS_MAX
from engine.refusals import refuse


class Groups(NamedTuple):
    """`members` is bool (rows, groups): whether everybody whom a row of ballots stands for belongs to a group."""

    names: tuple[str, ...]
    members: Array

    @classmethod
    def of(cls, rows: Sequence[Iterable[str]]) -> Self:
        """From the names of each row's groups."""
        sections = Sections()
        for number, names in enumerate(rows):
            sections.begin(number, names)
        return cls(*sections.of(np.arange(len(rows))))

    def of_row(self, row: int) -> list[str]:
        """The names of a row's groups, in order."""
        return [name for name, belongs in zip(self.names, self.members[row].tolist(), strict=True) if belongs]


class Sections:
    """A file in sections: from a line on, whoever casts a ballot belongs to the groups that it names, until another such line."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self._lines: list[int] = []
        self._groups: list[list[int]] = []

    def begin(self, line: int, names: Iterable[str]) -> None:
        """The groups of everybody from this line on."""
        self._lines.append(line)
        self._groups.append([self.numbers.setdefault(name, len(self.numbers)) for name in names])
        if len(self.numbers) > GROUPS_MAX:
            raise refuse(
                "election_wrong", "the election", "has {count} groups", "name at most {most}", count=len(self.numbers), most=GROUPS_MAX
            )

    def of(self, lines: Array) -> Groups:
        """The groups of ballots that stand on these lines."""
        table = np.zeros((len(self._lines) + 1, len(self.numbers)), bool)
        for number, groups in enumerate(self._groups, 1):
            table[number, groups] = True
        return Groups(tuple(self.numbers), table[np.searchsorted(self._lines, lines, side="right")])
