"""Close a poll: it ends, what was sealed is opened, it is counted by its frozen rule.

These are three facts and three events. A small poll has them in one command; of a large one the clockwork opens the ballots
part by part and counts them before the writer's turn, so that nobody has to wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from engine.event import ANY_MEMBER, Ask, Command, Event, Install, Precompute, Record, Right, Vault, Who
from engine.features.ideas.state import Ideas
from engine.features.polls.cast import read_choice
from engine.features.polls.count import Draw, conclude, is_counted, is_quick, recount
from engine.features.polls.early import is_settled
from engine.features.polls.state import (
    MINUTE_MS,
    OPENINGS_LOST,
    POLL_NOT_OPEN,
    POLL_STILL_OPEN,
    Count,
    DrawOpening,
    Poll,
    PollId,
    Polls,
    poll_of,
)
from engine.features.treasury.state import FUNDS, Treasury
from engine.kernel.authority import require
from engine.kernel.hooks import due
from engine.limits import PART_BYTES_MAX
from engine.log.fields import opens
from engine.log.json import canonical, parse_own
from engine.refusals import Refusal, refuse
from engine.state import State
from engine.values import Digest, Moment, Name, Seq

CLOSE = Right(Name("close_poll"), "end polls by hand, where their terms allow it, and have them counted", needed=True)
OPENING_BYTES = 130
"""What one opening takes besides its choice: seq, salt, names, quotes."""
OPENED_PER_COMMAND_MAX = 3_000
"""Ballots that one command opens: a tenth of a second."""


@dataclass(frozen=True)
class ClosePoll(Command):
    """By the clock once its time is over, or before that as its terms allow. What is too much for one command is done by the next."""

    resource = "/polls/{poll}/closing"

    poll: PollId

    def prepare(self, state: State, ask: Ask, vault: Vault) -> Precompute | None:
        """Count before the writer's turn, where nothing waits to be opened. The count is taken when the same ballots are there by then,
        and where a draw orders the options nothing else has happened.
        """
        poll = poll_of(state, self.poll)
        ballots = poll.open_ballots
        if ballots.waits or ballots.carrying or is_quick(poll.asked, ballots):
            return None
        if ask.actor != "clock":
            require(state, ask.actor, CLOSE, poll.asked.charter)
        _check_ended(poll, ask.actor, Moment(max(ask.now, state.at)))
        draw, twin = _draw(state, poll, _secret(poll, vault)), ballots.held_still()

        def work() -> Install:
            with suppress(Refusal):  # kept beside the ballots, as an outcome is
                recount(poll.asked, twin, draw)
            return lambda state: None  # the twin keeps its counts where the ballots keep theirs

        return work

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        poll = poll_of(state, self.poll)
        ballots, events = poll.open_ballots, list[Event]()
        if not poll.ended:
            _check_ended(poll, ask.actor, ask.now)
            events.append(PollEnded(poll.id))
        if ballots.carrying:  # who carries whom can be said once it has ended, and is counted by the next command
            if not events:
                raise refuse(
                    POLL_STILL_OPEN, "poll {poll}", "has ended, and it is being written down who speaks for whom",
                    "ask for CarryVotes until that is done, or leave it to the clock",
                    poll=poll.id,
                )  # fmt: skip
            return events
        secret = _secret(poll, vault)
        if ballots.waits:
            sealed = ballots.sealed(OPENED_PER_COMMAND_MAX + 1)
            opened, lost = _openings(sealed[:OPENED_PER_COMMAND_MAX], vault)
            if lost:
                raise _lost(poll, "has lost the openings of ballots {ballots}", ballots=lost[:20])
            events += _parts(poll.id, opened)
            if len(opened) < len(sealed) or not is_quick(poll.asked, ballots):
                return events
            ballots = ballots.held_still()
            for opening in opened:
                ballots.open(opening.seq, opening.choice)
        if is_quick(poll.asked, ballots) or is_counted(poll.asked, ballots, _draw(state, poll, secret)) or not events:
            count = conclude(state, poll, ballots, secret, state.seq)
            events.append(PollClosed(poll=poll.id, **vars(count)))
        return events


@dataclass(frozen=True)
class BallotOpening:
    """What opens the ballot in event `seq`."""

    seq: Seq
    salt: Digest
    choice: str


@dataclass(frozen=True)
class AboutPoll(Event, abstract=True):
    """By the clock, or by who may close polls: by the rights of the charter the poll was opened under, and the roles of now."""

    by = ANY_MEMBER | {Who.CLOCK}
    may = CLOSE

    poll: PollId

    def under(self, state: State) -> Seq | None:
        return poll_of(state, self.poll).asked.charter

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.poll,)


@dataclass(frozen=True)
class PollEnded(AboutPoll):
    """A poll takes no more ballots."""

    def check(self, state: State, record: Record[Event]) -> None:
        poll = poll_of(state, self.poll)
        _ = poll.open_ballots  # refuses a poll that is closed
        if poll.ended:
            raise refuse("log_unlawful", "poll {poll}", "has ended already", "end it once", poll=poll.id)
        _check_ended(poll, record.actor, record.at)

    def apply(self, state: State, record: Record[Event]) -> None:
        state[Polls][self.poll].ended_at = record.at


@dataclass(frozen=True)
class BallotsOpened(AboutPoll):
    """Sealed ballots opened, each member's last one."""

    may_follow = frozenset({"PollEnded", "BallotsOpened"})

    openings: tuple[BallotOpening, ...]

    def check(self, state: State, record: Record[Event]) -> None:
        poll = poll_of(state, self.poll)
        ballots = poll.open_ballots
        if not poll.ended:
            raise refuse("log_unlawful", "poll {poll}", "has not ended", "end it first", poll=poll.id)
        if not self.openings or len({opening.seq for opening in self.openings}) != len(self.openings):
            raise refuse("log_unlawful", "poll {poll}", "opens no ballot, or one twice", "open each waiting ballot once", poll=poll.id)
        for opening in self.openings:
            place = ballots.sealed_at(opening.seq)
            if place is None:
                raise refuse("log_unlawful", "event {seq}", "is no ballot that waits to be opened", "open only those", seq=opening.seq)
            if not opens(ballots.commitment(place), bytes.fromhex(opening.salt), canonical(opening.choice)):
                raise refuse(
                    "opening_wrong", "ballot {seq}", "does not open with that salt and choice", "open it as it was sealed", seq=opening.seq
                )
            if read_choice(poll.asked, opening.choice) != opening.choice:
                raise refuse("log_unlawful", "ballot {seq}", "is not a choice of this poll", "seal only lawful choices", seq=opening.seq)

    def apply(self, state: State, record: Record[Event]) -> None:
        ballots = state[Polls][self.poll].open_ballots
        for opening in self.openings:
            ballots.open(opening.seq, opening.choice)


