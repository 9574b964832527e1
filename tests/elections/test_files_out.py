"""What is written in a format is read again as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.elections import blt, columns, converting, files, pabulib, preflib, ranks, scottish
from engine.elections.election import Election
from engine.elections.kinds import KINDS
from engine.refusals import Refusal
from tests.conftest import shared
from tests.rules.elections import elections

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=12).map(str.strip).filter(bool)


def same(one: Election, other: Election) -> bool:
    """Whether two elections have the same options and, in whatever order, the same ballots."""
    one, other = levelled(one).merged(), levelled(other).merged()
    return (
        one.options == other.options
        and (one.costs, one.budget, one.decimals) == (other.costs, other.budget, other.decimals)
        and np.array_equal(one.table, other.table)
        and np.array_equal(one.weights, other.weights)
    )


def levelled(election: Election) -> Election:
    """Ranks as 0, 1, 2, …, for only their order says something."""
    if election.kind != "ranked":
        return election
    option_count = len(election.options)
    rows = [
        [sorted({*row} - {option_count}).index(cell) if cell < option_count else option_count for cell in row]
        for row in election.table.tolist()
    ]
    return election.changed(table=np.array(rows, np.int64).reshape(-1, option_count))


def by_name(election: Election) -> dict[tuple[str, ...], int]:
    """How often each order was cast."""
    merged = election.merged()
    orders = [tuple(election.options[each] for each in order if each >= 0) for order in merged.orders.tolist()]
    return dict(zip(orders, merged.weights.tolist(), strict=True))


def named(election: Election, names: list[str]) -> Election:
    return Election.of(names, election.kind, election.table, election.weights, election.costs, election.budget, election.decimals)


@given(st.data(), st.sampled_from(KINDS), st.booleans())
def test_lines_of_text(data, kind, budget):
    election = data.draw(elections(kind, budget=budget))
    names = data.draw(st.lists(NAMES, min_size=len(election.options), max_size=len(election.options), unique=True))
    election = named(election, names)
    again = Election.read(converting.write(election, Path("x.txt")).text)
    assert again.kind == kind and same(again, election)
    assert (again.eligible, again.active) == (election.eligible, election.active)


ODD = st.text(st.sampled_from('ab ",;:#{}>=\\\t\n()1'), max_size=4)


@given(st.data(), st.sampled_from(["txt", "pb", "soi", "soc", "toi", "toc", "cat", "blt", "csv"]))
def test_whatever_options_are_called_a_file_says_the_same_or_is_not_written(data, ending):
    kind = {"cat": "approval", "pb": "approval"}.get(ending) or data.draw(st.sampled_from(["ranked", "approval", "score"]))
    election = data.draw(elections(kind, budget=ending == "pb", strict=True))
    names = data.draw(st.lists(ODD, min_size=len(election.options), max_size=len(election.options), unique=True))
    election, path = named(election, names), Path(f"x.{ending}")
    try:
        written = converting.write(election, path)
    except Refusal:
        return
    blank = election.table.any(axis=1) if kind != "ranked" else (election.table < len(names)).any(axis=1)
    again = files.parse(written.text, path)
    assert again.options == election.options
    assert same(again, election) or (not blank.all() and "blank ballots" in str(written.left_out))


@pytest.mark.parametrize(
    ("name", "left_out"),
    [
        ("x.txt", []),
        ("x.blt", ["eligible: 9", "active: 5"]),
        ("x.soi", ["seats: 2", "eligible: 9", "active: 5"]),
        ("x.csv", ["eligible: 9", "active: 5"]),
    ],
)
def test_what_a_file_has_no_place_for_is_reported(name, left_out):
    election = Election.read("seats: 2\neligible: 9\nactive: 5\n3: a > b > c\n2: b > c")
    written = converting.write(election, Path(name))
    assert written.left_out == left_out
    again = files.parse(written.text, Path(name))
    assert again.seats == (2 if "seats: 2" not in left_out else None)


def test_what_a_file_adds_is_reported():
    written = converting.write(Election.read("3: a > b\n2: b > a"), Path("x.blt"))
    assert (written.left_out, written.added) == ([], ["seats: 1"])
    single = converting.write(Election.read("ballots: single\n3: a\n2: b"), Path("x.cat"))
    assert single.left_out == ["ballots: single"]
    town = Election.read("costs: a 1, b 2\nbudget: 2\n3: a, b")
    town.rule = "equal_shares", {"completion": "add_one", "whole_shares": True}
    assert converting.write(town, Path("x.txt")).left_out == ["rule: --rule equal_shares --set completion=add_one --set whole_shares=true"]


def test_nobody_becomes_those_whom_nobody_declared():
    name = '"Undeclared Write-ins"'
    election = Election.read(f"options: {name}, a, b\n4: {name} > a\n3: a > {name}\n2: b > {name}")
    with pytest.raises(Refusal, match="as all that nobody declared; rename it"):
        converting.write(election, Path("x.csv"))


@pytest.mark.parametrize("name", ["x.soc", "x.soi", "x.toc", "x.toi"])
def test_money_is_not_dropped_from_rankings(name):
    ballots = {"x.soc": "2: a > b", "x.soi": "options: a, b\n1: a\n2: a > b", "x.toc": "2: a = b", "x.toi": "options: a, b, c\n2: a = b"}[
        name
    ]
    with pytest.raises(Refusal, match="no place for costs and a budget"):
        converting.write(Election.read("costs: a 1, b 1" + (", c 1" if "c" in ballots else "") + f"\nbudget: 2\n{ballots}"), Path(name))


@given(st.data(), st.booleans())
def test_preflib_orders(data, strict):
    election = data.draw(elections("ranked", strict=strict))
    kind = preflib.type_of(election)
    again = preflib.read(preflib.write(election, "A title"))
    assert same(again, election) and (kind[0] == "s") == election.strict and preflib.type_of(again) == kind


@given(elections("approval"))
def test_preflib_approvals(election):
    assert same(preflib.read(preflib.write(election)), election)


@given(elections("ranked", strict=True), st.integers(1, 3))
def test_blt_scottish_and_ranks(election, seats):
    election.seats = min(seats, len(election.options))
    for written in (blt, scottish):
        again = written.read(written.write(election))
        assert same(again, election) and again.seats == election.seats
    if ranks.holds(election):
        assert same(ranks.read(ranks.write(election)), election)


@given(st.sampled_from(["approval", "knapsack", "cumulative", "score", "ranked"]), st.data())
def test_pabulib(kind, data):
    election = data.draw(elections(kind, budget=True, strict=True))
    election.rule = data.draw(st.sampled_from([None, *pabulib.RULES.values()]))
    again = pabulib.read(pabulib.write(election, "A title"))
    assert same(again.election, election) and again.rule == election.rule


@pytest.mark.parametrize(
    "name",
    [
        "pabulib/Poland_Wieliczka_2023_Green_Budget.pb",
        "pabulib/Switzerland_Zurich_D10.pb",
        "pabulib/Netherlands_Amsterdam_621.pb",
        "preflib/00026 - frenchapproval/00026-00000001.cat",
        "stv/glasgow-2007/Canal-2007.blt",
        "rcv/2013_minneapolis_mayor/ballots.csv",
    ],
)
def test_real_files_survive_a_round_trip(tmp_path, name):
    election = files.read(shared(f"elections/{name}"))
    path = tmp_path / f"again.{name.rpartition('.')[2]}"
    path.write_text(converting.write(election, path).text, encoding="utf-8")
    again = files.read(path)
    if path.suffix == ".csv":
        assert sorted(again.options) == sorted(election.options) and again.total == election.total
    else:
        assert same(again, election)


@pytest.mark.parametrize(
    ("ballots", "name", "fact"),
    [
        ("2: a 3, b 1", "x.soc", "has no place in a PrefLib file"),
        ("2: a > b", "x.toc", "these ballots rank every option, no two equal; write a .soc"),
        ("2: a > b", "x.pb", "is not a budget"),
        ("2: a > b", "x.doc", "ends in doc"),
        ("2: a, b\ncosts: a 1, b 1\nbudget: 1", "x.csv", "no place for costs and a budget"),
        ("2: a 7, b 1", "x.blt", "no place for other than rankings"),
        ("60000000: a\ncosts: a 1\nbudget: 1", "x.pb", "has 60,000,000 voters"),
        ("2: a = b > c", "x.blt", "these ballots rank options equal; write a .txt or a .toc"),
        ('costs: "a,b" 1\nbudget: 2\n1: "a,b", c\ncosts: c 1', "x.pb", "has a comma in its name"),
    ],
)
def test_what_a_format_has_no_place_for_is_refused(ballots, name, fact):
    with pytest.raises(Refusal) as refusal:
        converting.write(Election.read(ballots), Path(name))
    assert fact in str(refusal.value)


@given(elections("ranked", strict=True))
def test_a_csv_is_whichever_table_holds_it_whole(election):
    text = converting.write(election, Path("x.csv")).text
    again = scottish.read(text) if text[:1].isdecimal() else ranks.read(text)
    assert same(again, election)


@given(st.sampled_from([kind for kind in KINDS if kind != "knapsack"]), st.data())
def test_a_table_of_columns_holds_every_kind(kind, data):
    election = data.draw(elections(kind))
    again = columns.read(columns.write(election))
    assert same(again, election) and columns.is_ours(columns.write(election))


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("score,a\n1,2,3", "line 2, cell 3 has 3 cells"),
        ("score,a\n1,x", "line 2, cell 2 is 'x'"),
        ("score,a\n1,-2", "line 2, cell 2 is '-2'"),
        ("score,a\n0,2", "counts '0' ballots"),
        ("score,a\n,2", "counts '' ballots"),
        ("approval,a\n1,2", "is not approval"),
        ("score\n1", "has no options"),
        ('score,"a\n1', "cannot be read"),
        ("score,a,a\n1,1,1", "has the option 'a' twice"),
    ],
)
def test_a_broken_table_of_columns_is_refused_where_it_breaks(text, fact):
    with pytest.raises(Refusal) as refusal:
        columns.read(text)
    assert fact in str(refusal.value)


@pytest.mark.parametrize("name", ["overvote", "UWI", "Undervote", " a", "a\nc", "a\r"])
def test_an_option_that_would_be_read_as_something_else_is_not_written(name):
    with pytest.raises(Refusal, match="has the name of a mark|would lose its spaces"):
        ranks.write(Election.of([name, "b"], "ranked", [[0, 1]]))


def test_who_could_vote_is_written_too():
    election = Election.read("eligible: 30\n2: a\n1: b")
    assert Election.read(converting.write(election, Path("x.txt")).text).eligible == 30
