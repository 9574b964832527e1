"""Support counts for more the longer it lasts, and fades when it is withdrawn.

Conviction y grows with every tick: y ← a·y + stake, with a = 2^(−1/`half_life`), so that without support it halves
every `half_life` ticks, and steady support comes ever closer to stake / (1 − a). A request for a share r of the funds
passes once its conviction exceeds `threshold`: ρ·all stake / ((1 − a)·(β − r)²), where β is the largest share that may
be asked for and ρ the hardness. Everything is in whole numbers: powers of a are truncated to 128 bits. Nobody closes
such a vote; it is fair to people who cannot be there today, and slow by design. Source: Emmett 2019 and 1Hive's
conviction voting app (commit 27df568f).

>>> history = [(0, 1000), (10, 0)]                    # at tick 0 stake 1,000, at tick 10 it is taken away
>>> count = rule("funding", "conviction").function
>>> [count(history, at=tick, half_life=10) for tick in (0, 1, 10, 20)]
[0, 1000, 7466, 3733]
>>> threshold(requested=100, funds=1000, staked=1000, half_life=10)
2986
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from engine.refusals import refuse
from engine.rules import funding_rule
from engine.rules.funding._stakes import check_request, stretches
from engine.values import Positive, Share

BITS, GUARD = 128, 64
ONE = 1 << BITS
ASKED_MAX, HARDNESS = Share("1/5"), Share("1/500")


@funding_rule
def conviction(history: Sequence[tuple[int, int]], *, at: int, half_life: Positive) -> int:
    """Conviction at tick `at` in units of stake; `history` says how much is staked from which tick on, oldest first."""
    conviction = 0
    for ticks, stake in stretches(history, at):
        conviction = _later(conviction, stake, ticks, half_life)
    return conviction


def _later(conviction: int, stake: int, ticks: int, half_life: int) -> int:
    """Conviction after so many more ticks with the same stake."""
    left = power(ticks, half_life)
    return (left * conviction + stake * _grown(left, half_life)) >> BITS


def threshold(
    *, requested: int, funds: int, staked: int, half_life: Positive, asked_max: Share = ASKED_MAX, hardness: Share = HARDNESS
) -> int | None:
    """The conviction that a request has to exceed, in units of stake; None if it asks for more than may be asked for."""
    check_request(requested, funds, staked)
    room = Fraction(asked_max) - Fraction(requested, funds) if funds > 0 else Fraction(0)
    if room <= 0:
        return None
    exact = Fraction(hardness) * staked * Fraction(ONE, ONE - power(1, half_life)) / room**2
    return exact.numerator // exact.denominator  # whole conviction is above the exact figure where it is above this


@lru_cache(maxsize=4096)
def power(ticks: int, half_life: int) -> int:
    """2^(−ticks / half_life), truncated to 128 bits, in units of 2^−128."""
    if half_life < 1:
        raise refuse("parameter_wrong", "conviction.half_life", "is {half_life}", "give a whole number from 1", half_life=half_life)
    halvings, rest = divmod(ticks, half_life)
    if halvings > BITS:
        return 0
    exponent = _ln2() * rest // half_life
    term = total = ONE << GUARD
    number = 0
    while term:
        number += 1
        term = term * exponent // (number * (ONE << GUARD))
        total += -term if number % 2 else term
    return total >> (GUARD + halvings)


def _grown(left: int, half_life: int) -> int:
    """What each unit of stake adds while `left` of the old conviction is left: (1 − a^t) / (1 − a), in units of 2^−128."""
    return ((ONE - left) << BITS) // (ONE - power(1, half_life))


@lru_cache(maxsize=1)
def _ln2() -> int:
    """The natural logarithm of 2 with all bits: Σ 1 / (n·2^n)."""
    return sum((ONE << GUARD) // (number << number) for number in range(1, BITS + GUARD + 1))
