"""Commands: one file is one verb, with the event or events it becomes.

`decide` computes the events. `check` says whether an event is lawful, from public facts alone; it holds every
condition, for the living community and for a stranger's audit alike. `apply` only copies.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple, Protocol

from engine import catalogue
from engine.log.record import Event
from engine.refusals import refuse
from engine.values import Actor, Moment

FOLDER = "engine.commands"


class Vault(Protocol):
    """Where a command finds what the log holds only as a commitment."""

    def opening(self, seq: int, field: str) -> tuple[bytes, bytes] | None:
        """Salt and canonical value; None when erased or lost."""

    def erasable(self, seq: int, field: str) -> bool:
        """Whether that field of that event is one that may be erased, whether or not it has been."""


Keep = Callable[[Any], None]
Ahead = Callable[[], Keep]
"""Work on a copy of the state; gives what puts the result into the state, if it still fits there."""


class Command:
    """What somebody wants done; may be refused. `resource` is its place in HTTP, `makes` the letter of what it makes: m, i, p."""

    resource: ClassVar[str]
    makes: ClassVar[str] = ""

    def prepare(self, state: Any, ask: Ask, vault: Vault) -> Ahead | None:
        """Long work that this command can have done before its turn, while others write; None for most."""
        return None

    def decide(self, state: Any, ask: Ask, vault: Vault) -> list[Event]:
        """The events this becomes; `ask.now` is the moment they will bear. What `check` refuses need not be refused here."""
        raise NotImplementedError


class Ask(NamedTuple):
    """A command with who asks, when (milliseconds), 32 fresh random bytes, and an optional idempotency key."""

    actor: Actor
    command: Command
    now: Moment
    chance: bytes
    key: str | None = None


def class_of(verb: str) -> str:
    """`cast_ballot` is done by `CastBallot`."""
    return verb.title().replace("_", "")


def verb_of(name: str) -> str:
    """The verb of a command, such as `cast_ballot`, which may also be named by its class, `CastBallot`."""
    known = catalogue.names(FOLDER)
    by_class = {class_of(verb): verb for verb in known}
    verb = by_class.get(name, name)
    if verb not in known:
        raise refuse("command_unknown", f"command {name!r}", "is not known", catalogue.did_you_mean(name, sorted(by_class)))
    return verb


def command(name: str) -> type[Command]:
    """The command of a verb or of that class name."""
    verb = verb_of(name)
    found: type[Command] = getattr(catalogue.module(FOLDER, verb), class_of(verb))
    return found


_KINDS: dict[str, type[Event]] = {}


def _find_kinds() -> dict[str, type[Event]]:
    """Import every command, and list its events."""
    for module in catalogue.modules(FOLDER):
        for name, thing in vars(module).items():
            if isinstance(thing, type) and issubclass(thing, Event) and thing.__module__ == module.__name__:
                assert _KINDS.get(name, thing) is thing, f"two kinds of event are called {name}"
                _KINDS[name] = thing
    return _KINDS


def kinds() -> dict[str, type[Event]]:
    """Every kind of event by its name."""
    return dict(_KINDS or _find_kinds())


def kind_of(name: object) -> type[Event]:
    """The class of a kind of event; refused when this copy does not know it."""
    try:
        return (_KINDS or _find_kinds())[name]  # type: ignore[index]
    except (KeyError, TypeError):
        raise refuse("kind_unknown", f"kind {str(name)[:40]!r}", "is not known to this copy", "use a newer folkmoot") from None
