"""Seats go one by one where they put the least load on anybody, supporters sharing the load of what they elect.

Every seat is a load of 1 that the supporters of whoever takes it carry together, so that they are as evenly laden as can be; the next
seat goes where the highest load afterwards is lowest. Adding a seat takes none away; every group gets its part (PJR). Equal
loads: the option listed first, and the tie is reported where that decided. Sources: Phragmén 1894; Brill et al. 2017
(doi 10.1609/aaai.v31i1.10611).

>>> tally("seq_phragmen", Election.read("6: a, b, c\\n3: d, e"), seats=3).winners
('a', 'b', 'd')
>>> print(tally("seq_phragmen", Election.read("6: a, b\\n3: d"), seats=2).steps[1])
seat 2: loads would be b 1/3, d 1/3; b is elected
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from engine.elections.committees import Approvals, check_seats, committee, first_of
from engine.elections.election import Election
from engine.elections.outcome import Outcome, write_number
from engine.rules import voting_rule
from engine.rules.voting.stv import ONE
from engine.values import Positive


@voting_rule(
    ballot="approval", elects="several", scores="votes", promises={"anonymity", "neutrality", "house_monotonicity", "proportional"}
)
def seq_phragmen(election: Election, *, seats: Positive = ONE) -> Outcome:
    check_seats(election, seats)
    options, approvals = election.options, Approvals(election)
    elected, ties, steps = list[int](), list[tuple[int, ...]](), list[str]()
    # Ballots that carry the same load are one class: there are no more classes than seats.
    loads, classes = [Fraction(0)], np.zeros(election.rows, np.int64)
    for seat in range(1, seats + 1):
        held = approvals.by_class(classes, len(loads))
        left = [place for place in range(len(options)) if place not in elected and approvals.supporters[place]]
        if not left:
            left = [place for place in range(len(options)) if place not in elected]
            elected.append(first_of(left, ties))
            steps.append(f"seat {seat}: nobody else has support; {options[elected[-1]]} is listed first")
            continue
        after = [
            (1 + sum((load * weight for load, weight in zip(loads, held[place], strict=True)), Fraction(0))) / approvals.supporters[place]
            for place in left
        ]
        elected.append(first_of([place for place, load in zip(left, after, strict=True) if load == min(after)], ties))
        loads.append(min(after))
        classes[approvals.rows[elected[-1]]] = len(loads) - 1
        order = sorted(range(len(left)), key=lambda each: (after[each], each))
        shown = ", ".join(f"{options[left[each]]} {write_number(after[each])}" for each in order)
        steps.append(f"seat {seat}: loads would be {shown}; {options[elected[-1]]} is elected")
    return committee(options, elected, approvals.supporters, ties, steps)
