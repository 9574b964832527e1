"""Ballots as people write them.

One kind of ballot a line, with how often it was cast (once, unless said). Names with spaces stand in double quotes;
`#` begins a comment. The signs say what kind of ballots these are:

    120: "Jane Doe" > bob = carol      ranked; what is not named is tied last
    40: garden, library                approvals
    3: garden 7, library 3             points split
    12: garden                         one choice
    options: garden, library, pool     first, to fix the order; other names are then slips of the pen
    costs: garden 500, library 300     for a budget
    budget: 800
    ballots: score                     what they are where signs leave it open: single, approval or knapsack,
                                       cumulative, score or quadratic, ranked
    seats: 3                           how many are elected
    eligible: 500                      how many could have voted, and
    active: 300                        how many of them take part at all, for rules that ask

>>> written = read('options: garden, library, pool\\n40: garden, library\\n3: pool')
>>> written.kind, written.options, written.weights.tolist()
('approval', ('garden', 'library', 'pool'), [40, 3])
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, islice
from typing import Any, NamedTuple

import numpy as np

from engine.catalogue import did_you_mean
from engine.elections.arrays import Array
from engine.elections.blocks import Block, Spellings, blocks
from engine.elections.gathered import Gathered
from engine.elections.kinds import KINDS, NUMBERED, Kind
from engine.elections.names import regular, spellings_of
from engine.elections.size import check_size
from engine.limits import OPTIONS_PER_POLL_MAX, POWER_TOTAL_MAX
from engine.refusals import Refusal, refuse
from engine.values import is_whole

_TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([>=,:])|([^\s>=,:"#]+)|(#.*)|(.))')

NUMBERS = ("budget", "seats", "eligible", "active")
"""Words before a colon with one number after it."""
_NEVER = 1 << 62
"""After every line."""


class Item(NamedTuple):
    """One name on a line, the sign before it, the number after it (-1 for none), and the column from 1 at which it begins."""

    sign: str
    name: str
    points: int
    column: int


class Written(NamedTuple):
    """What the lines say, in the order `Election.of` takes it; `beside` holds the other settings by name, such as seats."""

    options: tuple[str, ...]
    kind: Kind
    rows: np.ndarray[Any, Any]
    weights: np.ndarray[Any, Any]
    costs: list[int] | None
    budget: int | None
    beside: dict[str, int]


def read(text: str) -> Written:
    """The ballots that lines of text stand for; refused naming the line and what is wrong with it."""
    file = _File(text)
    for block in blocks(text):
        lines = file.take(block)
        for _, number, line in block.others(lines):
            file.read_line(number, line)
    return file.written()


class _File:
    """What the lines read so far say. Of a ballot that may turn out wrong once it is known what kind all are, only the line is kept."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.options: dict[str, int] = {}
        self.costs: dict[str, int] = {}
        self.whole: dict[str, int] = {}
        self.stated: tuple[Kind, int] | None = None
        self.listed = False
        self.ballots = Gathered()
        self.begun = self.pointless = self.twice = _NEVER
        """The first line with a ballot, with one that gives somebody no points, and with one that names somebody twice."""
        self.first: dict[Kind, int] = {}
        """The first line whose signs imply a kind of ballots."""
        self.spellings, self.spelled = Spellings({}), 0

    def take(self, block: Block) -> Array:
        """Take the regular lines of a block, and say which those are."""
        if block.head or not self.options:
            return np.zeros(len(block), bool)
        if self.spelled < len(self.options):
            self.spelled = len(self.options)
            self.spellings = Spellings({spelling: option for name, option in self.options.items() for spelling in spellings_of(name)})
        lines = regular(block, self.spellings)
        numbers, taken, lengths = block.numbers, lines.taken, lines.lengths[lines.taken]
        self.begun = min(self.begun, _first(numbers, taken))
        self.pointless = min(self.pointless, _first(numbers[taken], (lengths > 0) & ~lines.pointed[taken]))
        kinds: tuple[tuple[Kind, Array], ...] = (("ranked", lines.ranked), ("cumulative", lines.pointed), ("approval", lines.listed))
        for kind, held in kinds:
            self._imply(kind, _first(numbers, held))
        narrow = np.int64 if lines.pointed.any() else np.int16
        self.ballots.add_many(numbers[taken], lines.counts[taken], lengths, lines.cells, lines.figures.astype(narrow))
        return taken

    def _imply(self, kind: Kind, number: int) -> None:
        if number < self.first.get(kind, _NEVER):
            self.first[kind] = number

    def read_line(self, number: int, line: str) -> None:
        """Take in one line, whatever it holds."""
        head, items = _read_line(line, number)
        if head is None and not items:
            return
        if head == "ballots":
            if self.stated:
                raise _wrong(number, "says ballots: a second time", "say it once")
            self.stated = _read_kind(items, number), number
            return
        if head in NUMBERS:
            if head in self.whole:
                raise _wrong(number, "says {head}: a second time", "say it once", head=head)
            self.whole[head] = _read_number(head, items, number)
            return
        for item in items:
            if self.listed and item.name not in self.options:
                near = did_you_mean(item.name, list(self.options))
                raise _wrong(number, "names {item!r}", "{near} (from the line options:)", item, item=item.name, near=near)
            self.options.setdefault(item.name, len(self.options))
        if head == "options" and self.begun < number:
            raise _wrong(number, "says options: after the first ballot", "put it first, so that every ballot is checked against it")
        self.listed |= head == "options"
        if head in ("costs", "options"):
            named = set(self.costs) if head == "costs" else set[str]()
            for item in items:
                if item.name in named:
                    raise _wrong(number, "names {item!r} again", "name each option once", item, item=item.name)
                named.add(item.name)
        if head == "costs":
            self.costs.update({item.name: _read_cost(item, number) for item in items})
        elif head != "options":
            self._add(number, _read_count(head, number, len(line) - len(line.lstrip()) + 1), items)

    def _add(self, number: int, count: int, items: list[Item]) -> None:
        self.begun = min(self.begun, number)
        signs = {item.sign for item in items}
        if signs & {">", "="}:
            self._imply("ranked", number)
        if any(item.points >= 0 for item in items):
            self._imply("cumulative", number)
        elif "," in signs:
            self._imply("approval", number)
        if any(item.points < 0 for item in items):
            self.pointless = min(self.pointless, number)
        cells = [self.options[item.name] for item in items]
        if len(set(cells)) < len(cells):
            self.twice = min(self.twice, number)
            return
        levels = [*accumulate(item.sign == ">" for item in items)]
        pointed = all(item.points >= 0 for item in items)
        self.ballots.add(number, count, cells, [item.points for item in items] if pointed else levels)

    def written(self) -> Written:
        """What all lines say together."""
        options, ballots, whole, costs = self.options, self.ballots, self.whole, self.costs
        if not options:
            raise refuse("election_wrong", "the election", "has no ballots and no options", "write lines such as 12: garden")
        kind, option_count = _kind(self.first, self.stated), len(options)
        check_size(ballots.rows, option_count)
        odd = min(self.twice, self.pointless if kind in NUMBERED else _NEVER)
        if odd < _NEVER:
            _, items = _read_line(next(islice(_lines(self.text), odd - 1, None)), odd)
            raise _odd(items, odd)
        _check_turnout(whole, ballots.total)
        if costs or "budget" in whole:
            _check_costs(options, costs)
        return Written(
            tuple(options),
            kind,
            ballots.ranks(option_count) if kind == "ranked" else (ballots.figures if kind in NUMBERED else ballots.named)(option_count),
            ballots.counts,
            [costs[name] for name in options] if costs else None,
            whole.pop("budget", None),
            whole,
        )


