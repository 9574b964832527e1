"""A ballot weighs as many votes as its member had contribution points when the poll opened.

Rewards contribution, but lets the diligent outvote the many; `at_most` caps the weight of a ballot, and `at_least`
gives newcomers a voice (a member whose power is 0 is not on the roll).

>>> rule("power", "by_points").function([0, 40, 7], at_least=1, at_most=25)
[1, 25, 7]
"""

from collections.abc import Sequence

from engine.limits import INTEGER_MAX
from engine.rules import power_rule
from engine.values import Power

NONE, ANY = Power(0), Power(INTEGER_MAX)


@power_rule(reads_points=True)
def by_points(points: Sequence[int], *, at_least: Power = NONE, at_most: Power = ANY) -> list[int]:
    return [min(max(held, at_least), at_most) for held in points]
