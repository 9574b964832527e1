"""What can be looked at, as JSON: pages and programs, HTTP and terminal show the same.

A view is given the state under its lock and copies from it; what it has to read besides, texts above all, it leaves as a
`Later`, and texts as `Written`, for when the lock is free again. Views are declared beside what they show and collected, never listed:

* `@whole()`            one thing there is one of: `/charter`
* `@listing()`          a part of a list: `/ideas?start=0&count=200`
* `@one(IdeaId)`        a thing by its id: `/ideas/i18`
* `@side(PollId, "other-rules")`  what else there is to say of a thing, at an address of its own: `/polls/p40/other-rules`
* `@beside("idea")`     what a page of that name shows besides, for whoever looks at it
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, Generic, TypeVar

from engine import catalogue, lines
from engine.community import Community
from engine.event import Event, Record, commands
from engine.log.json import parse_own
from engine.refusals import Refusal, refuse
from engine.state import State
from engine.values import Id

Json = Any
F = TypeVar("F", bound=Callable[..., Any])
PAGE, PAGE_MAX = 200, 1_000
"""How many things a list shows unless asked otherwise, and at most."""
EVENTS_BYTES_MAX = 1_000_000
"""What one answer shows of events: more is asked for with another. A thousand large ones would be sixty times as much."""


class Later:
    """What is read when the state's lock is free again."""

    def __init__(self, read: Callable[[Community], Json]) -> None:
        self.read = read


class Plain(Later):
    """The same, where nothing in what is read is left for later: so nobody looks."""


class Texts:
    """What people wrote, each text read once; an erased one is None."""

    def __init__(self, community: Community) -> None:
        self._store, self._known = community.store, dict[tuple[int, str], str | None]()

    def read(self, wanted: Iterable[tuple[int, str]]) -> None:
        """Read these together, each an event and a field."""
        missing = sorted(set(wanted) - self._known.keys())
        values = self._store.texts(missing) if missing else {}
        self._known |= {place: str(parse_own(values[place])) if place in values else None for place in missing}

    def __call__(self, seq: int, field: str) -> str | None:
        if (seq, field) not in self._known:
            self.read([(seq, field)])
        return self._known[seq, field]


class Written:
    """What is made of texts; those that all of a page `wanted` are read together."""

    def __init__(self, wanted: Iterable[tuple[int, str]], said: Callable[[Texts], Json]) -> None:
        self.wanted, self.said = wanted, said


LEAVES = frozenset({str, int, bool, type(None)})
Slot = tuple[Any, Any, Later | Written]
"""Where something left for later belongs: a list or dict, the place in it, and what it is."""


def resolved(community: Community, shown: Json) -> Json:
    """What a view copied, with all it left for later."""
    return _resolved(community, shown, Texts(community))


def _resolved(community: Community, shown: Json, texts: Texts) -> Json:
    left: list[Slot] = []
    whole = _listed([shown], left)
    texts.read(place for _, _, part in left if isinstance(part, Written) for place in part.wanted)
    for container, place, part in left:
        if isinstance(part, Written):
            container[place] = part.said(texts)
        else:
            read = part.read(community)
            container[place] = read if isinstance(part, Plain) else _resolved(community, read, texts)
    return whole[0]


def _tabled(table: dict[str, Json], left: list[Slot]) -> dict[str, Json]:
    """A copy, which notes what in it is left for later."""
    made: dict[str, Json] = {}
    for name, part in table.items():
        made[name] = part if type(part) in LEAVES else _copied(part, made, name, left)
    return made


def _listed(parts: Sequence[Json], left: list[Slot]) -> list[Json]:
    made: list[Json] = []
    for place, part in enumerate(parts):
        made.append(part if type(part) in LEAVES else _copied(part, made, place, left))
    return made


def _copied(part: Json, container: Any, place: Any, left: list[Slot]) -> Json:
    if isinstance(part, dict):
        return _tabled(part, left)
    if isinstance(part, list | tuple):
        return _listed(part, left)
    if isinstance(part, Later | Written):
        left.append((container, place, part))
    return part


class View(Generic[F]):
    """A function that shows something; `page` names its template, `room` the folder that lies in."""

    def __init__(self, function: F, page: str) -> None:
        self.function, self.page = function, page
        self.room = function.__module__.rpartition(".")[2]
        self.about = (function.__doc__ or "").strip().splitlines()[0] if function.__doc__ else f"Show {page}"


class Whole(View[Callable[[State], Json]]):
    """Something there is one of."""


class Listing(View[Callable[[State, int, int], Json]]):
    """A list, a part at a time."""


class One(View[Callable[[State, str, int, int], Json]]):
    """A thing by its id."""

    kind: type[Id]


class Side(View[Callable[[State, str], Json]]):
    """What else there is to say of a thing, under a word of its own."""

    kind: type[Id]
    word: str


class Beside(View[Callable[[State, Json, str | None], dict[str, Json]]]):
    """What a page shows besides: it is given what the page shows, and the member who looks at it."""


def whole(function: Callable[[State], Json]) -> Whole:
    return Whole(function, function.__name__)


def listing(function: Callable[[State, int, int], Json]) -> Listing:
    return Listing(function, function.__name__)


