"""A pool of money matches people's gifts as clr.fund does, with one factor by which every claim is cut to what there is.

A gift buys votes: n votes cost n² times `factor`, in the smallest unit of money, and what is left of a gift buys none. An option's
claim is factor × (V² − S), where V is how many votes it has and S how many squares these have cost: what liberal radicalism would have it
receive, less what it has received. Every claim is paid in the same part, α = pool / all claims, so that the whole pool is paid, be it
less than the claims or more, but for what is lost by rounding: α is cut off at eighteen decimals, and payouts at whole units, as in its contract. What
the contract pays an option is this and what the votes for it have cost. One contributor alone is not matched. Whoever splits one gift among invented people
gains by it: know who gives. Sources: Buterin, Hitzig & Weyl 2019 (arXiv 1809.06421), capital-constrained; clr.fund
(commit f0073b10), `FundingRound.sol`.

>>> gifts = Election.read("4: garden 100\\n1: library 400\\n1: garden 25, pool 25\\n1: pool 225")
>>> outcome = tally("clr_fund", gifts, pool=1000)
>>> outcome.scores
{'garden': 914, 'library': 0, 'pool': 85}
>>> print("\\n".join(outcome.steps))
a pool of 1,000 for claims of 1,750 in total: each is paid 0.571428571428571428 of its claim
garden: 5 contributors gave 425, which bought 45 votes, a claim of 1,600; paid 914
library: 1 contributor gave 400, which bought 20 votes, a claim of 0; paid 0
pool: 2 contributors gave 250, which bought 20 votes, a claim of 150; paid 85
1 of the pool is left over
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isqrt
from typing import NamedTuple

import numpy as np

from engine.elections.election import Array, Election
from engine.elections.figures import Figures, Gift
from engine.elections.outcome import Outcome, Step, Votes
from engine.rules import funding_rule
from engine.values import PositiveMoney

ONE = PositiveMoney(1)
DECIMALS = 18
PRECISION: int = 10**DECIMALS
"""What α is a whole number of parts of."""


class Bought(NamedTuple):
    """What an option's contributors have bought: votes, and the squares that these cost."""

    votes: int
    squares: int


@funding_rule
def clr_fund(election: Election, *, pool: PositiveMoney, factor: PositiveMoney = ONE) -> Outcome:
    options, given = election.options, election.sums.tolist()
    bought = [_bought(column, election.weights, factor) for column in election.table.T]
    claims = [factor * (votes * votes - squares) for votes, squares in bought]
    alpha = alpha_of(pool, claims)
    paid = [alpha * claim // PRECISION for claim in claims]
    contributors = [int(election.weights[np.flatnonzero(column)].sum()) for column in election.table.T]

    def explain() -> list[Step]:
        money = election.money
        part = Votes(Fraction(alpha, PRECISION), DECIMALS)
        text = "a pool of {pool} for claims of {claims} in total: each is paid {part} of its claim"
        steps = [Step(text, pool=money(pool), claims=money(sum(claims)), part=part)]
        for place, option in enumerate(options):
            steps.append(
                Step(
                    "{option}: {givers} {givers:contributor|contributors} gave {given}, which bought {votes} {votes:vote|votes}, a claim of "
                    "{claim}; paid {paid}",
                    option=option, givers=contributors[place], given=money(given[place]), votes=bought[place].votes,
                    claim=money(claims[place]), paid=money(paid[place]),
                )
            )  # fmt: skip
        if left := pool - sum(paid):
            steps.append(Step("{left} of the pool is left over", left=money(left)))
        return steps

    def figures() -> Figures:
        every = zip(options, contributors, given, claims, paid, strict=True)
        return Figures(gifts=tuple(Gift(name, givers, gave, Fraction(claim), gets) for name, givers, gave, claim, gets in every))

    return Outcome(
        rule="",
        winners=tuple(option for option, amount in zip(options, paid, strict=True) if amount),
        scores=dict(zip(options, paid, strict=True)),
        explain=explain,
        certify=lambda: [str(alpha), [[str(votes), str(squares)] for votes, squares in bought]],
        figures=figures,
    )


def alpha_of(pool: int, claims: Sequence[int]) -> int:
    """The part of every claim that the pool pays, in 10^-18; nothing where nobody claims anything.

    >>> alpha_of(50, [60, 40]) == PRECISION // 2
    True
    """
    whole = sum(claims)
    return pool * PRECISION // whole if whole else 0


def _bought(column: Array, weights: Array, factor: int) -> Bought:
    """What the gifts to one option buy; those of one amount together."""
    there = np.flatnonzero(column)
    amounts, place = np.unique(column[there], return_inverse=True)
    givers = np.zeros(len(amounts), np.int64)
    np.add.at(givers, place.reshape(-1), weights[there])
    roots = [isqrt(int(amount) // factor) for amount in amounts]
    pairs = list(zip(roots, givers.tolist(), strict=True))
    return Bought(sum(root * count for root, count in pairs), sum(root * root * count for root, count in pairs))