@dataclass(frozen=True)
class PollClosed(Count, AboutPoll):
    """A poll has been counted."""

    may_follow = frozenset({"PollEnded", "BallotsOpened"})

    def check(self, state: State, record: Record[Event]) -> None:
        poll = poll_of(state, self.poll)
        ballots, secret = poll.open_ballots, poll.asked.draw_secret
        if not poll.ended or ballots.waits or ballots.carrying:
            raise refuse("log_unlawful", "poll {poll}", "has ballots that are not opened", "end it and open them first", poll=poll.id)
        if (secret is None) != (self.draw is None) or (
            secret and self.draw and not opens(secret.commitment, bytes.fromhex(self.draw.salt), canonical(self.draw.secret))
        ):
            raise refuse("opening_wrong", "poll {poll}", "is drawn from another secret than it opened with", "use that one", poll=poll.id)
        right = conclude(state, poll, ballots, self.draw, record.cause)
        if right != self.count:
            raise refuse(
                "log_unlawful", "poll {poll}", "is said to be {said} for {winners}", "a recount says {right} for {right_winners}",
                poll=poll.id, said=self.status, winners=list(self.winners), right=right.status, right_winners=list(right.winners),
            )  # fmt: skip

    @property
    def count(self) -> Count:
        """What it says, without the poll."""
        return Count(**{name: value for name, value in vars(self).items() if name != "poll"})

    def apply(self, state: State, record: Record[Event]) -> None:
        polls = state[Polls]
        poll = polls[self.poll]
        poll.result = self.count
        if poll.conditions.objection is not None:
            polls.contest(poll)
        else:
            polls.close(poll)
        if poll.council is not None:
            polls.await_council(poll)
        free(state, poll)


@due
def closing(state: State, at: Moment) -> Iterator[Command]:
    for poll in list(state[Polls].open.values()):
        if poll.ended and poll.open_ballots.carrying:
            continue
        if _may_end(poll, "clock", at):
            yield ClosePoll(poll.id)


