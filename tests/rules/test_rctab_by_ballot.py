"""The count of `rctab`, which moves arrays of ballots, against one that keeps every ballot by itself, as RCTab does."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.elections import rctab_settings
from engine.elections.election import Election
from engine.elections.ranks import WRITE_INS
from engine.refusals import Refusal
from engine.rules import tally

NAMES = ("a", "b", "c", "d", WRITE_INS)
MODES = ("several_a_round", "one_a_round", "bottoms_up", "multi_pass")


class Ballot:
    """What one ballot still gives to whoever it counts for."""

    def __init__(self, order: list[int]) -> None:
        self.order, self.kept, self.holder = order, {}, None

    @property
    def value(self) -> Decimal:
        return 1 - sum(self.kept.values(), Decimal(0))


def pass_of(ballots: list[list[int]], options: int, seats: int, gone: list[int], given: dict) -> tuple[list[int], list]:
    """Who is elected and everybody's votes round by round; ties are broken by the order of listing, write-ins aside."""
    papers, active = [Ballot(order) for order in ballots], [place for place in range(options) if place not in gone]
    winners, rounds, tallies, last = [], [], {}, Decimal(1).scaleb(-given["decimals"])
    write_ins, transfers = options - 1, seats > 1 and given["winners"] != "bottoms_up"
    threshold, final, passed = Decimal(0), False, set[int]()
    while len(winners) < seats or final:
        votes = dict.fromkeys(active, Decimal(0))
        for paper in papers:
            paper.holder = next((place for place in paper.order if place in active), None)
            if paper.holder is not None:
                votes[paper.holder] += paper.value
        for place in winners:  # of rounding, nobody keeps more than the threshold
            mine = sum((paper.kept.get(place, Decimal(0)) for paper in papers), Decimal(0)) if transfers else tallies[place]
            tallies[place] = min(mine, threshold) if place in passed else tallies[place]
        whole = sum(votes.values(), Decimal(0))
        if not rounds or seats == 1:
            unit = Decimal(1) if given["whole"] or not transfers else last
            if given["quota"] == "hare" and transfers:
                threshold = (whole / seats).quantize(unit, ROUND_UP)
            else:
                threshold = (whole / (seats + 1)).quantize(unit, ROUND_DOWN) + unit
        rounds.append({place: Fraction(count) for place, count in (votes | {place: tallies[place] for place in winners}).items()})
        if final:
            break
        won, out = [], []
        live_write_ins = votes.get(write_ins, 0) > 0
        unfilled = seats - len(winners)
        if not live_write_ins:
            if len(active) == unfilled:
                won = list(active)
            elif given["winners"] != "bottoms_up":
                won = [place for place in active if votes[place] >= threshold]
                won = won if len(won) <= unfilled else []
            if (len(won) > 1 and given["winners"] == "one_a_round") or (seats == 1 and not won and len(active) == 2):
                most = [place for place in active if votes[place] == max(votes.values())]
                won = [min([place for place in most if place != write_ins] or most)]
        if not won:
            fewest = [place for place in active if votes[place] == min(votes.values())]
            out = [write_ins] if live_write_ins else [max([place for place in fewest if place != write_ins] or fewest)]
            if given["batch"] and seats == 1 and not live_write_ins:
                ranked = sorted(active, key=votes.__getitem__)
                sizes = [size for size in range(1, len(ranked)) if sum(votes[place] for place in ranked[:size]) < votes[ranked[size]]]
                out = ranked[: max(sizes)] if sizes else out
        passed = set()
        for place in won:
            tallies[place], surplus = votes[place], votes[place] - threshold
            share = (surplus / votes[place]).quantize(last, ROUND_DOWN) if surplus > 0 else Decimal(0)
            for paper in papers if transfers and surplus > 0 else ():
                if paper.holder == place:
                    paper.kept[place] = paper.value - (paper.value * share).quantize(last, ROUND_DOWN)
            if transfers and surplus > 0:
                passed.add(place)
        if transfers:  # who is elected with no more than the threshold keeps her ballots whole
            for paper in papers:
                if paper.holder in won and paper.holder not in passed:
                    paper.kept[paper.holder] = paper.value
        winners += won
        active = [place for place in active if place not in {*won, *out}]
        final = transfers and bool(won) and len(winners) == seats
    return winners, rounds


def contested(seats: int, terms: dict) -> tuple | None:
    """The rule of a contest that states these terms; None where RCTab takes no such contest."""
    named = {ours: theirs for theirs, ours in rctab_settings.WINNERS.items()}
    plain = seats == 1 and terms["winners"] == "several_a_round"
    stated = {
        "winnerElectionMode": rctab_settings.ONE_WINNER if plain else named[terms["winners"]],
        "hareQuota": terms["quota"] == "hare",
        "batchElimination": terms["batch"],
        "nonIntegerWinningThreshold": not terms["whole"],
        "decimalPlacesForVoteArithmetic": terms["decimals"],
    }
    try:
        return rctab_settings.rule_of(stated, seats)
    except Refusal:
        return None


@given(
    st.lists(st.tuples(st.integers(1, 7), st.permutations(range(5)), st.integers(0, 5)), min_size=1, max_size=9),
    st.integers(1, 4),
    st.fixed_dictionaries(
        {
            "winners": st.sampled_from(MODES),
            "quota": st.sampled_from(["droop", "hare"]),
            "whole": st.booleans(),
            "decimals": st.integers(1, 6),
            "batch": st.booleans(),
        }
    ),
)
def test_arrays_and_single_ballots_agree(cast, seats, terms):
    """Or both refuse: the rule exactly what the contest would be refused for."""
    ballots = [(weight, list(order[:length])) for weight, order, length in cast]
    election = Election.of_orders(NAMES, [order + [-1] * (5 - len(order)) for _, order in ballots], [weight for weight, _ in ballots])
    election.write_ins = 4
    if contested(seats, terms) is None:
        with pytest.raises(Refusal, match="parameter_wrong: rctab.(winners|quota|batch) is .*, which does not apply; leave it out where"):
            tally("rctab", election, seats=seats, **terms)
        return
    each = [order for weight, order in ballots for _ in range(weight)]
    winners, rounds = [], []
    while len(winners) < seats:
        won, counted = pass_of(each, 5, 1 if terms["winners"] == "multi_pass" else seats, winners, terms)
        winners, rounds = winners + won, rounds + counted
    outcome = tally("rctab", election, seats=seats, **terms)
    assert outcome.winners == tuple(NAMES[place] for place in sorted(winners))
    assert [{place: Fraction(votes) for place, votes in zip(*counted, strict=True)} for counted in outcome.facts] == rounds


def test_more_seats_than_anybody_declared_for_are_refused():
    election = Election.read("2: a > b\n1: b")
    election.write_ins = 1
    with pytest.raises(Refusal, match="has 1 options that somebody declared, for 2 seats"):
        tally("rctab", election, seats=2)
    with pytest.raises(Refusal, match="rctab.decimals is 21"):
        tally("rctab", election, decimals=21)


def test_where_only_eliminating_decides_no_number_of_votes_is_said_to_elect():
    election = Election.read("5: a\n3: b > c\n2: c")
    steps = list(map(str, tally("rctab", election, seats=2, winners="bottoms_up").steps))
    assert steps[1:] == ["round 1: a 5, b 3, c 2; c drops out", "round 2: a 5, b 3, exhausted 2; a and b elected"]
    assert "4 votes elect" in tally("rctab", election, seats=2).steps[1]
