"""Members who sign: each has a key made from her id, registers it, and signs ballots with it as her own client would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

from engine import rules
from engine.community import Receipt
from engine.elections import choice as choices
from engine.features.keys.messages import LINK, REGISTER, RETIRE, ROTATE, digest_of
from engine.features.keys.register import RegisterKey, WalletLink
from engine.features.keys.retire import RetireKey
from engine.features.keys.rotate import RotateKey
from engine.features.polls.cast import BallotSignature, CastBallot
from engine.features.polls.signing import BallotMessage, commitment
from engine.features.polls.state import Polls
from engine.kernel.charter import preset
from engine.log.signing import ORDER, SecretKey
from tests.moot import Moot

OPEN = preset("product").replace('secrecy = "until_close"', 'secrecy = "open"')
REQUIRED = OPEN.replace("[decisions.ranking]", '[decisions.ranking]\nsigned = "required"')
NOTHING: Mapping[str, object] = {}
FAR = 4_000_000_000
"""A deadline nobody here lives to see, in seconds."""


def key(member: str, generation: int = 0) -> SecretKey:
    return SecretKey(sha256(f"{member} {generation}".encode()).digest())


def registering(moot: Moot, member: str, hers: SecretKey | None = None, wallet: SecretKey | None = None) -> RegisterKey:
    hers = hers or key(member)
    word = wallet and WalletLink(wallet.address, wallet.sign(digest_of(moot.state, LINK, key=hers.address, wallet=wallet.address)))
    return RegisterKey(hers.address, hers.sign(digest_of(moot.state, REGISTER, member=member, key=hers.address)), word)


def register(moot: Moot, *members: str) -> None:
    for member in members:
        moot.do(member, registering(moot, member))


def rotating(moot: Moot, member: str, old: SecretKey, new: SecretKey) -> RotateKey:
    digest = digest_of(moot.state, ROTATE, member=member, key=old.address, newKey=new.address)
    return RotateKey(new.address, new.sign(digest), old.sign(digest))


def retiring(moot: Moot, member: str, hers: SecretKey) -> RetireKey:
    return RetireKey(hers.sign(digest_of(moot.state, RETIRE, member=member, key=hers.address)))


def signed(
    moot: Moot, member: str, poll: str, choice: str, nonce: int = 1, by: SecretKey | None = None, otherwise: Mapping[str, object] = NOTHING
) -> CastBallot:
    """A ballot as a member's client signs it; what is `otherwise` is signed otherwise than it is sent."""
    hers, each = by or key(member), moot.of(Polls)[poll]
    terms, salt = each.asked.terms, None
    spelled = choices.read(choice, terms.ballot, len(each.asked.options), terms.named_max, terms.points_max)
    if rules.secrecy(terms.secrecy).sealed:
        salt = sha256(f"{member} {poll} {nonce}".encode()).hexdigest()
        spelled = commitment(salt, poll, hers.address, nonce, spelled)
    message = BallotMessage.of(moot.state, each, hers.address, spelled, nonce, FAR)._replace(**otherwise)  # type: ignore[arg-type]
    return CastBallot(poll, choice, BallotSignature(nonce, FAR, hers.sign(message.digest), salt))


def cast(moot: Moot, member: str, poll: str, choice: str, nonce: int = 1) -> Receipt:
    return moot.do(member, signed(moot, member, poll, choice, nonce))


def with_signature(command: CastBallot, **changed: object) -> CastBallot:
    """The same ballot with other fields beside its signature."""
    assert command.signed is not None
    return replace(command, signed=replace(command.signed, **changed))  # type: ignore[arg-type]


def other_spelling(sig: str) -> str:
    """The signature with the other s, which the same secret could have made."""
    data = bytes.fromhex(sig[2:])
    high = ORDER - int.from_bytes(data[32:64], "big")
    return "0x" + (data[:32] + high.to_bytes(32, "big") + bytes([55 - data[64]])).hex()
