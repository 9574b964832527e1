"""Every voter splits a balance, and options are compared by the square of the sum of the square roots of what they get.

What Snapshot calls quadratic voting, by voter: the points of a ballot are its voter's balance, split as she likes (who
puts 3 to 1 on two options with a balance of 8 gives 6 and 2), and may be `gifts` of any size. An option's share is
(Σ√points)², and shares are scaled to add up to all balances. A balance counts for more when it is spread over several
accounts, so the rule needs one account per person; `normalised_quadratic` does not ask in whose hands power lies. Sums of
square roots are compared exactly; the scores shown are rounded to six decimals. Snapshot adds floats, so that of two
options whose sums are equal, or differ by one part in 10^15, either may lead there, as ballots happen to come. Its other
systems add up as `plurality`, `approval` and `weighted` do here, those by rankings as `snapshot_ranked_choice` and
`snapshot_copeland`. Source: snapshot.js (commit efa5de15), `voting/quadratic.ts`.

>>> votes = Election.read("1: garden 16\\n8: library 1")                     # (√16)² for the garden, (8·√1)² for the library
>>> outcome = tally("snapshot_quadratic", votes)
>>> outcome.winners, outcome.steps
(('library',), ('library 19.20, garden 4.80; 24 in all',))
>>> tally("normalised_quadratic", Election.read("16: garden 1\\n8: library 1")).winners
('garden',)
"""

from __future__ import annotations

from fractions import Fraction
from functools import cmp_to_key

import numpy as np

from engine.elections import roots, work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step
from engine.rules import voting_rule
from engine.rules.voting._root_shares import hundredths, root_shares


@voting_rule(
    ballot=("cumulative", "gifts"),
    elects="one",
    scores="shares of all balances",
    work=work.rooted,
    promises={"anonymity", "neutrality", "unanimity", "monotonicity", "participation", "reinforcement"},
)
def snapshot_quadratic(election: Election) -> Outcome:
    options, whole = election.options, sum(election.sums.tolist())
    sums = []
    for column in election.table.T:
        amounts, place = np.unique(column, return_inverse=True)
        voters = np.zeros(len(amounts), np.int64)
        np.add.at(voters, place.reshape(-1), election.weights)
        summed: roots.Roots = {}
        for amount, count in zip(amounts.tolist(), voters.tolist(), strict=True):
            roots.add(summed, amount, Fraction(count))
        sums.append(summed)
    by_sum = roots.comparing(sums)
    order = sorted(range(len(options)), key=cmp_to_key(by_sum), reverse=True)
    winners = [place for place in range(len(options)) if by_sum(place, order[0]) == 0]
    shown = root_shares(sums, whole)
    return Outcome.of(
        options,
        winners,
        shown,
        lambda: [Step("{shares}; {total} in all", shares={options[place]: hundredths(shown[place]) for place in order}, total=whole)],
        lambda: [list(order), [sorted([str(each), str(factor)] for each, factor in one.items()) for one in sums]],
    )
