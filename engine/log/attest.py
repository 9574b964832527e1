"""Who of a council attests: BLS12-381 signatures that add up to one, whoever and however many gave them.

The scheme is the one Ethereum's validators use: ciphersuite `BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_` of
draft-irtf-cfrg-bls-signature (06, November 2025), keys of 48 bytes in G1, signatures of 96 bytes in G2. Signatures of several keys over one
message add up to an *aggregate* of 96 bytes, which one look of two pairings judges. That is only sound for keys whose owners hold their secrets: a
*rogue key*, computed from the others' keys, would let one sign for all. So each key comes with a proof of possession, and nobody asks about
an aggregate of keys whose possession was not looked at.

Points are arkworks' (`py_arkworks_bls12381`). Left to itself that library takes several spellings of the point at infinity, two lists of
different lengths, and an empty product for a true one; so here lengths are checked, what was read is written again and compared, infinity is
refused as key and as signature, and so is an empty set. `py_ecc`, slow and simple, is the reference: `judged_by_reference` has it give a second opinion on
every signature, as `folkmoot verify --reference` does.

>>> ana, ben = CouncilSecret.from_seed(bytes(32)), CouncilSecret.from_seed(bytes(31) + b"\\x01")
>>> check_possession(ana.public, ana.possession)
>>> both = aggregate([ana.sign(b"p40: adopted"), ben.sign(b"p40: adopted")])
>>> check_aggregate([ana.public, ben.public], b"p40: adopted", both)
>>> check_aggregate([ana.public, ben.public], b"p40: kept", both)
Traceback (most recent call last):
engine.refusals.Refusal: signature_wrong: the council's signature is not by 2 of 2 keys named over this very text; sign what this copy states
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from hashlib import sha256

from py_arkworks_bls12381 import GT, G1Point, G2Point, Scalar

from engine.refusals import Refusal, refuse
from engine.values import CouncilKey, CouncilSignature

ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
"""Of the two groups of BLS12-381."""
KEY_BYTES, SIGNATURE_BYTES, SECRET_BYTES = 48, 96, 32
"""Points of the two groups, compressed, and a number below their order."""
SIGNING = b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"
POSSESSION = b"BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"
"""What is hashed for a message and for a proof of possession can never be the same point: neither stands for the other."""
JUDGED_KEPT = 4_096
"""Signatures that one process need not look at again: each takes 1.5 ms, and is looked at before the writer's turn."""
POINTS_KEPT = 4_096
"""Keys read of late: checking that a point is of the group takes 0.1 ms."""
AGAIN = "sign what this copy states"

_INFINITE_KEY, _INFINITE_SIGNATURE = G1Point.identity(), G2Point.identity()
_MINUS_ONE_KEY = -G1Point()
_reference: ContextVar[bool] = ContextVar("reference", default=False)


class CouncilSecret:
    """A council member's secret key: a number below the order of the groups; never shown, logged or compared.

    Signing does not take the same time for every secret: sign on a machine that nobody else measures.
    """

    __slots__ = ("_number",)

    def __init__(self, secret: bytes) -> None:
        if len(secret) != SECRET_BYTES or not 0 < int.from_bytes(secret, "big") < ORDER:
            raise refuse("signature_wrong", "the secret key", "is not 32 bytes within the order of BLS12-381", "make another")
        self._number = int.from_bytes(secret, "big")

    @classmethod
    def from_seed(cls, seed: bytes) -> CouncilSecret:
        """The key that at least 32 secret bytes make, as `KeyGen` of the draft (2.3) has it."""
        if len(seed) < SECRET_BYTES:
            raise refuse("signature_wrong", "the seed of a council key", "has fewer than 32 bytes", "give 32 that nobody can guess")
        salt, number = b"BLS-SIG-KEYGEN-SALT-", 0
        while not number:
            salt = sha256(salt).digest()
            drawn = hmac.digest(salt, seed + b"\0", "sha256")
            first = hmac.digest(drawn, b"\0\x30\x01", "sha256")
            number = int.from_bytes(first + hmac.digest(drawn, first + b"\0\x30\x02", "sha256")[:16], "big") % ORDER
        return cls(number.to_bytes(SECRET_BYTES, "big"))

    @property
    def public(self) -> CouncilKey:
        return CouncilKey("0x" + (G1Point() * Scalar(self._number)).to_compressed_bytes().hex())

    @property
    def secret(self) -> bytes:
        """Its 32 bytes: for whoever encrypts it into a file."""
        return self._number.to_bytes(SECRET_BYTES, "big")

    @property
    def possession(self) -> CouncilSignature:
        """The proof that whoever names the key holds its secret: the key signs itself, under a tag of its own."""
        return self._signed(bytes.fromhex(self.public[2:]), POSSESSION)

    def sign(self, message: bytes) -> CouncilSignature:
        """The signature over a message of any length, the same each time."""
        return self._signed(message, SIGNING)

    def _signed(self, message: bytes, tag: bytes) -> CouncilSignature:
        return CouncilSignature("0x" + (G2Point.hash_to_curve(message, tag) * Scalar(self._number)).to_compressed_bytes().hex())

    def __repr__(self) -> str:
        return f"CouncilSecret(of {self.public})"


