"""Sums of square roots are compared as they are, near or equal, by whole numbers only."""

from __future__ import annotations

from decimal import Decimal, getcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.elections import roots
from engine.elections.election import Election
from engine.rules import tally

SUMS = st.dictionaries(st.integers(1, 10**12), st.fractions(-50, 50, max_denominator=99), max_size=5)


@given(SUMS, SUMS)
def test_the_larger_of_two_sums_is_the_one_with_more_digits_saying_so(one, other):
    getcontext().prec = 60
    value = sum((Decimal(f.numerator) / f.denominator * Decimal(n).sqrt() for n, f in one.items()), Decimal(0)) - sum(
        (Decimal(f.numerator) / f.denominator * Decimal(n).sqrt() for n, f in other.items()), Decimal(0)
    )
    if abs(value) > Decimal(10) ** -30:
        assert roots.compare(one, other) == (1 if value > 0 else -1)
    assert roots.compare(one, other) == -roots.compare(other, one)


@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 1000), st.fractions(-9, 9, max_denominator=9)), max_size=6))
def test_the_same_sum_written_differently_is_the_same(terms):
    """c · √(n · k²) is (c · k) · √n."""
    one: roots.Roots = {}
    other: roots.Roots = {}
    for radicand, square, factor in terms:
        roots.add(one, radicand * square * square, factor)
        roots.add(other, radicand, factor * square)
    assert roots.compare(one, other) == 0
    roots.add(one, 1, Fraction(1, 10**40))
    assert roots.compare(one, other) == 1


@given(st.integers(0, 10**9), st.integers(0, 6))
def test_a_root_is_truncated_where_its_digits_end(number, decimals):
    root = roots.cut({number: Fraction(1)} if number else {}, decimals)
    unit = Fraction(1, 10**decimals)
    assert root**2 <= number < (root + unit) ** 2


def test_a_tie_of_square_roots_is_a_tie():
    """2 · √(1/8) = √(1/2): two ballots that give an eighth each are worth one that gives half."""
    outcome = tally("normalised_quadratic", Election.read("1: a 1, d 1\n2: b 1, d 3, e 2, f 2"))
    assert outcome.winners == ("d",) and outcome.scores["a"] == outcome.scores["b"]
    assert tally("normalised_quadratic", Election.read("1: a 1, b 3\n1: b 1, a 3")).ties == (("a", "b"),)


@pytest.mark.parametrize(
    ("ballots", "parts"),
    [
        # (√(1/2)+√(1/2))² = 2, (√(1/2))² = 1/2 twice: of 3 all together, scaled to 2 votes
        ("1: a 1, b 1\n1: a 1, c 1", [Fraction(4, 3), Fraction(1, 3), Fraction(1, 3)]),
        # one voter: the plain split of her vote
        ("5: a 3, b 1, c 1", [3, 1, 1]),
    ],
)
def test_snapshots_formula(ballots, parts):
    scores = tally("normalised_quadratic", Election.read(ballots)).scores
    assert all(abs(score - part) <= Fraction(1, 10**6) for score, part in zip(scores.values(), parts, strict=True))
