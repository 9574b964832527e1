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
from engine.elections.work import searched_within
from engine.rules import Parameters, Rule


class Swing(NamedTuple):
    """So many changed ballots are enough for the `rival` to win alone."""

    ballots: int
    rival: str


@dataclass
class Allowance:
    """How much work may still be done, in the units of `engine.elections.work`; None without a bound."""

    units: int | None = None

    def count(self, rule: Rule, election: Election, given: Parameters) -> Outcome | None:
        """The outcome; None where one more count might go beyond. Of what is set aside for a search, what it did not need is given back.

        >>> votes, allowance = Election.read("2: garden > library > pool\\n1: pool"), Allowance(20_000_000)
        >>> allowance.count(rules.rule("voting", "ranked_pairs"), votes, {}) is None  # it may have to search
        True
        >>> allowance.count(rules.rule("voting", "schulze"), votes, {}).winners, allowance.units
        (('garden',), 19733070)
        """
        if self.units is None:
            return rules.count(rule, election, given)
        shape = rules.shape_of(election.rows, election.options, rules.terms(rule, election, given), election.points_max)
        units_max = rule.work(shape)
        if units_max > self.units:
            return None
        self.units -= units_max
        search_max = units_max - rule.work(shape._replace(searching=False))
        with searched_within() as searched:
            try:
                return rules.count(rule, election, given)
            finally:
                self.units += max(0, search_max - searched.units)

    def has(self, rule: Rule, election: Election, given: Parameters) -> bool:
        """Whether one more count fits in."""
        shape = rules.shape_of(election.rows, election.options, rules.terms(rule, election, given), election.points_max)
        return self.units is None or rule.work(shape) <= self.units


def swing(rule: Rule, given: Parameters, election: Election, outcome: Outcome, allowance: Allowance) -> Swing | None:
    """The fewest ballots seen to make a rival win alone if they change for its sake; None if no number turned up. The rivals that came
    closest are tried first, which saves counts. Where the allowance ends, what was found by then stands."""
    best: Swing | None = None
    winners, scores = outcome.winners, list(outcome.scores.values())

    def turns(rival: int, order: Array, count: int) -> bool | None:
        """Whether the rival wins alone once so many ballots have changed; None where the allowance ends."""
        changed = allowance.count(rule, _changed(election, rival, winners, order, count), given)
        return None if changed is None else changed.winners == (election.options[rival],)

    for rival in sorted(range(len(election.options)), key=lambda place: -scores[place]):
        if winners == (election.options[rival],):
            continue
        for order in _orders(election, rival, winners):
            low, high = 0, election.total if best is None else best.ballots - 1
            if high < 1 or not turns(rival, order, high):
                continue
            while high - low > 1 and (turned := turns(rival, order, middle := (low + high) // 2)) is not None:
                low, high = (low, middle) if turned else (middle, high)
            best = Swing(high, election.options[rival])
    return best


def _changed(election: Election, rival: int, winners: tuple[str, ...], order: Array, count: int) -> Election:
    """The first `count` ballots in `order` put the rival first and those who won last."""
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
    return election.changed(table=rows, weights=np.append(kept[kept > 0], int(turned.sum())))


def _orders(election: Election, rival: int, winners: tuple[str, ...]) -> list[Array]:
    """Two orders of changing ballots: first those that do most for the winner, or first those that do least for the rival."""
    likes = election.table.astype(np.int64) if election.kind != "ranked" else len(election.options) - election.table.astype(np.int64)
    for_winners = likes[:, [name in winners for name in election.options]].max(axis=1, initial=0)  # a rule may elect nobody
    return [np.lexsort((likes[:, rival], -for_winners)), np.argsort(likes[:, rival], kind="stable")]
