"""What one ballot says, as a line of text over option numbers.

    single: 3 · approval, knapsack: 1,4 · ranked: 2>1=4 · cumulative, score, quadratic: 3:5,9:4

Options are numbered from 1 in the order of the question. A choice has one spelling, which stands in the log; `read`
takes spaces and any order where order means nothing, and gives that spelling. An empty choice is a blank ballot.

>>> read(" 4, 1", "approval", 5)
'1,4'
>>> row("2>1=4", "ranked", 5)
[1, 0, 5, 1, 5]
"""

from __future__ import annotations

import re
from functools import lru_cache

from engine.elections.kinds import NUMBERED, Kind, spent
from engine.limits import CHOICE_TEXT_MAX, POINTS_PER_BALLOT_MAX
from engine.refusals import Refusal, refuse

_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_HOW: dict[Kind, tuple[tuple[int, str], ...]] = {
    "single": ((3, "3"), (1, "1")),
    **dict.fromkeys(("approval", "knapsack"), ((4, "1,4"), (2, "1,2"), (1, "1"))),
    "ranked": ((4, "2>1=4"), (2, "2>1"), (1, "1")),
    **dict.fromkeys(NUMBERED, ((9, "3:5,9:4"), (2, "1:5,2:4"), (1, "1:5"))),
}
"""Examples, each with how many options it takes."""


@lru_cache(maxsize=65_536)
def read(text: str, kind: Kind, options: int, named_max: int = 0, points_max: int = 0) -> str:
    """The one spelling of a choice among `options` options; at most `named_max` named, and `points_max` points, as
    the highest grade, or credits (0: any)."""
    if not isinstance(text, str) or len(text) > CHOICE_TEXT_MAX:
        raise _wrong(kind, "is not a short text", options)
    bare = "".join(text.split(" "))
    if not bare:
        return ""
    levels = [_level(part, kind, options) for part in bare.split(">")] if kind == "ranked" else [_level(bare, kind, options)]
    named = [option for level in levels for option, _ in level]
    if len(set(named)) != len(named):
        raise _wrong(kind, "names option {next} twice", options, next=next(one for one in named if named.count(one) > 1))
    if kind == "single" and len(named) > 1:
        raise _wrong(kind, "names {named_count} options", options, named_count=len(named))
    if named_max and len(named) > named_max:
        raise refuse(
            "choice_wrong", "the ballot", "names {named_count} options", "name at most {named_max}",
            named_count=len(named), named_max=named_max,
        )  # fmt: skip
    if kind in NUMBERED:
        used, bound = spent([amount for _, amount in levels[0]], kind), points_max or POINTS_PER_BALLOT_MAX
        if used > bound:
            word = {"score": "has a grade of {}", "quadratic": "costs {} credits"}.get(kind, "gives {} points")
            raise refuse("choice_wrong", "the ballot", "{format}", "at most {bound}", bound=bound, format=word.format(used))
    return _spell(levels, kind)


def row(choice: str, kind: Kind, options: int) -> list[int]:
    """A choice in its one spelling as a row of an election's table."""
    cells = [options if kind == "ranked" else 0] * options
    rank = 0
    for level in choice.split(">") if choice else ():
        members = level.split("=" if kind == "ranked" else ",")
        for item in members:
            number, _, amount = item.partition(":")
            cells[int(number) - 1] = rank if kind == "ranked" else int(amount or 1)
        rank += len(members)
    return cells


def _level(text: str, kind: Kind, options: int) -> list[tuple[int, int]]:
    items = []
    for item in text.split("=" if kind == "ranked" else ","):
        number, colon, amount = item.partition(":")
        scored = kind in NUMBERED
        if not _NUMBER.fullmatch(number) or bool(colon) != scored or (scored and not _NUMBER.fullmatch(amount)):
            raise _wrong(kind, "has {item!r} in it", options, item=item[:30])
        if int(number) > options:
            raise _wrong(kind, "names option {number}", options, number=number)
        items.append((int(number), int(amount) if scored else 1))
    return items


def _spell(levels: list[list[tuple[int, int]]], kind: Kind) -> str:
    if kind == "ranked":
        return ">".join("=".join(str(option) for option, _ in sorted(level)) for level in levels)
    return ",".join(f"{option}:{points}" if kind in NUMBERED else str(option) for option, points in sorted(levels[0]))


def _wrong(kind: Kind, fact: str, options: int, /, **values: object) -> Refusal:
    example = next((example for needed, example in _HOW[kind] if needed <= options), "")
    return refuse(
        "choice_wrong", "the ballot", fact, "this poll takes {kind} ballots such as {example}, with options from 1 to {options}",
        kind=kind, example=example, options=options, **values,
    )  # fmt: skip
