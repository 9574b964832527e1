"""Register your council key."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from engine.event import ANY_MEMBER, Ask, Command, Event, Install, Precompute, Record, Vault
from engine.features.council.messages import registering, vouching
from engine.features.council.state import COUNCIL_KEY_THERE, CouncilKeys, check_new
from engine.features.keys.state import Keys
from engine.log.attest import check_possession, check_signature
from engine.log.signing import check_signer
from engine.refusals import Refusal, refuse
from engine.state import State
from engine.values import CouncilKey, CouncilSignature, Signature

ANOTHER_KEY = "sign the lines of this very verb, member and community with that key"


@dataclass(frozen=True)
class RegisterCouncilKey(Command):
    """`key` is a point of BLS12-381; `possession` its proof of possession, without which it could be made up of others' keys; `sig` its signature
    over the lines that name you and this community. If you have a key for your ballots, that has to vouch for it: `voucher` is its signature over
    `VouchCouncilKey(string member,address key,string councilKey)`. Whoever holds the role that a decision's terms call the council then sits on it.
    """

    resource = "/council"

    key: CouncilKey
    possession: CouncilSignature
    sig: CouncilSignature
    voucher: Signature | None = None

    def signature(self) -> str:
        return self.sig

    def prepare(self, state: State, ask: Ask, vault: Vault) -> Precompute:
        message = registering(state, ask.actor, self.key)
        return judged_ahead(
            lambda: check_possession(self.key, self.possession),
            lambda: check_signature(self.key, message, self.sig),
            lambda: check_voucher(state, ask.actor, self.key, self.voucher),
        )

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [CouncilKeyRegistered(self.key, self.possession, self.voucher)]


@dataclass(frozen=True)
class NewCouncilKey(Event, abstract=True):
    """A key that was nobody's before, with the proof that whoever registers it holds it."""

    by = ANY_MEMBER
    may = None
    signed = True

    key: CouncilKey
    possession: CouncilSignature

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (record.actor,)

    def check(self, state: State, record: Record[Event]) -> None:
        check_new(state, self.key)
        check_possession(self.key, self.possession)

    def apply(self, state: State, record: Record[Event]) -> None:
        state[CouncilKeys].put(record.actor, self.key, record.at)


@dataclass(frozen=True)
class CouncilKeyRegistered(NewCouncilKey):
    """A member has a council key from now on; `sig` is its own, that it is there and meant for her, `voucher` that of the key she votes with, where she
    has one: who has a key is spoken for by nobody without it."""

    voucher: Signature | None

    def check(self, state: State, record: Record[Event]) -> None:
        super().check(state, record)
        if state[CouncilKeys].of(record.actor) is not None:
            raise refuse(
                COUNCIL_KEY_THERE, "member {member}", "has a council key already", "replace it (RotateCouncilKey), or retire it first",
                member=record.actor,
            )  # fmt: skip
        check_signature(self.key, registering(state, record.actor, self.key), record.sig or "", ANOTHER_KEY)
        check_voucher(state, record.actor, self.key, self.voucher)


def check_voucher(state: State, member: str, key: CouncilKey, voucher: Signature | None) -> None:
    """Refuse a council key for which a member's own key does not vouch; nothing vouches for that of who has none."""
    hers = state[Keys].of(member)
    if hers is not None:
        check_signer(vouching(state, member, hers, key), voucher, hers, "let the key she votes with sign VouchCouncilKey of this key")
    elif voucher is not None:
        raise refuse("signature_wrong", "the voucher", "is by a key that member {member} does not have", "leave it out", member=member)


def judged_ahead(*checks: Callable[[], None]) -> Precompute:
    """Look at signatures before the writer's turn: what is found is known by then."""

    def work() -> Install:
        for check in checks:
            with suppress(Refusal):  # the writer's turn says why
                check()
        return lambda state: None

    return work
