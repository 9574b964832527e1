"""The options that together have the most votes, of all sets that the budget can pay for.

The best set is found exactly. `worth` may also count what is spent on each vote: the cost of the option it is for.
Votes are approvals; or points, where ballots give points; or Borda points, where they rank. Of equally good sets, the
cheapest is funded; of equally cheap ones, the set whose options are listed first, and the tie is reported. A large
group can take everything. An option that nobody supports is not funded. Sources: Goel et al. 2019 (knapsack voting);
the exact search by Nemhauser & Ullmann 1969, cut off by Dantzig's bound.

>>> town = Election.read("costs: garden 600, pool 500, bench 400\\nbudget: 900\\n5: garden\\n4: pool, bench")
>>> outcome = tally("knapsack", town)
>>> outcome.winners, outcome.steps
(('pool', 'bench'), ('the best set within 900: pool and bench, with 8 votes, for 900',))
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, NamedTuple

import numpy as np

from engine.elections import work
from engine.elections.arrays import INT64_MAX, Array
from engine.elections.election import Election
from engine.elections.grades import as_points
from engine.elections.outcome import Outcome, Step
from engine.elections.work import Meter
from engine.limits import SETS_MAX, WORK_STEP
from engine.refusals import refuse
from engine.rules import voting_rule

VALUE_MAX = INT64_MAX >> 2
"""The worth of all votes together, at most: room to add and to round up without an overflow."""


@voting_rule(
    ballot=("approval", "cumulative", "score", "ranked"),
    elects="budget",
    work=work.searched,
    gives_up=work.too_many_sets,
    promises={"anonymity", "neutrality", "unanimity", "within_budget"},
)
def knapsack(election: Election, *, worth: Literal["votes", "cost"] = "votes") -> Outcome:
    election = as_points(election)
    assert election.costs is not None and election.budget is not None
    options, costs, votes = election.options, election.costs, election.sums.tolist()
    value = [count * (cost if worth == "cost" else 1) for count, cost in zip(votes, costs, strict=True)]
    if sum(value) > VALUE_MAX:
        raise refuse("election_wrong", "the election", "has costs and votes too large to multiply exactly", "count it by worth = votes")
    places = [place for place in range(len(options)) if value[place] and costs[place] <= election.budget]
    best = _best([costs[place] for place in places], [value[place] for place in places], election.budget)
    funded = [places[each] for each in best.chosen]
    differing = tuple(options[places[each]] for each in best.differing)
    spent, won = sum(costs[place] for place in funded), sum(votes[place] for place in funded)

    def explain() -> list[Step]:
        budget, cost = election.money(election.budget or 0), election.money(spent)
        if not funded:
            return [Step("nothing that anybody supports can be paid for with {budget}", budget=budget)]
        text = "the best set within {budget}: {names}, with {votes} {votes:vote|votes}, for {cost}"
        return [Step(text, budget=budget, names=[options[place] for place in funded], votes=won, cost=cost)]

    return Outcome(
        rule="",
        winners=tuple(options[place] for place in funded),
        scores=dict(zip(options, votes, strict=True)),
        ties=(differing,) if differing else (),
        explain=explain,
        certify=lambda: [spent, str(sum(value[place] for place in funded))],
    )


class _Best(NamedTuple):
    """The options of the best set, and those in which other sets, as good and as cheap, differ from it."""

    chosen: list[int]
    differing: list[int]


def _best(costs: list[int], values: list[int], budget: int) -> _Best:
    """The set with the most value within the budget, by adding option after option to every set worth keeping."""
    option_count = len(costs)
    order = sorted(range(option_count), key=lambda each: (costs[each] > 0, Fraction(-values[each], costs[each] or 1), each))
    known, left = 0, budget
    for each in order:
        if costs[each] <= left:
            known, left = known + values[each], left - costs[each]
    sets = _Sets(np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros((1, option_count), np.bool_), np.zeros((1, option_count), np.bool_))
    rest, meter = sum(values), Meter("count it by greedy or equal shares")
    for number, each in enumerate(order):
        meter.spend(len(sets.cost) * (12 * option_count // 8 + 200) + 100 * WORK_STEP)
        sets = sets.added(each, costs[each], values[each], budget)
        rest -= values[each]
        after = order[number + 1] if number + 1 < option_count else None
        room: Array | int = rest
        if after is not None and costs[after]:
            room = _reach(budget - sets.cost, values[after], costs[after], budget, rest)
        sets = sets.where(sets.value + room >= max(known, int(sets.value[-1])))
        if len(sets.cost) > SETS_MAX:
            raise refuse(
                "too_large", "the election", "has more than {sets_max:,} sets to compare", "count it by greedy or equal shares",
                sets_max=SETS_MAX,
            )  # fmt: skip
    return _Best(np.flatnonzero(sets.members[-1]).tolist(), np.flatnonzero(sets.differing[-1]).tolist())


def _reach(left: Array, value: int, cost: int, budget: int, rest: int) -> Array | int:
    """At least what `left` money could buy at `value` for `cost`, and at most everything that is to come, `rest`; in
    whole numbers. A bound that is a little too high never prunes the best; if int64 has no room for one, there is none
    but `rest`."""
    spare = 62 - budget.bit_length() - (-(-value // cost)).bit_length()
    if spare < 0:
        return rest
    bound: Array = np.minimum(rest, (left * -(-(value << spare) // cost) >> spare) + 1)
    return bound


class _Sets(NamedTuple):
    """Sets of options, cheapest first, each worth more than all before it: cost, value, members, and the options in
    which other sets, as good and as cheap, differ from it."""

    cost: Array
    value: Array
    members: Array
    differing: Array

    def where(self, kept: Array) -> _Sets:
        return _Sets(*(part[kept] for part in self))

    def added(self, option: int, cost: int, value: int, budget: int) -> _Sets:
        """These sets, and the same with one more option, as far as the budget reaches."""
        fits = self.cost + cost <= budget
        more = self.members[fits]
        more[:, option] = True
        both = _Sets(
            np.concatenate([self.cost, self.cost[fits] + cost]),
            np.concatenate([self.value, self.value[fits] + value]),
            np.concatenate([self.members, more]),
            np.concatenate([self.differing, self.differing[fits]]),
        )
        both = both.where(np.lexsort((-both.value, both.cost)))
        # At most two are alike, one with the option and one without: of them the one whose options are listed first stays.
        later = 1 + np.flatnonzero((both.value[1:] == both.value[:-1]) & (both.cost[1:] == both.cost[:-1]))
        one, other = both.members[later - 1], both.members[later]
        apart = one ^ other
        other_first = other[np.arange(len(later)), apart.argmax(axis=1)]
        both.members[later - 1] = np.where(other_first[:, None], other, one)
        both.differing[later - 1] |= both.differing[later] | apart
        before = np.concatenate([[-1], np.maximum.accumulate(both.value)[:-1]])
        return both.where(both.value > before)
