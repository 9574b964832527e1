"""Every voter gets an equal share of the seats to spend, and supporters pay together for the members they want.

The method of equal shares for approval ballots: a seat costs 1, and every voter starts with seats / voters. Of the
options whose supporters can still pay for a seat, the one that costs each of them least is elected; its supporters all
pay the same, or everything they have left if that is less. Every group that agrees gets what its size can pay for
(EJR). Seats that nobody can pay for any more are filled as by `seq_phragmen`, every voter's load starting below zero by
what she has left. If prices are equal, the option listed first is elected, and the tie is reported if that decided
anything. Also called Rule X. Source: Peters & Skowron 2020 (arXiv 1911.11747).

>>> outcome = tally("committee_equal_shares", Election.read("6: a, b, c\\n3: d, e"), seats=3)
>>> outcome.winners
('a', 'b', 'd')
>>> print("\\n".join(outcome.steps))
each of 9 voters has 1/3 of a seat
seat 1: a: 6 supporters pay 1/6 each; elected
seat 2: b: 6 supporters pay 1/6 each; elected
seat 3: d: 3 supporters pay 1/3 each; elected
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from engine.elections import work
from engine.elections.committees import Approvals, check_seats, committee
from engine.elections.counting import numbered
from engine.elections.election import Array, Election
from engine.elections.outcome import Outcome, Step
from engine.rules import voting_rule
from engine.rules.voting.equal_shares._shares import Count, Purchase
from engine.rules.voting.seq_phragmen import fill, steps
from engine.rules.voting.stv import ONE
from engine.values import Positive


@voting_rule(
    ballot="approval",
    elects="several",
    work=work.seats_bought,
    gives_up=work.too_many_purchases,
    promises={"anonymity", "neutrality", "proportional", "extended_justified", "priceable"},
)
def committee_equal_shares(election: Election, *, seats: Positive = ONE) -> Outcome:
    check_seats(election, seats)
    options, approvals = election.options, Approvals(election)
    bought = Count(election.changed(costs=[1] * len(options), budget=seats), "cardinality").buy(0)
    elected = [purchase.option for purchase in bought]
    ties = [tuple(sorted(purchase.tied)) for purchase in bought if purchase.tied]  # who comes first can decide who comes later
    money, classes = _left(approvals, bought, Fraction(seats, election.total))
    rounds = fill(approvals, seats, elected, [-each for each in money], classes, ties)

    def explain() -> list[Step]:
        share, voters = Fraction(seats, election.total), election.total
        lines = [Step("each of {voters} {voters:voter|voters} has {share} of a seat", voters=voters, share=share)]
        for seat, purchase in enumerate(bought, 1):
            pay = Step(
                "{supporters} {supporters:supporter pays|supporters pay} {price} each", supporters=purchase.supporters, price=purchase.price
            )
            if purchase.drained:
                pay = Step("{pay} ({drained} of them all they have left)", pay=pay, drained=purchase.drained)
            lines.append(Step("seat {seat}: {option}: {pay}; elected", seat=seat, option=options[purchase.option], pay=pay))
        return lines + steps(options, elected, rounds)

    outcome = committee(options, elected, approvals.supporters, ties, explain)
    return replace(outcome, certify=lambda: [list(elected), [[each.option, str(each.price)] for each in bought]])


def _left(approvals: Approvals, bought: list[Purchase], share: Fraction) -> tuple[list[Fraction], Array]:
    """What voters have left after paying: the amounts, and for each ballot which of them."""
    money, classes = [share], np.zeros(approvals.ballots, np.int64)
    for purchase in bought:
        paying = classes * 2
        paying[approvals.rows[purchase.option]] += 1
        codes, classes = numbered(paying)
        money = [max(Fraction(0), money[code // 2] - purchase.price) if code % 2 else money[code // 2] for code in codes.tolist()]
    return money, classes
