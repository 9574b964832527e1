"""`folkmoot key`: keys of one's own in encrypted files, and the passwords that open them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.terminal import AsJson, answer
from engine.refusals import refuse

if TYPE_CHECKING:
    from engine.log.attest import CouncilSecret
    from engine.log.signing import SecretKey

app = typer.Typer(no_args_is_help=True)
KeyFile = Annotated[Path, typer.Argument(metavar="KEYFILE", help="An encrypted keystore, as wallets write it.")]
PasswordFile = Annotated[
    list[Path] | None, typer.Option(metavar="FILE", help="A file with the password in its first line, that nobody else may read.")
]


@app.command()
def new(
    file: KeyFile,
    password_file: PasswordFile = None,
    council: Annotated[bool, typer.Option("--council", help="One that attests decisions, for a member of a council.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a key in a new file, encrypted by a password. Keep a copy: nobody can replace a key but its owner."""
    from api import council_keystore, keystore
    from engine.log.signing import shown

    password = passwords(password_file, [file], twice=True)[0]
    if council:
        secret = council_keystore.new()
        council_keystore.write(file, secret, password)
        said = [
            f"{secret.public} in {file}",
            'Register it: folkmoot do DIR - --as m2 --sign KEYFILE, with {"command": "RegisterCouncilKey"}',
        ]
        answer({"file": str(file), "key": secret.public}, as_json, said)
        return
    key = keystore.new()
    keystore.write(file, key, password)
    lines = [f"{shown(key.address)} in {file}", 'Register it: folkmoot do DIR - --as m2 --sign KEYFILE, with {"command": "RegisterKey"}']
    answer({"file": str(file), "address": shown(key.address)}, as_json, lines)


@app.command()
def show(file: KeyFile, password_file: PasswordFile = None, as_json: AsJson = False) -> None:
    """Show the address of the key in a file, or the public key of a council member's; never the key."""
    from engine.log.attest import CouncilSecret
    from engine.log.signing import shown

    (key,) = opened([file], password_file)
    if isinstance(key, CouncilSecret):
        answer({"file": str(file), "key": key.public}, as_json, [key.public])
        return
    answer({"file": str(file), "address": shown(key.address)}, as_json, [shown(key.address)])


def council_key(file: Path, password_files: list[Path] | None) -> CouncilSecret:
    """The council key in a file; refused where it is one that signs ballots."""
    from engine.log.attest import CouncilSecret

    (key,) = opened([file], password_files)
    if not isinstance(key, CouncilSecret):
        raise refuse("keystore_wrong", "{file}", "holds a key that signs ballots", "give a council key's file", file=file.name)
    return key


def opened(files: list[Path], password_files: list[Path] | None) -> list[SecretKey | CouncilSecret]:
    """The keys in files."""
    from api import council_keystore, keystore

    for file in files:
        keystore.check_private(file)  # before anybody types a password
    return [council_keystore.read_either(file, password) for file, password in zip(files, passwords(password_files, files), strict=True)]


def passwords(given: list[Path] | None, files: list[Path], twice: bool = False) -> list[bytes]:
    """The password of each key's file: from a file of its own, one for all, or typed."""
    from api import keystore

    if given:
        if len(given) not in (1, len(files)):
            raise refuse("field_wrong", "--password-file", "is given {count} times", "give one, or one for each key", count=len(given))
        read = [keystore.read_password(path) for path in given]
        return read if len(read) == len(files) else read * len(files)
    if not sys.stdin.isatty():
        raise refuse("field_missing", "--password-file", "is not given, and nobody is here to type one", "name the file it is in")
    return [str(typer.prompt(f"Password of {file}", hide_input=True, confirmation_prompt=twice, err=True)).encode() for file in files]
