"""Anchors: what of the log stands somewhere nobody here controls, in sentences that a member understands."""

from __future__ import annotations

from itertools import islice

from api.texts import when
from api.views import Json, Plain, bounded, listing
from engine.community import Community
from engine.features.anchors.state import Anchor, Anchors, Sent
from engine.features.anchors.terms import AnchorTerms
from engine.features.polls.state import Poll
from engine.kernel import charter as charters
from engine.state import State

NOT_YET = "Not anchored yet: if it were changed, only those who kept a signed head or a receipt could tell."


@listing
def anchors(state: State, start: int, count: int) -> Json:
    """What was written where, newest first: heads of the log, steps of decisions, claims of rounds."""
    part, first = state[Anchors], max(0, start)
    written: list[Anchor | Sent] = sorted((*part.heads.values(), *part.sent.values()), key=lambda one: -int(one.id[1:]))
    return [_shown(one) for one in islice(written, first, first + bounded(count))]


def of_log(state: State) -> str | None:
    """How much of the log is anchored; None where the charter names no place."""
    terms, part = charters.in_force(state).get(AnchorTerms), state[Anchors]
    if terms is None:
        return None
    standing = [next(part.standing(place), None) for place in terms.by_name]
    most = max((anchor for anchor in standing if anchor is not None), key=lambda anchor: anchor.size, default=None)
    if most is None:
        return NOT_YET
    return f"The first {most.size:,} events are anchored, {where_said(most)}. Nobody can change them without it being seen."


def of_poll(state: State, each: Poll) -> Json:
    """Where a decision is anchored, once it is final; None where the charter names no place, or there is nothing to anchor yet."""
    if charters.in_force(state).get(AnchorTerms) is None or not each.final:
        return None

    def said(community: Community) -> Json:
        mark = f'"poll":"{each.id}"'.encode()
        seq = next((seq for seq, data in community.store.find("kind", "DecisionFinal") if mark in data), None)
        if seq is None:
            return None
        with community.reading() as now:
            anchor = now[Anchors].over(seq)
            return (
                NOT_YET
                if anchor is None
                else f"This decision is anchored with the log, {where_said(anchor)}. It cannot be changed without it being seen."
            )

    return Plain(said)


def steps_of(state: State, thing: str) -> list[str]:
    """What stands on a chain of a poll or a round, a sentence for each."""
    said = {
        "opened": "What it would do was pinned",
        "queued": "Its result was handed over",
        "executed": "It was carried out",
        "cancelled": "It was called off",
        "claims": "Members claim their shares",
    }
    return [f"{said[one.step]}{_in_contract(one)}." for one in state[Anchors].of(thing)]


def where_said(anchor: Anchor) -> str:
    """Where a head stands, in words."""
    since = f"recorded {when(anchor.at)}"
    if anchor.where is None:
        return f"in a file that somebody else keeps ({anchor.place}, {since})"
    return f"in block {anchor.where.block:,} of chain {anchor.where.chain_id} ({anchor.place}, {since})"


def _in_contract(one: Sent) -> str:
    preposition = "from" if one.step == "claims" else "in"
    return f" {preposition} contract {one.where.contract}, in block {one.where.block:,} of chain {one.where.chain_id}"


def _shown(one: Anchor | Sent) -> Json:
    what = {"what": "head", "place": one.place, "size": one.size, "root": one.root} if isinstance(one, Anchor) else {}
    if isinstance(one, Sent):
        what = {"what": one.step, "thing": one.thing}
    where = (
        None
        if one.where is None
        else {**vars(one.where), "transaction": f"0x{one.where.transaction}", "block_hash": f"0x{one.where.block_hash}"}
    )
    return {"id": one.id, **what, "where": where, "recorded": when(one.at), "unwound": one.unwound}
