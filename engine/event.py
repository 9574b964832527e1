"""What a feature is made of: commands that somebody asks for, and the events they become.

A verb is one file with a `Command` and its `Event`s. `decide` computes the events. `check` says whether an event is
lawful, from public facts alone; it holds every condition, for the living community and for a stranger's audit alike.
`apply` only copies. Who may ask is declared on the event and judged by the core, so that no verb can forget it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import ClassVar, Generic, NamedTuple, Protocol, TypeVar

from engine import catalogue
from engine.log.signing import Signed
from engine.refusals import Refusal, refuse
from engine.rules.earning import Act
from engine.state import State
from engine.values import Actor, Id, Moment, Name, Seq


class Who(Enum):
    """Who can ask for something."""

    MEMBER = "a member"
    NEWCOMER = "somebody who is about to join"
    FOUNDER = "whoever founds the community: event 0 and her own joining"
    CLOCK = "the clockwork"

    __hash__ = object.__hash__  # every event is asked whether its actor is among those; each of these is one object


ANY_MEMBER = frozenset({Who.MEMBER})
NOBODY: frozenset[Who] = frozenset()
"""Of an event that only ever follows from others."""


@dataclass(frozen=True)
class Right:
    """What a role may do, by the name charters give it. `needed`: a community that has it must keep somebody who holds it."""

    name: Name
    about: str
    needed: bool = False


@dataclass(frozen=True)
class ActKind:
    """A sort of act that earning rules may pay for, by the name charters give it. `active`: whoever does it takes part."""

    name: Name
    about: str
    active: bool = True


class Erased(NamedTuple):
    """Openings that end: all of `owner`, or the one of `field` of event `seq`."""

    owner: str = ""
    seq: int = -1
    field: str = ""

    @property
    def said_at(self) -> int:
        """The event whose command said what is erased: of a member, the one she joined by."""
        return int(self.owner[1:]) if self.owner else self.seq


E_co = TypeVar("E_co", bound="Event", covariant=True)


class Record(NamedTuple, Generic[E_co]):
    """An event with its place: `cause` is the seq of the first event of the same command."""

    seq: Seq
    at: Moment
    actor: Actor
    cause: Seq
    event: E_co
    sig: str | None = None
    leaf: bytes = b""
    """The leaf hash of the line this was read from."""
    size: int = 0
    """The bytes of that line."""

    @property
    def kind(self) -> str:
        return self.event.kind


class Event:
    """What happened. A kind never changes its fields: a new shape is a new kind (`class PollOpened2(…, kind="PollOpened.2")`)."""

    kind: ClassVar[str]
    abstract: ClassVar[bool] = True
    by: ClassVar[frozenset[Who]]
    """Who may ask for it."""
    may: ClassVar[Right | None]
    """The right a member needs for it; None where being a member, or what `check` asks, is enough."""
    signed: ClassVar[bool] = False
    """Whether its line bears a signature, `sig`, which `check` looks at: no other may."""
    may_follow: ClassVar[frozenset[str]] = frozenset()
    """The kinds of event it may stand behind in one command; most are a command of their own."""

    def __init_subclass__(cls, abstract: bool = False, kind: str = "") -> None:
        cls.abstract, cls.kind = abstract, kind or cls.__name__
        if abstract:
            return
        if not hasattr(cls, "by") or not hasattr(cls, "may"):
            raise TypeError(f"{cls.__name__} does not declare `by` and `may`: who may ask for it, and with what right")
        if not cls.by and cls.may is not None:
            raise TypeError(f"{cls.__name__} declares a right, and nobody may ask for it")
        if cls.by and cls.check is Event.check:
            raise TypeError(f"{cls.__name__} may be asked for and has no `check`")

    def under(self, state: State) -> Seq | None:
        """The event that brought the charter by whose roles it is judged: None for the one in force, else what an open thing froze."""
        return None

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        """The ids of the things it is filed under, the first being what it is mostly about."""
        return ()

    def owner(self, record: Record[Event], field: str) -> str:
        """Whose an erasable or private field is; forgetting its owner ends it. A field of nobody's own is `COMMUNITY`'s."""
        return record.actor

    def acts(self, state: State, record: Record[Event]) -> Iterable[Act]:
        """The acts in it that earning rules may pay for; asked before it is applied."""
        return ()

    def erases(self, state: State, record: Record[Event]) -> Iterable[Erased]:
        """What of the vault it ends; asked before it is applied."""
        return ()

    def keeps(self, state: State, seq: Seq, field: str) -> Refusal | None:
        """Why a text of it, as event `seq`, may not be erased yet; None where it may."""
        return None

    def check_opened(self, state: State, opened: Mapping[str, object]) -> None:
        """Refuse values behind its commitments that could not have been written; `opened` has those that are still there."""

    def moment(self, record: Record[Event]) -> Moment:
        """The time of the log after it."""
        return record.at

    def signs(self, state: State, record: Record[Event]) -> bytes | None:
        """The 32 bytes that its signature is over, as far as that can be told before its turn; None where it cannot, or there is none."""
        return None

    def check(self, state: State, record: Record[Event]) -> None:
        """Refuse unless this was lawful, judged from public facts alone; that its actor may ask for it is judged before."""

    def apply(self, state: State, record: Record[Event]) -> None:
        """Copy what happened into the state. Never refuses, never computes what the event could have said."""
        raise NotImplementedError


COMMUNITY = "community"
"""The owner of texts that nobody takes along: a poll's question, its options."""


