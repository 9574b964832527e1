"""Matching across groups given beside gifts, against the plainest way to say it: person by person, in decimals and fractions."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.elections.election import Election
from engine.limits import AMOUNT_MAX
from engine.refusals import Refusal
from engine.rules import tally
from engine.rules.funding import _matching

VARIANTS = [{"closeness": closeness, "soft": soft} for closeness, soft in product(("markov", "friends", "any"), (False, True))]
RULES = [("cocm", each) for each in VARIANTS] + [("vanilla_cluster_match", {"parts": parts}) for parts in ("once", "twice")]
WEI = 10**18


@st.composite
def rounds(draw, highest: int = 30) -> Election:
    """Gifts of people in up to four groups, some in none, some who give nothing."""
    options = draw(st.integers(1, 3))
    rows = draw(st.lists(st.lists(st.integers(0, 3) | st.integers(0, highest), min_size=options, max_size=options), min_size=1, max_size=6))
    groups = [draw(st.lists(st.sampled_from("wxyz"), unique=True, max_size=3)) for _ in rows]
    return Election.of(
        "abc"[:options], "gifts", rows, draw(st.lists(st.integers(1, 2), min_size=len(rows), max_size=len(rows))), groups=groups
    )


def people(election: Election, by: str) -> list[tuple[list[int], frozenset[object]]]:
    """Everybody who gives anything, with what she gives and her groups; herself where she is in none."""
    givers = []
    for number, (row, weight) in enumerate(zip(election.table.tolist(), election.weights.tolist(), strict=True)):
        groups = [place for place, amount in enumerate(row) if amount] if by == "gifts" else election.groups.of_row(number)
        givers += [(row, frozenset(groups or [("alone", number, each)])) for each in range(weight) if any(row)]
    return givers


def closeness(everybody: list[frozenset[object]], groups: list[object], variant: str) -> dict[tuple[int, object], Fraction]:
    """Gitcoin's qf-calculator, `COCM` (commit 4d9e48d1), as its comments say it."""
    close = {}
    for person, mine in enumerate(everybody):
        friends = [other for other in everybody if other & mine]
        for group in groups:
            if variant == "any":
                k = Fraction(any(group in other for other in friends))
            elif variant == "friends":
                k = Fraction(sum(group in other for other in friends), len(friends))
            else:
                k = Fraction(0)
                for between in mine:
                    members = [other for other in everybody if between in other]
                    k += Fraction(1, len(mine)) * sum(Fraction(group in other, len(other)) for other in members) / len(members)
            close[person, group] = max(k, Fraction(group in mine))
    return close


def decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / number.denominator


def cocm_claims(election: Election, by: str, variant: str, soft: bool, unit: int = 1) -> list[Decimal]:
    everybody = people(election, by)
    members = [groups for _, groups in everybody]
    groups = sorted(frozenset().union(*members), key=str)
    close = closeness(members, groups, variant)
    claims = []
    for option in range(len(election.options)):

        def counts(one: object, other: object, option: int = option) -> Decimal:
            """What one group gives against another."""
            whole = Decimal(0)
            for person, (row, mine) in enumerate(everybody):
                if one in mine:
                    k = close[person, other]
                    kept = decimal(1 - k) * row[option] + (decimal(k) * (Decimal(row[option]) * unit).sqrt() if soft else 0)
                    whole += kept / len(mine)
            return whole

        claims.append(sum(((counts(g, h) * counts(h, g)).sqrt() for g, h in permutations(groups, 2)), Decimal(0)))
    return claims


def vanilla_claims(election: Election, by: str, times: int) -> list[Decimal]:
    everybody = people(election, "given" if by == "given" else "gifts")
    if by == "gifts":
        everybody = [(row, frozenset([groups])) for row, groups in everybody]
    claims = []
    for option in range(len(election.options)):
        groups: dict[object, Decimal] = {}
        for row, mine in everybody:
            for group in mine:
                groups[group] = groups.get(group, Decimal(0)) + Decimal(row[option]) / len(mine) ** times
        claims.append(max(Decimal(0), sum(each.sqrt() for each in groups.values()) ** 2 - sum(row[option] for row, _ in everybody)))
    return claims


def claims(name: str, election: Election, **given_: object) -> list[Decimal]:
    return [Decimal(claim) / _matching.UNIT for claim in tally(name, election, pool=1, **given_).facts]


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
@given(election=rounds(), by=st.sampled_from(["given", "gifts"]), unit=st.sampled_from([1, 100]))
@settings(max_examples=40)
def test_a_claim_is_what_all_pairs_of_groups_come_to(variant, election, by, unit):
    with localcontext(prec=60):
        expected = cocm_claims(election, by, variant["closeness"], variant["soft"], unit)
        for ours, theirs in zip(claims("cocm", election, by=by, unit=unit, **variant), expected, strict=True):
            assert abs(ours - theirs) < Decimal("1e-7")


@given(election=rounds(), by=st.sampled_from(["given", "gifts"]), times=st.sampled_from([1, 2]))
def test_a_group_counts_as_one_contributor(election, by, times):
    with localcontext(prec=60):
        expected = vanilla_claims(election, by, times)
        for ours, theirs in zip(
            claims("vanilla_cluster_match", election, by=by, parts=("once", "twice")[times - 1]), expected, strict=True
        ):
            assert abs(ours - theirs) < Decimal("1e-7")


