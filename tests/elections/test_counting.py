"""The kernels count what the plainest loops count: small and large, weighted, truncated, and from whatever array."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.elections import counting
from engine.elections.election import Election
from engine.refusals import Refusal
from engine.rules import tally


@st.composite
def orders(draw, complete: bool = False):
    option_count = draw(st.integers(1, 6))
    length = option_count if complete else draw(st.integers(1, option_count))
    rows = draw(st.lists(st.permutations(range(option_count)).map(lambda order: list(order[:length])), min_size=1, max_size=9))
    ends = [draw(st.integers(length if complete else 0, length)) for _ in rows]
    table = [[cell if place < end else -1 for place, cell in enumerate(row)] for row, end in zip(rows, ends, strict=True)]
    weights = draw(st.none() | st.lists(st.integers(1, 2**40), min_size=len(rows), max_size=len(rows)))
    return option_count, np.array(table, draw(st.sampled_from([np.int8, np.int64]))), weights


def ranks(option_count: int, order: list[int]) -> list[int]:
    named = [option for option in order if option >= 0]
    return [named.index(option) if option in named else option_count for option in range(option_count)]


@given(orders(), st.booleans())
def test_orders_are_read_as_ranks_and_counted_in_pairs_and_places(drawn, large):
    option_count, table, weights = drawn
    usual, counting.SMALL = counting.SMALL, 0 if large else counting.SMALL
    try:
        election = Election.of_orders(option_count, table, weights)
        rows, each = [ranks(option_count, order) for order in table.tolist()], weights or [1] * len(table)
        assert election.table.tolist() == rows
        assert election.pairwise.tolist() == [
            [sum(w for row, w in zip(rows, each, strict=True) if row[a] < row[b]) for b in range(option_count)] for a in range(option_count)
        ]
        assert election.places.tolist() == [
            [sum(w for row, w in zip(rows, each, strict=True) if row[a] == place < option_count) for place in range(option_count)]
            for a in range(option_count)
        ]
        again = Election.of([str(option) for option in range(option_count)], "ranked", rows, weights)
        assert again.pairwise.tolist() == election.pairwise.tolist() and again.orders.shape[0] == len(rows)
        assert [ranks(option_count, order) for order in again.orders.tolist()] == rows
    finally:
        counting.SMALL = usual


@given(orders(complete=True))
def test_the_counts_of_two_halves_add_up(drawn):
    option_count, table, _ = drawn
    half = len(table) // 2
    parts = [Election.of_orders(option_count, part, None) for part in (table[:half], table[half:])]
    whole = Election.of_orders(option_count, table)
    assert sum(part.pairwise for part in parts).tolist() == whole.pairwise.tolist()
    assert sum(part.places for part in parts).tolist() == whole.places.tolist()


@given(orders(complete=True), st.sampled_from(["plurality", "borda", "instant_runoff", "schulze", "stv"]))
def test_ballots_taken_as_they_are_count_the_same(drawn, rule):
    option_count, table, weights = drawn
    checked, trusted = (tally(rule, Election.of_orders(option_count, table, weights, checked=each)) for each in (True, False))
    assert checked.digest() == trusted.digest()


@given(st.integers(1, 5), st.lists(st.integers(-1, 4), max_size=9))
def test_choices_are_ballots_for_one(option_count, chosen):
    if any(each >= option_count for each in chosen):
        with pytest.raises(Refusal, match="does not exist"):
            Election.of_choices(option_count, chosen)
        return
    election = Election.of_choices(option_count, np.array(chosen, np.int64))
    assert election.sums.tolist() == [chosen.count(option) for option in range(option_count)]
    assert election.table.tolist() == [[int(each == option) for option in range(option_count)] for each in chosen]


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    ("table", "fact"),
    [
        ([[0, 0, 1]], "names an option twice"),
        ([[0, 1, 1], [0, 1, 2]], "names an option twice"),
        ([[0, -1, 0]], "names an option twice"),
        ([[0, -1, 1]], "goes on after its last option"),
        ([[0, 1, 3]], "names option 3"),
        ([[0, -2, 1]], "names option -2"),
        ([[0, 1, 2, 0]], "has orders of shape"),
        ([0, 1, 2], "has orders of shape"),
        ([[0.5, 1, 2]], "has orders of shape"),
        ([[0, 1], [2]], "different lengths"),
    ],
)
def test_what_is_not_an_order_is_refused(monkeypatch, table, fact, large):
    if large:
        monkeypatch.setattr(counting, "SMALL", 0)
    with pytest.raises(Refusal, match=fact):
        Election.of_orders(3, table)


def test_a_million_ballots_take_the_blocks_apart():
    """More than one block, with an odd rest: the same as counted by sorting."""
    chance = np.random.default_rng(5)
    table = np.argsort(chance.random((counting.DUEL_BLOCK + 777, 4)), axis=1).astype(np.int8)
    election = Election.of_orders(4, table)
    above = np.argsort(table, axis=1)
    assert election.pairwise.tolist() == [[int((above[:, a] < above[:, b]).sum()) for b in range(4)] for a in range(4)]
    assert election.places.tolist() == [[int((table[:, place] == a).sum()) for place in range(4)] for a in range(4)]


@pytest.mark.parametrize("count", [1, 70_001, 300_000, 300_001])
@pytest.mark.parametrize("options", [1, 20, 127, 300])
@pytest.mark.parametrize("kind", [np.int8, np.int16, np.int64])
def test_cells_are_tallied_alike_however_many_there_are(monkeypatch, count, options, kind):
    monkeypatch.setattr(counting, "COMPILED_MIN", 1 << 62)
    cells = np.random.default_rng(count).integers(0, min(options, 127), count).astype(kind)
    wanted = [int((cells == option).sum()) for option in range(options)]
    assert counting.tallied(cells, None, options).tolist() == wanted
    assert counting.tallied(np.append(cells, [-1, -1]).astype(kind), None, options).tolist() == wanted
    assert counting.tallied(cells, np.full(count, 3), options).tolist() == [3 * each for each in wanted]
