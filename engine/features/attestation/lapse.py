"""A decision that its council has not attested in time lapses: nothing of it happens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.event import Ask, Command, Event, Record, Vault
from engine.features.attestation.state import ATTESTATION_OPEN, Attestations
from engine.features.attestation.statement import asked_of
from engine.features.polls.close import AboutPoll, give_back
from engine.features.polls.state import PollId, Polls
from engine.kernel.hooks import due
from engine.refusals import refuse
from engine.state import State
from engine.values import Moment


@dataclass(frozen=True)
class LapseDecision(Command):
    """Asked by the clock when the days are over in which the council was to attest it. What the poll held goes back."""

    resource = "/polls/{poll}/lapse"

    poll: PollId

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [DecisionLapsed(self.poll)]


@dataclass(frozen=True)
class DecisionLapsed(AboutPoll):
    """Too few of a poll's council have attested its count in time: things stay as they are."""

    def check(self, state: State, record: Record[Event]) -> None:
        poll, asked = asked_of(state, self.poll)
        if record.at < asked.until:
            raise refuse(
                ATTESTATION_OPEN, "the decision of poll {poll}", "can still be attested", "wait until its days for that are over",
                poll=poll.id,
            )  # fmt: skip

    def apply(self, state: State, record: Record[Event]) -> None:
        poll = state[Polls][self.poll]
        poll.lapsed = True
        give_back(state, poll)
        del state[Attestations].asked[self.poll]


@due
def not_attested(state: State, at: Moment) -> Iterator[Command]:
    waiting = state[Attestations].asked
    for poll in list(state[Polls].unattested.values()):
        asked = waiting.get(poll.id)
        if asked is not None and at >= asked.until:
            yield LapseDecision(poll.id)
