"""Participatory budgets in Pabulib's format (`.pb`, arXiv 2012.06539).

Three parts, META, PROJECTS and VOTES, each a table with `;` between fields. Approvals whose `max_sum_cost` is the
budget are knapsack ballots. Only what a count needs is kept: of the voters nothing but their ballots, so that age, sex
and every other column are gone once the file has been read.

>>> file = read('''META
... key;value
... budget;800
... vote_type;approval
... PROJECTS
... project_id;cost;name
... 7;600;Garden
... 9;100.0;Bench
... VOTES
... voter_id;vote;age
... a;7,9;44''')
>>> file.election.costs, file.election.table.tolist()
((600, 100), [[1, 1]])
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

import numpy as np

from engine.elections.election import Election
from engine.elections.kinds import NUMBERED, Kind
from engine.elections.size import check_size
from engine.limits import INTEGER_MAX, POINTS_PER_BALLOT_MAX, VOTERS_WRITTEN_MAX
from engine.refusals import Refusal, refuse

KINDS: dict[str, Kind] = {
    "approval": "approval",
    "choose-1": "approval",
    "cumulative": "cumulative",
    "scoring": "score",
    "ordinal": "ranked",
}
RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "greedy": ("greedy", {"skip": True}),
    "greedy-no-skip": ("greedy", {"skip": False}),
    "equalshares": ("equal_shares", {"utility": "cost"}),
    "equalshares/add1": ("equal_shares", {"utility": "cost", "completion": "add_one"}),
    "equalshares/add1-comparison": (
        "equal_shares",
        {"utility": "cost", "completion": "add_one", "compare": "satisfaction"},
    ),
}
"""The rules that Pabulib files name, as ours."""


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
        """The rule the file states and its parameters; None when we do not know it."""
        return RULES.get(self.meta.get("rule", ""))


def read(text: str) -> Budget:
    """The budget in a `.pb` file; refused by name when it is not one whose ballots we count."""
    parts = _parts(text)
    meta = {row[0]: row[1] if len(row) > 1 else "" for _, row in parts["META"][1:]}
    stated = meta.get("vote_type", "")
    if stated not in KINDS:
        raise refuse(
            "ballot_kind_wrong", "the file", "has votes of type {stated!r}", "it must be one of {known}",
            stated=stated, known=", ".join(KINDS),
        )  # fmt: skip
    kind = KINDS[stated]
    columns, projects = _table(parts["PROJECTS"], "PROJECTS", ("project_id", "cost"))
    ids = [row[columns["project_id"]] for _, row in projects]
    amounts = [_amount(row[columns["cost"]], line, columns["cost"]) for line, row in projects]
    if "budget" not in meta:
        raise _wrong(parts["META"][0][0], "begins META, which states no budget", "add a line such as budget;100000")
    stated_at = next((line for line, row in parts["META"] if row[0].strip() == "budget"), parts["META"][0][0])
    budget = _amount(meta.get("budget", ""), stated_at, 1)
    decimals = max(0, *(-int(amount.normalize().as_tuple().exponent) for amount in [budget, *amounts]))
    if decimals > 4:
        raise _wrong(1, "has money with {decimals} decimals", "round it to at most 4", decimals=decimals)
    scale = Decimal(10) ** decimals
    places = {name: place for place, name in enumerate(ids)}
    if len(places) != len(ids):
        again = next(place for place, name in enumerate(ids) if name in ids[:place])
        raise _wrong(projects[again][0], "has project {ids} again", "name each project once", columns["project_id"], ids=ids[again])
    costs, table = tuple(int(amount * scale) for amount in amounts), _votes(parts["VOTES"], kind, places)
    if kind == "approval" and meta.get("max_sum_cost", "").strip():
        most = _amount(meta["max_sum_cost"], next(line for line, row in parts["META"] if row[0] == "max_sum_cost"), 1)
        if dear := np.flatnonzero(table.astype(np.int64).dot(np.array(costs, np.int64)) > most * scale).tolist():
            raise _wrong(
                parts["VOTES"][1 + dear[0]][0], "votes for more than max_sum_cost, {most}", "correct the vote, or leave it out", most=most
            )
        kind = "knapsack" if most == budget else kind
    _check_stated(meta, parts, table, kind)
    return Budget(
        meta,
        Election(tuple(ids), kind, table, np.ones(len(table), np.int64), costs, int(budget * scale), decimals),
        tuple(row[columns["name"]] if "name" in columns else row[columns["project_id"]] for _, row in projects),
        decimals,
        tuple(place for place, (_, row) in enumerate(projects) if row[columns["selected"]] == "1") if "selected" in columns else None,
    )


def _check_stated(meta: dict[str, str], parts: dict[str, Rows], table: np.ndarray[Any, Any], kind: Kind) -> None:
    """Refuse a file that contradicts itself: cut short, with a voter twice, or with votes beyond its own limits."""
    for name, part in (("num_projects", "PROJECTS"), ("num_votes", "VOTES")):
        held = len(parts[part]) - 1
        stated, line = _stated(meta, parts, name)
        if stated not in (None, held):
            raise _wrong(
                line, "states {stated:,} {lower}, and the file holds {held:,}", "get the whole file, or correct the number",
                stated=stated, lower=part.lower(), held=held,
            )  # fmt: skip
    votes, head = parts["VOTES"][1:], [name.strip() for name in parts["VOTES"][0][1]]
    if "voter_id" in head:
        seen: dict[str, int] = {}
        for line, row in votes:
            voter = row[head.index("voter_id")]
            if voter and seen.setdefault(voter, line) != line:
                raise _wrong(
                    line, "is a second vote of voter {voter!r}", "leave out this line or line {seen}", head.index("voter_id"),
                    voter=voter[:40], seen=seen[voter],
                )  # fmt: skip
    named = (table < table.shape[1] if kind == "ranked" else table > 0).sum(axis=1)
    bounds = {"max_length": (named, "names {} projects")}
    if kind == "cumulative":
        bounds["max_sum_points"] = table.sum(axis=1), "gives {} points"
    for name, (figures, fact) in bounds.items():
        stated, _ = _stated(meta, parts, name)
        if stated is not None and (above := np.flatnonzero(figures > stated).tolist()):
            raise _wrong(
                votes[above[0]][0], fact.format(figures[above[0]]) + ", and {name} is {stated}", "correct the vote, or leave it out",
                name=name, stated=stated,
            )  # fmt: skip


def _stated(meta: dict[str, str], parts: dict[str, Rows], name: str) -> tuple[int | None, int]:
    """The whole number that META states under a name, and its line; None if it states none."""
    text = meta.get(name, "").strip()
    if not text:
        return None, 0
    line = next(line for line, row in parts["META"] if row[0] == name)
    if not re.fullmatch(r"\d{1,15}", text):
        raise _wrong(line, "states {name} as {text!r}", "write a whole number, or leave it out", 1, name=name, text=text[:40])
    return int(text), line


def write(election: Election, title: str = "") -> str:
    """An election about a budget, by approvals, points or strict rankings, as a `.pb` file; projects are named as its options are."""
    if election.budget is None or election.costs is None or election.kind == "quadratic":
        raise refuse("ballot_kind_wrong", "the election", "is not a budget by approvals, points or rankings", "write it in another format")
    if election.total > VOTERS_WRITTEN_MAX:
        raise refuse(
            "too_large", "the election", "has {total:,} voters, and a .pb file a line for each", "write a .txt", total=election.total
        )
    if any("," in name for name in election.options):
        raise refuse("file_foreign", "an option", "has a comma in its name, which separates votes in a .pb file", "rename it")
    points, ranked = election.kind in NUMBERED, election.kind == "ranked"
    into = io.StringIO()
    table = csv.writer(into, delimiter=";", lineterminator="\n")
    money = partial(_plain, decimals=election.decimals)
    named = {rule: word for word, rule in reversed(_KNOWN.items())}
    meta = {
        "description": title,
        "num_projects": len(election.options),
        "num_votes": election.total,
        "budget": money(election.budget),
        "vote_type": {"cumulative": "cumulative", "score": "scoring", "ranked": "ordinal"}.get(election.kind, "approval"),
        "rule": "unknown" if election.rule is None else named.get(_key(election.rule), "unknown"),
    } | ({"max_sum_cost": money(election.budget)} if election.kind == "knapsack" else {})
    table.writerows([["META"], ["key", "value"], *meta.items(), ["PROJECTS"], ["project_id", "cost"]])
    table.writerows(zip(election.options, map(money, election.costs), strict=True))
    table.writerows([["VOTES"], ["voter_id", "vote", "points"] if points else ["voter_id", "vote"]])
    voter = 0
    for row, weight in zip((election.orders if ranked else election.table).tolist(), election.weights.tolist(), strict=True):
        listed = [place for place in row if place >= 0] if ranked else [place for place, cell in enumerate(row) if cell]
        vote = ",".join(election.options[place] for place in listed)
        given = [",".join(str(cell) for cell in row if cell)] if points else []
        for _ in range(weight):
            voter += 1
            table.writerow([voter, vote, *given])
    return into.getvalue()


def _plain(amount: int, decimals: int) -> str:
    whole, part = divmod(amount, 10**decimals)
    return f"{whole}.{part:0{decimals}d}" if decimals else str(whole)


def _key(rule: tuple[str, dict[str, Any]]) -> tuple[str, tuple[tuple[str, Any], ...]]:
    return rule[0], tuple(sorted(rule[1].items()))


_KNOWN = {word: _key(rule) for word, rule in RULES.items()}
Rows = list[tuple[int, list[str]]]


def _parts(text: str) -> dict[str, Rows]:
    parts: dict[str, Rows] = {}
    current: Rows | None = None
    reader = csv.reader(text.lstrip("\ufeff").splitlines(), delimiter=";")
    try:
        for row in reader:
            word = row[0].strip() if row else ""
            if len(row) <= 1 and word in ("META", "PROJECTS", "VOTES"):
                current = parts.setdefault(word, [])
            elif row and any(row):
                if current is None:
                    raise _wrong(reader.line_num, "comes before META", "a .pb file begins with the line META")
                current.append((reader.line_num, row))
    except csv.Error as wrong:
        raise _wrong(reader.line_num, "cannot be read: {wrong}", "correct its quotes", wrong=wrong) from None
    for name in ("META", "PROJECTS", "VOTES"):
        if len(parts.get(name, [])) < 2:
            raise _wrong(
                max(reader.line_num, 1), "is the last, and the file has no part {name}", "a .pb file has META, PROJECTS and VOTES",
                name=name,
            )  # fmt: skip
    return parts


def _table(rows: Rows, part: str, needed: tuple[str, ...]) -> tuple[dict[str, int], Rows]:
    line, head = rows[0]
    columns = {name.strip(): place for place, name in enumerate(head)}
    for name in needed:
        if name not in columns:
            raise _wrong(line, "has no column {name} in {part}", "{part} needs {needed}", name=name, part=part, needed=" and ".join(needed))
    for line, row in rows[1:]:
        if len(row) != len(head):
            raise _wrong(
                line, "has {row_count} fields where {part} has {head_count} columns", "add or remove fields",
                min(len(row), len(head)) - 1,
                row_count=len(row), part=part, head_count=len(head),
            )  # fmt: skip
    return columns, rows[1:]


def _votes(rows: Rows, kind: Kind, places: dict[str, int]) -> np.ndarray[Any, Any]:
    by_points = kind in NUMBERED
    columns, votes = _table(rows, "VOTES", ("vote", "points") if by_points else ("vote",))
    check_size(len(votes), len(places))
    if kind == "ranked":
        return _rankings(votes, columns["vote"], places)
    table = np.zeros((len(votes), len(places)), np.int64 if by_points else np.int8)
    vote, points = columns["vote"], columns.get("points", -1)
    for number, (line, row) in enumerate(votes):
        named = [name.strip() for name in row[vote].split(",") if name.strip()]
        given = row[points].split(",") if by_points and named else ["1"] * len(named)
        if len(given) != len(named):
            raise _wrong(
                line, "names {named_count} projects and {given_count} points", "give points to each", points,
                named_count=len(named), given_count=len(given),
            )  # fmt: skip
        for place, amount in zip(_projects(named, places, line, vote), given, strict=True):
            if not amount.strip().isdecimal() or len(amount.strip()) > 9 or int(amount) > POINTS_PER_BALLOT_MAX:
                raise _wrong(
                    line, "gives {amount!r} points", "give a whole number up to {points_per_ballot_max}", points,
                    amount=amount[:40], points_per_ballot_max=POINTS_PER_BALLOT_MAX,
                )  # fmt: skip
            table[number, place] = int(amount)
    return table


def _rankings(votes: Rows, vote: int, places: dict[str, int]) -> np.ndarray[Any, Any]:
    """Votes that list projects, the best first."""
    table = np.full((len(votes), len(places)), len(places), np.int16)
    for row, (line, cells) in zip(table, votes, strict=True):
        named = [name.strip() for name in cells[vote].split(",") if name.strip()]
        row[_projects(named, places, line, vote)] = range(len(named))
    return table


def _projects(named: list[str], places: dict[str, int], line: int, cell: int) -> list[int]:
    """The places of the projects that a vote names; the vote stands in one cell of a line."""
    if unknown := [name for name in named if name not in places]:
        raise _wrong(line, "votes for {unknown!r}, which is not a project", "correct the vote", cell, unknown=unknown[0][:40])
    if len(set(named)) != len(named):
        twice = next(name for name in named if named.count(name) > 1)
        raise _wrong(line, "names project {twice} twice", "name it once", cell, twice=twice)
    return [places[name] for name in named]


def _amount(text: str, line: int, cell: int) -> Decimal:
    if re.fullmatch(r"\s*\d{1,3}(,\d{3})+\s*", text):
        raise _wrong(line, "has {text!r} where an amount should be", "leave out commas between thousands", cell, text=text[:40])
    try:
        amount = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        raise _wrong(line, "has {text!r} where an amount should be", "write it as 1000 or 1000.50", cell, text=text[:40]) from None
    if not amount.is_finite() or not 0 <= amount <= INTEGER_MAX // 10**4 or int(amount.normalize().as_tuple().exponent) < -12:
        raise _wrong(
            line, "has the amount {text}", "give one from 0 to {integer_max}", cell, text=text[:40], integer_max=INTEGER_MAX // 10**4
        )
    return amount


def _wrong(line: int, fact: str, way_out: str, cell: int = -1, /, **values: object) -> Refusal:
    """A refusal of a line, or of one of its cells, which are counted from 0 here and from 1 in what people read."""
    return refuse(
        "file_unreadable", "line {at_line}" + (", cell {at_cell}" if cell >= 0 else ""), fact, way_out,
        at_line=line, at_cell=cell + 1, **values,
    )  # fmt: skip
