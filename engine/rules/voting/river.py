"""Defeats are locked in from the strongest down, at most one against each option and none that closes a cycle; the source wins.

Like ranked pairs, but an option that has been beaten once is not considered as a loser again: the locked defeats form a
tree, which is easier to follow. Elects the Condorcet winner where there is one. If defeats are equally strong and their
order decides, every order counts, and all options that can win are tied (parallel universes). That takes no search: a
defeat of an option that may still be unbeaten may be locked in, and an option stays unbeaten in some order as long as
such defeats lead from it to all that beat it as strongly. Sources: Heitzig 2004 (the River method); Döring, Brill &
Heitzig 2025; that every order can be counted in polynomial time: Döring, Malanowski & Neubert 2025 (arXiv 2512.14409).

>>> print("\\n".join(tally("river", Election.read("4: garden > library > pool\\n3: library > pool > garden\\n2: pool > garden > library")).steps))
library beats pool, 7 ballots to 2: locked in
garden beats library, 6 ballots to 3: locked in
pool beats garden, 5 ballots to 4: would close a cycle, skipped
garden is unbeaten
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import NamedTuple

from engine.elections import pairwise, work
from engine.elections.election import Election
from engine.elections.locking import ONE_OF_MANY, Defeat, Levels, Reach, joined
from engine.elections.outcome import Outcome, Step
from engine.elections.pairwise import Strength, steps_down
from engine.rules import voting_rule

Roots = tuple[int, ...]
"""For every option, the top of its tree of locked defeats: itself while it is unbeaten."""


@voting_rule(
    ballot="ranked",
    elects="one",
    scores="options beaten",
    work=work.locked,
    promises={"anonymity", "neutrality", "unanimity", "majority", "majority_loser", "condorcet", "condorcet_loser", "smith", "monotonicity", "reversal_symmetry", "resolvability", "clone_independence"},
)  # fmt: skip
def river(election: Election, *, strength: Strength = "margins") -> Outcome:
    options, pairs = election.options, election.pairwise
    levels = steps_down(pairs, strength)
    every = _every_order(len(options), levels)
    beaten = [every.reach[place].bit_count() - 1 if place in every.winners else 0 for place in range(len(options))]

    def explain() -> list[Step]:
        roots, steps = tuple(range(len(options))), []
        for one, other in _favouring(every.winners[0], every, levels):
            locked = _lock(roots, one, other)
            fate = pairwise.LOCKED if locked else pairwise.BEATEN if roots[other] != other else pairwise.CYCLE
            steps.append(pairwise.step(options, pairs, one, other, fate))
            roots = locked or roots
        free = [options[place] for place in sorted(set(roots))]
        steps.append(Step("{names} {names:is|are} unbeaten", names=free))
        if len(free) < len(every.winners):
            steps.append(Step(ONE_OF_MANY, names=[options[place] for place in every.winners]))
        return steps

    def certify() -> list[list[list[int]]]:
        trees = {place: _locked(len(options), _favouring(place, every, levels)) for place in every.winners}
        return [pairs.tolist(), [list(roots) for roots in trees.values()]]

    return Outcome.of(options, every.winners, beaten, explain, certify, figures=lambda: pairwise.duels(options, pairs))


class _Every(NamedTuple):
    """Who can win; what defeats that may be locked in lead to, as bits; and these defeats, level by level."""

    winners: list[int]
    reach: Reach
    lockable: Levels


def _every_order(options: int, levels: Levels) -> _Every:
    """What all orders of equal defeats come to, in one pass."""
    reach: Reach = tuple(1 << place for place in range(options))
    unbeaten, lockable = set(range(options)), []
    for level in levels:
        lockable.append([(one, other) for one, other in level if other in unbeaten])
        for one, other in lockable[-1]:
            reach = joined(reach, one, other)
        unbeaten -= {other for one, other in level if not reach[other] >> one & 1}
    return _Every(sorted(unbeaten), reach, lockable)


def _favouring(place: int, every: _Every, levels: Levels) -> list[Defeat]:
    """All defeats in an order that elects the option: of equal ones, those come first that lead on from it, the strongest
    always followed before the next (Prim's tree)."""
    onward: dict[int, list[tuple[int, Defeat]]] = {}
    for number, level in enumerate(every.lockable):
        for defeat in level:
            onward.setdefault(defeat[0], []).append((number, defeat))
    ahead, seen = list(onward.get(place, ())), {place}
    heapify(ahead)
    first: list[list[Defeat]] = [[] for _ in levels]
    while ahead:
        number, defeat = heappop(ahead)
        if defeat[1] not in seen:
            seen.add(defeat[1])
            first[number].append(defeat)
            for further in onward.get(defeat[1], ()):
                heappush(ahead, further)
    return [defeat for taken, level in zip(first, levels, strict=True) for defeat in dict.fromkeys([*taken, *level])]


def _locked(options: int, order: list[Defeat]) -> Roots:
    roots = tuple(range(options))
    for one, other in order:
        roots = _lock(roots, one, other) or roots
    return roots


def _lock(roots: Roots, one: int, other: int) -> Roots | None:
    """The trees once `one` beats `other`; None if `other` is beaten already, or that would close a cycle."""
    if roots[other] != other or roots[one] == other:
        return None
    top = roots[one]
    return tuple(top if root == other else root for root in roots)
