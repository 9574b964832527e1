"""Voters say how much each option is worth to them, and the typical answer counts: the median, or the mean.

As in retroactive funding rounds, an option's score is the `median` (or `mean`) of what ballots give it, leaving aside
those that give it nothing. It counts only with `voters_min` votes or more, so that a handful of friends cannot set the
price; if no option has that many, nobody wins. The median of an even number of votes is halfway between the two in the
middle. Source: Optimism's retroactive public goods funding, round 3 (median, 17 voters), as counted by easy-retro-pgf.

>>> votes = Election.read("1: garden 900\\n3: garden 10, library 40\\n2: library 30\\n1: pool 999")
>>> tally("impact", votes, voters_min=2).scores
{'garden': 10, 'library': 40, 'pool': 0}
>>> tally("impact", votes, voters_min=2, method="mean").steps[0]
'garden: 4 votes, mean 465/2'
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import numpy as np

from engine.elections import work
from engine.elections.election import Array, Election
from engine.elections.numbers import Number
from engine.elections.outcome import Outcome, Step, best
from engine.rules import voting_rule
from engine.values import Positive

ONE = Positive(1)


@voting_rule(ballot="score", elects="one", scores="points", work=work.placed, promises={"anonymity", "neutrality"})
def impact(election: Election, *, method: Literal["median", "mean"] = "median", voters_min: Positive = ONE) -> Outcome:
    voters, scores = list[int](), list[Number]()
    for column in election.table.T:
        given = np.flatnonzero(column > 0)
        voters.append(int(election.weights[given].sum()))
        scores.append(_typical(column[given], election.weights[given], method) if voters[-1] >= voters_min else 0)

    def explain() -> list[Step]:
        counts = (
            "{option}: {votes} {votes:vote|votes}, median {score}"
            if method == "median"
            else "{option}: {votes} {votes:vote|votes}, mean {score}"
        )
        missed = "{option}: {votes} {votes:vote|votes}, fewer than {least}: it does not count"
        return [
            Step(counts if votes >= voters_min else missed, option=option, votes=votes, score=score, least=voters_min)
            for option, votes, score in zip(election.options, voters, scores, strict=True)
        ]

    winners = [place for place in best(scores) if voters[place] >= voters_min]
    return Outcome.of(election.options, winners, scores, explain)


def _typical(points: Array, weights: Array, method: str) -> Number:
    """The median or mean of weighted points."""
    whole = int(weights.sum())
    if method == "mean":
        return _plain(Fraction(sum(map(int, points * weights)), whole))
    order = np.argsort(points, kind="stable")
    reached, ranked = np.cumsum(weights[order]), points[order]
    low, high = (int(ranked[np.searchsorted(reached, place, side="left")]) for place in ((whole + 1) // 2, whole // 2 + 1))
    return _plain(Fraction(low + high, 2))


def _plain(value: Fraction) -> Number:
    return value.numerator if value.denominator == 1 else value
