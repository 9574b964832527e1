"""Replace your key by a new one."""

from __future__ import annotations

from dataclasses import dataclass

from engine.event import Ask, Command, Event, Record, Vault
from engine.features.keys.messages import ROTATE, digest_of
from engine.features.keys.register import ANOTHER_KEY, NewKey, WalletLink, check_wallet, linked
from engine.features.keys.state import key_of
from engine.log.signing import Signed, check_signer
from engine.state import State
from engine.values import Address, Signature


@dataclass(frozen=True)
class RotateKey(Command):
    """Both keys sign `RotateKey(string member,address key,address newKey)`: the old one (`sig`) that it gives way, the new one (`possession`)
    that it is there. Ballots already cast stay.
    """

    resource = "/keys/rotations"

    key: Address
    possession: Signature
    sig: Signature
    wallet: WalletLink | None = None

    def signature(self) -> Signature:
        return self.sig

    def signed_with(self, state: State, ask: Ask) -> list[Signed]:
        digest = digest_of(state, ROTATE, member=ask.actor, key=key_of(state, ask.actor), newKey=self.key)
        return [(digest, self.sig), (digest, self.possession)]

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        check_wallet(state, self.key, self.wallet)
        return [KeyRotated(self.key, *linked(self.wallet), self.possession)]


@dataclass(frozen=True)
class KeyRotated(NewKey):
    """A member's new key; `sig` is the old one's, `possession` the new one's, over the same words."""

    possession: Signature

    def check(self, state: State, record: Record[Event]) -> None:
        super().check(state, record)
        old = key_of(state, record.actor)
        digest = digest_of(state, ROTATE, member=record.actor, key=old, newKey=self.key)
        check_signer(digest, record.sig, old, ANOTHER_KEY)
        check_signer(digest, self.possession, self.key, ANOTHER_KEY)
