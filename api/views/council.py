"""The council: whose keys attest, and of one poll who sits on it, who has spoken, what is signed, and how many are still needed."""

from __future__ import annotations

from typing import Any

from api import clock
from api.texts import person, text, when
from api.views import Json, Later, allowed, beside, listing, part, side
from engine.community import Community
from engine.features.attestation.attest import check_may_speak
from engine.features.attestation.state import Attestations, places_of
from engine.features.attestation.statement import statement
from engine.features.council.seats import Seating
from engine.features.council.state import CouncilKeys
from engine.features.polls.state import Poll, PollId, Polls
from engine.log.json import parse_own
from engine.state import State
from engine.values import MemberId

NOT_PROVED = (
    "An attestation says that whoever holds so many keys, known since the poll opened, vouches for this count and this log. It does not prove "
    "that anybody recounted, and that a key is its member's is the operator's word: compare it with the one she says is hers."
)
"""Of a council's word (law 14)."""
TERMS = "What it decides is final once {needed} of the {seats} seats of its council have attested the count, within {days} days of it; else it lapses."
OBJECTING = " Objections by {objecting} of them overturn it."


@listing
def council(state: State, start: int, count: int) -> Json:
    """Members' council keys, in the order in which they were registered."""
    live = state[CouncilKeys].live
    return [
        {"member": person(member), "key": live[member].key, "since": when(live[member].since)}
        for member in part({member: member for member in live}, start, count)
    ]


@beside("member")
def her_council_key(state: State, shown: Json, member: str | None) -> dict[str, Json]:
    """The council key of a member, if she has one."""
    known = state[CouncilKeys].live.get(MemberId(shown["id"]))
    return {"council_key": None if known is None else {"key": known.key, "since": when(known.since)}}


@side(PollId, "council")
def council_of_poll(state: State, name: str) -> Json:
    """The council of a poll: its seats, who has attested or objected, the lines that are signed, and the aggregate once there is one."""
    poll = state[Polls][name]
    return {"poll": poll.id, "council": of_poll(state, poll, seats=True)}


@beside("poll")
def her_seat(state: State, shown: Json, member: str | None) -> dict[str, Json]:
    """Whether whoever looks at a poll sits on its council and has still to speak."""
    at = max(state.at, clock.now())
    return {"may_attest": member is not None and allowed(lambda: check_may_speak(state, shown["id"], member, at))}


def of_poll(state: State, poll: Poll, seats: bool = False) -> Json:
    """Who of a poll's council has attested its count, and how many are still needed; None where its terms ask for no council."""
    terms, known = poll.council, state[Attestations]
    if terms is None:
        return None
    asked = known.asked.get(poll.id) if poll.unattested else None
    done = known.attested.get(poll.id)
    signed = sorted(asked.signed) if asked else places_of(done.signers) if done else []
    shown: dict[str, Any] = {
        "status": "attested"
        if done
        else "lapsed"
        if poll.lapsed
        else "overturned"
        if poll.overturned
        else "asked"
        if asked
        else "not asked",
        "said": said(terms),
        "seats": len(terms.seats),
        "needed": terms.needed,
        "still_needed": max(0, terms.needed - len(signed)) if asked else 0,
        "attested_by": [person(terms.seats[place].member) for place in signed],
        "objections": Later(lambda community: _objections(community, poll)),
        "objections_needed": terms.objecting,
        "until": when(asked.until) if asked else None,
        "at": when(done.at) if done else None,
        "not_proved": NOT_PROVED,
    }
    if seats:
        shown["council"] = [{"seat": place, "member": person(seat.member), "key": seat.key} for place, seat in enumerate(terms.seats)]
        fixed = asked or done
        shown["statement"] = None if fixed is None else statement(state, poll, fixed.size, fixed.root).decode()
        shown["signers"], shown["signature"] = (done.signers, done.signature) if done else (None, None)
    return shown


def said(terms: Seating) -> str:
    """What a poll's terms ask of its council, as a sentence."""
    sentence = TERMS + (OBJECTING if terms.objecting else "")
    return sentence.format(needed=terms.needed, seats=len(terms.seats), days=terms.days, objecting=terms.objecting)


def _objections(community: Community, poll: Poll) -> Json:
    events = map(parse_own, (data for _, data in community.store.find("thing", poll.id, "CouncilObjected")))
    return [{"by": person(one["actor"]), "seq": one["seq"], "reason": text(one["seq"], "reason")} for one in events]
