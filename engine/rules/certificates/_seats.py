"""Rules that elect or fund one option after another: each had to be the best of those left."""

from __future__ import annotations

from fractions import Fraction

from engine.rules.certificates._claim import Claim


def seq_pav(claim: Claim) -> bool:
    """Each of those elected added at least as much as any other would have."""
    taken: list[int] = []
    served, last = [0] * len(claim.ballots), dict[int, Fraction]()
    for place in claim.facts:
        adds = {each: _adds(claim, each, served) for each in claim.places if each not in taken}
        last |= adds
        if place not in adds or adds[place] < max(adds.values()):
            return False
        taken.append(place)
        served = [had + row[place] for (row, _), had in zip(claim.ballots, served, strict=True)]
    return (
        len(taken) == claim.given.get("seats", 1) and sorted(taken) == claim.won and claim.scores == [last[each] for each in claim.places]
    )


def _adds(claim: Claim, place: int, served: list[int]) -> Fraction:
    """What an option adds: a ballot counts 1/(j+1) where j of those elected are on it, as `served` says."""
    claim.work(len(claim.ballots))
    held = [0] * (1 + max(served, default=0))
    for (row, weight), had in zip(claim.ballots, served, strict=True):
        held[had] += weight if row[place] else 0
    return sum((Fraction(weight, 1 + number) for number, weight in enumerate(held)), Fraction(0))


class Loads:
    """What every ballot carries: ballots that carry the same stand at the same one of `levels`."""

    def __init__(self, claim: Claim, carried: list[Fraction]) -> None:
        self._claim = claim
        self._levels = list(dict.fromkeys(carried))
        numbers = {load: number for number, load in enumerate(self._levels)}
        self._at = [numbers[load] for load in carried]

    def after(self, place: int, cost: int) -> Fraction:
        """What each supporter of an option would carry with it."""
        self._claim.work(len(self._claim.ballots))
        held = [0] * len(self._levels)
        for (row, weight), level in zip(self._claim.ballots, self._at, strict=True):
            held[level] += weight if row[place] else 0
        carried = sum((load * weight for load, weight in zip(self._levels, held, strict=True) if weight), Fraction(0))
        return (cost + carried) / sum(held)

    def carry(self, place: int, load: Fraction) -> None:
        """Let the supporters of an option carry so much each."""
        self._levels.append(load)
        self._at = [len(self._levels) - 1 if row[place] else level for (row, _), level in zip(self._claim.ballots, self._at, strict=True)]


def seq_phragmen(claim: Claim) -> bool:
    unladen = Loads(claim, [Fraction(0)] * len(claim.ballots))
    return filled(claim, claim.facts, 0, unladen) and len(claim.facts) == claim.given.get("seats", 1)


def filled(claim: Claim, elected: list[int], first: int, loads: Loads) -> bool:
    """From `first` on, each of `elected` put the least load on anybody, or nobody's support was left for any; scores are supporters."""
    supported = [each for each in claim.places if claim.weight_of(each)]
    for number in range(first, len(elected)):
        place, taken = elected[number], elected[:number]
        after = {each: loads.after(each, 1) for each in supported if each not in taken}
        if place in taken or (after and (place not in after or after[place] > min(after.values()))):
            return False
        if after:
            loads.carry(place, after[place])
    return sorted(elected) == claim.won and claim.scores == [claim.weight_of(each) for each in claim.places]


def budget_phragmen(claim: Claim) -> bool:
    """Loads are as stated and never more than another's would be; at the end the next option, or one tied with it,
    costs more than is left."""
    funded, stated = claim.facts
    supported = [each for each in claim.places if claim.weight_of(each)]
    loads, left, taken = Loads(claim, [Fraction(0)] * len(claim.ballots)), claim.budget, list[int]()
    for number in range(len(funded) + 1):
        after = {each: loads.after(each, claim.costs[each]) for each in supported if each not in taken}
        next_ones = [each for each in after if after[each] == min(after.values())]
        dear = any(claim.costs[each] > left for each in next_ones)
        if number == len(funded):
            votes = [claim.weight_of(each) for each in claim.places]
            return (dear or not after) and len(stated) == len(funded) and sorted(funded) == claim.won and claim.scores == votes
        place = funded[number]
        if dear or place not in next_ones or str(after[place]) != stated[number]:
            return False
        loads.carry(place, after[place])
        left -= claim.costs[place]
        taken.append(place)
    return False
