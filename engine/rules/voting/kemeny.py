"""The option at the top of the ranking that best agrees with the ballots wins.

Of all rankings, the best is the one that contradicts the fewest pairwise preferences on the ballots. Elects the
Condorcet winner where there is one. Exact: every ranking of each group of options in a cycle is examined, so such a
group may have at most 16 options. If several rankings are best, all options that top one of them are tied.
Also called Kemeny-Young. Source: Kemeny 1959; Young & Levenglick 1978.

>>> print("\\n".join(tally("kemeny", Election.read("4: garden > library > pool\\n3: library > pool > garden\\n2: pool > garden > library")).steps))
best ranking: garden > library > pool
it contradicts 3 + 5 + 2 = 10 pairwise preferences; no ranking contradicts fewer
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from engine.elections import pairwise, work
from engine.elections.election import Array, Election
from engine.elections.outcome import Outcome, Step
from engine.elections.pairwise import smith_set
from engine.limits import KEMENY_OPTIONS_MAX
from engine.refusals import refuse
from engine.rules import voting_rule


@voting_rule(
    ballot="ranked",
    elects="one",
    scores="options ranked below",
    work=work.ranked_rankings, gives_up=work.too_many_rankings,
    promises={
        "anonymity", "neutrality", "unanimity", "majority", "majority_loser", "condorcet", "condorcet_loser", "smith", "monotonicity", "reversal_symmetry", "resolvability"},
)  # fmt: skip
def kemeny(election: Election) -> Outcome:
    options, pairs = election.options, election.pairwise
    best_place, ranking, left = [0] * len(options), list[int](), list(range(len(options)))
    while left:
        # Whoever beats everybody outside a group stands above them in every best ranking.
        group = [left[each] for each in smith_set(pairs[np.ix_(left, left)])]
        places, order = _best_rankings(pairs[np.ix_(group, group)])
        for option, place in zip(group, places, strict=True):
            best_place[option] = len(ranking) + place
        ranking += [group[each] for each in order]
        left = [option for option in left if option not in group]
    below = [len(options) - 1 - place for place in best_place]

    def explain() -> list[Step]:
        against = [int(pairs[other, one]) for one, other in combinations(ranking, 2)]
        return [
            Step("best ranking: {ranking}", ranking=" > ".join(options[place] for place in ranking)),
            Step("it contradicts {sum} pairwise preferences; no ranking contradicts fewer", sum=sum(against))
            if not 1 < len(against) <= 10
            else Step(
                "it contradicts {terms} = {sum} pairwise preferences; no ranking contradicts fewer",
                terms=" + ".join(map(str, against)),
                sum=sum(against),
            ),
        ]

    winners = [option for option, place in enumerate(best_place) if place == 0]
    return Outcome.of(options, winners, below, explain, lambda: [pairs.tolist(), ranking], figures=lambda: pairwise.duels(options, pairs))


def _best_rankings(pairs: Array) -> tuple[list[int], list[int]]:
    """For every option its best place in any best ranking, and one best ranking (of several, the first in the order of
    the options).

    Rankings are built from the top: `cost[S]` is what the best ranking of the options in S, as bits, contradicts when S
    stands above all others; `rest[S]` is what the best order of the others adds.
    """
    option_count = len(pairs)
    if option_count > KEMENY_OPTIONS_MAX:
        raise refuse(
            "too_large", "the election", "has {option_count} options in one cycle",
            "kemeny ranks at most {kemeny_options_max}: use ranked_pairs",
            option_count=option_count, kemeny_options_max=KEMENY_OPTIONS_MAX,
        )  # fmt: skip
    if option_count == 1:
        return [0], [0]
    work.searched_for(work.ordered(option_count))
    sets = np.arange(1 << option_count)
    adds = [_sums_outside(pairs[:, option]) for option in range(option_count)]
    sizes = np.bitwise_count(sets)
    never = np.iinfo(np.int64).max // 2
    cost, rest = np.full(1 << option_count, never), np.full(1 << option_count, never)
    cost[0], rest[-1] = 0, 0
    for size in range(1, option_count + 1):
        grown, shrunk = sets[sizes == size], sets[sizes == option_count - size]
        for option in range(option_count):
            bit = 1 << option
            with_it, without = grown[grown & bit > 0], shrunk[shrunk & bit == 0]
            cost[with_it] = np.minimum(cost[with_it], cost[with_it ^ bit] + adds[option][with_it ^ bit])
            rest[without] = np.minimum(rest[without], adds[option][without] + rest[without | bit])
    best, places, order, here = int(cost[-1]), [], [], 0
    for option in range(option_count):
        without = sets[sets & (1 << option) == 0]
        on_the_way = cost[without] + adds[option][without] + rest[without | 1 << option] == best
        places.append(int(sizes[without[on_the_way]].min()))
    while here != (1 << option_count) - 1:
        option = next(
            each
            for each in range(option_count)
            if not here >> each & 1 and cost[here] + adds[each][here] + rest[here | 1 << each] == best
        )  # fmt: skip
        order.append(option)
        here |= 1 << option
    return places, order


def _sums_outside(column: Array) -> Array:
    """For every set of options, as bits, the sum of `column` over those outside it (an option adds 0 for itself)."""
    inside = np.zeros(1, np.int64)
    for amount in column:
        inside = np.concatenate([inside, inside + amount])
    return int(column.sum()) - inside
