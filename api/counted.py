"""What a closed poll was counted from, worked out again from its own events: its ballots, and the order its options were drawn in.

Nothing here holds the community's lock while it reads: a closed poll never changes.
"""

from __future__ import annotations

from typing import NamedTuple

from engine import lines, rules
from engine.community import Community
from engine.elections.election import Election
from engine.event import Event, Record
from engine.features.polls.ballots import Ballots
from engine.features.polls.cast import Ballot
from engine.features.polls.close import PollClosed
from engine.features.polls.count import Draw, election_of
from engine.features.polls.open import PollOpened
from engine.features.polls.state import POLL_CLOSED, POLL_STILL_OPEN, Poll, Polls
from engine.refusals import refuse
from engine.state import State
from engine.values import MemberId


class Drawn(NamedTuple):
    """A poll's draw, the log's root that it was drawn from, and of how many events that was the root."""

    draw: Draw
    root: bytes
    events: int


class Counted(NamedTuple):
    """The ballots a poll was counted from, and its draw."""

    poll: Poll
    ballots: Ballots
    draw: Draw

    @property
    def is_one_each(self) -> bool:
        """Whether every ballot has the power of one, and speaks for nobody else: power then counts ballots, and a line for each voter
        counts as the poll did."""
        powers = self.ballots.powers[self.ballots.code >= 0]
        return bool((powers == 1).all())

    def election(self, labels: list[str] | None = None, decimals: int = 0) -> Election:
        """The ballots as an election, the options listed as they were drawn, by their numbers or called `labels`; with the rule the
        poll was held by, and the seats where that has some."""
        asked = self.poll.asked
        election = election_of(asked, self.ballots, self.draw.order, labels, decimals)
        election.rule = by_name(self.poll, self.draw)
        seats = asked.terms.rule.parameters.get("seats")
        election.seats = seats if isinstance(seats, int) else None
        return election


def by_name(poll: Poll, draw: Draw) -> tuple[str, rules.Parameters]:
    """The name of a poll's rule, and the parameters it was counted with."""
    terms = poll.asked.terms.rule
    rule = rules.rule_of_version("voting", terms.version)
    return rule.name, terms.parameters | ({"seed": draw.seed} if rule.takes_seed else {})


def closed_poll(state: State, name: str) -> Poll:
    """A poll that has been counted; refused while it has not, and where it ended without a count."""
    poll = state[Polls][name]
    if poll.void:
        raise refuse(POLL_CLOSED, "poll {poll}", "ended without a count", "look at the polls that were counted", poll=poll.id)
    if poll.result is None:
        raise refuse(
            POLL_STILL_OPEN, "poll {poll}", "has not been counted, and nobody knows how it goes before it is",
            "wait until it is closed", poll=poll.id,
        )  # fmt: skip
    return poll


def counted(community: Community, poll: Poll) -> Counted:
    """What a closed poll was counted from."""
    return Counted(poll, _ballots(poll, _history(community, poll)), drawn_in(community, poll).draw)


def drawn_in(community: Community, poll: Poll) -> Drawn:
    """The draw of a closed poll, read from its count alone."""
    assert poll.result is not None
    events = lines.read_own(next(community.store.find("thing", poll.id, "PollClosed"))[1]).cause
    if poll.result.draw is None:
        return Drawn(Draw.none(len(poll.asked.options)), b"", events)
    with community.reading() as state:
        root = state.tree.root(events)
    return Drawn(Draw.of(poll.result.draw.secret, root, len(poll.asked.options)), root, events)


def _history(community: Community, poll: Poll) -> list[Record[Event]]:
    """The events of a poll from its first ballot to its count."""
    history: list[Record[Event]] = []
    for _, data in community.store.find("thing", poll.id):
        record = lines.read_own(data)
        if not isinstance(record.event, PollOpened):
            history.append(record)
        if isinstance(record.event, PollClosed):
            break
    return history


def _ballots(poll: Poll, history: list[Record[Event]]) -> Ballots:
    """Its ballots at the count: its own events applied to a state that knows nothing else."""
    powers = {MemberId(record.actor): record.event.power for record in history if isinstance(record.event, Ballot)}
    ballots = Ballots.of(powers)
    state = State()
    state[Polls].add(Poll(poll.id, poll.asked, poll.opened_at, ballots))
    for record in history[:-1]:
        record.event.apply(state, record)
    return ballots
