"""Quota preferential by quotient: what droop counts, what Woodall proves of it, and a second count ballot by ballot."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.elections import files
from engine.elections.election import Election
from engine.rules import tally
from engine.rules.voting.stv_qpq import Count
from tests.conftest import shared
from tests.rules.elections import elections


@pytest.mark.parametrize("name", ["42", "513"])
@pytest.mark.parametrize("restart", [False, True])
def test_quotients_are_those_that_droop_finds(name, restart):
    election = files.read(shared(f"elections/stv/droop/{name}.blt"))
    count = Count(election, 2, restart).run()
    rows = [line.split("\t") for line in shared(f"elections/stv/droop/{name}-qpq-guarded-p9-g9-d9.txt").read_text().splitlines()]
    moves = [rows[number - 1] for number, row in enumerate(rows) if row[1] == "transfer"]  # elect or defeat, before ballots move
    ours = [(stage.quota, stage.quotients) for stage in count.stages]
    assert ours == [(Fraction(row[2]), [Fraction(row[5 + 3 * each]) for each in range(3)]) for row in moves]
    assert sorted(count.elected) == [each for each in range(3) if rows[-1][4 + 3 * each] == "E"]


def slow(election: Election, seats: int, restart: bool) -> tuple[set[int], list[tuple[Fraction, list[Fraction]]]]:
    """Woodall's paragraphs 2.1 to 2.5, one ballot after another, all worked out anew at every stage."""
    rows = zip(election.orders.tolist(), election.weights.tolist(), strict=True)
    ballots = [[place for place in row if place >= 0] for row, weight in rows for _ in range(weight) if row[0] >= 0]
    options, excluded, stages = range(len(election.options)), set[int](), []
    elected, carried, shown = list[int](), [Fraction(0)] * len(ballots), [Fraction(0)] * len(options)
    while len(elected) < seats:
        if len(options) - len(excluded) <= seats:  # 2.5b
            return set(options) - excluded, stages
        hopeful = [place for place in options if place not in elected and place not in excluded]
        top = [next((place for place in ballot if place in hopeful), None) for ballot in ballots]
        for place in hopeful:  # 2.3
            mine = [number for number, each in enumerate(top) if each == place]
            shown[place] = len(mine) / (1 + sum((carried[number] for number in mine), Fraction(0)))
        inactive = [number for number, each in enumerate(top) if each is None]
        active = len(ballots) - len(inactive)
        quota = active / (1 + seats - sum((carried[number] for number in inactive), Fraction(0)))  # 2.4
        before = [stage[1] for stage in reversed(stages)]
        ahead = {place: (shown[place], *(stage[place] for stage in before)) for place in hopeful}
        best = max(hopeful, key=lambda place: (ahead[place], -place))
        stages.append((quota, list(shown)))
        if shown[best] > quota:  # 2.5a
            elected.append(best)
            carried = [1 / shown[best] if each == best else carried[number] for number, each in enumerate(top)]
        else:  # 2.5b
            out = min(hopeful, key=lambda place: (ahead[place], -place))
            excluded.add(out)
            shown[out] = Fraction(0)
            if restart:
                elected, carried = [], [Fraction(0)] * len(ballots)
    return set(elected), stages


@pytest.mark.parametrize("restart", [False, True])
@given(election=elections("ranked", strict=True, options_max=6, ballots_max=12), seats=st.integers(1, 4))
@settings(max_examples=200)
def test_a_count_written_a_second_time_finds_the_same_quotients(restart, election, seats):
    seats = min(seats, len(election.options))
    elected, stages = slow(election, seats, restart)
    count = Count(election, seats, restart).run()
    assert set(count.elected) == elected
    assert [(stage.quota, stage.quotients) for stage in count.stages] == stages


@given(election=elections("ranked", strict=True, options_max=5))
def test_for_one_seat_it_is_instant_runoff(election):
    """Nobody carries anything yet, and the quota is half of the ballots left; where nothing is tied."""
    ours, theirs = tally("stv_qpq", election, seats=1), tally("instant_runoff", election)
    if not ours.ties and not theirs.ties:
        assert ours.winners == theirs.winners


@pytest.mark.parametrize("restart", [False, True])
@given(election=elections("ranked", strict=True, options_max=6, ballots_max=12), seats=st.integers(1, 4))
def test_what_ballots_carry_adds_up_to_the_seats_filled(restart, election, seats):
    """2.5a: whoever is elected adds one to the sum of what all ballots have elected."""
    seats = min(seats, len(election.options))
    count = Count(election, seats, restart).run()
    if count.stages and count.stages[-1].elects:
        held = sum(int(weight) * count._carried[each] for weight, each in zip(count._weights, count._class, strict=True))
        assert held == len(count.elected)
