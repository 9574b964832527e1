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
    option_count = draw(st.integers(options_min, options_max))
    return election_of(draw, kind, option_count, ballots_max, budget, strict)


def election_of(draw: Any, kind: str, option_count: int, ballots_max: int, budget: bool, strict: bool = False) -> Election:
    rows = draw(
        st.lists(short_row(option_count) if strict and kind == "ranked" else row(kind, option_count), min_size=1, max_size=ballots_max)
    )
    weights = draw(st.lists(st.integers(1, 3), min_size=len(rows), max_size=len(rows)))
    money = draw(st.integers(0, 30)) if budget or kind == "knapsack" else None
    costs = None if money is None else draw(st.lists(st.integers(0, min(12, money)), min_size=option_count, max_size=option_count))
    if kind == "knapsack":
        rows = [_fitting(row, costs, money) for row in rows]
    election = Election.of(OPTIONS[:option_count], kind, rows, weights, costs, money)  # type: ignore[arg-type]
    election.eligible = election.total + draw(st.integers(0, 9))
    election.active = draw(st.integers(1, election.eligible))
    return election


def _fitting(row: list[int], costs: list[int], money: int) -> list[int]:
    """Approvals without those that do not fit any more."""
    marks = []
    for mark, cost in zip(row, costs, strict=True):
        marks.append(int(mark and cost <= money))
        money -= cost * marks[-1]
    return marks


def row(kind: str, option_count: int) -> st.SearchStrategy[list[int]]:
    if kind == "single":
        return st.integers(0, option_count).map(lambda chosen: [int(place == chosen) for place in range(option_count)])
    top = {"approval": 1, "knapsack": 1, "ranked": option_count, "cumulative": 6, "score": 6, "quadratic": 6, "gifts": 6}[kind]
    return st.lists(st.integers(0, top), min_size=option_count, max_size=option_count)


def short_row(option_count: int) -> st.SearchStrategy[list[int]]:
    """A ranked ballot without ties that may leave options out."""
    return st.tuples(st.permutations(range(option_count)), st.integers(0, option_count)).map(
        lambda drawn: [rank if rank < drawn[1] else option_count for rank in drawn[0]]
    )


def strict_row(option_count: int) -> st.SearchStrategy[list[int]]:
    return st.permutations(range(option_count)).map(list)


def changed(election: Election, **fields: Any) -> Election:
    return election.changed(**fields)
