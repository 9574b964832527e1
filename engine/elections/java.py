"""Java's random numbers and orders, where a count that was made in Java has to be made again.

`java.util.Random` is a linear congruential generator of 48 bits (Knuth, The Art of Computer Programming, volume 2, §3.2.1,
with the constants of drand48); its documentation states it as a formula so that every implementation gives the same numbers. It
is no secret and no fair draw: whoever chooses the seed knows what comes out.

>>> Random(1).below(100), Random(12345).shuffled("abcd")
(85, ['a', 'c', 'd', 'b'])
>>> hash_code("Sneezy"), sorted(["é", "a", "Z"], key=order_of_text)
(-1814050598, ['Z', 'a', 'é'])
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

SEED_BITS = 48
FACTOR, ADDEND, MASK = 0x5DEECE66D, 0xB, (1 << SEED_BITS) - 1
DOUBLE_BITS = 53
"""The digits of a double: `nextDouble` gives a whole number below 2^53, divided by 2^53."""
BUCKETS = 16
"""How many a HashSet has at the least."""


class Random:
    """`java.util.Random` of a seed; seeds that are alike in their lowest 48 bits give the same numbers."""

    def __init__(self, seed: int) -> None:
        self._state = (seed ^ FACTOR) & MASK

    def _next(self, bits: int) -> int:
        self._state = (self._state * FACTOR + ADDEND) & MASK
        return self._state >> (SEED_BITS - bits)

    def below(self, bound: int) -> int:
        """`nextInt(bound)`: a whole number from 0 to bound - 1."""
        drawn = self._next(31)
        if bound & (bound - 1) == 0:
            return bound * drawn >> 31
        while drawn - drawn % bound + bound - 1 >= 1 << 31:
            drawn = self._next(31)
        return drawn % bound

    def scaled(self, bound: int) -> int:
        """`(int) Math.floor(nextDouble() * bound)`, with the product rounded to the 53 digits of a double, half to even."""
        product = ((self._next(26) << 27) + self._next(27)) * bound
        beyond = max(product.bit_length() - DOUBLE_BITS, 0)
        return round(Fraction(product, 1 << beyond)) << beyond >> DOUBLE_BITS

    def shuffled(self, things: Iterable[str]) -> list[str]:
        """The things in the order that `Collections.shuffle` puts them in."""
        order = list(things)
        for last in range(len(order) - 1, 0, -1):
            drawn = self.below(last + 1)
            order[last], order[drawn] = order[drawn], order[last]
        return order


def order_of_text(text: str) -> bytes:
    """What Java compares texts by: their UTF-16 code units."""
    return text.encode("utf-16-be", "surrogatepass")


def hash_code(text: str) -> int:
    """`text.hashCode()`: its code units as digits to the base 31, as a signed number of 32 bits.

    >>> hash_code("Aa") == hash_code("BB") == 2112
    True
    """
    units, code = order_of_text(text), 0
    for high, low in zip(units[::2], units[1::2], strict=True):
        code = (31 * code + (high << 8 | low)) & 0xFFFFFFFF
    return code - (1 << 32) if code >> 31 else code


def set_order(names: Iterable[str]) -> list[str]:
    """The names, each another, in the order in which a HashSet that was filled with them gives them: by bucket, and in a
    bucket as they came.

    >>> set_order(["Dopey", "Sneezy"])
    ['Sneezy', 'Dopey']
    """
    listed = list(names)
    buckets = 1 << (max(len(listed) * 4 // 3 + 1, BUCKETS) - 1).bit_length()

    def bucket(name: str) -> int:
        code = hash_code(name) & 0xFFFFFFFF
        return (code ^ code >> 16) & (buckets - 1)

    return sorted(listed, key=bucket)
