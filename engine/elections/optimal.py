"""The best committees by a score that grows less with every further member a ballot approves (Thiele's rules), exactly.

Committees grow option by option in the order of listing. What the best options left could still add, taken one by one,
is a bound on what a branch can reach, because additions only ever lose value; branches below the best score known are
cut off.

>>> best = best_committees(Election.of("abc", "approval", [[1, 1, 0], [0, 0, 1]], [3, 1]), 2, lambda j: (1, j))
>>> best.committees, best.score
([(0, 1)], Fraction(9, 2))
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import lcm
from typing import NamedTuple

import numpy as np

from engine.elections.committees import Approvals, check_seats
from engine.elections.election import Election
from engine.elections.numbers import write_number
from engine.elections.outcome import Outcome, Step
from engine.elections.work import is_too_much, searched_for
from engine.limits import COMMITTEE_WORK_MAX, COMMITTEES_MAX
from engine.refusals import refuse


class Best(NamedTuple):
    """The best committees, in the order of the options, and the score they share."""

    committees: list[tuple[int, ...]]
    score: Fraction


def best_committees(election: Election, seats: int, worth: Callable[[int], tuple[int, int]]) -> Best:
    """All committees of `seats` with the highest score; `worth(j)` is what a ballot gets from its j-th member, as a fraction."""
    check_seats(election, seats)
    merged = election.merged()
    approvals, option_count = Approvals(merged), len(election.options)
    parts = [worth(j) for j in range(1, seats + 1)]
    scale = lcm(*(denominator for _, denominator in parts))
    table = [numerator * scale // denominator for numerator, denominator in parts] + [0]
    support = merged.support
    best: list[tuple[int, ...]] = []
    highest, read = -1, 0
    work = sum(map(len, approvals.rows)) + 100 * option_count * seats
    """The work of examining a branch: every approval once, and a sum for every option."""

    def gains(counts: np.ndarray[tuple[int, ...], np.dtype[np.int64]], start: int) -> list[int]:
        gained = []
        for option in range(start, option_count):
            held = np.bincount(counts[approvals.rows[option]], approvals.weights[option], seats + 1)
            gained.append(sum(int(weight) * table[j] for j, weight in enumerate(held)))
        return gained

    def grow(chosen: tuple[int, ...], score: int, counts: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> None:
        nonlocal highest, read
        read += work
        searched_for(4 * work)
        if is_too_much(read, COMMITTEE_WORK_MAX) or len(best) > COMMITTEES_MAX:
            raise refuse(
                "too_large", "the election", "has too many committees of {seats} among {option_count} options to look at",
                "elect one by one (seq_pav, seq_phragmen)", seats=seats, option_count=option_count
            )  # fmt: skip
        left = seats - len(chosen)
        if not left:
            if score > highest:
                best.clear()
                highest = score
            best.append(chosen)
            return
        start = chosen[-1] + 1 if chosen else 0
        adds = gains(counts, start)
        for option in range(start, option_count - left + 1):
            here = adds[option - start]
            rest = sorted(adds[option - start + 1 :], reverse=True)[: left - 1]
            if score + here + sum(rest) >= highest:
                grow((*chosen, option), score + here, counts + support[:, option])

    grow((), 0, np.zeros(merged.rows, np.int64))
    return Best(best, Fraction(highest, scale))


def outcome_of(election: Election, best: Best) -> Outcome:
    """The first of the best committees is elected; the options in which they differ are tied."""
    options, votes = election.options, election.sums.tolist()
    common = set(best.committees[0]).intersection(*best.committees)
    open_still = tuple(sorted(set().union(*best.committees) - common))

    def explain() -> list[Step]:
        names = [options[place] for place in best.committees[0]]
        steps = [Step("the best committee: {names}, with a score of {score}", names=names, score=best.score)]
        if len(best.committees) > 1:
            text = "{others} other {others:committee is|committees are} as good; this one comes first in the order of listing"
            steps.append(Step(text, others=len(best.committees) - 1))
        return steps

    return Outcome(
        rule="",
        winners=tuple(options[place] for place in best.committees[0]),
        scores=dict(zip(options, votes, strict=True)),
        ties=(tuple(options[place] for place in open_still),) if open_still else (),
        explain=explain,
        certify=lambda: [str(write_number(best.score)), [list(one) for one in best.committees]],
    )
