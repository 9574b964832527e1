"""What equal shares buys for a whole span of sizes of share at once, in floating point with proven bounds.

Where one unit of money is little, thousands of additions change nothing but the prices. A span begins at one share and
goes on for some additions. Every number in it is bounded from below and from above by straight lines over the span, and
the two meet, but for rounding, where it begins. So the next purchase is found there, and the lines say how far it
surely stays the next; the span is cut where it may not, and what is left of it goes on. In the end the same options are
proved to be bought at every share that is left of the span.

Three facts make lines enough. What supporters pay together at a price p, the sum of weight · min(money, p · unit), is
concave in p and money together: its tangent bounds the price from below, its chord from above. What a voter has left,
max(0, money - p · unit), is convex: its chord bounds it from above, and where it begins above zero its tangent from
below. And money only falls from purchase to purchase, so that what bounds an option's price does so until it is bought.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.elections.election import Array
from engine.elections.work import Meter
from engine.limits import WORK_STEP
from engine.rules.voting.equal_shares._batch import EPS, Voters

CLOSE = 1e-9
"""Newton's steps towards a price end when one changes it by less than this part of it; the bounds hold wherever they end."""


class _Line(NamedTuple):
    """`start` where the span begins, and `slope` more at the end it had when it began."""

    start: float
    slope: float

    def at(self, end: float) -> float:
        return self.start + self.slope * end


class _Supporters(NamedTuple):
    """The voters who support one option; `per_unit` is what it costs them together at a price of one, and `whole` all of that."""

    rows: Array
    weights: Array
    units: Array | float
    per_unit: Array
    whole: float
    total: float
    cost: float
    worth: float
    rounding: float
    """How far sums over them may be off, as a part of their terms."""


class _Unclear(Exception):
    """The bounds leave open what is bought where the span begins."""


