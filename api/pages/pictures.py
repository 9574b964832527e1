"""Pictures of a count, worked out as numbers: templates draw them as SVG in parts of a hundred, without a style attribute or a script.

What a picture cannot show truly it leaves out: where several options drop out at once, nobody knows from the figures whose ballots went
where, so that there is no ribbon between those rounds.

>>> options = [{"number": 1, "label": "garden"}, {"number": 2, "label": "library"}, {"number": 3, "label": "pool"}]
>>> def stage(votes, gained=(), gone=(), exhausted=0):
...     listed = [[{"option": option, "votes": number} for option, number in each] for each in (votes, gained)]
...     return {"action": "elimination" if gone else "first_preferences", "options": list(gone), "votes": listed[0], "gained": listed[1],
...             "exhausted": exhausted, "resting": 0, "lost": 0, "elected": [2] if gone else [], "quota": None, "tied": []}
>>> stages = [stage([(1, 4), (2, 3), (3, 3)]), stage([(1, 4), (2, 5)], [(2, 2)], [3], 1)]
>>> first, second = rounds(stages, options, [2])
>>> [(bar.label, bar.x, bar.width) for bar in second.bars]
[('2. library', 0.0, 50.0), ('1. garden', 50.0, 40.0), ('no further choice', 90.0, 10.0)]
>>> second.said, len(second.ribbons), second.half
('3. pool drops out', 4, 45.0)
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

Json = dict[str, Any]
ROUNDS_SHOWN = 8
"""Rounds in a picture: the first, and the last ones; the steps below it tell all."""
OPTIONS_SHOWN = 8
"""Options in a table of duels."""
NOBODY = 0
"""The number under which ballots stand that count for nobody."""


class Bar(NamedTuple):
    """A part of a round's line; `x` and `width` in hundredths of all votes."""

    label: str
    votes: str
    gained: str
    x: float
    width: float
    sort: str


class Round(NamedTuple):
    """One line of bars, the ribbons that lead to it, and where half of the votes still in the count ends, if that is what elects."""

    number: int
    said: str
    bars: list[Bar]
    ribbons: list[tuple[str, str]]
    half: float | None


def rounds(stages: Sequence[Json], options: Sequence[Json], winners: Sequence[int]) -> list[Round]:
    """The rounds to draw, whoever is elected in the end to the left; none where votes do not add up to the same in every stage. Of a
    tie one way on is drawn, and who is elected there need not be among the `winners`, whose bars have the strong colour."""
    held = [_held(stage) for stage in stages]
    totals = {sum(each.values()) for each in held}
    if len(stages) < 2 or len(totals) != 1 or not min(totals):
        return []
    total = totals.pop()
    elected = stages[-1]["elected"]
    lasted = {option: number for number, each in enumerate(held) for option in each}
    order = sorted(
        lasted, key=lambda option: (option == NOBODY, option not in elected, -lasted[option], -held[lasted[option]][option], option)
    )
    spans = [_spans(each, order, total) for each in held]
    called = {option["number"]: f"{option['number']}. {option['label']}" for option in options}
    chosen = range(len(stages)) if len(stages) <= ROUNDS_SHOWN else [0, *range(len(stages) - ROUNDS_SHOWN + 1, len(stages))]
    drawn = []
    for number in chosen:
        stage, previous = stages[number], number - 1 if number - 1 in chosen else None
        gained = {each["option"]: Fraction(each["votes"]) for each in stage["gained"]}
        bars = [
            Bar(
                "no further choice" if option == NOBODY else called[option],
                _plain(held[number][option]),
                f"+{_plain(gained[option])}" if gained.get(option, 0) > 0 else "",
                *span,
                "none" if option == NOBODY else "won" if option in winners else "lost",
            )
            for option, span in spans[number].items()
        ]
        ribbons = [] if previous is None else _ribbons(spans[previous], spans[number], winners)
        half = None if stage["quota"] is not None else _part(total - Fraction(stage["exhausted"]), 2 * total)
        drawn.append(Round(number + 1, _said(stage, called), bars, ribbons, half))
    return drawn


def _held(stage: Json) -> dict[int, Fraction]:
    """Everybody's votes, and those that count for nobody."""
    held = {each["option"]: Fraction(each["votes"]) for each in stage["votes"]}
    nobody = sum((Fraction(stage[name]) for name in ("exhausted", "resting", "lost")), Fraction(0))
    return held | ({NOBODY: nobody} if nobody else {})


def _spans(held: dict[int, Fraction], order: list[int], total: Fraction) -> dict[int, tuple[float, float]]:
    """Where each bar begins and how wide it is, one after the other; what counts for nobody ends at the right."""
    spans, at = {}, Fraction(0)
    for option in order:
        if votes := held.get(option):
            spans[option] = _part(at, total), _part(votes, total)
            at += votes
    return spans


def _ribbons(
    before: dict[int, tuple[float, float]], after: dict[int, tuple[float, float]], winners: Sequence[int]
) -> list[tuple[str, str]]:
    """Ribbons from the bars of one round to those of the next: what stays, and, if all that moves comes from one option, where it goes."""
    ribbons, stays = [], dict[int, float]()
    for option, (x, width) in after.items():
        stays[option] = min(width, before.get(option, (0, 0.0))[1])
        if stays[option]:
            ribbons.append((_ribbon(before[option][0], x, stays[option]), "stay won" if option in winners else "stay"))
    sources = [option for option, (_, width) in before.items() if width - stays.get(option, 0.0) > 0.001]
    if len(sources) == 1:
        at = before[sources[0]][0] + stays.get(sources[0], 0.0)
        for option, (x, width) in after.items():
            if (moved := width - stays[option]) > 0.001:
                ribbons.append((_ribbon(at, x + stays[option], moved), "move won" if option in winners else "move"))
                at += moved
    return ribbons


