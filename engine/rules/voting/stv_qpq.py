"""Seats go one by one to the option with the most votes for each seat that its voters would have with it, if that exceeds the quota.

Quota preferential by quotient (QPQ): every ballot counts for the highest hopeful option on it, and carries the part of a
seat that it has won so far. An option's quotient is its ballots / (1 + what they carry), as in d'Hondt's rule; the quota
is the ballots that name somebody hopeful / (1 + seats − what all other ballots carry). The highest quotient is elected if
it is more than the quota, and its ballots then carry 1 / quotient each; otherwise the lowest is eliminated and, with
`restart`, the count begins anew without it. For one seat this is instant runoff. Of equals, the latest stage at which
their quotients differed decides, otherwise whoever is listed first is elected and whoever is listed last eliminated, and
that tie is reported. Also called quotient STV. Source: Woodall 2003 (Voting matters 17), after Salmi.

>>> outcome = tally("stv_qpq", Election.read("4: castor > pollux\\n2: helen"), seats=2)
>>> outcome.winners
('castor', 'helen')
>>> print("\\n".join(outcome.steps))
6 votes for 2 seats
stage 1: the quota is 2, and castor is elected: castor 4, helen 2
stage 2: the quota is 2, and pollux drops out: castor 4, pollux 2, helen 2
as many are left as seats: castor and helen elected
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from engine.elections import counting, work
from engine.elections.committees import check_seats
from engine.elections.election import Array, Election
from engine.elections.figures import Action, Figures, Happened, staged
from engine.elections.numbers import write_number
from engine.elections.outcome import Outcome, Step, Votes
from engine.rules import voting_rule
from engine.rules.voting.stv import ONE
from engine.rules.voting.stv._count import standing
from engine.values import Positive


@voting_rule(
    ballot="ranked",
    strict=True,
    elects="several",
    scores="votes for each seat, in the last stage",
    work=work.divided,
    promises={"anonymity", "neutrality", "solid_coalitions"},
)
def stv_qpq(election: Election, *, seats: Positive = ONE, restart: bool = True) -> Outcome:
    check_seats(election, seats)
    count = Count(election, seats, restart).run()
    options = election.options

    def explain() -> list[Step]:
        lines = [Step("{votes} {votes:vote|votes} for {seats} {seats:seat|seats}", votes=count.valid, seats=seats)]
        for number, stage in enumerate(count.stages, 1):
            text = "stage {number}: the quota is {quota}, and {option} " + ("is elected" if stage.elects else "drops out") + ": {quotients}"
            quota, quotients = Votes(stage.quota), standing(options, stage.quotients, None)
            lines.append(Step(text, number=number, quota=quota, option=options[stage.place], quotients=quotients))
        if not count.stages or not count.stages[-1].elects:
            names = [options[place] for place in sorted(count.elected)]
            lines.append(Step("as many are left as seats: {names} elected", names=names))
        return lines

    return Outcome(
        rule="",
        winners=tuple(options[place] for place in sorted(count.elected)),
        scores=dict(zip(options, count.quotients, strict=True)),
        ties=tuple(dict.fromkeys(tuple(options[place] for place in tie) for tie in count.ties)),
        explain=explain,
        certify=lambda: [
            [str(write_number(stage.quota)), stage.place, [str(write_number(each)) for each in stage.quotients]] for stage in count.stages
        ],
        figures=lambda: _figures(options, count),
    )


def _figures(options: tuple[str, ...], count: Count) -> Figures:
    """The quotients of every stage with what the one before led to, and those that the last one led to."""
    happened, elected, last = list[Happened](), list[tuple[int, ...]](), Stage(Fraction(0), [], -1, False, ())
    none = Fraction(0)
    for stage in [*count.stages, Stage(count.stages[-1].quota if count.stages else none, count.quotients, -1, False, tuple(count.elected))]:
        action: Action = "first_preferences" if last.place < 0 else "election" if last.elects else "elimination"
        happened.append((action, () if last.place < 0 else (last.place,), stage.quotients, none, none, stage.quota or None))
        elected.append(stage.elected)
        last = stage
    return staged(options, happened, elected)


class Stage(NamedTuple):
    """Who is elected or drops out, by which quota and whose quotients; of those elected before, the one they were elected with."""

    quota: Fraction
    quotients: list[Fraction]
    place: int
    elects: bool
    elected: tuple[int, ...]
    """All elected by then; whoever drops out may set that back."""


@dataclass
class Count:
    """One count of the `valid` votes; `run` fills `stages`, `elected`, and `ties` that only the order of listing decided."""

    election: Election
    seats: int
    restart: bool
    stages: list[Stage] = field(default_factory=list)
    elected: list[int] = field(default_factory=list)
    ties: list[tuple[int, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        valid = self.election.orders[:, 0] >= 0  # a blank paper counts for nothing, nor for the quota
        self._orders, self._weights = self.election.orders[valid], self.election.weights[valid]
        self.valid, self._option_count = int(self._weights.sum()), len(self.election.options)
        self._in = set(range(self._option_count))
        """Whoever has not dropped out."""
        self._first = self._orders[:, 0].copy()
        """The highest of them on each ballot; -1 for nobody."""
        self.quotients, self._known = [Fraction(0)] * self._option_count, dict[Fraction, Fraction]()
        self._rank = [0] * self._option_count
        self._begin()

    def run(self) -> Count:
        while len(self.elected) < self.seats:
            if len(self._in) <= self.seats:
                self.elected = sorted(self._in)
                break
            quota = Fraction(self._active, 1) / (1 + self.seats - self._spent)
            highest = self._best(most=True)
            if self.quotients[highest] > quota:
                self._note(quota, highest, True)
                self._elect(highest)
            else:
                lowest = self._best(most=False)
                self._note(quota, lowest, False)
                self._drop(lowest)
        return self

    def _begin(self) -> None:
        """Nobody is elected yet, and no ballot carries anything."""
        self.elected, self._hopeful = [], set(self._in)
        self._top = self._first.copy()
        self._class, self._carried = np.zeros(len(self._orders), np.int64), [Fraction(0)]
        """What a ballot carries is that of its class: ballots that helped to elect the same option last are one."""
        self._votes = counting.tallied(self._top, self._weights, self._option_count).tolist()
        self._parts = [Fraction(0)] * self._option_count
        """What each option's ballots carry together."""
        self._active, self._spent = sum(self._votes), Fraction(0)
        self._keys = [0] * self._option_count
        for place in self._in:
            self._divide(place)

    def _divide(self, place: int) -> None:
        """The quotient, and its whole part in units so small that only quotients that share it have to be compared in full;
        equal quotients are one object, which compares at once."""
        quotient = self._votes[place] / (1 + self._parts[place])
        self.quotients[place] = self._known.setdefault(quotient, quotient)
        self._keys[place] = (quotient.numerator << 64) // quotient.denominator

    def _standing(self, place: int) -> tuple[int, Fraction, int]:
        """Who is ahead of whom: by the quotient, otherwise as at the stage before."""
        return self._keys[place], self.quotients[place], self._rank[place]

    def _best(self, most: bool) -> int:
        extreme = (max if most else min)(map(self._standing, self._hopeful))
        close = sorted(place for place in self._hopeful if self._standing(place) == extreme)
        if len(close) > 1:
            self.ties.append(tuple(close))
        return close[0] if most else close[-1]

    def _note(self, quota: Fraction, place: int, elects: bool) -> None:
        elected = (*self.elected, place) if elects else tuple(self.elected)
        self.stages.append(Stage(quota, list(self.quotients), place, elects, elected))
        standings = [self._standing(each) for each in range(self._option_count)]
        order, rank = sorted(range(self._option_count), key=standings.__getitem__), 0
        for before, each in pairwise(order):
            self._rank[before] = rank
            rank += standings[before] != standings[each]
        self._rank[order[-1]] = rank

    def _elect(self, place: int) -> None:
        self.elected.append(place)
        self._hopeful.remove(place)
        rows = np.flatnonzero(self._top == place)
        self._carried.append(1 / self.quotients[place])
        self._class[rows] = len(self._carried) - 1
        self._pass_on(rows)

    def _drop(self, place: int) -> None:
        self._in.remove(place)
        self._hopeful.remove(place)
        self._votes[place], self._parts[place] = 0, Fraction(0)
        self._divide(place)
        first = np.flatnonzero(self._first == place)
        self._first[first] = self._highest(first, self._in)
        if self.restart and len(self._in) > self.seats:
            self._begin()
        else:
            self._pass_on(np.flatnonzero(self._top == place))

    def _pass_on(self, rows: Array) -> None:
        """Ballots go to the next hopeful option on them, with what they carry."""
        self._top[rows] = self._highest(rows, self._hopeful)
        width = self._option_count + 1
        cells = self._class[rows] * width + np.where(self._top[rows] < 0, width - 1, self._top[rows])
        kinds, place_of = np.unique(cells, return_inverse=True)
        weights = np.zeros(len(kinds), np.int64)
        np.add.at(weights, place_of.reshape(-1), self._weights[rows])
        for cell, weight in zip(kinds.tolist(), weights.tolist(), strict=True):
            part = weight * self._carried[cell // width]
            if (place := cell % width) < self._option_count:
                self._votes[place] += weight
                self._parts[place] += part
            else:
                self._active -= weight
                self._spent += part
        for place in {cell % width for cell in kinds.tolist()} - {self._option_count}:
            self._divide(place)

    def _highest(self, rows: Array, some: Sequence[int] | set[int]) -> Array:
        """The highest of some options on each of these ballots; -1 where it names none."""
        stays = np.zeros(self._option_count + 1, np.bool_)
        stays[[*some, -1]] = True
        orders = self._orders[rows]
        tops: Array = orders[np.arange(len(rows)), stays[orders].argmax(axis=1)]
        tops[~stays[tops]] = -1
        return tops
