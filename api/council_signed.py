"""Signing what a council member asks about her key: what `folkmoot do --sign` adds to such a command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from engine.event import Command
from engine.features.attestation.attest import AttestDecision
from engine.features.attestation.object import ObjectAsCouncil
from engine.features.council.messages import registering, retiring, rotating
from engine.features.council.register import RegisterCouncilKey
from engine.features.council.retire import RetireCouncilKey
from engine.features.council.rotate import RotateCouncilKey
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
    councils = [key for key in keys if isinstance(key, CouncilSecret)]
    if len(councils) != len(keys):
        raise refuse("field_wrong", "--sign", "names a key that signs ballots", "name one that folkmoot key new --council has made")
    return _HOW[kind](state, actor, councils)


def _register(state: State, actor: str, keys: Sequence[CouncilSecret]) -> Signed:
    key = keys[0]
    sig = key.sign(registering(state, actor, key.public))
    return Signed({"key": key.public, "possession": key.possession, "sig": sig}, f"that {key.public} is the council key of member {actor}")


def _rotate(state: State, actor: str, keys: Sequence[CouncilSecret]) -> Signed:
    old, new = keys
    message = rotating(state, actor, old.public, new.public)
    fields = {"key": new.public, "possession": new.possession, "word": new.sign(message), "sig": old.sign(message)}
    return Signed(fields, f"that {new.public} takes the place of {old.public} as the council key of member {actor}")


def _retire(state: State, actor: str, keys: Sequence[CouncilSecret]) -> Signed:
    key = keys[0]
    return Signed({"sig": key.sign(retiring(state, actor, key.public))}, f"that member {actor} has the council key {key.public} no more")


_HOW: dict[type[Command], Callable[[State, str, Sequence[CouncilSecret]], Signed]] = {
    RegisterCouncilKey: _register,
    RotateCouncilKey: _rotate,
    RetireCouncilKey: _retire,
}
COUNCIL = (*_HOW, AttestDecision, ObjectAsCouncil)
"""Commands that council keys sign; the last two only where a log was recounted first."""
