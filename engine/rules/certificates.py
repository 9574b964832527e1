"""Checking an outcome by its certificate, without counting again.

`Outcome.facts` of these rules are enough to see that the winners are right, by less than it took to find them: of Schulze's rule the
duels and the strengths of paths; of a runoff who was left in each round, with how many votes (where ties part its ways that is one of
them: it shows who can win, not that nobody else can); of equal shares what was bought for which price. `check` reads ballots one by one, in plain whole numbers and fractions, and shares no code with the rules.

>>> from dataclasses import replace
>>> from engine.rules import tally
>>> votes = Election.read("4: garden > library\\n3: library > pool\\n2: pool > library")
>>> outcome = tally("instant_runoff", votes)
>>> check(votes, outcome, {})
>>> check(votes, replace(outcome, winners=("pool",)), {})
Traceback (most recent call last):
engine.refusals.Refusal: proof_wrong: the certificate of instant_runoff@1 does not show that pool wins; count again
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.refusals import refuse

Facts = Any
Cells = Iterator[tuple[list[int], int]]


def check(election: Election, outcome: Outcome, parameters: Mapping[str, Any]) -> None:
    """Refuse (`proof_wrong`) an outcome whose facts do not show that its winners win; the rule must be one of `CHECKED`."""
    if outcome.rule not in CHECKED:
        raise refuse("rule_unknown", f"a certificate of {outcome.rule}", "is none we can check", "known: " + ", ".join(CHECKED))
    won = [election.options.index(winner) for winner in outcome.winners]
    if not CHECKED[outcome.rule](election, outcome.facts, won, outcome, parameters):
        named = " and ".join(outcome.winners) or "nobody"
        raise refuse("proof_wrong", f"the certificate of {outcome.rule}", f"does not show that {named} wins", "count again")


def _ballots(election: Election) -> Cells:
    return zip(election.table.tolist(), election.weights.tolist(), strict=True)


def _schulze(election: Election, facts: Facts, won: list[int], outcome: Outcome, parameters: Mapping[str, Any]) -> bool:
    """The duels are those of the ballots; each strength of path is one that steps reach, and none reaches further."""
    pairs, paths = facts
    places = range(len(election.options))
    duels = [[sum(weight for row, weight in _ballots(election) if row[a] < row[b]) for b in places] for a in places]
    margins = parameters.get("strength") == "margins"
    beats = [[(duels[a][b] - duels[b][a] if margins else duels[a][b]) if duels[a][b] > duels[b][a] else 0 for b in places] for a in places]
    for a in places:
        for b in places:
            if a != b and (b not in _reached(beats, a, paths[a][b], places) or b in _reached(beats, a, paths[a][b] + 1, places)):
                return False
    best = [a for a in places if all(paths[a][b] >= paths[b][a] for b in places if a != b)]
    return bool(pairs == duels and best == won)


def _reached(beats: list[list[int]], start: int, strength: int, places: range) -> set[int]:
    """Where steps at least so strong lead; everywhere, where no strength is asked for."""
    if strength == 0:
        return set(places)
    found, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        more = [there for there in places if there not in found and beats[here][there] >= strength]
        found.update(more)
        waiting += more
    return found


def _runoff(election: Election, facts: Facts, won: list[int], outcome: Outcome, parameters: Mapping[str, Any]) -> bool:
    """Each round has the votes its ballots give it; whoever is gone in the next could not have caught up, or ties for the fewest."""
    many, left = len(election.options), list(range(len(election.options)))
    for number, (standing, votes) in enumerate(facts):
        alive, counted = 0, dict.fromkeys(left, 0)
        for row, weight in _ballots(election):
            top = min((row[place] for place in left), default=many)
            first = [place for place in left if row[place] == top]
            alive += weight if top < many else 0
            if top < many and len(first) == 1:
                counted[first[0]] += weight
        if standing != left or votes != list(counted.values()):
            return False
        ahead = [place for place in left if 2 * counted[place] > alive or len(left) == 1]
        if number == len(facts) - 1:
            return won == ahead if len(won) == 1 else set(won) >= set(ahead or left)
        gone = [place for place in left if place not in facts[number + 1][0]]
        rest = [counted[place] for place in left if place not in gone]
        resting = alive - sum(counted.values())
        fewest = len(gone) == 1 and counted[gone[0]] == min(votes)
        if ahead or not (fewest or sum(counted[place] for place in gone) + resting < min(rest)):
            return False
        left = facts[number + 1][0]
    return False


def _equal_shares(election: Election, facts: Facts, won: list[int], outcome: Outcome, parameters: Mapping[str, Any]) -> bool:
    """Replayed purse by purse: supporters pay each price exactly, at no price could another have been paid for by less, and at the end
    nothing more can be. How much was added to every purse is taken as said."""
    raised, bought = facts
    utility = parameters.get("utility", "cost")
    costs, ballots = election.costs or (), list(_ballots(election))
    purses = [Fraction(election.budget or 0, election.total) + int(raised)] * len(ballots)
    taken: list[int] = []

    def paid(place: int, price: Fraction) -> list[Fraction]:
        units = [(row[place] if utility == "additive" else 1) if row[place] else 0 for row, _ in ballots]
        return [min(purse, price * unit) for purse, unit in zip(purses, units, strict=True)]

    def together(payments: list[Fraction]) -> Fraction:
        return sum((weight * payment for (_, weight), payment in zip(ballots, payments, strict=True)), Fraction(0))

    for place, stated in bought:
        price = Fraction(stated)
        worth = [max(cost, 1) if utility == "cost" else 1 for cost in costs]
        for other, cost in enumerate(costs):
            if other not in taken and together(paid(other, price / worth[place] * worth[other])) > cost:
                return False
        payments = paid(place, price)
        if place in taken or together(payments) != costs[place]:
            return False
        purses = [purse - payment for purse, payment in zip(purses, payments, strict=True)]
        taken.append(place)
    whole = Fraction(max((max(row, default=0) for row, _ in ballots), default=0) + 1) * (sum(purses, Fraction(0)) + 1)
    for other, cost in enumerate(costs):
        supported = any(row[other] for row, _ in ballots)
        if other not in taken and supported and together(paid(other, whole)) >= cost:
            return False
    return bool(outcome.note) or sorted(taken) == won


CHECKED: dict[str, Callable[[Election, Facts, list[int], Outcome, Mapping[str, Any]], bool]] = {
    "schulze@1": _schulze,
    "instant_runoff@1": _runoff,
    "equal_shares@1": _equal_shares,
}
"""The rules whose certificates are checked here."""
