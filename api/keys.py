"""`folkmoot key`: keys of one's own in encrypted files, and the passwords that open them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.terminal import AsJson, answer
from engine.refusals import refuse

if TYPE_CHECKING:
    from engine.log.signing import SecretKey

app = typer.Typer(no_args_is_help=True)
KeyFile = Annotated[Path, typer.Argument(metavar="KEYFILE", help="An encrypted keystore, as wallets write it.")]
PasswordFile = Annotated[
    list[Path] | None, typer.Option(metavar="FILE", help="A file with the password in its first line, that nobody else may read.")
]


@app.command()
def new(file: KeyFile, password_file: PasswordFile = None, as_json: AsJson = False) -> None:
    """Make a key in a new file, encrypted by a password. Keep a copy: nobody can replace a key but its owner."""
    from api import keystore
    from engine.log.signing import shown

    password = passwords(password_file, [file], twice=True)[0]
    key = keystore.new()
    keystore.write(file, key, password)
    lines = [f"{shown(key.address)} in {file}", 'Register it: folkmoot do DIR - --as m2 --sign KEYFILE, with {"command": "RegisterKey"}']
    answer({"file": str(file), "address": shown(key.address)}, as_json, lines)


@app.command()
def show(file: KeyFile, password_file: PasswordFile = None, as_json: AsJson = False) -> None:
    """Show the address of the key in a file; never the key."""
    from engine.log.signing import shown

    (key,) = opened([file], password_file)
    answer({"file": str(file), "address": shown(key.address)}, as_json, [shown(key.address)])


def opened(files: list[Path], password_files: list[Path] | None) -> list[SecretKey]:
    """The keys in files."""
    from api import keystore

    for file in files:
        keystore.check_private(file)  # before anybody types a password
    return [keystore.read(file, password) for file, password in zip(files, passwords(password_files, files), strict=True)]


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
