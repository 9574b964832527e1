"""Delegations: who speaks for whom, in general and in one poll."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np

from api import clock
from api.texts import person, when
from api.views import PAGE, Json, Later, beside, bounded, listing
from engine.community import Community
from engine.delegation import NOBODY
from engine.features.delegation.delegate import DELEGATE
from engine.features.delegation.state import Delegations, Given
from engine.features.delegation.terms import DelegationTerms
from engine.features.polls.electorate import VOTE
from engine.features.polls.state import Poll, Polls
from engine.kernel import charter as charters
from engine.kernel.authority import holds
from engine.kernel.members import Members
from engine.log.json import parse_own
from engine.state import State
from engine.values import DAY_MS, MemberId, Name

SPANS = (30, 91, 182, 365)
"""The days that a form offers, as far as the charter allows them, beside the longest."""
NAMED_MAX = 50
"""Members a page names of those who have delegated to one, in each topic."""


@listing
def delegations(state: State, start: int, count: int) -> Json:
    """Delegations in force at the last event: the general ones, then those of each topic, in the order of joining."""
    first, at = max(0, start), state.at
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
    """Who votes for whoever looks at an open poll, unless she does, and how many have delegated to her in it."""
    poll = state[Polls][shown["id"]]
    frozen = None if poll.ballots is None else poll.ballots.links
    place = poll.ballots.place(member) if member and poll.ballots is not None else None
    if frozen is None or place is None or poll.ballots is None:
        return {"voice": None}
    to, to_her = int(frozen.links[place]), int((frozen.links == place).sum())
    delegate = None if to < 0 else person(poll.ballots.roll.member(to))
    return {"voice": {"delegate": delegate, "voices": to_her} if delegate or to_her else None}


def in_poll(state: State, poll: Poll) -> Json:
    """What a poll froze of delegations and, once it has ended, whose ballot carried whose votes; None where nobody on its roll had a delegate."""
    terms = charters.as_of(state, poll.asked.charter).get(DelegationTerms)
    if terms is None or poll.asked.decision not in terms.decisions:
        return None
    return Later(lambda community: _carried(community, poll))


def _carried(community: Community, poll: Poll) -> Json:
    frozen = list(_said(community, poll, "DelegationsFrozen"))
    if not frozen:
        return None
    shown: dict[str, Any] = {"delegations": frozen[0]["delegations"], "depth_max": frozen[0]["depth_max"], "carried": None}
    ended = list(_said(community, poll, "VotesCarried"))
    if ended:
        carriers = [one for part in (*ended, *_said(community, poll, "FurtherVotesCarried")) for one in part["carriers"]]
        most = sorted(carriers, key=lambda one: -int(one["power"]))[:PAGE]
        shown["carried"] = {
            "voices": sum(one["voices"] for one in carriers),
            "power": str(sum(int(one["power"]) for one in carriers)),
            "ballots": len(carriers),
            "by": [{"member": person(one["member"]), "voices": one["voices"], "power": one["power"]} for one in most],
            "lost": ended[0]["lost"],
            "loops": [{"first": person(one["first"]), "members": one["members"]} for one in ended[0]["loops"]],
        }
    return shown


def _said(community: Community, poll: Poll, kind: str) -> Iterator[Json]:
    return (parse_own(data)["body"] for _, data in community.store.find("thing", poll.id, kind))


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
