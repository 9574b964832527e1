"""Every ballot is split in proportion to its points, and options are compared by the square of the sum of square roots.

What Snapshot calls quadratic voting: an option's share is (Σ √(points / all points of the ballot))², and the shares are
scaled to add up to the weight of all ballots that give any points. This is not quadratic voting with credits
(`quadratic`): nobody pays more for more votes, and a lone voter counts as in a plain split. Broad support counts for
more than deep support. A ballot of weight n counts as n ballots, so it does not matter in whose hands power lies
(`snapshot_quadratic` also takes the root of a voter's balance, as Snapshot does, so that a balance counts for more when it
is spread over several accounts). Sums of square roots are compared exactly; the scores shown are rounded to six decimals. Source: snapshot.js,
`voting/quadratic.ts`.

>>> votes = Election.read("1: garden 1\\n1: garden 1\\n2: library 1, pool 1")
>>> outcome = tally("normalised_quadratic", votes)
>>> outcome.winners, [str(score) for score in outcome.scores.values()]
(('garden',), ['2', '1', '1'])
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from functools import cmp_to_key
from math import gcd

from engine.elections import roots, work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step
from engine.rules import voting_rule
from engine.rules.voting._root_shares import hundredths, root_shares


@voting_rule(
    ballot="cumulative",
    elects="one",
    work=work.rooted,
    promises={"anonymity", "neutrality", "unanimity", "monotonicity", "participation", "reinforcement"},
)
def normalised_quadratic(election: Election) -> Outcome:
    options = election.options
    often: list[Counter[tuple[int, int]]] = [Counter() for _ in options]
    valid = 0
    for row, weight in zip(election.table.tolist(), election.weights.tolist(), strict=True):
        whole = sum(row)
        valid += weight if whole else 0
        for place, points in enumerate(row):
            if points:
                common = gcd(points, whole)
                often[place][points // common, whole // common] += weight
    sums = []
    for counted in often:
        summed: roots.Roots = {}
        for (part, whole), times in counted.items():
            roots.add(summed, part * whole, Fraction(times, whole))
        sums.append(summed)
    by_sum = roots.comparing(sums)
    order = sorted(range(len(options)), key=cmp_to_key(by_sum), reverse=True)
    winners = [place for place in range(len(options)) if by_sum(place, order[0]) == 0]
    shown = root_shares(sums, valid)
    return Outcome.of(
        options,
        winners,
        shown,
        lambda: [Step("{shares}; {total} in all", shares={options[place]: hundredths(shown[place]) for place in order}, total=valid)],
        lambda: [list(order), [sorted([each, str(factor)] for each, factor in one.items()) for one in sums]],
    )
