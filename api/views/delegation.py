"""Delegations: who speaks for whom, in general and in one poll."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np

from api import clock
from api.counted import closed_poll
from api.spoken_for import carried_in, said_of, voices_in
from api.texts import person, text, when
from api.views import Json, Later, Plain, beside, bounded, listing, side
from engine.community import Community
from engine.delegation import NOBODY
from engine.features.delegation.delegate import DELEGATE
from engine.features.delegation.state import Delegations, Given
from engine.features.delegation.terms import DelegationTerms
from engine.features.polls.electorate import VOTE
from engine.features.polls.state import Poll, PollId, Polls
from engine.kernel import charter as charters
from engine.kernel.authority import holds
from engine.kernel.members import Members
from engine.refusals import Refusal
from engine.state import State
from engine.values import DAY_MS, MemberId, Name

SPANS = (30, 91, 182, 365)
"""The days that a form offers, as far as the charter allows them, beside the longest."""
SPOKEN_FOR_MAX = 10_000
"""Members of whom it is shown who spoke for them in a poll, in the order of joining; each finds herself on the poll's page as well."""
NAMED_MAX = 50
"""Members a page names of those who have delegated to one, in each topic."""


@listing
def delegations(state: State, start: int, count: int) -> Json:
    """Delegations in force now: the general ones, then those of each topic, in the order of joining."""
    first, at = max(0, start), max(state.at, clock.now())
    rows = ((topic, given, number) for topic, given in state[Delegations].all() for number in _in_force(given, at))
    return [_row(state, *row) for row in islice(rows, first, first + bounded(count))]


@beside("member")
def her_delegations(state: State, shown: Json, member: str | None) -> dict[str, Json]:
    """Who speaks for her, for whom she does, and what whoever looks at her page may do about it."""
    at, number, everything = max(state.at, clock.now()), state[Members][shown["id"]].number, list(state[Delegations].all())
    hers = [_row(state, topic, given, number) for topic, given in everything if given.is_in_force(number, at)]
    to_her = [(topic, given, np.flatnonzero(given.in_force(at, len(given.to)) == number)) for topic, given in everything]
    terms = charters.in_force(state).get(DelegationTerms)
    may = terms is not None and member not in (None, shown["id"]) and holds(state, member, DELEGATE) and holds(state, shown["id"], VOTE)
    return {
        "delegates": hers,
        "speaks_for": [_row(state, topic, given, one) for topic, given, ones in to_her for one in ones[:NAMED_MAX].tolist()],
        "voices": len(np.unique(np.concatenate([ones for _, _, ones in to_her]))),
        "delegable": _offered(terms, at) if terms is not None and may else None,
    }


@beside("poll")
def her_voice(state: State, shown: Json, member: str | None) -> dict[str, Json]:
    """Who votes for whoever looks at an open poll, unless she does, and how many have delegated to her in it; of a closed one, whose ballot
    spoke for her."""
    poll = state[Polls][shown["id"]]
    if member and poll.result is not None and in_poll(state, poll) is not None:
        return {"voice": Later(lambda community: _her_voice(community, poll, member))}
    frozen = None if poll.ballots is None else poll.ballots.links
    place = poll.ballots.place(member) if member and poll.ballots is not None else None
    if frozen is None or place is None or poll.ballots is None:
        return {"voice": None}
    to, to_her = int(frozen.links[place]), int((frozen.links == place).sum())
    delegate = None if to < 0 else person(poll.ballots.roll.member(to))
    return {"voice": {"delegate": delegate, "voices": to_her} if delegate or to_her else None}


@side(PollId, "spoken-for")
def spoken_for(state: State, name: str) -> Json:
    """Who spoke for whom in a closed poll: everybody on its roll who had a delegate, and whose ballot spoke for her."""
    poll = closed_poll(state, name)
    return {
        "poll": poll.id,
        "question": text(poll.seq, "question"),
        "spoken_for": Plain(lambda community: _spoken_for(community, poll)),
    }


def _spoken_for(community: Community, poll: Poll) -> Json:
    """`speaker`: whose ballot it was, her own where she voted, None where nobody's was reached."""
    known = voices_in(community, poll)
    if known is None:
        return []
    return [{"member": each.member, "delegate": each.delegate, "speaker": each.speaker} for each in known.handed_on(SPOKEN_FOR_MAX)]


def _her_voice(community: Community, poll: Poll, member: str) -> Json:
    try:
        known = voices_in(community, poll)
    except Refusal as refusal:
        if refusal.code != "server_busy":
            raise
        return None  # the rest of the page need not wait for what many ask for just now
    hers = None if known is None else known.of(member)
    if hers is None or (hers.delegate is None and not hers.voices):
        return None
    delegate, speaker = (None if one is None else person(one) for one in (hers.delegate, hers.speaker))
    return {"delegate": delegate, "speaker": speaker, "voices": hers.voices}


def in_poll(state: State, poll: Poll) -> Json:
    """What a poll froze of delegations and, once it has ended, whose ballot carried whose votes; None where nobody on its roll had a delegate."""
    terms = charters.as_of(state, poll.asked.charter).get(DelegationTerms)
    if terms is None or poll.asked.decision not in terms.decisions:
        return None
    return Later(lambda community: _carried(community, poll))


def _carried(community: Community, poll: Poll) -> Json:
    frozen = list(said_of(community, poll, "DelegationsFrozen"))
    if not frozen:
        return None
    shown: dict[str, Any] = {"delegations": frozen[0]["delegations"], "depth_max": frozen[0]["depth_max"], "carried": None}
    known = carried_in(community, poll)
    if known is not None:
        shown["carried"] = {
            "voices": known.voices,
            "power": str(known.power),
            "ballots": known.ballots,
            "by": [{"member": person(one["member"]), "voices": one["voices"], "power": one["power"]} for one in known.most],
            "lost": known.lost,
            "loops": [{"first": person(one["first"]), "members": one["members"]} for one in known.loops],
        }
    return shown


def _in_force(given: Given, at: int) -> list[int]:
    """Who has a delegate at a moment, by number."""
    return np.flatnonzero(given.in_force(at, len(given.to)) != NOBODY).tolist()


def _row(state: State, topic: Name | None, given: Given, number: int) -> Json:
    seqs = state[Members].seqs
    return {
        "member": person(MemberId.of(seqs[number])),
        "delegate": person(MemberId.of(seqs[given.to[number]])),
        "topic": topic,
        "since": when(given.since[number]),
        "until": when(given.until[number]),
    }


def _offered(terms: DelegationTerms, at: int) -> Json:
    """The topics one may delegate in, and ends to choose from."""
    days = [*[span for span in SPANS if span < terms.days_max], terms.days_max]
    return {"topics": list(terms.decisions), "ends": [{"days": span, "until": at + span * DAY_MS} for span in days]}
