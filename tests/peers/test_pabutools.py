"""Random participatory budgets by our rules and by pabutools' (Rey, Maly and others), exactly.

Skips where pabutools is not installed (`make peers` installs it). Where several outcomes are tied, ours has to be one of
theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine.elections.election import Election
from engine.rules import tally
from tests.peers.random_elections import chance_of

pytest.importorskip("pabutools", reason="pabutools is not installed (make peers)")
from pabutools import election as pb
from pabutools import rules as theirs


def greedy(instance: Any, profile: Any) -> Any:
    return theirs.greedy_utilitarian_welfare(instance, profile, sat_class=pb.Cost_Sat, resoluteness=False)


def greedy_per_cost(instance: Any, profile: Any) -> Any:
    return theirs.greedy_utilitarian_welfare(instance, profile, sat_class=pb.Cardinality_Sat, resoluteness=False)


def shares(sat: Any, **more: Any) -> Callable[[Any, Any], Any]:
    def count(instance: Any, profile: Any) -> Any:
        return theirs.method_of_equal_shares(instance, profile, sat_class=sat, resoluteness=False, **more)

    return count


def phragmen(instance: Any, profile: Any) -> Any:
    return theirs.sequential_phragmen(instance, profile, resoluteness=False)


def best(instance: Any, profile: Any) -> Any:
    return theirs.max_additive_utilitarian_welfare(instance, profile, sat_class=pb.Cardinality_Sat, resoluteness=False)


SAME: list[tuple[str, dict[str, Any], Callable[[Any, Any], Any]]] = [
    ("greedy", {}, greedy),
    ("greedy", {"order": "votes_per_cost"}, greedy_per_cost),
    ("equal_shares", {"utility": "cost"}, shares(pb.Cost_Sat)),
    ("equal_shares", {"utility": "cardinality"}, shares(pb.Cardinality_Sat)),
    ("equal_shares", {"utility": "cost"}, shares(pb.Cost_Sat)),
    ("budget_phragmen", {}, phragmen),
    ("knapsack", {}, best),
]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("rule", "parameters", "count"), SAME, ids=lambda item: getattr(item, "__name__", str(item)))
def test_our_budget_is_among_theirs(rule, parameters, count):
    chance = chance_of(13)
    for _ in range(120):
        option_count, voters = int(chance.integers(2, 7)), int(chance.integers(1, 9))
        costs = [int(cost) for cost in chance.integers(1, 12, option_count)]
        limit = int(chance.integers(max(costs), sum(costs) + 1))
        table = chance.random((voters, option_count)) < 0.5
        table[0, 0] = True
        projects = [pb.Project(str(place), cost) for place, cost in enumerate(costs)]
        instance = pb.Instance(projects, budget_limit=limit)
        profile = pb.ApprovalProfile([pb.ApprovalBallot([projects[place] for place in np.flatnonzero(row)]) for row in table])
        known = [{project.name for project in one} for one in count(instance, profile)]
        outcome = tally(
            rule, Election.of(list(map(str, range(option_count))), "approval", table.astype(np.int8), None, costs, limit), **parameters
        )
        supported = {str(place) for place in np.flatnonzero(table.any(axis=0))}
        # They fund what nobody supports, where it fits; we do not.
        assert set(outcome.winners) in [one & supported for one in known], (table.astype(int).tolist(), costs, limit, known)
