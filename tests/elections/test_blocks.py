"""A file read in blocks of arrays and the same file read line by line are the same election, or refused alike.

Files of every format are written, some of them regular, some irregular, some with signs put in, taken out or doubled; and read
in blocks of a few characters, so that blocks begin and end everywhere.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.elections import blocks, files, orders, pabulib, ranks
from engine.elections.arrays import distinct_rows
from engine.elections.blocks import Block, Spellings
from engine.elections.pabulib._bounds import SENTINEL_COST
from engine.refusals import Refusal

NEVER = 1 << 60
EXTRA = {
    ending: ["1: 1,1", "1: {1},{1}", "2: {1", "2: {{1},1}", "1: 9", "# DATA TYPE: toc"] for ending in ("soc", "soi", "toc", "toi", "cat")
}
EXTRA |= {
    "blt": ["0", "1 1 1 0", "1 9 0", "1 1", "[tie 1]"],
    "csv": ["1,1,1,", '"Candidate 1","n1","P",', ",,", ",", '2,x"y,a', '"a', "1,a,a", "0,1,", "1,9,"],
    "txt": ["1: a > a", "2: a, a", "options: a", "1: a > b, a", "1: a 3", "1: z", "budget: 3", '1: "a\\b"', "0: a", "1: a # b"],
    "pb": ["PROJECTS\nx;1\nVOTES", "0;0;;4", "9;0,0;1,1;4", "9;zz;1;4", "9;0;1,2;4", "9;0;3;4", '"9";0;3;4', "", "9;0;4"],
}
"""Lines that may stand between the ballots of a file, or make it wrong."""
SIGNS = "0123456789,;:{}[]\"'#>= \t\n\r\x00\x0b\u2028\x85-abPñ٣１"
NAMES = ("a", "b", "c c", "d,e", "é", "12", "#f")
COUNTS = st.sampled_from([1, 1, 3, 12]) | st.integers(1, 10**15)


@st.composite
def ballots(draw, most: int = 6, shortest: int = 0):
    """How many options there are, and ballots: how often each is cast, and an order of some options."""
    options = draw(st.integers(1, most))
    orders_ = st.permutations(range(options)).flatmap(lambda every: st.integers(shortest, options).map(lambda length: every[:length]))
    return options, draw(st.lists(st.tuples(COUNTS, orders_), max_size=12))


@st.composite
def preflib_file(draw):
    kind = draw(st.sampled_from(["soc", "soi", "toc", "toi", "cat"]))
    options, cast = draw(ballots())
    lines = [f"# DATA TYPE: {kind}", *(f"# ALTERNATIVE NAME {number}: n{number}" for number in range(1, options + 1))]
    begins = len(lines)
    for count, order in cast:
        rest, levels = [*(order if kind[-1] == "i" else sorted(range(options), key=lambda each: (each not in order, each)))], []
        while rest:
            length = 1 if kind[0] == "s" else draw(st.integers(0 if kind == "cat" else 1, 3))
            level, rest = rest[:length], rest[length:]
            levels.append(str(level[0] + 1) if length == 1 else "{" + ",".join(str(each + 1) for each in level) + "}")
        lines.append(f"{count}{draw(st.sampled_from([': ', ':', ' : ']))}{','.join(levels)}")
    return lines, begins, f"x.{kind}"


@st.composite
def blt_file(draw):
    options, cast = draw(ballots())
    lines = [f"{options} 1"]
    if draw(st.booleans()):
        lines.append("[nick " + " ".join("PQRSTU"[:options]) + "]")
    if draw(st.booleans()):
        lines.append("-1")
    named = (lambda each: "PQRSTU"[each]) if "[nick" in "".join(lines) and draw(st.booleans()) else (lambda each: str(each + 1))
    begins = len(lines)
    lines += [" ".join([str(count), *map(named, order), "0"]) + draw(st.sampled_from(["", "", " ", " # c"])) for count, order in cast]
    return [*lines, draw(st.sampled_from(["0", "00", "0 # end"])), *(f'"n{each}"' for each in range(options))], begins, "x.blt"


@st.composite
def scottish_file(draw):
    options, cast = draw(ballots())
    lines = [",".join([str(count), *(str(each + 1) for each in order)]) + draw(st.sampled_from([",", "", ",,"])) for count, order in cast]
    names = [f'"Candidate {each}","n{each}","P",' for each in range(1, options + 1)]
    return [f"{options},1,", *lines, *names, '"ward",'], 1, "x.csv"


@st.composite
def text_file(draw):
    options, cast = draw(ballots(len(NAMES)))
    called = [f'"{name}"' if not name.isalnum() or draw(st.booleans()) else name for name in NAMES]
    sign = draw(st.sampled_from([" > ", " = ", ", "]))
    pointed = sign == ", " and draw(st.booleans())
    lines = ["options: " + ", ".join(called[:options])] if draw(st.booleans()) else []
    begins = len(lines)
    for count, order in cast:
        head = draw(st.sampled_from(["", "{}: ", "{}:"] if order else ["{}:"])).format(count)
        names = [called[each] + (f" {each}" if pointed else "") for each in order]
        lines.append(head + sign.join(names) + draw(st.sampled_from(["", "", "", " ", "  # c"])))
    return lines, begins, "x.txt"


@st.composite
def ranks_file(draw):
    options, cast = draw(ballots(len(NAMES)))
    called = [f'"{name}"' if "," in name or draw(st.booleans()) else name for name in NAMES] + ["overvote", "Skipped", "UWI", "", '""']
    cells = st.sampled_from([*called[:options], *called[-5:], '"a\nb"'])
    counted = draw(st.booleans())
    lines = ["count," * counted + ",".join(f"rank{rank}" for rank in range(1, options + 1))]
    for count, order in cast:
        row = [called[each] for each in order] + draw(st.lists(cells, min_size=options, max_size=options))
        lines.append(",".join([*[str(count)] * counted, *row[:options]]))
    return lines, 1, "x.csv"


@st.composite
def pabulib_file(draw):
    kind = draw(st.sampled_from(["approval", "cumulative", "scoring", "ordinal"]))
    options, cast = draw(ballots(shortest=1))
    ids = [f"é{each}" if each % 3 == 2 else str(7 * each) for each in range(options)]
    pointed = kind in ("cumulative", "scoring") or draw(st.booleans())
    lines = ["META", "key;value", "budget;100", f"vote_type;{kind}", "PROJECTS", "project_id;cost"]
    lines += [*(f"{name};{place}" for place, name in enumerate(ids)), "VOTES", "voter_id;vote" + ";points" * pointed + ";age"]
    begins = len(lines)
    for voter, (_, order) in enumerate(cast):
        points = ",".join(str(each) for each in order) if kind != "approval" else ""
        vote = ",".join(ids[each] for each in order)
        cells = [draw(st.sampled_from([str(voter), f"voter {voter}", ""])), draw(st.sampled_from([vote, vote, f'"{vote}"']))]
        lines.append(";".join([*cells, *[points] * pointed, draw(st.sampled_from(["44", '"4\n4"', "a,b"]))]))
    return lines, begins, "x.pb"


@st.composite
def plain_table(draw):
    options = draw(st.integers(1, len(NAMES)))
    kind = draw(st.sampled_from(["score", "ranked", "approval", "cumulative"]))
    row = st.lists(st.sampled_from(["", "0", "1", "1", "2", "3", "70", " 1", "007", "1234567890"]), min_size=options, max_size=options)
    strict = st.permutations(range(1, options + 1)).map(lambda ranks: [str(rank) for rank in ranks])
    lines = [",".join([kind, *(f"n{number}" for number in range(options))])]
    lines += [",".join([draw(st.sampled_from(["1", "12", "3"])), *each]) for each in draw(st.lists(row | strict, max_size=12))]
    return lines, 1, "x.csv"


@st.composite
def marred(draw, of):
    """Such a file, where its ballots begin, and perhaps a few lines and signs there that do not belong."""
    lines, held, name = draw(of)
    for _ in range(draw(st.sampled_from([0, 1, 1, 2]))):
        place = draw(st.integers(held, len(lines)))
        lines.insert(place, draw(st.sampled_from([*EXTRA[name[2:]], *lines[held:][:1]])))
    text, begins = "\n".join([*lines, ""]), len("\n".join([*lines[:held], ""]))
    for _ in range(draw(st.sampled_from([0, 0, 1]))):
        place, length = draw(st.integers(begins, len(text))), draw(st.integers(0, 1))
        text = text[:place] + draw(st.sampled_from(["", *SIGNS])) + text[place + length :]
    return text, name, begins


def outcome(text: str, name: str, head: int, size: int) -> object:
    """What the file is when so many characters are read line by line, and the rest in blocks of such a size."""
    before = blocks.HEAD, blocks.SIZE
    blocks.HEAD, blocks.SIZE = head, size
    try:
        election = files.parse(text, Path(name))
    except Refusal as refusal:
        return refusal.code, str(refusal)
    finally:
        blocks.HEAD, blocks.SIZE = before
    stated = election.stated and [str(value) for value in (election.stated.listed, *election.stated.remarks)]
    money = election.costs, election.budget, election.worth, election.rule
    return (
        election.kind,
        election.options,
        election.table.tolist(),
        election.weights.tolist(),
        election.seats,
        election.write_ins,
        money,
        stated,
    )


FORMATS = (preflib_file, blt_file, scottish_file, text_file, ranks_file, pabulib_file, plain_table)


@pytest.mark.parametrize("of", FORMATS)
@given(st.data())
def test_blocks_and_lines_read_the_same(of, data):
    text, name, begins = data.draw(marred(of()))
    head, size = data.draw(st.sampled_from([0, begins, begins, begins + 20])), data.draw(st.sampled_from([1, 30, 1 << 18, 1 << 18]))
    assert outcome(text, name, head, size) == outcome(text, name, NEVER, NEVER)


PB = "META\nkey;value\nbudget;9\nvote_type;approval\nPROJECTS\nproject_id;cost\n1;5\nVOTES\nvoter_id;vote{points}\n"
SOC = "# DATA TYPE: toc\n# ALTERNATIVE NAME 1: a\n# ALTERNATIVE NAME 2: b\n# ALTERNATIVE NAME 3: c\n"


@pytest.mark.parametrize(
    ("name", "head", "rest", "says"),
    [
        ("x.toc", SOC, "1: 1,2,3\n2: {1,{2},3}\n", "line 6, column 4 has '{1,{2},3}'"),
        ("x.csv", "count,pre,rank1\n1,p,Ann\n", '1,x"y,z"w,Ann\n', "line 3, cell 4 has 4 cells"),
        ("x.csv", "score,a,b\n", "1,2,3\n" * 4 + "0,2,3\n", "line 6, cell 1 counts '0' ballots"),
        ("x.csv", "score,a,b\n", "1,2,3\n" * 4 + "1,2,1234567890\n", "line 6, cell 3 is '1234567890'"),
        ("x.csv", "2,1,\n" + "1,1,\n" * 9, "Candidate 1,a,\n1,2,\nCandidate 2,b,\n", "line 12 is '1,2' after the names"),
        ("x.txt", "options: a, b\n", "2: a > b\noptions: a\n", "line 3 says options: after the first ballot"),
        ("x.pb", PB.format(points=";points"), "v;1;3\n", "line 10, cell 3 gives points, and votes of this type approve"),
        ("x.pb", PB.format(points=""), "v;1\nw;1\nv;1\n", "line 12, cell 1 is a second vote of voter 'v'; leave out this line or line 10"),
        ("x.txt", "options: a, b\n", "2: a > b # no\n1: a > b, a\n", "line 3 mixes > or = with commas"),
    ],
)
def test_what_looks_regular_and_is_not_is_refused_at_its_place(name, head, rest, says):
    assert outcome(head + rest, name, NEVER, NEVER) == outcome(head + rest, name, len(head), 1 << 18)
    assert says in str(outcome(head + rest, name, len(head), 1 << 18))


def test_a_line_of_projects_between_votes_is_not_a_vote():
    head = PB.format(points="")
    _, options, table, *_ = outcome(head + "v;1\nPROJECTS\n7;1\n", "x.pb", len(head), 1 << 18)
    assert (options, table) == (("1", "7"), [[1, 0]])


@given(pabulib_file())
def test_a_table_of_votes_is_read_the_same_without_blocks(file):
    lines, begins, _ = file
    assume(len(lines) > begins)  # there are votes
    text = "\n".join([*lines, ""])
    read, singly = pabulib.read(text).election, pabulib.read(text + "\r").election
    assert read.table.tolist() == singly.table.tolist()


@pytest.mark.parametrize("sign", ["\u2028", "\x85", "\x0b"])
def test_only_a_line_feed_ends_a_line_of_a_pb_file(sign):
    text = f'META\nkey;value\nbudget;9\nvote_type;approval\nPROJECTS\nproject_id;cost;name\n1;5;"Gar\nden"\n2;4;Ben{sign}ch\nVOTES\nvoter_id;vote\n1;1\n2;2,1'
    budget = pabulib.read(text)
    assert budget.names == ("Gar\nden", f"Ben{sign}ch")
    with pytest.raises(Refusal, match="line 13, cell 2 votes for '3'"):
        pabulib.read(text.replace("2;2,1", "2;3"))


VOTED = "META\nkey;value\nbudget;900\nvote_type;{kind}\nPROJECTS\nproject_id;cost\n1;5\n2;{cost}\n3;4\nVOTES\n{head}\n{votes}"


@pytest.mark.parametrize(
    ("kind", "head", "votes", "after", "said"),
    [
        ("approval", "voter_id;vote;vote", "{0};1,3;1", "", "line 11, cell 3 names the column vote of VOTES twice"),
        ("approval", "voter_id;vote", "{0};1,3", "META\nbudget;901\n", "line 513, cell 1 states budget again, otherwise than line 3"),
        ("cumulative", "voter_id;vote;points", "{0};1;7", "x;1;٣\n", "line 512, cell 3 gives '٣' points"),
    ],
)
def test_what_is_wrong_with_heads_keys_and_digits_is_said_where_votes_are_read_in_blocks(kind, head, votes, after, said):
    cast = "".join(votes.format(voter) + "\n" for voter in range(500))
    text = VOTED.format(kind=kind, cost=6, head=head, votes=cast + after)
    for before, size in ((0, 20), (NEVER, NEVER)):
        assert said in outcome(text, "x.pb", before, size)[1]


def test_rankings_read_in_blocks_keep_the_points_of_places_when_a_project_is_withdrawn():
    cast = "".join(f"{voter};{'1,2,3' if voter % 2 else '1,3'}\n" for voter in range(500))
    text = VOTED.format(kind="ordinal", cost=SENTINEL_COST, head="voter_id;vote", votes=cast)
    for before, size in ((0, 20), (NEVER, NEVER)):
        assert outcome(text, "x.pb", before, size)[:4] == ("score", ("1", "3"), [[2, 1], [3, 1]], [250, 250])


@pytest.mark.parametrize("count", ["٣", "１", "0", "12345678901234567"])
def test_counts_are_of_the_digits_0_to_9_in_blocks_of_ranks_too(count):
    text = "count,rank1,rank2\n1,a,b\n" + "2,b,a\n" * 500 + f"{count},a,b\n"
    for before, size in ((30, 20), (NEVER, NEVER)):
        assert outcome(text, "x.csv", before, size)[1].startswith(f"file_unreadable: line 503, cell 1 counts {count!r} ballots")


def test_a_cell_of_several_names_is_an_overvote_before_and_after_they_are_known():
    text = 'rank1,rank2\n"a\nb",a\na,b\n' + "b,a\n" * 99 + '"a\nb",b\n' + "UWI,a\n" * 99
    for before, size in ((0, 20), (30, 20), (NEVER, NEVER)):
        _, options, table, _, _, write_ins, *_ = outcome(text, "x.csv", before, size)
        assert (options, write_ins) == (("a", "b", ranks.WRITE_INS), 2)
        assert [table[row] for row in (0, 1, 2, 101, 102)] == [[3, 3, 3], [0, 1, 3], [1, 0, 3], [3, 3, 3], [1, 3, 0]]


def test_regular_lines_make_no_object_for_each_ballot():
    text = "".join(f"{number}: {1 + number % 2},{2 - number % 2}\n" for number in range(1, 5000))
    lines = orders.levels(Block(text, 1, 0), Spellings({b"1": 0, b"2": 1}))
    assert lines.regular.all() and isinstance(lines.counts, np.ndarray)


@given(st.dictionaries(st.binary(max_size=30), st.integers(0, 99), max_size=60), st.lists(st.binary(max_size=30), max_size=20))
def test_a_spelling_is_known_only_byte_by_byte(meanings, others):
    known = Spellings(meanings)
    runs = [*meanings, *others]
    ends = np.cumsum([0, *map(len, runs)])
    data = np.frombuffer(b"".join(runs) + bytes(8), np.uint8)
    assert known.of(data, ends[:-1], ends[1:]).tolist() == [meanings.get(run, -1) if run else -1 for run in runs]


def test_names_made_to_share_a_slot_are_still_told_apart():
    known = Spellings({bytes([0] * length + [65]): length for length in range(200)})
    data = np.frombuffer(bytes(150) + b"A" + bytes(8), np.uint8)
    assert known.of(data, np.array([0, 100]), np.array([151, 151])).tolist() == [150, 50]


@given(st.lists(st.text("0123456789a", max_size=18), min_size=1))
def test_numbers_are_those_python_reads(runs):
    ends = np.cumsum([0, *map(len, runs)])
    data = np.frombuffer("".join(runs).encode() + bytes(8), np.uint8)
    wanted = [int(run) if run.isdecimal() and len(run) <= 16 else -1 for run in runs]
    assert blocks.numbers(data, ends[:-1], ends[1:]).tolist() == wanted


@given(st.sampled_from([1, 9, 255, 300, 2**40]), st.integers(1, 20), st.integers(0, 30), st.integers(0, 2**32 - 1))
def test_distinct_rows_are_those_numpy_finds(highest, width, count, seed):
    table = np.random.default_rng(seed).choice([0, 1, highest], (count, width))
    rows, place = distinct_rows(table)
    theirs, where = np.unique(table, axis=0, return_inverse=True)
    assert rows.tolist() == theirs.tolist() and place.tolist() == where.reshape(-1).tolist()


def test_options_whose_names_have_no_regular_spelling_do_not_shift_the_others():
    odd = [f'"a\\"{number}"' for number in range(9)]
    text = "options: " + ", ".join([*odd, "b", "c"]) + "\n" + "2: b > c\n" * 9 + f"1: {odd[3]} > c\n"
    assert outcome(text, "x.txt", 150, 1 << 18) == outcome(text, "x.txt", NEVER, NEVER)


def test_options_beyond_what_a_byte_holds_keep_their_numbers():
    head = "".join(f"# ALTERNATIVE NAME {number}: n{number}\n" for number in range(1, 201))
    text = "# DATA TYPE: soi\n" + head + "3: 200,1,150\n2: 130\n"
    election = files.parse(text, Path("x.soi"))
    assert [election.table[0, [199, 0, 149, 1]].tolist(), int(election.table[1, 129])] == [[0, 1, 2, 200], 0]
    blt = "200 1\n" + "1 200 130 0\n" * 9 + "0\n" + '"n"\n' * 200
    assert outcome(blt, "x.blt", 20, 1 << 18) == outcome(blt, "x.blt", NEVER, NEVER)
    assert files.parse(blt, Path("x.blt")).orders[:, :2].tolist() == [[199, 129]] * 9
