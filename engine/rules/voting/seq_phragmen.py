"""Seats go one by one to the option that keeps the heaviest load on any voter lightest; supporters share the load of a seat.

Every seat is a load of 1 that the supporters of whoever takes it carry together, spread as evenly as possible; the next
seat goes where the highest load afterwards is lowest. Adding a seat takes none away; every group gets its share (PJR).
If loads are equal, the option listed first is elected, and the tie is reported if that decided anything.
Also called Phragmén, phragmen. Sources: Phragmén 1894; Brill et al. 2017 (doi 10.1609/aaai.v31i1.10611).

>>> tally("seq_phragmen", Election.read("6: a, b, c\\n3: d, e"), seats=3).winners
('a', 'b', 'd')
>>> print(tally("seq_phragmen", Election.read("6: a, b\\n3: d"), seats=2).steps[1])
seat 2: loads would be b 1/3, d 1/3; b is elected
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from operator import mul

import numpy as np

from engine.elections import work
from engine.elections.committees import Approvals, check_seats, committee, first_of
from engine.elections.election import Array, Election
from engine.elections.outcome import Outcome, Step, Value
from engine.rules import voting_rule
from engine.rules.voting.stv import ONE
from engine.values import Positive


@voting_rule(
    ballot="approval",
    elects="several",
    scores="votes",
    work=work.seat_by_seat,
    promises={"anonymity", "neutrality", "house_monotonicity", "proportional", "priceable"},
)
def seq_phragmen(election: Election, *, seats: Positive = ONE) -> Outcome:
    check_seats(election, seats)
    elected, ties = list[int](), list[tuple[int, ...]]()
    approvals = Approvals(election)
    rounds = fill(approvals, seats, elected, [Fraction(0)], np.zeros(election.rows, np.int64), ties)
    return committee(election.options, elected, approvals.supporters, ties, lambda: steps(election.options, elected, rounds))


def fill(
    approvals: Approvals, seats: int, elected: list[int], loads: list[Fraction], classes: Array, ties: list[tuple[int, ...]]
) -> list[dict[int, Fraction]]:
    """Add to `elected` until there are `seats`, and return what the load of each option would have been for each seat.
    Ballots that carry the same load form one of `classes`: there are no more classes than seats filled."""
    options, rounds = approvals.options, list[dict[int, Fraction]]()
    while len(elected) < seats:
        left = [place for place in range(len(options)) if place not in elected]
        held, scale = approvals.by_class(classes, len(loads)), lcm(*(load.denominator for load in loads))
        carried = [load.numerator * (scale // load.denominator) for load in loads]
        after = {
            place: Fraction(scale + sum(map(mul, carried, held[place])), scale * approvals.supporters[place])
            for place in left
            if approvals.supporters[place]
        }
        rounds.append(after)
        lowest = min(after.values(), default=Fraction(0))
        elected.append(first_of([place for place in left if not after or after.get(place) == lowest], ties))
        loads.append(lowest)
        classes[approvals.rows[elected[-1]]] = len(loads) - 1
    return rounds


def steps(options: tuple[str, ...], elected: list[int], rounds: list[dict[int, Fraction]]) -> list[Step]:
    """The last seats as sentences, one for each round."""
    lines, first = [], len(elected) - len(rounds)
    for seat, (winner, after) in enumerate(zip(elected[first:], rounds, strict=True), first + 1):
        loads: dict[str, Value] = {options[place]: after[place] for place in sorted(after, key=lambda each: (after[each], each))}
        if loads:
            lines.append(Step("seat {seat}: loads would be {loads}; {winner} is elected", seat=seat, loads=loads, winner=options[winner]))
        else:
            lines.append(Step("seat {seat}: no other option has support; {winner} is elected", seat=seat, winner=options[winner]))
    return lines
