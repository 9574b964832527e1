"""What a voting rule says: winners, scores, ties as values, steps that explain it.

>>> outcome = Outcome("plurality@1", ("garden", "pool"), {"garden": 3, "pool": 3}, (("garden", "pool"),), ("a tie",))
>>> outcome.as_json()["ties"]
[['garden', 'pool']]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256
from typing import Any

from engine.log.json import canonical

Number = int | Fraction
Fact = int | str | Sequence["Fact"]


@dataclass(frozen=True)
class Outcome:
    """`winners` in the order listed; where a tie for the win is not broken they are all of the tied.

    `ties` holds each set of options between which only the order of listing, or nothing, decided. `steps` are
    sentences for people; `facts` the same count as numbers, part of the digest.
    """

    rule: str
    winners: tuple[str, ...]
    scores: dict[str, Number]
    ties: tuple[tuple[str, ...], ...] = ()
    steps: tuple[str, ...] = ()
    facts: Fact = field(default=())

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "winners": list(self.winners),
            "scores": {name: write_number(score) for name, score in self.scores.items()},
            "ties": [list(tie) for tie in self.ties],
            "steps": list(self.steps),
        }

    def digest(self) -> str:
        """SHA-256 over the count without its wording."""
        exact = {
            "rule": self.rule,
            "winners": list(self.winners),
            "scores": [[name, str(write_number(score))] for name, score in self.scores.items()],
            "ties": [list(tie) for tie in self.ties],
            "facts": self.facts,
        }
        return sha256(canonical(exact)).hexdigest()


def write_number(number: Number) -> int | str:
    """A whole number as itself, another as `7/2`.

    >>> write_number(Fraction(7, 2)), write_number(Fraction(4, 2))
    ('7/2', 2)
    """
    exact = Fraction(number)
    return exact.numerator if exact.denominator == 1 else f"{exact.numerator}/{exact.denominator}"


def listing(options: Sequence[str], scores: Sequence[Number], unit: str = "") -> str:
    """`garden 4, library 3, pool 2`, highest first."""
    order = sorted(range(len(options)), key=lambda place: (-scores[place], place))
    return ", ".join(f"{options[place]} {write_number(scores[place])}{unit}" for place in order)


def best(scores: Sequence[Number]) -> list[int]:
    """The places with the highest score, in order.

    >>> best([2, 5, 5])
    [1, 2]
    """
    top = max(scores)
    return [place for place, score in enumerate(scores) if score == top]
