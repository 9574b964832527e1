"""How a line becomes state: the one path of living, following and verifying.

Living is decide and apply, following is apply, verifying is check and apply. What follows from the events of a command by
the charter alone comes out of one queue, for whoever lives and whoever verifies.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from engine.event import Event, Record, act_kinds
from engine.kernel import quotas
from engine.kernel.hooks import Reaction, follow_ups, heard
from engine.kernel.members import Members
from engine.rules.earning import Act
from engine.state import State
from engine.values import DAY_MS, Seq


def apply(state: State, record: Record[Event]) -> Sequence[Act]:
    """Fold one record into the state; gives the acts in it."""
    acts = tuple(record.event.acts(state, record))
    record.event.apply(state, record)
    state.tree.append(record.leaf)
    state.seq = Seq(record.seq + 1)
    if record.seq == record.cause:  # all of a command bear its time; what follows from setting the clock right does not undo it
        state.at = record.event.moment(record)
    quotas.note(state, record)
    for act in acts:
        if act_kinds()[act.kind].active:
            state[Members].note_act(act.actor, record.at // DAY_MS)
    return acts


class Consequences:
    """What follows from the events of one command, oldest record first; each reaction is worked out just before its events are
    written, and sees all that was written before."""

    def __init__(self) -> None:
        self._reactions: deque[tuple[Reaction, Record[Event] | Act]] = deque()
        self._events: deque[Event] = deque()

    def hear(self, record: Record[Event], acts: Sequence[Act]) -> None:
        """A record of this command has been applied."""
        self._reactions.extend(follow_ups(record, acts))

    def next(self, state: State) -> Event | None:
        """The event that has to come next; None when nothing follows any more."""
        while not self._events:
            if not self._reactions:
                return None
            self._events.extend(heard(state, *self._reactions.popleft()))
        return self._events.popleft()
