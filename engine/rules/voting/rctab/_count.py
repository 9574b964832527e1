"""The count that RCTab makes: in each round those who reach the threshold are elected, otherwise somebody is eliminated.

All who are elected in a round pass their surpluses on together before the next. Source: RCTab 2.0, Tabulator.java and its
Configuration File Parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from engine.elections.outcome import Step
from engine.rules.voting.ranked_choice import hopeless
from engine.rules.voting.rctab._ties import Ties
from engine.rules.voting.stv._count import Count


class Round(NamedTuple):
    """Everybody's votes, who is still in the count or elected, how many votes elect (None where no number does), what happened,
    the value of the ballots that name nobody left, what rounding has lost so far, and who was elected or dropped out by it."""

    votes: list[Fraction]
    standing: tuple[int, ...]
    threshold: Fraction | None
    what: Step
    exhausted: Fraction
    lost: Fraction
    won: tuple[int, ...]
    out: tuple[int, ...]


@dataclass(frozen=True)
class Terms:
    """What a contest states beside its decimals and how its ties are broken."""

    one_a_round: bool = False
    bottoms_up: bool = False
    hare: bool = False
    whole: bool = True
    batch: bool = False


@dataclass
class Tabulation(Count):
    """One tabulation of `seats`; those in `gone` have been elected by an earlier one and are passed over."""

    terms: Terms = Terms()
    ties_of: Ties = field(kw_only=True)
    gone: Sequence[int] = ()
    rounds: list[Round] = field(default_factory=list)

    def run(self) -> Tabulation:
        self.hopeful -= set(self.gone)
        self._out(self.gone)
        transfers, shown_last = self.seats > 1 and not self.terms.bottoms_up, False
        while len(self.elected) < self.seats or shown_last:
            self._recount()
            votes, active = self.votes, sorted(self.hopeful)
            standing = tuple(sorted([*active, *self.elected]))
            if not self.rounds or self.seats == 1:
                self.quota = self._threshold(int(sum(votes[place] for place in active)))
            broken = len(self.ties_of.broken)
            won = self._reached(active)
            out = [] if won or shown_last else self._eliminated(active)
            self._note_round(standing, won, out, self.ties_of.broken[broken:], shown_last)
            self.elected += won
            self.hopeful -= {*won, *out}
            self._out(out)
            shown_last = transfers and len(self.elected) == self.seats and bool(won)
            if transfers:
                self._pass_on([place for place in won if votes[place] > self.quota])
        return self

    def _threshold(self, votes: int) -> Fraction:
        """The least number of votes, in the last place that is kept, that is enough for as many as there are seats only."""
        if self.terms.bottoms_up or self.seats == 1:
            return Fraction(votes // (self.seats + 1) + 1)
        scale = 1 if self.terms.whole else 10 ** (self.law.decimals or 0)
        if self.terms.hare:
            return Fraction(-(-votes * scale // self.seats), scale)
        return Fraction(votes * scale // (self.seats + 1) + 1, scale)

    def _reached(self, active: Sequence[int]) -> list[int]:
        """Who is elected in this round."""
        votes, unfilled = self.votes, self.seats - len(self.elected)
        if not unfilled or self._written_in(active):
            return []
        if len(active) == unfilled:
            won = list(active)
        elif self.terms.bottoms_up:
            return []
        else:
            won = [place for place in active if votes[place] >= self.quota]
            won = won if len(won) <= unfilled else []  # without a vote everybody reaches a threshold of 0
        if (self.terms.one_a_round and len(won) > 1) or (self.seats == 1 and not won and len(active) == 2):
            most = max(votes[place] for place in active)
            return [self.ties_of.winner([place for place in active if votes[place] == most], self._earlier())]
        return sorted(won, key=lambda place: (-votes[place], place))

    def _eliminated(self, active: Sequence[int]) -> list[int]:
        votes = self.votes
        if written_in := self._written_in(active):
            return written_in
        order = sorted(active, key=lambda place: votes[place])
        together = hopeless(order, votes) if self.terms.batch and self.seats == 1 else 0
        if together:
            return sorted(order[:together])
        return [self.ties_of.loser([place for place in order if votes[place] == votes[order[0]]], self._earlier())]

    def _written_in(self, active: Sequence[int]) -> list[int]:
        """The write-ins as long as they have votes: until they are out, nobody is elected."""
        return [place for place in active if place == self.election.write_ins and self.votes[place]]

    def _earlier(self) -> list[list[Fraction]]:
        return [each.votes for each in self.rounds]

    def _out(self, places: Sequence[int]) -> None:
        """The ballots of those who are out go to whoever stands next on them, at the value they have."""
        if not places:
            return
        same = np.arange(len(self._values), dtype=np.int32)
        self._transfer(np.flatnonzero(np.isin(self._top, list(places))), same)

    def _pass_on(self, won: Sequence[int]) -> None:
        """Each of those elected keeps the threshold; the rest of the value of every ballot goes on."""
        for place in won:
            papers = np.flatnonzero(self._top == place)
            self._transfer(papers, self._worth_less(papers, self.votes[place] - self.quota, self.votes[place]))
            self._moved.add(place)

    def _note_round(self, standing: tuple[int, ...], won: list[int], out: list[int], broken: list[Step], shown_last: bool) -> None:
        what = Step("{names} elected", names=self._names(won)) if won else Step("{names} {names:drops|drop} out", names=self._names(out))
        if shown_last:
            what = Step("the last surpluses are transferred")
        for step in reversed(broken):
            what = Step("{step}; {what}", step=step, what=what)
        lost = self.valid - sum(self.votes, self._exhausted)
        threshold = None if self.terms.bottoms_up else self.quota
        self.rounds.append(Round(list(self.votes), standing, threshold, what, self._exhausted, Fraction(lost), tuple(won), tuple(out)))
