"""Elections in PrefLib's formats: `.soc .soi .toc .toi` (orders) and `.cat` (categories, the first being approval).

A head of `# KEY: value` lines, then lines such as `count: 3,{1,4},2`: alternatives by number, with braces around equal
ones.

>>> election = read("# ALTERNATIVE NAME 1: Ana\\n# ALTERNATIVE NAME 2: Bo\\n# DATA TYPE: soi\\n7: 2,1\\n2: 1")
>>> election.options, election.table.tolist(), election.weights.tolist()
(('Ana', 'Bo'), [[1, 0], [0, 2]], [7, 2])
"""

from __future__ import annotations

import re
from collections import Counter

import numpy as np

from engine.elections import orders
from engine.elections.arrays import Array
from engine.elections.blocks import Block, Spellings, blocks
from engine.elections.election import Election
from engine.elections.gathered import Gathered
from engine.elections.size import check_size
from engine.limits import OPTIONS_PER_POLL_MAX, POWER_TOTAL_MAX
from engine.refusals import Refusal, refuse

TYPES = ("soc", "soi", "toc", "toi", "cat")
_NAME = re.compile(r"# ALTERNATIVE NAME ([0-9]{1,6}): ?(.*)")
_VOTERS = re.compile(r"# NUMBER VOTERS: ?([0-9]{1,16})")
_BALLOT = re.compile(r"([0-9]{1,16}) ?: ?(.*)")
_LEVEL = re.compile(r"\{((?:[0-9]{1,6} ?(?:, ?(?=[0-9])|(?=\})))*)\}|([0-9]{1,6})(?![0-9])")


def read(text: str) -> Election:
    """The election in a PrefLib file; refused naming the line and what is wrong with it."""
    file = _File()
    for block in blocks(text.lstrip("\ufeff")):
        for _, number, line in block.others(file.take(block)):
            file.read_line(number, line)
    return file.election()


class _File:
    """What has been read of a file: the names of its alternatives, its type, its ballots."""

    def __init__(self) -> None:
        self.columns: dict[int, int] = {}
        self.names: dict[int, str] = {}
        self.stated = ""
        self.voters: tuple[int, int] | None = None
        self.ballots = Gathered()
        self.spellings = Spellings({})

    def take(self, block: Block) -> Array:
        """Take the regular lines of a block that holds only ballots, and say which those are."""
        if block.head or b"\n#" in block.raw or len(self.columns) > OPTIONS_PER_POLL_MAX:
            return np.zeros(len(block), bool)
        if len(self.spellings) < len(self.columns):
            self.spellings = Spellings({b"%d" % alternative: column for alternative, column in self.columns.items()})
        return orders.levels(block, self.spellings).add(self.ballots)

    def read_line(self, number: int, line: str) -> None:
        """Take in one line, whatever it holds."""
        if line.startswith("#"):
            if match := _NAME.fullmatch(line.rstrip()):
                self.columns.setdefault(int(match[1]), len(self.columns))
                self.names[int(match[1])] = match[2].strip() or match[1]
            elif line.startswith("# DATA TYPE:"):
                self.stated = line.partition(":")[2].strip()
            elif match := _VOTERS.fullmatch(line.rstrip()):
                self.voters = number, int(match[1])
            return
        if not line.strip():
            return
        match = _BALLOT.fullmatch(line.strip())
        if match is None or not 1 <= int(match[1]) <= POWER_TOTAL_MAX:
            raise _wrong(number, "is {line!r}", "write count: 3,{{1,4}},2", line=line[:40])
        order = _order(match[2], self.names, number, line.index(match[2], line.index(":")) + 1)
        cells = [self.columns[alternative] for level in order for alternative in level]
        levels = [place for place, level in enumerate(order) for _ in level]
        self.ballots.add(number, int(match[1]), cells, levels)

    def election(self) -> Election:
        """The election, where the file as a whole is what it says it is."""
        stated, ballots, option_count = self.stated, self.ballots, len(self.names)
        if stated not in TYPES:
            fact = f"is of the type {stated!r}" if stated else "states no type"
            raise refuse("file_foreign", "the file", fact, "write a line # DATA TYPE: with one of {known}", known=", ".join(TYPES))
        if not self.names:
            raise _wrong(1, "names no alternative", "a PrefLib file has lines # ALTERNATIVE NAME 1: …")
        if self.voters is not None and self.voters[1] != ballots.total:
            raise _wrong(
                self.voters[0], "states {voters:,} voters, and the file holds {sum:,}", "get the whole file, or correct the number",
                voters=self.voters[1], sum=ballots.total,
            )  # fmt: skip
        self._check_type()
        check_size(ballots.rows, option_count)
        if stated == "cat":
            return Election.of(_labels(self.names), "approval", ballots.firsts(option_count), ballots.counts)
        if ballots.strict:
            return Election.of_orders(_labels(self.names), ballots.orders(option_count), ballots.counts)
        return Election.of(_labels(self.names), "ranked", ballots.ranks(option_count), ballots.counts)

    def _check_type(self) -> None:
        """Refuse the first ballot that ranks several equal, or not all, in a file whose type says that none does."""
        stated, ballots, nowhere = self.stated, self.ballots, self.ballots.rows
        several = int(np.argmax(np.append(ballots.levelled, True))) if stated[0] == "s" else nowhere
        short = int(np.argmax(np.append(ballots.lengths < len(self.names), True))) if stated[-1] == "c" else nowhere
        if several <= short and several < nowhere:
            raise _wrong(
                int(ballots.lines[several]), "ranks several equal, and the file is of type {kind}", "write # DATA TYPE: t{rest}",
                kind=stated, rest=stated[1:],
            )  # fmt: skip
        if short < nowhere:
            raise _wrong(
                int(ballots.lines[short]), "does not rank all, and the file is of type {kind}", "write # DATA TYPE: {rest}i",
                kind=stated, rest=stated[:-1],
            )  # fmt: skip


