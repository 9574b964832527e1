"""The count that Meek's and Warren's transferable votes share: what each elected option keeps of every paper.

At first everybody keeps all of what reaches them. Whoever exceeds the quota keeps less, just enough to hold it, and the
rest of each paper goes on to the next option on it; whoever drops out keeps nothing, and every paper is read anew as if
that option had never stood. With Meek, an elected option keeps the same fraction of whatever reaches it; with Warren,
the same amount of every paper. Keep values are found by giving each option the one that would hold the quota if nothing
else changed (Meek: keep × quota / votes; Warren: the level up to which what reaches it fills the quota), until all
surpluses together are below a bound. Sources: Hill, Wichmann & Woodall 1987 (algorithm 123); Warren 1994; the reference
rule of the Proportional Representation Foundation; New Zealand's Local Electoral Regulations 2001, schedule 1A.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from engine.elections.arrays import INT64_MAX, Array
from engine.elections.committees import check_seats
from engine.elections.election import Election
from engine.elections.figures import Action, staged
from engine.elections.numbers import write_number
from engine.elections.outcome import Outcome, Step, Value, Votes, listing
from engine.elections.work import Meter
from engine.limits import WORK_STEP
from engine.refusals import refuse
from engine.rules.voting.stv._count import EXACT_BITS_MAX, EXACT_UNITS

ROUNDS_MAX = 100_000


@dataclass(frozen=True)
class Law:
    """How keep values are counted. `decimals` None is exact (except that a keep value too long to write down is rounded
    up to sixty decimals); otherwise every product and quotient is rounded up to that many decimals, and the quota is
    votes / (seats + 1) truncated there, plus one unit.

    `still`: surpluses below it are ignored. `warren`: an amount of each paper is kept, not a fraction. `hopeless`:
    whoever stays below the next even with all surpluses drops out at once. `first`: of equals, whoever was behind when
    votes were first counted so that they differed drops out; otherwise at the latest stage at which they did.
    """

    decimals: int | None
    still: Fraction
    warren: bool = False
    hopeless: bool = False
    first: bool = False


class Stage(NamedTuple):
    """What happened, as a sentence and as an action about some options, and with what: the quota, everybody's votes and keep values,
    and what nobody keeps."""

    what: Step
    action: Action
    places: tuple[int, ...]
    quota: Fraction
    votes: list[Fraction]
    keeps: list[Fraction]
    exhausted: Fraction


@dataclass
class Count:
    """One count; `run` fills `stages`, `elected` in the order of election, and `ties` that only the order of listing decided."""

    election: Election
    seats: int
    law: Law
    stages: list[Stage] = field(default_factory=list)
    elected: list[int] = field(default_factory=list)
    ties: list[tuple[int, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        option_count = len(self.election.options)
        check_seats(self.election, self.seats)
        valid = self.election.orders[:, 0] >= 0  # a blank paper counts for nothing, nor for the quota
        self._orders, self._weights = self.election.orders[valid], self.election.weights[valid]
        self.valid = int(self._weights.sum())
        self.one = 1 if self.law.decimals is None else 10**self.law.decimals
        """What a whole vote is in the units that are counted in."""
        self.hopeful = set(range(option_count))
        self._keep: list[Fraction] = [Fraction(self.one)] * option_count
        self._counted = list[list[Fraction]]()
        """The votes each time that they were counted, for a law that asks when equals first differed."""
        self._meter = Meter("count it by stv")
        self._papers = _Papers(self._orders, self._weights, self.law.warren, self.one, exact=self.law.decimals is None)

    def run(self) -> Count:
        self._distribute()
        for _ in range(ROUNDS_MAX):
            if len(self.elected) + len(self.hopeful) <= self.seats or len(self.elected) == self.seats:
                break
            if not self._settle():
                self._drop()
        if len(self.elected) < self.seats and self.hopeful:
            last = sorted(self.hopeful, key=lambda place: (-self.votes[place], place))
            self.elected += last
            self.hopeful.clear()
            self._note(Step("as many are left as seats: {names} elected", names=self._names(last)), "election", last)
        return self

    def _settle(self) -> bool:
        """Repeat until somebody is elected (True) or surpluses are none (False)."""
        before: Fraction | None = None
        for _ in range(ROUNDS_MAX):
            self._distribute()
            if self.law.first:
                self._counted.append(self.votes)
            won = [place for place in self.hopeful if self._reaches(self.votes[place])]
            if won:
                self._elect(won)
                return True
            surplus = self._surplus()
            if surplus < self.law.still * self.one or (self.law.hopeless and self._is_hopeless(surplus)):
                return False
            if before is not None and surplus >= before and self.law.decimals is not None and not self.law.warren:
                return False  # the reference rule for Meek: no fewer decimals tell any more
            before, kept = surplus, list(self._keep)
            for place in self.elected:
                self._keep[place] = self._lowered(place)
            if kept == self._keep:
                return False
        raise refuse(
            "too_large", "the count", "has keep values that do not settle in {rounds_max} repetitions", "count it by stv",
            rounds_max=ROUNDS_MAX,
        )  # fmt: skip

    def _elect(self, won: list[int]) -> None:
        won = sorted(won, key=lambda place: (-self.votes[place], place))[: self.seats - len(self.elected)]
        self.elected += won
        self.hopeful -= set(won)
        self._note(Step("{names} elected", names=self._names(won)), "election", won)

    def _drop(self) -> None:
        fewest = min(self.votes[place] for place in self.hopeful)
        within = Fraction(0) if self.law.hopeless or self.law.decimals is None else self._surplus()
        place = self._last_of([each for each in sorted(self.hopeful) if self.votes[each] <= fewest + within])
        self.hopeful.remove(place)
        self._keep[place] = Fraction(0)
        self._distribute()
        self._note(Step("{names} drops out", names=self._names([place])), "elimination", [place])

    def _distribute(self) -> None:
        """Everybody's votes with the present keep values, and the quota that follows from the votes kept."""
        self.votes = self._papers.votes(self._keep)
        self._meter.spend(self._papers.work + WORK_STEP * 100 * len(self._keep))
        kept = sum(self.votes, Fraction(0))
        self.exhausted = self.valid * self.one - kept
        share = kept / (self.seats + 1)
        self.quota = share if self.law.decimals is None else Fraction(share.numerator // share.denominator + 1)

    def _reaches(self, votes: Fraction) -> bool:
        return votes > self.quota if self.law.decimals is None else votes >= self.quota

    def _surplus(self) -> Fraction:
        return sum((max(Fraction(0), self.votes[place] - self.quota) for place in self.elected), Fraction(0))

    def _is_hopeless(self, surplus: Fraction) -> bool:
        order = sorted(self.votes[place] for place in self.hopeful)
        return len(order) > 1 and order[0] + surplus < order[1]

    def _lowered(self, place: int) -> Fraction:
        """The keep value that holds the quota if nothing else changes. Exact ones never rise, because votes only come while
        others keep less; those of Meek's statutes are what their formula gives, which may be a unit more, but never a whole
        vote and a unit."""
        keep, votes = self._keep[place], self.votes[place]
        if self.law.decimals is not None and not self.law.warren:
            return min(Fraction(self.one), Fraction(_up(_up(int(keep) * int(self.quota), self.one) * self.one, int(votes))))
        if votes <= self.quota:
            return keep
        if self.law.decimals is None:
            lowered = min(keep, self._papers.level(place, self.quota) if self.law.warren else keep * self.quota / votes)
            if lowered.denominator.bit_length() > EXACT_BITS_MAX:
                lowered = min(keep, Fraction(_up(lowered.numerator * EXACT_UNITS, lowered.denominator), EXACT_UNITS))
            return lowered
        level = self._papers.level(place, self.quota)
        return min(keep, Fraction(_up(level.numerator, level.denominator)))

    def _note(self, what: Step, action: Action, places: list[int]) -> None:
        units = [[value / self.one for value in values] for values in (self.votes, self._keep)]
        self.stages.append(Stage(what, action, tuple(places), self.quota / self.one, units[0], units[1], self.exhausted / self.one))

    def _names(self, places: list[int]) -> list[str]:
        return [self.election.options[place] for place in places]

    def _last_of(self, tied: list[int]) -> int:
        """Which of equals drops out: whoever was behind at the stage at which they differed; otherwise whoever is listed last."""
        left = tied
        for votes in self._counted if self.law.first else [stage.votes for stage in reversed(self.stages)]:
            fewest = min(votes[place] for place in left)
            left = [place for place in left if votes[place] == fewest]
            if len(left) == 1:
                return left[0]
        if len(left) > 1:
            self.ties.append(tuple(left))
        return max(left)


class _Papers:
    """Papers, and how they are shared out among the options that keep something of them."""

    def __init__(self, orders: Array, weights: Array, warren: bool, one: int, exact: bool) -> None:
        self._warren, self._one, self._exact = warren, one, exact
        rows, place = np.unique(orders, axis=0, return_inverse=True)
        self._orders = rows
        totals = np.zeros(len(rows), np.int64)
        np.add.at(totals, place.reshape(-1), weights)
        self._large = int(weights.sum()) * one > INT64_MAX
        self._weights = totals
        self._reached: list[tuple[Array, Array, Array]] = []
        """For Warren: which options papers reached, with how much left, and how many such papers, when the votes were last counted."""
        self._by_option: tuple[Array, Array, Array] | None = None
        """The same in the order of the options, once somebody asks for a level."""
        self.work = 0
        """Units of work in counting the votes last."""

    def votes(self, keep: list[Fraction]) -> list[Fraction]:
        self._by_option = None
        if self._exact or self._large:
            return self._one_by_one(keep)
        kept, votes = np.array([int(value) for value in keep], np.int64), np.zeros(len(keep), np.int64)
        rows, left = np.arange(len(self._orders)), np.full(len(self._orders), self._one, np.int64)
        self._reached, self.work = [], 0
        for column in range(self._orders.shape[1]):
            self.work += 16 * len(rows) + 20 * WORK_STEP
            options = self._orders[rows, column]
            named = options >= 0
            rows, left, options = rows[named], left[named], options[named]
            if self._warren:
                self._reached.append((options, left, self._weights[rows]))
            takes = np.minimum(left, kept[options]) if self._warren else -((-left * kept[options]) // self._one)
            np.add.at(votes, options, takes * self._weights[rows])
            left = left - takes
            on = left > 0
            rows, left = rows[on], left[on]
            if not len(rows):
                break
        return [Fraction(value) for value in votes.tolist()]

    def _one_by_one(self, keep: list[Fraction]) -> list[Fraction]:
        votes = [Fraction(0)] * len(keep)
        reached = list[tuple[int, Fraction, int]]()
        for order, weight in zip(self._orders.tolist(), self._weights.tolist(), strict=True):
            left = Fraction(self._one)
            for option in order:
                if option < 0 or not left:
                    break
                reached.append((option, left, weight))
                takes = min(left, keep[option]) if self._warren else left * keep[option] / self._one
                if not self._exact:
                    takes = Fraction(_up(takes.numerator, takes.denominator))
                votes[option] += takes * weight
                left -= takes
        self.work = WORK_STEP * (40 * len(reached) + 4 * len(self._orders))
        self._reached = [tuple(np.array(part, object) for part in zip(*reached, strict=True))] if reached else []  # type: ignore[list-item]
        return votes

    def level(self, option: int, quota: Fraction) -> Fraction:
        """The amount of each paper that an option has to keep to hold just the quota, of what last reached it (which is more)."""
        if self._by_option is None:
            options, left, counts = (np.concatenate(parts) for parts in zip(*self._reached, strict=True))
            order = options.astype(np.int64).argsort(kind="stable")
            self._by_option = options[order].astype(np.int64), left[order], counts[order]
        options, left, counts = self._by_option
        mine = slice(*options.searchsorted([option, option + 1]).tolist())
        order = left[mine].argsort(kind="stable")
        amounts, papers = left[mine][order], counts[mine][order]
        below = (amounts * papers).cumsum() - amounts * papers
        above = papers.sum() - (papers.cumsum() - papers)
        filled = below + amounts * above >= (quota if self._exact or self._large else int(quota))
        first = int(filled.argmax())
        return (quota - _exact(below[first])) / _exact(above[first])


def _exact(number: Any) -> Fraction:
    """A number out of an array, of NumPy's or of Python's."""
    return number if isinstance(number, Fraction) else Fraction(int(number))


def _up(numerator: int, denominator: int) -> int:
    """A quotient rounded up."""
    return -(-numerator // denominator)


def outcome(count: Count) -> Outcome:
    """The outcome of a finished count."""
    options, decimals = count.election.options, count.law.decimals

    def explain() -> list[Step]:
        seats = Step("{votes} {votes:vote|votes} for {seats} {seats:seat|seats}", votes=count.valid, seats=count.seats)
        return [seats, *(_said(options, number, stage, decimals) for number, stage in enumerate(count.stages, 1))]

    return Outcome(
        rule="",
        winners=tuple(options[place] for place in sorted(count.elected)),
        scores=dict(zip(options, count.stages[-1].votes, strict=True)),
        ties=tuple(dict.fromkeys(tuple(options[place] for place in tie) for tie in count.ties)),
        explain=explain,
        certify=lambda: [
            list(count.elected),
            [
                [
                    _fact(stage.what),
                    str(write_number(stage.quota)),
                    [[str(write_number(value)) for value in values] for values in (stage.votes, stage.keeps)],
                ]
                for stage in count.stages
            ],
        ],
        figures=lambda: staged(
            options, [(each.action, each.places, each.votes, each.exhausted, Fraction(0), each.quota) for each in count.stages]
        ),
    )


def _said(options: tuple[str, ...], number: int, stage: Stage, decimals: int | None) -> Step:
    """A stage as a sentence."""
    some = [place for place, votes in enumerate(stage.votes) if votes]
    shown: list[Value] = []
    for place in some:
        votes, keep = Votes(stage.votes[place], decimals), stage.keeps[place]
        shown.append(Step("{votes} (keeps {keep})", votes=votes, keep=Votes(keep, decimals)) if keep < 1 else votes)
    standing = listing([options[place] for place in some], [stage.votes[place] for place in some], shown)
    text = "stage {number}: {what}; the quota is {quota}: {standing}"
    said = Step(text, number=number, what=stage.what, quota=Votes(stage.quota, decimals), standing=standing)
    return Step("{stage}, exhausted {votes}", stage=said, votes=Votes(stage.exhausted, decimals)) if stage.exhausted else said


def _fact(what: Step) -> str:
    """What happened as the certificate says it: a part of the digest, so that its wording stays."""
    names = what.values["names"]
    assert isinstance(names, list)
    return what.template.format(names=" and ".join(names))
