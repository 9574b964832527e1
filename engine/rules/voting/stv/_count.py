"""The count that rules of the single transferable vote share: papers, their values, and who holds them.

Papers that have been transferred alike have the same value, so a value is a *class* and a paper knows its class: a
handful of exact numbers instead of one for each paper. A transfer moves only the papers it concerns. The shape of the
count follows Hill, Wichmann & Woodall 1987 and the statutes that each rule names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from engine.elections.committees import check_seats
from engine.elections.election import Array, Election
from engine.elections.figures import Action, staged
from engine.elections.numbers import write_number
from engine.elections.outcome import Outcome, Step, Value, Votes, listing

WHOLE = "{votes} {votes:vote|votes} for {seats} {seats:seat|seats}: the quota of {quota} elects"
EXACT_BITS_MAX, EXACT_UNITS = 1_024, 10**60
"""How long an exact value may become, because each surplus may double it; and the units to which a longer one is cut or rounded."""
EXCEEDED = "{votes} {votes:vote|votes} for {seats} {seats:seat|seats}: more than the quota of {quota} elects"


@dataclass(frozen=True)
class Law:
    """How a statute counts. `decimals` None is exact, except that a value too long to write down is truncated to sixty
    decimals; otherwise values are truncated to that many.

    `whole_quota`: the quota is the least whole number above votes / (seats + 1), and reaching it elects; otherwise it
    is that very fraction, which has to be exceeded. `deferred`: whoever reaches the quota is elected when her surplus is
    transferred, and receives votes until then; options that can no longer catch up drop out before that (Minneapolis).
    `cut_twice`: the fraction of its value that a paper keeps is truncated too, before it is multiplied. `look_back`: of
    equals, the latest stage at which they differed decides.

    `quota_decimals`: the quota is not the least whole number but the least with so many decimals. `cut_product`: a paper's
    value times the surplus is truncated before it is divided. `none_moves`: whoever has just the quota passes on a surplus
    of nothing, at a stage of its own. `batch`: options that can no longer catch up drop out at once, before any surplus
    moves. `last_moves`: papers of whoever drops out last move on, though nobody is left to be decided.
    """

    decimals: int | None
    whole_quota: bool = True
    deferred: bool = False
    look_back: bool = True
    cut_twice: bool = False
    quota_decimals: int = 0
    cut_product: bool = False
    none_moves: bool = False
    batch: bool = False
    last_moves: bool = True

    def passed_on(self, value: Fraction, surplus: Fraction, votes: Fraction) -> Fraction:
        """What a paper of `value` is worth to whoever stands next on it."""
        if self.cut_product:
            return self.cut(self.cut(value * surplus) / votes)
        return self.cut(value * self.cut(surplus / votes)) if self.cut_twice else self.cut(value * surplus / votes)

    def cut(self, value: Fraction) -> Fraction:
        """A value with no more decimals than the law keeps."""
        if self.decimals is None and value.denominator.bit_length() <= EXACT_BITS_MAX:
            return value
        scale = EXACT_UNITS if self.decimals is None else 10**self.decimals
        return Fraction(value.numerator * scale // value.denominator, scale)

    def quota(self, votes: int, seats: int) -> Fraction:
        unit = 10**self.quota_decimals
        return Fraction(votes * unit // (seats + 1) + 1, unit) if self.whole_quota else Fraction(votes, seats + 1)

    def reaches(self, votes: Fraction, quota: Fraction) -> bool:
        return votes >= quota if self.whole_quota else votes > quota


class Stage(NamedTuple):
    """What happened, as a sentence and as an action about some options; everybody's votes after it, the value of exhausted
    papers, what rounding has lost, and who is elected by then: votes, exhausted and lost add up to all votes."""

    what: Step
    action: Action
    places: tuple[int, ...]
    votes: list[Fraction]
    exhausted: Fraction
    lost: Fraction
    elected: tuple[int, ...]


@dataclass
class Count:
    """One count of the `valid` votes; `run` fills `stages`, `elected` in the order of election, and `ties` that only
    the order of listing decided."""

    election: Election
    seats: int
    law: Law
    stages: list[Stage] = field(default_factory=list)
    elected: list[int] = field(default_factory=list)
    ties: list[tuple[int, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        election, option_count = self.election, len(self.election.options)
        check_seats(self.election, self.seats)
        valid = election.orders[:, 0] >= 0  # a blank paper counts for nothing, nor for the quota
        self._orders = election.orders[valid]
        self._weights = None if election.given_weights is None else election.given_weights[valid]
        self.valid = len(self._orders) if self._weights is None else int(self._weights.sum())
        self.quota = self.law.quota(self.valid, self.seats)
        self.hopeful, self.waiting = set(range(option_count)), list[int]()
        self._moved: set[int] = set()
        self._top = self._orders[:, 0].copy()
        self._class = np.zeros(len(self._orders), np.int32)
        self._values = [Fraction(1)]
        self._papers = np.zeros((1, option_count + 1), np.int64)
        """By class, how many papers each option holds, and in the last cell how many nobody does. A class without papers is let go."""
        self._add(np.arange(len(self._orders)), 1)
        self._recount()

    def run(self) -> Count:
        self._note(Step("first preferences"), "first_preferences")
        while len(self.elected) < self.seats:
            surpluses = self._surpluses()
            surplus_first = self.law.deferred and surpluses
            if self.hopeful and len(self.elected) + len(self.hopeful) <= self.seats and not surplus_first:
                last = sorted(self.hopeful, key=lambda place: (-self.votes[place], place))
                self.elected += last
                self.hopeful.clear()
                self._note(Step("as many are left as seats: {names} elected", names=self._names(last)), "election", last, again=True)
                break
            hopeless = self._hopeless(surpluses) if self.law.deferred or self.law.batch else []
            if hopeless:
                self._drop(hopeless, "{names} can no longer catch up and {names:drops|drop} out")
            elif surpluses:
                self._move_surplus(surpluses)
            else:
                self._drop([self._lowest()], "{names} {names:drops|drop} out")
        return self

    def _elect(self) -> list[int]:
        """Whoever has reached the quota is elected; whoever has more has a surplus to transfer."""
        won = [place for place in self.hopeful if self.law.reaches(self.votes[place], self.quota)]
        won = sorted(won, key=lambda place: (-self.votes[place], place))[: self.seats - len(self.elected)]
        if self.law.deferred and len(self.elected) + len(won) < self.seats:
            return []
        self.elected += won
        self.hopeful -= set(won)
        self.waiting += [place for place in won if self.votes[place] > self.quota or self.law.none_moves]
        return won

    def _surpluses(self) -> list[int]:
        """Whoever has a surplus, and has not passed it on."""
        return sorted(place for place in self.hopeful if self.votes[place] > self.quota) if self.law.deferred else self.waiting

    def _move_surplus(self, surpluses: Sequence[int]) -> None:
        most = max(self.votes[place] for place in surpluses)
        place = self._one_of([each for each in surpluses if self.votes[each] == most], most=True)
        if self.law.deferred:
            self.hopeful.remove(place)
            self.elected.append(place)
        else:
            self.waiting.remove(place)
        surplus = self.votes[place] - self.quota
        papers = np.flatnonzero(self._top == place)
        self._transfer(papers, self._worth_less(papers, surplus, self.votes[place]))
        self._moved.add(place)
        self._recount()
        text = "{option} is elected, and {option}'s surplus" if self.law.deferred else "{option}'s surplus"
        text += " of {surplus} is transferred"
        self._note(Step(text, surplus=Votes(surplus, self.law.decimals), option=self.election.options[place]), "surplus", [place])

    def _drop(self, places: list[int], text: str) -> None:
        self.hopeful -= set(places)
        decided = len(self.elected) + len(self.hopeful) <= self.seats and not self.law.last_moves
        for place in [] if decided else places:
            self._transfer(np.flatnonzero(self._top == place), np.arange(len(self._values), dtype=np.int32))
        self._recount()
        self._note(Step(text, names=self._names(places)), "elimination", places)

    def _recount(self) -> None:
        """Everybody's votes; whoever has transferred a surplus keeps the quota."""
        *self.votes, self._exhausted = self._total()
        for place in self._moved:
            self.votes[place] = self.quota

    def _note(self, what: Step, action: Action, places: Sequence[int] = (), again: bool = False) -> None:
        won = [] if again else self._elect()
        what = Step("{what}; {names} elected", what=what, names=self._names(won)) if won else what
        lost = self.valid - sum(self.votes, self._exhausted)
        self.stages.append(Stage(what, action, tuple(places), list(self.votes), self._exhausted, lost, tuple(self.elected)))

    def _names(self, places: Sequence[int]) -> list[str]:
        return [self.election.options[place] for place in places]

    def _lowest(self) -> int:
        fewest = min(self.votes[place] for place in self.hopeful)
        return self._one_of([place for place in sorted(self.hopeful) if self.votes[place] == fewest], most=False)

    def _one_of(self, tied: list[int], most: bool) -> int:
        """Of equals, the one that had more, or fewer, at the latest stage at which they differed; otherwise the one
        listed first counts as having more."""
        left = tied
        if self.law.look_back:
            for stage in reversed(self.stages):
                pick = (max if most else min)(stage.votes[place] for place in left)
                left = [place for place in left if stage.votes[place] == pick]
                if len(left) == 1:
                    return left[0]
        if len(left) > 1:
            self.ties.append(tuple(sorted(left)))
        return min(left) if most else max(left)

    def _hopeless(self, surpluses: Sequence[int]) -> list[int]:
        """Those below the quota whose votes, with everything that could still come to them, fall short of the next one's."""
        order = sorted((place for place in self.hopeful if self.votes[place] < self.quota), key=lambda place: (self.votes[place], place))
        surplus = sum((self.votes[place] - self.quota for place in surpluses), Fraction(0))
        below, hopeless = surplus, list[int]()
        for number, place in enumerate(order[:-1]):
            below += self.votes[place]
            if below < self.votes[order[number + 1]] and len(self.elected) + len(self.hopeful) - number - 1 >= self.seats:
                hopeless = order[: number + 1]
        return sorted(hopeless)

    # -- papers -------------------------------------------------------------------------------------------------

    def _worth_less(self, papers: Array, surplus: Fraction, votes: Fraction) -> Array:
        """Each class's new one, for papers that pass on a surplus."""
        class_of = np.arange(len(self._values), dtype=np.int32)
        old = np.unique(self._class[papers])
        class_of[old] = np.arange(len(self._values), len(self._values) + len(old))
        self._values += [self.law.passed_on(self._values[each], surplus, votes) for each in old.tolist()]
        self._papers = np.concatenate([self._papers, np.zeros((len(old), self._papers.shape[1]), np.int64)])
        return class_of

    def _transfer(self, papers: Array, class_of: Array) -> None:
        """Move papers to the next hopeful option on them; `class_of` is each class's new one."""
        if not len(papers):
            return
        self._add(papers, -1)
        stays = np.zeros(len(self.election.options) + 1, np.bool_)
        stays[[*self.hopeful, -1]] = True
        rows = self._orders[papers]
        first = stays[rows].argmax(axis=1)
        next_tops = rows[np.arange(len(rows)), first]
        next_tops[~stays[next_tops]] = -1
        self._top[papers] = next_tops
        old = self._class[papers]
        self._class[papers] = class_of[old]
        self._add(papers, 1)
        used = self._papers.any(axis=1)
        if not bool(used.all()):
            self._class = (np.cumsum(used, dtype=np.int32) - 1)[self._class]
            self._values = [self._values[each] for each in np.flatnonzero(used).tolist()]
            self._papers = self._papers[used]

    def _add(self, papers: Array, sign: int) -> None:
        """Count papers in, or out, by class and holder."""
        width, weights = len(self.election.options) + 1, self._weights
        holders = np.where(self._top[papers] < 0, width - 1, self._top[papers])
        cells = self._class[papers].astype(np.int64) * width + holders
        counts = np.bincount(cells, None if weights is None else weights[papers], len(self._values) * width).astype(np.int64)
        self._papers += sign * counts.reshape(-1, width)

    def _total(self) -> list[Fraction]:
        """Everybody's votes, and in the last cell nobody's: values with the same denominator are added as whole numbers."""
        totals: list[dict[int, int]] = [{} for _ in range(len(self.election.options) + 1)]
        classes, places = np.nonzero(self._papers)
        for each, place, papers in zip(classes.tolist(), places.tolist(), self._papers[classes, places].tolist(), strict=True):
            value, total = self._values[each], totals[place]
            total[value.denominator] = total.get(value.denominator, 0) + value.numerator * papers
        return [sum((Fraction(number, unit) for unit, number in total.items()), Fraction(0)) for total in totals]


