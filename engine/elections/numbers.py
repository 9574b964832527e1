"""Exact numbers, and how they are written.

>>> write_number(Fraction(7, 2)), write_number(Fraction(4, 2))
('7/2', 2)
"""

from __future__ import annotations

from fractions import Fraction

from engine.limits import INTEGER_MAX

Number = int | Fraction


def write_number(number: Number) -> int | str:
    """A whole number as itself, another as `7/2`."""
    exact = Fraction(number)
    return exact.numerator if exact.denominator == 1 else f"{exact.numerator}/{exact.denominator}"


def in_json(number: Number) -> int | str:
    """A number as JSON holds it for every reader: a whole one beyond 2^53 as a decimal in quotes.

    >>> in_json(2**53 - 1), in_json(2**53), in_json(Fraction(7, 2))
    (9007199254740991, '9007199254740992', '7/2')
    """
    written = write_number(number)
    return written if isinstance(written, str) or abs(written) <= INTEGER_MAX else str(written)