def free(state: State, poll: Poll) -> None:
    """What a counted poll asked about is free, unless something has still to come before its decision is final."""
    if not poll.pending:
        state[Ideas].hold(poll.asked.versions, -1)


def settle(state: State, poll: Poll) -> None:
    """A poll waits neither for objections nor for its council any more, and what it asked about is free."""
    if poll.pending:
        state[Polls].settle(poll)
        state[Polls].stop_awaiting(poll)
        free(state, poll)


def give_back(state: State, poll: Poll) -> None:
    """Nothing of what a poll decided happens: what it held goes back to the funds."""
    settle(state, poll)
    if poll.asked.budget is not None:
        state[Treasury].move(poll.id, FUNDS, poll.asked.budget)


def may_end_by_hand(poll: Poll, at: int) -> bool:
    """Whether who may close polls may end this one now."""
    return _may_end(poll, "m0", at)


def _may_end(poll: Poll, actor: str, at: int) -> bool:
    try:
        _check_ended(poll, actor, Moment(at))
    except Refusal:  # not yet, or this copy lacks the rule that would say so: other polls go on
        return False
    return True


def _check_ended(poll: Poll, actor: str, at: Moment) -> None:
    """Refuse to end a poll before its terms let it end: its clock, its ballots, or a hand after its stated time."""
    asked = poll.asked
    if poll.ended or at >= poll.closes_at:
        return
    if at < asked.opens_at:
        raise refuse(POLL_NOT_OPEN, "poll {poll}", "has not opened yet", "wait until it opens", poll=poll.id)
    hand_from = asked.opens_at + asked.terms.hand_after_minutes * MINUTE_MS
    if "hand" in asked.terms.ends and actor != "clock" and at >= hand_from:
        return
    if _ends_by_ballots(poll):
        return
    way_out = "wait for its clock"
    if "hand" in asked.terms.ends:
        way_out = "it may be ended by hand once it has been open for {minutes} minutes"
    raise refuse(
        POLL_STILL_OPEN, "poll {poll}", "takes ballots until its time is over", way_out,
        poll=poll.id, minutes=asked.terms.hand_after_minutes,
    )  # fmt: skip


def _ends_by_ballots(poll: Poll) -> bool:
    """Whether the ballots cast end it: everybody's, or so many that no other can change the outcome."""
    ends, ballots = poll.asked.terms.ends, poll.open_ballots
    return ("all_voted" in ends and ballots.cast == ballots.count) or ("early" in ends and is_settled(poll))


def _secret(poll: Poll, vault: Vault) -> DrawOpening | None:
    """What opens the secret of its draw, where it has one."""
    if poll.asked.draw_secret is None:
        return None
    opening = vault.opening(poll.seq, "draw_secret")
    if opening is None:
        raise _lost(poll, "has lost the secret of its draw")
    return DrawOpening(Digest(opening[0].hex()), parse_own(opening[1]))


def _draw(state: State, poll: Poll, secret: DrawOpening | None) -> Draw:
    """The draw of a poll that is counted now."""
    options = len(poll.asked.options)
    return Draw.none(options) if secret is None else Draw.of(secret.secret, state.tree.root(), options)


def _openings(sealed: list[int], vault: Vault) -> tuple[list[BallotOpening], list[int]]:
    """What opens sealed ballots, and those of which nothing does any more."""
    opened, lost = [], []
    for seq in sealed:
        opening = vault.opening(seq, "choice")
        if opening is None:
            lost.append(seq)
        else:
            opened.append(BallotOpening(Seq(seq), Digest(opening[0].hex()), parse_own(opening[1])))
    return opened, lost


def _parts(poll: PollId, opened: list[BallotOpening]) -> list[Event]:
    """The openings in as many events as their bytes need."""
    parts: list[Event] = []
    part: list[BallotOpening] = []
    size = 0
    for opening in opened:
        size += OPENING_BYTES + len(opening.choice)
        if size > PART_BYTES_MAX:
            parts.append(BallotsOpened(poll, tuple(part)))
            part, size = [], OPENING_BYTES + len(opening.choice)
        part.append(opening)
    return [*parts, BallotsOpened(poll, tuple(part))] if part else parts


def _lost(poll: Poll, fact: str, /, **values: object) -> Refusal:
    return refuse(
        OPENINGS_LOST, "poll {poll}", fact, "restore the vault from a copy, or end the poll with VoidPoll", poll=poll.id, **values
    )
