"""Signed heads of a log, and proofs against them, as C2SP writes them.

A *checkpoint* is three lines (origin, size, root) in a *signed note*; a *receipt* is a `tlog-proof`: an inclusion proof
together with the checkpoint it leads to. Stock tools read both. Formats: c2sp.org/signed-note, c2sp.org/tlog-checkpoint,
c2sp.org/tlog-proof. Keys are Ed25519; the signature is made by the `cryptography` package.

>>> key = LogKey.from_seed("example.org/moot", bytes(32))
>>> note = key.sign(Checkpoint("example.org/moot", 0, EMPTY_ROOT))
>>> read_checkpoint(note, key.verifier).size
0
"""

from __future__ import annotations

import binascii
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from engine.limits import INTEGER_MAX
from engine.log.merkle import EMPTY_ROOT, verify_inclusion
from engine.log.text import escaped, has_space, unclean
from engine.refusals import Refusal, refuse

__all__ = ["EMPTY_ROOT", "Checkpoint", "LogKey", "Verifier", "read_checkpoint", "read_proof", "write_proof"]

ED25519 = b"\x01"
SIGNATURES_MAX = 64
ORIGIN_MAX = 200
_PRIME = 2**255 - 19
_CURVE_D = -121665 * pow(121666, -1, _PRIME)
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")
_VERIFIER = re.compile(r"([^ +]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")
_SECRET = re.compile(r"PRIVATE\+KEY\+([^ +]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")


@dataclass(frozen=True)
class Checkpoint:
    """A head of a log: `size` leaves under `root` (32 bytes), of the log named `origin`."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


@dataclass(frozen=True)
class Verifier:
    """Who signs a log: a name and an Ed25519 public key, written `name+hash+key`; a key that anybody could sign for is refused."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        if not 0 < len(self.name) <= ORIGIN_MAX or "+" in self.name or has_space(self.name) or unclean(self.name):
            way_out = f"use a name of at most {ORIGIN_MAX} characters, without spaces or +"
            raise refuse("field_wrong", "the log's origin", "is {escaped!r}", way_out, escaped=escaped(self.name[:80]))
        y = int.from_bytes(self.public, "little") & (2**255 - 1)
        if len(self.public) != 32 or y >= _PRIME:
            raise refuse("field_wrong", "the log key", "is not spelt as Ed25519 spells a point", "copy it again, whole")
        if _is_of_small_order(y):
            raise refuse("field_wrong", "the log key", "is a point of small order: anybody could sign for it", "make another key")

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def read(cls, text: str) -> Verifier:
        """The key that `name+hash+key` stands for; refused when its parts disagree."""
        match = _VERIFIER.fullmatch(text)
        data = _base64(match[3]) if match else None
        if match is None or data is None or len(data) != 33 or data[:1] != ED25519:
            raise refuse("field_wrong", "the log key", "{text!r} is not one", "give name+hash+key (Ed25519)", text=text[:80])
        verifier = cls(match[1], data[1:])
        if verifier.key_id.hex() != match[2]:
            raise refuse("field_wrong", "the log key", "has a hash that is not its own", "copy it again, whole")
        return verifier


