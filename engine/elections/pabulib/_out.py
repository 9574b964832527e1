"""An election about a budget as a `.pb` file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from functools import partial

import numpy as np

from engine.elections.election import Election
from engine.elections.grades import as_points
from engine.elections.kinds import NUMBERED
from engine.elections.pabulib._rule import THRESHOLD, word_of
from engine.limits import VOTERS_WRITTEN_MAX
from engine.refusals import refuse


def write(election: Election, title: str = "", voters: Sequence[str] | None = None) -> str:
    """An election about a budget, by approvals, points or strict rankings, as a `.pb` file; projects are named as its options are, and
    voters by `voters`, one for each ballot, or else by numbers.

    The points of rankings stand beside the votes where they are other than readers of such files take for granted.
    """
    if election.budget is None or election.costs is None or election.kind in ("quadratic", "gifts"):
        raise refuse("ballot_kind_wrong", "the election", "is not a budget by approvals, points or rankings", "write it in another format")
    if election.total > VOTERS_WRITTEN_MAX:
        raise refuse(
            "too_large", "the election", "has {total:,} voters, and a .pb file a line for each", "write a .txt", total=election.total
        )
    if any("," in name for name in election.options):
        raise refuse("file_foreign", "an option", "has a comma in its name, which separates votes in a .pb file", "rename it")
    ranked = election.kind == "ranked"
    into = io.StringIO()
    table = csv.writer(into, delimiter=";", lineterminator="\n")
    money = partial(_plain, decimals=election.decimals)
    word, threshold = word_of(election.rule)
    meta: dict[str, object] = {
        "description": title,
        "num_projects": len(election.options),
        "num_votes": election.total,
        "budget": money(election.budget),
        "vote_type": {"cumulative": "cumulative", "score": "scoring", "ranked": "ordinal"}.get(election.kind, "approval"),
        "rule": word,
    }
    meta |= {"max_sum_cost": money(election.budget)} if election.kind == "knapsack" else {}
    meta |= {"max_sum_points": int(election.table.sum(axis=1).max(initial=0))} if election.kind == "cumulative" else {}
    meta |= {THRESHOLD: threshold} if threshold else {}
    given = as_points(election).table if ranked and election.worth != "named" else election.table if election.kind in NUMBERED else None
    table.writerows([["META"], ["key", "value"], *meta.items(), ["PROJECTS"], ["project_id", "cost"]])
    table.writerows(zip(election.options, map(money, election.costs), strict=True))
    table.writerows([["VOTES"], ["voter_id", "vote", "points"] if given is not None else ["voter_id", "vote"]])
    voter = 0
    for number, weight in enumerate(election.weights.tolist()):
        row = election.orders[number] if ranked else np.flatnonzero(election.table[number])
        listed = [place for place in row.tolist() if place >= 0]
        cells = [",".join(election.options[place] for place in listed)]
        if given is not None:
            cells.append(",".join(str(given[number, place]) for place in listed))
        for _ in range(weight):
            voter += 1
            table.writerow([voter if voters is None else voters[voter - 1], *cells])
    return into.getvalue()


def _plain(amount: int, decimals: int) -> str:
    whole, part = divmod(amount, 10**decimals)
    return f"{whole}.{part:0{decimals}d}" if decimals else str(whole)
