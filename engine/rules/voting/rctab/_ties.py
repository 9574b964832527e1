"""How RCTab breaks a tie: by the order of listing, by lot, or by earlier rounds.

Where it draws, it draws from the tied in the order of their names (or, after looking back, as a HashSet of Java gives them),
so this is the one place of a count where names matter.

>>> ties = Ties(("Mookie Blaylock", "Yinka Dare", "George Gervin"), None, "random", 1)
>>> ties.loser([0, 1, 2], []), ties.winner([0, 2], [])
(1, 2)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from engine.elections.java import Random, order_of_text, set_order
from engine.elections.outcome import Step

Mode = Literal["order", "random", "previous_random", "previous_ask", "ask"]
WHY: dict[Mode, str] = {
    "order": "{option} is listed {end}",
    "random": "{option} was drawn",
    "previous_random": "{option} was drawn",
    "ask": "RCTab stops here and asks; {option} is listed {end}",
    "previous_ask": "RCTab stops here and asks; {option} is listed {end}",
}


@dataclass
class Ties:
    """The ties of one count, in which `broken` says how each was broken, and `open` which were broken by the order of listing
    or by lot alone."""

    options: Sequence[str]
    write_ins: int | None
    mode: Mode
    seed: int
    broken: list[Step] = field(default_factory=list)
    open: list[tuple[int, ...]] = field(default_factory=list)
    asked: bool = False
    """Whether somebody would have been asked."""

    def __post_init__(self) -> None:
        self._random = Random(self.seed)

    def winner(self, tied: Sequence[int], rounds: Sequence[Sequence[Fraction]]) -> int:
        """The one of the tied that is elected; `rounds` are everybody's votes in the rounds before."""
        return self._one_of(tied, rounds, wins=True)

    def loser(self, tied: Sequence[int], rounds: Sequence[Sequence[Fraction]]) -> int:
        """The one of the tied that is eliminated."""
        return self._one_of(tied, rounds, wins=False)

    def _one_of(self, tied: Sequence[int], rounds: Sequence[Sequence[Fraction]], wins: bool) -> int:
        if len(tied) == 1:
            return tied[0]
        left = sorted(tied, key=lambda place: order_of_text(self.options[place]))
        place_of = {self.options[place]: place for place in tied}
        for number in range(len(rounds), 0, -1) if self.mode.startswith("previous") else ():
            votes = rounds[number - 1]
            left = [place_of[name] for name in set_order(self.options[place] for place in left)]
            best = (max if wins else min)(votes[place] for place in left)
            left = [place for place in left if votes[place] == best]
            if len(left) == 1:
                self._note(tied, "{option} had {votes} in round {number}", left[0], wins, votes=best, number=number)
                return left[0]
        if self.mode.endswith("random"):
            place = left[self._random.scaled(len(left))]
        else:
            # Write-ins are not in the list of candidates, so that any of these is found there first.
            named = [place for place in left if place != self.write_ins]
            place = min(named) if wins else max(named)
        self.open.append(tuple(sorted(left)))
        self.asked = self.asked or self.mode.endswith("ask")
        self._note(tied, WHY[self.mode], place, wins)
        return place

    def _note(self, tied: Sequence[int], why: str, place: int, wins: bool, **values: Fraction | int) -> None:
        reason = Step(why, option=self.options[place], end="first" if wins else "last", **values)
        self.broken.append(Step("{tied} are tied: {reason}", tied=[self.options[each] for each in sorted(tied)], reason=reason))