class Spans:
    """Spans of shares of one election, each begun where the last has ended; `steps_min` is how many additions each tries at
    least: twice as many as the one before where that has been proved to its end, and half as many where not."""

    def __init__(self, voters: Voters, steps_min: int, meter: Meter) -> None:
        self._meter, self._voters, self._supporters = meter, voters, [_supporters(voters, option) for option in range(len(voters.rows))]
        self._hints: dict[tuple[int, int], float] = {}
        self._steps = self._steps_min = steps_min

    def bought(self, share: float, grows: float, steps_max: int) -> tuple[frozenset[int] | None, int]:
        """What is bought where everybody has `share`, and how often, up to `steps_max` times, `grows` can surely be
        added before anything else is bought; None if the bounds leave it open. Both numbers may be half a unit in their last place off."""
        span = _Span(self._voters, self._supporters, share, grows, min(self._steps, steps_max), self._hints, self._meter)
        try:
            span.count()
        except _Unclear:
            self._steps = self._steps_min
            return None, 0
        self._hints = {key: line.at((span.steps + 1) / span.length) for key, line in span.prices.items()}
        self._steps = 2 * self._steps if span.steps >= self._steps else max(self._steps_min, self._steps // 2, span.steps)
        return frozenset(span.bought), span.steps


def _supporters(voters: Voters, option: int) -> _Supporters:
    weights, units, worth = voters.weights[option], voters.units[option], float(max(voters.worth[option], 1))
    per_unit = weights * units
    return _Supporters(
        voters.rows[option], weights, 1.0 if bool((units == 1).all()) else units, per_unit, float(per_unit.sum()), float(weights.sum()),
        float(voters.costs[option]), worth, EPS * (8 + len(units)),
    )  # fmt: skip


def _dot(one: Array, other: Array) -> float:
    """The sum of products, in this thread: a numerical library would wake others for it, and wait for them."""
    return float(np.einsum("i,i->", one, other))


class _Span:
    """The shares from `share` on, with `steps` additions; these get fewer until `bought` is proved for all of them."""

    def __init__(
        self,
        voters: Voters,
        supporters: list[_Supporters],
        share: float,
        grows: float,
        steps: int,
        hints: dict[tuple[int, int], float],
        meter: Meter,
    ) -> None:
        self._voters, self._supporters, self._hints, self._meter = voters, supporters, hints, meter
        meter.spend(4 * voters.ballots + 20 * WORK_STEP)
        self.steps, self.length = steps, max(steps, 1)
        self.bought: list[int] = []
        self.prices: dict[tuple[int, int], _Line] = {}
        """The price last seen of an option when so many were bought: where to look for it in the next span."""
        self._most = share + grows * self.length
        self._size = 2 * self._most
        """No bound of anybody's money is half as far from zero, wherever in the span: rounding is a part of this."""
        rise = grows * self.length
        self._low, self._low_slope = (np.full(voters.ballots, each * (1 - EPS)) for each in (share, rise))
        self._high, self._high_slope = (np.full(voters.ballots, each * (1 + EPS)) for each in (share, rise))
        self._payable = np.array([each.whole > 0 for each in supporters])
        self._least = np.array([each.cost / max(each.whole, 1) / each.worth * (1 - each.rounding) for each in supporters])
        self._least_slope = np.zeros(len(supporters))
        """With `_least`, a lower bound of the price per unit of worth of every option that is still payable."""
        self._known, self._hinted = set[int](), set[int]()
        """The options whose price has been found as closely as it can be since the last purchase, or sought from its hint."""

    @property
    def _end(self) -> float:
        return self.steps / self.length

    def count(self) -> None:
        """Buy, as long as anything is payable."""
        while (option := self._cheapest()) is not None:
            option, upper = self._surely_cheapest(option)
            self._pay(option, upper)
            self._payable[option] = False
            self.bought.append(option)
            self._known, self._hinted = set(), set()

    def _keep_above_zero(self, start: float, slope: float) -> None:
        """Cut the span to where a line that starts above zero has not come down to it."""
        if start + slope * self._end <= 0:
            steps = min(self.steps - 1, int(start / -slope * self.length))
            while steps > 0 and start + slope * (steps / self.length) <= 0:
                steps -= 1
            self.steps = max(steps, 0)

    def _cheapest(self) -> int | None:
        """The cheapest option where the span begins, if any is payable."""
        while self._payable.any():
            option = int(np.where(self._payable, self._least, np.inf).argmin())
            if option in self._known:
                return option
            self._examine(option)
        return None

    def _examine(self, option: int) -> None:
        """Raise the lower bound of an option's price by one step of Newton's, or find that it is not payable."""
        each, key = self._supporters[option], (len(self.bought), option)
        self._meter.spend(5 * len(each.rows) + 20 * WORK_STEP)
        high, slope = self._high[each.rows], self._high_slope[each.rows]
        rounding = each.rounding * (each.cost + each.total * self._size)
        spare = each.cost - _dot(each.weights, high)
        if spare >= -rounding:
            if spare <= rounding:
                raise _Unclear
            self._keep_above_zero(spare - rounding, -_dot(each.weights, slope))
            self._payable[option] = False
            return
        least, hinted = self._least[option] * each.worth, key in self._hints and option not in self._hinted
        price = self._hints[key] if hinted else least
        self._hinted.add(option)
        spent = high <= price * each.units
        taking, paying = _dot(each.per_unit, ~spent), each.weights * spent
        if taking <= 0:
            if not hinted:
                raise _Unclear
            return  # the hint was too high
        line = _Line((each.cost - _dot(paying, high) - rounding) / taking, -_dot(paying, slope) / taking)
        self.prices[key] = line
        if line.start > least:
            self._least[option] = line.start / each.worth * (1 - 4 * EPS)
            self._least_slope[option] = line.slope / each.worth
        near = price * CLOSE + 2 * rounding / taking
        if line.start <= price + near and not (hinted and line.start < price - near):  # from a hint too high, it may be far below
            self._known.add(option)

    def _surely_cheapest(self, option: int) -> tuple[int, _Line]:
        """The option that is bought next, and an upper bound of its price, after cutting the span to where no other can
        be cheaper; another than `option` only where exact numbers make it as cheap and first, or cheaper."""
        while True:
            upper, worth = self._upper(option), self._supporters[option].worth
            start, slope, end = upper.start / worth, upper.slope / worth, self._end
            doubt = 8 * EPS * (np.abs(self._least) + start + end * (np.abs(self._least_slope) + abs(slope)))
            above, rising = self._least - start - doubt, self._least_slope - slope
            near = self._payable & ((above <= 0) | (above + rising * end <= 0))
            near[option] = False
            rivals = np.flatnonzero(near).tolist()
            if unknown := [rival for rival in rivals if rival not in self._known]:
                for rival in unknown:
                    self._examine(rival)
                continue
            first = option
            for rival in rivals:
                if above[rival] > 0:
                    self._keep_above_zero(float(above[rival]), float(rising[rival]))
                else:
                    first = self._first(first, rival)
            if first == option:
                return option, upper
            option = first

    def _first(self, one: int, other: int) -> int:
        """Which of two options is bought first, where their prices are exact fractions or always the same."""
        if self._voters.twin[one] == self._voters.twin[other]:
            return min(one, other)
        while True:
            taking, taking_2 = self._alike(one), self._alike(other)
            if taking and taking_2:
                break
            if not self.steps:
                raise _Unclear
            self.steps //= 2
        costs, worth = self._voters.costs, self._voters.worth
        price = costs[one] * taking_2 * max(worth[other], 1), one
        price_2 = costs[other] * taking * max(worth[one], 1), other
        return min(price, price_2)[1]

    def _alike(self, option: int) -> int:
        """How many units are paid for together if all supporters who have anything left surely pay alike; otherwise 0."""
        each, voters = self._supporters[option], self._voters
        high, low = self._high[each.rows], self._low[each.rows]
        have = (high > 0) | (self._high_slope[each.rows] > 0)
        # Weight times points fits 63 bits, as an election sees to, and not always the 53 of a float.
        taking = int((voters.weights[option].astype(np.int64) * voters.units[option].astype(np.int64))[have].sum())
        price = each.cost / max(taking, 1) * (1 + CLOSE) * each.units
        sure = (low > price) & (low + self._low_slope[each.rows] * self._end > price)
        return taking if bool((sure | ~have).all()) else 0

    def _lower(self, option: int) -> _Line:
        worth = self._supporters[option].worth
        return _Line(float(self._least[option]) * worth * (1 - 4 * EPS), float(self._least_slope[option]) * worth)

    def _upper(self, option: int) -> _Line:
        """An upper bound of the price of an option, after cutting the span to where it is surely payable.

        At the lower bound the supporters pay at least what the chord says. If those who can surely pay more still take
        half as many units as all who can, what is missing raises the price by no more than it comes to for each.
        """
        each, lower = self._supporters[option], self._lower(option)
        low, slope, units = self._low[each.rows], self._low_slope[each.rows], each.units
        rounding = each.rounding * (each.cost + each.total * self._size)
        while True:
            self._meter.spend(8 * len(each.rows) + 20 * WORK_STEP)
            end = self._end
            price, price_2, low_2 = lower.start, lower.at(end), low + slope * end
            missing = max(0.0, each.cost - _dot(each.weights, np.minimum(low, price * units))) + rounding
            missing_2 = max(0.0, each.cost - _dot(each.weights, np.minimum(low_2, price_2 * units))) + rounding
            taking = max(_dot(each.per_unit, low > price * units), 1.0)
            further, further_2 = price + 2 * missing / taking, price_2 + 2 * missing_2 / taking
            sure = _dot(each.per_unit, (low > further * units) & (low_2 > further_2 * units))
            if 2 * sure > taking * (1 + CLOSE):
                more = (1 + each.rounding) / sure
                price, price_2 = (price + missing * more) * (1 + 4 * EPS), (price_2 + missing_2 * more) * (1 + 4 * EPS)
                return _Line(price, (price_2 - price) / end if end else 0.0)
            if not self.steps:
                raise _Unclear
            self.steps //= 2

    def _pay(self, option: int, upper: _Line) -> None:
        """Let the supporters of an option pay: the least they may have left, and the most."""
        each, lower, end = self._supporters[option], self._lower(option), self._end
        rows, units, doubt = each.rows, each.units, 8 * EPS * self._size
        self._meter.spend(10 * len(rows) + 20 * WORK_STEP)
        low = self._low[rows] - (upper.start * units + doubt)
        slope = self._low_slope[rows] - upper.slope * units
        some = low > 0
        low, slope = low * some, slope * some
        self._low[rows], self._low_slope[rows] = low, slope
        high = self._high[rows]
        high_2 = np.maximum(high + self._high_slope[rows] * end - (lower.at(end) * units - doubt), 0.0)
        high = np.maximum(high - (lower.start * units - doubt), 0.0)
        self._high[rows], self._high_slope[rows] = high, (high_2 - high) / end if end else 0.0
        self._size = max(self._size, 2 * self._most - 2 * float((low + slope * end).min()), 2 * float(high_2.max()))
