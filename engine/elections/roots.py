"""Sums of square roots, compared exactly: which is larger, or whether they are equal.

A sum is whole-number radicands with rational factors. Different sums are told apart by bounds from whole-number square
roots, with as many digits as it takes; what cannot be told apart like that is settled by algebra: the roots of numbers
whose products are not squares are linearly independent over the rationals (Besicovitch 1940), so two sums are equal
only if every such class cancels.

>>> two, other = Roots({2: Fraction(3)}), Roots({18: Fraction(1)})          # 3·√2 = √18
>>> compare(two, other), compare(two, Roots({17: Fraction(1)})), compare(Roots({2: Fraction(1), 3: Fraction(1)}), Roots({10: Fraction(1)}))
(0, 1, -1)
>>> int(cut(two, 6) * 10**6)
4242640
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import isqrt

from engine.refusals import refuse

Roots = dict[int, Fraction]
"""A sum: each radicand's factor."""
BITS = (64, 256, 1024)
"""How many binary digits bounds are computed with before algebra decides."""
CLASSES_MAX = 2_000


def add(into: Roots, radicand: int, factor: Fraction) -> None:
    """Add factor · √radicand to a sum."""
    if radicand and factor:
        into[radicand] = into.get(radicand, Fraction(0)) + factor


def bounds(roots: Mapping[int, Fraction], bits: int) -> tuple[int, int]:
    """Lower and upper bounds of a sum, in units of 2^-bits: each root and each product is truncated there."""
    low = high = 0
    for radicand, factor in roots.items():
        part, whole = factor.numerator, factor.denominator
        below = isqrt(radicand << 2 * bits)
        above = below + 1
        low += part * (below if part > 0 else above) // whole
        high -= -part * (above if part > 0 else below) // whole
    return low, high


def sign(roots: Mapping[int, Fraction]) -> int:
    """Whether a sum is above (1), below (-1) or exactly 0."""
    left = {radicand: factor for radicand, factor in roots.items() if factor}
    for bits in BITS:
        low, high = bounds(left, bits)
        if low > 0 or high < 0:
            return 1 if low > 0 else -1
    left = _independent(left)
    bits = 2 * BITS[-1]
    while left:
        low, high = bounds(left, bits)
        if low > 0 or high < 0:
            return 1 if low > 0 else -1
        bits *= 2  # it is not 0: some digit tells
    return 0


def compare(one: Mapping[int, Fraction], other: Mapping[int, Fraction]) -> int:
    """1, -1 or 0: whether one sum is larger than another, smaller, or the same."""
    difference = dict(one)
    for radicand, factor in other.items():
        add(difference, radicand, -factor)
    return sign(difference)


def comparing(sums: Sequence[Roots]) -> Callable[[int, int], int]:
    """`compare` for the sums at two places; most are told apart by bounds computed once for each."""
    bound = [bounds(each, BITS[0]) for each in sums]

    def by(one: int, other: int) -> int:
        if bound[one][0] > bound[other][1]:
            return 1
        return -1 if bound[one][1] < bound[other][0] else compare(sums[one], sums[other])

    return by


def cut(roots: Mapping[int, Fraction], decimals: int) -> Fraction:
    """A sum that is not negative, truncated to so many decimals."""
    scale, bits = 10**decimals, 64
    while True:
        low, high = bounds(roots, bits)
        floors = [value * scale >> bits for value in (low, high)]
        if floors[0] == floors[1] or compare(roots, {1: Fraction(floors[1], scale)}) >= 0:
            return Fraction(max(floors) if floors[0] != floors[1] else floors[0], scale)
        bits *= 2


def _independent(roots: Mapping[int, Fraction]) -> Roots:
    """The same sum with one radicand for each class of radicands whose products are squares."""
    terms: Roots = {}
    for radicand, factor in roots.items():
        for known in terms:
            product = radicand * known
            root = isqrt(product)
            if root * root == product:
                terms[known] += factor * Fraction(root, known)
                break
        else:
            if len(terms) == CLASSES_MAX:
                raise refuse("too_many_ties", "the count", "comes so close to a tie that it cannot be decided", "count it by another rule")
            terms[radicand] = factor
    return {radicand: factor for radicand, factor in terms.items() if factor}
