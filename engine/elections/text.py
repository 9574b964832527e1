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
    ballots: gifts                     amounts of money, up to 2^256 - 1 of its smallest unit, of which
    decimals: 2                        so many places stand behind a point: garden 7.50 (costs and budget likewise)
    groups: climbers, chess            what everybody belongs to who stands below, until the next such line

>>> written = read('options: garden, library, pool\\n40: garden, library\\n3: pool')
>>> written.kind, written.options, written.weights.tolist()
('approval', ('garden', 'library', 'pool'), [40, 3])
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate, islice
from typing import Any, NamedTuple

import numpy as np

from engine.catalogue import did_you_mean
from engine.elections.arrays import Array
from engine.elections.blocks import DIGITS_MAX, Block, Spellings, blocks
from engine.elections.gathered import Gathered
from engine.elections.groups import Groups, Sections
from engine.elections.kinds import KINDS, NUMBERED, Kind
from engine.elections.names import regular, spellings_of
from engine.elections.size import check_size
from engine.elections.tokens import Item, not_whole, read_line, wrong
from engine.limits import AMOUNT_MAX, COST_MAX, DECIMALS_MAX, OPTIONS_PER_POLL_MAX, POWER_TOTAL_MAX
from engine.refusals import Refusal, refuse
from engine.values import is_whole

NUMBERS = ("budget", "seats", "eligible", "active", "decimals")
"""Words before a colon with one number after it."""
_NEVER = 1 << 62
"""After every line."""


class Written(NamedTuple):
    """What the lines say, in the order `Election.of` takes it; `beside` holds the other settings by name, such as seats, and `groups` those
    that anybody belongs to."""

    options: tuple[str, ...]
    kind: Kind
    rows: np.ndarray[Any, Any]
    weights: np.ndarray[Any, Any]
    costs: list[int] | None
    budget: int | None
    decimals: int
    beside: dict[str, int]
    groups: Groups | None


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
        self.sections = Sections()
        self.first: dict[Kind, int] = {}
        """The first line whose signs imply a kind of ballots."""
        self.spellings, self.spelled = Spellings({}), 0

    def take(self, block: Block) -> Array:
        """Take the regular lines of a block, and say which those are."""
        if block.head or not self.options or (self.gifts and self.decimals):
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

    @property
    def gifts(self) -> bool:
        """Whether the ballots are said to be gifts."""
        return self.stated is not None and self.stated[0] == "gifts"

    @property
    def decimals(self) -> int:
        """Places that money has behind a point."""
        return self.whole.get("decimals", 0)

    def _imply(self, kind: Kind, number: int) -> None:
        if number < self.first.get(kind, _NEVER):
            self.first[kind] = number

    def read_line(self, number: int, line: str) -> None:
        """Take in one line, whatever it holds."""
        head, items = read_line(line, number)
        if head is None and not items:
            return
        if head == "ballots":
            if self.stated:
                raise wrong(number, "says ballots: a second time", "say it once")
            self.stated = _read_kind(items, number), number
            if self.gifts and self.decimals and self.begun < number:
                raise wrong(number, "says ballots: gifts after the first ballot", "put it before: those have decimals")
            return
        if head == "groups":
            self._begin_section(number, items)
            return
        if head in NUMBERS:
            if head in self.whole:
                raise wrong(number, "says {head}: a second time", "say it once", head=head)
            self.whole[head] = _read_number(head, items, number, self.decimals if head == "budget" else 0)
            if head == "decimals" and (self.begun < number or self.costs or "budget" in self.whole):
                raise wrong(number, "says decimals: after an amount of money", "put it first, so that every amount is read alike")
            return
        for item in items:
            if self.listed and item.name not in self.options:
                near = did_you_mean(item.name, list(self.options))
                raise wrong(number, "names {item!r}", "{near} (from the line options:)", item, item=item.name, near=near)
            self.options.setdefault(item.name, len(self.options))
        if head == "options" and self.begun < number:
            raise wrong(number, "says options: after the first ballot", "put it first, so that every ballot is checked against it")
        self.listed |= head == "options"
        if head in ("costs", "options"):
            named = set(self.costs) if head == "costs" else set[str]()
            for item in items:
                if item.name in named:
                    raise wrong(number, "names {item!r} again", "name each option once", item, item=item.name)
                named.add(item.name)
        if head == "costs":
            self.costs.update({item.name: _read_cost(item, self.decimals, number) for item in items})
        elif head != "options":
            self._add(number, _read_count(head, number, len(line) - len(line.lstrip()) + 1), items)

    def _begin_section(self, number: int, items: list[Item]) -> None:
        names = [item.name for item in items]
        for place, item in enumerate(items):
            if item.sign not in ("", ",") or item.points >= 0 or item.name in names[:place]:
                raise wrong(number, "names the group {item!r} wrongly", "write groups: climbers, chess, each once", item, item=item.name)
        self.sections.begin(number, names)

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
        figures = [_amount(item, self.decimals, number) if self.gifts else _points(item, number) for item in items if item.points >= 0]
        self.ballots.add(number, count, cells, figures if pointed else levels)

    def written(self) -> Written:
        """What all lines say together."""
        options, ballots, whole, costs = self.options, self.ballots, self.whole, self.costs
        if not options:
            raise refuse("election_wrong", "the election", "has no ballots and no options", "write lines such as 12: garden")
        kind, option_count = _kind(self.first, self.stated), len(options)
        check_size(ballots.rows, option_count)
        odd = min(self.twice, self.pointless if kind in NUMBERED else _NEVER)
        if odd < _NEVER:
            _, items = read_line(next(islice(_lines(self.text), odd - 1, None)), odd)
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
            whole.pop("decimals", 0),
            whole,
            self.sections.of(ballots.lines) if self.sections.numbers else None,
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


