"""A number of points for each act of one kind, for whoever did it or shared among the idea's authors.

Paying for acts invites acts for pay: `times_per_day_max` limits how often a day one member can earn by the same act (0
for no limit). Authors share equally, odd points going to whoever joined first.

>>> from engine.rules.earning import Act
>>> rule("earning", "per_act").function(Act("idea_advanced", "m9", "i18", ("m3", "m4")), act="idea_advanced", points=25, to="authors")
{'m3': 13, 'm4': 12}
"""

from __future__ import annotations

from typing import Literal

from engine.rules import earning_rule
from engine.rules.earning import Act
from engine.rules.reward._remainders import largest_remainder
from engine.values import MemberId, Points


@earning_rule
def per_act(
    done: Act, *, act: str, points: Points, to: Literal["actor", "authors"] = "actor", times_per_day_max: int = 0
) -> dict[MemberId, int]:
    if done.kind != act or (times_per_day_max and done.counts > times_per_day_max):
        return {}
    if to == "actor":
        return {MemberId(done.actor): points}
    return {member: share for member, share in largest_remainder(points, dict.fromkeys(done.authors, 1)).items() if share}
