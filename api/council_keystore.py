"""A council key in a file, encrypted by a password: the keystore of Ethereum's validators, version 4, as their tools write and read it.

It differs from a wallet's in that the password is normalised first (NFKD, without control characters), so that it opens wherever it was typed, in a SHA-256
where the other has Keccak-256, and in naming the public key. Source: EIP-2335. A file that others on this machine may read is refused, and none is
ever written so.
"""

from __future__ import annotations

import hmac
import unicodedata
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from api import clock, keystore
from api.asking import read_json
from api.keystore import KEYSTORE_BYTES_MAX, check_private, crypt, derived_key, octets, wrong
from engine.log.attest import CouncilSecret
from engine.log.signing import SecretKey
from engine.refusals import Refusal, refuse
from engine.store.atomic_files import read_small


def new() -> CouncilSecret:
    """A fresh key."""
    return CouncilSecret.from_seed(clock.chance())


def read_either(path: Path, password: bytes) -> SecretKey | CouncilSecret:
    """The key in a file, be it one that signs ballots (version 3) or one that attests (version 4)."""
    check_private(path)
    stored = read_json(read_small(path, KEYSTORE_BYTES_MAX), path.name)
    return read(path, password) if stored.get("version") == 4 else keystore.read(path, password)


def read(path: Path, password: bytes) -> CouncilSecret:
    """The council key in a file; refused where others may read it, the password is another, or it is no such keystore."""
    check_private(path)
    stored = read_json(read_small(path, KEYSTORE_BYTES_MAX), path.name)
    if stored.get("version") != 4:
        raise wrong(path, "is no keystore of version 4, which council keys have")
    try:
        crypto = stored["crypto"]
        kdf, cipher, checksum = crypto["kdf"], crypto["cipher"], crypto["checksum"]
        if cipher["function"] != "aes-128-ctr" or checksum["function"] != "sha256":
            raise wrong(path, "is encrypted otherwise than validators' keys are")
        encrypted, check = octets(cipher["message"], 32), octets(checksum["message"], 32)
        initial, public = octets(cipher["params"]["iv"], 16), octets(stored["pubkey"], 48)
        stretched = derived_key(path, normalised(password), {"kdf": kdf["function"], "kdfparams": kdf["params"]})
    except (KeyError, TypeError, ValueError):
        raise wrong(path, "lacks what a keystore says") from None
    if not hmac.compare_digest(sha256(stretched[16:32] + encrypted).digest(), check):
        raise refuse("password_wrong", "the password of {file}", "is another", "try again, or make a new key", file=path.name)
    try:
        key = CouncilSecret(crypt(stretched[:16], initial, encrypted))
    except Refusal:
        raise wrong(path, "holds no key of BLS12-381") from None
    if key.public != "0x" + public.hex():
        raise wrong(path, "names another public key than that of its secret")
    return key


def write(path: Path, key: CouncilSecret, password: bytes, work: dict[str, int] | None = None) -> None:
    """A new file with a council key that only its owner may read. `work`: as of a ballot key's file."""
    typed = normalised(password)
    if not typed:
        raise refuse("password_wrong", "the password", "is empty", "give one: whoever finds the file could use the key")
    salt, initial, number = clock.chance(), clock.chance()[:16], UUID(bytes=clock.chance()[:16], version=4)
    work = work or keystore.SCRYPT
    stretched = keystore.scrypt(typed, salt, **work)
    encrypted = crypt(stretched[:16], initial, key.secret)
    stored: dict[str, Any] = {
        "crypto": {
            "kdf": {"function": "scrypt", "params": {"dklen": 32, **work, "salt": salt.hex()}, "message": ""},
            "checksum": {"function": "sha256", "params": {}, "message": sha256(stretched[16:32] + encrypted).hexdigest()},
            "cipher": {"function": "aes-128-ctr", "params": {"iv": initial.hex()}, "message": encrypted.hex()},
        },
        "description": "folkmoot council key",
        "pubkey": key.public[2:],
        "path": "",
        "uuid": str(number),
        "version": 4,
    }
    keystore.write_new(path, stored)


def normalised(password: bytes) -> bytes:
    """A password as EIP-2335 has it: NFKD, without the control characters of ASCII and Latin-1; one that is no UTF-8 as it is.

    >>> normalised("ﬁve\\n".encode())
    b'five'
    """
    try:
        text = unicodedata.normalize("NFKD", password.decode())
    except UnicodeDecodeError:
        return password
    return "".join(letter for letter in text if not (ord(letter) < 0x20 or 0x7F <= ord(letter) < 0xA0)).encode()
