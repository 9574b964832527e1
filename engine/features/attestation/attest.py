"""Attest what a poll has decided, as a member of its council who has recounted it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.event import ANY_MEMBER, NOBODY, Ask, Command, Event, Precompute, Record, Vault
from engine.features.attestation.state import (
    ATTESTATION_CLOSED,
    NOT_ON_COUNCIL,
    SPOKEN_ALREADY,
    Asked,
    Attestations,
    Attested,
    bitmap,
    keys_of,
)
from engine.features.attestation.statement import Word, asked_of, stated, statement
from engine.features.council.register import judged_ahead
from engine.features.polls.close import free
from engine.features.polls.decide import DecisionFinal
from engine.features.polls.state import Poll, PollId, Polls
from engine.kernel.hooks import react
from engine.log.attest import aggregate, check_aggregate, check_signature
from engine.refusals import refuse
from engine.state import State
from engine.values import CouncilSignature

RECOUNT = "recount it, and sign the lines that folkmoot show DIR {poll}/council states"


@dataclass(frozen=True)
class AttestDecision(Command):
    """`sig` is the signature of the council key that the poll froze for you, over the lines at `/polls/{poll}/council`. Recount before you
    sign: `folkmoot attest` does, and signs nothing that it cannot recount.
    """

    resource = "/polls/{poll}/attestations"

    poll: PollId
    sig: CouncilSignature

    def signature(self) -> str:
        return self.sig

    def prepare(self, state: State, ask: Ask, vault: Vault) -> Precompute | None:
        return said_ahead(state, self.poll, ask.actor, self.sig, "attests")

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [DecisionAttested(self.poll)]


@dataclass(frozen=True)
class DecisionAttested(Event):
    """A member of a poll's council says that she has recounted it, and signs what she found. Her seat suffices: no amendment takes it."""

    by = ANY_MEMBER
    may = None
    signed = True

    poll: PollId

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.poll, record.actor)

    def check(self, state: State, record: Record[Event]) -> None:
        check_word(state, self.poll, record, "attests")
        poll, asked = asked_of(state, self.poll)
        assert poll.council is not None
        place = poll.council.place(record.actor)
        assert place is not None and record.sig is not None
        # Two keys of which one is the other negated sign what adds up to nothing: refused here, before anything is touched.
        summed(state, poll, asked, {**asked.signed, place: CouncilSignature(record.sig)})

    def apply(self, state: State, record: Record[Event]) -> None:
        council = state[Polls][self.poll].council
        assert council is not None and record.sig is not None
        place = council.place(record.actor)
        assert place is not None
        state[Attestations].asked[self.poll].signed[place] = CouncilSignature(record.sig)


@dataclass(frozen=True)
class CouncilAttested(Event):
    """Enough of a poll's council have attested its count: the sum of their signatures, and the bitmap of their seats."""

    by = NOBODY
    may = None

    poll: PollId
    signers: str
    signature: CouncilSignature

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.poll,)

    def apply(self, state: State, record: Record[Event]) -> None:
        polls, attestations = state[Polls], state[Attestations]
        poll, asked = polls[self.poll], attestations.asked.pop(self.poll)
        attestations.attested[self.poll] = Attested(asked.size, asked.root, record.at, self.signers, self.signature)
        polls.stop_awaiting(poll)
        free(state, poll)


@react
def enough_attested(state: State, record: Record[DecisionAttested]) -> list[CouncilAttested]:
    poll, asked = asked_of(state, record.event.poll)
    whole = summed(state, poll, asked, asked.signed)
    return [] if whole is None else [CouncilAttested(poll.id, *whole)]


def summed(state: State, poll: Poll, asked: Asked, signed: Mapping[int, CouncilSignature]) -> tuple[str, CouncilSignature] | None:
    """Which seats have signed, and the sum of what they gave; None while too few have. It is judged as anybody would who has nothing but it:
    by the keys of the seats it names."""
    assert poll.council is not None
    if len(signed) < poll.council.needed:
        return None
    places = sorted(signed)
    signers, signature = bitmap(places, len(poll.council.seats)), aggregate([signed[place] for place in places])
    check_aggregate(keys_of(poll.council, signers), statement(state, poll, asked.size, asked.root), signature)
    return signers, signature


@react
def attested(state: State, record: Record[CouncilAttested]) -> list[DecisionFinal]:
    """Final, unless members may still object."""
    poll = state[Polls][record.event.poll]
    return [] if poll.pending else [DecisionFinal(poll.id)]


def check_may_speak(state: State, name: str, member: str, at: int) -> int:
    """The seat of a member on the council of a poll that waits for it; refused where she has none, has spoken, or it is too late."""
    poll, asked = asked_of(state, name)
    assert poll.council is not None
    place = poll.council.place(member)
    if place is None:
        raise refuse(
            NOT_ON_COUNCIL, "member {member}", "is not on the council of poll {poll}", "its seats were fixed when the poll opened",
            member=member, poll=poll.id,
        )  # fmt: skip
    if at >= asked.until:
        raise refuse(ATTESTATION_CLOSED, "poll {poll}", "was to be attested before now", "it lapses: open another", poll=poll.id)
    if asked.has_spoken(place):
        raise refuse(SPOKEN_ALREADY, "poll {poll}", "has your word already", "once is enough", poll=poll.id)
    return place


def check_word(state: State, name: str, record: Record[Event], word: Word) -> None:
    """Refuse a word that is not by the key of a seat which has still to speak."""
    poll, _ = asked_of(state, name)
    place = check_may_speak(state, name, record.actor, record.at)
    assert poll.council is not None
    check_signature(poll.council.seats[place].key, stated(state, name, word), record.sig or "", RECOUNT, poll=poll.id)


def said_ahead(state: State, name: str, member: str, signature: str, word: Word) -> Precompute | None:
    """Look at a member's signature before the writer's turn, where she has a seat."""
    poll, _ = asked_of(state, name)
    place = None if poll.council is None else poll.council.place(member)
    if poll.council is None or place is None:
        return None
    key, message = poll.council.seats[place].key, stated(state, name, word)
    return judged_ahead(lambda: check_signature(key, message, signature))
