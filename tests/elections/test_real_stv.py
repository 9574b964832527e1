"""The single transferable vote, stage by stage, against counts published or made by others."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.elections import blt, files, scottish
from engine.elections.election import Election
from engine.refusals import Refusal
from engine.rules import tally
from engine.rules.voting.stv import _keeping
from engine.rules.voting.stv._count import Count, Law
from engine.rules.voting.stv_meek import EXACT, FIXED
from engine.rules.voting.stv_minneapolis import LAW as MINNEAPOLIS
from engine.rules.voting.stv_scotland import LAW as SCOTLAND
from engine.rules.voting.stv_wigm_prf import BATCH
from engine.rules.voting.stv_wigm_prf import LAW as WIGM
from tests.conftest import SHARED, shared
from tests.rules.elections import elections

WARDS = sorted(path.stem for path in (SHARED / "elections/stv/glasgow-2007").glob("*.blt"))
SCOTTISH = sorted(str(path.relative_to(SHARED)) for path in (SHARED / "elections/stv").glob("*_cands/*.csv"))


def reference(path: Path, option_count: int) -> tuple[list[tuple[list[str], str]], list[int]]:
    """Votes and non-transferable after the first count and each transfer, and who is elected, of droop's log (jklundell/droop)."""
    rows = [line.split("\t") for line in path.read_text().splitlines()]
    stages = [([row[6 + 3 * each] for each in range(option_count)], row[3]) for row in rows if row[1] in ("begin", "transfer")]
    return stages, [each for each in range(option_count) if rows[-1][5 + 3 * each] == "E"]


def written(value: Fraction, decimals: int) -> str:
    scaled = value * 10**decimals
    assert scaled.denominator == 1
    return f"{int(scaled) // 10**decimals}.{int(scaled) % 10**decimals:0{decimals}d}"


@pytest.mark.parametrize("ward", WARDS or ["Canal-2007"])
def test_glasgow_2007_is_counted_stage_by_stage_as_the_order_says(ward):
    election = files.read(shared(f"elections/stv/glasgow-2007/{ward}.blt"))
    assert election.seats is not None
    count = Count(election, election.seats, SCOTLAND).run()
    stages, elected = reference(shared(f"elections/stv/glasgow-2007/{ward}-scotland-fixed-p5-d5.txt"), len(election.options))
    ours = [([written(votes, 5) for votes in stage.votes], written(stage.exhausted, 5)) for stage in count.stages]
    assert ours[: len(stages)] == stages and len(ours) - len(stages) in (0, 1)
    assert sorted(count.elected) == elected


@pytest.mark.parametrize("name", ["42", "513"])
@pytest.mark.parametrize(
    ("kind", "law", "decimals"), [("wigm-rational-d12", Law(None, whole_quota=False), 12), ("scotland-fixed-p5-d5", SCOTLAND, 5)]
)
def test_small_profiles_are_counted_as_droop_counts_them(name, kind, law, decimals):
    election = files.read(shared(f"elections/stv/droop/{name}.blt"))
    count = Count(election, 2, law).run()
    stages, elected = reference(shared(f"elections/stv/droop/{name}-{kind}.txt"), 3)
    ours = [([written(votes, decimals) for votes in stage.votes], written(stage.exhausted, decimals)) for stage in count.stages]
    assert ours[: len(stages)] == stages and sorted(count.elected) == elected


@pytest.mark.parametrize("name", ["42", "513"])
@pytest.mark.parametrize(("kind", "law"), [("wigm-prf", WIGM), ("wigm-prf-batch", BATCH)])
def test_the_reference_rule_for_wigm_is_counted_as_droop_counts_it(name, kind, law):
    """Up to the last defeat: droop's count of single defeats moves papers after the rule calls the count complete (B.4)."""
    election = files.read(shared(f"elections/stv/droop/{name}.blt"))
    count = Count(election, 2, law).run()
    rows = [line.split("\t") for line in shared(f"elections/stv/droop/{name}-{kind}-fixed-p4-d4.txt").read_text().splitlines()]
    last = max(number for number, row in enumerate(rows) if row[1] == "defeat")
    counted = [row for number, row in enumerate(rows) if (row[1] in ("begin", "transfer") and number < last) or number == last]
    ours = [([written(votes, 4) for votes in stage.votes], written(stage.exhausted, 4)) for stage in count.stages]
    assert {row[2] for row in counted} == {written(count.quota, 4)}
    assert ours[: len(counted)] == [([row[6 + 3 * each] for each in range(3)], row[3]) for row in counted]
    assert sorted(count.elected) == [each for each in range(3) if rows[-1][5 + 3 * each] == "E"]


