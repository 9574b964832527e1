"""Ideas, with their texts and what was said of them."""

from __future__ import annotations

from collections.abc import Callable
from heapq import nlargest, nsmallest
from itertools import islice

from api.texts import person, surviving, text, when
from api.views import PAGE, Json, Later, beside, bounded, event_line, listing, one, part
from engine.community import Community
from engine.features.ideas.revise import check_may_revise
from engine.features.ideas.state import Idea, IdeaId, Ideas
from engine.features.ideas.support import check_may_support
from engine.features.ideas.terms import terms_of
from engine.kernel.members import Members
from engine.log.json import parse_own
from engine.refusals import Refusal
from engine.state import State


@listing
def ideas(state: State, start: int, count: int) -> Json:
    """Ideas, oldest first."""
    return [_shown(each) for each in part(state[Ideas].ideas, start, count)]


@one(IdeaId)
def idea(state: State, name: str, start: int, count: int) -> Json:
    """One idea with its versions, its first supporters, and what was `said` of it: `count` comments from number `start`."""
    each, members = state[Ideas][name], state[Members]
    versions, first = list(each.versions), max(0, min(start, each.comments))
    return {
        **_shown(each),
        "text": Later(lambda community: surviving(community, versions, "text")),
        "versions": [Later(lambda community, seq=seq: _version(community, seq)) for seq in versions],
        "stages": Later(
            lambda community: [_advance(community, parse_own(data)) for _, data in community.store.find("thing", name, "IdeaAdvanced")]
        ),
        "said": Later(lambda community: _said(community, name, first, bounded(count))),
        "supporters": [members.at(number).id for number in nsmallest(PAGE, each.supporters)],
    }


@beside("idea")
def what_she_may_do(state: State, shown: Json, member: str | None) -> dict[str, Json]:
    """What somebody who looks at an idea may do with it, by the very conditions her ask would meet."""
    name, who = shown["id"], member or "newcomer"
    supports = member is not None and state[Members].number(member) in state[Ideas][name].supporters
    may_support = _allowed(lambda: check_may_support(state, who, name))
    return {"mine": {"supports": supports, "may_support": may_support, "may_revise": _allowed(lambda: check_may_revise(state, who, name))}}


def most_supported(state: State, count: int) -> Json:
    """The ideas with the most supports, of those that still ask for some."""
    waiting = (each for each in state[Ideas].ideas.values() if each.supporters and _asks_for_support(state, each))
    return [_shown(each) for each in nlargest(count, waiting, key=lambda each: (len(each.supporters), -each.versions[0]))]


def _asks_for_support(state: State, each: Idea) -> bool:
    stage = terms_of(state, each.terms).stage(each.stage)
    return stage is not None and stage.supportable


def _shown(each: Idea) -> dict[str, Json]:
    versions = list(each.versions)
    return {
        "id": each.id,
        "title": Later(lambda community: surviving(community, versions, "title")),
        "stage": each.stage,
        "authors": [person(author) for author in each.authors],
        "supports": len(each.supporters),
        "comments": each.comments,
        "cost": None if each.cost is None else str(each.cost),
        "extends": each.extends,
    }


def _version(community: Community, seq: int) -> Json:
    line = event_line(community, seq)
    written = {name: text(seq, name) for name in ("title", "text")}
    return {"seq": seq, "by": person(line["actor"]), "at": when(line["at"]), **written, "cost": line["body"]["cost"]}


def _said(community: Community, name: str, first: int, count: int) -> Json:
    comments = islice(community.store.find("thing", name, "IdeaCommented"), first, first + count)
    lines = [(seq, parse_own(data)) for seq, data in comments]
    return [{"seq": seq, "by": person(line["actor"]), "at": when(line["at"]), "text": text(seq, "text")} for seq, line in lines]


def _advance(community: Community, line: Json) -> Json:
    """A stage an idea came to, and the poll that brought it there, if one did."""
    poll = event_line(community, line["cause"])["body"].get("poll")
    return {"stage": line["body"]["stage"], "at": when(line["at"]), "seq": line["seq"], "poll": poll}


def _allowed(check: Callable[[], object]) -> bool:
    try:
        check()
    except Refusal:
        return False
    return True