@contextmanager
def judged_by_reference() -> Iterator[None]:
    """Within this, every signature is judged by `py_ecc` as well: half a second for each, and refused where the two disagree."""
    from engine.log import attest_reference

    attest_reference.load()  # refuses where it is not installed
    token = _reference.set(True)
    try:
        yield
    finally:
        _reference.reset(token)


def check_key(key: str) -> None:
    """Refuse a key that is no point of the group in its one spelling, or the point at infinity."""
    if _key(key) is None:
        raise _wrong_key("is no key of BLS12-381: 48 bytes that are a point of its first group, other than infinity")


def check_possession(key: str, possession: str) -> None:
    """Refuse a key whose proof of possession is another's, or was made under another tag."""
    check_key(key)
    if not _judged((key,), bytes.fromhex(key[2:]), possession, POSSESSION):
        raise _wrong_key("comes without a proof that its owner holds it")


def check_signature(key: str, message: bytes, signature: str, way_out: str = AGAIN, **values: object) -> None:
    """Refuse a signature that is not by that key over that message; `values` are what the way out names."""
    check_key(key)
    if not _judged((key,), message, signature, SIGNING):
        raise _wrong("the council member's signature", "is not by her key {key}… over this very text", way_out, key=key[:18], **values)


def aggregate(signatures: Sequence[str]) -> CouncilSignature:
    """The sum of signatures of different keys over one message; the order does not matter."""
    if not signatures:
        raise _wrong("the council's signature", "is the sum of none", "give at least one")
    whole = _INFINITE_SIGNATURE
    for signature in signatures:
        point = _signature(signature)
        if point is None:
            raise _wrong("a council member's signature", "is no point of the group", AGAIN)
        whole = whole + point
    return CouncilSignature("0x" + whole.to_compressed_bytes().hex())


def check_aggregate(keys: Sequence[str], message: bytes, signature: str) -> None:
    """Refuse an aggregate that is not by all these keys over that message. Sound only where every key has shown its possession."""
    named = len(set(keys))
    if not keys or named != len(keys) or any(_key(key) is None for key in keys):
        raise _wrong("the council's signature", "names no key, one twice or one that is none", "name each key that signed once")
    if not _judged(tuple(keys), message, signature, SIGNING):
        fact = "is not by {count} of {count} keys named over this very text"
        raise _wrong("the council's signature", fact, AGAIN, count=named)


def _judged(keys: tuple[str, ...], message: bytes, signature: str, tag: bytes) -> bool:
    """Whether a signature is by all of some valid keys over a message; where the reference is asked as well and says otherwise, nobody knows."""
    # What is no signature by its length is not remembered: a stranger's log may hold sixty thousand bytes of it in every line.
    fast = len(signature) == 2 + 2 * SIGNATURE_BYTES and _judged_fast(keys, message, signature, tag)
    if _reference.get():
        from engine.log import attest_reference

        judge = attest_reference.possesses if tag == POSSESSION else attest_reference.signed
        if judge(keys, message, signature) != fast:
            raise refuse(
                "cannot_recount", "a council's signature", "is judged otherwise by the reference", "report it: one of the two is wrong"
            )
    return fast


@lru_cache(maxsize=JUDGED_KEPT)
def _judged_fast(keys: tuple[str, ...], message: bytes, signature: str, tag: bytes) -> bool:
    point, whole = _signature(signature), _INFINITE_KEY
    if point is None or not keys:
        return False
    for key in keys:
        one = _key(key)
        if one is None:
            return False
        whole = whole + one
    # Keys that cancel out add up to infinity, and so would their signatures: which is no signature here, so they say nothing.
    return GT.pairing_check([whole, _MINUS_ONE_KEY], [G2Point.hash_to_curve(message, tag), point])


@lru_cache(maxsize=POINTS_KEPT)
def _key(text: str) -> G1Point | None:
    """The point of the first group that a key is, None where it is none, is infinity, or is spelled otherwise than that point is."""
    data = _octets(text, KEY_BYTES)
    if data is None:
        return None
    try:
        point = G1Point.from_compressed_bytes(data)
    except ValueError:
        return None
    return None if point == _INFINITE_KEY or bytes(point.to_compressed_bytes()) != data else point


def _signature(text: str) -> G2Point | None:
    """The same of the second group, for signatures."""
    data = _octets(text, SIGNATURE_BYTES)
    if data is None:
        return None
    try:
        point = G2Point.from_compressed_bytes(data)
    except ValueError:
        return None
    return None if point == _INFINITE_SIGNATURE or bytes(point.to_compressed_bytes()) != data else point


def _octets(text: str, size: int) -> bytes | None:
    """So many bytes out of `0x` and lower-case hexadecimal digits; None where it is anything else."""
    if not isinstance(text, str) or len(text) != 2 + 2 * size or not text.startswith("0x") or text != text.lower() or not text.isascii():
        return None
    try:
        data = bytes.fromhex(text[2:])
    except ValueError:
        return None
    return data if len(data) == size else None  # digits with spaces between them are fewer bytes


def _wrong_key(fact: str) -> Refusal:
    return refuse("signature_wrong", "the council key", fact, "make one with folkmoot key new --council, and give all that it says")


def _wrong(thing: str, fact: str, way_out: str, /, **values: object) -> Refusal:
    return refuse("signature_wrong", thing, fact, way_out, **values)