@pytest.mark.parametrize("name", ["42", "513"])
def test_minneapolis_drops_the_hopeless_first(name):
    """droop's log: Pollux is out before the surplus moves, so that it exhausts."""
    election = files.read(shared(f"elections/stv/droop/{name}.blt"))
    count = Count(election, 2, MINNEAPOLIS).run()
    rows = [line.split("\t") for line in shared(f"elections/stv/droop/{name}-mpls-fixed-p4-d4.txt").read_text().splitlines()]
    counted = [[row[6 + 3 * each] for each in range(3)] for row in rows if row[1] == "count"]
    assert [[written(votes, 4) for votes in stage.votes] for stage in count.stages][: len(counted)] == counted
    assert sorted(count.elected) == [0, 2]


@pytest.mark.parametrize("name", ["42", "513"])
@pytest.mark.parametrize(
    ("kind", "law", "decimals"),
    [
        ("meek-prf-o6-fixed-p9-d9", FIXED, 9),
        ("meek-o10-rational-d12", EXACT, 12),
        ("warren-o10-rational-d12", replace(EXACT, warren=True), 12),
    ],
)
def test_keep_values_are_those_that_droop_finds(name, kind, law, decimals):
    election = files.read(shared(f"elections/stv/droop/{name}.blt"))
    count = _keeping.Count(election, 2, law).run()
    rows = [line.split("\t") for line in shared(f"elections/stv/droop/{name}-{kind}.txt").read_text().splitlines()]
    ends = [row for row in rows if row[1] in ("elect", "end")]
    for stage, row in ((count.stages[0], ends[0]), (count.stages[-1], ends[-1])):
        assert [written(votes, decimals) for votes in stage.votes] == [row[8 + 4 * each] for each in range(3)]
        assert [written(keep, decimals) for keep in stage.keeps] == [row[9 + 4 * each] for each in range(3)]
    assert sorted(count.elected) == [0, 2]


def test_minneapolis_elects_the_holder_of_the_largest_surplus_alone():
    """167.70(c)(1)d: whoever else is over the threshold goes on, and receives votes of that surplus."""
    text = "5 3\n272 1 4 5 2 0\n8 5 3 1 0\n52 5 3 1 2 4 0\n171 5 1 3 4 0\n173 5 0\n0\n" + "\n".join(f'"{name}"' for name in "abcde")
    outcome = tally("stv_minneapolis", blt.read(text))
    assert outcome.winners == ("a", "d", "e")
    assert "e is elected, and e's surplus of 234 is transferred: a 371.0432" in outcome.steps[2]


def test_minneapolis_cuts_off_twice():
    """The surplus fraction, and then the value: at three seats the last one turns on it."""
    election = Election.read("2000: a>c>b>d>e\n470: d>e\n2: e>a>d\n210: d\n47: a>b>c>e\n30: c")
    assert tally("stv_minneapolis", election, seats=3).winners == ("a", "c", "d")


@pytest.mark.parametrize("path", SCOTTISH or ["elections/stv/4_cands/highland_2022_inverness_millburn.csv"])
def test_votes_are_conserved_in_every_scottish_ward(path):
    election = files.read(shared(path))
    count = Count(election, election.seats or 0, Law(5)).run()
    assert len(count.elected) == election.seats
    for stage in count.stages:
        assert sum(stage.votes, stage.exhausted + stage.lost) == election.total
        assert 0 <= stage.lost < 1
    assert tally("stv_scotland", election).winners == tuple(election.options[place] for place in sorted(count.elected))


@pytest.mark.parametrize("path", [f"elections/stv/glasgow-2007/{WARDS[0] if WARDS else 'x'}.blt", "elections/stv/droop/42.blt"])
def test_a_blt_file_is_written_as_it_was_read(path):
    election = files.read(shared(path))
    again = blt.read(blt.write(election))
    assert (again.options, again.seats, again.table.tolist(), again.weights.tolist()) == (
        election.options, election.seats, election.table.tolist(), election.weights.tolist(),
    )  # fmt: skip


def test_options_are_listed_in_the_order_a_file_breaks_ties_by():
    assert files.read(shared("elections/stv/droop/42t.blt")).options == ("Helen", "Pollux", "Castor")


