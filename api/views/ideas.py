"""Ideas, with their texts and what was said of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import nlargest, nsmallest
from itertools import islice

from api.texts import person, surviving, when
from api.views import PAGE, Json, Later, Texts, allowed, beside, bounded, event_line, listing, one, part
from engine.community import Community
from engine.features.ideas.revise import check_may_revise
from engine.features.ideas.state import Idea, IdeaId, Ideas
from engine.features.ideas.support import check_may_support
from engine.features.ideas.terms import IdeaTerms, terms_of
from engine.kernel import charter as charters
from engine.kernel.members import Members
from engine.log.json import parse_own
from engine.state import State

TEXT_BYTES_MAX = 500_000
"""What one answer shows of comments, and of versions: more is asked for with another."""


@listing
def ideas(state: State, start: int, count: int) -> Json:
    """Ideas, oldest first."""
    return [_shown(each) for each in part(state[Ideas].ideas, start, count)]


@one(IdeaId)
def idea(state: State, name: str, start: int, count: int) -> Json:
    """One idea with its versions, its first supporters, and what was `said` of it: `count` comments from number `start`.

    Where these are long they are fewer: `next` is the number of the first that was left out, `left_out` how many of the oldest versions.
    """
    each, members = state[Ideas][name], state[Members]
    versions, comments, first = each.versions, each.comments, max(0, min(start, each.comments))
    shown = {
        **_shown(each),
        "text": surviving(versions, "text"),
        "stages": Later(
            lambda community: [_advance(community, parse_own(data)) for _, data in community.store.find("thing", name, "IdeaAdvanced")]
        ),
        "supporters": [members.at(number).id for number in nsmallest(PAGE, each.supporters)],
    }

    def with_texts(community: Community) -> Json:
        texts = _versions(community, versions)
        said = _said(community, name, first, bounded(count))
        going_on = first + len(said)
        further = {
            "versions": texts,
            "left_out": len(versions) - len(texts),
            "said": said,
            "next": going_on if going_on < comments else None,
        }
        return shown | further

    return Later(with_texts)


@beside("idea")
def what_she_may_do(state: State, shown: Json, member: str | None) -> dict[str, Json]:
    """What somebody who looks at an idea may do with it, by the very conditions her ask would meet."""
    name, who = shown["id"], member or "newcomer"
    supports = member is not None and state[Members].number(member) in state[Ideas][name].supporters
    may_support = allowed(lambda: check_may_support(state, who, name))
    return {"mine": {"supports": supports, "may_support": may_support, "may_revise": allowed(lambda: check_may_revise(state, who, name))}}


@beside("ideas")
def what_brings_them_on(state: State, shown: Json, member: str | None) -> dict[str, Json]:
    """How many supports bring an idea to each stage of today's charter."""
    terms, here = charters.in_force(state).get(IdeaTerms), len(state[Members]) - state[Members].forgotten
    return {"needed": {stage.name: stage.supports_needed(here) for stage in terms.stages} if terms else {}}


def most_supported(state: State, count: int) -> Json:
    """The ideas with the most supports, of those that still ask for some."""
    asks: dict[tuple[int, str], bool] = {}

    def asks_for_support(each: Idea) -> bool:
        where = each.terms, each.stage
        if where not in asks:
            stage = terms_of(state, each.terms).stage(each.stage)
            asks[where] = stage is not None and stage.supportable
        return asks[where]

    waiting = (each for each in state[Ideas].ideas.values() if each.supporters and asks_for_support(each))
    return [_shown(each) for each in nlargest(count, waiting, key=lambda each: (len(each.supporters), -each.versions[0]))]


def _shown(each: Idea) -> dict[str, Json]:
    return {
        "id": each.id,
        "title": surviving(each.versions, "title"),
        "stage": each.stage,
        "authors": [person(author) for author in each.authors],
        "supports": len(each.supporters),
        "comments": each.comments,
        "cost": None if each.cost is None else str(each.cost),
        "extends": each.extends,
    }


def _versions(community: Community, seqs: Sequence[int]) -> list[Json]:
    """The versions of an idea, as many of the newest as `TEXT_BYTES_MAX` holds, oldest first."""

    def version(seq: int) -> dict[str, Json]:
        line, texts = event_line(community, seq), Texts(community)
        written = {name: texts(seq, name) for name in ("title", "text")}
        return {"seq": seq, "by": person(line["actor"]), "at": when(line["at"]), **written, "cost": line["body"]["cost"]}

    return _as_many(map(version, reversed(seqs)))[::-1]


def _said(community: Community, name: str, first: int, count: int) -> list[Json]:
    """Comments from number `first`, as many as were asked for and `TEXT_BYTES_MAX` holds."""

    def comment(seq: int, line: Json) -> dict[str, Json]:
        return {"seq": seq, "by": person(line["actor"]), "at": when(line["at"]), "text": Texts(community)(seq, "text")}

    comments = islice(community.store.find("thing", name, "IdeaCommented"), first, first + count)
    return _as_many(comment(seq, parse_own(data)) for seq, data in comments)


def _as_many(texts: Iterable[dict[str, Json]]) -> list[Json]:
    """Those before the one with which their texts would be longer than `TEXT_BYTES_MAX`; the first in any case."""
    shown: list[Json] = []
    size = 0
    for each in texts:
        size += len((each["text"] or "").encode())
        if shown and size > TEXT_BYTES_MAX:
            break
        shown.append(each)
    return shown


def _advance(community: Community, line: Json) -> Json:
    """A stage an idea came to, and the poll that brought it there, if one did."""
    poll = event_line(community, line["cause"])["body"].get("poll")
    return {"stage": line["body"]["stage"], "at": when(line["at"]), "seq": line["seq"], "poll": poll}
