"""Who signed: secp256k1 signatures over EIP-712 messages, as every wallet makes them, and what they are meant for.

A signature is 65 bytes, `0x` and 130 lower-case hexadecimal digits: r, s, and v, which is 27 or 28. Each signs one message in one
way: a high s, a v of another fashion, the 64 bytes of EIP-2098, upper-case digits are refused, so that nobody can make a second
spelling of a signature that was given. Whose it is follows from it: `recover` gives the address, 20 bytes of the key's hash.

A message of Folkmoot is meant for one community. Off chain its domain says so by `salt`, Keccak-256 of `folkmoot community`, the log's
origin and the key that signs its heads, each on a line of its own, as they stand in event 0; a community bound to a contract has `chainId` and
`verifyingContract` instead. Sources: EIP-712, EIP-2 (low s), EIP-55 (how addresses are shown), SEC 1 4.1.6 (recovery).

Hashing is `safe-pysha3`, one of the two back ends of the Ethereum libraries for Python: it takes 1 µs where the other, PyCryptodome, takes 8,
and a ballot has five hashes beside a recovery of 52 µs.

>>> key = SecretKey(bytes(31) + b"\\x01")
>>> shown(key.address)
'0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf'
>>> recover(bytes(32), key.sign(bytes(32))) == key.address
True
>>> recover(bytes(32), "0x" + "00" * 65)
Traceback (most recent call last):
engine.refusals.Refusal: signature_wrong: the signature ends in v = 0; give one whose v is 27 or 28
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from coincurve import PrivateKey, PublicKey

from engine.log import eip712
from engine.log.eip712 import Struct, keccak
from engine.refusals import Refusal, refuse
from engine.values import Address, Signature

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Of the group of secp256k1 (SEC 2)."""
SIGNATURE_BYTES = 65
"""r and s of 32 bytes, and v."""
Signed = tuple[bytes, str]
"""32 bytes, and a signature over them."""
RECOVERED_KEPT = 65_536
"""Signatures that one process need not look at again: recovery takes 50 µs, and is done before the writer's turn."""
BALLOT_TYPES = {
    "Ballot": (
        ("poll", "bytes32"), ("contentHash", "bytes32"), ("voter", "address"), ("choice", "string"), ("choiceText", "string"),
        ("nonce", "uint256"), ("deadline", "uint64"),
    )
}  # fmt: skip
BALLOT = Struct.of(BALLOT_TYPES, "Ballot")
_SIGNATURE = re.compile(r"0x(?:[0-9a-f]{2})*")


class Domain(NamedTuple):
    """For whom messages are meant: a community off chain (`salt`), or one bound to a contract."""

    salt: str = ""
    """32 bytes as 0x and 64 digits; empty where there is a contract."""
    chain_id: int = 0
    contract: str = ""

    @classmethod
    @lru_cache(maxsize=1_024)
    def of_community(cls, origin: str, key: str) -> Domain:
        """A community's own, by what event 0 says its log is called and signed by.

        >>> Domain.of_community("moot.example/test", "moot.example/test+0a1b2c3d+AQ==").salt[:18]
        '0x4f8e1a3914d36378'
        """
        return cls(salt="0x" + keccak(f"folkmoot community\n{origin}\n{key}".encode()).hex())

    @property
    def fields(self) -> dict[str, object]:
        """What it says, as a wallet is told."""
        bound: dict[str, object] = {"salt": self.salt}
        if not self.salt:
            bound = {"chainId": self.chain_id, "verifyingContract": self.contract}
        return {"name": "Folkmoot", "version": "1", **bound}


@lru_cache(maxsize=1_024)
def separator(domain: Domain) -> bytes:
    """The 32 bytes that stand for a domain in everything that is signed for it."""
    return eip712.domain(**domain.fields)


class SecretKey:
    """A key that signs; never shown, logged or compared."""

    __slots__ = ("_key",)

    def __init__(self, secret: bytes) -> None:
        if len(secret) != 32 or not 0 < int.from_bytes(secret, "big") < ORDER:
            raise refuse("signature_wrong", "the secret key", "is not 32 bytes within the order of secp256k1", "make another")
        self._key = PrivateKey(secret)

    @property
    def address(self) -> Address:
        return _address(self._key.public_key)

    @property
    def secret(self) -> bytes:
        """Its 32 bytes: for whoever encrypts it into a file."""
        return bytes(self._key.secret)

    def sign(self, digest: bytes) -> Signature:
        """The signature over 32 bytes, the same each time (RFC 6979), with a low s."""
        signed = self._key.sign_recoverable(digest, hasher=None)
        return Signature("0x" + signed[:64].hex() + bytes([27 + signed[64]]).hex())

    def __repr__(self) -> str:
        return f"SecretKey(of {self.address})"