def test_a_withdrawn_option_is_left_out():
    election = blt.read('3 1\n-2\n4 2 1 0\n2 3 0\n0\n"a"\n"b"\n"c"')
    assert (election.options, election.orders.tolist()) == (("a", "c"), [[0], [1]])


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("", "is empty"),
        ("x", "line 1, column 1 has 'x'"),
        ("2 3\n0\n", "has 2 options and 3 seats"),
        ('2 1\n3 1 3 0\n0\n"a"\n"b"', "line 2, column 5 has 3"),
        ('2 1\n3 1 2\n0\n"a"\n"b"', "line 2, column 5 has 2"),
        ('2 1\n3 1 1 0\n0\n"a"\n"b"', "line 2, column 5 names option 1 twice"),
        ("2 1\n3 1 0\n", "no line 0 ends"),
        ('2 1\n3 1 0\n0\n"a"', "is followed by 1 names"),
        ("2 1\n[tie 1 1]\n0\n", "does not list all"),
        ("2 1\n-7\n0\n", "withdraws"),
    ],
)
def test_a_broken_blt_file_is_refused_by_its_line(text, fact):
    with pytest.raises(Refusal, match="file_unreadable|election_wrong") as refusal:
        blt.read(text)
    assert fact in str(refusal.value)


@pytest.mark.parametrize("rule", ["stv", "stv_scotland", "stv_minneapolis"])
def test_a_blank_paper_counts_for_nothing_not_even_for_the_quota(rule):
    """Valid papers only (the Scottish order of 2007, rule 46)."""
    ballots = '3 2\n4 1 3 0\n3 2 3 0\n1 3 0\n{}0\n"a"\n"b"\n"c"'
    with_blanks, without = (tally(rule, blt.read(ballots.format(blanks))) for blanks in ("4 0\n", ""))
    assert with_blanks.digest() == without.digest() and with_blanks.winners == ("a", "b")
    assert tally(rule, blt.read('2 1\n3 0\n0\n"a"\n"b"')).ties == (("a", "b"),)


def test_more_seats_than_options_are_refused():
    with pytest.raises(Refusal, match="has 2 options for 3 seats"):
        tally("stv", Election.read("3: a > b"), seats=3)


def test_a_ballot_that_ranks_two_alike_is_refused():
    with pytest.raises(Refusal, match="ranks '.*' and '.*' equal; rank one above the other"):
        tally("stv", Election.read("3: a = b > c"))


@pytest.mark.parametrize(
    "path", [f"elections/stv/glasgow-2007/{ward}.blt" for ward in WARDS] or ["elections/stv/glasgow-2007/Canal-2007.blt"]
)
@pytest.mark.parametrize("warren", [False, True])
def test_no_vote_is_lost_or_made_where_papers_are_read_anew(path, warren):
    election = files.read(shared(path))
    count = _keeping.Count(election, election.seats or 0, replace(FIXED, warren=warren)).run()
    assert len(count.elected) == election.seats
    for stage in count.stages:
        assert sum(stage.votes, stage.exhausted) == election.total and stage.exhausted >= 0
        assert all(0 <= keep <= 1 for keep in stage.keeps)
        if stage.what.template == "{names} elected":
            assert all(stage.votes[election.options.index(name)] >= stage.quota for name in stage.what.values["names"])


def test_orders_of_unsigned_numbers_count_as_others_do():
    short = np.array([[0], [1], [1], [2], [2]])
    for rule in ("instant_runoff", "stv"):
        assert (
            tally(rule, Election.of_orders("abc", short.astype(np.uint8))).digest()
            == tally(rule, Election.of_orders("abc", short)).digest()
        )
    with pytest.raises(Refusal, match="does not exist"):
        Election.of_orders("abc", np.array([[40_000]], np.uint16))


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ('2,1,\n7,2,1,\n"Candidate 2","Bob","",\n"Candidate 1","Ann","",\n"Ward",', "name the next option"),
        ('2,1,\n7,2,1,\n"Candidate 1","Ann","",\n"Candidate 2","Bob","",\n"Ward",\n100,1,', "after the names"),
        ('2,1,\n7,2,1,\n"Candidate 1","","Green",\n"Candidate 2","Bob","",\n"Ward",', "name the next option"),
    ],
)
def test_a_council_file_out_of_order_is_refused(text, fact):
    with pytest.raises(Refusal, match=fact):
        scottish.read(text)


@pytest.mark.parametrize("exact", [False, True])
def test_one_paper_that_brings_more_than_all_others_does_not_keep_warrens_count_from_settling(exact):
    """Lowering by keep × quota / votes took a repetition for every paper; the level is found at once."""
    election = Election.read("2000001: a > b > d\n1000000: c > d\n999999: d > c")
    outcome = tally("stv_warren", election, seats=3, exact=exact)
    assert outcome.winners == ("a", "b", "c")


@given(elections("ranked", strict=True, options_max=4), st.integers(1, 3))
def test_warrens_keep_values_hold_the_quota(election, seats):
    count = _keeping.Count(election, min(seats, len(election.options)), replace(FIXED, warren=True)).run()
    for stage in count.stages:
        for place, keep in enumerate(stage.keeps):
            assert keep in (0, 1) or stage.votes[place] >= stage.quota
