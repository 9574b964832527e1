"""A key in a file, encrypted by a password: the keystore of Ethereum's wallets, version 3, as geth and eth-account write and read it.

The password becomes 32 bytes by scrypt (or PBKDF2 in others' files); the first half encrypts the key by AES-128 in counter mode, the second
goes into a Keccak-256 over what was encrypted, so that a wrong password is told from a right one. Source: Web3 Secret Storage Definition,
version 3. A file that others on this machine may read is refused, and none is ever written so.
"""

from __future__ import annotations

import hmac
import json
import os
from hashlib import pbkdf2_hmac
from pathlib import Path
from typing import Any
from uuid import UUID

from api import clock
from api.asking import read_json
from engine.log.eip712 import keccak
from engine.log.signing import SecretKey
from engine.refusals import Refusal, refuse
from engine.store.atomic_files import open_regular, read_small

KEYSTORE_BYTES_MAX = 20_000
"""A keystore has some five hundred bytes."""
PASSWORD_BYTES_MAX = 1_000
"""A password that somebody typed, or a program made."""
SCRYPT_MEMORY_MAX = 2**30
"""Bytes that scrypt may take: four times what wallets write, and more only slows whoever opens a stranger's file."""
PBKDF2_ROUNDS_MAX = 10_000_000
"""The same in rounds of PBKDF2: some seconds."""
SCRYPT = {"n": 2**18, "r": 8, "p": 1}
"""As wallets write it: a quarter of a gigabyte and most of a second for each password that somebody tries."""
OTHERS = 0o077
"""Of a file's mode: what anybody but its owner may do with it."""


def new() -> SecretKey:
    """A fresh key."""
    while True:
        try:
            return SecretKey(clock.chance())
        except Refusal:  # one in 2^128 is no key
            continue


def read(path: Path, password: bytes) -> SecretKey:
    """The key in a file; refused where others may read it, the password is another, or it is no keystore."""
    check_private(path)
    stored = read_json(read_small(path, KEYSTORE_BYTES_MAX), path.name)
    crypto = stored.get("crypto") or stored.get("Crypto")
    if stored.get("version") != 3 or not isinstance(crypto, dict):
        raise wrong(path, "is no keystore of version 3")
    try:
        if crypto["cipher"] != "aes-128-ctr":
            raise wrong(path, "is encrypted otherwise than wallets do")
        encrypted, mac = octets(crypto["ciphertext"], 32), octets(crypto["mac"], 32)
        initial = octets(crypto["cipherparams"]["iv"], 16)
        derived = derived_key(path, password, crypto)
    except (KeyError, TypeError, ValueError):
        raise wrong(path, "lacks what a keystore says") from None
    if not hmac.compare_digest(keccak(derived[16:32] + encrypted), mac):
        raise refuse("password_wrong", "the password of {file}", "is another", "try again, or make a new key", file=path.name)
    return SecretKey(crypt(derived[:16], initial, encrypted))


def write(path: Path, key: SecretKey, password: bytes, work: dict[str, int] | None = None) -> None:
    """A new file with a key that only its owner may read. `work`: what scrypt takes, where the key is worth less than that of a wallet."""
    if not password:
        raise refuse("password_wrong", "the password", "is empty", "give one: whoever finds the file could use the key")
    salt, initial, number = clock.chance(), clock.chance()[:16], UUID(bytes=clock.chance()[:16], version=4)
    work = work or SCRYPT
    derived = scrypt(password, salt, **work)
    encrypted = crypt(derived[:16], initial, key.secret)
    stored = {
        "address": key.address[2:],
        "crypto": {
            "cipher": "aes-128-ctr",
            "cipherparams": {"iv": initial.hex()},
            "ciphertext": encrypted.hex(),
            "kdf": "scrypt",
            "kdfparams": {"dklen": 32, **work, "salt": salt.hex()},
            "mac": keccak(derived[16:32] + encrypted).hex(),
        },
        "id": str(number),
        "version": 3,
    }
    write_new(path, stored)


def write_new(path: Path, stored: dict[str, Any]) -> None:
    """A new file that only its owner may read."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise refuse("file_exists", "{file}", "exists already", "choose another name: a key is not overwritten", file=str(path)) from None
    with os.fdopen(handle, "wb") as file:
        file.write(json.dumps(stored).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_password(path: Path) -> bytes:
    """The first line of a file that only its owner may read."""
    check_private(path)
    return read_small(path, PASSWORD_BYTES_MAX).split(b"\n")[0].rstrip(b"\r")


def check_private(path: Path) -> None:
    """Refuse a file that anybody but its owner may read or change."""
    with open_regular(path) as file:
        mode = os.fstat(file.fileno()).st_mode
    if os.name == "posix" and mode & OTHERS:
        raise refuse(
            "keystore_exposed", "{file}", "may be read or changed by others on this machine (mode {mode})", "chmod 600 {file}",
            file=path.name, mode=f"{mode & 0o777:o}",
        )  # fmt: skip


def derived_key(path: Path, password: bytes, crypto: dict[str, Any]) -> bytes:
    """The 32 bytes a password becomes, by what a file says of how."""
    given, salt = crypto["kdfparams"], octets(crypto["kdfparams"]["salt"])
    if given["dklen"] != 32:
        raise wrong(path, "derives another number of bytes than 32")
    if crypto["kdf"] == "scrypt":
        n, r, p = (_whole(given[name]) for name in ("n", "r", "p"))
        if n < 2 or n & (n - 1) or not r or not 0 < p <= 16 or 128 * n * r > SCRYPT_MEMORY_MAX:
            raise wrong(path, "asks for more work than anybody's keystore")
        return scrypt(password, salt, n, r, p)
    if crypto["kdf"] != "pbkdf2" or given["prf"] != "hmac-sha256" or not 0 < _whole(given["c"]) <= PBKDF2_ROUNDS_MAX:
        raise wrong(path, "derives its key otherwise than wallets do")
    return pbkdf2_hmac("sha256", password, salt, given["c"], 32)


def scrypt(password: bytes, salt: bytes, n: int, r: int, p: int) -> bytes:
    """The same by scrypt."""
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt=salt, length=32, n=n, r=r, p=p).derive(password)


def crypt(key: bytes, initial: bytes, data: bytes) -> bytes:
    """AES-128 in counter mode, there and back."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    encryptor = Cipher(algorithms.AES(key), modes.CTR(initial)).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def octets(text: Any, size: int | None = None) -> bytes:
    """Bytes out of hexadecimal digits; `TypeError` or `ValueError` where they are none, or not so many."""
    if not isinstance(text, str):
        raise TypeError
    data = bytes.fromhex(text.removeprefix("0x"))
    if size is not None and len(data) != size:
        raise ValueError
    return data


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError
    return value


def wrong(path: Path, fact: str) -> Refusal:
    """A no about a file that is no keystore."""
    return refuse("keystore_wrong", "{file}", fact, "give the file that folkmoot key new, or a wallet, wrote", file=path.name)
