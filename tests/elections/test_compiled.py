"""Compiled loops and array kernels count alike: whoever installs the extra gets the same numbers, and the same refusals."""

from __future__ import annotations

import re
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.elections import counting
from engine.elections.election import Election
from engine.refusals import Refusal
from engine.rules import tally

pytest.importorskip("numba", reason="the extra `fast` is not installed")
EVERY, NEVER = 0, 1 << 62
RULES = ("plurality", "borda", "schulze", "instant_runoff", "coombs", "copeland", "bucklin", "ranked_choice")


@st.composite
def orders(draw, broken=False):
    """Rows of options, best first, some ending early; with `broken`, anything from -2 to one option too many."""
    option_count, length = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    length, count = min(length, option_count), draw(st.integers(1, 200))
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    rows = chance.random((count, option_count)).argsort(axis=1)[:, :length]
    rows[chance.random(count) < 0.3, draw(st.integers(0, length - 1)) :] = -1
    if broken:
        rows[chance.integers(count), chance.integers(length)] = draw(st.integers(-2, option_count))
    return option_count, rows.astype(draw(st.sampled_from(["i1", "i2", "i8", ">i2", ">i8"])))


def counted(monkeypatch, least, count):
    """What `count()` says, or why it refuses, when compiled loops are taken from `least` cells on."""
    monkeypatch.setattr(counting, "COMPILED_MIN", least)
    monkeypatch.setattr(counting, "SMALL", -1)
    try:
        return count()
    except Refusal as refusal:
        return str(refusal)


@given(orders(), st.booleans(), st.data())
@settings(max_examples=150, deadline=None)
def test_every_rule_counts_alike(given_orders, weighted, data):
    option_count, rows = given_orders
    weights = data.draw(st.lists(st.integers(1, 10**6), min_size=len(rows), max_size=len(rows))) if weighted else None
    rule = data.draw(st.sampled_from(RULES))

    def count():
        return tally(rule, Election.of_orders(option_count, rows, weights)).digest()

    with pytest.MonkeyPatch.context() as patch:
        assert counted(patch, EVERY, count) == counted(patch, NEVER, count)


@given(orders(broken=True))
@settings(max_examples=200, deadline=None)
def test_broken_ballots_are_refused_alike(given_orders):
    option_count, rows = given_orders

    def ranks():
        return Election.of_orders(option_count, rows).table.tolist()

    with pytest.MonkeyPatch.context() as patch:
        both = [counted(patch, least, ranks) for least in (EVERY, NEVER)]
    assert both[0] == both[1]


@given(st.integers(1, 5), st.integers(1, 20_000), st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_pairs_of_ballots_with_equals_count_alike_across_blocks(option_count, count, seed):
    ranks = np.random.default_rng(seed).integers(0, option_count + 1, (option_count, count)).astype(np.int8)
    with pytest.MonkeyPatch.context() as patch:
        both = [counted(patch, least, lambda: counting.pairwise(ranks, None).tolist()) for least in (EVERY, NEVER)]
    assert both[0] == both[1]


def test_the_loops_are_taken_for_large_elections_only():
    assert counting.compiled(counting.COMPILED_MIN - 1) is None
    assert counting.compiled(counting.COMPILED_MIN).__name__ == "engine.elections.compiled"


def test_without_the_extra_arrays_count(monkeypatch):
    monkeypatch.setitem(sys.modules, "engine.elections.compiled", None)
    monkeypatch.delattr("engine.elections.compiled")
    counting._compiler.cache_clear()
    try:
        assert counting.compiled(counting.COMPILED_MIN) is None
    finally:
        counting._compiler.cache_clear()


@pytest.mark.parametrize("wrong", [3, 7, 30_000, -2, -30_000])
@pytest.mark.parametrize("rule", ["plurality", "borda", "instant_runoff", "coombs"])
@pytest.mark.parametrize("column", [0, 1])
@pytest.mark.parametrize("weighted", [False, True])
def test_unchecked_ballots_reach_no_memory_that_is_not_theirs(monkeypatch, wrong, rule, column, weighted):
    """Compiled loops do not look where an array ends: a wrong cell is refused by name, or nobody looks at it and nothing changes."""
    rows = np.tile(np.array([[0, 1, 2], [1, 2, 0], [2, 1, 0], [2, 0, 1]], np.int16), (500, 1))
    weights = [2] * len(rows) if weighted else None
    right = tally(rule, Election.of_orders(3, rows, weights)).digest()
    rows[::3, column] = wrong

    def count():
        return tally(rule, Election.of_orders(3, rows, weights, checked=False)).digest()

    for least in (EVERY, NEVER):
        answer = counted(monkeypatch, least, count)
        assert re.search("names (an )?option", answer) or (column and rule == "plurality" and answer == right), answer
