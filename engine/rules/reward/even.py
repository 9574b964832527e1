"""Everybody who has earned anything gets the same.

>>> rule("reward", "even").function(100, {"m1": 40, "m2": 7, "m5": 0})
{'m1': 50, 'm2': 50}
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.rules import reward_rule
from engine.rules.reward._remainders import largest_remainder
from engine.values import MemberId


@reward_rule
def even(pot: int, points: Mapping[MemberId, int]) -> dict[MemberId, int]:
    return largest_remainder(pot, {member: 1 for member, held in points.items() if held > 0})