class Vault(Protocol):
    """Where a command finds what the log holds only as a commitment, and what an earlier event said."""

    def opening(self, seq: int, field: str) -> tuple[bytes, bytes] | None:
        """Salt and canonical value; None when erased or lost."""

    def event(self, seq: int) -> Event | None:
        """The event at a place of the log; None beyond its end."""


Install = Callable[[State], None]
Precompute = Callable[[], Install]
"""Work on a copy of the state; gives what installs its result there, if it still fits."""


class Command:
    """What somebody wants done; may be refused. `resource` is its place in HTTP, `makes` the kind of id of what it makes."""

    resource: ClassVar[str]
    makes: ClassVar[type[Id] | None] = None
    on_a_late_clock: ClassVar[bool] = False
    """Whether it may be asked while the log is ahead of the clock: only what sets the log's time right."""

    def signature(self) -> str | None:
        """What it is signed with: its first event bears that. None for most."""
        return None

    def signed_with(self, state: State, ask: Ask) -> Iterable[Signed]:
        """The signatures it brings, and what each is over: whose they are can be found out while others write."""
        return ()

    def prepares(self) -> bool:
        """Whether `prepare` has anything to do: asked before anybody looks at the state."""
        return type(self).prepare is not Command.prepare

    def prepare(self, state: State, ask: Ask, vault: Vault) -> Precompute | None:
        """Long work that can be done before this command's turn, while others write; None for most."""
        return None

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        """The events this becomes; `ask.now` is the moment they will bear. What `check` refuses need not be refused here."""
        raise NotImplementedError


class Ask(NamedTuple):
    """A command with who asks, when (milliseconds), 32 fresh random bytes, and an optional idempotency key."""

    actor: Actor
    command: Command
    now: Moment
    chance: bytes
    key: str | None = None


def verb_of(command: type[Command]) -> str:
    """`CastBallot` as `cast_ballot`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", command.__name__).lower()


@cache
def _commands() -> dict[str, type[Command]]:
    return {kind.__name__: kind for kind in sorted(catalogue.subclasses(Command), key=lambda kind: kind.__name__)}


def commands() -> tuple[type[Command], ...]:
    """Every command of the kernel and the features, by name."""
    return tuple(_commands().values())


def command_of(name: str) -> type[Command]:
    """The command of a name such as `CastBallot`, or of its verb, `cast_ballot`."""
    known = _commands()
    kind = known.get(name) or next((kind for kind in known.values() if verb_of(kind) == name), None)
    if kind is None:
        raise refuse(
            "command_unknown", "command {name!r}", "is not known", "{near}", name=name, near=catalogue.did_you_mean(name, sorted(known))
        )
    return kind


_kinds: dict[str, type[Event]] = {}


def kinds() -> dict[str, type[Event]]:
    """Every kind of event by its name."""
    if not _kinds:
        for event in catalogue.subclasses(Event):
            if not event.abstract:
                assert event.kind not in _kinds, f"two kinds of event are called {event.kind}"
                _kinds[event.kind] = event
    return _kinds


def kind_of(name: object) -> type[Event]:
    """The class of a kind of event; refused when this copy does not know it."""
    try:
        return (_kinds or kinds())[name]  # type: ignore[index]
    except (KeyError, TypeError):
        raise refuse("kind_unknown", "kind {name!r}", "is not known to this copy", "use a newer folkmoot", name=str(name)[:40]) from None


@cache
def rights() -> dict[str, Right]:
    """Every right a role can be given, by its name."""
    return {right.name: right for right in sorted(catalogue.declared(Right), key=lambda right: right.name)}


@cache
def act_kinds() -> dict[str, ActKind]:
    """Every sort of act, by its name."""
    return {kind.name: kind for kind in sorted(catalogue.declared(ActKind), key=lambda kind: kind.name)}
