"""A file that cannot be read is refused at its line, and at the column, or in tables the cell, that is wrong."""

from __future__ import annotations

import pytest

from engine.elections import files
from engine.refusals import Refusal

SOC = "# DATA TYPE: soc\n# ALTERNATIVE NAME 1: a\n# ALTERNATIVE NAME 2: b\n"
PB = "META\nkey;value\nvote_type;approval\nbudget;{budget}\nPROJECTS\nproject_id;cost\n1;{cost}\n2;5\nVOTES\nvoter_id;vote\n1;{vote}\n"
STV = '3,1,\n{ballot}\n"Candidate 1","a"\n"Candidate 2","b"\n"Candidate 3","c"\n'


def pb(budget="9", cost="5", vote="1"):
    return PB.format(budget=budget, cost=cost, vote=vote)


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("x.txt", "2: a > b > a", "line 1, column 12 names 'a' twice"),
        ("x.txt", '1: "a b" > c\n2: "a b" > "d e" f', "line 2, column 18 has two names side by side"),
        ("x.txt", "1: a\n  0: b", "line 2, column 3 begins with '0'"),
        ("x.txt", "ballots: approval\n1: a, b\n1: a > b", "line 3 mixes > or = with commas"),
        ("x.txt", "ballots: approval\n1: a > b", "line 2 is ranked, and line 1 says ballots: approval"),
        ("x.txt", "ballots: approvals\n1: a", "line 1, column 10 names no kind of ballot; write one of single, approval, knapsack"),
        ("x.txt", "ballots: score\nballots: score\n1: a 1", "line 2 says ballots: a second time"),
        ("x.txt", "ballots: score\n1: a 1\n1: b", "line 3, column 4 gives 'b' no points"),
        ("x.txt", "ballots: knapsack\n1: a, b", "has knapsack ballots but no budget to fill"),
        ("x.txt", "ballots: knapsack\ncosts: a 2, b 3\nbudget: 4\n1: a, b", "has a ballot that is not knapsack"),
        ("x.txt", "costs: a 2, b 300\nbudget: 40\n1: a, b", "has the option 'b', which costs 300 of a budget of 40"),
        ("x.soc", SOC + "2: 1,9", "line 4, column 6 names alternative 9 wrongly"),
        ("x.soc", SOC + "2: 1;2", "line 4, column 5 has ';' where a comma should be"),
        ("x.soc", SOC + "2: 1,x", "line 4, column 6 has 'x'"),
        ("x.blt", "2 x", "line 1, column 3 has 'x'; write 2 whole numbers"),
        ("x.blt", "2 1 7", "line 1, column 5 has '7'; write 2 whole numbers"),
        ("x.blt", "3 1\n1 1 9 0", "line 2, column 5 has 9"),
        ("x.blt", "3 1\n0 1 0", "line 2, column 1 has 0"),
        ("x.blt", "3 1\n5 1 2", "line 2, column 5 has 2"),
        ("x.blt", "3 1\n5 1 2 3 1 0", "line 2, column 9 has 1"),
        ("x.blt", "3 1\n2 1 3 1 0\n0", "line 2, column 7 names option 1 twice"),
        ("x.blt", "2 1\n[droop rule=meek]\n1 1 0\n0", "line 2, column 1 tells droop how to count: rule=meek; leave the head out"),
        ("x.blt", "2 1\n[protected 1]\n0", "line 2, column 1 has the head [protected]; we know [tie], [nick]"),
        ("x.blt", "2 1\n[tie 2 1\n0", "line 2, column 1 has '[tie 2 1'; end a head"),
        ("x.blt", "2 1\n[withdrawn 3]\n0", "line 2 withdraws [withdrawn 3]"),
        ("x.blt", "2 1\n[withdrawn a]\n0", "line 2, column 12 has 'a'"),
        ("x.blt", "2 1\n[nick a]\n0", "line 2 gives 1 short names; give each of 2 options one of its own"),
        ("x.blt", "2 1\n[nick a 1]\n0", "line 2 gives the short name 1; numbers are options already"),
        ("x.blt", "2 1\n[nick a b]\na b 0\n0", "line 3, column 1 has 'a'; write whole numbers"),
        ("x.blt", "2 1\n[nick a b]\n1 b c 0\n0", "line 3, column 5 has 'c'; write whole numbers"),
        ("x.blt", "2 1\n[undeclared 1 2]\n0", "line 2 has [undeclared 1 2]; name the one option"),
        ("x.blt", "2 1\n[tie 1 2]\n[tie 2 1]\n0", "line 3, column 1 has the head [tie] again; leave out this one, or line 2"),
        ("x.blt", "2 1\n[nick a b]\n-1\n[nick b a]\n0", "line 4, column 1 has the head [nick] again; leave out this one, or line 2"),
        ("x.blt", "2 1\n[undeclared 1]\n[undeclared 1]\n0", "line 3, column 1 has the head [undeclared] again"),
        ("x.blt", "2 1\n-1\n[withdrawn 2]\n0", "line 3, column 1 withdraws the last of the options; leave at least one"),
        ("x.blt", "2 1\n-1 -2\n0", "line 2, column 1 withdraws the last of the options"),
        ("x.blt", "2 1\n٢ 1 0\n0", "line 2, column 1 has '٢'; write whole numbers"),
        ("x.csv", "count,rank1\n٢,a", "line 2, cell 1 counts '٢' ballots"),
        ("x.csv", "RowNumber,BoxID,BoxPosition,BallotID\n1,b,1,7", "x.csv holds cast-vote records as Clear Ballot writes them"),
        (
            "x.csv",
            "Cast Vote Record,Precinct,Ballot Style,Mayor 1st Choice\n1,P,S,Ann",
            "x.csv holds cast-vote records as ES&S writes them",
        ),
        (
            "x.csv",
            '"2020 Election","5.10"\n\n"CvrNumber","TabulatorNum","BatchId"\n',
            "x.csv holds cast-vote records as Dominion writes them",
        ),
        (
            "x.json",
            '{"Version":"5.17.18.1","ElectionId":"2024","Sessions":[{"TabulatorId":9}]}',
            "as Dominion writes them; we read a table",
        ),
        ("CandidateManifest.json", '{"Version":"5.17.18.1","List":[{"Description":"Ann","Id":1}]}', "as Dominion writes them"),
        (
            "x.xml",
            '<?xml version="1.0"?>\n<Cvr xmlns="http://tempuri.org/CVRDesign.xsd"><Contests/>',
            "x.xml holds cast-vote records as Hart writes them",
        ),
        (
            "x.xml",
            '<CastVoteRecordReport xmlns="http://itl.nist.gov/ns/voting/1500-103/v1">',
            "as NIST's common data format as XML writes them",
        ),
        ("x.json", '{"@type":"CVR.CastVoteRecordReport","CVR":[]}', "give RCTab's contest, which names it among its cvrFileSources"),
        ("x.xlsx", "PK\x03\x04rest", "is a spreadsheet or an archive (.xlsx, .zip), as ES&S, Dominion and Hart export; unpack it"),
        ("x.pb", pb(cost="99"), "has the option '1', which costs 99 of a budget of 9"),
        ("x.pb", pb(vote="1,2").replace("budget;9", "budget;9\nmax_sum_cost;9"), "line 12 votes for more than max_sum_cost, 9"),
        ("x.soc", SOC + "# NUMBER VOTERS: 9\n2: 1,2", "line 4 states 9 voters, and the file holds 2"),
        ("x.pb", pb().replace("budget;9", "budget;9\nnum_votes;7"), "line 5 states 7 votes, and the file holds 1"),
        ("x.pb", pb().replace("budget;9", "budget;9\nnum_projects;3"), "line 5 states 3 projects, and the file holds 2"),
        ("x.pb", pb() + "\n1;2", "line 13, cell 1 is a second vote of voter '1'; leave out this line or line 11"),
        ("x.pb", pb(vote="1,2").replace("budget;9", "budget;9\nmax_length;1"), "line 12 names 2 projects, and max_length is 1"),
        ("x.txt", "budget: 10 000\ncosts: a 5\n3: a", "line 1, column 9 names two numbers after budget:; write it without spaces"),
        ("x.txt", "seats: 0\n3: a", "line 1, column 8 elects 0"),
        ("x.txt", "seats: two\n3: a", "names no number after seats:; write a whole number, such as seats: 3"),
        ("x.txt", "ballots: score 5\n3: a 2", "line 1, column 10 names no kind of ballot"),
        ("x.txt", "4: gardn > pool\noptions: garden, pool", "line 2 says options: after the first ballot"),
        ("x.txt", "ballots: single\n1: a\n2: b\n1: b, c", "line 4 is approval, and line 1 says ballots: single"),
        (
            "x.txt",
            "ballots: knapsack\ncosts: a 5, b 6\nbudget: 10\n1: a\n4: a, b",
            "number 2 of 2: it costs more than the budget; at most 10",
        ),
        ("x.csv", "single,a,b\n3,1,1", "has a ballot that is not single, number 1 of 1: it chooses several; at most 1"),
        (
            "x.csv",
            "approval,a,b\n1,1,1\n3,2,",
            "has a ballot that is not approval, number 2 of 2: it has other cells; give each from 0 to 1",
        ),
        ("x.csv", "approval,a,b,\n1,1,1,", "line 1, cell 4 names no option"),
        ("x.csv", "approval," + ",".join(map(str, range(20_000))), "give at most 256"),
        ("x.soc", SOC + "2: 1", "line 4 does not rank all, and the file is of type soc"),
        ("x.soc", SOC + "2: {1,2}", "line 4 ranks several equal, and the file is of type soc"),
        ("x.soc", "# ALTERNATIVE NAME 1: a\n1: 1", "the file states no type; write a line # DATA TYPE: with one of soc"),
        ("x.pb", pb().replace("budget;9\n", ""), "line 2 begins META, which states no budget"),
        ("x.pb", pb().replace("budget;9", "budget;9\nnum_votes;" + "9" * 5000), "line 5, cell 2 states num_votes as '999"),
        ("x.dat", "1: a", "x.dat ends in .dat"),
        ("x.csv", "garden,library\n1,2", "or with the kind of ballots (single, approval, knapsack"),
        ("x.txt", "eligable: 5\n1: a", "did you mean 'eligible'?"),
        ("x.pb", pb(cost="x"), "line 7, cell 2 has 'x' where an amount should be"),
        ("x.pb", pb(budget="1,000"), "line 4, cell 2 has '1,000' where an amount should be"),
        ("x.pb", pb(vote="1,3"), "line 11, cell 2 votes for '3'"),
        ("x.pb", pb().replace("2;5", "1;5"), "line 8, cell 1 has project 1 again"),
        ("x.pb", pb(vote="1;2"), "line 11, cell 2 has 3 fields"),
        ("x.csv", STV.format(ballot="5,1,9,"), "line 2, cell 3 is '9'"),
        ("x.csv", STV.format(ballot="5,1,b,"), "line 2, cell 3 is 'b'"),
        ("x.csv", STV.format(ballot="3,1,1,"), "line 2, cell 3 names option 1 twice"),
        ("x.csv", "ranked,a,a\n1,1,2", "line 1, cell 3 has the option 'a' twice"),
        ("x.json", "[]", "the contest is not written as RCTab writes one"),
        ("x.json", "{}", "the contest lacks 'candidates'"),
        ("x.csv", STV.format(ballot="0,1,"), "line 2, cell 1 is '0'"),
        ("x.csv", "count,rank1\nx,a", "line 2, cell 1 counts 'x' ballots"),
        ("x.csv", "score,a,b\n,3,q", "line 2, cell 3 is 'q'"),
    ],
)
def test_the_place_is_named(tmp_path, name, text, place):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(Refusal) as refused:
        files.read(path)
    assert place in str(refused.value)
