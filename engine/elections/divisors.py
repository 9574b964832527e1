"""Seats shared in proportion to votes by a divisor: whoever has the most votes for the next seat gets it.

With s(n) the signpost between n and n + 1 seats, an option that has n seats claims the next with votes / s(n). Every method
is a row of signposts: Adams n, Jefferson n + 1, Webster n + 1/2, Hill √(n (n + 1)); one that begins with 0 gives everybody
who has votes a first seat, those with the most votes first. Seats are found at once from votes × seats / all votes, and
then at most one per option is added or taken away (Pukelsheim 2017, Proportional Representation, section 4.6). Claims
are compared exactly, by their squares, so that no root is taken.

>>> by_divisor(10, [47000, 16000, 15900, 12000, 6000, 3100], "jefferson").seats
[5, 2, 2, 1, 0, 0]
>>> by_divisor(1, [3, 3], "webster").tied
(0, 1)
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from heapq import heapify, heapreplace
from typing import Literal, NamedTuple

Method = Literal["jefferson", "webster", "adams", "hill"]
Claim = tuple[bool, Fraction]
"""Whether it is a first seat that comes before all others; and the square of votes / s(n), or the votes where s(n) is 0."""


class Divided(NamedTuple):
    """Everybody's seats, the places whose claims on the last seats were equal, and the claims that won the last seat and would
    win the next."""

    seats: list[int]
    tied: tuple[int, ...]
    last: Claim
    next: Claim


def squared_signpost(seats: int, method: Method) -> Fraction:
    """s(n)²

    >>> squared_signpost(1, "webster"), squared_signpost(1, "hill")
    (Fraction(9, 4), Fraction(2, 1))
    """
    if method == "hill":
        return Fraction(seats * (seats + 1))
    return {"adams": Fraction(seats), "jefferson": Fraction(seats + 1), "webster": Fraction(2 * seats + 1, 2)}[method] ** 2


def by_divisor(seats: int, votes: Sequence[int], method: Method) -> Divided:
    """`seats` (from 1) in proportion to `votes` (from 0, not all 0), whoever comes first among equal claims."""

    def claim(place: int, held: int) -> Claim:
        square = squared_signpost(held, method)
        return (False, votes[place] ** 2 / square) if square else (True, Fraction(votes[place]))

    standing, total = [place for place, number in enumerate(votes) if number], sum(votes)
    held = [_rounded(Fraction(number * seats, total), method) if number else 0 for number in votes]
    while sum(held) > seats:
        least = min((place for place in standing if held[place]), key=lambda place: claim(place, held[place] - 1))
        held[least] -= 1
    gains = [(_less(claim(place, held[place])), place) for place in standing]
    heapify(gains)
    for _ in range(seats - sum(held)):
        _, place = gains[0]
        held[place] += 1
        heapreplace(gains, (_less(claim(place, held[place])), place))
    last = min(claim(place, held[place] - 1) for place in standing if held[place])
    following = max(claim(place, held[place]) for place in standing)
    if last != following:
        return Divided(held, (), last, following)
    winning = [place for place in standing if held[place] and claim(place, held[place] - 1) == last]
    tied = sorted(winning + [place for place in standing if claim(place, held[place]) == last])
    for place in winning:
        held[place] -= 1
    for place in tied[: len(winning)]:
        held[place] += 1
    return Divided(held, tuple(tied), last, following)


def _less(claim: Claim) -> tuple[bool, Fraction]:
    """A claim the other way round, for a heap that gives the least."""
    return not claim[0], -claim[1]


def _rounded(share: Fraction, method: Method) -> int:
    """How many seats a share of them rounds to: the first n with share ≤ s(n)."""
    whole = share.numerator // share.denominator
    return whole + (share * share > squared_signpost(whole, method))
