"""What is no candidate in a scanner's table, whose records a contest has, and what stands at the head of a BLT file."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.elections import blt, files, ranks, rctab, vendors
from engine.refusals import Refusal
from engine.rules import tally

RULES = {
    "overvoteRule": "exhaustImmediately", "winnerElectionMode": "singleWinnerMajority", "numberOfWinners": "1", "maxRankingsAllowed": "max",
    "maxSkippedRanksAllowed": "0", "tiebreakMode": "useCandidateOrder",
}  # fmt: skip


def contest(names: list[str], source: dict) -> str:
    return json.dumps({"rules": RULES, "candidates": [{"name": name} for name in names], "cvrFileSources": [source]})


@pytest.mark.parametrize("skipped", ["skipped", "Skipped", "UNDERVOTE", "undervote", ""])
@pytest.mark.parametrize("overvote", ["overvote", "Overvote", "OVERVOTE"])
@pytest.mark.parametrize("written", ["UWI", "uwi", "writein", "Write-in", "Undeclared Write-ins"])
def test_marks_are_no_candidates_in_any_letter_case(skipped, overvote, written):
    cast = ranks.read(f"count,rank1,rank2\n3,Ann,{skipped}\n2,{skipped},Bob\n1,{overvote},Bob\n4,{written},Ann\n")
    assert (cast.options, cast.orders.tolist()) == (("Ann", "Bob", ranks.WRITE_INS), [[0, -1], [1, -1], [-1, -1], [2, 0]])
    assert cast.write_ins == 2


def test_two_words_for_write_ins_are_one_option():
    cast = ranks.read("rank1,rank2\nUWI,writein\nwrite-in,Ann\n")
    assert (cast.options, cast.orders.tolist()) == ((ranks.WRITE_INS, "Ann"), [[0, -1], [0, 1]])


def test_a_contest_may_name_a_candidate_as_a_mark_is_named():
    source = {"filePath": "x.csv"}
    named = rctab.read_contest(contest(["Ann", "Skipped"], source), lambda _: "rank1,rank2\nSkipped,Ann\nskipped,Ann\nAnn,\n")
    assert named.election.orders[:, 0].tolist() == [1, -1, 0] and named.ends.tolist() == [0, 2, 0]


def test_labels_of_a_contest_are_marks_and_so_are_the_conventional_words():
    source = {"filePath": "x.csv", "overvoteLabel": "OV", "skippedRankLabel": "--", "undeclaredWriteInLabel": "W"}
    read = rctab.read_contest(contest(["Ann", "Bob"], source), lambda _: "rank1,rank2\nOV,Ann\nOverVote,Ann\n--,Ann\nW,Ann\nUWI,Ann\n")
    assert read.election.orders[:, 0].tolist() == [-1, -1, -1, 2, 2] and read.ends.tolist() == [1, 1, 2, 0, 0]
    older = json.loads(contest(["Ann", "Bob"], {"filePath": "x.csv"})) | {
        "rules": RULES | {"undervoteLabel": "none", "undeclaredWriteInLabel": "W"}
    }
    read = rctab.read_contest(json.dumps(older), lambda _: "rank1,rank2\nnone,Ann\nW,Ann\n")
    assert read.election.orders[:, 0].tolist() == [-1, 2]


def test_write_ins_that_a_contest_does_not_count_are_refused():
    with pytest.raises(Refusal, match="line 2, cell 1 holds 'UWI', and the contest does not say that write-ins count"):
        rctab.read_contest(contest(["Ann"], {"filePath": "x.csv"}), lambda _: "rank1\nUWI\n")


def test_a_candidate_called_as_write_ins_are_stays_one_unless_a_label_says_that_these_count():
    names, cast = ["Ann", ranks.WRITE_INS], "rank1,rank2\nUndeclared Write-ins,Ann\n"
    election = rctab.read_contest(contest(names, {"filePath": "x.csv"}), lambda _: cast).election
    assert (election.orders.tolist(), election.write_ins) == ([[1, 0]], None)
    assert tally("rctab", election, seats=2).winners == ("Ann", ranks.WRITE_INS)
    with pytest.raises(Refusal, match="holds 'UWI', and the contest does not say that write-ins count"):
        rctab.read_contest(contest(names, {"filePath": "x.csv"}), lambda _: "rank1\nUWI\n")
    with pytest.raises(Refusal, match="calls a candidate and a mark 'Undeclared Write-ins'"):
        rctab.read_contest(contest(names, {"filePath": "x.csv", "undeclaredWriteInLabel": "UWI"}), lambda _: cast)


@given(st.lists(st.sampled_from([*ranks.MARKS, "Ann", "Bob"]), min_size=1, max_size=6), st.randoms())
def test_the_letter_case_of_marks_changes_no_ballot(cells, random):
    def table(words: list[str]) -> str:
        return (
            "count,"
            + ",".join(f"rank{number}" for number in range(1, len(words) + 1))
            + "\n1,"
            + ",".join(words)
            + "\n1"
            + ",Ann" * len(words)
        )

    twisted = ["".join(random.choice([each.upper(), each]) for each in word) if word in ranks.MARKS else word for word in cells]
    one, other = ranks.read(table(cells)), ranks.read(table(twisted))
    assert (one.options, one.orders.tolist()) == (other.options, other.orders.tolist())


@pytest.mark.parametrize(
    ("provider", "path", "beside", "fact"),
    [
        ("dominion", "folder", {}, "has its ballots in folder, as Dominion writes them"),
        ("clearBallot", "x.csv", {"x.csv": "RowNumber,BoxID,BoxPosition\n"}, "x.csv holds cast-vote records as Clear Ballot writes them"),
        ("hart", "x.xml", {"x.xml": "<Cvr><Contests/></Cvr>"}, "x.xml holds cast-vote records as Hart writes them"),
        ("ess", "x.xlsx", {"x.xlsx": "PK\x03\x04"}, "is a spreadsheet or an archive"),
        ("ess", "x.xlsx", {}, "has its ballots in x.xlsx, as ES&S writes them; instead of these"),
        ("cdf", "x.xml", {"x.xml": "<cvr:CastVoteRecordReport >"}, "x.xml holds cast-vote records as NIST's common data format as XML"),
        ("ess", "x.xlsx", {"ballots.csv": "RowNumber,BoxID,BoxPosition\n"}, "the table holds cast-vote records as Clear Ballot"),
    ],
)
def test_whose_records_a_contest_has_is_said(tmp_path, provider, path, beside, fact):
    for name, text in ({"contest.json": contest(["Ann"], {"filePath": path, "provider": provider})} | beside).items():
        (tmp_path / name).write_text(text)
    with pytest.raises(Refusal) as refused:
        files.read(tmp_path / "contest.json")
    assert fact in str(refused.value) and refused.value.code == "file_foreign"


HEADED = "4 1\n{heads}\n3 1 2 0\n2 2 4 0\n4 4 3 0\n0\n" + "".join(f'"{name}"\n' for name in ("Ann", "Bob", "Cy", "Write-ins"))


def test_heads_of_a_blt_file_are_kept():
    election = blt.read(HEADED.format(heads="[nick a b c w]\n[withdrawn c]\n[tie w b a c]\n[undeclared w]"))
    assert (election.options, election.write_ins) == (("Write-ins", "Bob", "Ann"), 0)
    assert election.orders.tolist() == [[2, 1], [1, 0], [0, -1]]
    assert tally("ranked_choice", election).winners == ("Ann",)


def test_ballots_may_call_options_by_their_short_names():
    text = HEADED.format(heads="[nick a b c w]")
    short = text.replace("3 1 2 0", "3 a b 0").replace("2 2 4 0", "2 b 4 0").replace("4 4 3 0", "4 w c 0")
    assert short != text and blt.read(short).orders.tolist() == blt.read(text).orders.tolist() == [[0, 1], [1, 3], [3, 2]]


def test_withdrawing_by_a_head_is_withdrawing_by_numbers():
    one, other = (blt.read(HEADED.format(heads=heads)) for heads in ("[withdrawn 2 4]", "-2 -4"))
    assert one.options == other.options == ("Ann", "Cy") and one.orders.tolist() == other.orders.tolist()


def test_a_file_of_comments_alone_keeps_nobody_waiting():
    """A pattern that tried every way to part them ran for minutes on 400 bytes."""
    assert vendors.writer("<!---->" * 500) == ""
    assert vendors.writer("<!-- a -->\n<!-- b --> <cvr:CastVoteRecordReport>") == "NIST's common data format as XML"
