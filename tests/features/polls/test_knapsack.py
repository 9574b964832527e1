"""Ballots that are a budget each: what a member names has to fit into the money there is."""

from __future__ import annotations

import pytest

from engine.elections.election import Election
from engine.features.polls.state import Polls
from engine.kernel import charter as charters
from engine.refusals import Refusal
from engine.rules import rule, tally
from engine.verify import verify
from tests.moot import Moot

COSTS = (600, 500, 400)


def town(secrecy: str = "open") -> tuple[Moot, str]:
    """A community of four with three ideas, asked for knapsacks of 1,000."""
    text = (
        charters.preset("budget")
        .replace('ballot = "approval"', 'ballot = "knapsack"')
        .replace('secrecy = "open"', f'secrecy = "{secrecy}"', 1)
    )
    moot = Moot(members=3, text=text).funded(2_000)
    for cost in COSTS:
        moot.idea(cost=cost)
    return moot, moot.poll("budget", options=0, budget=1_000)


@pytest.mark.parametrize("secrecy", ["open", "until_close"])
def test_a_ballot_has_to_fit_into_the_budget(secrecy):
    moot, poll = town(secrecy)
    with pytest.raises(Refusal, match="cost more than the budget together; leave one of them out"):
        moot.vote(poll, "1,2")
    moot.vote(poll, "1,3", "1", "2", "")
    moot.end(poll)
    result = moot.of(Polls)[poll].result
    assert (result.status, result.winners) == ("decided", (1, 3))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


@pytest.mark.parametrize("name", ["greedy", "knapsack", "equal_shares", "budget_phragmen", "wieliczka_2023"])
def test_rules_count_knapsacks_as_approvals(name):
    lines = "costs: a 6, b 5, c 3\nbudget: 10\n2: a, c\n1: b\n1: b, c"
    assert rule("voting", name).taken[1] == "knapsack"
    assert tally(name, Election.read("ballots: knapsack\n" + lines)).digest() == tally(name, Election.read(lines)).digest()


def test_a_rule_without_a_budget_takes_none():
    with pytest.raises(Refusal, match="ballot is 'knapsack'; schulze takes ranked"):
        Moot(text=charters.preset("product").replace('rule = "schulze"', 'rule = "schulze"\nballot = "knapsack"'))


def test_nobody_is_asked_about_what_the_budget_cannot_pay():
    moot, poll = town()
    moot.end(poll)
    moot.idea(cost=2_000)
    with pytest.raises(Refusal, match="a cost of 2,000 EUR for idea i.*, more than the budget; ask without it, or give a larger budget"):
        moot.poll("budget", options=0, budget=1_500)
