"""A file that contradicts itself is refused: cut short, with a voter twice, or with votes beyond its own limits.

Votes that give fewer points, or cost less, than META asks for are counted, and it is said: published files have them,
and Pabulib's checker only warns of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from engine.elections.kinds import NUMBERED, Kind
from engine.elections.outcome import Step
from engine.elections.pabulib._meta import Meta
from engine.elections.pabulib._parts import Rows, wrong
from engine.elections.pabulib._votes import Votes

SENTINEL_COST = 999_999_999
"""What Pabulib writes as the cost of a project that was withdrawn after the vote."""
WAY_OUT = "correct the vote, or leave it out"
UNCHECKED = ("min_length_per_category", "max_length_per_category", "min_sum_cost_per_category", "max_sum_cost_per_category")
"""Bounds of votes that are not checked: how votes are counted does not depend on them."""

META_FIELDS = frozenset(
    re.findall(
        r"\w+",
        """description country unit district subunit instance num_projects num_votes budget vote_type rule date_begin date_end min_length
    max_length min_sum_cost max_sum_cost scoring_fn min_points max_points min_sum_points max_sum_points default_score min_project_cost
    max_project_cost min_project_score_threshold neighborhoods subdistricts categories edition language currency fully_funded experimental
    comment acknowledgments leftover_budget budget_per_category budget_per_neighborhood""",
    )
) | frozenset(UNCHECKED)
PROJECTS_COLUMNS = frozenset(
    re.findall(
        r"\w+",
        """project_id cost votes score name category categories target beneficiaries selected neighborhood subunit district description proposer
    public_id longitude latitude sustainability community_involvement""",
    )
)
"""What the format names (pabulib.org/format, and the fields of its checker): used, or describing what decides nothing."""


def check_counts(meta: Meta, projects: int, votes: Rows, voted: int) -> None:
    """Refuse a file that holds another number of projects or votes than it states, or a voter twice."""
    for name, what, held in (("num_projects", "projects", projects), ("num_votes", "votes", voted)):
        stated = meta.whole(name)
        if stated not in (None, held):
            raise wrong(
                meta.lines[name], "states {stated:,} {what}, and the file holds {held:,}", "get the whole file, or correct the number",
                stated=stated, what=what, held=held,
            )  # fmt: skip
    head = [name.strip() for name in votes[0][1]]
    if "voter_id" not in head:
        return
    cell, seen = head.index("voter_id"), dict[str, int]()
    for line, row in votes[1:]:
        voter = row[cell].strip()
        if voter and seen.setdefault(voter, line) != line:
            raise wrong(
                line, "is a second vote of voter {voter!r}", "leave out this line or line {seen}", cell,
                voter=voter[:40], seen=seen[voter],
            )  # fmt: skip


def check_votes(meta: Meta, votes: Votes, kind: Kind) -> list[Step]:
    """Refuse votes that name too many or too few projects, or give too many points; what has to be said of the others."""
    one = 1 if meta["vote_type"] == "choose-1" else None
    figures = {
        "max_length": (votes.lengths, one if one is not None else meta.whole("max_length"), 1, "names {figure} {figure:project|projects}"),
        "min_length": (votes.lengths, one if one is not None else meta.whole("min_length"), -1, "names {figure} {figure:project|projects}"),
    }
    remarks = list[Step]()
    if kind in NUMBERED:
        named = votes.table > 0
        highest, lowest = votes.table.max(axis=1), np.where(named, votes.table, np.iinfo(np.int64).max).min(axis=1)
        sums = votes.table.sum(axis=1)
        gives = "gives {figure} {figure:point|points}"
        figures |= {
            "max_points": (highest, meta.whole("max_points"), 1, gives + " to a project"),
            "min_points": (lowest, meta.whole("min_points"), -1, gives + " to a project"),
            "max_sum_points": (sums, meta.whole("max_sum_points") if kind == "cumulative" else None, 1, gives),
        }
        least = meta.whole("min_sum_points") if kind == "cumulative" else None
        remarks += _below("min_sum_points", sums, least)
    for name, (held, stated, sign, fact) in figures.items():
        if stated is not None and (odd := np.flatnonzero(sign * held > sign * stated).tolist()):
            field = name if meta[name] else "vote_type"
            raise wrong(
                int(votes.lines[odd[0]]), str(Step(fact, figure=int(held[odd[0]]))) + ", and {field} is {stated}", WAY_OUT,
                field=field, stated=meta[field],
            )  # fmt: skip
    return remarks


def check_costs(meta: Meta, votes: Votes, amounts: list[Decimal], scale: Decimal) -> list[Step]:
    """Refuse approvals that cost too much together; what has to be said of those that cost too little."""
    costs = np.array([int(amount * scale) for amount in amounts], np.int64)
    spent = votes.table.astype(np.int64).dot(costs)
    most, least = meta.amount("max_sum_cost"), meta.amount("min_sum_cost")
    if most is not None and (dear := np.flatnonzero(spent > int(most * scale)).tolist()):
        raise wrong(int(votes.lines[dear[0]]), "votes for more than max_sum_cost, {most}", WAY_OUT, most=most)
    return _below("min_sum_cost", spent, None if least is None else int(least * scale))


def remarks_of(meta: Meta, columns: Iterable[str]) -> list[Step]:
    """What META and the columns of PROJECTS say beside the rule that a reader of the count should know."""
    remarks = [Step("{name} is not followed: {text}", name=name, text=meta[name][:200]) for name in ("leftover_budget",) if meta[name]]
    remarks += [Step("{name} is not checked: votes are counted as they are", name=name) for name in UNCHECKED if meta[name]]
    if meta["fully_funded"] == "1":
        remarks.append(Step("the budget was enough for all projects, and officially all were funded before the vote"))
    for part, unknown in (("META", set(meta.values) - META_FIELDS), ("PROJECTS", set(columns) - PROJECTS_COLUMNS)):
        if unknown := unknown - {""}:
            remarks.append(Step("{part} has fields that are not known here and not followed: {names}", part=part, names=sorted(unknown)))
    return remarks


def _below(name: str, figures: NDArray[np.int64], least: int | None) -> list[Step]:
    count = 0 if least is None else int((figures < least).sum())
    return [Step("{count} {count:vote is|votes are} below {name} and counted all the same", count=count, name=name)] if count else []
