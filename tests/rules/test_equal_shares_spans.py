"""Equal shares over thousands of additions: spans of them are proved to buy what exact fractions buy at every one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.elections.election import Election
from engine.elections.work import Meter
from engine.refusals import Refusal
from engine.rules import tally
from engine.rules.certificates import check
from engine.rules.voting import equal_shares as module
from engine.rules.voting.equal_shares import _additions
from engine.rules.voting.equal_shares._shares import Count
from engine.rules.voting.equal_shares._spans import Spans, _Span, _supporters, _Unclear
from tests.rules.elections import elections
from tests.rules.test_against_brute_force import shares_winners

UTILITIES = st.sampled_from(["cost", "cardinality", "additive"])
STEPS = 60


@st.composite
def towns(draw: Any) -> Election:
    """Small elections in which a unit of money is much, or next to nothing; many options cost the same."""
    election = draw(elections("cumulative", budget=True, options_min=2))
    scale = draw(st.sampled_from([1, 3, 10, 100, 10_000]))
    odd = st.integers(0, scale - 1) | st.just(0)
    costs = [scale * cost + draw(odd) for cost in election.costs]
    return election.changed(costs=costs, budget=max(*costs, scale * election.budget + draw(odd)))


@given(towns(), UTILITIES, st.booleans(), st.integers(1, 3), st.integers(0, 20), st.sampled_from([1, 4, 32]), st.data())
@settings(max_examples=300)
def test_what_a_span_proves_is_bought_at_every_share_in_it(town, utility, whole, increment, first, steps_min, data):
    count = Count(town, utility, whole)
    spans = Spans(count.voters(), steps_min, Meter(""))
    for _ in range(6):  # each with what the one before has seen
        bought, further = spans.bought(float(count.share(first * increment)), float(increment), 200)
        looked_at = range(further + 1) if further < 12 else {0, further, *data.draw(st.lists(st.integers(0, further), max_size=4))}
        for step in looked_at:
            assert bought is None or bought == {purchase.option for purchase in count.buy((first + step) * increment)}
        first += further + 1


@given(towns(), UTILITIES, st.integers(0, 20), st.sampled_from([0, 1, 7, 100]), st.data())
@settings(max_examples=300)
def test_what_anybody_has_left_lies_between_the_lines(town, utility, first, steps, data):
    """Or else a later purchase might be proved by what is not so."""
    count = Count(town, utility)
    voters = count.voters()
    supporters = [_supporters(voters, option) for option in range(len(town.options))]
    span = _Span(voters, supporters, float(count.share(first)), 1.0, steps, {}, Meter(""))
    try:
        span.count()
    except _Unclear:
        return
    for step in {0, span.steps, data.draw(st.integers(0, span.steps))}:
        bought = count.buy(first + step)
        assert [purchase.option for purchase in bought] == span.bought
        left = [count.share(first + step)] * town.rows
        for place, _, price, *_ in bought:
            units = town.table[:, place].tolist() if utility == "additive" else town.support[:, place].astype(int).tolist()
            left = [max(Fraction(0), money - price * unit) for money, unit in zip(left, units, strict=True)]
        end = step / span.length
        assert all(low <= money for low, money in zip((span._low + span._low_slope * end).tolist(), left, strict=True))
        assert all(high >= money for high, money in zip((span._high + span._high_slope * end).tolist(), left, strict=True))


def completed(town: Election, utility: str, share: Fraction, increment: int, exhaustive: bool) -> tuple[int, set[str]]:
    """How much is added, and what is bought then: one addition after the other, voter by voter, in fractions."""
    costs = dict(zip(town.options, town.costs, strict=True))
    wanted = {name for name, votes in zip(town.options, town.sums.tolist(), strict=True) if votes}
    raised, bought = 0, shares_winners(town, utility, share)
    for step in range(STEPS + 1):
        more = shares_winners(town, utility, share + step * increment)
        if sum(costs[name] for name in more) > town.budget:
            break
        raised, bought = step * increment, more
        left = town.budget - sum(costs[name] for name in bought)
        if bought == wanted or (exhaustive and not any(costs[name] <= left for name in wanted - bought)):
            break
    return raised, bought


def in_columns(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(_additions, "COLUMNS_BEFORE", 10**9)


def in_spans(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(_additions, "COLUMNS_BEFORE", 0)


def in_turns(patch: pytest.MonkeyPatch) -> None:
    """Spans after one column, and columns again after any span that was short."""
    patch.setattr(_additions, "COLUMNS_BEFORE", 1e-3)
    patch.setattr(_additions, "SUPPORTERS_OF_COLUMN", 12)
    patch.setattr(_additions, "COLUMNS_FIRST", 1)


def with_spans_left_open(patch: pytest.MonkeyPatch) -> None:
    in_spans(patch)
    patch.setattr(Spans, "bought", lambda *_: (None, 0))


def with_all_left_open(patch: pytest.MonkeyPatch) -> None:
    with_spans_left_open(patch)
    patch.setattr(_additions, "bought_for", lambda voters, shares, errors, meter: [None] * len(shares))


WAYS = [in_columns, in_spans, in_turns, with_spans_left_open, with_all_left_open]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@given(towns(), UTILITIES, st.booleans(), st.integers(1, 3), st.booleans())
@settings(max_examples=60)
def test_additions_end_where_they_do_one_by_one(way: Callable[[pytest.MonkeyPatch], None], town, utility, whole, increment, exhaustive):
    share = Fraction(town.budget // town.total) if whole else Fraction(town.budget, town.total)
    with pytest.MonkeyPatch.context() as patch:
        way(patch)
        patch.setattr(module, "SHARES_STEPS_MAX", STEPS)
        outcome = tally(
            "equal_shares", town, utility=utility, completion="add_one", increment=increment, whole_shares=whole,
            stop="exhaustive" if exhaustive else "infeasible",
        )  # fmt: skip
    raised, bought = completed(town, utility, share, increment, exhaustive)
    assert (int(outcome.facts[0]), set(outcome.winners)) == (raised, bought)


def rich_town(voters: int = 300, options: int = 12, seed: int = 5) -> Election:
    """Everybody has 40,000 units, so that one more is next to nothing."""
    chance = np.random.default_rng(seed)
    table = (chance.random((voters, options)) < chance.uniform(0.05, 0.6, options)).astype(np.int8)
    budget = 40_000 * voters
    costs = (chance.uniform(0.1, 0.4, options) * budget).astype(int).tolist()
    return Election.of([f"o{number}" for number in range(options)], "approval", table, None, costs, budget)


def test_where_a_unit_is_next_to_nothing_thousands_of_additions_are_a_few_spans(monkeypatch):
    town, asked = rich_town(), []
    plainly = tally("equal_shares", town, completion="add_one")
    bought = Spans.bought

    def counted(self: Spans, share: float, grows: float, steps_max: int) -> tuple[frozenset[int] | None, int]:
        asked.append(share)
        return bought(self, share, grows, steps_max)

    in_spans(monkeypatch)
    monkeypatch.setattr(Spans, "bought", counted)
    outcome = tally("equal_shares", town, completion="add_one")
    assert (outcome.winners, outcome.steps, outcome.facts) == (plainly.winners, plainly.steps, plainly.facts)
    assert len(asked) < int(outcome.facts[0]) / 50


def test_where_the_last_span_looked_for_prices_leaves_nothing_open():
    count = Count(rich_town(), "cost")
    spans, step = Spans(count.voters(), 4, Meter("")), 0
    while step < 3000:
        bought, further = spans.bought(float(count.share(step)), 1.0, 3000)
        assert bought is not None
        step += further + 1


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("wrong", [0.2, 0.9, 1.1, 1.5])
def test_a_hint_that_is_wrong_costs_time_and_nothing_else(seed, wrong):
    count = Count(rich_town(100, 30, seed), "cost")
    voters = count.voters()
    supporters = [_supporters(voters, option) for option in range(len(voters.rows))]

    def counted(hints: dict[tuple[int, int], float]) -> _Span:
        span = _Span(voters, supporters, float(count.share(100)), 1.0, 8, hints, Meter(""))
        span.count()
        return span

    plainly = counted({})
    hinted = counted({key: line.start * wrong for key, line in plainly.prices.items()})
    assert (hinted.bought, hinted.steps) == (plainly.bought, plainly.steps)


@given(st.integers(2, 40), st.integers(1, 5))
def test_options_that_are_equally_cheap_all_along_do_not_end_a_span(voters, more):
    """All pay alike for both, so their prices are the same fraction however much is added."""
    town = Election.of("ab", "approval", [[1, 1]] * voters + [[1, 0], [0, 1]] * more, None, [6000, 6000], 12_000)
    count = Count(town, "cost")
    bought, further = Spans(count.voters(), 64, Meter("")).bought(float(count.share(0)), 1.0, 64)
    assert bought == {0}  # the first listed, and then there is too little for the other
    assert further == 64 or len(count.buy(further + 1)) == 2


def test_twins_do_not_end_a_span_though_some_pay_all_they_have():
    town = Election.of(["sign", "pond", "pool"], "approval", [[1, 1, 1], [0, 1, 1], [0, 1, 1]], None, [5_000, 20_000, 20_000], 30_000)
    count = Count(town, "cardinality")
    span = Spans(count.voters(), 64, Meter("")).bought(float(count.share(0)), 1.0, 64)
    assert span == (frozenset([0, 1]), 64)


def test_prices_that_are_equal_by_chance_are_left_to_fractions():
    """The pond's backers do not pay alike: one pays the 6 she has left, the other 8, which is what the stage costs its own."""
    rows = [[1, 0, 1], [0, 0, 1], [0, 1, 0]]
    town = Election.of(["sign", "stage", "pond"], "approval", rows, None, [4, 8, 14], 30)
    count = Count(town, "cardinality")
    assert Spans(count.voters(), 4, Meter("")).bought(float(count.share(0)), 1.0, 4) == (None, 0)
    assert [purchase.option for purchase in count.buy(0)] == [0, 1, 2]


