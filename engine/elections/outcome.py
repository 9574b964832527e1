"""What a voting rule says: winners, scores, ties as values, steps that explain it.

>>> outcome = Outcome("plurality@1", ("garden", "pool"), {"garden": 3, "pool": 3}, (("garden", "pool"),), lambda: ["a tie"])
>>> outcome.as_json()["ties"], outcome.steps
([['garden', 'pool']], ('a tie',))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from typing import Any

from engine.log.json import canonical

Number = int | Fraction
Fact = int | str | Sequence["Fact"]


@dataclass(frozen=True)
class Outcome:
    """`winners` in the order listed; where a tie for the win is not broken they are all of the tied.

    `ties` holds each set of options between which only the order of listing, or nothing, decided. `explain` makes the
    sentences for people, `certify` the same count as numbers, which is part of the digest: both only when somebody
    reads `steps` or `facts`, for simulations count millions of times and read none. `note` is what has to be said beside the winners, where they
    are not what the rule's name makes people expect. `rounds` gives what those left had in each round, where a rule counts in
    rounds; it only says again what `facts` hold.
    """

    rule: str
    winners: tuple[str, ...]
    scores: dict[str, Number]
    ties: tuple[tuple[str, ...], ...] = ()
    explain: Callable[[], Iterable[str]] = tuple
    certify: Callable[[], Fact] = tuple
    note: str = ""
    rounds: Callable[[], Sequence[Mapping[str, Number]]] = tuple

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """Sentences that let a member follow the count by hand."""
        return tuple(self.explain())

    @cached_property
    def facts(self) -> Fact:
        """The count as whole numbers and texts."""
        return self.certify()

    @classmethod
    def of(
        cls,
        options: Sequence[str],
        places: Iterable[int],
        scores: Iterable[Number],
        explain: Callable[[], Iterable[str]],
        certify: Callable[[], Fact] = tuple,
        rounds: Callable[[], Sequence[Mapping[str, Number]]] = tuple,
    ) -> Outcome:
        """The outcome of a rule that elects one: `places` are the winner's, or those of all that are tied."""
        winners = tuple(options[place] for place in places)
        tied = (winners,) if len(winners) > 1 else ()
        return cls("", winners, dict(zip(options, scores, strict=True)), tied, explain, certify, rounds=rounds)

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


def write_money(amount: Number, decimals: int = 0) -> str:
    """An amount in whole smallest units as people read it; `about` where it is rounded to one.

    >>> write_money(123456, 2), write_money(Fraction(1000, 7), 2), write_money(995079)
    ('1,234.56', 'about 1.43', '995,079')
    """
    rounded = round(amount)
    whole, part = divmod(rounded, 10**decimals)
    return ("" if rounded == amount else "about ") + f"{whole:,}" + (f".{part:0{decimals}d}" if decimals else "")


def counted(number: int, thing: str) -> str:
    """`1 voter`, `2,000 voters`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


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
