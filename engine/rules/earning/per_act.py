"""A number of points for each act of one kind, for whoever did it or shared among the idea's authors.

Paying for acts invites acts for pay: `times_max` and `points_max` bound what one member can have from it in each period
(0 for no bound), `category_max` what she can have from all lines of its category. Authors share alike, odd points going to
the one who joined first.

>>> from engine.rules.earning import Act
>>> moved = Act("idea_advanced", "m9", "i18", ("m3", "m4"))
>>> [grant[:2] for grant in rule("earning", "per_act").function(moved, {}, act="idea_advanced", points=25, to="authors")]
[('m3', 13), ('m4', 12)]
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from engine.rules import earning_rule
from engine.rules.earning import Act, Grant, Period, Standing
from engine.rules.reward._remainders import largest_remainder
from engine.values import MemberId, Points

NO_BOUND = Points(0)


@earning_rule
def per_act(
    done: Act,
    had: Mapping[MemberId, Standing],
    *,
    act: str,
    points: Points,
    to: Literal["actor", "authors"] = "actor",
    times_max: int = 0,
    points_max: Points = NO_BOUND,
    category_max: Points = NO_BOUND,
    per: Period = "day",
    vest_days: int = 0,
    expire_days: int = 0,
) -> list[Grant]:
    if done.kind != act:
        return []
    shares = {MemberId(done.actor): points} if to == "actor" else largest_remainder(points, dict.fromkeys(done.authors, 1))
    grants = []
    for member, share in shares.items():
        standing = had.get(member, Standing())
        left = [share] + [most - got for most, got in ((points_max, standing.points), (category_max, standing.category_points)) if most]
        if min(left) > 0 and not (times_max and standing.times >= times_max):
            grants.append(Grant(member, min(left), vest_days, expire_days))
    return grants
