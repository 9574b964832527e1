"""Random elections by our rules and by pyrankvote's (Jon Tingvold), which must elect the same.

Skips where pyrankvote is not installed (`make peers` installs it). It breaks ties by second choices and then by chance, so that only elections without
ties are compared. A runoff it ends by dropping several at once before their papers move, and draws where these are level though one by one nobody
would be: of what it may draw, one is ours. Its single transferable vote hands on what a candidate has in equal parts to all her papers, whatever each of them was
worth: another convention than ours, and than every statute's, wherever papers of different worth meet. They cannot with three candidates for two
seats; its quota is reached where ours has to be passed.
"""

from __future__ import annotations

import pytest

from engine.rules import tally
from tests.peers.random_elections import Drawn, drawn

pyrankvote = pytest.importorskip("pyrankvote", reason="pyrankvote is not installed (make peers)")


def elected(one: Drawn, seats: int) -> set[str]:
    candidates = [pyrankvote.Candidate(str(option)) for option in range(one.options)]
    ballots = [
        pyrankvote.Ballot(ranked_candidates=[candidates[option] for option in order])
        for order, weight in zip(one.orders, one.weights, strict=True)
        for _ in range(weight)
    ]
    if seats == 1:
        result = pyrankvote.instant_runoff_voting(candidates, ballots)
    else:
        result = pyrankvote.single_transferable_vote(candidates, ballots, number_of_seats=seats)
    return {candidate.name for candidate in result.get_winners()}


@pytest.mark.parametrize("short", [False, True], ids=["complete", "short"])
def test_runoffs_elect_the_same(short):
    compared = 0
    for one in drawn(200, 31, short=short):
        outcome = tally("instant_runoff", one.election)
        if not outcome.ties:
            compared += 1
            assert set(outcome.winners) in (elected(one, 1) for _ in range(40)), one
    assert compared > 120


@pytest.mark.parametrize("short", [False, True], ids=["complete", "short"])
def test_transfers_of_a_single_worth_elect_the_same(short):
    compared = 0
    for one in drawn(200, 32, weight_max=30, short=short, options=(3, 4)):
        outcome, votes = tally("stv", one.election, seats=2), sum(one.weights)
        firsts = [sum(weight for order, weight in zip(one.orders, one.weights, strict=True) if order[0] == option) for option in range(3)]
        if not outcome.ties and all(3 * first != votes for first in firsts):
            compared += 1
            assert elected(one, 2) == set(outcome.winners), one
    assert compared > 100
