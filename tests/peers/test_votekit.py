"""Random elections by our rules and by VoteKit's (MGGG), which must name the same winners, and elect the same in exact fractions.

Skips where VoteKit is not installed (`make peers` installs it). Where something ties it stops or goes by the alphabet, so that only elections without ties
are compared. Its `Borda` gives a ballot that ends early the points of places not taken by nobody (the convention "low" shares none of them);
ours has what is left out tied last, so that Borda is compared on complete ballots.
"""

from __future__ import annotations

import warnings
from fractions import Fraction

import pytest

from engine.rules import tally
from tests.peers.random_elections import Drawn, drawn

pytest.importorskip("votekit", reason="VoteKit is not installed (make peers)")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from votekit import elections
    from votekit.ballot import RankBallot
    from votekit.pref_profile import RankProfile

SAME = [
    ("plurality", {}, lambda cast: elections.Plurality(cast, 1)),
    ("borda", {}, lambda cast: elections.Borda(cast, 1)),
    ("instant_runoff", {}, lambda cast: elections.IRV(cast, exact=True)),
    ("schulze", {"strength": "margins"}, lambda cast: elections.Schulze(cast, n_seats=1)),
    ("ranked_pairs", {}, lambda cast: elections.RankedPairs(cast, n_seats=1)),
    ("sntv", {"seats": 2}, lambda cast: elections.SNTV(cast, n_seats=2)),
    ("stv", {"seats": 2, "quota": "whole"}, lambda cast: elections.STV(cast, n_seats=2, exact=True, simultaneous=True)),
    ("stv", {"seats": 3, "quota": "whole"}, lambda cast: elections.STV(cast, n_seats=3, exact=True, simultaneous=True)),
]


def profile(one: Drawn) -> RankProfile:
    ballots = tuple(
        RankBallot(ranking=tuple(frozenset({str(option)}) for option in order), weight=Fraction(weight))
        for order, weight in zip(one.orders, one.weights, strict=True)
    )
    return RankProfile(ballots=ballots, candidates=tuple(map(str, range(one.options))))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("short", [False, True], ids=["complete", "short"])
@pytest.mark.parametrize(("rule", "parameters", "count"), SAME, ids=[f"{rule}{given.get('seats', '')}" for rule, given, _ in SAME])
def test_both_elect_the_same(rule, parameters, count, short):
    if rule == "borda" and short:
        return  # as said above
    compared = 0
    for one in drawn(80, 21, weight_max=60, short=short, options=(4, 7)):
        outcome = tally(rule, one.election, **parameters)
        if outcome.ties:
            continue
        try:
            elected = {name for together in count(profile(one)).get_elected() for name in together}
        except ValueError:
            continue  # it stops at a tie that decides nothing for us
        compared += 1
        assert elected == set(outcome.winners), one
    assert compared > 50


@pytest.mark.filterwarnings("ignore")
def test_their_first_dominating_set_is_our_smith_set():
    for one in drawn(80, 22, options=(2, 6)):
        # Where pairs are drawn they order the sets at random.
        if not (one.election.pairwise == one.election.pairwise.T).sum() > one.options:
            assert set(elections.DominatingSets(profile(one)).get_elected()[0]) == set(tally("smith_set", one.election).winners), one
