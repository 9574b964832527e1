"""Ballots as scanners of ranked-choice votes record them, and the contests that RCTab counts (`.csv`, `.json`).

A `.csv` has a column for each rank, `rank1`, `rank2`, …, and perhaps a `count`; a cell names an option, or says
`overvote` (several at one rank), `undervote` or nothing (none), or `UWI` (an undeclared write-in). The `.json` of a
contest is RCTab's configuration: it names the options, the ballot files beside it, and how the law treats such marks. A
ballot ends at an overvote if the law says so, and where more ranks are skipped than it allows; an option that is ranked
again is skipped.

>>> cast = read('count,rank1,rank2,rank3\\n7,Ann,undervote,Bob\\n2,overvote,Ann,\\n1,Bob,Bob,UWI')
>>> cast.options, cast.orders.tolist(), cast.weights.tolist()
(('Ann', 'Bob', 'Undeclared Write-ins'), [[0, 1, -1], [-1, -1, -1], [1, 2, -1]], [7, 2, 1])
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from engine.elections import cdf
from engine.elections.election import Array, Election
from engine.elections.kinds import KINDS
from engine.elections.size import check_size
from engine.limits import INTEGER_MAX, POWER_TOTAL_MAX
from engine.log.json import parse_input
from engine.refusals import Refusal, refuse

WRITE_INS = "Undeclared Write-ins"
SEVERAL, NONE, EXCLUDED = -1, -2, -3
"""What a rank without a single option holds: several, none, or somebody who was excluded and is skipped."""
ENDS = ("by exhausted choices", "by overvotes", "by skipped rankings", "by repeated rankings")
"""Why a ballot goes no further than it does."""


@dataclass(frozen=True)
class Marks:
    """How the law treats marks that are not a plain order."""

    overvote_ends: bool = True
    skipped_max: int | None = None
    """How many ranks in a row a ballot may skip; None for any number."""
    repeat_ends: bool = False
    ranks_max: int | None = None


class Contest(NamedTuple):
    """The ballots of a contest: as an election, and for each of its rows why the ballot goes no further (`ENDS`), -1 if
    it names nothing at all."""

    election: Election
    ends: Array

    def inactive(self, left: Sequence[int]) -> dict[str, int]:
        """The weight of the ballots that name none of those `left`, by the reason; those that name nothing at all apart."""
        rests = ~np.isin(self.election.orders, left).any(axis=1)
        weights = self.election.weights
        return {reason: int(weights[rests & (self.ends == number)].sum()) for number, reason in enumerate(ENDS)}


Rows = list[tuple[int, int, list[int]]]
"""A line's number, how many ballots it stands for, and what stands at each rank: an option, SEVERAL or NONE."""


def read(text: str) -> Election:
    """The ballots in such a `.csv`, options in the order they first come up; an overvote ends a ballot, skipped ranks are passed over."""
    names, rows = _rows(text, {})
    return _contest(names, rows, Marks()).election


def read_contest(text: str, beside: Callable[[str], str]) -> Contest:
    """A contest by its configuration; `beside` gives the text of a file that lies beside it.

    RCTab reads spreadsheets; what it would find in one is read here from a `.csv` of that name, or from `ballots.csv`. An
    undeclared write-in is an option, `Undeclared Write-ins`, listed last.
    """
    stated = parse_input(text.encode(), "the contest")
    try:
        standing = {_text(each["name"]): _names(each) for each in stated["candidates"] if not each["excluded"]}
        gone = [name for each in stated["candidates"] if each["excluded"] for name in _names(each)]
        sources = [_source(each) for each in stated["cvrFileSources"]]
        marks, election_rule, seats = _law(stated["rules"])
    except KeyError as missing:
        raise refuse("file_unreadable", "the contest", "lacks {missing}", "give RCTab's configuration whole", missing=missing) from None
    except (TypeError, IndexError, AttributeError, ValueError):
        raise refuse(
            "file_unreadable", "the contest", "is not written as RCTab writes one", "give RCTab's configuration as it is"
        ) from None
    if not sources:
        raise refuse("file_unreadable", "the contest", "has no source of ballots", "name one in cvrFileSources")
    names = [*standing, *([WRITE_INS] if any(source["undeclaredWriteInLabel"] for source in sources) else [])]
    people = {alias: number for number, aliases in enumerate(standing.values()) for alias in aliases} | dict.fromkeys(gone, EXCLUDED)
    rows: Rows = []
    for source in sources:
        called = people | {source["overvoteLabel"] or "overvote": SEVERAL, source["skippedRankLabel"] or "undervote": NONE}
        if source["undeclaredWriteInLabel"]:
            called[source["undeclaredWriteInLabel"]] = len(standing)
        path = source["filePath"]
        if source["provider"] == "cdf":
            cast = cdf.ballots(parse_input(beside(path).encode(), "the records"), source["contestId"])
            rows += [(number, 1, [_mark(marked, called) for marked in ranks]) for number, ranks in enumerate(cast, 1)]
        else:
            rows += _rows(beside(path if path.endswith(".csv") else "ballots.csv"), called, source["overvoteDelimiter"] or "\n")[1]
    contest = _contest(names, rows, marks)
    contest.election.seats, contest.election.rule = seats, election_rule
    return contest


