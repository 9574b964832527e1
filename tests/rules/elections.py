"""Small random elections for Hypothesis, with ties, truncation and weights."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from engine.elections.election import Election

OPTIONS = "abcdef"


@st.composite
def elections(
    draw: Any, kind: str, options_max: int = 5, ballots_max: int = 7, budget: bool = False, strict: bool = False, options_min: int = 1
) -> Election:
    many = draw(st.integers(options_min, options_max))
    return election_of(draw, kind, many, ballots_max, budget, strict)


def election_of(draw: Any, kind: str, many: int, ballots_max: int, budget: bool, strict: bool = False) -> Election:
    rows = draw(st.lists(short_row(many) if strict and kind == "ranked" else row(kind, many), min_size=1, max_size=ballots_max))
    weights = draw(st.lists(st.integers(1, 3), min_size=len(rows), max_size=len(rows)))
    money = draw(st.integers(0, 30)) if budget or kind == "knapsack" else None
    costs = None if money is None else draw(st.lists(st.integers(0, min(12, money)), min_size=many, max_size=many))
    if kind == "knapsack":
        rows = [_fitting(row, costs, money) for row in rows]
    found = Election.of(OPTIONS[:many], kind, rows, weights, costs, money)  # type: ignore[arg-type]
    found.eligible = found.total + draw(st.integers(0, 9))
    found.active = draw(st.integers(1, found.eligible))
    return found


def _fitting(row: list[int], costs: list[int], money: int) -> list[int]:
    """Approvals without those that do not fit any more."""
    found = []
    for mark, cost in zip(row, costs, strict=True):
        found.append(int(mark and cost <= money))
        money -= cost * found[-1]
    return found


def row(kind: str, many: int) -> st.SearchStrategy[list[int]]:
    if kind == "single":
        return st.integers(0, many).map(lambda chosen: [int(place == chosen) for place in range(many)])
    top = {"approval": 1, "knapsack": 1, "ranked": many, "cumulative": 6, "score": 6, "quadratic": 6}[kind]
    return st.lists(st.integers(0, top), min_size=many, max_size=many)


def short_row(many: int) -> st.SearchStrategy[list[int]]:
    """A ranked ballot without ties that may leave options out."""
    return st.tuples(st.permutations(range(many)), st.integers(0, many)).map(
        lambda drawn: [rank if rank < drawn[1] else many for rank in drawn[0]]
    )


def strict_row(many: int) -> st.SearchStrategy[list[int]]:
    return st.permutations(range(many)).map(list)


def changed(election: Election, **fields: Any) -> Election:
    return election.changed(**fields)
