"""Defeats are locked in from the strongest down, except those that would close a cycle; whoever is unbeaten wins.

Elects the Condorcet winner where there is one. If defeats are equally strong and their order decides what is locked in,
every order counts, and all options that can win are tied (parallel universes): neither the listing nor chance decides.
Where it would take too long to find out whether some order elects an option (a question that is NP-complete in general),
the option counts among the tied, and the outcome says so: split cycle elects it too, because a chain of defeats as strong
leads back from it to all that beat it. Such polls are the only ones in which what is promised of ties may not hold. Running clones
does not help, except through ties: a clone can bring about an order in which its original wins (`river` does not allow
that either). Source: Tideman 1987 (doi 10.1007/BF00433944); ties: Brill & Fischer 2012; clones: Zavist & Tideman 1989.

>>> print("\\n".join(tally("ranked_pairs", Election.read("4: garden > library > pool\\n3: library > pool > garden\\n2: pool > garden > library")).steps))
library beats pool, 7 ballots to 2: locked in
garden beats library, 6 ballots to 3: locked in
pool beats garden, 5 ballots to 4: would close a cycle, skipped
garden is unbeaten
"""

from __future__ import annotations

from dataclasses import replace

from engine.elections import pairwise, work
from engine.elections.election import Election
from engine.elections.locking import ONE_OF_MANY, lock, locked, unbeaten
from engine.elections.outcome import Outcome, Step
from engine.elections.pairwise import Strength, steps_down
from engine.rules import voting_rule

UNSETTLED = (
    "whether an order of equally strong defeats elects {names} would take too long to find out: {names:it counts|they count} as tied"
)


@voting_rule(
    ballot="ranked",
    elects="one",
    scores="options certainly beaten",
    work=work.locked,
    promises={"anonymity", "neutrality", "unanimity", "majority", "majority_loser", "condorcet", "condorcet_loser", "smith", "monotonicity", "reversal_symmetry", "resolvability"},
)  # fmt: skip
def ranked_pairs(election: Election, *, strength: Strength = "margins") -> Outcome:
    options, pairs = election.options, election.pairwise
    levels = steps_down(pairs, strength)
    every = lock(len(options), levels)
    beaten = [seen.bit_count() - 1 for seen in every.certain]
    unsettled = Step(UNSETTLED, names=[options[place] for place in every.unsettled])

    def explain() -> list[Step]:
        reach, steps = tuple(1 << place for place in range(len(options))), []
        for one, other in (defeat for level in levels for defeat in level):
            after = locked(reach, one, other)
            steps.append(pairwise.step(options, pairs, one, other, pairwise.CYCLE if after is None else pairwise.LOCKED))
            reach = after or reach
        free = unbeaten(reach)
        steps.append(Step("{names} {names:is|are} unbeaten", names=[options[place] for place in free]))
        if free != every.winners:
            able = [options[place] for place in every.winners if place not in every.unsettled]
            steps.append(Step(ONE_OF_MANY, names=able))
        return [*steps, unsettled] if every.unsettled else steps

    def certify() -> list[list[list[int]] | list[int]]:
        return [pairs.tolist(), sorted(map(list, set(every.ends.values()))), every.unsettled]

    outcome = Outcome.of(options, every.winners, beaten, explain, certify, figures=lambda: pairwise.duels(options, pairs))
    return replace(outcome, remark=unsettled) if every.unsettled else outcome
