"""A log as flat tables for people with questions: one `.db`, openable in Datasette or any SQLite tool.

Public facts and texts only; nothing private and nothing still sealed. It can be deleted and written again at will.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from engine import commands
from engine.community import Community
from engine.log import record as records
from engine.log.fields import Erasable, sealed_in
from engine.log.json import parse_own


def write(community: Community, out: Path) -> int:
    """Tables `events`, `texts`, `members`, `ideas`, `polls`, `options`, `ballots`, `points`; gives the number of events."""
    database = Database(out)
    size = community.store.size()
    with database.conn:
        database.table("events").insert_all(_events(community, size), pk="seq")
        database.table("texts").insert_all(_texts(community, size), pk=("seq", "field"))
        with community.reading() as state:
            database.table("members").insert_all(
                [
                    {"id": one.id, "role": one.role, "joined_at": one.joined_at, "forgotten": int(one.forgotten)}
                    for one in state.members.values()
                ],
                pk="id",
            )
            database.table("ideas").insert_all(
                [
                    {"id": one.id, "stage": one.stage, "author": one.authors[0], "supports": len(one.supporters), "cost": one.cost,
                     "version": one.versions[-1]}
                    for one in state.ideas.values()
                ],
                pk="id",
            )  # fmt: skip
            database.table("polls").insert_all(
                [
                    {"id": one.id, "decision": one.terms.decision, "rule": one.terms.rule, "roll": one.terms.roll_count,
                     "status": one.result.status if one.result else "void" if one.void else "open"}
                    for one in state.polls.values()
                ],
                pk="id",
            )  # fmt: skip
            database.table("options").insert_all(
                [
                    {"poll": one.id, "number": number, "idea": option.idea, "cost": option.cost,
                     "score": one.result.scores[number - 1] if one.result and one.result.scores else None,
                     "won": int(number in one.result.winners) if one.result else None}
                    for one in state.polls.values()
                    for number, option in enumerate(one.terms.options, 1)
                ],
                pk=("poll", "number"),
            )  # fmt: skip
        database.table("ballots").insert_all(_ballots(community, size), pk="seq")
        database.table("points").insert_all(_points(community, size), pk="seq")
    database.close()
    return size


def _lines(community: Community, size: int) -> Iterator[dict[str, Any]]:
    for _, data in community.store.lines(0, size):
        yield parse_own(data)


def _events(community: Community, size: int) -> Iterator[dict[str, Any]]:
    for line in _lines(community, size):
        yield {**{name: line[name] for name in ("seq", "at", "kind", "actor", "cause")}, "body": line["body"]}


def _texts(community: Community, size: int) -> Iterator[dict[str, Any]]:
    for seq, data in community.store.lines(0, size):
        openings = community.store.openings(seq)
        sealed = sealed_in(records.read_own(data, commands.kind_of).event) if openings else {}
        for opening in openings:
            if isinstance(sealed.get(opening.field), Erasable):
                yield {"seq": seq, "field": opening.field, "owner": opening.owner, "text": parse_own(opening.value)}


def _ballots(community: Community, size: int) -> Iterator[dict[str, Any]]:
    for line in _lines(community, size):
        body = line["body"]
        if line["kind"] == "BallotCast":
            yield {"seq": line["seq"], "poll": body["poll"], "voter": body["voter"], "choice": body["choice"]}
        elif line["kind"] == "BallotsOpened":
            for opening in body["openings"]:
                _, data = next(community.store.lines(opening["seq"], opening["seq"] + 1))
                voter = parse_own(data)["body"]["voter"]
                yield {"seq": opening["seq"], "poll": body["poll"], "voter": voter, "choice": opening["choice"]}


def _points(community: Community, size: int) -> Iterator[dict[str, Any]]:
    for line in _lines(community, size):
        body = line["body"]
        if line["kind"] in ("PointsEarned", "PointsAwarded"):
            yield {
                "seq": line["seq"], "member": body["member"], "points": int(body["points"]), "at": line["at"],
                "for": body.get("act", "award"), "thing": body.get("thing"),
            }  # fmt: skip
