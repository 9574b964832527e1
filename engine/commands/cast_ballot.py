"""Cast, or replace, your ballot in an open poll."""

from __future__ import annotations

from dataclasses import dataclass

from engine import rules
from engine.commands import Ask, Command, Vault
from engine.elections import choice as choices
from engine.log.fields import Private
from engine.log.record import Event, Record
from engine.refusals import refuse
from engine.rules.earning import Act
from engine.state import Poll, State
from engine.values import MemberId, PollId


@dataclass(frozen=True)
class CastBallot(Command):
    """`choice` by option numbers: `3`, `1,4`, `2>1=4` or `3:5,9:4`, as the poll's kind of ballot is; empty for a blank ballot."""

    resource = "/polls/{poll}/ballots"

    poll: PollId
    choice: str

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        poll = state.poll(self.poll)
        choice = read_choice(poll, self.choice)
        if rules.secrecy(poll.terms.secrecy).sealed:
            return [BallotSealed(self.poll, MemberId(ask.actor), Private(choice))]
        return [BallotCast(self.poll, MemberId(ask.actor), choice)]


@dataclass(frozen=True)
class BallotCast(Event):
    """A ballot whose choice stands in the log."""

    poll: PollId
    voter: MemberId
    choice: str

    def check(self, state: State, record: Record) -> None:
        poll = _check_may_cast(state, record, self.poll, self.voter, sealed=False)
        if read_choice(poll, self.choice) != self.choice:
            raise refuse("log_unlawful", "the choice", f"is spelled {self.choice[:40]!r}", "spell it the one way there is")

    def apply(self, state: State, record: Record) -> None:
        ballots = state.polls[self.poll].ballots
        assert ballots is not None
        ballots.put(self.voter, record.seq, self.choice)

    def acts(self, state: State, record: Record) -> list[Act]:
        return _first_cast(state, record, self.poll)


@dataclass(frozen=True)
class BallotSealed(Event):
    """A ballot whose choice the log holds as a commitment until the poll closes."""

    poll: PollId
    voter: MemberId
    choice: Private[str]

    def check(self, state: State, record: Record) -> None:
        _check_may_cast(state, record, self.poll, self.voter, sealed=True)

    def apply(self, state: State, record: Record) -> None:
        poll = state.polls[self.poll]
        assert poll.ballots is not None
        poll.ballots.put(self.voter, record.seq, None)
        poll.ballots.commitments[self.voter] = self.choice.commitment

    def acts(self, state: State, record: Record) -> list[Act]:
        return _first_cast(state, record, self.poll)


def _first_cast(state: State, record: Record, poll_id: PollId) -> list[Act]:
    """Voting counts once a poll: replacing a ballot is no further act."""
    ballots = state.polls[poll_id].ballots
    assert ballots is not None
    return [] if ballots.last(record.actor) >= 0 else [Act("ballot_cast", record.actor, poll_id)]


def read_choice(poll: Poll, choice: str) -> str:
    """The one spelling of a choice in this poll; refused when it is none."""
    terms = poll.terms
    if "=" in choice and rules.rule_of_version("voting", terms.rule).strict:
        raise refuse(
            "choice_wrong", "the ballot", "ranks two options alike", "put one of them first: this rule follows an order without ties"
        )
    spelled = choices.read(choice, terms.ballot, len(terms.options), terms.named_max, terms.points_max)
    if terms.ballot == "knapsack":
        costs = sum(terms.options[int(number) - 1].cost or 0 for number in spelled.split(",") if number)
        if costs > terms.budget:
            raise refuse("choice_wrong", "the ballot", "names options that cost more than the budget together", "leave one of them out")
    return spelled


def _check_may_cast(state: State, record: Record, poll_id: PollId, voter: MemberId, sealed: bool) -> Poll:
    state.require(record.actor, "cast_ballot")
    poll = state.open_poll(poll_id, record.at)
    if voter != record.actor:
        raise refuse("not_allowed", f"actor {record.actor}", f"casts a ballot in the name of {voter}", "cast your own")
    assert poll.ballots is not None
    if poll.ballots.place(voter) is None:
        raise refuse("not_on_roll", f"member {voter}", f"is not on the roll of poll {poll_id}", "it was fixed when the poll opened")
    if not poll.terms.replaceable and poll.ballots.last(voter) >= 0:
        raise refuse("poll_closed", f"poll {poll_id}", "has your ballot, which cannot be replaced", "wait for the result")
    if rules.secrecy(poll.terms.secrecy).sealed != sealed:
        raise refuse("log_unlawful", f"poll {poll_id}", f"takes {poll.terms.secrecy} ballots", "cast one of that kind")
    return poll