def one(kind: type[Id]) -> Callable[[Callable[[State, str, int, int], Json]], One]:
    def make(function: Callable[[State, str, int, int], Json]) -> One:
        view = One(function, function.__name__)
        view.kind = kind
        return view

    return make


def side(kind: type[Id], word: str) -> Callable[[Callable[[State, str], Json]], Side]:
    def make(function: Callable[[State, str], Json]) -> Side:
        view = Side(function, function.__name__)
        view.kind, view.word = kind, word
        return view

    return make


def beside(page: str) -> Callable[[Callable[[State, Json, str | None], dict[str, Json]]], Beside]:
    return lambda function: Beside(function, page)


V = TypeVar("V", bound=View[Any])


@cache
def _all() -> tuple[View[Any], ...]:
    declared = (thing for room in catalogue.modules("api.views") for thing in vars(room).values() if isinstance(thing, View))
    return tuple({id(view): view for view in declared}.values())


@cache
def views(sort: type[V]) -> dict[str, V]:
    """Every view of a sort by the page it is for; of `Beside` there may be more, see `besides`."""
    return {view.page: view for view in _all() if isinstance(view, sort)}


@cache
def besides(page: str) -> list[Beside]:
    return [view for view in _all() if isinstance(view, Beside) and view.page == page]


@cache
def by_letter() -> dict[str, One]:
    """The view of a thing by the letter of its id."""
    return {view.kind.letter: view for view in views(One).values()}


@cache
def places() -> dict[str, tuple[type[Id], str]]:
    """Where things are found, by the letter of their ids: the kind, and the address that the command which makes them has."""
    return {kind.makes.letter: (kind.makes, kind.resource) for kind in commands() if kind.makes is not None and "{" not in kind.resource}


def place_of(thing: str) -> str:
    """The address of a thing: `/ideas/i18`; of what has none of its own, that of the event that made it."""
    known = places().get(thing[:1])
    return f"{known[1]}/{thing}" if known else f"/log/{thing[1:]}"


def view_of(community: Community, thing: str, start: int = 0, count: int = PAGE) -> Json:
    """What is called `thing`: a whole, a part of a list, a thing by its id (m3, i18, p40, or an event's number), or what else there is to
    say of it (p40/other-rules)."""
    wholes, lists, ones = views(Whole), views(Listing), by_letter()
    named, _, word = thing.partition("/")
    sides = [view for view in views(Side).values() if view.word == word and view.kind.fits(named)]
    with community.reading() as state:
        if thing in wholes:
            shown = wholes[thing].function(state)
        elif thing in lists:
            shown = lists[thing].function(state, start, count)
        elif sides:
            shown = sides[0].function(state, named)
        elif thing.isascii() and thing.isdecimal():
            shown = views(One)["event"].function(state, thing[:17], start, count)
        elif thing[:1] in ones and ones[thing[0]].kind.fits(thing):
            shown = ones[thing[0]].function(state, thing, start, count)
        elif thing[:1] in places() and places()[thing[0]][0].fits(thing):
            shown = anything(thing, start, count)
        else:
            raise refuse(
                "thing_unknown", "{thing!r}", "is nothing that can be shown", "try {known}, m1, i18, p40 or 17",
                thing=thing[:40], known=", ".join([*wholes, *lists]),
            )  # fmt: skip
    return resolved(community, shown)


def anything(thing: str, start: int, count: int) -> Json:
    """A thing that has no view of its own: the events about it, and from which on there are more."""

    def events(community: Community) -> Json:
        first = max(0, start)
        asked = list(islice(community.store.find("thing", thing), first, first + bounded(count) + 1))
        if not asked and not first:
            raise refuse("thing_unknown", "{thing}", "does not exist here", "look at the log", thing=thing)
        about = parsed(asked[: bounded(count)])
        return {"id": thing, "events": about, "next": first + len(about) if len(about) < len(asked) else None}

    return Plain(events)


T = TypeVar("T")


def part(things: Mapping[Any, T] | list[T], start: int, count: int) -> Iterator[T]:
    """`count` of `things`, from number `start`."""
    values = things.values() if isinstance(things, Mapping) else things
    first = max(0, min(start, len(things)))
    return islice(iter(values), first, first + bounded(count))


def allowed(check: Callable[[], object]) -> bool:
    """Whether a check refuses nothing: pages offer what somebody may do by the very conditions her ask would meet."""
    try:
        check()
    except Refusal:
        return False
    return True


def bounded(count: int) -> int:
    """As many as one page may show."""
    return max(0, min(count, PAGE_MAX))


def parsed(events: Iterable[tuple[int, bytes]]) -> list[Json]:
    """The events of these lines, as far as `EVENTS_BYTES_MAX` goes; the first in any case."""
    shown: list[Json] = []
    left = EVENTS_BYTES_MAX
    for _, data in events:
        left -= len(data)
        if left < 0 and shown:
            break
        shown.append(parse_own(data))
    return shown


def event_line(community: Community, seq: int) -> Json:
    return parse_own(next(community.store.lines(seq, seq + 1))[1])


def read_line(community: Community, seq: int) -> Record[Event]:
    """That event as the engine knows it."""
    return lines.read_own(next(community.store.lines(seq, seq + 1))[1])
