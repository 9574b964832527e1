"""One member, one vote.

>>> rule("power", "equal").function([0, 40, 7])
[1, 1, 1]
"""

from collections.abc import Sequence

from engine.rules import power_rule


@power_rule(reads_points=False)
def equal(points: Sequence[int]) -> list[int]:
    return [1] * len(points)