def _ribbon(start: float, end: float, width: float) -> str:
    """The path of a ribbon through a square of a hundred by a hundred."""
    right, far = round(start + width, 3), round(end + width, 3)
    start, end = round(start, 3), round(end, 3)
    return f"M{start} 0C{start} 50 {end} 50 {end} 100L{far} 100C{far} 50 {right} 50 {right} 0Z"


def _said(stage: Json, called: dict[int, str]) -> str:
    """What led to a round."""
    names = " and ".join(called[option] for option in stage["options"])
    several = len(stage["options"]) > 1
    return {
        "first_preferences": "first choices",
        "elimination": f"{names} {'drop' if several else 'drops'} out",
        "surplus": f"what {names} {'have' if several else 'has'} beyond the quota moves on",
        "election": f"{names} {'are' if several else 'is'} elected",
    }[stage["action"]]


def tied_in(stages: Sequence[Json]) -> list[int]:
    """The rounds in which options were tied for the next elimination."""
    return [number for number, stage in enumerate(stages, 1) if stage["tied"]]


def rounds_in_words(drawn: Sequence[Round]) -> str:
    """The picture for whoever does not see it."""
    return " ".join(f"Round {each.number}, {each.said}: {', '.join(f'{bar.label} {bar.votes}' for bar in each.bars)}." for each in drawn)


class Duel(NamedTuple):
    """How one option does against another: votes for and against, and how clear it is, 1 to 4; 0 where it is even."""

    ahead: int
    behind: int
    clear: int


class Duelist(NamedTuple):
    """One option's row: None stands where it would meet itself."""

    number: int
    label: str
    beats: int
    duels: list[Duel | None]


def duels(figures: Json, options: Sequence[Json], scores: Sequence[str]) -> list[Duelist]:
    """The options with the highest scores against each other.

    >>> figures = {"options": [2, 1], "ballots": [[0, 3], [6, 0]]}
    >>> [(row.label, row.beats, row.duels) for row in duels(figures, [{"number": 1, "label": "garden"}, {"number": 2, "label": "pool"}], ["1", "0"])]
    [('garden', 1, [None, Duel(ahead=6, behind=3, clear=4)]), ('pool', 0, [Duel(ahead=3, behind=6, clear=4), None])]
    """
    place = {number: each for each, number in enumerate(figures["options"])}
    ballots = figures["ballots"]
    best = sorted((option["number"] for option in options), key=lambda number: (-Fraction(scores[number - 1]), number))[:OPTIONS_SHOWN]
    most = (
        max((abs(ballots[place[one]][place[other]] - ballots[place[other]][place[one]]) for one in best for other in best), default=0) or 1
    )
    rows = []
    for one in best:
        row: list[Duel | None] = []
        for other in best:
            ahead, behind = ballots[place[one]][place[other]], ballots[place[other]][place[one]]
            row.append(None if one == other else Duel(ahead, behind, -(-4 * abs(ahead - behind) // most)))
        beats = sum(duel is not None and duel.ahead > duel.behind for duel in row)
        rows.append(Duelist(one, options[one - 1]["label"], beats, row))
    return rows


class Grading(NamedTuple):
    """One option's grades, the best first: (grade, ballots, where its bar begins, how wide it is, how strong its colour)."""

    number: int
    label: str
    middle: int
    parts: list[tuple[int, int, float, float, float]]


def grades(figures: Sequence[Json], options: Sequence[Json], winners: Sequence[int]) -> list[Grading]:
    """Every option's grades side by side, the winners first, then the highest middle grade; half of the ballots end at 50.

    >>> figures = [{"option": 1, "middle": 2, "counts": [{"grade": 0, "ballots": 1}, {"grade": 2, "ballots": 3}]}]
    >>> grades(figures, [{"number": 1, "label": "garden"}], [1])[0].parts
    [(2, 3, 0.0, 75.0, 1.0), (0, 1, 75.0, 25.0, 0.08)]
    """
    highest = max((count["grade"] for each in figures for count in each["counts"]), default=0) or 1
    rows = []
    for each in sorted(figures, key=lambda each: (each["option"] not in winners, -each["middle"], each["option"])):
        counts, parts, at = sorted(each["counts"], key=lambda count: -count["grade"]), [], 0
        total = sum(count["ballots"] for count in counts) or 1
        for count in counts:
            strong = round(0.08 + 0.92 * count["grade"] / highest, 2)
            parts.append((count["grade"], count["ballots"], _part(at, total), _part(count["ballots"], total), strong))
            at += count["ballots"]
        rows.append(Grading(each["option"], options[each["option"] - 1]["label"], each["middle"], parts))
    return rows


def whole(number: str | int) -> int:
    """An amount without its fraction of the smallest unit: what is left must not look like more than it is.

    >>> whole("29/3")
    9
    """
    return int(Fraction(number))


def part(number: str | int, total: str | int) -> float:
    """In hundredths of the whole; all of it where the whole is nothing.

    >>> part("5/2", 10), part(0, 0)
    (25.0, 100.0)
    """
    return _part(Fraction(number), Fraction(total)) if Fraction(total) else 100.0


def _part(number: Fraction | int, total: Fraction | int) -> float:
    """In hundredths of the whole, for drawing."""
    return round(float(100 * Fraction(number) / Fraction(total)), 3)


def _plain(number: Fraction) -> str:
    """Votes for reading: whole, or to two places."""
    return f"{number.numerator:,}" if number.denominator == 1 else f"{float(number):,.2f}"
