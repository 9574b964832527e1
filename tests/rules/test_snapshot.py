"""Snapshot's systems: where its sums are ours, where they differ, and where its floats can say something else."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.elections.election import Election
from engine.rules import tally
from tests.rules.elections import elections, row, strict_row

balances = st.lists(
    st.tuples(st.integers(1, 10**6), st.lists(st.integers(0, 9), min_size=3, max_size=3).filter(any)), min_size=1, max_size=6
)


def spread(ballots: list[tuple[int, list[int]]]) -> Election:
    """A balance and weights as amounts: each weight's part of the balance, all times the same number."""
    scale = 1
    for _, weights in ballots:
        scale *= sum(weights)
    return Election.of("abc", "gifts", [[balance * each * scale // sum(weights) for each in weights] for balance, weights in ballots])


@given(balances)
def test_quadratic_is_what_snapshot_makes_of_balances_and_weights(ballots):
    """snapshot.js (commit efa5de15): (Σ √(balance·w / Σw))², scaled to all balances; one part in 10^9 for its floats."""
    squares = [sum(sqrt(balance * weights[place] / sum(weights)) for balance, weights in ballots) ** 2 for place in range(3)]
    total = sum(balance for balance, _ in ballots)
    election = spread(ballots)
    scale = sum(election.sums.tolist()) / total
    for ours, square in zip(tally("snapshot_quadratic", election).scores.values(), squares, strict=True):
        assert float(ours) / scale == pytest.approx(square / sum(squares) * total, rel=1e-9, abs=1e-5)


@given(balances, st.integers(1, 10**40))
def test_in_what_unit_balances_are_counted_decides_nothing(ballots, unit):
    small = spread(ballots)
    large = Election.of("abc", "gifts", small.table.astype(object) * unit)
    assert tally("snapshot_quadratic", small).winners == tally("snapshot_quadratic", large).winners


def test_one_voter_counts_as_in_a_plain_split():
    """snapshot.js, `quadratic.spec.js`, getChoiceString: 10, 10, 40 and 40 percent."""
    scores = tally("snapshot_quadratic", Election.of("abcd", "cumulative", [[10, 10, 40, 40]])).scores
    assert list(scores.values()) == [10, 10, 40, 40]


def test_ties_that_floats_do_not_see():
    """√2 + √8 = 3·√2 = √18, and in floats another number than √18."""
    assert sqrt(2) + sqrt(8) != sqrt(18) or (sqrt(2) + sqrt(8)) ** 2 != 18
    outcome = tally("snapshot_quadratic", Election.of("ab", "gifts", [[2, 0], [8, 0], [0, 18]]))
    assert outcome.ties == (("a", "b"),)


def runoff(election: Election) -> list[int]:
    """snapshot.js, `rankedChoice.ts`, ballot by ballot."""
    count = len(election.options)
    ballots = [[ranks.index(place) for place in range(count)] for ranks in election.table.tolist() if sorted(ranks) == list(range(count))]
    weights = [
        w for ranks, w in zip(election.table.tolist(), election.weights.tolist(), strict=True) if sorted(ranks) == list(range(count))
    ]
    while True:
        votes: dict[int, int] = {}
        for ballot, weight in zip(ballots, weights, strict=True):
            votes[ballot[0]] = votes.get(ballot[0], 0) + weight
        if len(votes) < 3 or 2 * max(votes.values()) > sum(votes.values()):
            return [votes.get(place, 0) for place in range(count)]
        last = min(sorted(votes), key=votes.__getitem__)
        ballots = [[option for option in ballot if option != last] for ballot in ballots]


@st.composite
def rankings(draw) -> Election:
    """Ballots that rank every option, most of them, so that many are counted and many tie."""
    count = draw(st.integers(2, 5))
    rows = draw(st.lists(strict_row(count), min_size=1, max_size=8)) + draw(st.lists(row("ranked", count), max_size=1))
    return Election.of("abcde"[:count], "ranked", rows, draw(st.lists(st.integers(1, 2), min_size=len(rows), max_size=len(rows))))


@given(rankings() | elections("ranked"))
def test_ranked_choice_drops_out_the_first_listed_of_the_fewest(election):
    outcome = tally("snapshot_ranked_choice", election)
    votes = runoff(election)
    assert list(outcome.scores.values()) == votes
    assert outcome.winners == tuple(name for name, each in zip(election.options, votes, strict=True) if each == max(votes))


def test_whom_nobody_ranks_first_may_still_get_votes():
    """c has none at first, is not the one with the fewest, and wins when a drops out."""
    election = Election.read("options: a, b, c, d\n2: a > c > b > d\n3: b > c > d > a\n3: d > c > b > a")
    outcome = tally("snapshot_ranked_choice", election)
    assert outcome.steps[0] == "round 1: b 3, d 3, a 2; a drops out" and outcome.steps[1].startswith("round 2: b 3, d 3, c 2; c drops out")
    assert outcome.scores == {"a": 0, "b": 5, "c": 0, "d": 3}


def test_ranked_choice_of_nothing_valid_elects_nobody_alone():
    outcome = tally("snapshot_ranked_choice", Election.read("2: a\n1: a = b"))
    assert outcome.ties == (("a", "b"),) and outcome.steps[0] == "3 ballots do not rank every option, and are not counted"


@pytest.mark.parametrize(("system", "ours"), [("single-choice, basic", "plurality"), ("approval", "approval"), ("weighted", "weighted")])
@given(data=st.data())
def test_its_other_sums_are_ours(system, ours, data):
    """Σ balance, the whole balance for every approved option, and Σ balance·w / Σw."""
    election = data.draw(elections({"plurality": "single", "approval": "approval", "weighted": "cumulative"}[ours]))
    expected = [0.0] * len(election.options)
    for marks, balance in zip(election.table.tolist(), election.weights.tolist(), strict=True):
        for place, mark in enumerate(marks):
            expected[place] += balance * (mark / sum(marks) if ours == "weighted" and mark else mark)
    assert [float(score) for score in tally(ours, election).scores.values()] == pytest.approx(expected)


def by_comparisons(election: Election) -> list[float]:
    """Snapshot's sums since 2026 (chain-governance.md 1.1), pair by pair and ballot by ballot, in floats as there: each unordered pair is seen
    twice, so that a win is two points and a draw one; half of the average support is added, and all are scaled to all power."""
    count = len(election.options)
    ballots = [
        (ranks, w)
        for ranks, w in zip(election.table.tolist(), election.weights.tolist(), strict=True)
        if sorted(ranks) == list(range(count))
    ]
    power = sum(weight for _, weight in ballots)
    over = [[sum(w for ranks, w in ballots if ranks[one] < ranks[other]) for other in range(count)] for one in range(count)]
    points = [0.0] * count
    for one in range(count):
        for other in range(count):
            if one != other:
                margin = over[one][other] - over[other][one]
                points[one] += 1 if margin > 0 else 0.5 if margin == 0 else 0
                points[other] += 1 if margin < 0 else 0.5 if margin == 0 else 0
        points[one] += 0.5 * sum(over[one]) / ((count - 1) * power) if power and count > 1 else 0
    whole = sum(points)
    return [power * each / whole if whole else power / count for each in points]


@given(rankings() | elections("ranked"))
def test_copeland_shares_all_power_out_as_snapshot_does(election):
    outcome = tally("snapshot_copeland", election)
    assert [float(score) for score in outcome.scores.values()] == pytest.approx(by_comparisons(election))
    whole = sum(
        w
        for ranks, w in zip(election.table.tolist(), election.weights.tolist(), strict=True)
        if len({*ranks}) == len(ranks) and max(ranks) < len(ranks)
    )
    assert sum(outcome.scores.values()) == whole


@given(rankings())
def test_average_support_decides_only_between_as_many_wins(election):
    """Given complete ballots; then whoever wins is whom Copeland elects, by average support where several have as many wins."""
    full = [len({*ranks}) == len(ranks) and max(ranks) < len(ranks) for ranks in election.table.tolist()]
    if any(full):
        complete = election.changed(table=election.table[full], weights=election.weights[full])
        assert tally("snapshot_copeland", election).winners == tally("copeland", complete, tiebreak="average_support").winners


def test_copeland_of_nothing_valid_elects_nobody_alone():
    outcome = tally("snapshot_copeland", Election.read("2: a\n1: a = b"))
    assert outcome.ties == (("a", "b"),) and list(outcome.scores.values()) == [0, 0]


def test_copeland_elects_whom_snapshot_ranks_first():
    """snapshot.js, `copeland.spec.js` (commit 0b311bb9), balances times 4: 668334.33…, 334167.16…, 0; and Alice by average support."""
    election = Election.of_orders("ABC", [[0, 1, 2], [1, 2, 0], [2, 0, 1]], [4_000_003, 1, 10_002])
    assert tally("copeland", election, tiebreak="average_support").winners == ("A",)
    tied = Election.of_orders("ABC", [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 1, 0]], [20, 15, 20, 5, 10])
    assert tally("copeland", tied).winners == ("A", "B") and tally("copeland", tied, tiebreak="average_support").winners == ("A",)
