"""Seats in proportion: houses that were really filled so, what the literature proves of each method, and seats given one by one."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.elections.apportion import apportion
from engine.elections.divisors import by_divisor, squared_signpost
from engine.elections.election import Election
from engine.rules import tally

METHODS = ("webster", "jefferson", "hill", "adams", "hamilton")
DIVISORS = ("jefferson", "webster", "adams", "hill")

CENSUS_1790 = [630560, 475327, 432879, 353523, 331589, 278514, 236841, 206236, 179570, 141822, 85533, 70835, 68705, 68446, 55540]
"""The states' populations for representation, Virginia to Delaware (Balinski & Young 1982, chapter 2)."""

CENSUS_1990 = """
Alabama 4040587 22021 7, Alaska 550043 1904 1, Arizona 3665228 12757 6, Arkansas 2350725 11514 4, California 29760021 79229 52,
Colorado 3294394 13518 6, Connecticut 3287116 8553 6, Delaware 666168 2528 1, Florida 12937926 65436 23, Georgia 6478216 30203 11,
Hawaii 1108229 7045 2, Idaho 1006749 5237 2, Illinois 11430602 36080 20, Indiana 5544159 20069 10, Iowa 2776755 10669 5,
Kansas 2477574 8026 4, Kentucky 3685296 13673 6, Louisiana 4219973 18243 7, Maine 1227928 5295 2, Maryland 4781468 17154 8,
Massachusetts 6016425 12626 10, Michigan 9295297 33487 16, Minnesota 4375099 11930 8, Mississippi 2573216 13227 5,
Missouri 5117073 20731 9, Montana 799065 4590 1, Nebraska 1578385 6232 3, Nevada 1201833 4319 2, New-Hampshire 1109252 4663 2,
New-Jersey 7730188 18446 13, New-Mexico 1515069 6710 3, New-York 17990455 54050 31, North-Carolina 6628637 28993 12,
North-Dakota 638800 2564 1, Ohio 10847115 40210 19, Oklahoma 3145585 12019 6, Oregon 2842321 11412 5, Pennsylvania 11881643 43067 21,
Rhode-Island 1003464 2520 2, South-Carolina 3486703 19004 6, South-Dakota 696004 3995 1, Tennessee 4877185 19456 9,
Texas 16986510 73295 30, Utah 1722850 4934 3, Vermont 562758 2206 1, Virginia 6187358 29210 11, Washington 4866692 21249 9,
West-Virginia 1793477 8148 3, Wisconsin 4891769 14976 9, Wyoming 453588 2387 1
"""
"""Residents, people overseas, and seats in the House of 1993 (US Census Bureau, 1990 apportionment data)."""


def test_the_house_of_1793_was_filled_by_jeffersons_method_and_would_have_been_by_hamiltons():
    """105 seats by the act of 1792; 120 by Hamilton's bill, which Washington vetoed (Balinski & Young 1982, chapter 3)."""
    assert by_divisor(105, CENSUS_1790, "jefferson").seats == [19, 14, 13, 10, 10, 8, 7, 6, 5, 4, 2, 2, 2, 2, 1]
    assert apportion(120, CENSUS_1790).shares == [21, 16, 14, 12, 11, 9, 8, 7, 6, 5, 3, 2, 2, 2, 2]


def test_the_house_of_1993_was_filled_by_hills_method():
    states = [line.split() for line in CENSUS_1990.replace("\n", " ").split(",")]
    residents, overseas, seats = ([int(state[column]) for state in states] for column in (1, 2, 3))
    election = Election.of(
        [state[0] for state in states], "single", [[int(one == other) for other in range(50)] for one in range(50)],
        [here + abroad for here, abroad in zip(residents, overseas, strict=True)],
    )  # fmt: skip
    assert list(tally("party_list", election, seats=435, method="hill").scores.values()) == seats
    # Who is overseas took a seat from Massachusetts and gave it to Washington (Franklin v. Massachusetts, 505 U.S. 788, 1992).
    without = by_divisor(435, residents, "hill").seats
    moved = {states[place][0]: here - seats[place] for place, here in enumerate(without) if here != seats[place]}
    assert moved == {"Massachusetts": 1, "Washington": -1}


@pytest.mark.parametrize(
    ("method", "seats"),
    [
        ("jefferson", [5, 2, 2, 1, 0, 0]), ("webster", [4, 2, 2, 1, 1, 0]), ("adams", [3, 2, 2, 1, 1, 1]),
        ("hill", [4, 2, 1, 1, 1, 1]), ("hamilton", [5, 2, 1, 1, 1, 0]),
    ],
)  # fmt: skip
def test_five_methods_share_ten_seats_five_ways(method, seats):
    """The example of Wikipedia's pages on highest averages and largest remainders: 100,000 votes for six parties."""
    votes = Election.read("47000: yellow\n16000: white\n15900: red\n12000: green\n6000: blue\n3100: pink")
    outcome = tally("party_list", votes, seats=10, method=method)
    assert list(outcome.scores.values()) == seats and not outcome.ties
    assert outcome.winners == tuple(name for name, held in outcome.scores.items() if held)