def is_spelled(text: str) -> bool:
    """Whether a signature is written in the one way there is; whose it is, if anybody's, is another question."""
    try:
        read_signature(text)
    except Refusal:
        return False
    return True


def read_signature(text: str) -> bytes:
    """The 65 bytes of a signature; refused where it is spelled otherwise than in the one way there is."""
    if not isinstance(text, str) or not _SIGNATURE.fullmatch(text):
        raise _wrong("is not written as bytes", "write it as 0x and lower-case hexadecimal digits")
    data = bytes.fromhex(text[2:])
    if len(data) != SIGNATURE_BYTES:
        raise _wrong("has {count} bytes", "give {size}: r, s and v", count=len(data), size=SIGNATURE_BYTES)
    r, s, v = int.from_bytes(data[:32], "big"), int.from_bytes(data[32:64], "big"), data[64]
    if v not in (27, 28):
        raise _wrong("ends in v = {v}", "give one whose v is 27 or 28", v=v)
    if not 0 < r < ORDER or not 0 < s < ORDER:
        raise _wrong("has an r or s outside the order of secp256k1", "sign again")
    if s > ORDER // 2:
        raise _wrong("has a high s: it is the other spelling of one that was given", "give the one with the low s")
    return data


def recover(digest: bytes, signature: str) -> Address:
    """Whose signature over 32 bytes that is; refused where it is nobody's. What was recovered once is known for a while."""
    # What is longer than any signature is not remembered: a stranger's log may hold sixty thousand bytes of it in every line.
    short = isinstance(signature, str) and len(signature) <= 2 + 2 * SIGNATURE_BYTES
    address = _remembered(digest, signature) if short else None
    if address is None:
        read_signature(signature)  # says what is wrong with it
        raise _wrong("is nobody's: no key gives it", "sign again")
    return address


def _remembered(digest: bytes, signature: str) -> Address | None:
    try:
        return _known[digest, signature]
    except KeyError:
        address = look_at(digest, signature)
        remember(digest, signature, address)
        return address


_known: dict[Signed, Address | None] = {}


def remember(digest: bytes, signature: str, address: Address | None) -> None:
    """Whose signature that is has been found out, here or by a process beside this one; None for nobody's."""
    if len(_known) >= RECOVERED_KEPT:
        _known.clear()
    _known[digest, signature] = address


def look_at(digest: bytes, signature: str) -> Address | None:
    """The signer's address, None where there is none: a bad signature is not looked at twice either."""
    try:
        data = read_signature(signature)
        key = PublicKey.from_signature_and_message(data[:64] + bytes([data[64] - 27]), digest, hasher=None)
    except Exception:  # noqa: BLE001 - the library raises a plain one where no point of the curve fits
        return None
    return _address(key)


def check_signer(digest: bytes, signature: str | None, signer: Address, way_out: str) -> None:
    """Refuse a signature over 32 bytes that is missing, or is not the signer's."""
    if signature is None:
        raise _wrong("is not there", "sign it")
    if (recovered := recover(digest, signature)) != signer:
        raise _wrong("is not by {signer}: over this very text it is by {recovered}", way_out, signer=signer, recovered=recovered)


def shown(address: str) -> str:
    """An address as wallets show it, with the checksum of EIP-55 in the case of its letters.

    >>> shown("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")
    '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'
    """
    digits = keccak(address[2:].encode()).hex()
    return "0x" + "".join(letter.upper() if int(digit, 16) > 7 else letter for letter, digit in zip(address[2:], digits, strict=False))


def _address(key: PublicKey) -> Address:
    return Address("0x" + keccak(key.format(compressed=False)[1:])[12:].hex())


def _wrong(fact: str, way_out: str, /, **values: object) -> Refusal:
    return refuse("signature_wrong", "the signature", fact, way_out, **values)
