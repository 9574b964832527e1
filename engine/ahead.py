"""Signatures looked at ahead: those that asks bring, and those in a log that is audited.

Whose a signature is takes longer to find out than all else that is judged of a ballot, and follows from the signature and what it is over alone. So
it may be found out elsewhere, of one stretch while the one before it is judged, and is remembered (`engine.log.signing`); what is not known when
its turn comes is looked at then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from engine import lines
from engine.event import Ask, Event, Record
from engine.lines import Filing
from engine.log.fields import Opening
from engine.log.signing import Signed, recover
from engine.refusals import Refusal
from engine.state import State

T = TypeVar("T")
Wait = Callable[[], None]
Ahead = Callable[[Sequence[Signed]], Wait]
"""What begins to look at many signatures; it gives what waits until all are remembered."""
STRETCH, FIRST_STRETCH = 512, 64
"""Signatures that are looked at together: some twenty milliseconds of one core. Each stretch is twice as long as the one before it, as
nobody has anything else to do while the first is looked at."""
ENTRY_BYTES = 2_000
"""Longer entries are read ahead in smaller stretches: a stranger's may hold a megabyte each."""


@dataclass(slots=True)
class Entry:
    """A line of a log, what opens its commitments, and what it is filed under."""

    seq: int
    data: bytes
    openings: dict[str, Opening]
    filing: Filing | None
    record: Record[Event] | None = None
    """What the line says, where somebody has read it already."""


def in_stretches(items: Iterable[T], begin: Callable[[list[T]], Wait], size: Callable[[T], int] = lambda item: 1) -> Iterator[list[T]]:
    """The items, in stretches. Of each of them `begin` was called before the one ahead of it was given, and what it gave was called, too:
    so that it works while others are looked at. A fault in reading is met where it stands, behind all that was read before it."""
    reading, ahead = iter(items), list[tuple[list[T], Wait]]()
    fault: Exception | None = None
    most = FIRST_STRETCH
    while fault is None:
        stretch, fault = _stretch(reading, size, most)
        most = min(2 * most, STRETCH)
        if not stretch:
            break
        ahead.append((stretch, begin(stretch)))
        if len(ahead) > 1:
            yield _awaited(*ahead.pop(0))
    for one in ahead:
        yield _awaited(*one)
    if fault is not None:
        raise fault


def _stretch(reading: Iterator[T], size: Callable[[T], int], most: int) -> tuple[list[T], Exception | None]:
    stretch, left = list[T](), most
    try:
        while left > 0 and (item := next(reading, None)) is not None:
            stretch.append(item)
            left -= size(item)
    except Exception as fault:  # noqa: BLE001 - it is raised when its turn comes
        return stretch, fault
    return stretch, None


def _awaited(stretch: list[T], wait: Wait) -> list[T]:
    wait()
    return stretch


def when_waited_for(signed: Sequence[Signed]) -> Wait:
    """Look at them here, when somebody waits for them: holding nobody."""

    def wait() -> None:
        for digest, signature in signed:
            with suppress(Refusal):  # the writer's turn says why
                recover(digest, signature)

    return wait


def signed_in_asks(asks: Iterable[Ask], state: State) -> list[Signed]:
    """The signatures that asks bring, and what each is over."""
    signed: list[Signed] = []
    for ask in asks:
        with suppress(Exception):  # what is wrong with an ask is said when it is its turn
            signed += ask.command.signed_with(state, ask)
    return signed


def looked_ahead(log: Iterable[Entry], state: State, ahead: Ahead | None) -> Iterable[Entry]:
    """A log again, its signatures looked at ahead as far as can be told by then what they are over."""
    if ahead is None:
        return log
    return chain.from_iterable(in_stretches(log, lambda stretch: ahead(list(_signed_in(stretch, state))), _size))


def _signed_in(stretch: Iterable[Entry], state: State) -> Iterator[Signed]:
    for entry in stretch:
        if b'"sig":' in entry.data:
            with suppress(Exception):  # what is wrong with a line is said when it is its turn
                record = entry.record = lines.read(entry.data, entry.seq)
                digest = record.event.signs(state, record)
                if digest is not None and record.sig is not None:
                    yield digest, record.sig


def _size(entry: Entry) -> int:
    return 1 + (len(entry.data) + sum(len(opening.value) for opening in entry.openings.values())) // ENTRY_BYTES
