"""Gifts: amounts of money of any size a contract holds, with decimals where people write them, and with groups beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.elections import converting, files
from engine.elections.arrays import INT64_MAX
from engine.elections.election import Election
from engine.limits import AMOUNT_MAX, GROUPS_MAX
from engine.refusals import Refusal

ETHER = 10**18
GROUPS = st.lists(st.sampled_from(["climbers", "chess", 'a "b", c', "d;e", "x y"]), unique=True, max_size=3)


@st.composite
def gifts(draw, highest: int = AMOUNT_MAX, groups: bool = True) -> Election:
    options = draw(st.integers(1, 3))
    rows = draw(
        st.lists(st.lists(st.integers(0, 9) | st.integers(0, highest // 60), min_size=options, max_size=options), min_size=1, max_size=5)
    )
    weights = draw(st.lists(st.integers(1, 3), min_size=len(rows), max_size=len(rows)))
    names = [draw(GROUPS) for _ in rows] if groups else None
    return Election.of("abc"[:options], "gifts", rows, weights, decimals=draw(st.sampled_from([0, 2, 18])), groups=names)


def said(election: Election) -> dict[tuple[object, ...], int]:
    """How many gave what, and belong to which groups."""
    whole: dict[tuple[object, ...], int] = {}
    for number, (row, weight) in enumerate(zip(election.table.tolist(), election.weights.tolist(), strict=True)):
        key = (*row, frozenset(election.groups.of_row(number) if election.groups else ()))
        whole[key] = whole.get(key, 0) + weight
    return whole


@given(gifts())
def test_equal_gifts_of_people_in_the_same_groups_share_a_row(election):
    merged = election.merged()
    assert said(merged) == said(election) and len(said(merged)) == merged.rows
    assert merged.sums.tolist() == election.sums.tolist()


@given(gifts())
def test_sums_are_those_of_whole_numbers(election):
    rows, weights = election.table.tolist(), election.weights.tolist()
    assert all(type(cell) is int for row in rows for cell in row)
    assert election.sums.tolist() == [
        sum(cell * weight for cell, weight in zip(column, weights, strict=True)) for column in zip(*rows, strict=True)
    ]


@given(gifts(), st.sampled_from(["txt", "csv"]))
def test_a_file_says_the_same_again(election, ending):
    path = Path(f"x.{ending}")
    try:
        written = converting.write(election, path)
    except Refusal as refusal:
        assert ending == "csv" and "d;e" in str(refusal), "a name that parts names in a cell"
        return
    again = files.parse(written.text, path)
    assert said(again) == said(election) and (again.kind, again.options) == ("gifts", election.options)
    assert again.decimals == election.decimals or written.left_out == [f"decimals: {election.decimals}"]


@pytest.mark.parametrize(("highest", "kind"), [(INT64_MAX // 6, np.dtype(np.int64)), (INT64_MAX // 6 + 1, np.dtype(object))])
def test_python_integers_stand_only_where_64_bits_could_overflow(highest, kind):
    assert Election.of("ab", "gifts", [[highest, 1], [0, 3]], [2, 4]).table.dtype == kind
    assert Election.of("ab", "cumulative", [[5, 1]]).as_kind(["gifts"]).table.dtype == np.int64


@pytest.mark.parametrize(("rows", "weights", "fact"), [
    ([[AMOUNT_MAX + 1, 0]], None, "number 1 of 1: it has other cells"),
    ([[1, 0], [0, -1]], None, "number 2 of 2: it has other cells"),
    ([[2**70, -1]], None, "number 1 of 1: it has other cells"),
    ([[2**255, 2**255]], None, "give at most 1157920892"),
    ([[2**255, 0]], [2], "give at most 1157920892"),
    ([[1.5, 0]], None, "not integers"),
    ([[2**70, 1.0]], None, "not integers"),
    ([["x", "y"]], None, "not integers"),
])  # fmt: skip
def test_what_is_no_amount_is_refused(rows, weights, fact):
    with pytest.raises(Refusal, match=fact):
        Election.of("ab", "gifts", rows, weights)
    assert Election.of("ab", "gifts", [[AMOUNT_MAX - 1, 1]]).sums.tolist() == [AMOUNT_MAX - 1, 1]


def test_wei_are_written_in_ether():
    text = "decimals: 18\nballots: gifts\n2: a 0.5, b 1.000000000000000001\n1: a 3\n"
    election = Election.read(text)
    assert election.table.tolist() == [[ETHER // 2, ETHER + 1], [3 * ETHER, 0]] and election.decimals == 18
    town = Election.read("decimals: 2\ncosts: a 1.5, b 2\nbudget: 3.50\n1: a, b")
    assert (town.costs, town.budget, str(town.money(town.budget))) == ((150, 200), 350, "3.50")


@given(st.integers(0, 2**70), st.integers(0, 18))
def test_an_amount_is_read_with_as_many_decimals_as_it_has(amount, places):
    written = f"{amount // 10**places}.{amount % 10**places:0{places}d}" if places else str(amount)
    election = Election.read(f"decimals: 18\nballots: gifts\noptions: a, b\n1: a {written}, b 1\n")
    assert election.table.tolist() == [[amount * 10 ** (18 - places), ETHER]]


def test_many_lines_are_read_alike_in_blocks_and_one_by_one():
    """Blocks read regular lines as arrays; long amounts, and any with decimals, are no regular lines."""
    rows = [(number % 7, number**3, number + 10**17 * (number % 3 == 0)) for number in range(3_000)]
    lines = "".join(
        f"groups: g{number % 3}\n" * (number % 100 == 0) + f"{1 + number % 2}: a {a}, b {b}, c {c}\n"
        for number, (a, b, c) in enumerate(rows)
    )
    whole = Election.read("ballots: gifts\noptions: a, b, c\n" + lines)
    assert whole.table.tolist() == list(map(list, rows)) and whole.weights.tolist() == [1 + number % 2 for number in range(3_000)]
    assert [whole.groups.of_row(number) for number in range(3_000)] == [[f"g{number // 100 * 100 % 3}"] for number in range(3_000)]
    placed = Election.read("decimals: 1\nballots: gifts\noptions: a, b, c\n" + lines)
    assert placed.table.tolist() == [[10 * each for each in row] for row in rows]


def test_groups_are_those_of_the_section_a_ballot_stands_in():
    election = Election.read("1: a 1\ngroups: climbers, chess\n2: a 2\ngroups:\n1: a 3\ngroups: chess\n1: a 4")
    assert [election.groups.of_row(row) for row in range(4)] == [[], ["climbers", "chess"], [], ["chess"]]
    assert election.as_kind(["gifts"]).groups == election.groups
    assert election.changed(table=election.table[::-1]).groups is None, "whose these are, nobody said"


def test_groups_for_some_ballots_only_or_too_many_are_refused():
    with pytest.raises(Refusal, match="has groups for 1 of 2 ballots"):
        Election.of("a", "gifts", [[1], [2]], groups=[["x"]])
    with pytest.raises(Refusal, match=f"has {GROUPS_MAX + 1} groups; name at most {GROUPS_MAX}"):
        Election.of("a", "gifts", [[1]], groups=[map(str, range(GROUPS_MAX + 1))])


@pytest.mark.parametrize(("name", "text", "place"), [
    ("x.txt", "ballots: gifts\n1: a 1.5", "line 2, column 6 gives 'a' 1.5; points and costs are whole numbers from 0, unless a line before"),
    ("x.txt", "decimals: 2\nballots: gifts\n1: a 1.555", "line 3, column 6 gives 'a' 1.555; give at most 2 decimals"),
    ("x.txt", f"ballots: gifts\n1: b 1\n1: a {AMOUNT_MAX + 1}", f"line 3, column 6 gives 'a' {AMOUNT_MAX + 1}; give at most"),
    ("x.txt", f"decimals: 18\nballots: gifts\n1: a {AMOUNT_MAX // ETHER + 1}", "line 3, column 6 gives 'a'"),
    ("x.txt", f"1: a {10**16}", f"line 1, column 6 gives 'a' {10**16}; points and costs are whole numbers"),
    ("x.txt", "1: a 2000000", "give each from 0 to 1,000,000, or call them gifts (ballots: gifts)"),
    ("x.txt", "1: a 2\ndecimals: 2", "line 2 says decimals: after an amount of money"),
    ("x.txt", "costs: a 2\ndecimals: 2", "line 2 says decimals: after an amount of money"),
    ("x.txt", "budget: 2\ndecimals: 2", "line 2 says decimals: after an amount of money"),
    ("x.txt", "decimals: 2\n1: a 2\nballots: gifts", "line 3 says ballots: gifts after the first ballot"),
    ("x.txt", "decimals: 19\n1: a 1", "line 1, column 11 gives money 19 decimals; give at most 18"),
    ("x.txt", "decimals: 2\ndecimals: 2", "line 2 says decimals: a second time"),
    ("x.txt", "decimals: 2\ncosts: a 1\nbudget: 3.555", "line 3, column 9 names no number after budget:"),
    ("x.txt", f"costs: a {2**53}\nbudget: 3", "line 1, column 10 gives 'a' a cost out of bounds"),
    ("x.txt", "groups: a > b\n1: c", "line 1, column 13 names the group 'b' wrongly"),
    ("x.txt", "groups: a, a\n1: c", "line 1, column 12 names the group 'a' wrongly"),
    ("x.txt", "groups: a 2\n1: c", "line 1, column 9 names the group 'a' wrongly"),
    ("x.txt", "12 7.5", "line 1, column 4 has no colon after 12"),
    ("x.csv", f"gifts,a\n1,{AMOUNT_MAX + 1}", "line 2, cell 2 is no amount of money; give at most"),
    ("x.csv", "gifts,a\n1,-5", "line 2, cell 2 is '-5'"),
    ("x.csv", "gifts,a,groups:\n1,5", "line 2, cell 2 has 2 cells where the first line has 3"),
])  # fmt: skip
def test_an_amount_or_a_group_that_cannot_be_read_is_refused_at_its_place(name, text, place):
    with pytest.raises(Refusal) as refused:
        files.parse(text, Path(name))
    assert place in str(refused.value)


@pytest.mark.parametrize("ending", ["pb", "soi", "cat", "blt"])
def test_gifts_become_nothing_else_in_a_file_that_has_no_place_for_them(ending):
    town = Election.of("ab", "gifts", [[1, 0]], costs=[1, 1] if ending == "pb" else None, budget=2 if ending == "pb" else None)
    with pytest.raises(Refusal, match="ballot_kind_wrong"):
        converting.write(town, Path(f"x.{ending}"))


def test_nobody_casts_money_in_a_poll():
    from engine import rules

    assert not [name for name in rules.names("voting") if "gifts" in rules.rule("voting", name).taken]
