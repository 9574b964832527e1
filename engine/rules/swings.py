"""How many ballots would have to change for another option to win alone: enough of them, found by trying.

Each ballot is changed in the way that helps one rival most, in the better of two orders, so that the number given is enough, and
fewer may be.

>>> from engine.rules import rule, tally
>>> votes = Election.read("12: garden\\n8: library")
>>> swing(rule("voting", "plurality"), {}, votes, tally("plurality", votes), Allowance())
Swing(ballots=3, rival='library')
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine import rules
from engine.elections.election import Array, Election
from engine.elections.outcome import Outcome
from engine.rules import Parameters, Rule


class Swing(NamedTuple):
    """So many changed ballots are enough for the `rival` to win alone."""

    ballots: int
    rival: str


@dataclass
class Allowance:
    """How much may still be counted, in looks at one ballot for one option; None without a bound."""

    looks: int | None = None

    def take(self, rule: Rule, election: Election) -> bool:
        """Whether one more count fits in; if so it is taken off."""
        fits = self.has(rule, election)
        if fits and self.looks is not None:
            self.looks -= looks_of(rule, election)
        return fits

    def has(self, rule: Rule, election: Election) -> bool:
        """Whether one more count fits in."""
        return self.looks is None or looks_of(rule, election) <= self.looks


def looks_of(rule: Rule, election: Election) -> int:
    """What a count costs at most, about: sums look at every ballot once for each option; rounds, duels and purchases once for each
    pair of options.

    >>> votes = Election.read("2: garden > library > pool\\n1: pool")
    >>> looks_of(rules.rule("voting", "plurality"), votes), looks_of(rules.rule("voting", "schulze"), votes)
    (6, 18)
    """
    cells = election.rows * len(election.options)
    sums = rule.elects == "one" and rule.ballots[0] != "ranked"
    return cells if sums else cells * len(election.options)


def swing(rule: Rule, given: Parameters, election: Election, outcome: Outcome, allowance: Allowance) -> Swing | None:
    """The fewest ballots seen to make a rival win alone if they change for its sake; None if no number turned up. The rivals that came
    closest are tried first, which saves counts. Where the allowance ends, what was found by then stands."""
    best: Swing | None = None
    winners, scores = outcome.winners, list(outcome.scores.values())
    for rival in sorted(range(len(election.options)), key=lambda place: -scores[place]):
        if winners == (election.options[rival],):
            continue
        for order in _orders(election, rival, winners):
            low, high = 0, election.total if best is None else best.ballots - 1
            if high < 1 or not allowance.take(rule, election) or not _turns(rule, given, election, rival, winners, order, high):
                continue
            while high - low > 1 and allowance.take(rule, election):
                middle = (low + high) // 2
                low, high = (low, middle) if _turns(rule, given, election, rival, winners, order, middle) else (middle, high)
            best = Swing(high, election.options[rival])
    return best


def _turns(rule: Rule, given: Parameters, election: Election, rival: int, winners: tuple[str, ...], order: Array, count: int) -> bool:
    """Whether the rival wins alone once the first `count` ballots in `order` put it first and those who won last."""
    weights = election.weights[order]
    turned = np.clip(count - (np.cumsum(weights) - weights), 0, weights)
    kept = weights - turned
    won = [place for place, name in enumerate(election.options) if name in winners and place != rival]
    ballot = np.zeros((1, len(election.options)), election.table.dtype)
    if election.kind == "ranked":
        others = [place for place in range(len(election.options)) if place != rival and place not in won]
        ballot[0, [rival, *others, *won]] = np.arange(len(election.options))
    else:
        ballot[0, rival] = max(int(election.table.max()), 1)
    rows = np.vstack([election.table[order][kept > 0], ballot])
    changed = election.changed(table=rows, weights=np.append(kept[kept > 0], int(turned.sum())))
    return rules.count(rule, changed, given).winners == (election.options[rival],)


def _orders(election: Election, rival: int, winners: tuple[str, ...]) -> list[Array]:
    """Two orders of changing ballots: first those that do most for the winner, or first those that do least for the rival."""
    likes = election.table.astype(np.int64) if election.kind != "ranked" else len(election.options) - election.table.astype(np.int64)
    for_winners = likes[:, [name in winners for name in election.options]].max(axis=1, initial=0)  # a rule may elect nobody
    return [np.lexsort((likes[:, rival], -for_winners)), np.argsort(likes[:, rival], kind="stable")]
