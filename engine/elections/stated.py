"""What a file of ballots says of the outcome beside its ballots, to be held against what is counted."""

from __future__ import annotations

from dataclasses import dataclass

from engine.elections.outcome import Step


@dataclass(frozen=True)
class Stated:
    """`rule` in the file's own word, empty if it names none; `why_not` says why it cannot be counted by, None if it can be.

    `votes`, `scores` and `selected` are what the file states of each option, by its place: on how many ballots it is
    named, how many points they give it, and which are elected; None where the file does not state them. `apart` are
    options that the file marks as elected in another way than by the rule. `listed` is how many ballots name each
    option, counted here. `fitted` says that the points of places were found from `scores`, which then agree whatever the
    truth is. `besides` are fields that change the outcome and are not followed, `remarks` what a reader of
    the count should know.
    """

    rule: str
    why_not: Step | None
    listed: tuple[int, ...]
    votes: tuple[int, ...] | None = None
    scores: tuple[int, ...] | None = None
    selected: tuple[int, ...] | None = None
    apart: tuple[int, ...] = ()
    fitted: bool = False
    besides: tuple[str, ...] = ()
    remarks: tuple[Step, ...] = ()
