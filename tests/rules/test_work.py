"""No count runs away: numbers stay short enough to reckon with, and the largest polls are counted in seconds."""

from __future__ import annotations

from fractions import Fraction
from time import process_time

import numpy as np
import pytest

from engine import rules
from engine.elections.election import Election
from engine.limits import OPTIONS_PER_POLL_MAX
from engine.refusals import Refusal
from engine.rules.voting.stv._count import EXACT_BITS_MAX, EXACT_UNITS, Count, Law

SECONDS_MAX = 20
"""Twice what a count should take of one core, for a machine that is busy."""


def drawn(kind: str, options: int, ballots: int) -> Election:
    """Ballots without a pattern, which leave the most different values behind, and a budget for a third of what is asked."""
    draw = np.random.default_rng(7)
    if kind == "ranked":
        table = draw.random((ballots, options)).argsort(axis=1)
    elif kind == "single":
        table = np.eye(options, dtype=np.int64)[draw.integers(0, options, ballots)]
    else:
        table = draw.integers(0, {"approval": 2, "knapsack": 2}.get(kind, 6), (ballots, options))
    costs = draw.integers(1, 100, options)
    budget = int(costs.sum()) // 3
    if kind == "knapsack":
        table = np.where((table * costs).cumsum(axis=1) <= budget, table, 0)
    names = [f"o{number}" for number in range(options)]
    election = Election.of(names, kind, table, None, costs.tolist(), budget)  # type: ignore[arg-type]
    election.eligible = election.active = election.total
    return election


COUNTS = [
    (rule.name, kind, seats)
    for rule in (rules.rule("voting", name) for name in rules.names("voting"))
    if not rule.roles
    for kind in rule.ballots
    for seats in ((5, 100) if "seats" in rule.parameters else (0,))
]


@pytest.mark.parametrize(("name", "kind", "seats"), COUNTS, ids=str)
def test_a_poll_of_as_many_options_as_there_may_be_is_counted_in_seconds(name, kind, seats):
    """Or refused by name in as short a time."""
    rule, election, start = rules.rule("voting", name), drawn(kind, OPTIONS_PER_POLL_MAX, 200), process_time()
    try:
        rules.count(rule, election, ({"seats": seats} if seats else {}) | ({"seed": "0" * 64} if rule.takes_seed else {}))
    except Refusal as refusal:
        assert refusal.code == "too_large"
    assert process_time() - start < SECONDS_MAX


def bits(numbers: list[Fraction]) -> int:
    return max(number.denominator.bit_length() for number in numbers)


def test_values_of_papers_do_not_grow_beyond_what_can_be_written_down():
    """Each surplus doubles the digits of an exact value: after thirty, a number would fill the machine."""
    count = Count(drawn("ranked", 60, 400), 40, Law(None, whole_quota=False)).run()
    assert bits(count._values) <= EXACT_BITS_MAX
    assert all(stage.lost >= 0 and sum(stage.votes, stage.exhausted + stage.lost) == count.valid for stage in count.stages)
    assert 0 < max(stage.lost for stage in count.stages) < Fraction(count.valid * len(count.stages), EXACT_UNITS)


def test_values_that_can_be_written_down_are_exact():
    count = Count(drawn("ranked", 24, 400), 3, Law(None, whole_quota=False)).run()
    assert not any(stage.lost for stage in count.stages)


def test_weights_of_supporters_do_not_grow_beyond_what_can_be_written_down():
    outcome = rules.tally("expanding_approvals", drawn("ranked", 40, 200), seats=24)
    supports = [number for step in outcome.sentences[1:] for number in step.values["support"].values()]
    assert bits(supports) < 4 * EXACT_BITS_MAX
    assert len(outcome.winners) == 24