def _first(numbers: Array, held: Array) -> int:
    """The first of the numbers that is held."""
    return int(numbers[held.argmax()]) if held.any() else _NEVER


def _lines(text: str) -> Iterator[str]:
    """The lines of a text, one by one."""
    for block in blocks(text):
        for _, _, line in block.others(np.zeros(len(block), bool)):
            yield line


def _check_costs(options: Iterable[str], costs: Mapping[str, int]) -> None:
    missing = [name for name in options if costs.get(name, -1) < 0]
    if missing:
        raise refuse("election_wrong", "option {option}", "has no cost", "name its cost on the line costs:", option=missing[0])


def write(
    options: Sequence[str],
    kind: Kind,
    rows: np.ndarray[Any, Any],
    weights: Sequence[int],
    money: tuple[Sequence[int], int] | None,
    beside: Mapping[str, int | None],
) -> str:
    """Ballots as lines of text, which `read` reads again; `money` is costs and budget, `beside` as in `Written`."""
    quoted = [_quoted(name) for name in options]
    lines = [f"ballots: {kind}", "options: " + ", ".join(quoted)]
    if money is not None:
        lines += ["costs: " + ", ".join(f"{name} {cost}" for name, cost in zip(quoted, money[0], strict=True)), f"budget: {money[1]}"]
    lines += [f"{head}: {figure}" for head, figure in beside.items() if figure is not None]
    for row, weight in zip(rows.tolist(), weights, strict=True):
        lines.append(f"{weight}: {_written(row, kind, quoted)}".rstrip())
    return "\n".join(lines) + "\n"


