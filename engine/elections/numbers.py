"""Exact numbers, and how they are written.

>>> write_number(Fraction(7, 2)), write_number(Fraction(4, 2))
('7/2', 2)
"""

from __future__ import annotations

from fractions import Fraction

Number = int | Fraction


def write_number(number: Number) -> int | str:
    """A whole number as itself, another as `7/2`."""
    exact = Fraction(number)
    return exact.numerator if exact.denominator == 1 else f"{exact.numerator}/{exact.denominator}"
