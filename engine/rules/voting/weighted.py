"""Every ballot is split among the options in proportion to the points it gives them, and the option with the most of them wins.

What Snapshot calls weighted voting: an option gets power × points / all points of the ballot. Unlike in `cumulative`, it
does not matter how many points a ballot gives, so that nobody counts for less by leaving some out: 1 to 1 is the same as
50 to 50. A ballot without points counts for nothing. Shares are exact fractions, and the winner is found by them; a score is
rounded to six decimals where it would take more than 192 binary digits to write its denominator. Also called weighted
choice, proportional split. Source: snapshot.js, `voting/weighted.ts`.

>>> outcome = tally("weighted", Election.read("2: garden 1\\n3: library 50, pool 25"))
>>> outcome.winners, outcome.steps
(('garden', 'library'), ('shares of 5 ballots: garden 2, library 2, pool 1',))
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm

import numpy as np

from engine.elections import work
from engine.elections.election import Array, Election
from engine.elections.outcome import Outcome, Step, Votes, listing
from engine.rules import voting_rule

BOUND_BITS = 128
"""How many binary digits of a sum tell options apart before exact sums are made."""
SCORE_BITS_MAX, DECIMALS = 192, 6
"""How long the denominator of an exact score may be, so that those of all options fit one event; and how a longer score is rounded."""


@voting_rule(
    ballot="cumulative",
    elects="one",
    scores="shares of ballots",
    work=work.halved,
    promises={"anonymity", "neutrality", "unanimity", "monotonicity", "participation", "reinforcement"},
)
def weighted(election: Election) -> Outcome:
    options = election.options
    wholes, sums, valid = _by_whole(election)
    short = lcm(*wholes).bit_length() <= SCORE_BITS_MAX
    if short:
        scores = [_sum(wholes, points) for points in sums]
        winners = [place for place, score in enumerate(scores) if score == max(scores)]
    else:
        lows = [sum((number << BOUND_BITS) // whole for number, whole in zip(points, wholes, strict=True)) for points in sums]
        close = [place for place, low in enumerate(lows) if low + len(wholes) >= max(lows)]
        exact = {place: _sum(wholes, sums[place]) for place in close} if len(close) > 1 else dict.fromkeys(close, Fraction(0))
        winners = [place for place in close if exact[place] == max(exact.values())]
        scores = [Fraction(round(Fraction(low * 10**DECIMALS, 1 << BOUND_BITS)), 10**DECIMALS) for low in lows]

    def explain() -> list[Step]:
        shown = listing(options, scores, [Votes(score, None if short else DECIMALS) for score in scores])
        return [Step("shares of {valid} {valid:ballot|ballots}: {shares}", valid=valid, shares=shown)]

    return Outcome.of(
        options, winners, scores, explain, lambda: [[whole, *each] for whole, each in zip(wholes, zip(*sums, strict=True), strict=True)]
    )


def _by_whole(election: Election) -> tuple[list[int], list[list[int]], int]:
    """What ballots split into, in lowest terms; for each option its points on the ballots that split into as many; and the
    weight of all ballots that give any points."""
    table: Array = election.table
    wholes = table.sum(axis=1)
    valid = np.flatnonzero(wholes)
    table, wholes, weights = table[valid], wholes[valid], election.weights[valid]
    common = np.gcd.reduce(table, axis=1)
    kinds, place = np.unique(wholes // common, return_inverse=True)
    if not len(kinds):
        return [], [[] for _ in election.options], 0
    order = place.reshape(-1).argsort(kind="stable")
    parts = (table // common[:, None] * weights[:, None])[order]
    starts = np.searchsorted(place.reshape(-1)[order], np.arange(len(kinds)))
    return kinds.tolist(), np.add.reduceat(parts, starts, axis=0).T.tolist(), int(weights.sum())


def _sum(wholes: list[int], points: list[int]) -> Fraction:
    """Σ points / whole, halves first, so that long numbers meet only at the end."""
    if len(wholes) <= 1:
        return Fraction(points[0], wholes[0]) if wholes else Fraction(0)
    half = len(wholes) // 2
    return _sum(wholes[:half], points[:half]) + _sum(wholes[half:], points[half:])