def _written(row: Sequence[int], kind: Kind, quoted: Sequence[str]) -> str:
    if kind == "ranked":
        ranks = sorted({rank for rank in row if rank < len(row)})
        return " > ".join(" = ".join(name for name, cell in zip(quoted, row, strict=True) if cell == rank) for rank in ranks)
    given = [(name, cell) for name, cell in zip(quoted, row, strict=True) if cell]
    return ", ".join(f"{name} {cell}" if kind in NUMBERED else name for name, cell in given)


def _quoted(name: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'


def _read_line(line: str, number: int) -> tuple[str | None, list[Item]]:
    """What stands before the colon (None without one), and the items after it."""
    head: str | None = None
    items: list[Item] = []
    sign, fresh, bare = "", True, True
    for match in _TOKEN.finditer(line.rstrip()):
        quoted, mark, word, comment, stray = match.groups()
        if comment is not None:
            break
        if stray is not None:
            raise _wrong(number, "has {stray!r}", "put names with such signs in double quotes", match.start(5) + 1, stray=stray)
        if mark == ":":
            if head is not None or len(items) != 1 or not bare:
                raise _wrong(number, "has a colon", "write count: ballot, the count without commas", match.start(2) + 1)
            head, items, fresh = items[0].name, [], True
        elif mark is not None:
            if fresh:
                raise _wrong(number, "has {mark} without a name before it", "name an option on both sides", match.start(2) + 1, mark=mark)
            sign, fresh = mark, True
        elif fresh:
            bare = quoted is None
            name = word if bare else re.sub(r"\\(.)", r"\1", quoted)
            items.append(Item(sign, name, -1, match.end() - len(match[0].lstrip()) + 1))
            fresh = False
        elif word is not None and is_whole(word) and items[-1].points < 0 and len(word) <= 16:
            items[-1] = items[-1]._replace(points=int(word))
        else:
            raise _side_by_side(number, items, word or quoted, match.end() - len(match[0].lstrip()) + 1)
    if fresh and items:
        raise _wrong(number, "ends with {sign}", "name an option after it", sign=sign)
    return head, items


def _side_by_side(number: int, items: list[Item], other: str, column: int) -> Refusal:
    """Two names without a sign between them: what they look like shows what was meant; the second begins at `column`."""
    name = items[-1].name
    if len(items) == 1 and is_whole(name):
        return _wrong(number, "has no colon after {name}", "write {name}: and then the ballot", column, name=name)
    if is_whole(other[-1:]) and re.fullmatch(r"-?[0-9]*(?:\.[0-9]+)?", other):
        return _wrong(number, "gives {name!r} {other}", "points and costs are whole numbers from 0", column, name=name, other=other)
    return _wrong(number, "has two names side by side: {name!r} and {other!r}", "quote names with spaces", column, name=name, other=other)


def _read_kind(items: list[Item], number: int) -> Kind:
    kind = next((kind for kind in KINDS if [(item.name, item.points) for item in items] == [(kind, -1)]), None)
    if kind is None:
        raise _wrong(number, "names no kind of ballot", "write one of " + ", ".join(KINDS), items[0] if items else None)
    return kind


def _read_number(head: str, items: list[Item], number: int) -> int:
    if len(items) == 1 and items[0].points >= 0:
        raise _wrong(number, "names two numbers after {head}:", "write it without spaces, such as {head}: 1000", items[0], head=head)
    if len(items) != 1 or not is_whole(items[0].name) or len(items[0].name) > 16:
        raise _wrong(
            number, "names no number after {head}:", "write a whole number, such as {head}: 3", items[-1] if items else None, head=head
        )
    if head == "seats" and not 1 <= int(items[0].name) <= OPTIONS_PER_POLL_MAX:
        raise _wrong(
            number, "elects {name}", "give 1 to {options_per_poll_max}, such as seats: 3", items[0],
            name=items[0].name, options_per_poll_max=OPTIONS_PER_POLL_MAX,
        )  # fmt: skip
    return int(items[0].name)


def _check_turnout(whole: Mapping[str, int], cast: int) -> None:
    if "eligible" in whole and cast > whole["eligible"]:
        raise refuse(
            "election_wrong", "the election", "has more ballots than the {whole} who could vote", "correct eligible:",
            whole=whole["eligible"],
        )  # fmt: skip
    if "active" in whole and whole["active"] > whole.get("eligible", whole["active"]):
        raise refuse(
            "election_wrong", "the election", "has {whole} active and {whole_2} who could vote", "correct active:",
            whole=whole["active"], whole_2=whole["eligible"],
        )  # fmt: skip


def _read_cost(item: Item, number: int) -> int:
    if item.points < 0:
        raise _wrong(
            number, "names no cost after {item!r}", "write costs: garden 500, library 300, each amount without commas", item, item=item.name
        )
    return item.points


def _read_count(head: str | None, number: int, column: int) -> int:
    if head is None:
        return 1
    if not is_whole(head) or len(head) > 16 or not 1 <= int(head) <= POWER_TOTAL_MAX:
        words = ["options", "ballots", "costs", *NUMBERS]
        near = did_you_mean(head, words) if head.isalpha() else "or a word: " + ", ".join(words)
        raise _wrong(number, "begins with {head!r}", "give a whole number of ballots from 1; {near}", column, head=head, near=near)
    return int(head)


def _kind(first: Mapping[Kind, int], stated: tuple[Kind, int] | None) -> Kind:
    """The kind of ballots that the signs on all lines imply, unless it is stated; rankings and other kinds may not be mixed in one file."""
    if "ranked" in first and len(first) > 1:
        others = min(number for kind, number in first.items() if kind != "ranked")
        number, other = max(first["ranked"], others), min(first["ranked"], others)
        raise _wrong(
            number, "mixes > or = with commas or points{value}", "use one kind of ballot",
            value="" if number == other else f" (see line {other})",
        )  # fmt: skip
    kind: Kind = next((kind for kind in ("ranked", "cumulative", "approval") if kind in first), "single")
    if stated is None:
        return kind
    alike: Kind = "approval" if stated[0] == "knapsack" else "cumulative" if stated[0] in NUMBERED else stated[0]
    if kind not in (alike, "single"):
        raise _wrong(
            first[kind], "is {kind}, and line {stated} says ballots: {stated_2}", "correct one of them",
            kind=kind, stated=stated[1], stated_2=stated[0],
        )  # fmt: skip
    return stated[0]


def _odd(items: list[Item], number: int) -> Refusal:
    """The refusal of a ballot that names an option twice, or otherwise one without points."""
    for place, item in enumerate(items):
        if item.name in [other.name for other in items[:place]]:
            return _wrong(number, "names {again!r} twice", "name each option once", item, again=item.name)
    item = next(item for item in items if item.points < 0)
    return _wrong(number, "gives {item!r} no points, where other ballots do", "add them, without commas", item, item=item.name)


def _wrong(number: int, fact: str, way_out: str, where: Item | int | None = None, /, **values: object) -> Refusal:
    """A refusal of a line; `where` is the item or the column that is wrong, or None if it is the line as a whole."""
    column = where.column if isinstance(where, Item) else where
    return refuse(
        "election_wrong", "line {at_line}" + (", column {at_column}" if column else ""), fact, way_out,
        at_line=number, at_column=column, **values,
    )  # fmt: skip
