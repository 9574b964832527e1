"""Ballots without people: options, weighted ballots, and a budget if money is shared out.

Ballots are rows of integer arrays. Equal ballots may share a row; `weights` says how many ballots a row stands for (or
how much power it carries). Labels are only for people: no rule looks at them (but `rctab`, which draws ties from names in
their order, because RCTab does), and ties are broken in the order in which
options were listed. An election never changes, so what has been counted once is kept.

>>> Election.read("2: garden > library = pool").ranks.tolist()
[[0, 1, 1]]
>>> Election.of_orders("abc", [[2, 0, 1], [1, -1, -1]]).ranks.tolist()
[[1, 2, 0], [3, 0, 3]]
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import combinations
from operator import index
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.elections import cells, counting
from engine.elections import text as ballots
from engine.elections.arrays import amounts_of, array_of, distinct_rows, weights_of
from engine.elections.groups import Groups
from engine.elections.kinds import KINDS, NUMBERED, Kind, PlaceWorth
from engine.elections.numbers import Number
from engine.elections.outcome import Amount
from engine.elections.size import check_size
from engine.elections.stated import Stated
from engine.limits import COST_MAX, POWER_TOTAL_MAX
from engine.refusals import Refusal, refuse

Array = NDArray[Any]


class Election:
    """`table` has a row per ballot and a column per option; what stands in it depends on `kind`:

    single: 1 at the one chosen option · approval, knapsack: 1 where approved · ranked: the rank from 0, or the number of options
    where unranked (tied last) · cumulative, score, quadratic: the points, grades or votes given · gifts: the amounts.
    `weights` are positive int64, one per row, or None where every ballot counts once. `costs` and `budget` are in whole units of money,
    of which people write `decimals` places behind a point. What ballots may come with: `seats`, how many are elected; `write_ins`, the option that stands for all that nobody declared;
    `eligible`, what all those may cast who could vote, and `active`, those of them who take part at all; `rule`, the rule they were cast
    under, with its parameters; `worth`, what places of a ranking are worth in points; `stated`, what their file says of the outcome; `groups`,
    what those who cast them belong to.
    """

    seats: int | None = None
    write_ins: int | None = None
    eligible: int | None = None
    active: int | None = None
    rule: tuple[str, dict[str, Any]] | None = None
    worth: PlaceWorth | None = None
    stated: Stated | None = None
    groups: Groups | None = None

    def __init__(
        self,
        options: Sequence[str],
        kind: Kind,
        table: Array,
        weights: Array | None = None,
        costs: Sequence[int] | None = None,
        budget: int | None = None,
        decimals: int = 0,
        seats: int | None = None,
    ) -> None:
        self._set(options, kind, len(table), weights, costs, budget, decimals)
        self.seats = seats
        option_count = len(self.options)
        if table.shape != (self.rows, option_count):
            raise _wrong("has ballots of shape {shape}", "give {option_count} columns", shape=table.shape, option_count=option_count)
        purse = None if self.costs is None or self.budget is None else cells.Purse(self.costs, self.budget, decimals)
        self.columns = cells.table(table, kind, weights, purse, self.total)
        """The ballots, (rows, options), of whatever whole numbers they came in."""

    def _set(
        self,
        options: Sequence[str],
        kind: Kind,
        rows: int,
        weights: Array | None,
        costs: Sequence[int] | None,
        budget: int | None,
        decimals: int,
    ) -> None:
        self.options, self.kind, self.rows = tuple(options), kind, rows
        self.given_weights = weights
        """The weights, or None where every ballot counts once."""
        option_count = len(self.options)
        if kind not in KINDS:
            raise _wrong("has ballots of kind {kind!r}", "name one of " + ", ".join(KINDS), kind=kind)
        if not option_count:
            raise _wrong("has no options", "name at least one")
        check_size(rows, option_count)
        if len(set(self.options)) != option_count:
            twice = next(name for name in self.options if self.options.count(name) > 1)
            raise _wrong("has the option {twice!r} twice", "name each option once", twice=twice)
        if weights is not None:
            if weights.dtype != np.int64 or weights.shape != (rows,):
                raise _wrong("has weights that are not a row of int64", "give one to each ballot")
            if rows and (int(weights.min()) < 1 or self.total > POWER_TOTAL_MAX):
                raise _wrong("has a weight out of bounds", "give weights from 1, together at most {most}", most=POWER_TOTAL_MAX)
        self._set_money(costs, budget, decimals)
        if kind == "knapsack" and budget is None:
            raise _wrong("has knapsack ballots but no budget to fill", "give costs and a budget")

    def _set_money(self, costs: Sequence[int] | None, budget: int | None, decimals: int) -> None:
        if (costs is None) != (budget is None):
            raise _wrong("has costs without a budget, or a budget without costs", "give both or none")
        self.costs, self.budget, self.decimals = None, None, decimals
        if costs is None or budget is None:
            return
        try:
            self.costs, self.budget = tuple(map(index, costs)), index(budget)
        except TypeError:
            raise _wrong("has costs or a budget that are not whole numbers", "give them in the smallest unit of money") from None
        if len(self.costs) != len(self.options) or any(not 0 <= cost <= COST_MAX for cost in self.costs):
            raise _wrong("has costs out of bounds", "give each option a cost from 0 to {cost_max}", cost_max=COST_MAX)
        if not 0 <= self.budget <= COST_MAX:
            raise _wrong("has the budget {budget}", "give one from 0 to {cost_max}", budget=budget, cost_max=COST_MAX)
        dearest = max(range(len(self.costs)), key=self.costs.__getitem__)
        if self.costs[dearest] > self.budget:
            raise _wrong(
                "has the option {option!r}, which costs {cost} of a budget of {budget}", "leave it out, or correct its cost or the budget",
                option=self.options[dearest], cost=self.money(self.costs[dearest]), budget=self.money(self.budget),
            )  # fmt: skip

    @classmethod
    def read(cls, text: str) -> Election:
        """The election that ballots written as text (`engine.elections.text`) describe."""
        written = ballots.read(text)
        election = cls.of(written.options, written.kind, written.rows, written.weights, written.costs, written.budget, written.decimals)
        election.groups = written.groups
        election.seats, election.eligible, election.active = map(written.beside.get, ("seats", "eligible", "active"))
        return election

    @classmethod
    def of(
        cls,
        options: Sequence[str],
        kind: Kind,
        rows: Sequence[Sequence[int]] | Array,
        weights: Sequence[int] | Array | None = None,
        costs: Sequence[int] | None = None,
        budget: int | None = None,
        decimals: int = 0,
        groups: Sequence[Iterable[str]] | None = None,
    ) -> Election:
        """An election from plain lists or arrays; every ballot weighs 1 unless `weights` says otherwise. `groups` names those that
        whoever cast each row belongs to."""
        table = amounts_of(rows) if kind == "gifts" else array_of(rows)
        if not table.size:
            table = np.empty((0, len(options)), np.int64)
        election = cls(options, kind, table, weights_of(weights), costs, budget, decimals)
        if groups is not None:
            election.groups = Groups.of(groups)
            if len(groups) != election.rows:
                raise _wrong("has groups for {count} of {rows} ballots", "give each its own", count=len(groups), rows=election.rows)
        return election

    @classmethod
    def of_orders(
        cls,
        options: Sequence[str] | int,
        orders: Sequence[Sequence[int]] | Array,
        weights: Sequence[int] | Array | None = None,
        checked: bool = True,
    ) -> Election:
        """Ranked ballots as rows of options' numbers from 0, best first; -1 fills up after the last one named.

        `options` may be how many there are. Every ballot is checked to name each option at most once; `checked=False` leaves
        that to whoever made the array, as simulations do, so that rules which read only places need not read all of it.
        """
        election = cls.__new__(cls)
        names = [str(number) for number in range(options)] if isinstance(options, int) else options
        given = array_of(orders)
        if not given.size:
            given = np.full((len(given), 1), -1)
        if given.ndim != 2 or given.shape[1] > len(names) or given.dtype.kind not in "iu":
            raise _wrong(
                "has orders of shape {shape}", "give each ballot a row of at most {most} options", shape=given.shape, most=len(names)
            )
        election._set(names, "ranked", len(given), weights_of(weights), None, None, 0)
        if given.dtype.kind == "u":
            if int(given.max()) >= len(names):
                raise _wrong("has an order with an option that does not exist", "options go from 0 to {last}", last=len(names) - 1)
            given = given.astype(np.int16)  # -1 has to fit
        election.orders = given
        if checked:
            election.table  # noqa: B018 - reading the ranks checks the orders
        return election

    @classmethod
    def of_choices(
        cls, options: Sequence[str] | int, chosen: Sequence[int] | Array, weights: Sequence[int] | Array | None = None
    ) -> Election:
        """Ballots that choose one option each, by its number from 0; -1 is blank."""
        election = cls.__new__(cls)
        names = [str(number) for number in range(options)] if isinstance(options, int) else options
        given = array_of(chosen)
        if given.ndim != 1 or given.dtype.kind not in "iu":
            raise _wrong("has choices of shape {shape}", "give one option's number to each ballot", shape=given.shape)
        election._set(names, "single", len(given), weights_of(weights), None, None, 0)
        if len(given) and not -1 <= int(given.min()) <= int(given.max()) < len(names):
            raise counting.unknown_option(len(names))
        election.chosen = given
        return election

    def changed(self, **fields: Any) -> Election:
        """The same election with some of its fields changed, as `__init__` takes them; whose other ballots are, no groups say."""
        names = ("options", "kind", "costs", "budget", "decimals", "seats", *(() if "table" in fields else ("table",)))
        kept = {name: getattr(self, name) for name in names}
        changed = self._known_of(Election(**({"weights": self.given_weights} | kept | fields)))
        changed.groups = None if "table" in fields or "weights" in fields else self.groups
        return changed

    def _known_of(self, election: Election) -> Election:
        """Another election made of these ballots, with all that they came with."""
        for name in ("write_ins", "eligible", "active", "rule", "worth", "stated"):
            setattr(election, name, getattr(self, name))
        return election

    @cached_property
    def table(self) -> Array:
        """The ballots, (rows, options)."""
        if "orders" in self.__dict__:
            return counting.ranks_of(self.orders, len(self.options)).T
        if "columns" in self.__dict__:
            return self.columns if self.kind not in NUMBERED or self.columns.dtype == object else self.columns.astype(np.int64, copy=False)
        table = np.zeros((self.rows, len(self.options)), np.int8, order="F")
        cast = np.flatnonzero(self.chosen >= 0)
        table[cast, self.chosen[cast]] = 1
        return table

    @cached_property
    def chosen(self) -> Array:
        """The number of the one option that each single ballot chooses; -1 where it is blank."""
        assert self.kind == "single"
        return np.where(self.table.any(axis=1), self.table.argmax(axis=1), -1)

    @cached_property
    def orders(self) -> Array:
        """Ranked ballots as rows of options' numbers, best first, -1 after the last; refused where a ballot ranks two alike."""
        assert self.kind == "ranked"
        if not self.strict:
            raise self._alike(len(self.options))
        order = np.argsort(self.table, axis=1, kind="stable").astype(self.table.dtype)
        order[np.take_along_axis(self.table, order.astype(np.intp), axis=1) == len(self.options)] = -1
        return order

    @cached_property
    def strict(self) -> bool:
        """Whether no ballot ranks two options equal (leaving aside those it leaves out)."""
        if "orders" in self.__dict__:
            return True
        levels = np.sort(self.table, axis=1)
        return not bool(((levels[:, 1:] == levels[:, :-1]) & (levels[:, 1:] < len(self.options))).any())

    def _alike(self, below: int) -> Refusal:
        """The refusal of the first ballot that ranks two options equal, at a rank below `below`."""
        levels = np.sort(self.table, axis=1)
        row = int(((levels[:, 1:] == levels[:, :-1]) & (levels[:, 1:] < below)).any(axis=1).argmax())
        ranks = self.table[row].tolist()
        one, other = next(pair for pair in combinations(range(len(ranks)), 2) if ranks[pair[0]] == ranks[pair[1]] < below)
        return refuse(
            "ballot_kind_wrong", "a ballot", "ranks {one!r} and {other!r} equal",
            "rank one above the other, or count by a rule that takes ties, such as schulze", one=self.options[one], other=self.options[other],
        )  # fmt: skip

    @cached_property
    def complete(self) -> bool:
        """Whether every ballot ranks every option, no two equal."""
        if "orders" in self.__dict__:
            return self.orders.shape[1] == len(self.options) and (not self.rows or int(self.orders.min()) >= 0)
        return self.strict and not bool((self.table == len(self.options)).any())

    def money(self, amount: Number) -> Amount:
        """An amount as people read it."""
        return Amount(amount, self.decimals)

    @property
    def ranks(self) -> Array:
        assert self.kind == "ranked"
        return self.table

    @cached_property
    def weights(self) -> Array:
        """int64 (rows,): what each ballot weighs."""
        return np.ones(self.rows, np.int64) if self.given_weights is None else self.given_weights

    @cached_property
    def total(self) -> int:
        """The weight of all ballots."""
        if self.given_weights is None:
            return self.rows
        high, low = self.given_weights >> 32, self.given_weights & 0xFFFF_FFFF  # apart, for whatever was given may not fit together
        return (int(high.sum()) << 32) + int(low.sum())

    def weight_of(self, which: Array) -> int:
        """The weight of the ballots that `which`, bool (rows,), marks."""
        return int(np.count_nonzero(which) if self.given_weights is None else self.given_weights[which].sum())

    @cached_property
    def support(self) -> Array:
        """Per ballot and option, whether the ballot gives it anything (not for ranked ballots)."""
        assert self.kind != "ranked"
        return self.table > 0

    @cached_property
    def sums(self) -> Array:
        """int64, or Python's integers for large gifts, (options,): what all ballots together give each option (not for ranked ballots)."""
        assert self.kind != "ranked"
        if "chosen" in self.__dict__:
            return counting.tallied(self.chosen, self.given_weights, len(self.options))
        return counting.sums(self.columns if "columns" in self.__dict__ else self.table, self.given_weights)

    @cached_property
    def points_max(self) -> int:
        """The highest number that a ballot gives an option: its points, grades or votes; 1 where ballots give none."""
        return int(self.table.max(initial=1)) if self.kind in NUMBERED else 1

    @cached_property
    def rank_counts(self) -> Array:
        """int64 (options, options): the weight of the ballots that rank the row with as many above it as the column says, from 0.
        What a ballot leaves out stands nowhere."""
        return self.places if self.strict else counting.rank_counts(self.table, self.given_weights)

    @cached_property
    def places(self) -> Array:
        """int64 (options, options): the weight of the ballots that put the row at the place of the column, from 0 (no ties)."""
        return counting.places_of(self.orders, self.given_weights, len(self.options))

    @cached_property
    def pairwise(self) -> Array:
        """int64 (options, options): the weight of the ballots that rank the row above the column."""
        assert self.kind == "ranked"
        strict = "orders" in self.__dict__ and self.complete
        return counting.pairwise(self.table.T, self.given_weights, strict)

    def as_kind(self, kinds: Sequence[Kind]) -> Election:
        """This election if its ballots are of one of `kinds`, or read as the first of them that loses nothing silently.

        A ranked ballot counts as single by its one first place; a single one as any other kind; a knapsack as approvals; an approval or
        points as a grade; points as votes, where the credits allow it, or as gifts.
        """
        if self.kind in kinds:
            return self
        if self.kind == "ranked" and "single" in kinds and "orders" in self.__dict__:
            chosen = np.ascontiguousarray(self.orders[:, 0])
            kept = slice(None) if not self.rows or int(chosen.min()) >= 0 else chosen != -1
            return self._known_of(
                Election.of_choices(self.options, chosen[kept], None if self.given_weights is None else self.given_weights[kept])
            )
        if self.kind == "ranked" and "single" in kinds:
            firsts = self.table == 0
            if bool((firsts.sum(axis=1) > 1).any()):
                raise self._alike(1)
            kept = firsts.any(axis=1)
            return self.changed(kind="single", table=firsts[kept], weights=self.weights[kept])
        if self.kind == "single" and kinds:
            table = np.where(self.table > 0, 0, len(self.options)) if kinds[0] == "ranked" else self.table
            return self.changed(kind=kinds[0], table=table)
        if self.kind == "knapsack" and "approval" in kinds:
            return self.changed(kind="approval", table=self.table)
        if self.kind in ("approval", "knapsack", "cumulative") and "score" in kinds:
            return self.changed(kind="score", table=self.table)
        if self.kind == "cumulative":
            for kind in ("quadratic", "gifts"):
                if kind in kinds:
                    return self.changed(kind=kind)
        raise refuse(
            "ballot_kind_wrong", "an election by {kind} ballots", "does not fit the rule", "it takes {taken}",
            kind=self.kind, taken=" or ".join(kinds),
        )  # fmt: skip

    def merged(self) -> Election:
        """The same election with equal ballots of people in the same groups in one row."""
        if not self.rows:
            return self
        groups, option_count = self.groups, len(self.options)
        rows, place = distinct_rows(self.table if groups is None else np.hstack((self.table, groups.members)))
        weights = np.zeros(len(rows), np.int64)
        np.add.at(weights, place, self.weights)
        merged = self.changed(table=rows[:, :option_count], weights=weights)
        merged.groups = None if groups is None else Groups(groups.names, rows[:, option_count:].astype(bool))
        return merged


def _wrong(fact: str, way_out: str, /, **values: object) -> Refusal:
    return refuse("election_wrong", "the election", fact, way_out, **values)
