"""Shares of a whole in proportion to squares of sums of square roots, as numbers to show."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from engine.elections import roots
from engine.elections.outcome import Amount, Value

DECIMALS = 6


def root_shares(sums: Sequence[roots.Roots], whole: int) -> list[Fraction]:
    """Every sum's share of `whole`, in proportion to its square and rounded to six decimals, from roots computed to twice as many.

    >>> root_shares([{2: Fraction(1)}, {1: Fraction(1)}], 9)
    [Fraction(6, 1), Fraction(3, 1)]
    """
    squares = [roots.cut(each, 2 * DECIMALS) ** 2 for each in sums]
    total = sum(squares, Fraction(0))
    scale = 10**DECIMALS
    return [Fraction(round(whole * square / total * scale), scale) if total else Fraction(0) for square in squares]


def hundredths(score: Fraction) -> Value:
    """A score to two decimals."""
    return Amount(round(score * 100), 2)
