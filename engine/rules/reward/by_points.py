"""The pot is shared in proportion to points, by largest remainder (Hamilton's method).

>>> rule("reward", "by_points").function(100, {"m1": 40, "m2": 7, "m5": 0})
{'m1': 85, 'm2': 15}
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.rules import reward_rule
from engine.rules.reward._remainders import largest_remainder
from engine.values import MemberId


@reward_rule
def by_points(pot: int, points: Mapping[MemberId, int]) -> dict[MemberId, int]:
    return largest_remainder(pot, {member: held for member, held in points.items() if held > 0})
