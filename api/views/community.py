"""The community itself: what it is, its charter, its log."""

from __future__ import annotations

from api.for_member import opening
from api.views import EVENTS_BYTES_MAX, Json, Later, Plain, beside, bounded, event_line, listing, one, parsed, read_line, whole
from api.views.anchors import of_log
from api.views.ideas import most_supported
from api.views.polls import current, voted
from engine.community import Community
from engine.features.ideas.state import Ideas
from engine.features.polls.state import Polls
from engine.kernel import charter as charters
from engine.kernel.found import Founding
from engine.kernel.members import Members
from engine.lines import filing_of
from engine.log.fields import Erasable, sealed_in
from engine.log.json import parse_own
from engine.refusals import refuse
from engine.state import State
from engine.values import Id

ABOUT_MAX = 20
"""Things that an event's page links to."""


class EventId(Id, letter=""):
    """An event goes by its number alone."""


@whole
def home(state: State) -> Json:
    """The community, and how much of everything there is."""
    text, members, founding = charters.in_force(state), state[Members], state[Founding]
    return {
        "name": text.name,
        "purpose": text.purpose,
        "origin": founding.origin,
        "key": founding.key,
        "events": state.seq,
        "members": len(members) - members.forgotten,
        "joined": len(members),
        "ideas": len(state[Ideas].ideas),
        "polls": len(state[Polls].polls),
    }


@beside("home")
def what_goes_on(state: State, shown: Json, member: str | None) -> dict[str, Json]:
    return {"polls": current(state, 6), "ideas": most_supported(state, 6), "voted": voted(state, member)}


@whole
def charter(state: State) -> Json:
    """The charter in force."""
    return {"seq": charters.seq_in_force(state), "text": charters.text_in_force(state)}


@listing
def log(state: State, start: int, count: int) -> Json:
    """Events from number `start`, oldest first, with the signed head; fewer than asked for where they are long."""
    size = state.seq
    first = max(0, min(start, size))

    def events(community: Community) -> Json:
        return parsed(community.store.lines(first, min(size, first + bounded(count))))

    return {"size": size, "anchored": of_log(state), "events": Plain(events), "checkpoint": Later(lambda community: community.checkpoint())}


def newest(community: Community, count: int) -> int:
    """The event with which the newest that one answer shows begin."""
    with community.reading() as state:
        size = state.seq
    first, left = size, EVENTS_BYTES_MAX
    for seq, data in reversed(list(community.store.lines(max(0, size - bounded(count)), size))):
        left -= len(data)
        if left < 0 and first < size:
            break
        first = seq
    return first


@one(EventId)
def event(state: State, name: str, start: int, count: int) -> Json:
    """One event with what of it may be read, and its proof."""
    seq = int(name)
    if not 0 <= seq < state.seq:
        raise refuse("event_unknown", "event {seq}", "is not among the {count} events", "ask for an earlier one", seq=seq, count=state.seq)

    def openings(community: Community) -> Json:
        sealed = sealed_in(read_line(community, seq).event)
        public = [opening for opening in community.store.openings(seq) if isinstance(sealed.get(opening.field), Erasable)]
        return {opening.field: parse_own(opening.value) for opening in public}

    return {
        "event": Plain(lambda community: event_line(community, seq)),
        "open": Later(openings),
        "proof": Later(lambda community: community.prove(seq)),
    }


@beside("event")
def what_it_is_about(state: State, shown: Json, member: str | None) -> dict[str, Json]:
    """The things it is filed under, and what opens her own sealed ballot."""
    line = shown["event"]

    def about(community: Community) -> Json:
        return list(filing_of(read_line(community, line["seq"])).things[:ABOUT_MAX])

    return {"about": Plain(about), "mine": None if member is None else Plain(lambda community: opening(community, line, member))}


def done(community: Community, seq: int | None, member: str | None) -> int | None:
    """The event that somebody's form has just recorded: only one of her own is shown as that."""
    if seq is None or seq >= community.store.size():
        return None
    actor = event_line(community, seq)["actor"]
    return seq if actor == member or (actor == "newcomer" and member == f"m{seq}") else None