def _read_kind(items: list[Item], number: int) -> Kind:
    kind = next((kind for kind in KINDS if [(item.name, item.points) for item in items] == [(kind, -1)]), None)
    if kind is None:
        raise wrong(number, "names no kind of ballot", "write one of " + ", ".join(KINDS), items[0] if items else None)
    return kind


def _read_number(head: str, items: list[Item], number: int, decimals: int) -> int:
    if len(items) == 1 and items[0].points >= 0:
        raise wrong(number, "names two numbers after {head}:", "write it without spaces, such as {head}: 1000", items[0], head=head)
    whole, point, places = items[0].name.partition(".") if items else ("", "", "")
    scaled = places.ljust(decimals, "0")
    if (
        len(items) != 1
        or not is_whole(whole + places)
        or (point and not 0 < len(places) <= decimals)
        or len((whole + scaled).lstrip("0")) > 16
    ):
        raise wrong(
            number, "names no number after {head}:", "write a whole number, such as {head}: 3", items[-1] if items else None, head=head
        )
    if head == "seats" and not 1 <= int(items[0].name) <= OPTIONS_PER_POLL_MAX:
        raise wrong(
            number, "elects {name}", "give 1 to {options_per_poll_max}, such as seats: 3", items[0],
            name=items[0].name, options_per_poll_max=OPTIONS_PER_POLL_MAX,
        )  # fmt: skip
    if head == "decimals" and int(whole) > DECIMALS_MAX:
        raise wrong(number, "gives money {name} decimals", "give at most {most}", items[0], name=items[0].name, most=DECIMALS_MAX)
    return int(whole + scaled)


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


def _read_cost(item: Item, decimals: int, number: int) -> int:
    if item.points < 0:
        raise wrong(
            number, "names no cost after {item!r}", "write costs: garden 500, library 300, each amount without commas", item, item=item.name
        )
    cost = _amount(item, decimals, number)
    if cost > COST_MAX:
        raise wrong(
            number,
            "gives {item!r} a cost out of bounds",
            "give at most {most} of the smallest unit",
            item.at,
            item=item.name,
            most=COST_MAX,
        )
    return cost


def _points(item: Item, number: int) -> int:
    if item.places or item.points >= 10**DIGITS_MAX:
        raise not_whole(number, item, ", and gifts of money follow a line ballots: gifts")
    return item.points


def _amount(item: Item, decimals: int, number: int) -> int:
    """An amount of money in its smallest unit."""
    if item.places > decimals and not decimals:
        raise not_whole(number, item, f", unless a line before them says decimals: {min(item.places, DECIMALS_MAX)}")
    amount: int = item.points * 10 ** max(0, decimals - item.places)
    if item.places > decimals or amount > AMOUNT_MAX:
        way_out = "give at most {decimals} decimals" if item.places > decimals else "give at most {most} of the smallest unit"
        raise wrong(
            number, "gives {item!r} {amount}", way_out, item.at,
            item=item.name, amount=item.written, decimals=decimals, most=AMOUNT_MAX,
        )  # fmt: skip
    return amount


def _read_count(head: str | None, number: int, column: int) -> int:
    if head is None:
        return 1
    if not is_whole(head) or len(head) > 16 or not 1 <= int(head) <= POWER_TOTAL_MAX:
        words = ["options", "ballots", "costs", *NUMBERS]
        near = did_you_mean(head, words) if head.isalpha() else "or a word: " + ", ".join(words)
        raise wrong(number, "begins with {head!r}", "give a whole number of ballots from 1; {near}", column, head=head, near=near)
    return int(head)


def _kind(first: Mapping[Kind, int], stated: tuple[Kind, int] | None) -> Kind:
    """The kind of ballots that the signs on all lines imply, unless it is stated; rankings and other kinds may not be mixed in one file."""
    if "ranked" in first and len(first) > 1:
        others = min(number for kind, number in first.items() if kind != "ranked")
        number, other = max(first["ranked"], others), min(first["ranked"], others)
        raise wrong(
            number, "mixes > or = with commas or points{value}", "use one kind of ballot",
            value="" if number == other else f" (see line {other})",
        )  # fmt: skip
    kind: Kind = next((kind for kind in ("ranked", "cumulative", "approval") if kind in first), "single")
    if stated is None:
        return kind
    alike: Kind = "approval" if stated[0] == "knapsack" else "cumulative" if stated[0] in NUMBERED else stated[0]
    if kind not in (alike, "single"):
        raise wrong(
            first[kind], "is {kind}, and line {stated} says ballots: {stated_2}", "correct one of them",
            kind=kind, stated=stated[1], stated_2=stated[0],
        )  # fmt: skip
    return stated[0]


def _odd(items: list[Item], number: int) -> Refusal:
    """The refusal of a ballot that names an option twice, or otherwise one without points."""
    for place, item in enumerate(items):
        if item.name in [other.name for other in items[:place]]:
            return wrong(number, "names {again!r} twice", "name each option once", item, again=item.name)
    item = next(item for item in items if item.points < 0)
    return wrong(number, "gives {item!r} no points, where other ballots do", "add them, without commas", item, item=item.name)
