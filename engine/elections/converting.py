"""An election as a file: written in the format that the file's ending names, then read again to check that it says the
same.

>>> written = write(Election.read("seats: 2\\n3: garden > library\\n1: library"), Path("votes.soi"))
>>> written.text.splitlines()[-2:], written.left_out
(['3: 1,2', '1: 2'], ['seats: 2'])
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np

from engine.elections import blt, columns, pabulib, preflib, ranks, scottish, text_out
from engine.elections.arrays import distinct_rows
from engine.elections.election import Election
from engine.elections.files import parse
from engine.refusals import Refusal, refuse
from engine.values import typed

HOLD = {
    "soc": "rank every option, no two equal",
    "soi": "leave options out",
    "toc": "rank options equal",
    "toi": "rank options equal, and leave some out",
    "cat": "approve of options",
}
"""What is so of the ballots in each kind of PrefLib file."""


class Output(NamedTuple):
    """The text of a file, what was known about the election that the file has no place for, and what the file says beyond it."""

    text: str
    left_out: list[str]
    added: list[str]


def write(election: Election, path: Path, voters: Sequence[str] | None = None) -> Output:
    """The election in the format that the path's ending names; refused if it would not be read again as the same ballots.

    `voters` name whoever cast each ballot, one after the other, where a format has a place for that (`.pb`)."""
    text = pabulib.write(election, path.stem, voters) if path.suffix.lower() == ".pb" else _written(election, path)
    try:
        again = parse(text, path)
    except Refusal as refusal:
        raise refuse(
            "file_foreign", "the election", "would not be read again from {path}: {refusal}", "write a .txt",
            path=path.name, refusal=refusal,
        ) from None  # fmt: skip
    for name, other in zip(election.options, again.options, strict=False):
        if name != other:
            raise refuse(
                "file_foreign", "the option {name!r}", "would be read again as {other!r} from {path}", "rename it",
                name=name, other=other, path=path.name,
            )  # fmt: skip
    if not _alike(election, again):
        raise refuse(
            "file_foreign", "the election", "would be read again as another from {path}", "write a .txt, or correct its names",
            path=path.name,
        )  # fmt: skip
    mine, theirs = _terms(election), _terms(again)
    if theirs["write-ins"] not in (None, mine["write-ins"]):
        fact = f"would be read again from {path.name} as all that nobody declared"
        raise refuse("file_foreign", "the option {theirs!r}", fact, "rename it", theirs=theirs["write-ins"])
    mine["blank ballots"] = election.total - again.total or None
    left_out = [f"{name}: {value}" for name, value in mine.items() if value not in (None, theirs.get(name))]
    return Output(text, left_out, [f"{name}: {value}" for name, value in theirs.items() if value is not None and mine[name] is None])


def _terms(election: Election) -> dict[str, object]:
    """What came with the ballots, as people type it."""
    terms: dict[str, object] = {name: getattr(election, name) for name in ("seats", "eligible", "active")}
    terms["ballots"] = election.kind
    terms["decimals"] = (election.kind == "gifts" and election.decimals) or None
    terms["groups"] = ", ".join(election.groups.names) if election.groups else None
    terms["write-ins"] = None if election.write_ins is None else election.options[election.write_ins]
    terms["points of places"] = ", ".join(map(str, election.worth)) if isinstance(election.worth, tuple) else election.worth
    rule, given = election.rule or ("", {})
    terms["rule"] = " ".join(["--rule", rule, *(f"--set {name}={typed(value)}" for name, value in given.items())]) if rule else None
    return terms


def _written(election: Election, path: Path) -> str:
    ending = path.suffix.lower().lstrip(".")
    if ending in preflib.TYPES and election.budget is not None:
        raise refuse(
            "file_foreign", "{path}", "ends in .{ending}, which has no place for costs and a budget", "write a .txt or a .pb",
            ending=ending, path=str(path),
        )  # fmt: skip
    if ending in preflib.TYPES:
        if preflib.type_of(election) != ending:
            raise refuse(
                "file_foreign", "{path}", "ends in .{ending}, and these ballots {hold}", "write a .{type_of}",
                ending=ending, type_of=preflib.type_of(election), hold=HOLD[preflib.type_of(election)], path=str(path),
            )  # fmt: skip
        return preflib.write(election, path.stem)
    if ending == "csv" and election.budget is None and (election.kind != "ranked" or not election.strict):
        return columns.write(election)
    if ending in ("blt", "csv"):
        if election.kind != "ranked" or election.budget is not None:
            raise refuse(
                "ballot_kind_wrong",
                "{path}",
                "ends in .{ending}, which has no place for "
                + ("costs and a budget" if election.budget is not None else "other than rankings"),
                "write a .txt, or a .pb for a budget",
                ending=ending,
                path=str(path),
            )
        if not election.strict:
            raise refuse(
                "file_foreign", "{path}", "ends in .{ending}, and these ballots rank options equal", "write a .txt or a .{type_of}",
                ending=ending, type_of=preflib.type_of(election), path=str(path),
            )  # fmt: skip
        if ending == "blt":
            return blt.write(election, path.stem)
        as_ranks = election.write_ins is not None or (election.seats is None and ranks.holds(election))
        return ranks.write(election) if as_ranks else scottish.write(election, path.stem)
    if ending != "txt":
        endings = ", ".join(["pb", *preflib.TYPES, "blt", "csv", "txt"])
        raise refuse(
            "file_foreign", "{path}", "ends in {value}", "name a file that ends in one of {endings}",
            value=ending or "nothing", endings=endings, path=str(path),
        )  # fmt: skip
    money = None if election.costs is None or election.budget is None else (election.costs, election.budget)
    beside = {"seats": election.seats, "eligible": election.eligible, "active": election.active, "decimals": election.decimals}
    return text_out.write(election.options, election.kind, election.table, election.weights.tolist(), money, beside, election.groups)


def _alike(election: Election, again: Election) -> bool:
    """Whether two elections are about the same options and money, by the same ballots, in whatever order."""

    def known(one: Election) -> tuple[object, ...]:
        scale = 10**one.decimals
        table = one.table
        if one.kind == "ranked":  # only the order of ranks says anything
            above = [(table < column[:, None]).sum(axis=1) for column in table.T]
            table = np.stack([np.where(column < len(one.options), rank, -1) for column, rank in zip(table.T, above, strict=True)], axis=1)
        rows, place = distinct_rows(table if one.kind == "gifts" else table.astype(np.int64))
        weights = np.zeros(len(rows), np.int64)
        np.add.at(weights, place, one.weights)
        said = rows.any(axis=1) if one.kind != "ranked" else (rows >= 0).any(axis=1)
        costs = [Fraction(cost, scale) for cost in one.costs or ()]
        return one.options, costs, one.budget and Fraction(one.budget, scale), rows[said].tolist(), weights[said].tolist()

    return known(election) == known(again)
