"""Sharing a pot over members in proportion."""

from __future__ import annotations

from collections.abc import Mapping

from engine.elections.apportion import apportion
from engine.values import MemberId


def largest_remainder(pot: int, weights: Mapping[MemberId, int]) -> dict[MemberId, int]:
    """`pot` in proportion to `weights` (whole, from 0), by largest remainder; among equal remainders to whoever joined first, so
    that the order of asking changes nothing.

    >>> largest_remainder(100, {"m1": 1, "m2": 1, "m3": 1})
    {'m1': 34, 'm2': 33, 'm3': 33}
    """
    if not sum(weights.values()):
        return {}
    joined = sorted(weights, key=lambda member: int(member[1:]))
    shares = dict(zip(joined, apportion(pot, [weights[member] for member in joined]).shares, strict=True))
    return {member: shares[member] for member in weights}
