"""Seats go one by one to the option that adds most, a supporter counting for less the more of her options are elected.

Sequential proportional approval voting: a ballot with j options elected already counts 1/(j+1) for each other it
approves. Fills seats as D'Hondt's method does; adding a seat takes none away. If scores are equal, the option listed
first is elected, and the tie is reported if that decided anything. Also called sequential PAV, Thiele. Sources: Thiele
1895; Janson 2016 (arXiv 1611.08826).

>>> tally("seq_pav", Election.read("6: a, b, c\\n3: d, e"), seats=3).winners
('a', 'b', 'd')
>>> print("\\n".join(tally("seq_pav", Election.read("6: a, b\\n3: d"), seats=2).steps))
seat 1: a 6, b 6, d 3; a is elected
seat 2: b 3, d 3; b is elected
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from engine.elections import work
from engine.elections.committees import Approvals, check_seats, committee, first_of
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step, best, listing
from engine.rules import voting_rule
from engine.rules.voting.stv import ONE
from engine.values import Positive


@voting_rule(
    ballot="approval",
    elects="several",
    scores="votes when last counted",
    work=work.seat_by_seat,
    promises={"anonymity", "neutrality", "house_monotonicity"},
)
def seq_pav(election: Election, *, seats: Positive = ONE) -> Outcome:
    check_seats(election, seats)
    options, approvals = election.options, Approvals(election)
    scale = lcm(*range(1, seats + 1))
    parts = [scale // (count + 1) for count in range(seats)]
    elected, ties, rounds, scores = list[int](), list[tuple[int, ...]](), list[list[tuple[int, int]]](), [0] * len(options)
    for _ in range(seats):
        held = approvals.held(elected)
        left = [place for place in range(len(options)) if place not in elected]
        for place in left:
            scores[place] = sum(weight * part for weight, part in zip(held[place], parts, strict=False))
        rounds.append([(place, scores[place]) for place in left])
        elected.append(first_of([left[each] for each in best([scores[place] for place in left])], ties))

    def explain() -> list[Step]:
        steps = []
        for seat, (winner, votes) in enumerate(zip(elected, rounds, strict=True), 1):
            shown = listing([options[place] for place, _ in votes], [Fraction(score, scale) for _, score in votes])
            steps.append(Step("seat {seat}: {votes}; {winner} is elected", seat=seat, votes=shown, winner=options[winner]))
        return steps

    return committee(options, elected, [Fraction(score, scale) for score in scores], ties, explain)
