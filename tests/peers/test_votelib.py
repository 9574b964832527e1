"""Random elections by our rules and by votelib's (Jan Šimbera), which must name the same winners.

Skips where votelib is not installed (`make peers` installs it). Where several tie it takes as many as there are seats: then its winners have to be
among ours. It refuses ties in the middle of a runoff. Some things are theirs, not ours: with every pair drawn `Schulze` and `SchwartzSet`
name nobody, and `MinimaxCondorcet` passes over whoever loses no comparison, for such an option has no worst defeat in its table. `STAR` names nobody where several
tie for the runoff. `MajorityJudgment` parts options of the same middle grade otherwise than its authors do, who take one middle grade after
the other away (our own brute force does it by hand), so that it is compared where the highest middle grade is one option's alone.
"""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from engine.elections.election import Election
from engine.rules import tally
from tests.peers.random_elections import Drawn, chance_of, drawn

pytest.importorskip("votelib", reason="votelib is not installed (make peers)")
from votelib import convert
from votelib.evaluate import approval, cardinal, condorcet, core, sequential


def of_pairs(evaluator):
    return core.PreConverted(convert.RankedToCondorcetVotes(), evaluator)


RANKED = [
    ("schulze", {"strength": "winning_votes"}, of_pairs(condorcet.Schulze())),
    ("copeland", {}, of_pairs(condorcet.Copeland(second_order=False))),
    ("minimax", {"strength": "winning_votes"}, of_pairs(condorcet.MinimaxCondorcet("winning_votes"))),
    ("minimax", {"strength": "margins"}, of_pairs(condorcet.MinimaxCondorcet("margins"))),
    ("ranked_pairs", {"strength": "winning_votes"}, of_pairs(condorcet.RankedPairs("winning_votes"))),
    ("ranked_pairs", {"strength": "margins"}, of_pairs(condorcet.RankedPairs("margins"))),
    ("kemeny", {}, of_pairs(condorcet.KemenyYoung())),
    ("smith_set", {}, of_pairs(condorcet.SmithSet())),
    ("schwartz_set", {}, of_pairs(condorcet.SchwartzSet())),
    ("bucklin", {}, sequential.PreferenceAddition()),
    ("instant_runoff", {}, sequential.TransferableVoteSelector()),
    ("tideman_alternative", {}, sequential.TidemanAlternative()),
]


def names(elected) -> set[int]:
    """Their winners, those of a tie all together."""
    return {name for each in elected for name in (each if isinstance(each, set | frozenset) else [each])}


def theirs(evaluator, ballots: dict, rule: str) -> set[int] | None:
    """None where they give up on a tie."""
    try:
        return names(evaluator.evaluate(ballots) if rule.endswith("_set") else evaluator.evaluate(ballots, 1))
    except (NotImplementedError, KeyError, IndexError):
        return None


def undominated(pairs: np.ndarray) -> set[int]:
    """The union of the smallest sets that nobody outside them beats: votelib also names some who are beaten, where pairs are level."""
    everyone = range(len(pairs))
    sets = [set(some) for size in range(1, len(pairs) + 1) for some in combinations(everyone, size)]
    unbeaten = [some for some in sets if not any(pairs[other, one] > pairs[one, other] for one in some for other in set(everyone) - some)]
    return set().union(*(some for some in unbeaten if not any(smaller < some for smaller in unbeaten)))


def cast(one: Drawn) -> dict:
    ballots: Counter = Counter()
    for order, weight in zip(one.orders, one.weights, strict=True):
        ballots[tuple(order)] += weight
    return dict(ballots)


@pytest.mark.parametrize(("rule", "parameters", "evaluator"), RANKED, ids=lambda item: item if isinstance(item, str) else "")
def test_both_name_the_same_winners(rule, parameters, evaluator):
    compared = 0
    for one in drawn(400, 5):
        named = theirs(evaluator, cast(one), rule)
        ours = {int(name) for name in tally(rule, one.election, **parameters).winners}
        beaten = (one.election.pairwise < one.election.pairwise.T).any(axis=1)
        if named is None or not named or (rule == "minimax" and not beaten.all()):
            continue  # as said above
        if rule == "schwartz_set" and named != ours:
            assert ours == undominated(one.election.pairwise), (one, ours)
            continue
        compared += 1
        assert named <= ours and (named == ours or len(ours) > 1), (one, ours, named)
    assert compared > (20 if rule == "minimax" else 150)


@pytest.mark.parametrize(
    ("rule", "evaluator"),
    [("pav", approval.ProportionalApproval()), ("seq_pav", approval.SequentialProportionalApproval())],
    ids=["pav", "seq_pav"],
)
def test_both_elect_the_same_committee(rule, evaluator):
    chance, compared = chance_of(8), 0
    for _ in range(150):
        option_count, rows = int(chance.integers(3, 6)), int(chance.integers(3, 9))
        table = (chance.random((rows, option_count)) < 0.5).astype(np.int8)
        outcome = tally(rule, Election.of(list(map(str, range(option_count))), "approval", table), seats=2)
        if outcome.ties:
            continue  # they have no ties here (issues 27 and 28)
        ballots = Counter(frozenset(np.flatnonzero(row).tolist()) for row in table)
        compared += 1
        assert names(evaluator.evaluate(dict(ballots), 2)) == {int(name) for name in outcome.winners}, table.tolist()
    assert compared > 40


@pytest.mark.parametrize(
    ("rule", "evaluator"),
    [("score", cardinal.ScoreVoting("sum")), ("star", cardinal.STAR()), ("majority_judgment", cardinal.MajorityJudgment())],
    ids=["score", "star", "majority_judgment"],
)
def test_both_grade_the_same_option_best(rule, evaluator):
    chance, compared = chance_of(9), 0
    for _ in range(200):
        option_count, rows = int(chance.integers(2, 5)), 2 * int(chance.integers(2, 6)) + 1
        table = chance.integers(0, 6, (rows, option_count))
        outcome = tally(rule, Election.of(list(map(str, range(option_count))), "score", table))
        middles = np.sort(np.median(table, axis=0))
        if outcome.ties or (rule == "majority_judgment" and middles[-1] == middles[-2]):
            continue
        named = names(evaluator.evaluate(dict(Counter(frozenset(enumerate(row.tolist())) for row in table)), 1))
        if named:
            compared += 1
            assert named == {int(name) for name in outcome.winners}, table.tolist()
    assert compared > 80