def outcome(count: Count) -> Outcome:
    """The outcome of a finished count."""
    election, decimals = count.election, count.law.decimals
    options, last = election.options, count.stages[-1].votes

    def explain() -> list[Step]:
        text = WHOLE if count.law.whole_quota else EXCEEDED
        steps = [Step(text, votes=count.valid, seats=count.seats, quota=Votes(count.quota, decimals))]
        for number, stage in enumerate(count.stages, 1):
            end = Step("stage {number}: {what}: {votes}", number=number, what=stage.what, votes=standing(options, stage.votes, decimals))
            if stage.exhausted:
                end = Step("{stage}, exhausted {exhausted}", stage=end, exhausted=Votes(stage.exhausted, decimals))
            if stage.lost:
                end = Step("{stage}, lost by rounding {lost}", stage=end, lost=Votes(stage.lost, decimals))
            steps.append(end)
        return steps

    return Outcome(
        rule="",
        winners=tuple(options[place] for place in sorted(count.elected)),
        scores=dict(zip(options, last, strict=True)),
        ties=tuple(dict.fromkeys(tuple(options[place] for place in tie) for tie in count.ties)),
        explain=explain,
        certify=lambda: [
            str(write_number(count.quota)),
            list(count.elected),
            [
                [[str(write_number(votes)) for votes in stage.votes], str(write_number(stage.exhausted)), str(write_number(stage.lost))]
                for stage in count.stages
            ],
        ],
        figures=lambda: staged(
            options,
            [(each.action, each.places, each.votes, each.exhausted, each.lost, count.quota) for each in count.stages],
            [each.elected for each in count.stages],
        ),
    )


def standing(options: Sequence[str], votes: Sequence[Fraction], decimals: int | None) -> dict[str, Value]:
    """Who has how many votes, of those that have any."""
    some = [place for place, number in enumerate(votes) if number]
    return listing([options[place] for place in some], [votes[place] for place in some], [Votes(votes[place], decimals) for place in some])
