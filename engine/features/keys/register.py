"""Register your key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.event import ANY_MEMBER, Ask, Command, Event, Record, Vault
from engine.features.keys.messages import LINK, REGISTER, digest_of
from engine.features.keys.state import KEY_THERE, Keys, check_new
from engine.log.fields import Private
from engine.log.signing import Signed, check_signer
from engine.refusals import refuse
from engine.state import State
from engine.values import Address, Signature

ANOTHER_KEY = "sign the message of this very verb, member and community with that key"


@dataclass(frozen=True)
class WalletLink:
    """A wallet's word that a key is hers who owns it: its address, and its signature over `LinkWallet(address key,address wallet)`."""

    address: Address
    sig: Signature


@dataclass(frozen=True)
class RegisterKey(Command):
    """`key` is an address; `sig` that key's signature over `RegisterKey(string member,address key)`, so that nobody registers a key that is
    not hers. From then on every ballot of yours takes its signature. A `wallet` may say that the key is yours: only you and the operator
    read that.
    """

    resource = "/keys"

    key: Address
    sig: Signature
    wallet: WalletLink | None = None

    def signature(self) -> Signature:
        return self.sig

    def signed_with(self, state: State, ask: Ask) -> list[Signed]:
        return [(digest_of(state, REGISTER, member=ask.actor, key=self.key), self.sig)]

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        check_wallet(state, self.key, self.wallet)
        return [KeyRegistered(self.key, *linked(self.wallet))]


@dataclass(frozen=True)
class NewKey(Event, abstract=True):
    """A key that was nobody's before, and perhaps, for its owner and the operator alone, the wallet that says it is hers."""

    by = ANY_MEMBER
    may = None
    signed = True

    key: Address
    wallet: Private[Address] | None
    wallet_sig: Private[Signature] | None

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (record.actor,)

    def check(self, state: State, record: Record[Event]) -> None:
        check_new(state, self.key)
        if (self.wallet is None) != (self.wallet_sig is None):
            raise refuse("log_unlawful", "the wallet", "is named without its word, or the other way round", "give both, or neither")

    def check_opened(self, state: State, opened: Mapping[str, object]) -> None:
        wallet, sig = opened.get("wallet"), opened.get("wallet_sig")
        if wallet is not None and sig is not None:
            check_wallet(state, self.key, WalletLink(Address(str(wallet)), Signature(str(sig))))

    def apply(self, state: State, record: Record[Event]) -> None:
        state[Keys].put(record.actor, self.key, record.at, record.seq)


@dataclass(frozen=True)
class KeyRegistered(NewKey):
    """A member has a key from now on; `sig` is its own, that it is there and meant for her."""

    def signs(self, state: State, record: Record[Event]) -> bytes:
        return digest_of(state, REGISTER, member=record.actor, key=self.key)

    def check(self, state: State, record: Record[Event]) -> None:
        super().check(state, record)
        if state[Keys].of(record.actor) is not None:
            raise refuse(
                KEY_THERE, "member {member}", "has a key already", "replace it (RotateKey), or retire it first", member=record.actor
            )
        check_signer(self.signs(state, record), record.sig, self.key, ANOTHER_KEY)


def check_wallet(state: State, key: Address, wallet: WalletLink | None) -> None:
    """Refuse a wallet that does not say so."""
    if wallet is not None:
        check_signer(
            digest_of(state, LINK, key=key, wallet=wallet.address), wallet.sig, wallet.address, "let the wallet sign LinkWallet of this key"
        )


def linked(wallet: WalletLink | None) -> tuple[Private[Address] | None, Private[Signature] | None]:
    """A wallet's word as the vault keeps it."""
    return (None, None) if wallet is None else (Private(wallet.address), Private(wallet.sig))
