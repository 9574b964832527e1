"""Committees against all the winning committees that abcvoting's own instances list (martinlackner/abcvoting, tests)."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from engine.elections.election import Election
from engine.rules import tally
from tests.conftest import SHARED, shared

INSTANCES = sorted(path.name for path in (SHARED / "elections/committee").glob("*.yaml"))
SAME = {
    "block": "av",
    "pav": "pav",
    "chamberlin_courant": "cc",
    "seq_pav": "seqpav",
    "seq_phragmen": "seqphragmen",
    "committee_equal_shares": "equal-shares",
}
"""Our names for their rules."""


def instance(name: str) -> tuple[Election, int, dict[str, list[list[int]]]]:
    """The approvals, the seats, and every winning committee by their name of the rule."""
    text = re.sub(r"\n +(?=[\d\[\]])", " ", shared(f"elections/committee/{name}").read_text())
    fields = dict(re.findall(r"^(profile|num_cand|committeesize): (.*)$", text, re.MULTILINE))
    profile: list[Any] = json.loads(fields["profile"])
    option_count = int(fields["num_cand"])
    table = [[int(option in ballot) for option in range(option_count)] for ballot in profile]
    results = re.findall(r"- rule_id: (\S+)\n  result: (\[\[[\d, \[\]]*\]\])\n  resolute: false", text)
    return Election.of([str(option) for option in range(option_count)], "approval", table), int(fields["committeesize"]), {
        rule: json.loads(result) for rule, result in results
    }  # fmt: skip


@pytest.mark.parametrize("name", INSTANCES or ["instanceM0001.abc.yaml"])
@pytest.mark.parametrize("rule", SAME)
def test_our_committee_is_one_of_theirs(name, rule):
    election, seats, committees = instance(name)
    outcome = tally(rule, election, seats=seats)
    known = sorted(sorted(one) for one in committees[SAME[rule]])
    assert sorted(map(int, outcome.winners)) in known
    assert bool(outcome.ties) or len(known) == 1
    if rule in ("pav", "chamberlin_courant"):
        assert [list(one) for one in outcome.facts[1]] == known
