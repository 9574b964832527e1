"""Ballots as people write them: read as meant, or refused naming the line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.elections import choice, files
from engine.elections.election import Election
from engine.elections.kinds import KINDS, NUMBERED
from engine.refusals import Refusal
from tests.rules.elections import row


def test_names_with_spaces_stand_in_quotes():
    election = Election.read('120: "Jane Doe" > bob = carol\n3: bob # for the roof\n')
    assert election.options == ("Jane Doe", "bob", "carol")
    assert election.ranks.tolist() == [[0, 1, 1], [3, 0, 3]]
    assert election.weights.tolist() == [120, 3]


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("3: a > a", "line 1, column 8 names 'a' twice"),
        ("12 a > b", "line 1, column 4 has no colon after 12"),
        ("1,200: a > b", "line 1, column 6 has a colon; write count: ballot, the count without commas"),
        ("a 7.5, b 2", "points and costs are whole numbers"),
        ("a -5", "points and costs are whole numbers"),
        ("a " + "0" * 100_000 + "x", "side by side"),
        ("3: a 2\n3: a 2, b", "line 2, column 9 gives 'b' no points"),
        ("costs: a 1,200\n3: a", "line 1, column 12 names no cost after '200'"),
        ("1: a, b\n1: a 3, b 2\n1: a > b", "line 3 mixes > or = with commas or points (see line 1)"),
        ("costs: a 5, a 7\nbudget: 9\n1: a", "line 1, column 13 names 'a' again"),
        ("options: a, a", "line 1, column 13 names 'a' again"),
        ("options: a, b\n3: c", "line 2, column 4 names 'c'"),
        ("budget: 1\nbudget: 2", "line 2 says budget: a second time"),
        ("x: a > b", "begins with 'x'"),
        ("0: a", "begins with '0'"),
        ("99999999999999999999: a", "begins with"),
        ("3: a >", "ends with >"),
        ("3: > a", "has > without a name"),
        ("3: a b", "side by side"),
        ("3: a > b\n2: a, b", "line 2 mixes > or = with commas or points (see line 1)"),
        ('3: "a', "line 1, column 4 has '\"'"),
        ("budget: lots", "names no number after budget:"),
        ("eligible: all", "names no number after eligible:"),
        ("costs: a 5\nbudget: 9\n3: a, b", "has no cost"),
        ("", "has no ballots"),
        ("9007199254740991: a\n1: b", "weight out of bounds"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text, fact):
    with pytest.raises(Refusal) as refusal:
        Election.read(text)
    assert fact in str(refusal.value)
    assert refusal.value.code == "election_wrong"


@given(st.text(max_size=60))
def test_no_text_does_anything_but_be_read_or_refused(text):
    try:
        assert Election.read(text).options
    except Refusal as refusal:
        assert refusal.code == "election_wrong"


@given(st.sampled_from(list(KINDS)), st.integers(1, 6), st.data())
def test_a_choice_has_one_spelling(kind, option_count, data):
    cells = data.draw(row(kind, option_count))
    if kind == "ranked":
        levels = sorted({rank for rank in cells if rank < option_count})
        text = ">".join("=".join(str(n + 1) for n, rank in enumerate(cells) if rank == level) for level in levels)
    else:
        named = [(n + 1, points) for n, points in enumerate(cells) if points]
        text = ",".join(f"{n}:{points}" if kind in NUMBERED else str(n) for n, points in data.draw(st.permutations(named)))
    spelled = choice.read(text.replace(",", " , "), kind, option_count)
    assert choice.read(spelled, kind, option_count) == spelled
    again = choice.row(spelled, kind, option_count)
    order = lambda ranks: [[a < b for b in ranks] for a in ranks]  # noqa: E731
    assert order(again) == order(cells) if kind == "ranked" else again == cells


@pytest.mark.parametrize("text", ["0", "7", "1,1", "1>2>1", "1;2", "１", "1:0", "-1", "+1", "1,", ",", ">", "1 > > 2", "x", "1" * 3000])
@pytest.mark.parametrize("kind", list(KINDS))
def test_no_other_choice_is_taken(text, kind):
    with pytest.raises(Refusal, match="choice_wrong"):
        choice.read(text, kind, 6)


@pytest.mark.parametrize("name", ["{at_line[0]}", "{at_line:>300000000}", "{0}", "{item!x}"])
def test_a_name_with_braces_is_a_name(name):
    """Names of options are never templates of sentences."""
    with pytest.raises(Refusal, match="election_wrong") as refused:
        Election.read(f'options: "{name}"\n3: nobody\n')
    assert len(str(refused.value)) < 400 and name in str(refused.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "٣: garden > library\n"),
        ("a.txt", "seats: ٢\n3: garden > library\n"),
        ("a.txt", "3: garden ٤, library 2\n"),
        ("a.soc", "# NUMBER ALTERNATIVES: 2\n# ALTERNATIVE NAME 1: a\n# ALTERNATIVE NAME 2: b\n٣: 1,2\n"),
        ("a.soc", "# NUMBER ALTERNATIVES: 2\n# ALTERNATIVE NAME 1: a\n# ALTERNATIVE NAME 2: b\n3: 1,٢\n"),
        ("a.csv", "٢,1,\n3,1,2,\n\n"),
        ("a.csv", '2,1,\n٣,1,2,\n"Candidate 1","A"\n"Candidate 2","B"\n'),
    ],
)
def test_only_the_digits_0_to_9_make_a_number(name, text):
    """Python takes those of every script, and another reader of the same file would not."""
    with pytest.raises(Refusal):
        files.parse(text, Path(name))
