"""What a charter says of points."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated

from engine import rules
from engine.event import act_kinds
from engine.kernel.charter import Charter, Terms, unknown, wrong
from engine.limits import INTEGER_MAX, MEMBERS_MAX, NAME_TEXT_MAX
from engine.refusals import Refusal
from engine.values import Name, Points, Scalar, TextOf

AWARD_MAX = INTEGER_MAX // MEMBERS_MAX
"""Points in one award or for one act: all of a full community's together stay exact."""
EXPIRE_DAYS_MAX = 36_500
"""A hundred years."""


@dataclass(frozen=True)
class Earning:
    """An earning rule at work, with its parameters. Lines of one `category` can share a bound."""

    rule: Name
    parameters: dict[str, Scalar] = field(default_factory=dict)
    category: str = ""


@dataclass(frozen=True)
class PointTerms(Terms):
    """`name` is what points are called here. They expire at the end of the day (UTC) `expire_days` later (0: never)."""

    key = "points"
    name: Annotated[str, TextOf(NAME_TEXT_MAX)] = "points"
    expire_days: int = 0
    award_max: Points = Points(0)
    earning: tuple[Earning, ...] = ()

    def problems(self, charter: Charter) -> Iterable[Refusal]:
        for where, value, most in (("award_max", self.award_max, AWARD_MAX), ("expire_days", self.expire_days, EXPIRE_DAYS_MAX)):
            if not 0 <= value <= most:
                yield wrong(f"points.{where}", "is {value}", "give 0 to {most}", value=value, most=most)
        for number, earning in enumerate(self.earning):
            parameters = rules.rule("earning", earning.rule).complete(earning.parameters)
            where = f"points.earning.{number}.parameters"
            if "act" in parameters:
                yield from unknown(f"{where}.act", (str(parameters["act"]),), tuple(act_kinds()))
            for name, most in (("points", AWARD_MAX), ("vest_days", EXPIRE_DAYS_MAX), ("expire_days", EXPIRE_DAYS_MAX)):
                if parameters.get(name, 0) > most:
                    yield wrong(f"{where}.{name}", "is {value}", "give at most {most}", value=parameters[name], most=most)
