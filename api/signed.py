"""Signing what is asked, with the keys of whoever asks: what `folkmoot do --sign` adds to a command, and what a wallet is given to sign."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from api import clock, council_signed
from api.council_signed import COUNCIL, Signed
from engine import rules
from engine.event import Command, verb_of
from engine.features.keys.messages import REGISTER, RETIRE, ROTATE, digest_of
from engine.features.keys.register import RegisterKey
from engine.features.keys.retire import RetireKey
from engine.features.keys.rotate import RotateKey
from engine.features.keys.state import key_of
from engine.features.polls.cast import CastBallot, read_choice
from engine.features.polls.signing import BallotMessage, choice_text, commitment
from engine.features.polls.state import Poll, poll_of
from engine.limits import INTEGER_MAX
from engine.log.attest import CouncilSecret
from engine.log.codec import form
from engine.log.signing import SecretKey, shown
from engine.refusals import refuse
from engine.state import State
from engine.values import is_digest

Fields = dict[str, Any]


def sign(state: State, kind: type[Command], fields: Fields, actor: str, keys: Sequence[SecretKey | CouncilSecret]) -> Signed:
    """The fields of a command with those that signing it adds, none of which may be given."""
    if kind not in (*_HOW, *COUNCIL):
        raise refuse("field_unknown", "--sign", "is not for {verb}", "leave it out: nobody signs that", verb=verb_of(kind))
    needed = council_signed.needed(state, kind, actor) if kind in COUNCIL else 2 if kind is RotateKey else 1
    if len(keys) != needed:
        raise refuse(
            "field_wrong", "--sign", "names {count} keys",
            "name {needed}: to replace one, the old and then the new; of who votes with one, a council key and then that",
            count=len(keys), needed=needed,
        )  # fmt: skip
    signed = council_signed.sign(state, kind, actor, keys) if kind in COUNCIL else _HOW[kind](state, fields, actor, _of_ballots(keys))
    twice = sorted(signed.fields.keys() & fields.keys())
    if twice:
        raise refuse("field_unknown", "{name}", "is given, and --sign adds it", "leave it out", name=twice[0])
    return Signed({**fields, **signed.fields}, signed.said)


def _of_ballots(keys: Sequence[SecretKey | CouncilSecret]) -> list[SecretKey]:
    """Keys that sign ballots; refused where one of them attests."""
    there = [key for key in keys if isinstance(key, SecretKey)]
    if len(there) != len(keys):
        raise refuse("field_wrong", "--sign", "names a council key", "name one that folkmoot key new has made without --council")
    return there


def _register(state: State, fields: Fields, actor: str, keys: Sequence[SecretKey]) -> Signed:
    key = keys[0]
    sig = key.sign(digest_of(state, REGISTER, member=actor, key=key.address))
    return Signed({"key": key.address, "sig": sig}, f"that {shown(key.address)} is the key of member {actor}")


def _rotate(state: State, fields: Fields, actor: str, keys: Sequence[SecretKey]) -> Signed:
    old, new = keys
    digest = digest_of(state, ROTATE, member=actor, key=old.address, newKey=new.address)
    said = f"that {shown(new.address)} takes the place of {shown(old.address)} as the key of member {actor}"
    return Signed({"key": new.address, "possession": new.sign(digest), "sig": old.sign(digest)}, said)


def _retire(state: State, fields: Fields, actor: str, keys: Sequence[SecretKey]) -> Signed:
    key = keys[0]
    sig = key.sign(digest_of(state, RETIRE, member=actor, key=key.address))
    return Signed({"sig": sig}, f"that member {actor} has the key {shown(key.address)} no more")


def _cast(state: State, fields: Fields, actor: str, keys: Sequence[SecretKey]) -> Signed:
    poll, key = poll_of(state, str(fields.get("poll"))), keys[0]
    choice = read_choice(poll.asked, form(str).read(fields.get("choice"), "CastBallot.choice"))
    nonce, salt, signed = next_nonce(poll, actor), clock.chance().hex() if is_sealed(poll) else None, choice
    if salt is not None:
        signed = commitment(salt, poll.id, key.address, nonce, choice)
    message = BallotMessage.of(state, poll, key.address, signed, nonce, deadline_of(poll))
    word = {"nonce": nonce, "deadline": message.deadline, "sig": key.sign(message.digest)} | ({} if salt is None else {"salt": salt})
    said = choice_text(poll.id, poll.asked, choice)
    return Signed({"signed": word}, said if salt is None else f"{said}; as the commitment {signed}, with the salt {salt}")


_HOW: dict[type[Command], Callable[[State, Fields, str, Sequence[SecretKey]], Signed]] = {
    CastBallot: _cast,
    RegisterKey: _register,
    RotateKey: _rotate,
    RetireKey: _retire,
}


def typed_ballot(state: State, name: str, member: str, choice: str, nonce: int | None, deadline: int | None) -> Fields:
    """What `eth_signTypedData_v4` takes to sign a ballot of a member in a poll. Where ballots are sealed, `choice` is the commitment her
    client has made of choice, salt and nonce: what she chooses has no place in an address, which is written down on its way."""
    poll, key = poll_of(state, name), key_of(state, member)
    if is_sealed(poll):
        if not is_digest(choice):
            raise refuse(
                "choice_wrong", "the ballot", "is no commitment, and poll {poll} takes sealed ones",
                "give the commitment that your client made of it, as 64 hexadecimal digits", poll=poll.id,
            )  # fmt: skip
        if nonce is None:
            raise refuse("field_missing", "nonce", "is not given", "name the one that the commitment is made with")
    else:
        choice = read_choice(poll.asked, choice)
    nonce = next_nonce(poll, member) if nonce is None else nonce
    return BallotMessage.of(state, poll, key, choice, nonce, deadline_of(poll) if deadline is None else deadline).typed_data


def is_sealed(poll: Poll) -> bool:
    return rules.secrecy(poll.asked.terms.secrecy).sealed


def next_nonce(poll: Poll, member: str) -> int:
    """One more than that of her last signed ballot in it."""
    return max(1, poll.open_ballots.last_nonce(member) + 1)


def deadline_of(poll: Poll) -> int:
    """The second in which its clock ends it."""
    return min(-(-poll.closes_at // 1_000), INTEGER_MAX)
