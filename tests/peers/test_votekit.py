"""Random elections by our rules and by VoteKit's (MGGG), which must name the same winners, and elect the same in exact fractions.

Skips where VoteKit is not installed (`make peers` installs it). Where something ties it stops or goes by the alphabet, so that only elections without ties
are compared. Its `Borda` gives a ballot that ends early the points of places not taken by nobody (the convention "low" shares none of them);
ours has what is left out tied last, so that Borda is compared on complete ballots.

Of candidates level for elimination its STV drops whoever had fewer first preferences at the very start (`_loser_tiebreak`, "first_place",
which its documentation does not name; it names no statute or published rule for its STV either); ours drops whoever had fewer at the most
recent stage at which they differed, the rule of Scotland's order (51(2)(a), quoted beside `stv_scotland`). Both are used, and neither is wrong: where
they part, elections are not compared, and one of them is shown below.
"""

from __future__ import annotations

import warnings
from fractions import Fraction
from itertools import pairwise

import pytest

from engine.elections.outcome import Outcome
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


def by_the_start_another_would_drop(outcome: Outcome) -> bool:
    """Whether of those level for elimination at some stage the one that dropped did not alone have the fewest first preferences."""
    stages = outcome.figures().stages
    for before, stage in pairwise(stages):
        if stage.action == "elimination":
            (gone,) = stage.options
            level = [name for name, votes in before.votes.items() if votes == before.votes[gone] and name not in (gone, *before.elected)]
            if any(stages[0].votes[name] <= stages[0].votes[gone] for name in level):
                return True
    return False


@pytest.mark.filterwarnings("ignore")
def test_of_those_level_for_elimination_they_go_by_the_start_and_we_by_the_latest_stage():
    """Given 2 and 3 with 45 votes each, where 3 had 41 before 4's papers came, and 2 no first preference; then we and Scotland drop 3, and
    they drop 2."""
    orders = [[0, 2, 5, 3, 4, 1], [1, 4, 5, 0, 3, 2], [3, 2, 4, 5, 0, 1]]
    one = Drawn(6, orders, [92, 51, 41])
    outcome = tally("stv", one.election, seats=3, quota="whole")
    assert by_the_start_another_would_drop(outcome)
    assert outcome.winners == tally("stv_scotland", one.election, seats=3).winners == ("0", "1", "2")
    elected = elections.STV(profile(one), n_seats=3, exact=True, simultaneous=True).get_elected()
    assert {name for together in elected for name in together} == {"0", "1", "3"}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("short", [False, True], ids=["complete", "short"])
@pytest.mark.parametrize(("rule", "parameters", "count"), SAME, ids=[f"{rule}{given.get('seats', '')}" for rule, given, _ in SAME])
def test_both_elect_the_same(rule, parameters, count, short):
    if rule == "borda" and short:
        return  # as said above
    compared = 0
    for one in drawn(80, 21, weight_max=60, short=short, options=(4, 7)):
        outcome = tally(rule, one.election, **parameters)
        if outcome.ties or (rule == "stv" and by_the_start_another_would_drop(outcome)):
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
