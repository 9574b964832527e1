"""Conviction in whole numbers as contracts on a chain count it: by a stated decay, and to the unit.

Conviction y grows with every tick: y ← a·y + stake, with the `decay` a below 1 (0.9999599 halves it in three days of
blocks of fifteen seconds), from `start` on. Powers of a are in units of 2^-128, and every product of them is rounded to
the nearest, a half up, in the order in which squaring makes them; so is the conviction at each change of the stake, in
whole units. `conviction` says the same of a half-life, with powers that are truncated: the two differ by a unit here and
there, which decides where a contract pays out. No amount overflows, as it does in a contract from 2^128 / 10^7 on.
Sources: 1Hive's conviction voting app (commit 27df568f) and Gardens v2, `ConvictionsUtils.sol` (commit 15ad3748): the
order of operations; a pool of nothing and the least number of points as in its tests at commit 02e020d5.

>>> count = rule("funding", "gardens_conviction").function
>>> [count([(0, 15_000)], at=tick, decay="9/10") for tick in (0, 1, 10)]
[0, 15000, 97698]
>>> count([], at=10, decay="9/10", start=97_698)                    # what was there fades
34065
>>> threshold(requested=1_000, funds=15_000, staked=45_000, decay="9/10")
50625
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from engine.refusals import refuse
from engine.rules import funding_rule
from engine.rules.funding._stakes import check_request, stretches
from engine.rules.funding.conviction import ASKED_MAX, HARDNESS
from engine.values import Money, Share

BITS = 128
ONE, HALF = 1 << BITS, 1 << (BITS - 1)
NOTHING = Money(0)


@funding_rule
def gardens_conviction(history: Sequence[tuple[int, int]], *, at: int, decay: Share, start: Money = NOTHING) -> int:
    """Conviction at tick `at` in units of stake; `history` says how much is staked from which tick on, oldest first."""
    kept = _below_one(decay)
    conviction: int = start
    for ticks, stake in stretches(history, at):
        conviction = _later(conviction, stake, ticks, kept)
    return conviction


def threshold(
    *,
    requested: int,
    funds: int,
    staked: int,
    decay: Share,
    asked_max: Share = ASKED_MAX,
    hardness: Share = HARDNESS,
    stake_min: int = 0,
    points_min: int = 0,
    order: Literal["app", "gardens"] = "gardens",
) -> int | None:
    """The conviction that a request has to exceed; None if it asks for more than may be asked for.

    ρ·staked / ((1 − a)·(β − requested / funds)²), with β − requested / funds in units of 2^-64 and ρ in units of 2^-128,
    cut off after each division; `app` and `gardens` differ in one. What is staked counts as `stake_min` at least, and the
    threshold is at least what `points_min`, staked for ever, come to: otherwise a few stakes in a young community pay out.
    A request to a pool of nothing is for a share of 0, whatever it asks for.

    >>> asked = {"requested": 1, "funds": 0, "staked": 10**12, "decay": "1/2", "asked_max": "9/10", "hardness": "1/10"}
    >>> threshold(**asked, points_min=2 * 10**9), threshold(**asked, points_min=10**12)
    (246913580246, 2000000000000)
    """
    check_request(requested, funds, staked)
    kept, most, weight = _below_one(decay), Fraction(asked_max), Fraction(hardness)
    if funds and Fraction(requested, funds) >= most:
        return None
    room = (most.numerator << 64) // most.denominator - ((requested << 64) // funds if funds else 0)
    square = room * room >> 64
    if not square:
        return None
    hard, up, down = (weight.numerator << BITS) // weight.denominator, kept.denominator, kept.denominator - kept.numerator
    ratio = hard // square * up // down if order == "app" else hard * up // (square * down)
    return max(ratio * max(staked, stake_min) >> 64, points_min * up // down)


def _below_one(decay: Share) -> Fraction:
    kept = Fraction(decay)
    if not 0 <= kept < 1:
        raise refuse("parameter_wrong", "gardens_conviction.decay", "is {decay}", "give a share below 1, such as 9/10", decay=decay)
    return kept


def _later(conviction: int, stake: int, ticks: int, kept: Fraction) -> int:
    """Conviction after so many more ticks with the same stake: (a^t·y + x·(1 − a^t) / (1 − a)), a half up."""
    left = _power((kept.numerator << BITS) // kept.denominator, ticks)
    grown = stake * kept.denominator * (ONE - left) // (kept.denominator - kept.numerator)
    return left * conviction + grown + HALF >> BITS


def _power(base: int, exponent: int) -> int:
    """base^exponent in units of 2^-128, by squaring from the lowest digit on, each product to the nearest unit."""
    result = ONE
    while exponent:
        if exponent & 1:
            result = result * base + HALF >> BITS
        base = base * base + HALF >> BITS
        exponent >>= 1
    return result
