"""Shares of ballots: what Snapshot publishes, what it means that points are shares, and long fractions."""

from __future__ import annotations

from fractions import Fraction
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.elections.election import Election
from engine.rules import tally
from engine.rules.voting import weighted
from tests.rules.elections import elections


@pytest.mark.parametrize(
    ("points", "percent"),
    [([1, 1, 4, 4], [10, 10, 40, 40]), ([4, 4, 1, 1], [40, 40, 10, 10]), ([4, 0, 0, 1], [80, 0, 0, 20])],
)  # fmt: skip
def test_a_ballot_is_split_as_snapshot_splits_it(points, percent):
    """snapshot.js, `src/voting/weighted.spec.js`, getChoiceString."""
    assert list(tally("weighted", Election.of("abcd", "cumulative", [points], [100])).scores.values()) == percent


@given(elections("cumulative"))
def test_shares_are_those_of_each_ballot_and_add_up_to_all_power(election):
    shares = [Fraction(0)] * len(election.options)
    for row, weight in zip(election.table.tolist(), election.weights.tolist(), strict=True):
        for place, points in enumerate(row):
            shares[place] += Fraction(weight * points, sum(row)) if any(row) else 0
    outcome = tally("weighted", election)
    assert list(outcome.scores.values()) == shares
    assert sum(shares) == election.weights[election.support.any(axis=1)].sum()
    assert outcome.winners == tuple(name for name, share in zip(election.options, shares, strict=True) if share == max(shares))


@given(elections("cumulative"), st.integers(2, 9))
def test_more_points_in_the_same_proportion_change_nothing(election, times):
    assert tally("weighted", election).digest() == tally("weighted", election.changed(table=election.table * times)).digest()


def test_in_cumulative_voting_it_does_matter_how_many_points_a_ballot_gives():
    election = Election.read("2: garden 1\n1: library 5")
    assert tally("weighted", election).winners == ("garden",) and tally("cumulative", election).winners == ("library",)


PRIMES = [number for number in range(2, 400) if all(number % each for each in range(2, number))]


@pytest.mark.parametrize("more", [0, 1])
def test_fractions_too_long_to_write_down_still_decide_exactly(more):
    """Ballots of prime totals that give a one in the product of all these primes more than a whole number, and c that number."""
    product = prod(PRIMES)
    parts = [pow(product // prime, -1, prime) for prime in PRIMES]
    whole = sum((Fraction(part, prime) for part, prime in zip(parts, PRIMES, strict=True)), Fraction(0)) // 1
    rows = []
    for number, (part, prime) in enumerate(zip(parts, PRIMES, strict=True)):
        row = [part, 0, *[0] * 8]
        row[2 + number % 8] = prime - part
        rows.append(row)
    lead = Election.of("acbdefghij", "cumulative", [*rows, [0, 1, *[0] * 8]], [1] * len(rows) + [whole])
    level = Election.of("acbdefghij", "cumulative", [*([row[1], row[0], *row[2:]] for row in rows), *rows])
    outcome = tally("weighted", lead if more else level)
    assert product.bit_length() > max(weighted.SCORE_BITS_MAX, weighted.BOUND_BITS)
    assert outcome.winners == (("a",) if more else ("a", "c"))
    assert outcome.scores["a"] == outcome.scores["c"] and 10**weighted.DECIMALS % outcome.scores["a"].denominator == 0
