"""What a picture of a count needs beside its scores: rounds with who gained what, runoffs, duels, grades, what was left in purses, gifts.

None of it is part of a rule's digest: it says in another way how the count went. Options go by their names.

>>> stage = Stage("elimination", ("pool",), {"garden": 4, "library": 5}, {"library": 2}, elected=("library",))
>>> Figures(stages=(stage,)).as_json()["stages"][0]["gained"]
[{'option': 'library', 'votes': 2}]
>>> Figures().as_json()
{}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from engine.elections.numbers import Number, in_json

Action = Literal["first_preferences", "elimination", "surplus", "election"]
"""What led to a stage: nothing yet; options dropped out; what some have beyond the quota moved on; some were elected."""
Called = Callable[[str], Any]
"""What an option is called where figures are shown: by its name, or by its number in a poll."""


class Stage(NamedTuple):
    """One round or stage, after what happened to `options`: everybody's votes, and who `gained` how many since the stage before.

    `exhausted` votes name nobody who is left, `resting` ones several equally, `lost` ones were cut off by rounding. `elected` are all
    elected by then. `quota`: what elects, if the rule has one. `tied`: who was tied for the next elimination, if several were; of the
    ways on, one is shown.
    """

    action: Action
    options: tuple[str, ...]
    votes: Mapping[str, Number]
    gained: Mapping[str, Number]
    exhausted: Number = 0
    resting: Number = 0
    lost: Number = 0
    elected: tuple[str, ...] = ()
    quota: Number | None = None
    tied: tuple[str, ...] = ()

    def as_json(self, called: Called) -> dict[str, Any]:
        return {
            "action": self.action,
            "options": list(map(called, self.options)),
            "votes": _listed(self.votes, called),
            "gained": _listed(self.gained, called),
            "exhausted": in_json(self.exhausted),
            "resting": in_json(self.resting),
            "lost": in_json(self.lost),
            "elected": list(map(called, self.elected)),
            "quota": None if self.quota is None else in_json(self.quota),
            "tied": list(map(called, self.tied)),
        }


class Runoff(NamedTuple):
    """How many ballots put one of two ahead of the other, and how many put them equal."""

    one: str
    other: str
    for_one: int
    for_other: int
    equal: int

    def as_json(self, called: Called) -> dict[str, Any]:
        return self._asdict() | {"one": called(self.one), "other": called(self.other)}


class Grades(NamedTuple):
    """How often each grade was given to an option, ascending, and the grade in the middle."""

    option: str
    middle: int
    counts: Mapping[int, int]

    def as_json(self, called: Called) -> dict[str, Any]:
        counts = [{"grade": grade, "ballots": count} for grade, count in self.counts.items()]
        return {"option": called(self.option), "middle": self.middle, "counts": counts}


class Purse(NamedTuple):
    """An option that supporters did not buy together: how much they had `left` at the end, of what it costs."""

    option: str
    left: Number
    cost: int

    def as_json(self, called: Called) -> dict[str, Any]:
        return {"option": called(self.option), "left": in_json(self.left), "cost": self.cost}


class BetterOff(NamedTuple):
    """How many voters are better off under an outcome than under its rival, by the rule's own comparison, and the other way round."""

    compared_by: str
    ours: int
    theirs: int
    rival: tuple[str, ...]

    def as_json(self, called: Called) -> dict[str, Any]:
        return self._asdict() | {"rival": list(map(called, self.rival))}


class Gift(NamedTuple):
    """What was given to an option, by how many; its claim on the pool, and what it is paid."""

    option: str
    givers: int
    given: int
    claim: Number
    paid: int

    def as_json(self, called: Called) -> dict[str, Any]:
        return {name: value if name == "option" else in_json(value) for name, value in self._asdict().items()} | {
            "option": called(self.option)
        }


@dataclass(frozen=True)
class Figures:
    """Those that a rule has; `duels` says how many ballots rank the row above the column, in the order of `options`."""

    stages: tuple[Stage, ...] = ()
    runoffs: tuple[Runoff, ...] = ()
    grades: tuple[Grades, ...] = ()
    purses: tuple[Purse, ...] = ()
    better_off: BetterOff | None = None
    gifts: tuple[Gift, ...] = ()
    options: tuple[str, ...] = ()
    duels: Sequence[Sequence[int]] = ()

    def as_json(self, called: Called = str) -> dict[str, Any]:
        """Those there are, options as they are `called`."""
        parts: dict[str, Sequence[Stage | Runoff | Grades | Purse | Gift]] = {
            "stages": self.stages, "runoffs": self.runoffs, "grades": self.grades, "purses": self.purses, "gifts": self.gifts,
        }  # fmt: skip
        shown: dict[str, Any] = {name: [each.as_json(called) for each in part] for name, part in parts.items() if part}
        if self.better_off is not None:
            shown["better_off"] = self.better_off.as_json(called)
        if self.duels:
            shown["duels"] = {"options": list(map(called, self.options)), "ballots": [list(row) for row in self.duels]}
        return shown


Happened = tuple[Action, tuple[int, ...], Sequence[Number], Number, Number, Number | None]
"""A stage by places: the action and whom it is about; everybody's votes after it, exhausted and lost ones; the quota."""


def staged(options: Sequence[str], happened: Sequence[Happened], elected: Sequence[tuple[int, ...]] | None = None) -> Figures:
    """Stages in the order in which they happened; whoever has dropped out is left out once her votes have moved on;
    `elected`, stage by stage, where being elected is no action of its own.

    >>> figures = staged(["castor", "helen"], [("first_preferences", (), [3, 2], 0, 0, 3), ("elimination", (1,), [4, 0], 1, 0, 3)])
    >>> figures.stages[1].votes, figures.stages[1].gained, figures.stages[1].exhausted
    ({'castor': 4}, {'castor': 1}, 1)
    """
    out, won, before, stages = set[int](), list[int](), dict[str, Number](), list[Stage]()
    for number, (action, places, votes, exhausted, lost, quota) in enumerate(happened):
        out |= set(places) if action == "elimination" else set()
        won += places if action == "election" else ()
        now = {name: votes[place] for place, name in enumerate(options) if place not in out or votes[place]}
        by_now = tuple(dict.fromkeys(won)) if elected is None else elected[number]
        stages.append(
            Stage(
                action,
                tuple(options[place] for place in places),
                now,
                changes(before, now) if number else {},
                exhausted=exhausted,
                lost=lost,
                elected=tuple(options[place] for place in by_now),
                quota=quota,
            )
        )
        before = dict(now)
    return Figures(stages=tuple(stages))


def changes(before: Mapping[str, Number], after: Mapping[str, Number]) -> dict[str, Number]:
    """What each of those left has more, or less, than before; whoever has the same is left out.

    >>> changes({"garden": 4, "library": 3, "pool": 2}, {"garden": 4, "library": 5})
    {'library': 2}
    """
    return {name: votes - before.get(name, 0) for name, votes in after.items() if votes != before.get(name, 0)}


def _listed(numbers: Mapping[str, Number], called: Called) -> list[dict[str, Any]]:
    return [{"option": called(name), "votes": in_json(number)} for name, number in numbers.items()]
