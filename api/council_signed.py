"""Signing what a council member asks about her key: what `folkmoot do --sign` adds to such a command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from engine.event import Command
from engine.features.attestation.attest import AttestDecision
from engine.features.attestation.object import ObjectAsCouncil
from engine.features.council.messages import registering, retiring, rotating, vouching
from engine.features.council.register import RegisterCouncilKey
from engine.features.council.retire import RetireCouncilKey
from engine.features.council.rotate import RotateCouncilKey
from engine.features.keys.state import Keys
from engine.log.attest import CouncilSecret
from engine.log.signing import SecretKey
from engine.refusals import refuse
from engine.state import State


class Signed(NamedTuple):
    """What signing adds to the fields of a command, and what was signed, as its owner reads it."""

    fields: dict[str, Any]
    said: str


def sign(state: State, kind: type[Command], actor: str, keys: Sequence[SecretKey | CouncilSecret]) -> Signed:
    """What council keys add to a command of `COUNCIL`."""
    if kind in (AttestDecision, ObjectAsCouncil):
        raise refuse("field_unknown", "--sign", "recounts nothing", "use folkmoot attest, which signs only what it can recount")
    if kind is RegisterCouncilKey:
        return _register(state, actor, _councils(keys[:1])[0], keys[1:])
    return _HOW[kind](state, actor, _councils(keys))


def needed(state: State, kind: type[Command], actor: str) -> int:
    """How many keys a command of `COUNCIL` takes: the council key, and to replace one the new one; to register one, also that which a member
    votes with, if she has one."""
    both = kind is RotateCouncilKey or (kind is RegisterCouncilKey and state[Keys].of(actor) is not None)
    return 2 if both else 1


def _councils(keys: Sequence[SecretKey | CouncilSecret]) -> list[CouncilSecret]:
    councils = [key for key in keys if isinstance(key, CouncilSecret)]
    if len(councils) != len(keys):
        raise refuse("field_wrong", "--sign", "names a key that signs ballots", "name one that folkmoot key new --council has made")
    return councils


def _register(state: State, actor: str, key: CouncilSecret, vouching_keys: Sequence[SecretKey | CouncilSecret]) -> Signed:
    fields = {"key": key.public, "possession": key.possession, "sig": key.sign(registering(state, actor, key.public))}
    for hers in vouching_keys:
        if not isinstance(hers, SecretKey):
            raise refuse("field_wrong", "--sign", "names two council keys", "name hers, and then the key that she votes with")
        fields["voucher"] = hers.sign(vouching(state, actor, hers.address, key.public))
    return Signed(fields, f"that {key.public} is the council key of member {actor}")


def _rotate(state: State, actor: str, keys: Sequence[CouncilSecret]) -> Signed:
    old, new = keys
    message = rotating(state, actor, old.public, new.public)
    fields = {"key": new.public, "possession": new.possession, "word": new.sign(message), "sig": old.sign(message)}
    return Signed(fields, f"that {new.public} takes the place of {old.public} as the council key of member {actor}")


def _retire(state: State, actor: str, keys: Sequence[CouncilSecret]) -> Signed:
    key = keys[0]
    return Signed({"sig": key.sign(retiring(state, actor, key.public))}, f"that member {actor} has the council key {key.public} no more")


_HOW: dict[type[Command], Callable[[State, str, Sequence[CouncilSecret]], Signed]] = {
    RotateCouncilKey: _rotate,
    RetireCouncilKey: _retire,
}
COUNCIL = (RegisterCouncilKey, *_HOW, AttestDecision, ObjectAsCouncil)
"""Commands that council keys sign; the last two only where a log was recounted first."""
