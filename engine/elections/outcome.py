"""What a voting rule says: winners, scores, ties as values, steps that explain it.

>>> tie = Step("{names} have {votes} each", names=("garden", "pool"), votes=3)
>>> outcome = Outcome("plurality@1", ("garden", "pool"), {"garden": 3, "pool": 3}, (("garden", "pool"),), lambda: [tie])
>>> outcome.as_json()["ties"], outcome.steps
([['garden', 'pool']], ('garden and pool have 3 each',))
>>> outcome.sentences[0].template, outcome.sentences[0].values
('{names} have {votes} each', {'names': ('garden', 'pool'), 'votes': 3})
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple

from engine.elections.figures import Called, Figures
from engine.elections.numbers import Number, in_json, write_number
from engine.log.json import canonical

Fact = int | str | Sequence["Fact"]


class Step:
    """A sentence for people as a template and the values it names, which is what a translator needs.

    Whole numbers, names, what each option has, amounts and other steps become text only when the sentence does. Words that depend on a
    number, or on how many names there are, stand in the template: one form for 1, one for any other.

    >>> str(Step("{names} {names:drops|drop} out", names=("pool", "bench", "library")))
    'pool, bench and library drop out'
    >>> str(Step("round {number}: {votes}; {end}", number=1, votes={"garden": 4000, "pool": 2}, end=Step("garden wins")))
    'round 1: garden 4,000, pool 2; garden wins'
    """

    __slots__ = ("template", "values")

    def __init__(self, template: str, /, **values: Value) -> None:
        self.template, self.values = template, values

    def __str__(self) -> str:
        return self.template.format_map({name: _Said(value) for name, value in self.values.items()})


@dataclass(frozen=True)
class Amount:
    """Money in its smallest unit, written with `decimals` places after the point."""

    units: Number
    decimals: int = 0

    def __str__(self) -> str:
        return write_money(self.units, self.decimals)


@dataclass(frozen=True)
class Votes:
    """Votes with fractions; shown with `decimals` places where a law keeps so many, otherwise rounded to four where they are long."""

    number: Fraction
    decimals: int | None = None

    def __str__(self) -> str:
        number, decimals = self.number, self.decimals
        if number.denominator == 1 or (decimals is None and number.denominator < 1000):
            return _said(number)
        kept = 4 if decimals is None else decimals
        whole, part = divmod(round(number * 10**kept), 10**kept)
        return ("about " if decimals is None else "") + f"{whole:,}.{part:0{kept}d}"


Value = str | Number | Step | Amount | Votes | Sequence[str] | Mapping[str, "Value"]
"""What a step may name."""


class _Said(NamedTuple):
    """A value of a template in English: `{votes}` is itself, `{votes:vote|votes}` the form that its number takes."""

    value: Value

    def __format__(self, forms: str) -> str:
        if not forms:
            return _said(self.value)
        number = self.value if isinstance(self.value, int) else len(self.value)  # type: ignore[arg-type]
        return forms.split("|")[number != 1]


def _said(value: Value) -> str:
    if isinstance(value, str | Step | Amount | Votes):
        return str(value)
    if isinstance(value, int | Fraction):
        written = write_number(value)
        return written if isinstance(written, str) else f"{written:,}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_said(each)}" for name, each in value.items())
    return " and ".join([", ".join(value[:-1]), *value[-1:]]) if len(value) > 1 else "".join(value)


@dataclass(frozen=True)
class Outcome:
    """`winners` in the order listed; if a tie for the win is not broken, they are all of the tied.

    `ties` holds each set of options between which only the order of listing, or nothing, decided. `explain` makes the
    sentences for people, `certify` gives the same count as numbers, which is part of the digest: both are called only
    when somebody reads `steps` or `facts`, because simulations count millions of times and read neither. `remark` is
    what has to be said beside the winners when they are not what the rule's name leads people to expect. `rounds` gives
    the scores in each round, if a rule counts in rounds; it repeats what `facts` hold. `figures` is what a picture needs besides;
    it is no part of the digest. `seats` says how many each winner has, where one may have several; None where every winner has one.
    """

    rule: str
    winners: tuple[str, ...]
    scores: dict[str, Number]
    ties: tuple[tuple[str, ...], ...] = ()
    explain: Callable[[], Iterable[Step]] = tuple
    certify: Callable[[], Fact] = tuple
    remark: Step | None = None
    rounds: Callable[[], Sequence[Mapping[str, Number]]] = tuple
    figures: Callable[[], Figures] = Figures
    seats: Mapping[str, int] | None = None

    @cached_property
    def sentences(self) -> tuple[Step, ...]:
        """The steps as templates and values, for whoever says them in another language."""
        return tuple(self.explain())

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """Sentences that let a member follow the count by hand."""
        return tuple(map(str, self.sentences))

    @property
    def note(self) -> str:
        """The remark in English; empty where there is none."""
        return "" if self.remark is None else str(self.remark)

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
        explain: Callable[[], Iterable[Step]],
        certify: Callable[[], Fact] = tuple,
        rounds: Callable[[], Sequence[Mapping[str, Number]]] = tuple,
        figures: Callable[[], Figures] = Figures,
    ) -> Outcome:
        """The outcome of a rule that elects one: `places` are the winner's, or those of all that are tied."""
        winners = tuple(options[place] for place in places)
        tied = (winners,) if len(winners) > 1 else ()
        return cls("", winners, dict(zip(options, scores, strict=True)), tied, explain, certify, rounds=rounds, figures=figures)

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "winners": list(self.winners),
            "seats": None if self.seats is None else dict(self.seats),
            "scores": {name: in_json(score) for name, score in self.scores.items()},
            "ties": [list(tie) for tie in self.ties],
            "steps": list(self.steps),
            "note": self.note,
            **self.counted_as(),
        }

    def counted_as(self, called: Called = str) -> dict[str, Any]:
        """The count in numbers, options as they are `called`: facts, which go by places in the order of the scores; the rounds; figures."""
        rounds = [[{"option": called(name), "score": in_json(score)} for name, score in each.items()] for each in self.rounds()]
        return {"facts": self.facts, "rounds": rounds, "figures": self.figures().as_json(called)}

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


def write_money(amount: Number, decimals: int = 0) -> str:
    """An amount in whole smallest units as people read it; `about` where it is rounded to one.

    >>> write_money(123456, 2), write_money(Fraction(1000, 7), 2), write_money(995079)
    ('1,234.56', 'about 1.43', '995,079')
    """
    rounded = round(amount)
    whole, part = divmod(rounded, 10**decimals)
    return ("" if rounded == amount else "about ") + f"{whole:,}" + (f".{part:0{decimals}d}" if decimals else "")


def listing(options: Sequence[str], scores: Sequence[Number], shown: Sequence[Value] = ()) -> dict[str, Value]:
    """What each option has, or what is shown of it, the highest score first.

    >>> listing(["garden", "library"], [3, Fraction(7, 2)])
    {'library': Fraction(7, 2), 'garden': 3}
    """
    order = sorted(range(len(options)), key=lambda place: (-scores[place], place))
    return {options[place]: (shown or scores)[place] for place in order}


def best(scores: Sequence[Number]) -> list[int]:
    """The places with the highest score, in order.

    >>> best([2, 5, 5])
    [1, 2]
    """
    top = max(scores)
    return [place for place, score in enumerate(scores) if score == top]
