"""The work of every count is bounded before it begins: by what its rule states, or it is refused by name.

Work is counted, not timed (see `work_done`); `make bench-work` takes the seconds.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from fractions import Fraction
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import rules
from engine.elections import locking, optimal, rounds, work
from engine.elections.election import Election
from engine.elections.grades import as_points
from engine.elections.work import Meter, Shape
from engine.limits import OPTIONS_PER_POLL_MAX, SEARCH_WORK_MAX, WORK_MAX
from engine.refusals import Refusal
from engine.rules import certificates
from engine.rules.certificates import _rounds
from engine.rules.voting import knapsack
from engine.rules.voting.stv._count import EXACT_BITS_MAX, EXACT_UNITS, Count, Law
from tests.rules.work_done import measured, watched

VOTING = [rules.rule("voting", name) for name in rules.names("voting")]
KINDS = [(rule.name, kind) for rule in VOTING for kind in rule.ballots]
SEARCHES = [rule.name for rule in VOTING if rule.work(Shape(1, 1)) > SEARCH_WORK_MAX]
"""Rules that count their own work."""
WARM: set[str] = set()
PATTERNS = ("apart", "alike", "tied")


def drawn(kind: str, options: int, ballots: int, pattern: str = "apart", seed: int = 7) -> Election:
    """Ballots without a pattern, which leave the most different values behind; or ones that agree by and large, so that seats are won
    early; or ones in which much is tied. The budget is a third of what is asked."""
    draw = np.random.default_rng(seed)
    if kind == "ranked":
        table = (draw.random((ballots, options)) + np.arange(options) * (0.05 if pattern == "alike" else 0)).argsort(axis=1).argsort(axis=1)
    elif kind == "single":
        table = np.eye(options, dtype=np.int64)[draw.integers(0, options, ballots)]
    else:
        table = draw.integers(0, {"approval": 2, "quadratic": 30}.get(kind, 1_000 if pattern == "apart" else 3), (ballots, options))
    costs = draw.integers(1, 100, options)
    weights = np.ones(ballots, np.int64) if pattern == "tied" else draw.integers(1, 1_000, ballots)
    names = [f"o{number}" for number in range(options)]
    budget = max(int(costs.sum()) // 3, 100)
    election = Election.of(names, kind, table, weights, costs.tolist(), budget)  # type: ignore[arg-type]
    election.eligible = election.active = election.total
    return election


def done_and_bound(rule: rules.Rule, election: Election, **parameters: object) -> tuple[int, int]:
    """What a count took, and what its rule states; nothing where it is refused as too large."""
    terms = rule.complete(parameters | ({"seed": "0" * 64} if rule.takes_seed else {}))
    bound = rule.work(rules.shape_of(election.rows, election.options, terms, election.points_max))
    if rule.name not in WARM:
        WARM.add(rule.name)  # what is imported or worked out once and for all is no work of a count
        with suppress(Refusal):  # under a limit that is made small
            rules.count(rule, drawn(election.kind, len(election.options), 3), terms).digest()
    try:
        _, units = measured(lambda: rules.count(rule, watched(election), terms).digest())
    except Refusal as refusal:
        assert refusal.code == "too_large"
        return 0, bound
    return units, bound


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize(("name", "kind"), KINDS, ids=str)
def test_no_count_takes_more_work_than_its_rule_states(name, kind, pattern):
    """At shapes of few and many options, ballots and seats: what depends on any of these shows."""
    rule = rules.rule("voting", name)
    for options, ballots in ((2, 3), (8, 200), (20, 40)):
        many = len(rule.roles) or options
        for seats in {1, many // 2, many - 1} if "seats" in rule.parameters else {1}:
            given_seats = {"seats": seats} if "seats" in rule.parameters else {}
            units, bound = done_and_bound(rule, drawn(kind, many, ballots, pattern), **given_seats)
            assert units <= bound, (options, ballots, seats)


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize(("name", "kind"), KINDS, ids=str)
def test_nor_more_than_its_rule_states_without_a_search_and_the_search_says_of_itself(name, kind, pattern):
    """So what a search did not need of what was set aside for it can be given back."""
    rule = rules.rule("voting", name)
    for options, ballots in ((8, 200), (14, 30)):
        many = len(rule.roles) or options
        terms = {"seats": many // 2} if "seats" in rule.parameters else {}
        election = drawn(kind, many, ballots, pattern)
        shape = rules.shape_of(
            ballots, election.options, rule.complete(terms | ({"seed": "0" * 64} if rule.takes_seed else {})), election.points_max
        )
        with work.searched_within() as searched:
            units, bound = done_and_bound(rule, election, **terms)
        sure = rule.work(shape._replace(searching=False))
        assert units <= sure + searched.units <= bound, (options, ballots)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("equal_shares", {"completion": "add_one", "increment": 1}),
        ("equal_shares", {"completion": "add_one_utilitarian", "compare": "satisfaction", "stop": "exhaustive"}),
        ("rctab", {"winners": "multi_pass", "seats": 6}),
        ("rctab", {"winners": "one_a_round", "seats": 6}),
        ("stv_qpq", {"restart": False, "seats": 6}),
        ("stv", {"decimals": 5, "quota": "whole", "seats": 6}),
        ("coombs", {"until": "one_is_left"}),
    ],
    ids=str,
)
def test_nor_under_other_parameters(name, parameters):
    rule = rules.rule("voting", name)
    for pattern in PATTERNS:
        units, bound = done_and_bound(rule, drawn(rule.ballots[0], 12, 60, pattern), **parameters)
        assert units <= bound, pattern


@pytest.mark.parametrize("name", SEARCHES)
@given(limit=st.sampled_from([20_000, 300_000, 2_000_000]), seed=st.integers(0, 9), pattern=st.sampled_from(PATTERNS))
def test_a_search_ends_where_its_own_work_is_as_much_as_it_may_be(name, limit, seed, pattern):
    """Given a limit that it reaches; then it is refused by name before it does more than its rule states under that limit."""
    rule = rules.rule("voting", name)
    with patch.object(work, "SEARCH_WORK_MAX", limit):
        parameters = {"seats": 4} if "seats" in rule.parameters else {"completion": "add_one"} if "completion" in rule.parameters else {}
        units, bound = done_and_bound(rule, drawn(rule.ballots[0], 10, 30, pattern, seed), **parameters)
    assert units <= bound < SEARCH_WORK_MAX


@pytest.mark.parametrize("name", SEARCHES)
@given(limit=st.sampled_from([20_000, 300_000, 2_000_000]), seed=st.integers(0, 9), pattern=st.sampled_from(PATTERNS), data=st.data())
def test_a_search_that_is_given_up_is_of_a_shape_that_its_rule_says_so_of(name, limit, seed, pattern, data):
    """Given a limit that some searches reach; then no poll of such a shape would have been opened."""
    rule = rules.rule("voting", name)
    options, ballots = data.draw(st.sampled_from([(4, 9), (10, 30), (14, 120)]))
    adding = {"completion": "add_one", "increment": 20}  # no more often than towns do
    given = {
        "committee_equal_shares": [{"seats": 4}],
        "equal_shares": [{}, adding, {"utility": "additive"}, adding | {"utility": "additive"}],
        "knapsack": [{}],
        "swiecie_2023": [{}],
        "wieliczka_2023": [{}],
        "stv_new_zealand": [{"seats": 3}],
    }.get(name, [{"seats": 3}, {"seats": 3, "exact": True}])
    parameters, kind = data.draw(st.sampled_from(given)), data.draw(st.sampled_from(rule.ballots))
    election = drawn(kind, options, ballots, pattern, seed)
    shape = rules.shape_of(ballots, election.options, rule.complete(parameters), election.points_max)
    if name == "knapsack" and data.draw(st.booleans()):  # as a poll knows how many votes there may be
        shape = shape._replace(votes=int(as_points(election).sums.sum()))
    with ExitStack() as patched:
        for module, bound, value in (
            (work, "SEARCH_WORK_MAX", limit), (work, "WORK_MAX", 10**18), (work, "SETS_MAX", limit // 1_000), (knapsack, "SETS_MAX", limit // 1_000),
        ):  # fmt: skip
            patched.enter_context(patch.object(module, bound, value))
        if not rule.gives_up(shape):
            rules.count(rule, election, parameters).digest()


@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_among_few_is_never_given_up(name):
    """As large as most polls are, with the parameters that take longest."""
    rule = rules.rule("voting", name)
    for terms in ({}, {"completion": "add_one"}):
        assert not rule.gives_up(Shape(5_000, 17, 3, 1, {name: value for name, value in terms.items() if name in rule.parameters}))


def test_what_is_counted_without_bounds_is_counted_to_its_end_and_nothing_else_is():
    """Given bounds that no count keeps to; then they hold again afterwards, whatever happened within."""
    election = drawn("ranked", 4, 9)
    with patch.object(work, "WORK_MAX", 0), patch.object(work, "SEARCH_WORK_MAX", 0):
        with work.without_bounds():
            assert rules.tally("stv_meek", election, seats=2).winners
        with suppress(ZeroDivisionError), work.without_bounds():
            _ = 1 // 0
        with pytest.raises(Refusal, match="too_large: a count by stv_meek"):
            rules.tally("stv_meek", election, seats=2)


def test_a_meter_refuses_what_is_beyond_it_and_nothing_else():
    meter = Meter("count it by greedy")
    meter.spend(SEARCH_WORK_MAX)
    with pytest.raises(Refusal, match="too_large: the count takes more than 8,000,000,000 steps; count it by greedy"):
        meter.spend(1)


@pytest.mark.parametrize("steps_max", [0, 50, 5_000])
@pytest.mark.parametrize("name", ["ranked_pairs", "river"])
def test_an_order_of_equal_defeats_is_sought_no_longer_than_stated(name, steps_max):
    """Given cycles within cycles of equal defeats, under a limit that the search reaches."""
    rule = rules.rule("voting", name)
    with patch.object(locking, "LOCKING_STEPS_MAX", steps_max), patch.object(work, "LOCKING_STEPS_MAX", steps_max):
        for seed in range(4):
            units, bound = done_and_bound(rule, drawn("ranked", 14, 3, "tied", seed))
            assert 0 < units <= bound


@pytest.mark.parametrize("name", ["instant_runoff", "coombs", "baldwin", "smith_irv", "tideman_alternative", "ranked_choice"])
def test_ways_of_eliminating_tied_options_are_no_more_than_stated(name):
    """Given as many ways as there are sets of options: every ballot names another option, and none is ahead."""
    rule, cycle = rules.rule("voting", name), [[(place + turn) % 9 for place in range(9)] for turn in range(9)]
    for ways in (4, 100):
        with patch.object(rounds, "RUNOFF_WAYS_MAX", ways), patch.object(work, "RUNOFF_WAYS_MAX", ways):
            units, bound = done_and_bound(rule, Election.of(list("abcdefghi"), "ranked", cycle))
        assert 0 < units <= bound


@pytest.mark.parametrize("name", ["pav", "chamberlin_courant"])
@pytest.mark.parametrize("looks", [10_000, 1_000_000])
def test_committees_are_gone_through_no_longer_than_stated(name, looks):
    rule = rules.rule("voting", name)
    with patch.object(optimal, "COMMITTEE_WORK_MAX", looks), patch.object(work, "COMMITTEE_WORK_MAX", looks):
        for seats in (2, 5):
            units, bound = done_and_bound(rule, drawn("approval", 12, 30, "tied"), seats=seats)
            assert units <= bound


@pytest.mark.parametrize("rule", VOTING, ids=lambda rule: rule.name)
def test_what_is_beyond_the_limit_is_refused_before_it_is_counted(rule):
    """Given a bound above the limit; then nothing of the rule is run."""
    shape = Shape(10**9, OPTIONS_PER_POLL_MAX, 1)
    assert rule.work(shape) > WORK_MAX
    election = drawn(rule.ballots[0], 3, 5)
    with patch.object(work, "WORK_MAX", 0), pytest.raises(Refusal, match=f"too_large: a count by {rule.name} of 5 different ballots"):
        rules.count(rule, election, {"seats": 1} if "seats" in rule.parameters else {"seed": "0" * 64} if rule.takes_seed else {})


@pytest.mark.parametrize("rule", VOTING, ids=lambda rule: rule.name)
def test_more_of_anything_is_never_less_work(rule):
    for shape in (Shape(10, 5, 2), Shape(10_000, 30, 9)):
        for field in ("ballots", "options", "seats", "points"):
            assert rule.work(shape._replace(**{field: getattr(shape, field) * 2})) >= rule.work(shape)


@pytest.mark.parametrize("name", ["schulze", "instant_runoff", "borda", "stv", "ranked_pairs", "approval", "seq_phragmen", "kemeny"])
def test_a_million_voters_with_twenty_options_are_not_refused(name):
    assert rules.rule("voting", name).work(Shape(1_000_000, 20, 5)) <= WORK_MAX


def test_fewer_ways_are_gone_through_where_ballots_are_many_and_equal_ballots_count_once(monkeypatch):
    """Given ties, and room for fewer ways than there are; then it is the same with equal ballots in one row and in many, for the
    count and for its certificate."""
    for module in (rounds, _rounds):
        monkeypatch.setattr(module, "RUNOFF_CELLS_MAX", 6 * 4 * 10)
    cycle = [[(place + turn) % 4 for place in range(4)] for turn in range(4)]
    apart, often = Election.of("abcd", "ranked", cycle), Election.of("abcd", "ranked", cycle * 5)
    weighed = Election.of("abcd", "ranked", cycle, [5] * 4)
    answers = [rules.tally("instant_runoff", each) for each in (apart, often, weighed)]
    assert len({(answer.winners, answer.note) for answer in answers}) == 1
    for election, answer in zip((apart, often, weighed), answers, strict=True):
        certificates.check(election, answer, {})


def bits(numbers: list[Fraction]) -> int:
    return max(number.denominator.bit_length() for number in numbers)


def test_values_of_papers_do_not_grow_beyond_what_can_be_written_down():
    """Each surplus doubles the digits of an exact value: after thirty, a number would fill the machine."""
    count = Count(drawn("ranked", 60, 400, "tied"), 40, Law(None, whole_quota=False)).run()
    assert bits(count._values) <= EXACT_BITS_MAX
    assert all(stage.lost >= 0 and sum(stage.votes, stage.exhausted + stage.lost) == count.valid for stage in count.stages)
    assert 0 < max(stage.lost for stage in count.stages) < Fraction(count.valid * len(count.stages), EXACT_UNITS)


def test_values_that_can_be_written_down_are_exact():
    count = Count(drawn("ranked", 24, 400, "tied"), 3, Law(None, whole_quota=False)).run()
    assert not any(stage.lost for stage in count.stages)


def test_weights_of_supporters_do_not_grow_beyond_what_can_be_written_down():
    outcome = rules.tally("expanding_approvals", drawn("ranked", 40, 200, "tied"), seats=24)
    supports = [number for step in outcome.sentences[1:] for number in step.values["support"].values()]
    assert bits(supports) < 4 * EXACT_BITS_MAX
    assert len(outcome.winners) == 24
