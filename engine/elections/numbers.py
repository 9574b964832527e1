"""Exact numbers, and how they are written.

>>> write_number(Fraction(7, 2)), write_number(Fraction(4, 2))
('7/2', 2)
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from engine.limits import INTEGER_MAX

Number = int | Fraction
STR_BITS_MAX = 14_000
"""Binary digits of a number that Python writes itself: it stops at 4,300 decimal ones."""


def write_number(number: Number) -> int | str:
    """A whole number as itself, another as `7/2`, however long it is.

    >>> len(str(write_number(Fraction(1, 3**10_000))))
    4774
    """
    exact = Fraction(number)
    return exact.numerator if exact.denominator == 1 else f"{_digits(exact.numerator)}/{_digits(exact.denominator)}"


def _digits(number: int) -> str:
    """A whole number in decimal digits; `str` refuses to write more than 4,300, which an exact count may come to."""
    return str(number) if number.bit_length() < STR_BITS_MAX else str(Decimal(number))


def in_json(number: Number) -> int | str:
    """A number as JSON holds it for every reader: a whole one beyond 2^53 as a decimal in quotes.

    >>> in_json(2**53 - 1), in_json(2**53), in_json(Fraction(7, 2))
    (9007199254740991, '9007199254740992', '7/2')
    """
    written = write_number(number)
    return written if isinstance(written, str) or abs(written) <= INTEGER_MAX else str(written)
