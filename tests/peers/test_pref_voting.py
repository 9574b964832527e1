"""Random elections by our rules and by pref_voting's (Pacuit & Holliday), which must name the same winners.

Skips where pref_voting is not installed (`make peers` installs it). Names differ, and some conventions; each that does is said.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from benchmarks.pref_voting import GRADED, SAME, STV
from engine.elections.election import Election
from engine.rules import tally
from tests.peers.random_elections import chance_of

pytest.importorskip("pref_voting", reason="pref_voting is not installed (make peers)")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pref_voting import grade_methods, proportional_methods, voting_methods
    from pref_voting.grade_profiles import GradeProfile
    from pref_voting.profiles import Profile
    from pref_voting.profiles_with_ties import ProfileWithTies
    from pref_voting.rankings import Ranking


@pytest.mark.parametrize("rule", SAME)
def test_both_name_the_same_winners(rule):
    theirs, parameters = SAME[rule]
    method, chance = getattr(voting_methods, theirs), chance_of(7)
    for _ in range(120):
        option_count, rows = int(chance.integers(2, 6)), int(chance.integers(1, 12))
        orders = np.argsort(chance.random((rows, option_count)), axis=1)
        weights = chance.integers(1, 4, rows)
        profile = Profile([tuple(map(int, order)) for order in orders], rcounts=[int(weight) for weight in weights])
        ours = sorted(map(int, tally(rule, Election.of_orders(option_count, orders, weights), **parameters).winners))
        assert ours == sorted(map(int, method(profile))), (orders.tolist(), weights.tolist())


@pytest.mark.parametrize("rule", STV)
def test_both_elect_the_same_where_no_tie_has_to_be_broken(rule):
    method, chance = getattr(proportional_methods, STV[rule]), chance_of(3)
    for _ in range(150):
        option_count, rows = int(chance.integers(3, 7)), int(chance.integers(4, 14))
        seats, weights = int(chance.integers(1, option_count)), chance.integers(1, 100_000, rows)
        orders = np.argsort(chance.random((rows, option_count)), axis=1)
        outcome = tally(rule, Election.of_orders(option_count, orders, weights), seats=seats)
        if not outcome.ties:
            rankings = [Ranking({int(option): rank for rank, option in enumerate(order, 1)}) for order in orders]
            profile = ProfileWithTies(rankings, rcounts=[int(weight) for weight in weights], candidates=list(range(option_count)))
            assert sorted(map(int, outcome.winners)) == sorted(map(int, method(profile, num_seats=seats))), (
                orders.tolist(),
                weights.tolist(),
            )


@pytest.mark.parametrize("rule", GRADED)
def test_both_name_the_same_winners_by_grades(rule):
    """Equal middle grades they tell apart once, by who has more above or below them, and not grade by grade as Balinski & Laraki do."""
    method, chance = getattr(grade_methods, GRADED[rule]), chance_of(13)
    kind = "approval" if rule == "approval" else "score"
    for _ in range(150):
        option_count, rows = int(chance.integers(2, 6)), int(chance.integers(1, 10))
        table = chance.integers(0, 2 if kind == "approval" else 6, (rows, option_count))
        middles = sorted(np.sort(table, axis=0)[(rows - 1) // 2].tolist())
        if rule == "majority_judgment" and middles[-1] == middles[-2]:
            continue
        profile = GradeProfile([dict(enumerate(row)) for row in table.tolist()], list(range(2 if kind == "approval" else 6)))
        ours = tally(rule, Election.of([str(option) for option in range(option_count)], kind, table))
        assert sorted(map(int, ours.winners)) == sorted(map(int, method(profile))), table.tolist()
