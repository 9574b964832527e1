"""How features meet: four hooks, and no other way up.

A reaction lives in the feature that needs both sides: polls move ideas, and ideas never hear of polls. What it hears and
what it makes is said by its signature.

* `@react    def advance(state, record: Record[DecisionFinal]) -> list[IdeaAdvanced]`: what follows from an event, or from
  every act of a kind (`act: Act`), by the charter alone.
* `@leaving  def owes(state, member: MemberId, by: Actor) -> Iterable[Refusal]`: why somebody may not leave yet.
* `@fits     def stages(state, charter: Charter) -> Iterable[Refusal]`: why a proposed charter cannot follow the one in force.
* `@due      def closing(state, at: Moment) -> Iterator[Command]`: what the clockwork asks for by then.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, Generic, TypeVar, get_args, get_type_hints

from engine import catalogue
from engine.event import Command, Event, Record, kinds
from engine.kernel import charter as charters
from engine.kernel.charter import Charter
from engine.refusals import Refusal
from engine.rules.earning import Act
from engine.state import State
from engine.values import Actor, MemberId, Moment

F = TypeVar("F", bound=Callable[..., Any])


class Hook(Generic[F]):
    """A function of a feature that the core calls."""

    def __init__(self, function: F) -> None:
        self.function = function
        self.__module__, self.__doc__ = function.__module__, function.__doc__
        self.feature = catalogue.feature_of(function)


class Reaction(Hook[Callable[..., Sequence[Event]]]):
    """What follows from an event or an act. What it makes is read from its signature when somebody asks."""

    def signature(self) -> tuple[Any, tuple[str, ...]]:
        """What it hears, an event or `Act`, and the kinds it makes, sorted."""
        hints = get_type_hints(self.function)
        made = get_args(hints.pop("return"))[0]
        heard = list(hints.values())[1]
        events = get_args(made) if isinstance(made, types.UnionType) else (made,)
        assert all(not event.by for event in events), f"{self.function.__name__} makes what somebody may ask for"
        return (Act if heard is Act else get_args(heard)[0]), tuple(sorted(event.kind for event in events))


class Leaving(Hook[Callable[[State, MemberId, Actor], Iterable[Refusal]]]):
    """Why somebody may not leave."""


class Fits(Hook[Callable[[State, Charter], Iterable[Refusal]]]):
    """Why a charter cannot follow."""


class Due(Hook[Callable[[State, Moment], Iterator[Command]]]):
    """What the clock asks for."""


react, leaving, fits, due = Reaction, Leaving, Fits, Due


@cache
def reactions() -> dict[str, tuple[tuple[Reaction, bool], ...]]:
    """The reactions to each kind of event, and whether each hears its acts, in the order of the kinds they make: never of what
    features need, so that a new one cannot reorder an old log. No circle, and none that could come in two orders.
    """
    signed = sorted(((reaction, *reaction.signature()) for reaction in catalogue.declared(Reaction)), key=lambda one: one[2])
    heard_by: dict[str, tuple[tuple[Reaction, bool], ...]] = {}
    makes: dict[str, set[str]] = {}
    for kind, event in kinds().items():
        here = [
            (reaction, heard is Act, made)
            for reaction, heard, made in signed
            if (event.acts is not Event.acts if heard is Act else issubclass(event, heard))
        ]
        assert len({made for _, _, made in here}) == len(here), f"two reactions to {kind} make the same kinds of event"
        heard_by[kind] = tuple((reaction, acts) for reaction, acts, _ in here)
        makes[kind] = {name for _, _, made in here for name in made}
    _refuse_circles(makes)
    return heard_by


def _refuse_circles(follows: dict[str, set[str]]) -> None:
    def walk(kind: str, trail: tuple[str, ...]) -> None:
        assert kind not in trail, " makes ".join((*trail, kind))
        for next_kind in sorted(follows.get(kind, ())):
            walk(next_kind, (*trail, kind))

    for kind in list(follows):
        walk(kind, ())


def follow_ups(record: Record[Event], acts: Sequence[Act]) -> Iterator[tuple[Reaction, Record[Event] | Act]]:
    """Each reaction to a record and to the acts in it, and what it hears: to be worked out when its turn comes."""
    for reaction, hears_acts in reactions()[record.kind]:
        for what in acts if hears_acts else (record,):
            yield reaction, what


def heard(state: State, reaction: Reaction, what: Record[Event] | Act) -> Sequence[Event]:
    """What follows by one reaction."""
    # Acts are heard where the charter in force names the feature; what stands already goes on when an amendment has dropped it.
    named = not isinstance(what, Act) or not reaction.feature or charters.in_force(state).names(reaction.feature)
    return reaction.function(state, what) if named else ()


def vetoes(state: State, member: MemberId, by: Actor) -> Iterator[Refusal]:
    """Why somebody may not leave, of all features."""
    for hook in catalogue.declared(Leaving):
        yield from hook.function(state, member, by)


def incompatibilities(state: State, charter: Charter) -> Iterator[Refusal]:
    """Why a charter cannot follow the one in force, of all features."""
    for hook in catalogue.declared(Fits):
        yield from hook.function(state, charter)


def all_due(state: State, at: Moment) -> Iterator[Command]:
    """What the clockwork asks for by `at`, of all features."""
    for hook in catalogue.declared(Due):
        yield from hook.function(state, at)
