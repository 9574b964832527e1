"""Sharing a whole number in proportion, without losing or inventing a unit.

>>> apportion(100, [1, 1, 1])
Apportioned(shares=[34, 33, 33], tied=(0, 1, 2))
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Apportioned(NamedTuple):
    """Everybody's share, and the places whose remainders were equal when the last units were handed out."""

    shares: list[int]
    tied: tuple[int, ...]


def apportion(whole: int, weights: Sequence[int]) -> Apportioned:
    """`whole` in proportion to `weights` (from 0), by largest remainder (Hamilton's method): everybody gets the whole
    part, then the largest remainders get one unit more each, whoever comes first among equal ones."""
    total = sum(weights)
    if not total:
        return Apportioned([0] * len(weights), ())
    shares = [whole * weight // total for weight in weights]
    rest = [whole * weight % total for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (-rest[place], place))
    short = whole - sum(shares)
    for place in order[:short]:
        shares[place] += 1
    edge = rest[order[short - 1]] if short else 0
    tied = tuple(place for place in range(len(weights)) if rest[place] == edge) if short and rest[order[short]] == edge else ()
    return Apportioned(shares, tied)
