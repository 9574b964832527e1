"""Keys in files: as wallets write and read them; never where others can read, never shown, never opened by another password."""

from __future__ import annotations

import json
import os

import pytest

from api import keystore
from engine.refusals import Refusal
from tests.signing import key
from tests.wallets import Account, compared

QUICK = {"n": 2, "r": 8, "p": 1}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """The work that makes guessing slow has no place in a test."""
    monkeypatch.setattr(keystore, "SCRYPT", QUICK)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "key.json"
    keystore.write(path, key("m2"), b"open sesame")
    return path


def changed(path, change) -> None:
    stored = json.loads(path.read_text())
    change(stored)
    path.write_text(json.dumps(stored))


def test_a_key_is_read_as_it_was_written_and_its_file_is_its_owners(file):
    assert keystore.read(file, b"open sesame").secret == key("m2").secret
    assert os.stat(file).st_mode & 0o777 == 0o600
    assert key("m2").secret.hex() not in file.read_text()


@compared
@pytest.mark.parametrize("how", ["scrypt", "pbkdf2"])
def test_wallets_read_what_we_write_and_we_what_they_write(file, tmp_path, how):
    assert bytes(Account.decrypt(file.read_text(), "open sesame")) == key("m2").secret
    theirs = tmp_path / "theirs.json"
    theirs.write_text(json.dumps(Account.encrypt(key("m3").secret, "pässword", kdf=how, iterations=2)))
    theirs.chmod(0o600)
    assert keystore.read(theirs, "pässword".encode()).secret == key("m3").secret


def test_a_new_key_is_another_each_time():
    assert keystore.new().address != keystore.new().address


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o602, 0o610])
def test_a_file_that_others_may_read_or_change_is_refused(file, mode):
    file.chmod(mode)
    for read in (lambda: keystore.read(file, b"open sesame"), lambda: keystore.read_password(file)):
        with pytest.raises(Refusal) as no:
            read()
        assert no.value.code == "keystore_exposed"


def test_another_password_is_refused(file):
    for password in (b"", b"open sesamf", b"open sesame "):
        with pytest.raises(Refusal) as no:
            keystore.read(file, password)
        assert no.value.code == "password_wrong" and "sesam" not in str(no.value)


def test_a_file_that_is_not_there_or_no_file_is_refused(tmp_path):
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(Refusal) as no:
            keystore.read(path, b"")
        assert no.value.code == "file_unreadable"


def test_a_key_is_never_written_over_another(file):
    with pytest.raises(Refusal) as no:
        keystore.write(file, key("m3"), b"x")
    assert no.value.code == "file_exists" and keystore.read(file, b"open sesame").address == key("m2").address


def test_a_key_is_never_written_without_a_password(tmp_path):
    with pytest.raises(Refusal, match="password_wrong"):
        keystore.write(tmp_path / "k", key("m3"), b"")
    assert not (tmp_path / "k").exists()


CHANGES = {
    "version 1": lambda stored: stored.update(version=1),
    "nothing encrypted": lambda stored: stored.pop("crypto"),
    "no object": lambda stored: stored.update(crypto=[1]),
    "another cipher": lambda stored: stored["crypto"].update(cipher="aes-128-cbc"),
    "another derivation": lambda stored: stored["crypto"].update(kdf="argon2"),
    "parameters that are none": lambda stored: stored["crypto"].update(kdfparams=1),
    "no salt": lambda stored: stored["crypto"]["kdfparams"].pop("salt"),
    "a salt of odd digits": lambda stored: stored["crypto"]["kdfparams"].update(salt="abc"),
    "a salt that is a number": lambda stored: stored["crypto"]["kdfparams"].update(salt=7),
    "all the memory there is": lambda stored: stored["crypto"]["kdfparams"].update(n=2**40),
    "no power of two": lambda stored: stored["crypto"]["kdfparams"].update(n=3),
    "no work": lambda stored: stored["crypto"]["kdfparams"].update(n=1),
    "a fraction of work": lambda stored: stored["crypto"]["kdfparams"].update(n="2"),
    "no blocks": lambda stored: stored["crypto"]["kdfparams"].update(r=0),
    "much at once": lambda stored: stored["crypto"]["kdfparams"].update(p=17),
    "a shorter key": lambda stored: stored["crypto"]["kdfparams"].update(dklen=16),
    "rounds without end": lambda stored: stored["crypto"].update(
        kdf="pbkdf2", kdfparams={"dklen": 32, "c": 10**9, "prf": "hmac-sha256", "salt": "00"}
    ),
    "another hash": lambda stored: stored["crypto"].update(kdf="pbkdf2", kdfparams={"dklen": 32, "c": 1, "prf": "hmac-sha1", "salt": "00"}),
    "a short iv": lambda stored: stored["crypto"]["cipherparams"].update(iv="00"),
    "a short key": lambda stored: stored["crypto"].update(ciphertext="00"),
    "a mac that is no text": lambda stored: stored["crypto"].update(mac=None),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_no_keystore_is_refused(file, what):
    changed(file, CHANGES[what])
    with pytest.raises(Refusal) as no:
        keystore.read(file, b"open sesame")
    assert no.value.code == "keystore_wrong"


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b'{"version":3,"version":3}', b"{" * 9_000])
def test_what_is_no_json_is_refused(file, data):
    file.write_bytes(data)
    with pytest.raises(Refusal) as no:
        keystore.read(file, b"open sesame")
    assert no.value.code == "json_malformed"


def test_a_changed_byte_of_what_is_encrypted_is_a_wrong_password(file):
    changed(file, lambda stored: stored["crypto"].update(ciphertext="00" * 32))
    with pytest.raises(Refusal, match="password_wrong"):
        keystore.read(file, b"open sesame")


def test_a_password_is_the_first_line_of_its_file(tmp_path):
    path = tmp_path / "password"
    path.write_bytes(b"open sesame\r\nand more\n")
    path.chmod(0o600)
    assert keystore.read_password(path) == b"open sesame"


def test_what_people_get_is_as_slow_to_open_as_what_wallets_make(monkeypatch):
    """Tests use weaker ones: a quarter of a gigabyte and most of a second is what each try of a password costs."""
    monkeypatch.undo()
    assert keystore.SCRYPT == {"n": 262_144, "r": 8, "p": 1}
