"""What rules that match contributions share: claims become payouts, within the pool and below a cap."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from engine.elections.apportion import apportion
from engine.elections.election import Election
from engine.elections.figures import Figures, Gift
from engine.elections.outcome import Outcome, Step
from engine.values import Share

DECIMALS = 12
UNIT: int = 10**DECIMALS
"""Claims are whole numbers of 10^-12 of the smallest unit of money: roots are truncated there, and everything after that is exact."""
WHOLE = Share("1")


def matched(election: Election, claims: list[int], pool: int, cap: Share, fill: bool) -> Outcome:
    """The outcome that pays claims: all of them if the pool suffices (with `fill`, the whole pool), otherwise in proportion."""
    paid, tied = payouts(claims, pool, cap, fill)
    options, given = election.options, election.sums.tolist()
    contributors = [int(election.weights[np.flatnonzero(column)].sum()) for column in election.table.T]

    def explain() -> list[Step]:
        whole = sum(claims)
        money = election.money
        steps = [Step("a pool of {pool} for claims of {claims} in total", pool=money(pool), claims=money(Fraction(whole, UNIT)))]
        for place, option in enumerate(options):
            steps.append(
                Step(
                    "{option}: {givers} {givers:contributor|contributors} gave {given}, a claim of {claim}; paid {paid}",
                    option=option,
                    givers=contributors[place],
                    given=money(given[place]),
                    claim=money(Fraction(claims[place], UNIT)),
                    paid=money(paid[place]),
                )
            )
        if left := pool - sum(paid):
            steps.append(Step("{left} of the pool is left over", left=money(left)))
        return steps

    def figures() -> Figures:
        every = zip(options, contributors, given, claims, paid, strict=True)
        return Figures(gifts=tuple(Gift(name, givers, gave, Fraction(claim, UNIT), gets) for name, givers, gave, claim, gets in every))

    return Outcome(
        rule="",
        winners=tuple(option for option, amount in zip(options, paid, strict=True) if amount),
        scores=dict(zip(options, paid, strict=True)),
        ties=(tuple(options[place] for place in tied),) if tied else (),
        explain=explain,
        certify=lambda: [str(claim) for claim in claims],
        figures=figures,
    )


def payouts(claims: list[int], pool: int, cap: Share, fill: bool) -> tuple[list[int], tuple[int, ...]]:
    """Whole amounts for claims, and the places between which only the order of listing decided about a unit.

    Nobody gets more than `cap` of the pool, nor, unless the whole pool is paid out, more than the claim (rounded up to
    a unit); what a cap cuts off goes to the others in proportion, until nobody is above a bound.

    >>> payouts([60 * UNIT, 30 * UNIT, 10 * UNIT], 50, Share("1/2"), False)
    ([25, 19, 6], ())
    """
    highest = int(Fraction(cap) * pool)
    bounded = [min(claim, highest * UNIT) for claim in claims]
    if not fill and sum(bounded) <= pool * UNIT:
        return _just(bounded)
    most = [highest if fill else min(highest, -(-claim // UNIT)) for claim in claims]
    rest = pool
    paid = [0] * len(claims)
    standing = [place for place, claim in enumerate(claims) if claim]
    while standing:
        weight = sum(claims[place] for place in standing)
        above = [place for place in standing if rest * claims[place] > most[place] * weight]
        if not above:
            shared = apportion(rest, [claims[place] for place in standing])
            for place, amount in zip(standing, shared.shares, strict=True):
                paid[place] = amount
            return paid, tuple(standing[each] for each in shared.tied)
        for place in above:
            paid[place] = most[place]
            rest -= most[place]
        standing = [place for place in standing if place not in above]
    return paid, ()


def _just(claims: list[int]) -> tuple[list[int], tuple[int, ...]]:
    """Every claim in whole units, together as many as are whole in the sum of all, by largest remainder.

    >>> _just([21 * UNIT + 6 * UNIT // 100, 8 * UNIT + 94 * UNIT // 100 - 1])    # a root was cut off: 29.99… together
    ([21, 8], ())
    """
    paid, rest = [claim // UNIT for claim in claims], [claim % UNIT for claim in claims]
    order = sorted(range(len(claims)), key=lambda place: -rest[place])
    short = sum(claims) // UNIT - sum(paid)
    for place in order[:short]:
        paid[place] += 1
    edge = rest[order[short - 1]] if short else -1
    tied = tuple(place for place, each in enumerate(rest) if each == edge)
    return paid, tied if short < len(order) and rest[order[short]] == edge else ()
