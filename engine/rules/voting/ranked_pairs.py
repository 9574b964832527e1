"""Defeats are locked in from the strongest down, except those that would close a cycle; whoever is unbeaten wins.

Elects the Condorcet winner where there is one. If defeats are equally strong and their order decides what is locked in,
every order is counted, and all options that can win are tied (parallel universes): neither the listing nor chance
decides. Running clones does not help, except through such ties: a clone can bring about an order in which its original
wins (`river` does not allow that either). Source: Tideman 1987 (doi 10.1007/BF00433944); ties: Brill & Fischer 2012;
clones: Zavist & Tideman 1989.

>>> print("\\n".join(tally("ranked_pairs", Election.read("4: garden > library > pool\\n3: library > pool > garden\\n2: pool > garden > library")).steps))
library beats pool, 7 ballots to 2: locked in
garden beats library, 6 ballots to 3: locked in
pool beats garden, 5 ballots to 4: would close a cycle, skipped
garden is unbeaten
"""

from __future__ import annotations

from engine.elections import pairwise
from engine.elections.election import Election
from engine.elections.locking import lock_all
from engine.elections.outcome import Outcome, Step
from engine.elections.pairwise import Strength, steps_down
from engine.rules import voting_rule

Reach = tuple[int, ...]
"""For every option, as bits, the options that locked defeats lead to, itself included."""


@voting_rule(
    ballot="ranked",
    elects="one",
    scores="options beaten",
    promises={"anonymity", "neutrality", "unanimity", "majority", "majority_loser", "condorcet", "condorcet_loser", "smith", "monotonicity", "reversal_symmetry", "resolvability"},
)  # fmt: skip
def ranked_pairs(election: Election, *, strength: Strength = "margins") -> Outcome:
    options, pairs = election.options, election.pairwise
    option_count = len(options)
    start: Reach = tuple(1 << place for place in range(option_count))
    levels = steps_down(pairs, strength)
    ends = lock_all(start, levels, _lock)
    won = sorted({place for reach in ends for place in _unbeaten(reach)})
    beaten = [max(reach[place].bit_count() for reach in ends) - 1 for place in range(option_count)]

    def explain() -> list[Step]:
        reach, steps = start, []
        for level in levels:
            for one, other in level:
                locked = _lock(reach, one, other)
                fate = pairwise.LOCKED if locked is not None else pairwise.CYCLE
                steps.append(pairwise.step(options, pairs, one, other, fate))
                reach = reach if locked is None else locked
        free = [options[place] for place in _unbeaten(reach)]
        steps.append(Step("{names} {names:is|are} unbeaten", names=free))
        if len(ends) > 1:
            steps.append(
                Step(
                    "defeats of the same strength can be taken in any order, with {ways} different results; this is one of them",
                    ways=len(ends),
                )
            )
        return steps

    return Outcome.of(options, won, beaten, explain, lambda: [pairs.tolist(), sorted(list(reach) for reach in ends)])


def _lock(reach: Reach, one: int, other: int) -> Reach | None:
    """What leads where once `one` beats `other`; None if that would close a cycle."""
    if reach[other] >> one & 1:
        return None
    if reach[one] >> other & 1:
        return reach
    bit, more = 1 << one, reach[other]
    return tuple(seen | more if seen & bit else seen for seen in reach)


def _unbeaten(reach: Reach) -> list[int]:
    beaten = 0
    for place, seen in enumerate(reach):
        beaten |= seen & ~(1 << place)
    return [place for place in range(len(reach)) if not beaten >> place & 1]
