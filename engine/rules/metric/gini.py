"""How unequally an amount is held: 0 if all hold the same, close to 1 if one holds everything.

The mean difference between two holders, divided by twice the mean. Amounts are whole numbers from 0. Source: Gini 1912.

>>> rule("metric", "gini").function([0, 0, 0, 12])
Fraction(3, 4)
"""

from collections.abc import Sequence
from fractions import Fraction

from engine.rules import metric_rule


@metric_rule
def gini(amounts: Sequence[int]) -> Fraction:
    total, holder_count = sum(amounts), len(amounts)
    if not total:
        return Fraction(0)
    ranked = sum((2 * place - holder_count - 1) * amount for place, amount in enumerate(sorted(amounts), 1))
    return Fraction(ranked, holder_count * total)
