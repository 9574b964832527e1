"""Ranks are opened one after another: whoever then has a quota of supporters is elected, and they pay for it.

The expanding approvals rule: every ballot supports the options it ranks first, then also those it ranks second, and so
on. As soon as the supporters of some option weigh a quota, the option with the most support is elected, and its
supporters lose a quota of their weight, all in the same proportion. The quota lies between votes / (seats + 1) and
votes / seats: n / (s + 1) + (⌊n / (s + 1)⌋ + 1 − n / (s + 1)) / (options + 1), or n / s if that is less. Ballots may
rank options equal; options left out are tied for last place. Groups that rank the same options above all others get
their share of the seats (generalised proportionality for solid coalitions). If support is equal, the option listed
first is elected, and the tie is reported if that decided anything. Weights are exact fractions; as soon as one becomes too
long to write down, all are rounded up to sixty decimals. Source: Aziz & Lee 2020 (doi
10.1007/s10458-019-09430-8).

>>> outcome = tally("expanding_approvals", Election.read("6: a > b > c\\n4: c > d > b"), seats=2)
>>> outcome.winners
('a', 'c')
>>> print("\\n".join(outcome.steps))
10 votes for 2 seats: the quota is 52/15
ranks up to 1: a 6, c 4; a is elected, and its supporters keep 19/45 of their weight
ranks up to 1: c 4; c is elected, and its supporters keep 2/15 of their weight
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, lcm
from operator import mul

import numpy as np

from engine.elections import work
from engine.elections.committees import check_seats, committee, first_of
from engine.elections.counting import numbered
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step, listing
from engine.rules import voting_rule
from engine.rules.voting.stv import ONE
from engine.rules.voting.stv._count import EXACT_BITS_MAX, EXACT_UNITS
from engine.values import Positive


@voting_rule(
    ballot="ranked", elects="several", scores="first places", work=work.widened, promises={"anonymity", "neutrality", "solid_coalitions"}
)
def expanding_approvals(election: Election, *, seats: Positive = ONE) -> Outcome:
    check_seats(election, seats)
    options, option_count, votes = election.options, len(election.options), election.total
    droop = Fraction(votes, seats + 1)
    quota = min(droop + (votes // (seats + 1) + 1 - droop) / (option_count + 1), Fraction(votes, seats))
    above = np.stack([(election.table < election.table[:, [place]]).sum(axis=1) for place in range(option_count)], axis=1)
    weights, classes = [Fraction(1)], np.zeros(election.rows, np.int64)
    elected, ties, rounds = list[int](), list[tuple[int, ...]](), list[tuple[int, dict[int, Fraction], int, Fraction]]()
    places = 1
    while len(elected) < seats:
        support = {}
        unit = lcm(*(weight.denominator for weight in weights))
        numerators = [weight.numerator * (unit // weight.denominator) for weight in weights]
        for place in range(option_count):
            if place not in elected:
                rows = above[:, place] < places
                held = np.bincount(classes[rows], election.weights[rows].astype(np.float64), len(weights)).astype(np.int64).tolist()
                support[place] = Fraction(sum(map(mul, numerators, held)), unit)
        most = max(support.values())
        if most < quota:
            places += 1
            assert places <= option_count, "with every place open all that is left supports everybody, and it is a quota or more"
            continue
        elected.append(first_of([place for place in support if support[place] == most], ties))
        kept = (most - quota) / most
        rows = above[:, elected[-1]] < places
        weights += [weight * kept for weight in weights]
        classes[rows] += len(weights) // 2
        rounds.append((places, support, elected[-1], kept))
        used, classes = numbered(classes)
        weights = [weights[each] for each in used.tolist()]
        if any(weight.denominator.bit_length() > EXACT_BITS_MAX for weight in weights):
            weights = [Fraction(ceil(weight * EXACT_UNITS), EXACT_UNITS) for weight in weights]
    firsts = [int(election.weights[above[:, place] == 0].sum()) for place in range(option_count)]

    def explain() -> list[Step]:
        text = "{votes} {votes:vote|votes} for {seats} {seats:seat|seats}: the quota is {quota}"
        return [Step(text, votes=votes, seats=seats, quota=quota), *(_step(options, *each) for each in rounds)]

    return committee(options, elected, firsts, ties, explain)


def _step(options: tuple[str, ...], places: int, support: dict[int, Fraction], winner: int, kept: Fraction) -> Step:
    supported = [place for place in support if support[place]]
    return Step(
        "ranks up to {places}: {support}; {winner} is elected, and its supporters keep {kept} of their weight",
        places=places, support=listing([options[place] for place in supported], [support[place] for place in supported]),
        winner=options[winner], kept=kept,
    )  # fmt: skip