class LogKey:
    """The secret key of a log. Its text form is Go's: `PRIVATE+KEY+name+hash+key`."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._seed, self._private = seed, Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier(name, self._private.public_key().public_bytes_raw())

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> LogKey:
        """The key made from 32 secret bytes."""
        return cls(name, seed)

    @classmethod
    def read(cls, text: str) -> LogKey:
        match = _SECRET.fullmatch(text.strip())
        data = _base64(match[3]) if match else None
        if match is None or data is None or len(data) != 33 or data[:1] != ED25519:
            raise refuse("file_unreadable", "log.key", "is not a signing key", "restore it from your copy")
        return cls(match[1], data[1:])

    def write(self) -> str:
        public = self.verifier
        return f"PRIVATE+KEY+{public.name}+{public.key_id.hex()}+{b64encode(ED25519 + self._seed).decode()}\n"

    def secret(self, purpose: str) -> bytes:
        """32 bytes for another purpose than signing, that tell nothing of the key."""
        return hmac.digest(self._seed, f"folkmoot {purpose}".encode(), "sha256")

    def sign(self, checkpoint: Checkpoint) -> str:
        """The checkpoint as a signed note."""
        body = checkpoint.body()
        blob = self.verifier.key_id + self._private.sign(body.encode())
        return f"{body}\n— {self.verifier.name} {b64encode(blob).decode()}\n"


def read_checkpoint(note: str, verifier: Verifier) -> Checkpoint:
    """The checkpoint in a signed note; refused unless the log's own key signed it and no signature of that key fails."""
    body, blank, signatures = note.rpartition("\n\n")
    if not blank or not signatures.endswith("\n"):
        raise _wrong("is not a signed note")
    body += "\n"
    lines, signed = signatures[:-1].split("\n"), False
    if len(lines) > SIGNATURES_MAX:
        raise _wrong("has too many signatures")
    for line in lines:
        dash, name, encoded = [*line.split(" "), "", ""][:3]
        blob = _base64(encoded)
        if dash != "—" or line.count(" ") != 2 or blob is None or len(blob) < 5:
            raise _wrong("has a signature line that cannot be read")
        if name == verifier.name and blob[:4] == verifier.key_id:
            try:
                Ed25519PublicKey.from_public_bytes(verifier.public).verify(blob[4:], body.encode("utf-8", "surrogatepass"))
            except InvalidSignature:
                raise _wrong("has a signature that is not by its key") from None
            signed = True
    if not signed:
        raise _wrong("is not signed by {verifier}", verifier=verifier.name)
    checkpoint = read_body(body)
    if checkpoint.origin != verifier.name:
        raise _wrong("names the log {origin!r}", origin=checkpoint.origin)
    return checkpoint


def read_body(body: str) -> Checkpoint:
    """The three lines of a checkpoint, without its signatures."""
    lines = body.split("\n")
    if len(lines) < 4 or lines[-1] or not lines[0] or any(unclean(line) for line in lines):
        raise _wrong("does not have an origin, a size and a root")
    root = _base64(lines[2])
    if not _SIZE.fullmatch(lines[1]) or int(lines[1]) > INTEGER_MAX or not root:
        raise _wrong("has a size or a root that cannot be read")
    return Checkpoint(lines[0], int(lines[1]), root)


def write_proof(index: int, path: Sequence[bytes], note: str) -> str:
    """A `.tlog-proof`: that leaf `index` stands under the signed head `note`."""
    hashes = "".join(b64encode(item).decode() + "\n" for item in path)
    return f"c2sp.org/tlog-proof@v1\nindex {index}\n{hashes}\n{note}"


def read_proof(text: str, leaf: bytes, verifier: Verifier) -> tuple[int, Checkpoint]:
    """The place a `.tlog-proof` proves for `leaf`, and the head it leads to; refused unless it holds."""
    head, blank, note = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or lines.pop(0) != "c2sp.org/tlog-proof@v1":
        raise refuse("proof_wrong", "the proof", "is not a tlog-proof of version 1", "fetch it again")
    if lines and lines[0].startswith("extra ") and _base64(lines[0][6:]) is not None:
        lines.pop(0)
    word, _, number = lines[0].partition(" ") if lines else ("", "", "")
    path = [_base64(line) for line in lines[1:]]
    if word != "index" or not _SIZE.fullmatch(number) or any(item is None or len(item) != 32 for item in path):
        raise refuse("proof_wrong", "the proof", "has lines that cannot be read", "fetch it again")
    signed = read_checkpoint(note, verifier)
    if not verify_inclusion(leaf, int(number), signed.size, [item for item in path if item], signed.root):
        raise refuse("proof_wrong", "the proof", "does not lead from the leaf to the signed root", "ask for a new one")
    return int(number), signed


def _is_of_small_order(y: int) -> bool:
    """Whether the point of Ed25519 with this y is one of the eight under which signatures need no secret.

    Their y tells them: it is 1 or -1 (orders 1 and 2), 0 (order 4), or solves d·y⁴ + 2·y² = 1 (order 8: doubled, of order 4).
    """
    return y * (y * y - 1) * (_CURVE_D * y**4 + 2 * y * y - 1) % _PRIME == 0


def _base64(text: str) -> bytes | None:
    """What canonical base64 stands for; None when it is not that."""
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if b64encode(data).decode() == text else None


def _wrong(fact: str, /, **values: object) -> Refusal:
    return refuse("checkpoint_wrong", "the checkpoint", fact, "ask the log's operator for a newer one", **values)
