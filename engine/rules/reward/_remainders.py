"""Sharing a whole amount in proportion, without losing or inventing a unit."""

from __future__ import annotations

from collections.abc import Mapping

from engine.values import MemberId


def largest_remainder(pot: int, weights: Mapping[MemberId, int]) -> dict[MemberId, int]:
    """`pot` in proportion to `weights` (whole, from 0): everybody's whole part, then one unit more to the largest
    remainders; among equal remainders to whoever joined first, so that the order of asking changes nothing.

    >>> largest_remainder(100, {"m1": 1, "m2": 1, "m3": 1})
    {'m1': 34, 'm2': 33, 'm3': 33}
    """
    total = sum(weights.values())
    if not total:
        return {}
    shares = {member: pot * weight // total for member, weight in weights.items()}
    short = pot - sum(shares.values())
    by_remainder = sorted(weights, key=lambda member: (-(pot * weights[member] % total), int(member[1:])))
    for member in by_remainder[:short]:
        shares[member] += 1
    return shares
