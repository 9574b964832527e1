"""Object to what a poll has decided, as a member of its council."""

from __future__ import annotations

from dataclasses import dataclass

from engine.event import ANY_MEMBER, Ask, Command, Event, Precompute, Record, Vault
from engine.features.attestation.attest import check_word, said_ahead
from engine.features.attestation.state import COUNCIL_MAY_NOT_OBJECT, Attestations
from engine.features.attestation.statement import asked_of
from engine.features.polls.object import DecisionOverturned
from engine.features.polls.state import PollId, Polls
from engine.kernel.hooks import react
from engine.log.fields import Erasable
from engine.refusals import refuse
from engine.state import State
from engine.values import CouncilSignature, ReasonText


@dataclass(frozen=True)
class ObjectAsCouncil(Command):
    """Where the poll's terms let its council object. `sig` is over the lines at `/polls/{poll}/council`, with `objects` for `attests`; everybody
    sees that you object, and why.
    """

    resource = "/polls/{poll}/council-objections"

    poll: PollId
    reason: ReasonText
    sig: CouncilSignature

    def signature(self) -> str:
        return self.sig

    def prepare(self, state: State, ask: Ask, vault: Vault) -> Precompute | None:
        return said_ahead(state, self.poll, ask.actor, self.sig, "objects")

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [CouncilObjected(self.poll, Erasable(self.reason))]


@dataclass(frozen=True)
class CouncilObjected(Event):
    """A member of a poll's council objects to its decision, for a reason that her signature does not bind: that may be erased."""

    by = ANY_MEMBER
    may = None
    signed = True

    poll: PollId
    reason: Erasable[ReasonText]

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.poll, record.actor)

    def check(self, state: State, record: Record[Event]) -> None:
        poll, _ = asked_of(state, self.poll)
        if poll.council is None or not poll.council.objecting:
            raise refuse(
                COUNCIL_MAY_NOT_OBJECT, "the council of poll {poll}", "may attest and not object", "leave it unsigned: it lapses by itself",
                poll=poll.id,
            )  # fmt: skip
        check_word(state, self.poll, record, "objects")

    def apply(self, state: State, record: Record[Event]) -> None:
        council = state[Polls][self.poll].council
        place = None if council is None else council.place(record.actor)
        assert place is not None
        state[Attestations].asked[self.poll].objected[place] = record.seq


@react
def enough_objected(state: State, record: Record[CouncilObjected]) -> list[DecisionOverturned]:
    poll, asked = asked_of(state, record.event.poll)
    assert poll.council is not None
    return [DecisionOverturned(poll.id)] if len(asked.objected) >= poll.council.objecting else []
