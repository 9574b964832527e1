"""When a poll has been counted whose terms ask for a council, what that is to attest is fixed."""

from __future__ import annotations

from dataclasses import dataclass

from engine.event import NOBODY, Event, Record
from engine.features.attestation.state import Asked, Attestations
from engine.features.polls.close import PollClosed
from engine.features.polls.decide import decides_something
from engine.features.polls.state import PollId, Polls
from engine.kernel.hooks import react
from engine.state import State
from engine.values import DAY_MS, Digest, Moment, Seq


@dataclass(frozen=True)
class AttestationAsked(Event):
    """The council of a poll is to attest its count, as it stands in the log's first `size` events under `root`, before `until`."""

    by = NOBODY
    may = None

    poll: PollId
    size: Seq
    root: Digest
    until: Moment

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.poll,)

    def apply(self, state: State, record: Record[Event]) -> None:
        attestations, waiting = state[Attestations], state[Polls].unattested
        attestations.asked = {poll: asked for poll, asked in attestations.asked.items() if poll in waiting}
        attestations.asked[self.poll] = Asked(self.size, self.root, self.until)


@react
def counted(state: State, record: Record[PollClosed]) -> list[AttestationAsked]:
    """Nothing, where its terms ask for none, or things stay as they are."""
    poll = state[Polls][record.event.poll]
    if poll.council is None or not decides_something(poll):
        return []
    size = record.seq + 1
    root, until = Digest(state.tree.root(size).hex()), Moment(record.at + poll.council.days * DAY_MS)
    return [AttestationAsked(poll.id, Seq(size), root, until)]
