"""Ballots without people: options, weighted ballots, and a budget where money is shared out.

Ballots are rows of integer arrays. Equal ballots may share a row; `weights` says how many a row stands for (or how
much power it carries). Labels are only for people: no rule looks at them, and ties in the order of options are the
order they were listed in.

>>> Election.read("2: garden > library = pool").ranks.tolist()
[[0, 1, 1]]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.elections import text as ballots
from engine.elections.kinds import Kind
from engine.elections.outcome import Number, write_money
from engine.limits import INTEGER_MAX, OPTIONS_PER_POLL_MAX, POINTS_PER_BALLOT_MAX, POWER_TOTAL_MAX
from engine.refusals import Refusal, refuse

INT64_MAX = 2**63 - 1
Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Election:
    """`table` has a row per ballot and a column per option; what stands in it depends on `kind`:

    single: 1 at the one chosen option · approval: 1 where approved · ranked: the rank from 0, or the number of options
    where unranked (tied last) · cumulative: points given. `weights` are positive int64, one per row. `costs` and
    `budget` are in whole units of money, of which people write `decimals` places behind a point.
    """

    options: tuple[str, ...]
    kind: Kind
    table: Array
    weights: Array
    costs: tuple[int, ...] | None = None
    budget: int | None = None
    decimals: int = 0

    def __post_init__(self) -> None:
        many, rows = len(self.options), len(self.table)
        if not many:
            raise _wrong("has no options", "name at least one")
        if many > OPTIONS_PER_POLL_MAX:
            raise _wrong(f"has {many} options", f"give at most {OPTIONS_PER_POLL_MAX}")
        if len(set(self.options)) != many:
            twice = next(name for name in self.options if self.options.count(name) > 1)
            raise _wrong(f"has the option {twice!r} twice", "name each option once")
        if self.table.shape != (rows, many) or self.weights.shape != (rows,):
            raise _wrong(f"has ballots of shape {self.table.shape}", f"give {many} columns and a weight a row")
        if self.table.dtype.kind not in "iub" or self.weights.dtype != np.int64:
            raise _wrong("has ballots that are not integers", "give integer arrays, weights as int64")
        if rows and (int(self.weights.min()) < 1 or sum(map(int, self.weights)) > POWER_TOTAL_MAX):
            raise _wrong("has a weight out of bounds", f"give weights from 1, together at most {POWER_TOTAL_MAX}")
        if rows and self.total * int(self.table.max()) > INT64_MAX and self.kind != "ranked":
            raise _wrong("has weights and points too large to add up exactly", "scale them down")
        if rows and not _holds(self.kind, self.table, many):
            raise _wrong(f"has a ballot that is not {self.kind}", "mend or leave out that ballot")
        if (self.costs is None) != (self.budget is None):
            raise _wrong("has costs without a budget, or a budget without costs", "give both or none")
        if self.costs is not None and self.budget is not None:
            if len(self.costs) != many or any(not 0 <= cost <= INTEGER_MAX for cost in self.costs):
                raise _wrong("has costs out of bounds", f"give each option a cost from 0 to {INTEGER_MAX}")
            if not 0 <= self.budget <= INTEGER_MAX:
                raise _wrong(f"has the budget {self.budget}", f"give one from 0 to {INTEGER_MAX}")

    @classmethod
    def read(cls, text: str) -> Election:
        """The election that ballots written as text stand for; see `engine.elections.text`."""
        written = ballots.read(text)
        return cls.of(*written)

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
    ) -> Election:
        """An election from plain lists or arrays; every ballot weighs 1 unless `weights` says otherwise."""
        table = np.asarray(rows, dtype=np.int64 if kind == "cumulative" else np.int16).reshape(-1, len(options))
        weighed = np.ones(len(table), np.int64) if weights is None else np.asarray(weights, dtype=np.int64)
        return cls(tuple(options), kind, table, weighed, None if costs is None else tuple(costs), budget, decimals)

    def money(self, amount: Number) -> str:
        """An amount as people read it."""
        return write_money(amount, self.decimals)

    @property
    def ranks(self) -> Array:
        assert self.kind == "ranked"
        return self.table

    @cached_property
    def total(self) -> int:
        """The weight of all ballots."""
        return int(self.weights.sum())

    @cached_property
    def support(self) -> Array:
        """Per ballot and option, whether the ballot gives it anything (not for ranked ballots)."""
        assert self.kind != "ranked"
        return self.table > 0

    @cached_property
    def pairwise(self) -> Array:
        """int64 (options, options): the weight of the ballots that rank the row above the column."""
        assert self.kind == "ranked"
        many = len(self.options)
        found = np.zeros((many, many), np.int64)
        for column in range(many):
            found[column] = self.weights @ (self.table[:, column, None] < self.table)
        return found

    def as_kind(self, kinds: Sequence[Kind]) -> Election:
        """This election if its ballots are of one of `kinds`, or read as the first of them that loses nothing silently.

        A ranked ballot counts as single by its one first place; a single one as approval, ranked or cumulative.
        """
        if self.kind in kinds:
            return self
        if self.kind == "ranked" and "single" in kinds:
            firsts = self.table == 0
            if bool((firsts.sum(axis=1) > 1).any()):
                raise refuse("ballot_kind_wrong", "a ballot", "ranks several options first", "break these ties first")
            return self._changed("single", firsts.astype(np.int16), firsts.any(axis=1))
        if self.kind == "single":
            for kind in kinds:
                table = np.where(self.table > 0, 0, len(self.options)) if kind == "ranked" else self.table
                return self._changed(kind, table.astype(np.int16), None)
        raise refuse("ballot_kind_wrong", f"an election by {self.kind} ballots", "does not fit the rule", "it takes " + " or ".join(kinds))

    def _changed(self, kind: Kind, table: Array, kept: Array | None) -> Election:
        weights = self.weights
        if kept is not None:
            table, weights = table[kept], weights[kept]
        return replace(self, kind=kind, table=table, weights=weights)

    def merged(self) -> Election:
        """The same election with equal ballots in one row."""
        if not len(self.table):
            return self
        rows, place = np.unique(self.table, axis=0, return_inverse=True)
        weights = np.zeros(len(rows), np.int64)
        np.add.at(weights, place.reshape(-1), self.weights)
        return replace(self, table=rows, weights=weights)


def _holds(kind: Kind, table: Array, many: int) -> bool:
    lowest, highest = int(table.min()), int(table.max())
    if kind == "ranked":
        return lowest >= 0 and highest <= many
    if kind == "cumulative":
        return lowest >= 0 and int(table.sum(axis=1).max()) <= POINTS_PER_BALLOT_MAX
    return lowest >= 0 and highest <= 1 and (kind == "approval" or int(table.sum(axis=1).max()) <= 1)


def _wrong(fact: str, way_out: str) -> Refusal:
    return refuse("election_wrong", "the election", fact, way_out)