def write(election: Election, title: str = "") -> str:
    """Ranked ballots (as `.soc`, `.soi`, `.toc` or `.toi`, whichever says most) or approvals (as `.cat`) as a PrefLib file."""
    kind, option_count = type_of(election), len(election.options)
    lines = [
        f"# TITLE: {_line(title)}",
        f"# DATA TYPE: {kind}",
        f"# NUMBER ALTERNATIVES: {option_count}",
        f"# NUMBER VOTERS: {election.total}",
    ]
    if kind == "cat":
        lines += ["# NUMBER CATEGORIES: 2", "# CATEGORY NAME 1: Yes", "# CATEGORY NAME 2: No"]
    lines += [f"# ALTERNATIVE NAME {number}: {_line(name)}" for number, name in enumerate(election.options, 1)]
    for row, weight in zip(election.table.tolist(), election.weights.tolist(), strict=True):
        levels: dict[int, list[int]] = {}
        for number, cell in enumerate(row, 1):
            levels.setdefault(1 - cell if kind == "cat" else cell, []).append(number)
        if kind != "cat":
            levels.pop(option_count, None)
        named = [levels[level] for level in sorted(levels)] if kind != "cat" else [levels.get(0, []), levels.get(1, [])]
        shown = [str(level[0]) if len(level) == 1 else "{" + ",".join(map(str, level)) + "}" for level in named]
        lines.append(f"{weight}: {','.join(shown)}")
    return "\n".join(lines) + "\n"


def type_of(election: Election) -> str:
    """The PrefLib type of an election's ballots: `cat` for approvals; strict (`s`) or with ties (`t`), complete (`c`) or not (`i`)."""
    if election.kind in ("approval", "single"):
        return "cat"
    if election.kind != "ranked":
        raise refuse(
            "ballot_kind_wrong", "an election by {election} ballots", "has no place in a PrefLib file", "write a .txt",
            election=election.kind,
        )  # fmt: skip
    complete = not bool((election.table == len(election.options)).any())
    return ("so" if election.strict else "to") + ("c" if complete else "i")


def _line(text: str) -> str:
    return " ".join(text.split())


def _order(text: str, names: dict[int, str], number: int, column: int) -> list[list[int]]:
    """The levels of an order that begins at `column` of line `number`."""
    order, place, seen = [], 0, set()
    while place < len(text):
        match = _LEVEL.match(text, place)
        if match is None:
            raise _wrong(number, "has {text!r}", "write 3,{{1,4}},2", column + place, text=text[place : place + 20])
        members = [int(item) for item in (match[2] or match[1] or "").split(",") if item.strip()]
        for alternative in members:
            if alternative not in names or alternative in seen:
                raise _wrong(
                    number, "names alternative {alternative} wrongly", "name each known one at most once", column + place,
                    alternative=alternative,
                )  # fmt: skip
            seen.add(alternative)
        order.append(members)
        place = match.end()
        if place < len(text):
            if text[place] != ",":
                raise _wrong(number, "has {text!r} where a comma should be", "write 3,{{1,4}},2", column + place, text=text[place])
            place += 1
    return order


def _labels(names: dict[int, str]) -> tuple[str, ...]:
    """The names; two of the same name are told apart by their numbers."""
    often = Counter(names.values())
    return tuple(name if often[name] == 1 else f"{name} ({number})" for number, name in names.items())


def _wrong(line: int, fact: str, way_out: str, column: int = 0, /, **values: object) -> Refusal:
    return refuse(
        "file_unreadable", "line {at_line}" + (", column {at_column}" if column else ""), fact, way_out,
        at_line=line, at_column=column, **values,
    )  # fmt: skip