def test_the_example_of_plural_qf():
    """plural-qf (commit d88292df) says how it is called: groups [[0, 1], [1, 2]], contributions [10, 20, 0]; worked out by hand.

    It adds the 30 given; person 2 gives nothing, and who gives nothing is no member here, which changes nothing."""
    election = Election.of("a", "gifts", [[10], [20], [0]], groups=[["g"], ["g", "h"], ["h"]])
    with localcontext(prec=60):
        ten, twenty = Decimal(10).sqrt(), Decimal(20).sqrt()
        (soft,) = claims("cocm", election, closeness="any", soft=True)
        assert abs(soft - 2 * ((ten + twenty / 2) * (twenty / 2)).sqrt()) < Decimal("1e-9")
        (vanilla,) = claims("vanilla_cluster_match", election)
        assert abs(vanilla - ((Decimal(20).sqrt() + ten) ** 2 - 30)) < Decimal("1e-9")
        (squared,) = claims("vanilla_cluster_match", election, parts="twice")
        assert abs(squared - ((Decimal(15).sqrt() + Decimal(5).sqrt()) ** 2 - 30)) < Decimal("1e-9")


def test_closeness_worked_out_by_hand():
    """Ana is a climber, Bo climbs and plays chess, Cem plays chess; each gives 100 to the garden.

    Ana's walk: to climbers, to Ana or Bo; Bo's other half ends in chess: k = 1/4. Of her friends Ana and Bo, one plays: k = 1/2. Bo, who
    plays, is her friend: k = 1. Cem likewise. What climbers give against chess is Ana's (1 - k)·100, and the other way Cem's."""
    election = Election.of("a", "gifts", [[100], [100], [100]], groups=[["climb"], ["climb", "chess"], ["chess"]])
    for variant, k in (("markov", Fraction(1, 4)), ("friends", Fraction(1, 2)), ("any", Fraction(1))):
        assert claims("cocm", election, closeness=variant) == [decimal(2 * 100 * (1 - k))]


@pytest.mark.parametrize(("name", "variant"), RULES, ids=str)
@given(election=rounds())
@settings(max_examples=30)
def test_neither_the_order_of_gifts_nor_merging_nor_a_name_changes_a_claim(name, variant, election):
    groups = [election.groups.of_row(row) for row in range(election.rows)]
    backwards = Election.of(election.options, "gifts", election.table[::-1], election.weights[::-1], groups=groups[::-1])
    renamed = Election.of(
        election.options, "gifts", election.table, election.weights, groups=[[f"group {one}" for one in each] for each in groups]
    )
    first = tally(name, election, pool=10**6, **variant)
    for other in (backwards, renamed, election.merged()):
        assert tally(name, other, pool=10**6, **variant).scores == first.scores


@given(election=rounds(), fill=st.booleans())
@settings(max_examples=30)
def test_where_nobody_is_in_a_group_it_is_quadratic_funding(election, fill):
    apart = Election.of(election.options, "gifts", election.table, election.weights, groups=[[] for _ in range(election.rows)])
    plain = claims("quadratic_funding", election)
    for name, variant in RULES:
        assert all(abs(ours - theirs) < Decimal("1e-6") for ours, theirs in zip(claims(name, apart, **variant), plain, strict=True))


@pytest.mark.parametrize(("name", "variant"), RULES, ids=str)
def test_one_group_alone_is_not_matched(name, variant):
    together = Election.of("a", "gifts", [[100], [4]], [5, 1], groups=[["g"], ["g"]])
    assert claims(name, together, **variant) == [0]


@pytest.mark.parametrize(("name", "variant"), RULES, ids=str)
@given(election=rounds())
@settings(max_examples=30)
def test_claims_in_wei_are_those_in_ether(name, variant, election):
    groups = [election.groups.of_row(row) for row in range(election.rows)]
    wei = Election.of(election.options, "gifts", election.table.astype(object) * WEI, election.weights, groups=groups)
    unit = {"unit": WEI} if name == "cocm" else {}
    with localcontext(prec=60):
        for small, large in zip(claims(name, election, **variant), claims(name, wei, **variant, **unit), strict=True):
            assert abs(large / WEI - small) < Decimal("1e-7")


@pytest.mark.parametrize(("name", "variant"), RULES, ids=str)
@given(election=rounds(highest=AMOUNT_MAX // 100), fill=st.booleans())
@settings(max_examples=30)
def test_a_pool_of_all_the_wei_there_are_is_shared_to_the_last(name, variant, election, fill):
    outcome = tally(name, election, pool=AMOUNT_MAX, fill=fill, **variant)
    claimed = sum(map(int, outcome.facts))
    assert sum(outcome.scores.values()) == (0 if not claimed else AMOUNT_MAX if fill else min(AMOUNT_MAX, claimed // _matching.UNIT))


@pytest.mark.parametrize("name", ["cocm", "vanilla_cluster_match"])
def test_groups_that_nobody_named_are_asked_for(name):
    with pytest.raises(Refusal, match="names no groups; put a line groups: before those who belong to them, or count with by = gifts"):
        tally(name, Election.read("2: a 100\n1: b 3"), pool=9)


def test_too_much_to_compare_is_refused(monkeypatch):
    election = Election.read("groups: x\n1: a 1\ngroups: y\n1: a 2, b 1")
    assert tally("cocm", election, pool=9)
    monkeypatch.setattr("engine.rules.funding.cocm.COCM_WORK_MAX", 15)
    with pytest.raises(Refusal, match="too many gifts and groups to compare"):
        tally("cocm", election, pool=9)
