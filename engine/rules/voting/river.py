"""Defeats are locked in from the strongest down, at most one against each option and none that closes a cycle; the source wins.

Like ranked pairs, but an option that has been beaten once is not considered as a loser again: the locked defeats form a
tree, which is easier to follow. Elects the Condorcet winner where there is one. If defeats are equally strong and their
order decides, every order is counted, and all options that can win are tied. Source: Heitzig 2004 (the River method);
Döring, Brill & Heitzig 2025.

>>> print("\\n".join(tally("river", Election.read("4: garden > library > pool\\n3: library > pool > garden\\n2: pool > garden > library")).steps))
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

Roots = tuple[int, ...]
"""For every option, the top of its tree of locked defeats: itself while it is unbeaten."""


@voting_rule(
    ballot="ranked",
    elects="one",
    scores="options beaten",
    promises={"anonymity", "neutrality", "unanimity", "majority", "majority_loser", "condorcet", "condorcet_loser", "smith", "monotonicity", "reversal_symmetry", "resolvability", "clone_independence"},
)  # fmt: skip
def river(election: Election, *, strength: Strength = "margins") -> Outcome:
    options, pairs = election.options, election.pairwise
    option_count = len(options)
    start: Roots = tuple(range(option_count))
    levels = steps_down(pairs, strength)
    ends = lock_all(start, levels, _lock)
    won = sorted({root for roots in ends for root in roots})
    beaten = [max(roots.count(place) for roots in ends) for place in range(option_count)]
    beaten = [max(count - 1, 0) for count in beaten]

    def explain() -> list[Step]:
        roots, steps = start, []
        for level in levels:
            for one, other in level:
                locked = _lock(roots, one, other)
                fate = pairwise.LOCKED if locked else pairwise.BEATEN if roots[other] != other else pairwise.CYCLE
                steps.append(pairwise.step(options, pairs, one, other, fate))
                roots = locked or roots
        free = [options[place] for place in sorted(set(roots))]
        steps.append(Step("{names} {names:is|are} unbeaten", names=free))
        if len(ends) > 1:
            steps.append(
                Step(
                    "defeats of the same strength can be taken in any order, with {ways} different results; this is one of them",
                    ways=len(ends),
                )
            )
        return steps

    return Outcome.of(options, won, beaten, explain, lambda: [pairs.tolist(), sorted(list(roots) for roots in ends)])


def _lock(roots: Roots, one: int, other: int) -> Roots | None:
    """The trees once `one` beats `other`; None if `other` is beaten already, or that would close a cycle."""
    if roots[other] != other or roots[one] == other:
        return None
    top = roots[one]
    return tuple(top if root == other else root for root in roots)
