"""The counting inside equal shares, in whole numbers.

Voters with equal money left are one *class*. A class's money is an integer over a common denominator, so that buying
an option needs no fractions: the price p/q multiplies the denominator by q. A price only rises while shares shrink, so
the last known prices order a queue, and only its head is computed again.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Collection, Iterator
from fractions import Fraction
from math import gcd
from typing import NamedTuple

import numpy as np

from engine.elections.counting import numbered
from engine.elections.election import Array, Election
from engine.elections.work import Meter, is_too_much
from engine.limits import SHARES_EXACT_MAX, SHARES_EXACT_WORK, WORK_STEP
from engine.refusals import refuse
from engine.rules.voting.equal_shares._additions import stretches
from engine.rules.voting.equal_shares._batch import Voters


class Purchase(NamedTuple):
    """One option bought: `price` is what a supporter pays (or pays per point) who can pay in full."""

    option: int
    cost: int
    price: Fraction
    supporters: int
    drained: int
    """How many supporters paid less than the price, with everything they had."""
    tied: tuple[int, ...]
    """The options, this one included, that were equally cheap per unit of utility."""
    per_ballot: bool


class _Bid(NamedTuple):
    """What an option would cost its supporters now: `numerator / denominator` in units of the class money."""

    numerator: int
    denominator: int
    drained: int


class Count:
    """An election prepared to be counted for several shares; `utility` as the rule's parameter, `whole` for shares in whole units."""

    def __init__(self, election: Election, utility: str, whole: bool = False) -> None:
        assert election.costs is not None and election.budget is not None
        self.costs, self.budget, self._electorate = election.costs, election.budget, election.total
        self.weights = election.weights
        self.utility, self._whole = utility, whole
        self._meter = Meter("add more money at a time (increment), or none")
        support = election.support
        self._rows = [np.flatnonzero(support[:, place]) for place in range(len(self.costs))]
        self._units = [
            election.table[rows, place].astype(np.int64) if utility == "additive" else np.ones(len(rows), np.int64)
            for place, rows in enumerate(self._rows)
        ]
        self._plain = [bool((units == 1).all()) for units in self._units]
        self._worth = [cost if utility == "cost" else 1 for cost in self.costs]
        self._table, self._support = election.table, support
        self.supporters = [int(self.weights[rows].sum()) for rows in self._rows]
        self.buyable = sum(1 for place, count in enumerate(self.supporters) if count and self.costs[place] <= self.budget)

    def voters(self) -> Voters:
        """The same, for counting many shares at once."""
        weights = [self.weights[rows].astype(np.float64) for rows in self._rows]
        units = [each.astype(np.float64) for each in self._units]
        first: dict[tuple[bytes, bytes, int], int] = {}
        looks = ((rows.tobytes(), each.tobytes(), cost) for rows, each, cost in zip(self._rows, self._units, self.costs, strict=True))
        twin = [first.setdefault(look, place) for place, look in enumerate(looks)]
        return Voters(self._rows, weights, units, self.costs, self._worth, len(self.weights), twin)

    def complete(self, increment: int, steps_max: int, exhaustive: bool = False) -> tuple[int, list[Purchase]]:
        """What is bought when every voter gets `increment` more, again and again, while all of it costs no more than the
        budget; and how much more that was. Stops when everything is bought, or after `steps_max` times; with `exhaustive` as soon as
        nothing that somebody supports fits in what is left of the budget.
        """
        if not steps_max:
            return 0, self.buy(0)
        first, exact, last = 0 if exhaustive else self._sure_steps(increment, steps_max), 0, 0
        exact_max = max(SHARES_EXACT_MAX, SHARES_EXACT_WORK // (len(self.weights) * len(self.costs)))
        for stretch in stretches(self.voters(), lambda step: self.share(step * increment), first, steps_max, self._meter):
            options = stretch.bought
            if options is None:
                exact += 1
                if is_too_much(exact, exact_max):
                    raise refuse(
                        "too_large", "the election", "has more than {exact_max:,} additions that only exact fractions tell apart",
                        "add more money at a time (increment)", exact_max=exact_max
                    )  # fmt: skip
                options = frozenset(purchase.option for purchase in self.buy(stretch.first * increment))
            if sum(self.costs[option] for option in options) > self.budget:
                last = stretch.first - 1
                break
            if len(options) == self.buyable or (exhaustive and not self.fitting(options)):
                last = stretch.first
                break
            last = stretch.last
        return last * increment, self.buy(last * increment)

    def beyond(self, raised: int, bought: list[Purchase], increment: int, steps_max: int, stop: str) -> list[Purchase]:
        """What would have been bought with one more addition, which is why there was none; empty if there was another reason."""
        full = stop == "exhaustive" and not self.fitting([purchase.option for purchase in bought])
        if raised >= increment * steps_max or len(bought) == self.buyable or full:
            return []
        return self.buy(raised + increment)

    def fitting(self, bought: Collection[int]) -> list[int]:
        """The supported options, not `bought`, that what is left of the budget can pay for."""
        left = self.budget - sum(self.costs[option] for option in bought)
        return [place for place, cost in enumerate(self.costs) if place not in bought and self.supporters[place] and cost <= left]

    def _sure_steps(self, increment: int, steps_max: int) -> int:
        """How often money can be added before all that anybody could pay for costs more than the budget, or is everything."""

        def sure(step: int) -> bool:
            share = self.share(step * increment)
            payable = [
                cost for cost, supporters in zip(self.costs, self.supporters, strict=True) if supporters and cost <= share * supporters
            ]
            return sum(payable) <= self.budget and len(payable) < self.buyable

        return max(0, bisect_left(range(steps_max + 1), True, key=lambda step: not sure(step)) - 1)

    def share(self, raised: int) -> Fraction:
        return (Fraction(self.budget // self._electorate) if self._whole else Fraction(self.budget, self._electorate)) + raised

    def cost(self, bought: list[Purchase]) -> int:
        return sum(purchase.cost for purchase in bought)

    def better_off(self, ours: list[int], theirs: list[int]) -> tuple[int, int]:
        """How many voters get more utility from the options `ours` than from `theirs`, and the other way round."""
        if self.utility == "additive":
            worth = self._table.astype(np.int64)
        else:
            worth = self._support.astype(np.int64) * np.array(self._worth, np.int64)
        gain = worth[:, ours].sum(axis=1) - worth[:, theirs].sum(axis=1)
        return int(self.weights[gain > 0].sum()), int(self.weights[gain < 0].sum())

    def buy(self, raised: int) -> list[Purchase]:
        """What is bought when every voter begins with an equal share of the budget and `raised` units more."""
        return self._buy(raised)[0]

    def left(self, raised: int) -> list[Fraction]:
        """What the supporters of each option have left together, once all is bought that can be when everybody begins with so much."""
        _, classes, money, denominator = self._buy(raised)
        held = [_add_up(classes[rows], self.weights[rows], len(money)).tolist() for rows in self._rows]
        return [Fraction(sum(count * each for count, each in zip(counts, money, strict=True)), denominator) for counts in held]

    def _buy(self, raised: int) -> tuple[list[Purchase], Array, list[int], int]:
        """What is bought, and then the class of every ballot, and what classes have left: integers over a denominator."""
        start = self.share(raised)
        denominator, money = start.denominator, [start.numerator]
        classes = np.zeros(len(self.weights), np.int64)
        queue = [(Fraction(0), place) for place, count in enumerate(self.supporters) if count]
        heapq.heapify(queue)
        bought: list[Purchase] = []
        while queue:
            order = np.array(sorted(range(len(money)), key=money.__getitem__), np.intp)
            fresh: dict[int, tuple[Fraction, _Bid]] = {}
            while queue and queue[0][1] not in fresh:
                _, place = heapq.heappop(queue)
                bid = self._bid(place, classes, money, order, denominator)
                if bid is not None:
                    price = Fraction(bid.numerator, bid.denominator * denominator * max(self._worth[place], 1))
                    fresh[place] = price, bid
                    heapq.heappush(queue, (price, place))
            if not queue:
                break
            price, place = heapq.heappop(queue)
            tied = [place]
            for other_price, other in sorted(queue):
                if other_price > price:
                    break
                bid = fresh[other][1] if other in fresh else self._bid(other, classes, money, order, denominator)
                if bid and Fraction(bid.numerator, bid.denominator * denominator * max(self._worth[other], 1)) == price:
                    tied.append(other)
            bid = fresh[place][1]
            bought.append(
                Purchase(
                    place,
                    self.costs[place],
                    Fraction(bid.numerator, bid.denominator * denominator),
                    self.supporters[place],
                    bid.drained,
                    tuple(tied) if len(tied) > 1 else (),
                    self._plain[place],
                )
            )
            classes, money, denominator = self._pay(place, bid, classes, money, denominator)
        return bought, classes, money, denominator

    def _bid(self, place: int, classes: Array, money: list[int], order: Array, denominator: int) -> _Bid | None:
        """The price at which the supporters of an option can pay for it together; None when they cannot."""
        rows, units = self._rows[place], self._units[place]
        rest = self.costs[place] * denominator
        if self._plain[place]:
            held = _add_up(classes[rows], self.weights[rows], len(money))
            groups: Iterator[tuple[int, int, int]] = ((money[each], 1, int(held[each])) for each in order[held[order] > 0].tolist())
            taking = self.supporters[place]
        else:
            pairs, inverse = numbered(classes[rows] * (int(units.max()) + 1) + units)
            held = _add_up(inverse, self.weights[rows], len(pairs))
            split = [divmod(int(pair), int(units.max()) + 1) for pair in pairs]
            sorted_groups = [(money[each], unit, int(count)) for (each, unit), count in zip(split, held, strict=True)]
            sorted_groups.sort(key=lambda group: Fraction(group[0], group[1]))
            groups, taking = iter(sorted_groups), sum(unit * count for _, unit, count in sorted_groups)
        self._meter.spend(16 * len(rows) + 4 * len(money) + 60 * WORK_STEP)
        drained = 0
        for have, unit, count in groups:
            self._meter.spend(8 * WORK_STEP)
            if have * taking >= rest * unit:
                return _Bid(rest, taking, drained)
            rest -= have * count
            taking -= unit * count
            drained += count
        return None

    def _pay(self, place: int, bid: _Bid, classes: Array, money: list[int], denominator: int) -> tuple[Array, list[int], int]:
        """The classes, their money and its denominator after the supporters have paid."""
        rows, units = self._rows[place], self._units[place]
        common = gcd(bid.numerator, bid.denominator)
        numerator, factor = bid.numerator // common, bid.denominator // common
        width = int(units.max()) + 1
        codes = classes * width
        codes[rows] += units
        seen, classes = numbered(codes)
        self._meter.spend(16 * len(codes) + 16 * WORK_STEP * len(seen))
        left = []
        for code in seen:
            each, unit = divmod(int(code), width)
            left.append(max(0, money[each] * factor - numerator * unit))
        distinct = {amount: number for number, amount in enumerate(dict.fromkeys(left))}
        classes = np.array([distinct[amount] for amount in left], np.int64)[classes]
        amounts, denominator = list(distinct), denominator * factor
        common = gcd(denominator, *amounts)
        return classes, [amount // common for amount in amounts], denominator // common


def _add_up(places: Array, weights: Array, size: int) -> Array:
    sums = np.zeros(size, np.int64)
    np.add.at(sums, places, weights)
    return sums
