"""Cast vote records in NIST's common data format (SP 1500-103, `.json`): for each ballot, what stands at each rank.

>>> report = {"CVR": [{"CurrentSnapshotId": "b1", "CVRSnapshot": [{"@id": "b1", "CVRContest": [{"ContestId": "c1",
...     "CVRContestSelection": [{"ContestSelectionId": "s2", "SelectionPosition": [{"HasIndication": "yes", "Rank": 1}]}]}]}]}],
...     "Election": [{"Candidate": [{"@id": "a", "Name": "Ann"}, {"@id": "b", "Name": "Bob"}],
...     "Contest": [{"@id": "c1", "Name": "Mayor", "ContestSelection": [{"@id": "s1", "CandidateIds": ["a"]},
...         {"@id": "s2", "CandidateIds": ["b"]}]}]}]}
>>> ballots(report, "Mayor")
[[['Bob']]]
"""

from __future__ import annotations

from typing import Any

from engine.limits import OPTIONS_PER_POLL_MAX
from engine.refusals import refuse


def ballots(report: Any, contest: str) -> list[list[list[str]]]:
    """For each ballot of the contest (given by name or id; if it is empty, there must be only one), the options marked
    at each rank from 1."""
    try:
        election = report["Election"][0]
        people = {each["@id"]: each["Name"] for each in election["Candidate"]}
        contests = [each for each in election["Contest"] if contest in ("", each["@id"], each["Name"])]
        if len(contests) != 1:
            raise refuse(
                "file_unreadable", "the records", "have {contests_count} contests called {contest!r}", "name one of theirs",
                contests_count=len(contests), contest=contest,
            )  # fmt: skip
        named = {each["@id"]: people[each["CandidateIds"][0]] for each in contests[0]["ContestSelection"]}
        return [_ranks(record, contests[0]["@id"], named) for record in report["CVR"]]
    except (KeyError, TypeError, IndexError, AttributeError, ValueError) as missing:
        raise refuse(
            "file_unreadable", "the records", "lack what NIST's format states: {missing}", "give the report whole", missing=missing
        ) from None


def _ranks(record: Any, contest: str, named: dict[str, str]) -> list[list[str]]:
    snapshots = {each["@id"]: each for each in record["CVRSnapshot"]}
    snapshot = snapshots[record["CurrentSnapshotId"]]
    marked: dict[int, list[str]] = {}
    for part in snapshot["CVRContest"]:
        for selection in part["CVRContestSelection"] if part["ContestId"] == contest else []:
            for position in selection["SelectionPosition"]:
                if position["HasIndication"] == "yes" and position.get("IsAllocable") != "no":
                    marked.setdefault(int(position["Rank"]), []).append(named[selection["ContestSelectionId"]])
    last = max(marked, default=0)
    if not 0 <= last <= OPTIONS_PER_POLL_MAX or min(marked, default=1) < 1:
        raise ValueError(f"a mark at rank {last}")
    return [marked.get(rank, []) for rank in range(1, last + 1)]
