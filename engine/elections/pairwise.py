"""What follows from pairwise comparisons: defeats, strongest paths, and the sets named after people.

>>> pairs = np.array([[0, 6, 4], [3, 0, 7], [5, 2, 0]])         # 0 beats 1 beats 2 beats 0
>>> defeats(pairs, "margins").tolist()
[[0, 3, 0], [0, 0, 5], [1, 0, 0]]
>>> strongest_paths(defeats(pairs, "margins")).tolist()
[[0, 3, 3], [1, 0, 5], [1, 1, 0]]
>>> smith_set(pairs), smith_set(np.array([[0, 6, 5], [3, 0, 7], [4, 2, 0]]))
([0, 1, 2], [0])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.elections.figures import Figures
from engine.elections.outcome import Step, Value

Array = NDArray[Any]
LOCKED = "{winner} beats {loser}, {votes} ballots to {against}: locked in"
CYCLE = "{winner} beats {loser}, {votes} ballots to {against}: would close a cycle, skipped"
BEATEN = "{winner} beats {loser}, {votes} ballots to {against}: {loser} is beaten already, skipped"
NO_WAY_BACK = "{winner} beats {loser}, {votes} ballots to {against}, and no chain as strong leads back"
Strength = Literal["winning_votes", "margins"]
"""How strong a defeat is: the ballots for the winner of the pair, or the margin."""


def defeats(pairs: Array, strength: Strength) -> Array:
    """int64 (options, options): how strongly the row beats the column; 0 where it does not."""
    return np.where(pairs > pairs.T, pairs if strength == "winning_votes" else pairs - pairs.T, 0)


def strongest_paths(beats: Array) -> Array:
    """The strength of the strongest path between every two options, a path being as strong as its weakest step
    (Floyd and Warshall's loop)."""
    paths = beats.copy()
    for middle in range(len(paths)):
        np.maximum(paths, np.minimum(paths[:, middle, None], paths[middle]), out=paths)
    np.fill_diagonal(paths, 0)
    return paths


def reaches(steps: Array) -> Array:
    """bool (options, options): what can be reached step by step; every option reaches itself."""
    reached = steps | np.eye(len(steps), dtype=np.bool_)
    for middle in range(len(reached)):
        reached |= reached[:, middle, None] & reached[middle]
    return reached


def smith_set(pairs: Array) -> list[int]:
    """The smallest set whose members each beat everybody outside it (Smith 1973; GETCHA).

    Who beats everybody outside such a set beats more options than anybody outside it, so that every such set is a first part of the
    options in the order of how many they beat.
    """
    order = (pairs > pairs.T).sum(axis=1).argsort()[::-1]
    beats = pairs[np.ix_(order, order)] > pairs[np.ix_(order, order)].T
    np.fill_diagonal(beats, True)
    # Up to which place somebody stands whom each does not beat: of those in the set, nobody beyond it.
    furthest = np.where(beats.all(axis=1), 0, len(pairs) - 1 - (~beats[:, ::-1]).argmax(axis=1))
    size = int((np.maximum.accumulate(furthest) <= np.arange(len(pairs))).argmax()) + 1
    return sorted(order[:size].tolist())


def schwartz_set(pairs: Array) -> list[int]:
    """The union of the smallest sets that are not beaten from outside (Schwartz 1986; GOCHA): the options that are reached, by chains
    of defeats, only by options they reach."""
    leads = reaches(pairs > pairs.T)
    tops: list[int] = np.flatnonzero((leads | ~leads.T).all(axis=1)).tolist()
    return tops


def uncovered_set(pairs: Array) -> list[int]:
    """The options that no other covers, in the sense of Gillies: a covers b when a beats b and everybody who beats a
    beats b too (Gillies 1959, Miller 1980)."""
    beats = pairs > pairs.T
    # a covers b: a beats b, and no c beats a without beating b.
    escapes = (beats.T[:, None, :] & ~beats.T[None, :, :]).any(axis=2)
    uncovered: list[int] = np.flatnonzero(~(beats & ~escapes).any(axis=0)).tolist()
    return uncovered


def duels(options: Sequence[str], pairs: Array) -> Figures:
    """The comparisons as figures."""
    return Figures(options=tuple(options), duels=pairs.tolist())


def steps_down(pairs: Array, strength: Strength) -> list[list[tuple[int, int]]]:
    """Every defeat as (winner, loser), the strongest first; those of equal strength together, in the order of the options."""
    levels: dict[int, list[tuple[int, int]]] = {}
    for winner, row in enumerate(defeats(pairs, strength).tolist()):
        for loser, beaten in enumerate(row):
            if beaten:
                levels.setdefault(beaten, []).append((winner, loser))
    return [levels[beaten] for beaten in sorted(levels, reverse=True)]


def steps(options: Sequence[str], pairs: Array) -> list[Step]:
    """Who beats whom, as sentences."""
    lines = []
    for place, name in enumerate(options):
        beaten: dict[str, Value] = {
            options[other]: Step("({votes} to {against})", votes=int(pairs[place, other]), against=int(pairs[other, place]))
            for other in np.flatnonzero(pairs[place] > pairs[:, place]).tolist()
        }
        lines.append(Step("{name} beats {beaten}", name=name, beaten=beaten) if beaten else Step("{name} beats nobody", name=name))
    return lines


def step(options: Sequence[str], pairs: Array, one: int, other: int, text: str) -> Step:
    """What became of the defeat of `other` by `one`, as one of the sentences above."""
    return Step(text, winner=options[one], loser=options[other], votes=int(pairs[one, other]), against=int(pairs[other, one]))