def test_one_seat_more_can_cost_a_list_one_by_remainders():
    """The Alabama paradox of 1880 in small, as textbooks show it: 10 seats to 11."""
    votes = Election.read("6: a\n6: b\n2: c")
    ten, eleven = (list(tally("party_list", votes, seats=seats, method="hamilton").scores.values()) for seats in (10, 11))
    assert (ten, eleven) == ([4, 4, 2], [5, 5, 1])


votes_lists = st.lists(st.integers(0, 40) | st.integers(0, 10**6), min_size=1, max_size=7).filter(any)


@given(votes_lists, st.integers(1, 30), st.sampled_from(DIVISORS))
def test_seats_are_those_that_are_given_one_by_one(votes, seats, method):
    held = [0] * len(votes)
    for _ in range(seats):
        claims = []
        for place, number in enumerate(votes):
            square = squared_signpost(held[place], method)
            claims.append(((0, number**2 / square) if square else (number > 0, Fraction(number)), -place))
        held[-max(claims)[1]] += 1
    assert by_divisor(seats, votes, method).seats == held


@given(votes_lists, st.integers(1, 30), st.sampled_from(DIVISORS))
def test_one_seat_more_takes_nobodys(votes, seats, method):
    fewer, more = (by_divisor(each, votes, method).seats for each in (seats, seats + 1))
    assert sum(more) == seats + 1 and all(one <= other for one, other in zip(fewer, more, strict=True))


@given(votes_lists, st.integers(1, 30))
def test_jefferson_gives_at_least_the_whole_part_adams_at_most_one_more_and_hamilton_both(votes, seats):
    """The lower and the upper quota (Balinski & Young 1982, appendix A)."""
    shares = [Fraction(number * seats, sum(votes)) for number in votes]
    jefferson, adams = by_divisor(seats, votes, "jefferson").seats, by_divisor(seats, votes, "adams").seats
    assert all(held >= share // 1 for held, share in zip(jefferson, shares, strict=True))
    assert all(held <= -(-share // 1) for held, share in zip(adams, shares, strict=True))
    assert all(share // 1 <= held <= -(-share // 1) for held, share in zip(apportion(seats, votes).shares, shares, strict=True))


@given(votes_lists, st.integers(1, 30), st.sampled_from(DIVISORS), st.randoms(use_true_random=False))
def test_without_a_tie_the_order_of_listing_tells_nothing(votes, seats, method, draw):
    divided = by_divisor(seats, votes, method)
    order = list(range(len(votes)))
    draw.shuffle(order)
    moved = by_divisor(seats, [votes[place] for place in order], method)
    assert sorted(order[place] for place in moved.tied) == list(divided.tied)
    untied = [place for place in order if place not in divided.tied]
    assert [moved.seats[order.index(place)] for place in untied] == [divided.seats[place] for place in untied]


def test_a_tie_is_told_and_falls_to_whoever_is_listed_first():
    outcome = tally("party_list", Election.read("options: a, b, c\n4: c\n2: b\n2: a"), seats=3, method="jefferson")
    assert outcome.scores == {"a": 1, "b": 1, "c": 1} and outcome.ties == (("a", "b", "c"),)


@pytest.mark.parametrize("method", [*DIVISORS, "hamilton"])
def test_if_nobody_has_a_vote_all_claims_are_equal(method):
    blank = Election.of("abc", "single", [[0, 0, 0]])
    outcome = tally("party_list", blank, seats=4, method=method)
    assert outcome.scores == {"a": 2, "b": 1, "c": 1} and outcome.ties == (("a", "b", "c"),)


def test_points_count_as_votes():
    points = Election.read("3: a 4, b 2\n1: c 6")
    assert tally("party_list", points, seats=4).scores == {"a": 2, "b": 1, "c": 1}


def test_a_house_of_a_million_seats_is_filled_at_once():
    divided = by_divisor(10**6, CENSUS_1790, "webster")
    assert sum(divided.seats) == 10**6


@pytest.mark.parametrize("method", METHODS)
@given(votes=st.lists(st.integers(0, 999), min_size=1, max_size=6), seats=st.integers(1, 12))
def test_an_outcome_says_how_many_seats_each_winner_has_and_all_are_given(method, votes, seats):
    names = [f"list {number}" for number in range(len(votes))]
    table = [[int(one == other) for other in range(len(votes))] for one in range(len(votes)) if votes[one]]
    if not table:
        return
    outcome = tally("party_list", Election.of(names, "single", table, [number for number in votes if number]), seats=seats, method=method)
    assert outcome.seats is not None and sum(outcome.seats.values()) == seats
    assert tuple(outcome.seats) == outcome.winners
    assert all(outcome.scores[name] == outcome.seats.get(name, 0) for name in names)
    assert outcome.as_json()["seats"] == outcome.seats


def test_where_every_winner_has_one_seat_there_is_nothing_to_say():
    assert tally("sntv", Election.read("3: garden\n2: pool"), seats=2).seats is None
