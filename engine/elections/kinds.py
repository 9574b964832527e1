"""The kinds of ballot.

single: one option · approval: any number of options · knapsack: options that cost no more than the budget together · ranked: an order,
ties allowed · cumulative: points split between options · score: a grade for each option · quadratic: votes for each option, of which n
cost n² credits · gifts: an amount of money for each option, in its smallest unit.
"""

from typing import Literal, get_args

Kind = Literal["single", "approval", "knapsack", "ranked", "cumulative", "score", "quadratic", "gifts"]
KINDS: tuple[Kind, ...] = get_args(Kind)
NUMBERED: frozenset[Kind] = frozenset({"cumulative", "score", "quadratic", "gifts"})
"""Ballots that give a number to each option they name."""
PlaceWorth = Literal["named"] | tuple[int, ...]
"""What the places of a ranking are worth in points: `named`, one for the option named last and one more for each before it;
or so many for the first place, the second and so on, and nothing beyond."""


def spent(numbers: list[int], kind: Kind) -> int:
    """What of its bound a ballot with these numbers uses: the sum of points, the highest grade, the credits.

    >>> spent([3, 4], "cumulative"), spent([3, 4], "score"), spent([3, 4], "quadratic")
    (7, 4, 25)
    """
    if kind == "score":
        return max(numbers, default=0)
    return sum(number * number for number in numbers) if kind == "quadratic" else sum(numbers)
