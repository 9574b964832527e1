"""Council keys in files: as validators' tools write and read them (EIP-2335); never shown, never opened by another password."""

from __future__ import annotations

import json
import os

import pytest

from api import council_keystore, keystore
from engine.refusals import Refusal
from tests.council import secret
from tests.signing import key

QUICK = {"n": 2, "r": 8, "p": 1}
STATED = {
    "crypto": {
        "kdf": {
            "function": "scrypt",
            "params": {
                "dklen": 32,
                "n": 262144,
                "p": 1,
                "r": 8,
                "salt": "d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3",
            },
            "message": "",
        },
        "checksum": {"function": "sha256", "params": {}, "message": "d2217fe5f3e9a1e34581ef8a78f7c9928e436d36dacc5e846690a5581e8ea484"},
        "cipher": {
            "function": "aes-128-ctr",
            "params": {"iv": "264daa3f303d7259501c93d997d84fe6"},
            "message": "06ae90d55fe0a6e9c5c3bc5b170827b2e5cce3929ed3f116c2811e6366dfe20f",
        },
    },
    "pubkey": "9612d7a727c9d0a22e185a1c768478dfe919cada9266988cb32359c11f2b7b27f4ae4040902382ae2910c15e2b420d07",
    "version": 4,
}
"""The test vector that EIP-2335 gives for scrypt."""


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """The work that makes guessing slow has no place in a test."""
    monkeypatch.setattr(keystore, "SCRYPT", QUICK)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "council.json"
    council_keystore.write(path, secret("m2"), b"open sesame")
    return path


def test_the_vector_of_the_standard_opens_by_its_password(tmp_path):
    path = tmp_path / "stated.json"
    path.write_text(json.dumps(STATED))
    path.chmod(0o600)
    opened = council_keystore.read(path, "𝔱𝔢𝔰𝔱𝔭𝔞𝔰𝔰𝔴𝔬𝔯𝔡🔑".encode())
    assert opened.secret.hex() == "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"
    assert council_keystore.read(path, "testpassword🔑\x7f".encode()).secret == opened.secret


def test_a_key_is_read_as_it_was_written_and_its_file_is_its_owners(file):
    assert council_keystore.read(file, b"open sesame").secret == secret("m2").secret
    assert council_keystore.read_either(file, b"open sesame").public == secret("m2").public
    assert os.stat(file).st_mode & 0o777 == 0o600 and secret("m2").secret.hex() not in file.read_text()


def test_either_sort_of_key_is_known_by_its_file(tmp_path):
    keystore.write(tmp_path / "ballots.json", key("m2"), b"open sesame")
    assert council_keystore.read_either(tmp_path / "ballots.json", b"open sesame").secret == key("m2").secret
    with pytest.raises(Refusal, match="keystore_wrong"):
        council_keystore.read(tmp_path / "ballots.json", b"open sesame")


def test_another_password_is_refused(file):
    for password in (b"", b"open sesamf", b"open sesame ", b"\xff"):
        with pytest.raises(Refusal) as no:
            council_keystore.read(file, password)
        assert no.value.code == "password_wrong" and "sesam" not in str(no.value)


def test_an_empty_password_and_a_file_that_is_there_are_refused(file, tmp_path):
    for password in (b"", b"\n\x7f"):
        with pytest.raises(Refusal, match="password_wrong"):
            council_keystore.write(tmp_path / "other.json", secret("m2"), password)
    with pytest.raises(Refusal, match="file_exists"):
        council_keystore.write(file, secret("m3"), b"open sesame")


def test_a_file_that_others_may_read_is_refused(file):
    file.chmod(0o644)
    for read in (council_keystore.read, council_keystore.read_either):
        with pytest.raises(Refusal, match="keystore_exposed"):
            read(file, b"open sesame")


@pytest.mark.parametrize(
    "change",
    [
        lambda stored: stored.pop("crypto"),
        lambda stored: stored.update(crypto=[]),
        lambda stored: stored.update(version=3),
        lambda stored: stored.update(pubkey="00" * 48),
        lambda stored: stored.update(pubkey=secret("m3").public[2:]),
        lambda stored: stored["crypto"].pop("kdf"),
        lambda stored: stored["crypto"]["kdf"].update(function="argon2"),
        lambda stored: stored["crypto"]["kdf"]["params"].update(n=2**40),
        lambda stored: stored["crypto"]["kdf"]["params"].update(dklen=64),
        lambda stored: stored["crypto"]["kdf"]["params"].update(salt="zz"),
        lambda stored: stored["crypto"]["cipher"].update(function="aes-256-gcm"),
        lambda stored: stored["crypto"]["cipher"].update(message="00"),
        lambda stored: stored["crypto"]["cipher"]["params"].update(iv=7),
        lambda stored: stored["crypto"]["checksum"].update(function="md5"),
    ],
)
def test_what_is_no_such_keystore_is_refused_in_a_sentence(file, change):
    stored = json.loads(file.read_text())
    change(stored)
    file.write_text(json.dumps(stored))
    with pytest.raises(Refusal) as no:
        council_keystore.read(file, b"open sesame")
    assert no.value.code == "keystore_wrong" and secret("m2").secret.hex() not in str(no.value)
