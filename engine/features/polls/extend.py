"""A quorum that is first reached in the last minutes of a poll moves its end, so that nobody decides by voting when the others have gone.

Once, and by as much as the frozen terms say; a quorum that is reached earlier moves nothing, nor one that is lost and
reached again. Source: OpenZeppelin Governor 5.7, `GovernorPreventLateQuorum`.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.event import NOBODY, Event, Record
from engine.features.polls.cast import Ballot
from engine.features.polls.state import MINUTE_MS, PollId, Polls
from engine.features.polls.verdict import has_quorum
from engine.kernel.hooks import react
from engine.state import State
from engine.values import Moment


@dataclass(frozen=True)
class QuorumReached(Event):
    """A poll's quorum is reached for the first time; `closes_at` is when its clock ends it from now on: later, where that was late."""

    by = NOBODY
    may = None

    poll: PollId
    closes_at: Moment

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.poll,)

    def apply(self, state: State, record: Record[Event]) -> None:
        state[Polls][self.poll].extended_to = self.closes_at


@react
def reached(state: State, record: Record[Ballot]) -> list[QuorumReached]:
    poll = state[Polls][record.event.poll]
    minutes, asked = poll.conditions.late_quorum_minutes, poll.asked
    if not minutes or poll.extended_to or not has_quorum(asked.terms.quorum, poll.conditions, asked.electorate, poll.open_ballots.votes):
        return []
    return [QuorumReached(poll.id, max(asked.closes_at, Moment(record.at + minutes * MINUTE_MS)))]
