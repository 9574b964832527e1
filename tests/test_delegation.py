"""Who speaks for whom, against a model that follows each delegation by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.delegation import DEPTH_MAX, NOBODY, Carried, Lost, in_force, resolve, topic_first


@st.composite
def graphs(draw, places_max: int = 12):
    """Links, who casts a ballot, powers, and a bound."""
    count = draw(st.integers(1, places_max))
    links = [draw(st.integers(-1, count - 1).filter(lambda to, me=place: to != me)) for place in range(count)]
    cast = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    power = draw(st.lists(st.integers(0, 2**40), min_size=count, max_size=count))
    return links, cast, power, draw(st.integers(1, 6) | st.just(DEPTH_MAX))


def resolved(links, cast, power, depth_max) -> Carried:
    return resolve(np.array(links, np.int32), np.array(cast, np.bool_), np.array(power, np.int64), depth_max)


def followed(links, cast, place: int) -> tuple[str, int, int]:
    """How a member's way ends, at whose place, after how many links: one link at a time."""
    seen, steps = [place], 0
    while not cast[place]:
        if links[place] < 0:
            return ("silent" if not steps else "unheard"), place, steps
        place, steps = links[place], steps + 1
        if place in seen:
            return "loop", place, steps
        seen.append(place)
    return "spoken for", place, steps


def by_hand(links, cast, power, depth_max):
    count = len(links)
    speaker, carried, voices = [NOBODY] * count, [0] * count, [0] * count
    lost = {"unheard": [0, 0], "too_deep": [0, 0], "loop": [0, 0]}
    for place in range(count):
        how, end, steps = followed(links, cast, place)
        if how == "spoken for" and steps > depth_max:
            how = "too_deep"
        if how == "spoken for":
            speaker[place] = end
            carried[end] += power[place]
            voices[end] += 1
        elif how != "silent":
            lost[how][0] += 1
            lost[how][1] += power[place]
    return speaker, carried, voices, {reason: Lost(*sums) for reason, sums in lost.items()}


def loops_by_hand(links, cast) -> set[frozenset[int]]:
    loops = set()
    for place in range(len(links)):
        how, at, _ = followed(links, cast, place)
        if how == "loop":
            loop, here = {at}, links[at]
            while here != at:
                loop.add(here)
                here = links[here]
            loops.add(frozenset(loop))
    return loops


@given(graphs())
def test_arrays_say_what_following_each_delegation_says(graph):
    carried = resolved(*graph)
    speaker, power, voices, lost = by_hand(*graph)
    assert (carried.speaker.tolist(), carried.power.tolist(), carried.voices.tolist()) == (speaker, power, voices)
    assert carried.lost == lost


@given(graphs())
def test_every_loop_is_named_once_by_its_first_place(graph):
    links, cast, *_ = graph
    loops = resolved(*graph).loops
    right = sorted((min(loop), len(loop)) for loop in loops_by_hand(links, cast))
    assert list(zip(loops.first.tolist(), loops.members.tolist(), strict=True)) == right


@given(graphs())
def test_power_is_conserved(graph):
    """What ballots carry, what is lost on the way, and what nobody gave away are all the power there is."""
    links, cast, power, _ = graph
    carried = resolved(*graph)
    silent = sum(weight for to, voted, weight in zip(links, cast, power, strict=True) if not voted and to < 0)
    assert int(carried.power.sum()) + sum(lost.power for lost in carried.lost.values()) + silent == sum(power)


@given(graphs(), st.data())
def test_ones_own_ballot_takes_her_and_hers_from_her_delegate_and_nothing_from_anybody_else(graph, data):
    links, cast, power, depth_max = graph
    me = data.draw(st.sampled_from(range(len(links))))
    without, with_mine = ([voted if place != me else mine for place, voted in enumerate(cast)] for mine in (False, True))
    before, after = resolved(links, without, power, depth_max), resolved(links, with_mine, power, depth_max)
    assert after.speaker[me] == me
    changed = np.flatnonzero(before.speaker != after.speaker)
    assert all(after.speaker[changed] == me), "who is spoken for by another now is spoken for by her"
    assert int(after.power.sum()) >= int(before.power.sum())


@given(graphs())
def test_a_deeper_bound_takes_nobodys_speaker_away(graph):
    links, cast, power, depth_max = graph
    less, more = resolved(links, cast, power, depth_max), resolved(links, cast, power, depth_max + 1)
    there = less.speaker >= 0
    assert (less.speaker[there] == more.speaker[there]).all()


@pytest.mark.parametrize(("depth_max", "reached"), [(63, 64), (64, 65), (1, 2)])
def test_a_chain_is_followed_to_the_very_link(depth_max, reached):
    """A hundred in a row, of whom the last votes."""
    links = [*range(1, 100), NOBODY]
    carried = resolved(links, [False] * 99 + [True], [1] * 100, depth_max)
    assert carried.voices[99] == reached and carried.lost["too_deep"] == (100 - reached, 100 - reached)


def test_too_deep_is_told_from_unheard_where_the_first_of_all_votes():
    carried = resolved([NOBODY, 0, 1, 2, NOBODY, 4], [True, False, False, False, False, False], [1, 2, 4, 8, 16, 32], 2)
    assert carried.lost == {"too_deep": (1, 8), "unheard": (1, 32), "loop": (0, 0)}
    assert carried.power.tolist() == [7, 0, 0, 0, 0, 0]


def test_the_golden_case_of_an_override():
    """OpenZeppelin's CountingOverridable, by its documentation: a delegator's own vote subtracts from her delegate's tally. 10 and 5
    delegated to 100; once the holder of 10 casts a ballot of her own, the delegate is left with 105."""
    links, power = [2, 2, NOBODY], [10, 5, 100]
    assert resolved(links, [False, False, True], power, 1).power.tolist() == [0, 0, 115]
    assert resolved(links, [True, False, True], power, 1).power.tolist() == [10, 0, 105]


@given(st.data())
def test_a_topics_own_delegation_goes_before_the_general_one_while_its_time_lasts(data):
    count = data.draw(st.integers(1, 8))
    row = st.tuples(st.integers(-1, 9), st.integers(0, 5), st.integers(0, 9))
    own, general = (data.draw(st.lists(row, min_size=count, max_size=count)) for _ in range(2))
    at = data.draw(st.integers(0, 9))
    delegates = topic_first(*(in_force(*(np.array(column) for column in zip(*rows, strict=True)), at) for rows in (own, general)))
    for place, delegate in enumerate(delegates.tolist()):
        there = [to for to, since, until in (own[place], general[place]) if to >= 0 and since <= at < until]
        assert delegate == (there[0] if there else NOBODY)


def test_nobody_there_is_nobody_carried():
    carried = resolved([], [], [], 4)
    assert len(carried.speaker) == 0 and carried.lost["loop"] == (0, 0) and len(carried.loops.first) == 0
