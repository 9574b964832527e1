"""The votes of a `.pb` file as an array, each in the file's order.

Only what a count needs is read: of the voters nothing but their ballots.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.elections.gathered import Gathered
from engine.elections.kinds import NUMBERED, Kind
from engine.elections.pabulib._parts import STRENGTH, Parts, Rows, table_of, wrong
from engine.elections.size import check_size
from engine.limits import POINTS_PER_BALLOT_MAX

Cells = NDArray[np.int64]


class Votes(NamedTuple):
    """`table`: (voters, projects), as an election holds it. `points`: of rankings whose points are written out, likewise, 0
    where nothing is named; None where they are not. `lengths`: (voters,), how many projects each vote names. `listed`:
    (projects,), how many votes name each, be it with 0 points. `lines`: (voters,), where each vote stands."""

    table: NDArray[np.int64 | np.int16 | np.int8]
    points: Cells | None
    lengths: Cells
    listed: Cells
    lines: Cells


def votes_of(parts: Parts, kind: Kind, places: dict[str, int], default: int = 0) -> Votes:
    """The votes below the column heads; `default` is what projects get that a vote by points does not name."""
    by_points, project_count = kind in NUMBERED, len(places)
    columns, votes = table_of(parts.rows["VOTES"], "VOTES", ("vote", "points") if by_points else ("vote",))
    check_size(len(votes) + parts.voted, project_count)
    vote, points = columns["vote"], columns.get("points", -1)
    if STRENGTH in columns:
        _check_strength(votes, columns[STRENGTH])
    if kind == "approval":
        _check_pointless(votes, points)
    ballots = parts.cast.ballots if parts.cast else Gathered()
    pointed = parts.cast is not None and parts.cast.pointed
    written = by_points or pointed or (points >= 0 and any(row[points].strip() for _, row in votes))
    for line, row in votes:
        named = [name.strip() for name in row[vote].split(",") if name.strip()]
        if not named and not (written and row[points].strip()):
            ballots.add(line, 1, [])
            continue
        here = _projects(named, places, line, vote)
        ballots.add(line, 1, here, _points(row[points], len(named), line, points) if written else None)
    if kind == "ranked":
        table: Cells = ballots.places(project_count)
    else:
        table = ballots.figures(project_count, default) if by_points else ballots.named(project_count)
    worth = ballots.figures(project_count) if written and not by_points else None
    return Votes(table, worth, ballots.lengths.astype(np.int64), ballots.listed(project_count), ballots.lines)


def _projects(named: list[str], places: dict[str, int], line: int, cell: int) -> list[int]:
    """The places of the projects that a vote names; the vote stands in one cell of a line."""
    if unknown := [name for name in named if name not in places]:
        raise wrong(line, "votes for {unknown!r}, which is not a project", "correct the vote", cell, unknown=unknown[0][:40])
    if len(set(named)) != len(named):
        twice = next(name for name in named if named.count(name) > 1)
        raise wrong(line, "names project {twice} twice", "name it once", cell, twice=twice)
    return [places[name] for name in named]


def _points(text: str, named_count: int, line: int, cell: int) -> list[int]:
    """What a vote gives to each of the projects it names."""
    given = [amount.strip() for amount in text.split(",")]
    if len(given) != named_count:
        raise wrong(
            line, "names {named_count} projects and {given_count} points", "give points to each", cell,
            named_count=named_count, given_count=len(given),
        )  # fmt: skip
    for amount in given:
        if not re.fullmatch(r"[0-9]{1,9}(\.0+)?", amount) or int(amount.partition(".")[0]) > POINTS_PER_BALLOT_MAX:
            raise wrong(
                line, "gives {amount!r} points", "give a whole number up to {points_per_ballot_max}", cell,
                amount=amount[:40], points_per_ballot_max=POINTS_PER_BALLOT_MAX,
            )  # fmt: skip
    return [int(amount.partition(".")[0]) for amount in given]


def _check_pointless(votes: Rows, points: int) -> None:
    """Refuse approvals that give points, which would not be counted."""
    for line, row in votes if points >= 0 else ():
        if row[points].strip():
            raise wrong(line, "gives points, and votes of this type approve", "leave out the points, or correct vote_type", points)


def _check_strength(votes: Rows, cell: int) -> None:
    """Refuse votes that weigh other than one, for each is counted once."""
    for line, row in votes:
        if row[cell].strip() not in ("", "1", "1.0"):
            raise wrong(line, "has the vote_strength {strength}", "only votes of strength 1 are counted", cell, strength=row[cell][:40])
