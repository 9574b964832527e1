"""Ballots of the single transferable vote in BLT files (`.blt`).

First the numbers of options and seats; then lines of a count, option numbers from 1 with the favourite first, and 0; a
line 0; then the names in quotes. A line such as `-2` withdraws options. Heads in brackets may follow the first line:
`[tie 3 1 2]` says in which order ties are broken (the options are listed in that order, which is how ties are broken here),
`[withdrawn 2]` withdraws options, `[nick C P H]` gives each a short name by which ballots and heads may call it, and
`[undeclared 3]` says which option stands for all that nobody declared. `[droop …]`, by which droop is told how to count,
and any other head is refused by its name. Sources: Hill, Wichmann & Woodall 1987; Lundell's droop, BltFileFormat.

>>> election = read('3 2\\n4 1 2 0\\n2 3 0\\n0\\n"Castor"\\n"Pollux"\\n"Helen"\\n"A title"')
>>> election.options, election.seats, election.orders.tolist(), election.weights.tolist()
(('Castor', 'Pollux', 'Helen'), 2, [[0, 1], [2, -1]], [4, 2])
>>> print(write(election, "A title"), end="")
3 2
4 1 2 0
2 3 0
0
"Castor"
"Pollux"
"Helen"
"A title"
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from engine.elections import orders
from engine.elections.arrays import Array
from engine.elections.blocks import Block, Spellings, blocks
from engine.elections.election import Election
from engine.elections.gathered import Gathered
from engine.elections.size import check_size
from engine.limits import OPTIONS_PER_POLL_MAX, POWER_TOTAL_MAX
from engine.refusals import Refusal, refuse

_HEAD = re.compile(r"\[\s*([^\s\]]*)([^\]]*)\]")
ONCE = ("tie", "nick", "undeclared")
"""Heads of which a second one would undo the first."""
_QUOTED = re.compile(r'"([^"]*)"')


_COMMENT = re.compile(r'("[^"]*")|#.*')
"""A quoted name, which is kept, or a comment."""


def read(text: str) -> Election:
    """The election in a BLT file; refused naming the line and what is wrong with it."""
    file = _File()
    for block in blocks(text.lstrip("\ufeff")):
        lines = file.regular(block)
        for place, number, line in block.others(lines.regular):
            file.read_line(number, line)
            if file.names is not None:
                lines.regular[place + 1 :] = False
        if file.begun:
            lines.add(file.ballots, file.places)
    return file.election()


class _File:
    """What has been read of a file: first its options and seats, then heads, ballots up to a line 0, and names."""

    def __init__(self) -> None:
        self.number = self.seats = 0
        self.heads: _Heads | None = None
        self.ballots, self.begun = Gathered(), False
        self.kept: dict[int, int] = {}
        """Where each option that is not withdrawn is listed; known when the first ballot is."""
        self.names: list[str] | None = None
        """None until the ballots have ended."""
        self.spellings = Spellings({})

    def regular(self, block: Block) -> orders.Orders:
        """The regular lines of a block of ballots."""
        return orders.none(block) if block.head or not self.begun or self.names is not None else orders.spaced(block, self.spellings)

    @property
    def places(self) -> Array:
        """Where each option, by its number less one, is listed; -1 for those withdrawn."""
        assert self.heads is not None
        return np.array([self.kept.get(option, -1) for option in self.heads.options])

    def read_line(self, number: int, line: str) -> None:
        """Take in one line, whatever it holds."""
        bare = _COMMENT.sub(lambda match: match[1] or "", line).strip()
        if not bare:
            return
        if self.names is not None:
            assert self.heads is not None
            if len(self.names) < len(self.heads.options):
                self.names.append(_name(number, bare))
            return
        self.number = number
        if self.heads is None:
            self._begin(bare)
        elif not self.begun and bare[0] in "[-":
            self.heads.take(number, bare)
        else:
            self._read_ballot(self.heads, bare)

    def _begin(self, line: str) -> None:
        option_count, self.seats = _numbers(self.number, line, 2)
        if not 1 <= option_count <= OPTIONS_PER_POLL_MAX or not 1 <= self.seats <= option_count:
            raise _wrong(
                self.number, "has {option_count} options and {seats} seats", "give 1 to {options_per_poll_max} options, and no more seats",
                option_count=option_count, seats=self.seats, options_per_poll_max=OPTIONS_PER_POLL_MAX,
            )  # fmt: skip
        self.heads = _Heads(option_count)

    def _read_ballot(self, heads: _Heads, line: str) -> None:
        if not self.begun:
            self.begun = True
            self.kept = {option: place for place, option in enumerate(each for each in heads.order if each not in heads.gone)}
            spelled = {str(option): option for option in heads.options} | heads.nicks
            self.spellings = Spellings({word.encode("utf-8", "surrogatepass"): option - 1 for word, option in spelled.items()})
        option_count = len(heads.options)
        numbers = _numbers(self.number, line, None, heads.nicks, first=1)
        if numbers == [0]:
            self.names = []
            return
        if (
            not 2 <= len(numbers) <= option_count + 2
            or numbers[-1] != 0
            or not 1 <= numbers[0] <= POWER_TOTAL_MAX
            or not all(1 <= each <= option_count for each in numbers[1:-1])
        ):
            odd = _first_odd(numbers, option_count)
            raise _wrong(
                self.number, "has {numbers}", "write a count, option numbers from 1 to {option_count}, and 0", _column(line, odd),
                numbers=numbers[odd], option_count=option_count,
            )  # fmt: skip
        if len(set(numbers[1:-1])) < len(numbers) - 2:
            again = next(place for place, each in enumerate(numbers[1:-1], 1) if each in numbers[1:place])
            raise _wrong(self.number, "names option {numbers} twice", "name each option once", _column(line, again), numbers=numbers[again])
        self.ballots.add(self.number, numbers[0], [self.kept[each] for each in numbers[1:-1] if each not in heads.gone])

    def election(self) -> Election:
        """The election, once the file has ended."""
        if self.heads is None:
            raise _wrong(1, "is empty", "a BLT file begins with options and seats, such as 9 4")
        if self.names is None:
            raise _wrong(self.number, "is the last line, and no line 0 ends the ballots", "end them with a line 0")
        names, option_count = self.names, len(self.heads.options)
        if len(names) < option_count:
            raise _wrong(
                self.number, "is followed by {names_count} names", "give {option_count} names in quotes, and perhaps a title",
                names_count=len(names), option_count=option_count,
            )  # fmt: skip
        kept = [*self.kept]
        check_size(self.ballots.rows, len(kept))
        election = Election.of_orders(
            _apart([names[option - 1] for option in kept], kept), self.ballots.orders(len(kept), self.ballots.longest), self.ballots.counts
        )
        election.seats = min(self.seats, len(kept))
        election.write_ins = self.kept.get(self.heads.undeclared)
        return election


class _Heads:
    """What the lines between the first and the ballots say."""

    def __init__(self, option_count: int) -> None:
        self.options = range(1, option_count + 1)
        self.order, self.gone = list(self.options), set[int]()
        self.nicks: dict[str, int] = {}
        self.lines = dict[str, int]()
        """Where each head was first given."""
        self.undeclared = 0
        """The option that stands for all that nobody declared; 0 if none does."""

    def take(self, number: int, line: str) -> None:
        """Take in a line of options withdrawn, such as `-2 -5`, or a head in brackets."""
        if line[0] == "-":
            self._withdraw(number, line, [-each for each in _numbers(number, line, None)])
            return
        match = _HEAD.fullmatch(line)
        if match is None:
            raise _wrong(number, "has {line!r}", "end a head such as [tie 3 1 2] with a bracket on its line", 1, line=line[:40])
        name, rest = match.groups()
        if name in ONCE and self.lines.setdefault(name, number) != number:
            raise _wrong(number, "has the head [{name}] again", "leave out this one, or line {first}", 1, name=name, first=self.lines[name])
        if name == "nick":
            self._nickname(number, rest.split())
        elif name == "tie":
            self.order = self._named(number, line, match)
            if sorted(self.order) != list(self.options):
                raise _wrong(number, "does not list all options", "name each once")
        elif name == "withdrawn":
            self._withdraw(number, line, self._named(number, line, match))
        elif name == "undeclared":
            self._declare(number, line, self._named(number, line, match))
        elif name == "droop":
            raise _wrong(
                number, "tells droop how to count:{rest}", "leave the head out, and name the rule when it is counted", 1, rest=rest[:40]
            )
        else:
            raise _wrong(number, "has the head [{name}]", "we know [tie], [nick], [withdrawn] and [undeclared]", 1, name=name[:40])

    def _named(self, number: int, line: str, match: re.Match[str]) -> list[int]:
        """The options that a head names, each by its number or its short name."""
        blank = " " * match.start(2)  # so that columns stay those of the line
        return _numbers(number, blank + match[2], None, self.nicks)

    def _withdraw(self, number: int, line: str, options: list[int]) -> None:
        self.gone |= set(options)
        if not options or not self.gone <= set(self.options):
            raise _wrong(
                number, "withdraws {line}", "name options as -1 to -{option_count}", line=line[:40], option_count=len(self.options)
            )
        if len(self.gone) == len(self.options):
            raise _wrong(number, "withdraws the last of the options", "leave at least one to be elected", 1)

    def _nickname(self, number: int, nicks: list[str]) -> None:
        if len(nicks) != len(self.options) or len(set(nicks)) < len(nicks):
            raise _wrong(
                number, "gives {nicks_count} short names", "give each of {option_count} options one of its own",
                nicks_count=len(set(nicks)), option_count=len(self.options),
            )  # fmt: skip
        if wrong := next((nick for nick in nicks if re.fullmatch(r"-?[0-9]+", nick)), ""):
            raise _wrong(number, "gives the short name {wrong}", "numbers are options already: take a word", wrong=wrong[:40])
        self.nicks = dict(zip(nicks, self.options, strict=True))

    def _declare(self, number: int, line: str, options: list[int]) -> None:
        if len(options) != 1 or options[0] not in self.options:
            raise _wrong(number, "has {line}", "name the one option that stands for write-ins", line=line[:40])
        self.undeclared = options[0]


def write(election: Election, title: str = "") -> str:
    """An election of ranked ballots without ties as a BLT file."""
    lines = [f"{len(election.options)} {election.seats or 1}"]
    for ballot, weight in zip(election.orders.tolist(), election.weights.tolist(), strict=True):
        lines.append(" ".join(map(str, [weight, *(option + 1 for option in ballot if option >= 0), 0])))
    quoted = [name.replace('"', "'") for name in (*election.options, title)]
    return "\n".join([*lines, "0", *(f'"{name}"' for name in quoted)]) + "\n"


def _numbers(number: int, line: str, length: int | None, nicks: Mapping[str, int] | None = None, first: int = 0) -> list[int]:
    """The numbers on a line; from the `first`, an option may stand there by its short name."""
    words = line.split()
    if nicks:
        words[first:] = [str(nicks.get(word, word)) for word in words[first:]]
    if not all(re.fullmatch(r"-?[0-9]{1,16}", word) for word in words) or (length is not None and len(words) != length):
        odd = next(
            (place for place, word in enumerate(words) if not re.fullmatch(r"-?[0-9]{1,16}", word)), min(len(words) - 1, length or 0)
        )
        raise _wrong(
            number, "has {words!r}", "write whole numbers" if length is None else "write {length} whole numbers", _column(line, odd),
            words=words[odd][:40], length=length,
        )  # fmt: skip
    return [int(word) for word in words]


def _name(number: int, line: str) -> str:
    match = _QUOTED.match(line)
    name = (match[1] if match else line).strip()
    if not name:
        raise _wrong(number, "is an empty name", "name the option")
    return name


def _apart(names: list[str], numbers: list[int]) -> list[str]:
    """The names; two of the same name are told apart by their numbers."""
    return [name if names.count(name) == 1 else f"{name} ({number})" for name, number in zip(names, numbers, strict=True)]


def _first_odd(numbers: list[int], option_count: int) -> int:
    """The first number of a ballot that may not stand where it does."""
    if not 1 <= numbers[0] <= POWER_TOTAL_MAX:
        return 0
    return next(
        (place for place, each in enumerate(numbers[1:], 1) if not 1 <= each <= option_count or place > option_count), len(numbers) - 1
    )


def _column(line: str, word: int) -> int:
    """The column, from 1, at which a word of a line begins."""
    return [match.start() + 1 for match in re.finditer(r"\S+", line)][word]


def _wrong(line: int, fact: str, way_out: str, column: int = 0, /, **values: object) -> Refusal:
    return refuse(
        "file_unreadable", "line {at_line}" + (", column {at_column}" if column else ""), fact, way_out,
        at_line=line, at_column=column, **values,
    )  # fmt: skip
