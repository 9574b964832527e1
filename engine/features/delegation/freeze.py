"""A poll that opens freezes who may speak for whom in it, beside its roll."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from engine.event import NOBODY, Event, Record
from engine.features.delegation.state import links_on
from engine.features.delegation.terms import DelegationTerms
from engine.features.polls.links import FrozenLinks
from engine.features.polls.open import PollOpened
from engine.features.polls.state import PollId, Polls
from engine.kernel import charter as charters
from engine.kernel.hooks import react
from engine.state import State
from engine.values import Digest


@dataclass(frozen=True)
class DelegationsFrozen(Event):
    """How many on the poll's roll have a delegate there, and how far their votes are handed on. `links` is SHA-256 over each one's
    delegate, by her place on the roll, as 32 bits, the least byte first: all bits set for none."""

    by = NOBODY
    may = None

    poll: PollId
    delegations: int
    depth_max: int
    links: Digest

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.poll,)

    def apply(self, state: State, record: Record[Event]) -> None:
        poll = state[Polls][self.poll]
        links = links_on(state, poll.open_ballots.roll, poll.asked.decision, poll.asked.opens_at)
        poll.open_ballots.links = FrozenLinks(links, self.depth_max)


@react
def with_the_roll(state: State, record: Record[PollOpened]) -> list[DelegationsFrozen]:
    """Nothing, where the charter allows no delegation in this, or nobody on the roll has a delegate on it."""
    terms, poll = charters.in_force(state).get(DelegationTerms), state[Polls][PollId.of(record.seq)]
    if terms is None or poll.asked.decision not in terms.decisions:
        return []
    links = links_on(state, poll.open_ballots.roll, poll.asked.decision, poll.asked.opens_at)
    count = int((links >= 0).sum())
    digest = Digest(sha256(links.astype("<i4").tobytes()).hexdigest())
    return [DelegationsFrozen(poll.id, count, terms.depth_max, digest)] if count else []
