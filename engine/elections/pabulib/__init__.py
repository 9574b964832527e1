"""Participatory budgets in Pabulib's format (`.pb`, arXiv 2012.06539 and 2305.11035, pabulib.org/format).

Three parts, META, PROJECTS and VOTES, each a table with `;` between fields. Approvals whose `max_sum_cost` is the
budget are knapsack ballots; rankings bring along what their places are worth in points. Only what a count needs is
kept: of the voters nothing but their ballots, so that age, sex and every other column are gone once the file has been
read. What the file says of the outcome (`votes`, `score` and `selected` of its projects) is kept to be compared.
Categories, beneficiaries, districts, neighbourhoods and the like describe, and decide nothing.

>>> file = read('''META
... key;value
... budget;800
... vote_type;approval
... rule;greedy-threshold
... min_project_score_threshold;2
... PROJECTS
... project_id;cost;name;votes
... 7;600;Garden;1
... 9;100.0;Bench;1
... VOTES
... voter_id;vote;age
... a;7,9;44''')
>>> file.election.costs, file.election.table.tolist(), file.rule
((600, 100), [[1, 1]], ('greedy', {'skip': True, 'votes_min': 2}))
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from engine.elections.election import Election
from engine.elections.kinds import Kind
from engine.elections.outcome import Step
from engine.elections.pabulib._bounds import SENTINEL_COST, check_costs, check_counts, check_votes, remarks_of
from engine.elections.pabulib._meta import Meta
from engine.elections.pabulib._out import write
from engine.elections.pabulib._parts import Parts, Rows, amount_in, table_of, wrong
from engine.elections.pabulib._places import Places, places_of, points_at
from engine.elections.pabulib._rule import RULES, remarks_on, rule_of
from engine.elections.pabulib._votes import Votes, votes_of
from engine.elections.stated import Stated
from engine.refusals import refuse

KINDS: dict[str, Kind] = {
    "approval": "approval",
    "choose-1": "approval",
    "cumulative": "cumulative",
    "scoring": "score",
    "ordinal": "ranked",
}
BESIDES = ("leftover_budget",)
"""Fields that change what is funded, in words."""
SELECTED = {"": 0, "0": 0, "1": 1, "2": 2, "3": 2}
"""What `selected` holds: not funded, funded by the rule, or funded in a way that a comment explains."""


@dataclass(frozen=True)
class Budget:
    """A participatory budget: `meta` as the file states it, its election, and what people call the projects.

    Money is in units of 10^-`decimals`. `selected` are the officially funded projects' places, None where the file
    does not say. Rows of the election are the voters in the file's order.
    """

    meta: dict[str, str]
    election: Election
    names: tuple[str, ...]
    decimals: int
    selected: tuple[int, ...] | None

    @property
    def rule(self) -> tuple[str, dict[str, Any]] | None:
        """The rule the file states and its parameters; None when it cannot be counted by, see `election.stated.why_not`."""
        return self.election.rule


@dataclass(frozen=True)
class Projects:
    """The lines of PROJECTS: ids, costs, and the columns there are by their heads."""

    ids: list[str]
    amounts: list[Decimal]
    columns: dict[str, int]
    rows: Rows

    def names(self) -> tuple[str, ...]:
        cell = self.columns.get("name", self.columns["project_id"])
        return tuple(row[cell].strip() for _, row in self.rows)

    def figures(self, head: str) -> tuple[int, ...] | None:
        """A column of whole numbers, an empty cell being 0; None where there is no such column."""
        if head not in self.columns:
            return None
        cell, figures = self.columns[head], list[int]()
        for line, row in self.rows:
            text = row[cell].strip() or "0"
            if not re.fullmatch(r"-?[0-9]{1,15}(\.0+)?", text):
                raise wrong(line, "has {text!r} as {head}", "write a whole number, or leave it out", cell, text=text[:40], head=head)
            figures.append(int(text.partition(".")[0]))
        return tuple(figures)

    def marks(self) -> list[int] | None:
        """Which are selected, as `SELECTED` say; None where the file does not say."""
        if "selected" not in self.columns:
            return None
        cell = self.columns["selected"]
        for line, row in self.rows:
            if row[cell].strip() not in SELECTED:
                raise wrong(
                    line, "has {text!r} as selected", "write 1 or 0, or 2 or 3 for what a comment explains", cell, text=row[cell][:40]
                )
        return [SELECTED[row[cell].strip()] for _, row in self.rows]


def read(text: str) -> Budget:
    """The budget in a `.pb` file; refused by name when it is not one whose ballots we count."""
    parts = Parts(text)
    meta = Meta.of(parts.rows["META"])
    if meta["vote_type"] not in KINDS:
        raise refuse(
            "ballot_kind_wrong", "the file", "has votes of type {stated!r}", "it must be one of {known}",
            stated=meta["vote_type"], known=", ".join(KINDS),
        )  # fmt: skip
    kind = KINDS[meta["vote_type"]]
    if not parts.sound(kind):
        parts = Parts(text, singly=True)
    projects = _projects(parts.rows["PROJECTS"])
    budget = meta.amount("budget")
    if budget is None:
        raise wrong(meta.line, "begins META, which states no budget", "add a line such as budget;100000")
    decimals = max(0, *(-int(amount.normalize().as_tuple().exponent) for amount in [budget, *projects.amounts]))
    if decimals > 4:
        raise wrong(1, "has money with {decimals} decimals", "round it to at most 4", decimals=decimals)
    places = {name: place for place, name in enumerate(projects.ids)}
    votes = votes_of(parts, kind, places, (meta.whole("default_score") or 0) if kind == "score" else 0)
    check_counts(meta, len(projects.ids), parts.rows["VOTES"], len(votes.lines))
    remarks = check_votes(meta, votes, kind)
    scale = Decimal(10) ** decimals
    if kind == "approval":
        remarks += check_costs(meta, votes, projects.amounts, scale)
        kind = "knapsack" if meta.amount("max_sum_cost") == budget else kind
    return _budget(meta, projects, kind, votes, budget, decimals, [*remarks, *remarks_of(meta, projects.columns)])


def _projects(rows: Rows) -> Projects:
    columns, lines = table_of(rows, "PROJECTS", ("project_id", "cost"))
    ids, seen = list[str](), set[str]()
    for line, row in lines:
        name = row[columns["project_id"]].strip()
        if name in seen:
            raise wrong(line, "has project {name} again", "name each project once", columns["project_id"], name=name)
        seen.add(name)
        ids.append(name)
    return Projects(ids, [amount_in(row[columns["cost"]], line, columns["cost"]) for line, row in lines], columns, lines)


def _budget(meta: Meta, projects: Projects, kind: Kind, votes: Votes, budget: Decimal, decimals: int, remarks: list[Step]) -> Budget:
    """What has been read, put together; a project that was withdrawn after the vote is left out."""
    scores, marks = projects.figures("score"), projects.marks()
    table, places = votes.table, Places(None)
    if kind == "ranked":
        places = places_of(meta, votes, scores)
        remarks += [places.remark] if places.remark is not None else []
        if places.worth is None and votes.points is not None:
            kind, table = "score", votes.points
            remarks.append(Step("the points beside the rankings are not a matter of places: they are counted as given"))
    scale = 10**decimals
    kept = _standing(projects, budget)
    if len(kept) < len(projects.ids):
        if kind == "ranked" and places.worth is not None:  # taken out of a ranking, it would move the others up
            kind, table, places = "score", points_at(votes, places.worth), places._replace(worth=None)
            remarks.append(Step("the rankings are counted by the points of their places, which those withdrawn keep"))
        table = table[:, kept]
        gone = ", ".join(name for place, name in enumerate(projects.ids) if place not in kept)
        remarks.append(Step("withdrawn after the vote, and left out: {names}", names=gone))
    election = Election(
        tuple(projects.ids[place] for place in kept), kind, table, np.ones(len(table), np.int64),
        tuple(int(projects.amounts[place] * scale) for place in kept), int(budget * scale), decimals,
    )  # fmt: skip
    election.worth = places.worth
    election.rule, why_not = rule_of(meta, kind)
    remarks += remarks_on(meta, election.rule, kind)
    figures = [None if column is None else tuple(column[place] for place in kept) for column in (projects.figures("votes"), scores, marks)]
    selected, apart = (
        None if figures[2] is None else tuple(place for place, mark in enumerate(figures[2]) if mark == wanted) for wanted in (1, 2)
    )
    election.stated = Stated(
        rule="" if meta["rule"] == "unknown" else meta["rule"],
        why_not=why_not,
        listed=tuple(int(votes.listed[place]) for place in kept),
        votes=figures[0],
        scores=figures[1],
        selected=selected,
        apart=apart or (),
        besides=(*(name for name in BESIDES if meta[name]), *(["scoring_fn"] if places.remark is not None else [])),
        fitted=places.fitted,
        remarks=tuple(remarks),
    )
    names = projects.names()
    return Budget(meta.values, election, tuple(names[place] for place in kept), decimals, selected)


def _standing(projects: Projects, budget: Decimal) -> list[int]:
    """The places of the projects that were not withdrawn after the vote."""
    every = list(range(len(projects.ids)))
    kept = [place for place in every if projects.amounts[place] != SENTINEL_COST]
    return kept if kept and budget < SENTINEL_COST else every


__all__ = ["KINDS", "RULES", "Budget", "read", "write"]
