"""Retire your council key."""

from __future__ import annotations

from dataclasses import dataclass

from engine.event import ANY_MEMBER, Ask, Command, Event, Precompute, Record, Vault
from engine.features.council.messages import retiring
from engine.features.council.register import ANOTHER_KEY, judged_ahead
from engine.features.council.state import CouncilKeys, council_key_of
from engine.log.attest import check_signature
from engine.refusals import refuse
from engine.state import State
from engine.values import CouncilKey, CouncilSignature, MemberId


@dataclass(frozen=True)
class RetireCouncilKey(Command):
    """`sig` is your council key's, over the lines that say so. You sit on no council of polls that open from now on; those that are open keep your
    seat.
    """

    resource = "/council/retirements"

    sig: CouncilSignature

    def signature(self) -> str:
        return self.sig

    def prepare(self, state: State, ask: Ask, vault: Vault) -> Precompute:
        key = council_key_of(state, ask.actor)
        message = retiring(state, ask.actor, key)
        return judged_ahead(lambda: check_signature(key, message, self.sig))

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [CouncilKeyRetired(council_key_of(state, ask.actor))]


@dataclass(frozen=True)
class CouncilKeyRetired(Event):
    """A member has no council key any more; `sig` is its own last word."""

    by = ANY_MEMBER
    may = None
    signed = True

    key: CouncilKey

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (record.actor,)

    def check(self, state: State, record: Record[Event]) -> None:
        key = council_key_of(state, record.actor)
        if self.key != key:
            raise refuse("log_unlawful", "council key {key}…", "is not the member's", "retire the one that is", key=self.key[:18])
        check_signature(key, retiring(state, record.actor, key), record.sig or "", ANOTHER_KEY)

    def apply(self, state: State, record: Record[Event]) -> None:
        del state[CouncilKeys].live[MemberId(record.actor)]
