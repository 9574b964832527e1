"""Ranked pairs and river where defeats are equally strong: every poll is decided, as the plainest program would decide it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.elections import locking
from engine.elections.election import Election
from engine.elections.pairwise import steps_down
from engine.refusals import Refusal
from engine.rules import tally
from engine.rules.certificates import check
from tests.rules.elections import OPTIONS, elections


def strict(options: int, voters: int, seed: int) -> Election:
    """Random strict rankings: with few voters, most defeats are equally strong."""
    draw = np.random.default_rng(seed)
    return Election.of([f"o{number}" for number in range(options)], "ranked", np.array([draw.permutation(options) for _ in range(voters)]))


def levels_of(election: Election) -> list[list[tuple[int, int]]]:
    return steps_down(election.pairwise, "margins")


@st.composite
def tournaments(draw, options_max=6, levels_max=3):
    """Defeats in any direction between all options, of a few strengths, as levels and as an election that has them."""
    count = draw(st.integers(2, options_max))
    levels: list[list[tuple[int, int]]] = [[] for _ in range(draw(st.integers(1, levels_max)))]
    for one in range(count):
        for other in range(one):
            strength = draw(st.integers(-1, len(levels) - 1))
            if strength >= 0:
                levels[strength].append((one, other) if draw(st.booleans()) else (other, one))
    rows = []
    for number, level in enumerate(levels):
        for one, other in level:  # two ballots make a margin of 2 and leave all others alone (McGarvey 1953)
            rest = [each for each in range(count) if each not in (one, other)]
            rows += [[one, other, *rest], [*reversed(rest), one, other]] * (len(levels) - number)
    ranks = [[order.index(place) for place in range(count)] for order in rows or [list(range(count))] * 2]
    return Election.of(OPTIONS[:count], "ranked", ranks)


def winners_of_every_order(election: Election, only_once: bool) -> set[str]:
    """Every order of equal defeats, one defeat after the other; with `only_once`, no option is beaten twice (river)."""
    levels, places = steps_down(election.pairwise, "margins"), range(len(election.options))

    def leads(locked: frozenset, one: int, other: int) -> bool:
        seen, waiting = {one}, [one]
        while waiting:
            here = waiting.pop()
            waiting += [b for a, b in locked if a == here and b not in seen]
            seen |= {b for a, b in locked if a == here}
        return other in seen

    @cache
    def ends(number: int, locked: frozenset) -> frozenset:
        if number == len(levels):
            return frozenset(place for place in places if all(b != place for _, b in locked))
        fits = [
            (a, b)
            for a, b in levels[number]
            if (a, b) not in locked and not leads(locked, b, a) and not (only_once and any(loser == b for _, loser in locked))
        ]
        # What is led to already may be locked in at any time: it changes nothing.
        new = [pair for pair in fits if only_once or not leads(locked, *pair)]
        if not new:
            return ends(number + 1, locked)
        return frozenset().union(*(ends(number, locked | {pair}) for pair in new))

    return {election.options[place] for place in ends(0, frozenset())}


@pytest.mark.parametrize("rule", ["ranked_pairs", "river"])
@given(st.one_of(elections("ranked", options_max=4), tournaments(options_max=4)))
@settings(max_examples=200, deadline=None)
def test_whoever_wins_in_some_order_is_tied_and_nobody_else(rule, election):
    assert set(tally(rule, election).winners) == winners_of_every_order(election, rule == "river")


@given(st.one_of(elections("ranked", options_max=4), tournaments(options_max=5)))
@settings(max_examples=200, deadline=None)
def test_the_search_finds_an_order_where_there_is_one(election):
    """Whatever the option, also those of which short cuts say it sooner."""
    start, levels = tuple(1 << place for place in range(len(election.options))), levels_of(election)
    winners = winners_of_every_order(election, False)
    for place, name in enumerate(election.options):
        settled, end = locking._search(place, start, levels, 10**9)
        assert settled
        assert (end is not None and place in locking.unbeaten(end)) == (name in winners)


@given(st.one_of(elections("ranked", options_max=6), tournaments()))
@settings(max_examples=200, deadline=None)
def test_each_winner_has_an_order_that_elects_it(election):
    ranked_pairs, river = tally("ranked_pairs", election), tally("river", election)
    check(election, ranked_pairs, {"strength": "margins"})
    _, ends, open_ones = ranked_pairs.facts
    assert not open_ones
    assert {place for end in ends for place in locking.unbeaten(tuple(end))} == {
        election.options.index(name) for name in ranked_pairs.winners
    }
    assert [roots[election.options.index(name)] for name, roots in zip(river.winners, river.facts[1], strict=True)] == [
        election.options.index(name) for name in river.winners
    ]


@given(st.one_of(elections("ranked", options_max=6), tournaments()), st.sampled_from([0, 500, 5_000]))
@settings(max_examples=200, deadline=None)
def test_a_search_that_is_cut_short_leaves_in_whom_it_has_not_shown_to_lose(election, steps_max):
    """Never somebody out who can win, never somebody in whom split cycle passes over."""
    every = set(tally("ranked_pairs", election).winners)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(locking, "LOCKING_STEPS_MAX", steps_max)
        outcome = tally("ranked_pairs", election)
        check(election, outcome, {"strength": "margins"})
    assert every <= set(outcome.winners) <= set(tally("split_cycle", election).winners)
    assert bool(outcome.note) == bool(outcome.facts[2])
    assert outcome.facts[2] or every == set(outcome.winners)


@pytest.mark.parametrize(("options", "voters", "seeds"), [(10, 12, 20), (20, 30, 4), (64, 30, 1), (256, 12, 1)])
def test_polls_with_many_equal_defeats_are_decided(options, voters, seeds):
    """Most of these were refused once, and the poll ended without a result."""
    for seed in range(seeds):
        election = strict(options, voters, seed)
        for rule in ("ranked_pairs", "river"):
            outcome = tally(rule, election)
            assert outcome.winners and set(outcome.winners) <= set(tally("split_cycle", election).winners)
            assert outcome.ties == ((outcome.winners,) if len(outcome.winners) > 1 else ())


@pytest.mark.parametrize("steps_max", [0, 20_000, 200_000])
@pytest.mark.parametrize("seed", range(6))
def test_how_options_are_listed_does_not_decide_whom_a_search_leaves_in(monkeypatch, steps_max, seed):
    monkeypatch.setattr(locking, "LOCKING_STEPS_MAX", steps_max)
    election, draw = strict(16, 10, seed), np.random.default_rng(seed)
    winners = set(tally("ranked_pairs", election).winners)
    for _ in range(4):
        order = draw.permutation(16)
        listed = Election.of([election.options[place] for place in order], "ranked", election.table[:, order])
        assert set(tally("ranked_pairs", listed).winners) == winners


def unsettled(election: Election) -> list[int]:
    """The options of which the short cuts do not tell whether they can win."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(locking, "LOCKING_STEPS_MAX", 0)
        return locking.lock(len(election.options), levels_of(election)).unsettled


def test_what_is_not_settled_is_said_and_vouched_for_by_chains(monkeypatch):
    election = next(poll for poll in (strict(16, 10, seed) for seed in range(400)) if unsettled(poll))
    monkeypatch.setattr(locking, "LOCKING_STEPS_MAX", 0)
    outcome = tally("ranked_pairs", election)
    pairs, ends, open_ones = outcome.facts
    assert outcome.note == outcome.steps[-1] and election.options[open_ones[0]] in outcome.note
    check(election, outcome, {"strength": "margins"})
    with pytest.raises(Refusal, match="proof_wrong"):
        check(election, replace(outcome, remark=None), {"strength": "margins"})
    beaten = next(place for place in range(16) if election.options[place] not in tally("split_cycle", election).winners)
    names = tuple(name for place, name in enumerate(election.options) if name in outcome.winners or place == beaten)
    claimed = replace(outcome, winners=names, ties=(names,), certify=lambda: [pairs, ends, [*open_ones, beaten]])
    with pytest.raises(Refusal, match="proof_wrong"):
        check(election, claimed, {"strength": "margins"})
