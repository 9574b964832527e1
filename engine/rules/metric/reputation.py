"""Standing that fades: what somebody has earned counts for less every hour, and halves in ninety days.

Each hour what she has is multiplied by `kept` / `of` and cut off to a whole unit, before what she earns or loses in that
hour is entered; nobody goes below nothing. `by` says in which order: `hours`, one after another as Colony's miners do, or
`squares`, with powers of the factor by squaring, each cut off, as a contract of theirs does for a long absence; they
differ by units. It is a measure for whoever asks, and not a power: a power rule sees how many points somebody holds, and
not since when; points of a charter that are not to stay expire by lots. Source: JoinColony's colonyNetwork (commit
2a3f7bbd), `DECAY_NUMERATOR` and `decayReputation`.

>>> count = rule("metric", "reputation").function
>>> [count([(0, 10**15)], at=hour) for hour in (0, 1, 2, 2160)]
[1000000000000000, 999679150010889, 999358402966493, 499999999999339]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from engine.refusals import refuse
from engine.rules import metric_rule
from engine.values import Positive

KEPT, OF = Positive(999_679_150_010_889), Positive(10**15)
"""What is kept each hour, so that half is left after 2,160."""


@metric_rule
def reputation(
    history: Sequence[tuple[int, int]], *, at: int, kept: Positive = KEPT, of: Positive = OF, by: Literal["hours", "squares"] = "hours"
) -> int:
    """Reputation at hour `at`; `history` says how much was earned in which hour, or lost if it is negative, oldest first."""
    if kept > of:
        raise refuse(
            "parameter_wrong", "reputation.kept", "is {kept} of {of}", "give at most as many: nothing grows by itself", kept=kept, of=of
        )
    fade = _by_hours if by == "hours" else _by_squares
    held = last = 0
    for hour, earned in history:
        if hour < last:
            raise refuse("election_wrong", "the history", "goes back to hour {hour}", "give hours from 0, oldest first", hour=hour)
        if hour > at:
            break
        held = max(0, fade(held, hour - last, kept, of) + earned)
        last = hour
    return fade(held, at - last, kept, of)


def _by_hours(held: int, hours: int, kept: int, of: int) -> int:
    """Hour by hour. Every hour takes at least one unit, so that a few thousand hours more than the halvings end it."""
    for _ in range(hours if kept < of else 0):
        if not held:
            break
        held = held * kept // of
    return held


def _by_squares(held: int, hours: int, kept: int, of: int) -> int:
    """For each binary digit of the hours, the lowest first, the factor squared as often."""
    while hours and held:
        if hours & 1:
            held = held * kept // of
        kept = kept * kept // of
        hours >>= 1
    return held
