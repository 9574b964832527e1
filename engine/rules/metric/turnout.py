"""The share of the roll that voted, from 0 to 1.

>>> rule("metric", "turnout").function(30, 40)
Fraction(3, 4)
"""

from fractions import Fraction

from engine.rules import metric_rule


@metric_rule
def turnout(voted: int, roll: int) -> Fraction:
    return Fraction(voted, roll) if roll else Fraction(0)
