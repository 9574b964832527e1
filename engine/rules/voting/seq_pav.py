"""Seats go one by one to the option that adds most, a supporter counting for less the more of hers are elected.

Sequential proportional approval voting: a ballot of which j options are elected counts 1/(j+1) for each other it approves.
Fills seats as D'Hondt's method does; adding a seat takes none away. Equal scores: the option listed first, and the tie is
reported where that decided. Sources: Thiele 1895; Janson 2016 (arXiv 1611.08826).

>>> tally("seq_pav", Election.read("6: a, b, c\\n3: d, e"), seats=3).winners
('a', 'b', 'd')
>>> print("\\n".join(tally("seq_pav", Election.read("6: a, b\\n3: d"), seats=2).steps))
seat 1: a 6, b 6, d 3; a is elected
seat 2: b 3, d 3; b is elected
"""

from __future__ import annotations

from fractions import Fraction

from engine.elections.committees import Approvals, check_seats, committee, first_of
from engine.elections.election import Election
from engine.elections.outcome import Outcome, best, listing
from engine.rules import voting_rule
from engine.rules.voting.stv import ONE
from engine.values import Positive


@voting_rule(
    ballot="approval", elects="several", scores="votes when last looked at", promises={"anonymity", "neutrality", "house_monotonicity"}
)
def seq_pav(election: Election, *, seats: Positive = ONE) -> Outcome:
    check_seats(election, seats)
    options, approvals = election.options, Approvals(election)
    elected, ties, steps, scores = list[int](), list[tuple[int, ...]](), list[str](), [Fraction(0)] * len(election.options)
    for seat in range(1, seats + 1):
        held = approvals.held(elected)
        left = [place for place in range(len(options)) if place not in elected]
        for place in left:
            scores[place] = sum((Fraction(weight, count + 1) for count, weight in enumerate(held[place])), Fraction(0))
        tied = [left[each] for each in best([scores[place] for place in left])]
        elected.append(first_of(tied, ties))
        shown = listing([options[place] for place in left], [scores[place] for place in left])
        steps.append(f"seat {seat}: {shown}; {options[elected[-1]]} is elected")
    return committee(options, elected, scores, ties, steps)
