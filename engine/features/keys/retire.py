"""Retire your key."""

from __future__ import annotations

from dataclasses import dataclass

from engine.event import ANY_MEMBER, Ask, Command, Event, Record, Vault
from engine.features.keys.messages import RETIRE, digest_of
from engine.features.keys.register import ANOTHER_KEY
from engine.features.keys.state import Keys, key_of
from engine.log.signing import Signed, check_signer
from engine.refusals import refuse
from engine.state import State
from engine.values import Address, MemberId, Signature


@dataclass(frozen=True)
class RetireKey(Command):
    """`sig` is your key's, over `RetireKey(string member,address key)`. Ballots in your name are taken by the operator's word again, until you
    register another key; ballots already cast stay.
    """

    resource = "/keys/retirements"

    sig: Signature

    def signature(self) -> Signature:
        return self.sig

    def signed_with(self, state: State, ask: Ask) -> list[Signed]:
        return [(digest_of(state, RETIRE, member=ask.actor, key=key_of(state, ask.actor)), self.sig)]

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [KeyRetired(key_of(state, ask.actor))]


@dataclass(frozen=True)
class KeyRetired(Event):
    """A member has no key any more; `sig` is its own last word."""

    by = ANY_MEMBER
    may = None
    signed = True

    key: Address

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (record.actor,)

    def check(self, state: State, record: Record[Event]) -> None:
        key = key_of(state, record.actor)
        if self.key != key:
            raise refuse("log_unlawful", "key {key}", "is not the member's", "retire the one that is", key=self.key)
        check_signer(digest_of(state, RETIRE, member=record.actor, key=key), record.sig, key, ANOTHER_KEY)

    def apply(self, state: State, record: Record[Event]) -> None:
        del state[Keys].live[MemberId(record.actor)]
