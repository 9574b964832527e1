"""What equal shares buys for many sizes of share at once, in floating point with proven bounds.

Completing an outcome asks what is bought when everybody has a little more, hundreds of times, and nearly always the
answer is the same. Shares are columns, and those that have bought the same options so far are counted together; they
part where they choose differently, and meet again once they have bought the same in another order. Every number carries
a bound on its error. A choice is made only if the bounds prove that exact arithmetic makes it too; otherwise the share
is handed back, to be counted exactly.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.elections.election import Array
from engine.elections.work import Meter
from engine.limits import WORK_STEP

EPS = 2.0**-50
"""Four times the rounding error of one operation: sums of a few operations stay below it."""


class Voters(NamedTuple):
    """What a count needs: for each option the rows that support it, their weights and units; its cost and worth; and
    its `twin`, the first option with the same cost and the same supporters, which is therefore always equally cheap."""

    rows: list[Array]
    weights: list[Array]
    units: list[Array]
    costs: tuple[int, ...]
    worth: list[int]
    ballots: int
    twin: list[int]


class _Shares:
    """All shares at once, a column each: `money` and its `error` (ballots, columns), `worst`, the largest error in each
    column, and `least` (options, columns), a lower bound of every option's price per unit of worth, which only rises."""

    def __init__(self, voters: Voters, shares: Array, share_errors: Array, meter: Meter) -> None:
        self.voters, self.width, self._meter = voters, len(shares), meter
        self.money = np.broadcast_to(shares, (voters.ballots, self.width)).copy()
        self.error = np.broadcast_to(share_errors, self.money.shape).copy()
        self.worst = share_errors.copy()
        self.least = np.zeros((len(voters.rows), self.width))

    def part(self, table: Array, rows: Array, columns: Array) -> Array:
        """Some ballots in some columns, which whoever asks is about to look at several times."""
        self._meter.spend(10 * len(rows) * len(columns) + 100 * WORK_STEP)
        return table[_at(rows, columns)]

    def pay(self, option: int, columns: Array, price: Array, slack: Array) -> None:
        """Let the supporters of `option` pay, in the columns that buy it."""
        rows, units = self.voters.rows[option], self.voters.units[option][:, None]
        at = _at(rows, columns)
        before = self.money[at]
        left = before - price * units
        doubt = self.error[at] + slack * units + EPS * before
        doubt[left < -doubt] = 0.0  # whoever surely pays all she has, has nothing left, and that is exact
        self.money[at] = np.maximum(left, 0.0)
        self.error[at] = doubt
        self.worst[columns] = np.maximum(self.worst[columns], doubt.max(axis=0))


def _at(rows: Array, columns: Array) -> tuple[Array, Array | slice]:
    """Where some rows and ascending columns are; adjacent columns, as most are, are read and written as one slice."""
    first, last = int(columns[0]), int(columns[-1])
    return (rows, slice(first, last + 1)) if last - first + 1 == len(columns) else (rows[:, None], columns)


def bought_for(voters: Voters, shares: Array, share_errors: Array, meter: Meter) -> list[frozenset[int] | None]:
    """Which options are bought for each of `shares`; None if the bounds leave it open."""
    answers: list[frozenset[int] | None] = [None] * len(shares)
    state = _Shares(voters, shares, share_errors, meter)
    groups = {frozenset[int](): np.arange(len(shares))}
    payable = {frozenset[int](): [option for option, rows in enumerate(voters.rows) if len(rows)]}
    while groups:
        after: dict[frozenset[int], list[Array]] = {}
        still: dict[frozenset[int], set[int]] = {}
        for bought, columns in groups.items():
            choice = _Choice(state, columns, payable[bought])
            for column in columns[choice.done]:
                answers[column] = bought
            for option, buyers in choice.buy():
                grown = bought | {option}
                after.setdefault(grown, []).append(buyers)
                still.setdefault(grown, set()).update(choice.payable)
        groups = {bought: np.sort(np.concatenate(parts)) for bought, parts in after.items()}
        payable = {bought: sorted(each - bought) for bought, each in still.items()}
    return answers


