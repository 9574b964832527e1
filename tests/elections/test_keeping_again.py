"""Meek's count written down a second time, as the statutes say it: paper by paper, in plain whole numbers.

New Zealand: Local Electoral Regulations 2001, schedule 1A (nine decimals, keep values and what they take rounded up, whoever cannot catch
up drops out at once, ties by the first stage that tells). Reference: the Proportional Representation Foundation's reference rule for Meek (nine
decimals, surpluses below 10^-6 are none, whoever is within the surplus of the fewest is tied).
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.elections.election import Election
from engine.rules import tally
from engine.rules.voting.stv._keeping import _Papers
from tests.rules.elections import elections

ONE = 10**9


class Statute(NamedTuple):
    still: int
    hopeless: bool
    first: bool


NEW_ZEALAND = Statute(still=ONE // 10**4, hopeless=True, first=True)
REFERENCE = Statute(still=ONE // 10**6, hopeless=False, first=False)


def up(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)


def votes_of(papers: list[list[int]], keep: list[int]) -> list[int]:
    votes = [0] * len(keep)
    for paper in papers:
        left = ONE
        for option in paper:
            taken = up(left * keep[option], ONE)
            votes[option] += taken
            left -= taken
    return votes


def count(papers: list[list[int]], option_count: int, seats: int, statute: Statute) -> tuple[set[int], list[list[int]]]:
    """Who is elected, and the votes at each stage."""
    keep, hopeful, elected, stages, counted = [ONE] * option_count, set(range(option_count)), [], [], []
    while len(elected) < seats and len(elected) + len(hopeful) > seats:
        before = None
        while True:
            votes = votes_of(papers, keep)
            counted.append(votes)
            quota = sum(votes) // (seats + 1) + 1
            won = [option for option in hopeful if votes[option] >= quota]
            if won:
                elected += won
                hopeful -= set(won)
                stages.append(votes)
                break
            surplus = sum(max(0, votes[option] - quota) for option in elected)
            ranked = sorted(votes[option] for option in hopeful)
            lost = statute.hopeless and len(ranked) > 1 and ranked[0] + surplus < ranked[1]
            stuck = before is not None and surplus >= before
            lowered = [
                min(ONE, up(up(keep[option] * quota, ONE) * ONE, votes[option])) if option in elected else keep[option]
                for option in range(option_count)
            ]
            if surplus < statute.still or lost or stuck or lowered == keep:
                within = 0 if statute.hopeless else surplus
                tied = [option for option in hopeful if votes[option] <= min(votes[each] for each in hopeful) + within]
                for stage in counted if statute.first else reversed(stages):
                    fewest = min(stage[option] for option in tied)
                    tied = [option for option in tied if stage[option] == fewest]
                gone = max(tied)
                hopeful.remove(gone)
                keep[gone] = 0
                stages.append(votes_of(papers, keep))
                break
            before, keep = surplus, lowered
    return set(elected) | (hopeful if len(elected) < seats else set()), stages


def papers_of(election: Election) -> list[list[int]]:
    rows = zip(election.orders.tolist(), election.weights.tolist(), strict=True)
    return [[option for option in row if option >= 0] for row, weight in rows for _ in range(weight) if row[0] >= 0]


@pytest.mark.parametrize(("rule", "statute"), [("stv_new_zealand", NEW_ZEALAND), ("stv_meek", REFERENCE)])
@given(election=elections("ranked", strict=True, options_max=6, ballots_max=12), seats=st.integers(1, 4))
@example(Election.read("options: a, b, c, d\n3: d\n3: d > b\n4: b"), 3)  # a keep value that its formula raises by a unit
@example(Election.read("options: a, b, c\n6: c\n4: a\n2: b > a"), 1)  # equals that differed before anybody was out
@settings(max_examples=200, deadline=None)
def test_a_count_written_a_second_time_elects_the_same(rule, statute, election, seats):
    seats = min(seats, len(election.options))
    elected, stages = count(papers_of(election), len(election.options), seats, statute)
    outcome = tally(rule, election, seats=seats)
    assert set(outcome.winners) == {election.options[option] for option in elected}
    ours = [[Fraction(votes) * ONE for votes in stage[2][0]] for stage in outcome.facts[1]]
    assert ours[: len(stages)] == stages, "every stage, to the last decimal"


def test_new_zealand_looks_at_the_first_stage_that_tells_and_the_reference_at_the_last():
    """Two are level when one has to drop out, and each was behind at another stage."""
    votes = "options: a, b, c, d, e\n2: b > d > e\n1: a > b\n1: c > a\n8: a > d\n8: d\n2: c"
    assert tally("stv_new_zealand", Election.read(votes)).winners == ("a",)
    assert tally("stv_meek", Election.read(votes)).winners == ("d",)


def test_in_new_zealand_the_first_count_is_a_step_that_tells():
    """Clause 40: six each when one has to go, and a had four at the first step, at which nothing else happened."""
    outcome = tally("stv_new_zealand", Election.read("options: a, b, c\n6: c\n4: a\n2: b > a"))
    assert outcome.winners == ("c",) and not outcome.ties


def test_what_two_keep_values_leave_is_worth_what_dunedin_published():
    """Cargill ward, 2004, iteration 9: papers that pass both elected candidates are worth 0.018467626 each
    (prsa.org.au, 2004-10-09, Meek STV Dunedin Cargill ward)."""
    left = [308_948_430, 59_775_757]
    papers = _Papers(np.array([[0, 1, 2]]), np.array([1]), warren=False, one=ONE, exact=False)
    assert papers.votes([*(Fraction(ONE - each) for each in left), Fraction(ONE)])[2] == 18_467_626