def holds(election: Election) -> bool:
    """Whether a table of ranks, which has no list of options, holds them all in the order of listing, which decides ties."""
    come_up = dict.fromkeys(int(option) for option in election.orders[election.orders >= 0])
    return list(come_up) == list(range(len(election.options)))


def write(election: Election) -> str:
    """Ranked ballots without ties as a `.csv` with a column for each rank; refused where it would not be read again as it was."""
    if not holds(election):
        raise refuse(
            "file_foreign", "the election", "lists options in another order than they come up in, and a table of ranks has no list",
            "write a .soi",
        )  # fmt: skip
    if odd := [name for name in election.options if name != name.strip() or {"\r", "\n"} & set(name)]:
        raise refuse("file_foreign", "the option {odd!r}", "would lose its spaces or lines in such a table", "rename it", odd=odd[0])
    if taken := sorted({name.strip().lower() for name in election.options} & {"overvote", "undervote", "uwi", ""}):
        raise refuse("file_foreign", "the option {taken!r}", "has the name of a mark in such a table", "rename it", taken=taken[0])
    into = io.StringIO()
    table = csv.writer(into, lineterminator="\n")
    table.writerow(["count", *(f"rank{rank}" for rank in range(1, max(1, election.orders.shape[1]) + 1))])
    called = ["UWI" if place == election.write_ins else name for place, name in enumerate(election.options)]
    for order, weight in zip(election.orders.tolist(), election.weights.tolist(), strict=True):
        table.writerow([weight, *("" if option < 0 else called[option] for option in order)])
    return into.getvalue()


def _rows(text: str, called: dict[str, int], delimiter: str = "\n") -> tuple[list[str], Rows]:
    """The lines of ballots; `called` says what cells mean, and is added to where it is empty."""
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), strict=True)
    fixed, names = bool(called), list[str]()
    called = {"overvote": SEVERAL, "undervote": NONE} | called
    rows: Rows = []
    try:
        head = [cell.strip().lower() for cell in next(reader, [])]
        ranks = [place for place, name in enumerate(head) if name.startswith("rank")]
        if not ranks or [head[place] for place in ranks] != [f"rank{number}" for number in range(1, len(ranks) + 1)]:
            raise _wrong(
                1,
                1,
                "names no ranks",
                "begin with a line such as count,rank1,rank2,rank3, or with the kind of ballots ("
                + ", ".join(KINDS)
                + "): score,garden,library",
            )
        count = head.index("count") if "count" in head else -1
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(head):
                raise _wrong(
                    reader.line_num, len(row), "has {row_count} cells where the first line has {head_count}", "add or remove cells",
                    row_count=len(row), head_count=len(head),
                )  # fmt: skip
            times = "1" if count < 0 else row[count].strip()
            if not times.isdecimal() or len(times) > 16 or not 1 <= int(times) <= POWER_TOTAL_MAX:
                raise _wrong(reader.line_num, count + 1, "counts {times!r} ballots", "give a whole number from 1", times=times[:20])
            marks = []
            for place in ranks:
                cell = row[place].strip()
                if cell and cell not in called and delimiter in cell:
                    marks.append(SEVERAL)
                    continue
                if cell and cell not in called:
                    if fixed:
                        raise _wrong(
                            reader.line_num, place + 1, "names {cell!r}, who is not standing", "correct it, or add an alias", cell=cell[:40]
                        )
                    called[cell] = len(names)
                    names.append(WRITE_INS if cell == "UWI" else cell)
                marks.append(called[cell] if cell else NONE)
            rows.append((reader.line_num, int(times), marks))
    except csv.Error as wrong:
        raise _wrong(reader.line_num, 1, "cannot be read: {wrong}", "correct its quotes", wrong=wrong) from None
    if not names and not fixed:
        raise _wrong(1, 1, "begins a file that names no option", "give ballots")
    return names, rows


def _mark(marked: list[str], called: dict[str, int]) -> int:
    """What a rank holds where those `marked` are."""
    if len(marked) != 1:
        return SEVERAL if marked else NONE
    if marked[0] not in called:
        raise refuse(
            "file_unreadable", "the records", "name {marked!r}, who is not standing", "correct them, or add an alias", marked=marked[0][:40]
        )
    return called[marked[0]]


def _contest(names: Sequence[str], rows: Rows, marks: Marks) -> Contest:
    """The ballots as the law reads their marks."""
    check_size(len(rows), len(names))
    width = max(1, min(len(names), max((len(cells) for _, _, cells in rows), default=1)))
    orders, ends = np.full((len(rows), width), -1, np.int16), np.zeros(len(rows), np.int8)
    for number, (_, _, cells) in enumerate(rows):
        order, end = _ballot(cells, marks)
        orders[number, : len(order)] = order
        ends[number] = end
    election = Election.of_orders(names, orders, [times for _, times, _ in rows])
    election.write_ins = names.index(WRITE_INS) if WRITE_INS in names else None
    return Contest(election, ends)