def test_a_price_is_bounded_only_where_enough_of_its_payers_last():
    """At the end of the span two of the five still pay, and would have too little if the bound counted on them alone."""
    count = Count(Election.of("a", "approval", [[1]] * 5, None, [145], 1000), "cardinality")
    voters = count.voters()
    span = _Span(voters, [_supporters(voters, 0)], 200.0, 1.0, 64, {}, Meter(""))
    span._low, span._low_slope, span._least[0] = np.full(5, 200.0), np.array([57.0, 57.0, 10.0, 10.0, 10.0]) - 200.0, 10.0
    upper = span._upper(0)
    end = span.steps / span.length
    assert np.minimum(span._low + span._low_slope * end, upper.at(end)).sum() >= 145


def test_an_order_in_which_somebody_had_just_enough_for_what_was_cheaper_is_no_count():
    """Ann has exactly the price of the pond left when the stage is bought for more, which leaves her with nothing."""
    town = Election.of(["sign", "pond", "stage"], "approval", [[1, 1, 1], [0, 0, 1]], None, [4, 6, 14], 20)
    outcome = tally("equal_shares", town, utility="cardinality")
    assert outcome.winners == ("sign", "pond")
    check(town, outcome, {"utility": "cardinality"})
    forged = replace(outcome, winners=("sign", "stage"), certify=lambda: ["0", [[0, "4"], [2, "8"]], [], [], []])
    with pytest.raises(Refusal, match="proof_wrong"):
        check(town, forged, {"utility": "cardinality"})


def test_an_option_dearer_than_one_purchase_and_cheaper_than_the_next_comes_between_them():
    """The pond costs 16: more than the 14 it would if both its backers could pay, which is what the bench's price is held against."""
    rows = [[1, 0, 1, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]]
    town = Election.of(["sign", "bench", "pond", "stage"], "approval", rows, None, [8, 15, 28, 18], 80)
    outcome = tally("equal_shares", town, utility="cardinality")
    right = [[0, "8"], [1, "15"], [2, "16"], [3, "18"]]
    assert outcome.facts[1] == right
    check(town, outcome, {"utility": "cardinality"})
    with pytest.raises(Refusal, match="proof_wrong"):
        check(
            town, replace(outcome, certify=lambda: ["0", [right[0], right[1], right[3], right[2]], [], [], []]), {"utility": "cardinality"}
        )
