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
>>> written.kind, written.options, written.weights
('approval', ('garden', 'library', 'pool'), [40, 3])
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from engine.catalogue import did_you_mean
from engine.elections.kinds import KINDS, NUMBERED, Kind
from engine.elections.size import check_size
from engine.limits import OPTIONS_PER_POLL_MAX, POWER_TOTAL_MAX
from engine.refusals import Refusal, refuse

_TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([>=,:])|([^\s>=,:"#]+)|(#.*)|(.))')

NUMBERS = ("budget", "seats", "eligible", "active")
"""Words before a colon with one number after it."""


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
    weights: list[int]
    costs: list[int] | None
    budget: int | None
    beside: dict[str, int]


def read(text: str) -> Written:
    """The ballots that lines of text stand for; refused naming the line and what is wrong with it."""
    options: dict[str, int] = {}
    ballots: list[tuple[int, int, list[Item]]] = []
    """Line, how often cast, and what stands on it."""
    costs: dict[str, int] = {}
    whole: dict[str, int] = {}
    stated: tuple[Kind, int] | None = None
    listed = False
    for number, line in enumerate(text.splitlines(), 1):
        head, items = _read_line(line, number)
        if head is None and not items:
            continue
        if head == "ballots":
            if stated:
                raise _wrong(number, "says ballots: a second time", "say it once")
            stated = _read_kind(items, number), number
            continue
        if head in NUMBERS:
            if head in whole:
                raise _wrong(number, "says {head}: a second time", "say it once", head=head)
            whole[head] = _read_number(head, items, number)
            continue
        for item in items:
            if listed and item.name not in options:
                near = did_you_mean(item.name, list(options))
                raise _wrong(number, "names {item!r}", "{near} (from the line options:)", item, item=item.name, near=near)
            options.setdefault(item.name, len(options))
        if head == "options" and ballots:
            raise _wrong(number, "says options: after the first ballot", "put it first, so that every ballot is checked against it")
        listed |= head == "options"
        if head in ("costs", "options"):
            named = set(costs) if head == "costs" else set[str]()
            for item in items:
                if item.name in named:
                    raise _wrong(number, "names {item!r} again", "name each option once", item, item=item.name)
                named.add(item.name)
        if head == "costs":
            costs.update({item.name: _read_cost(item, number) for item in items})
        elif head != "options":
            ballots.append((number, _read_count(head, number, len(line) - len(line.lstrip()) + 1), items))
    if not options:
        raise refuse("election_wrong", "the election", "has no ballots and no options", "write lines such as 12: garden")
    kind, option_count = _kind(ballots, stated), len(options)
    check_size(len(ballots), option_count)
    rows = np.empty((len(ballots), option_count), np.int64 if kind in NUMBERED else np.int16)
    for row, (number, _, items) in zip(rows, ballots, strict=True):
        row[:] = _row(number, items, kind, options, option_count)
    _check_turnout(whole, sum(count for _, count, _ in ballots))
    if costs or "budget" in whole:
        _check_costs(options, costs)
    return Written(
        tuple(options),
        kind,
        rows,
        [count for _, count, _ in ballots],
        [costs[name] for name in options] if costs else None,
        whole.pop("budget", None),
        whole,
    )


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
        elif word is not None and word.isdecimal() and items[-1].points < 0 and len(word) <= 16:
            items[-1] = items[-1]._replace(points=int(word))
        else:
            raise _side_by_side(number, items, word or quoted, match.end() - len(match[0].lstrip()) + 1)
    if fresh and items:
        raise _wrong(number, "ends with {sign}", "name an option after it", sign=sign)
    return head, items


def _side_by_side(number: int, items: list[Item], other: str, column: int) -> Refusal:
    """Two names without a sign between them: what they look like shows what was meant; the second begins at `column`."""
    name = items[-1].name
    if len(items) == 1 and name.isdecimal():
        return _wrong(number, "has no colon after {name}", "write {name}: and then the ballot", column, name=name)
    if other[-1:].isdecimal() and re.fullmatch(r"-?[0-9]*(?:\.[0-9]+)?", other):
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
    if len(items) != 1 or not items[0].name.isdecimal() or len(items[0].name) > 16:
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
    if not head.isdecimal() or len(head) > 16 or not 1 <= int(head) <= POWER_TOTAL_MAX:
        words = ["options", "ballots", "costs", *NUMBERS]
        near = did_you_mean(head, words) if head.isalpha() else "or a word: " + ", ".join(words)
        raise _wrong(number, "begins with {head!r}", "give a whole number of ballots from 1; {near}", column, head=head, near=near)
    return int(head)


def _kind(ballots: list[tuple[int, int, list[Item]]], stated: tuple[Kind, int] | None) -> Kind:
    """The kind of ballots that the signs on all lines imply, unless it is stated; rankings and other kinds may not be mixed in one file."""
    first: dict[Kind, int] = {}
    for number, _, items in ballots:
        signs = {item.sign for item in items}
        if signs & {">", "="}:
            first.setdefault("ranked", number)
        if any(item.points >= 0 for item in items):
            first.setdefault("cumulative", number)
        elif "," in signs:
            first.setdefault("approval", number)
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


def _row(number: int, items: list[Item], kind: Kind, options: dict[str, int], option_count: int) -> list[int]:
    if len({item.name for item in items}) != len(items):
        again = next(item for place, item in enumerate(items) if item.name in [other.name for other in items[:place]])
        raise _wrong(number, "names {again!r} twice", "name each option once", again, again=again.name)
    row = [option_count if kind == "ranked" else 0] * option_count
    rank = 0
    for place, item in enumerate(items):
        if kind == "ranked":
            rank = place if item.sign == ">" else rank
            row[options[item.name]] = rank
        elif kind in NUMBERED:
            if item.points < 0:
                raise _wrong(number, "gives {item!r} no points, where other ballots do", "add them, without commas", item, item=item.name)
            row[options[item.name]] = item.points
        else:
            row[options[item.name]] = 1
    return row


def _wrong(number: int, fact: str, way_out: str, where: Item | int | None = None, /, **values: object) -> Refusal:
    """A refusal of a line; `where` is the item or the column that is wrong, or None if it is the line as a whole."""
    column = where.column if isinstance(where, Item) else where
    return refuse(
        "election_wrong", "line {at_line}" + (", column {at_column}" if column else ""), fact, way_out,
        at_line=number, at_column=column, **values,
    )  # fmt: skip