def _ballot(cells: Sequence[int], marks: Marks) -> tuple[list[int], int]:
    """A ballot's order as the law reads it, and why it ends there."""
    order: list[int] = []
    seen = -1
    for rank, cell in enumerate(cells[: marks.ranks_max]):
        if cell == NONE:
            continue
        if marks.skipped_max is not None and rank - seen - 1 > marks.skipped_max:
            return order, ENDS.index("by skipped rankings")
        seen = rank
        if cell == EXCLUDED:
            continue
        if cell == SEVERAL:
            if marks.overvote_ends:
                return order, ENDS.index("by overvotes")
        elif cell in order:
            if marks.repeat_ends:
                return order, ENDS.index("by repeated rankings")
        else:
            order.append(cell)
    return order, -1 if seen < 0 else 0


def _text(value: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise refuse("file_unreadable", "the contest", "has {value!r} where a text should be", "correct it", value=str(value)[:40])
    return value


def _names(candidate: dict[str, Any]) -> list[str]:
    return [_text(name) for name in (candidate["name"], *candidate["aliases"])]


def _source(stated: dict[str, Any]) -> dict[str, str]:
    """What a source states about its file and its labels, nothing for what it leaves out."""
    if stated.get("treatBlankAsUndeclaredWriteIn") is True:
        raise _uncounted("treatBlankAsUndeclaredWriteIn", True, "a blank rank is a skipped one")
    labels = ("provider", "contestId", "overvoteLabel", "skippedRankLabel", "undeclaredWriteInLabel", "overvoteDelimiter")
    return {"filePath": _text(stated["filePath"])} | {name: _text(stated.get(name) or "") for name in labels}


PLAIN = {
    "hareQuota": (False,),
    "minimumVoteThreshold": ("", "0", 0),
    "continueUntilTwoCandidatesRemain": (False,),
    "stopTabulationEarlyAfterRound": ("", None),
    "multiSeatBottomsUpPercentageThreshold": ("", None),
    "doesFirstRoundDetermineThreshold": (False,),
    "treatBlankAsUndeclaredWriteIn": (False,),
}
"""Settings that are counted at one value only; a contest that leaves them out means that value."""


def _uncounted(name: str, value: object, counted: str) -> Refusal:
    return refuse(
        "file_unreadable", "the contest", "sets {name} to {value!r}", "we do not count that: {counted}",
        name=name, value=str(value)[:40], counted=counted,
    )  # fmt: skip


def _law(stated: dict[str, Any]) -> tuple[Marks, tuple[str, dict[str, Any]], int]:
    """What RCTab's configuration says about marks, the rule and seats; refused if it asks for something that is not counted here."""
    for name, plain in PLAIN.items():
        if name in stated and stated[name] not in plain:
            raise _uncounted(name, stated[name], f"it must be {plain[0]!r}")
    overvotes = {"exhaustImmediately": True, "alwaysSkipToNextRank": False}
    rule = stated["overvoteRule"]
    if rule not in overvotes:
        raise refuse(
            "file_unreadable", "the contest", "has the overvote rule {rule!r}", "we count {known}", rule=rule, known=" and ".join(overvotes)
        )
    seats = int(stated["numberOfWinners"])
    mode = stated["winnerElectionMode"]
    if mode not in ("singleWinnerMajority", "multiWinnerAllowMultipleWinnersPerRound"):
        raise refuse(
            "file_unreadable", "the contest", "elects by {mode!r}", "we count a single winner by majority, and several by surpluses",
            mode=mode,
        )  # fmt: skip
    marks = Marks(
        overvotes[rule],
        _most(stated["maxSkippedRanksAllowed"]),
        stated["exhaustOnDuplicateCandidate"] is True,
        _most(stated["maxRankingsAllowed"]),
    )
    if mode == "singleWinnerMajority":
        return marks, ("ranked_choice", {"batch": stated["batchElimination"] is True}), 1
    decimals = int(stated["decimalPlacesForVoteArithmetic"])
    quota = "exact" if stated["nonIntegerWinningThreshold"] is True else "whole"
    return marks, ("stv", {"decimals": decimals, "quota": quota}), seats


def _most(text: object) -> int | None:
    """A bound in RCTab's words: a number, or none (`max`, `unlimited`)."""
    return int(str(text)) if str(text).isdecimal() and int(str(text)) <= INTEGER_MAX else None


def _wrong(line: int, column: int, fact: str, way_out: str, /, **values: object) -> Refusal:
    return refuse("file_unreadable", "line {at_line}, cell {at_column}", fact, way_out, at_line=line, at_column=column, **values)