class _Choice:
    """The next purchase in each of some columns; `payable` are the options that can still be bought there."""

    def __init__(self, state: _Shares, columns: Array, payable: list[int]) -> None:
        self._state, self._voters, self._columns = state, state.voters, columns
        width = len(columns)
        self._price: dict[int, tuple[Array, Array]] = {}
        """For every option examined, the price per unit of worth, by column (infinite if it cannot be paid), and how
        much lower it may be."""
        self._bounds: dict[int, Array] = {}
        """For options examined closely, how far the exact price may be from theirs, either way; infinite if unknown."""
        self._paid_alike: dict[int, tuple[Array, Array]] = {}
        self._held: dict[int, Array] = {}
        self._best, self._winner = np.full(width, np.inf), np.full(width, -1)
        self._ceiling = np.full(width, np.inf)
        """What the cheapest costs at most, so that whatever surely costs more need not be looked at."""
        self._unclear = np.zeros(width, np.bool_)
        self.payable = list(payable)
        self._look()
        self._unclear |= self._rivalled()
        self.done = (self._winner < 0) & ~self._unclear

    def _look(self) -> None:
        """Price options, those that may be cheapest first, until no other can be cheaper in any column."""
        least, dead = self._state.least[np.array(self.payable, np.intp)[:, None], self._columns], set()
        lowest = least.min(axis=1)
        for place in np.argsort(lowest, kind="stable").tolist():
            if lowest[place] > self._ceiling.max():
                break  # and so are all that follow
            if not bool((least[place] <= self._ceiling).any()):
                continue
            option = self.payable[place]
            per_worth, lower = self._price[option] = self._solve(option, least[place])
            never = np.isinf(per_worth)
            if bool(never.all()) and not bool(self._unclear.any()):
                dead.add(option)  # its supporters only ever have less
                continue
            bound = np.where(never, least[place], np.maximum(least[place], per_worth - lower))
            self._state.least[option, self._columns] = bound
            better = per_worth < self._best
            if bool(better.any()):
                self._best[better], self._winner[better] = per_worth[better], option
                self._ceiling[better] = np.minimum(self._ceiling, (per_worth + self._bound(option)) * (1 + 8 * EPS))[better]
        self.payable = [option for option in self.payable if option not in dead]

    def _solve(self, option: int, least: Array) -> tuple[Array, Array]:
        """The price p at which supporters pay for `option` together: the sum of weight · min(money, p · unit) is its cost.

        What is paid is concave in p, so that Newton's steps from a price that is too low never pass the one sought.
        """
        voters, columns = self._voters, self._columns
        weights, units, cost = voters.weights[option], voters.units[option], float(voters.costs[option])
        money = self._money(option)
        plain = bool((units == 1).all())
        total, everybody = weights @ money, float(weights.sum())
        rounding = EPS * (cost + total) * (4 + len(units))  # every term of the sum may be off by one
        doubt = self._state.worst[columns] * everybody + rounding
        reach = total - cost
        if bool((np.abs(reach) <= doubt).any()):
            doubt = weights @ self._state.part(self._state.error, voters.rows[option], columns) + rounding
            self._unclear |= np.abs(reach) <= doubt
        can = reach > doubt
        if not bool(can.any()):
            return np.full(len(columns), np.inf), np.zeros(len(columns))
        worth = max(voters.worth[option], 1)
        per_unit = weights * units
        price = np.maximum(cost / float(per_unit.sum()), least * worth)
        with np.errstate(divide="ignore", invalid="ignore"):
            while True:
                limit = price if plain else price * units[:, None]
                taking = per_unit @ (money > limit)
                short = cost - weights @ np.minimum(money, limit)
                if not bool((can & (short > rounding)).any()):
                    break
                price = np.where(can & (short > rounding), price + short / taking, price)
            # From below, what is paid rises at least as fast as it does here.
            lower = (self._state.worst[columns] * everybody + 2 * rounding) / taking
        self._unclear |= can & (taking <= 0)
        return np.where(can, price, np.inf) / worth, np.where(can, lower, 0.0) / worth * (1 + 4 * EPS)

    def _money(self, option: int) -> Array:
        """What the supporters of an option have left, in the columns examined."""
        if option not in self._held:
            self._held[option] = self._state.part(self._state.money, self._voters.rows[option], self._columns)
        return self._held[option]

    def _bound(self, option: int) -> Array:
        """How far the exact price may be from the one computed, either way."""
        if option not in self._bounds:
            voters, columns, state = self._voters, self._columns, self._state
            rows, weights, units = voters.rows[option], voters.weights[option], voters.units[option][:, None]
            worth = max(voters.worth[option], 1)
            price = self._price[option][0] * worth
            money, error = self._money(option), state.part(state.error, rows, columns)
            rounding = EPS * (voters.costs[option] + weights @ money) * (8 + 2 * len(rows))
            per_unit, surely = weights * voters.units[option], money - error
            plain = bool((units == 1).all())
            with np.errstate(divide="ignore", invalid="ignore"):
                limit = price if plain else price * units
                taking = per_unit @ (money > limit)
                slack = 2 * (weights @ np.where(surely < limit * (1 + EPS), error, 0.0) + rounding) / taking
                # It holds where, that much further, what is paid still rises at least half as fast.
                further = per_unit @ (surely > (price + slack if plain else (price + slack) * units))
                holds = 2 * further >= taking
            self._bounds[option] = np.where(holds, slack / worth * (1 + 4 * EPS), np.inf)
        return self._bounds[option]

    def _rivalled(self) -> Array:
        """Where another option may be as cheap as the cheapest, and exact numbers do not settle which is taken."""
        rivalled, width = np.zeros(len(self._best), np.bool_), np.zeros(len(self._best))
        for option in np.unique(self._winner).tolist():
            if option >= 0:
                here = self._winner == option
                width[here] = self._bound(option)[here]
        rivalled |= np.isinf(width)
        for option, (per_worth, lower) in self._price.items():
            near = np.flatnonzero((self._winner != option) & (self._winner >= 0) & ~np.isinf(per_worth) & ~rivalled)
            near = near[per_worth[near] - lower[near] <= self._best[near] + width[near]]
            if len(near):
                near = near[per_worth[near] - self._bound(option)[near] <= self._best[near] + width[near]]
            for other in np.unique(self._winner[near]).tolist():
                rivalled |= self._settle(option, other, near[self._winner[near] == other])
        return rivalled

    def _settle(self, option: int, other: int, columns: Array) -> Array:
        """Take the cheaper of two options, or the first of equals, in columns where bounds cannot tell; True where
        nothing can.

        If all who have anything left pay alike, the prices are exact fractions.
        """
        if self._voters.twin[option] == self._voters.twin[other]:
            self._winner[columns] = min(option, other)
            return np.zeros(len(self._best), np.bool_)
        (sure, taking), (sure_2, taking_2) = self._alike(option), self._alike(other)
        open_still = np.zeros(len(self._best), np.bool_)
        open_still[columns] = ~(sure & sure_2)[columns]
        columns = columns[~open_still[columns]]
        costs, worth = self._voters.costs, self._voters.worth
        for pair in set(zip(taking[columns].tolist(), taking_2[columns].tolist(), strict=True)):
            mine = costs[option] * pair[1] * max(worth[other], 1)
            theirs = costs[other] * pair[0] * max(worth[option], 1)
            if mine < theirs or (mine == theirs and option < other):
                self._winner[columns[(taking[columns] == pair[0]) & (taking_2[columns] == pair[1])]] = option
        return open_still

    def _alike(self, option: int) -> tuple[Array, Array]:
        """In which columns all supporters of `option` who have anything left surely pay alike, and how many units they take."""
        if option not in self._paid_alike:
            voters, columns, state = self._voters, self._columns, self._state
            rows, units = voters.rows[option], voters.units[option][:, None]
            price = self._price[option][0] * max(voters.worth[option], 1)
            money, error = self._money(option), state.part(state.error, rows, columns)
            empty = (money == 0) & (error == 0)
            sure = (empty | (money - error > price * units * (1 + 1e-9))).all(axis=0)
            # Weight times points fits 63 bits, as an election sees to, and not always the 53 of a float.
            per_unit = voters.weights[option].astype(np.int64) * voters.units[option].astype(np.int64)
            self._paid_alike[option] = sure, np.array([per_unit[~column].sum() for column in empty.T], np.int64)
        return self._paid_alike[option]

    def buy(self) -> list[tuple[int, Array]]:
        """Let each column buy its winner; returns which option is bought in which columns."""
        purchases = []
        for option in np.unique(self._winner[~self._unclear]).tolist():
            if option >= 0:
                here = np.flatnonzero((self._winner == option) & ~self._unclear)
                worth = max(self._voters.worth[option], 1)
                bound = self._bound(option)[here]
                if bool(np.isinf(bound).any()):
                    here, bound = here[~np.isinf(bound)], bound[~np.isinf(bound)]
                self._state.pay(option, self._columns[here], self._price[option][0][here] * worth, bound * worth)
                purchases.append((option, self._columns[here]))
        return purchases
