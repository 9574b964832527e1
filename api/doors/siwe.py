"""The text a wallet signs to sign somebody in: EIP-4361, read and written as its grammar has it, and nothing beside it.

>>> message = Message("moot.example", "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf", "https://moot.example", 1, "k3xYq9Zr", "2026-01-01T00:00:00Z")
>>> read(write(message)) == message
True
>>> read("moot.example wants you to sign in")
Traceback (most recent call last):
engine.refusals.Refusal: message_wrong: the message to sign in by has no line 'URI: …'; let the wallet sign the very text it was given (EIP-4361)

Sources: EIP-4361; RFC 3986 (authorities and URIs), RFC 3339 (times), EIP-55 (addresses), EIP-191 (how a text is hashed).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from engine.log.eip712 import keccak
from engine.log.signing import shown
from engine.refusals import Refusal, refuse

MESSAGE_TEXT_MAX = 4_000
"""What we propose has some three hundred characters."""

_UNRESERVED, _SUB, _PERCENT = r"A-Za-z0-9\-._~", r"!$&'()*+,;=", r"%[0-9A-Fa-f]{2}"
_PCHAR = rf"(?:[{_UNRESERVED}{_SUB}:@]|{_PERCENT})"
_HOST = rf"(?:\[(?:[0-9A-Fa-f:.]{{2,45}}|v[0-9A-Fa-f]+\.[{_UNRESERVED}{_SUB}:]+)\]|(?:[{_UNRESERVED}{_SUB}]|{_PERCENT})+)"
_AUTHORITY = rf"(?:(?:[{_UNRESERVED}{_SUB}:]|{_PERCENT})*@)?{_HOST}(?::[0-9]*)?"
_SCHEME = r"[A-Za-z][A-Za-z0-9+\-.]*"
_URI = rf"{_SCHEME}:(?://{_AUTHORITY}(?:/{_PCHAR}*)*|/?{_PCHAR}+(?:/{_PCHAR}*)*)(?:\?(?:{_PCHAR}|[/?])*)?(?:#(?:{_PCHAR}|[/?])*)?"
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+\-][0-9]{2}:[0-9]{2})"

_HEAD = re.compile(rf"(?:({_SCHEME})://)?({_AUTHORITY}) wants you to sign in with your Ethereum account:")
_ADDRESS = re.compile(r"0x[0-9A-Fa-f]{40}")
_STATEMENT = re.compile(rf"[{_UNRESERVED}{_SUB}:/?#\[\]@ ]+")
_FIELDS = (
    ("URI", _URI, True), ("Version", "1", True), ("Chain ID", "[0-9]{1,78}", True), ("Nonce", "[A-Za-z0-9]{8,}", True),
    ("Issued At", _TIME, True), ("Expiration Time", _TIME, False), ("Not Before", _TIME, False), ("Request ID", f"{_PCHAR}*", False),
)  # fmt: skip
"""Each line there may be, in this order: what it is called, what it says, and whether it must be there."""


class Message(NamedTuple):
    """What somebody signs. `address` as EIP-55 spells it; times as RFC 3339 does; None for what is not said."""

    domain: str
    address: str
    uri: str
    chain_id: int
    nonce: str
    issued_at: str
    statement: str | None = None
    scheme: str | None = None
    expires_at: str | None = None
    not_before: str | None = None
    request_id: str | None = None
    resources: tuple[str, ...] | None = None
    version: str = "1"


def read(text: str) -> Message:
    """The message in a text; refused at the first line that is not as it must be."""
    if len(text) > MESSAGE_TEXT_MAX:
        raise _wrong("has {count} characters", count=len(text))
    lines = text.split("\n")
    head = _HEAD.fullmatch(lines[0])
    address, statement, rest = (lines[1] if len(lines) > 1 else ""), *_statement(lines)
    said: dict[str, str] = {}
    for name, pattern, needed in _FIELDS:
        if rest and rest[0].startswith(f"{name}: "):
            said[name] = rest.pop(0).removeprefix(f"{name}: ")
            if not re.fullmatch(pattern, said[name]):
                raise _wrong("says {name}: {value!r}", name=name, value=said[name][:60])
        elif needed:
            raise _wrong("has no line '{name}: …'", name=name)
    resources = _resources(rest)
    if head is None:
        raise _wrong("does not begin with who wants somebody to sign in")
    if not _ADDRESS.fullmatch(address) or shown(address.lower()) != address:
        raise _wrong("names the account {address!r}, which EIP-55 spells otherwise, or not at all", address=address[:60])
    for name in ("Issued At", "Expiration Time", "Not Before"):
        moment(said.get(name, "1970-01-01T00:00:00Z"))
    return Message(
        head[2], address, said["URI"], int(said["Chain ID"]), said["Nonce"], said["Issued At"], statement, head[1],
        said.get("Expiration Time"), said.get("Not Before"), said.get("Request ID"), resources,
    )  # fmt: skip


def _statement(lines: list[str]) -> tuple[str | None, list[str]]:
    """What is said between two empty lines, and the lines behind it."""
    if lines[2:4] == ["", ""]:
        return None, lines[4:]
    if len(lines) > 4 and lines[2] == lines[4] == "" and _STATEMENT.fullmatch(lines[3]):
        return lines[3], lines[5:]
    return None, []


def _resources(lines: list[str]) -> tuple[str, ...] | None:
    if not lines:
        return None
    if lines[0] != "Resources:":
        raise _wrong("goes on with {line!r}", line=lines[0][:60])
    for line in lines[1:]:
        if not re.fullmatch(f"- {_URI}", line):
            raise _wrong("has the resource {line!r}", line=line[:60])
    return tuple(line[2:] for line in lines[1:])


def write(message: Message) -> str:
    """The text of a message, as a wallet shows it."""
    scheme = f"{message.scheme}://" if message.scheme else ""
    lines = [f"{scheme}{message.domain} wants you to sign in with your Ethereum account:", message.address, ""]
    lines += ["" if message.statement is None else f"{message.statement}\n"]
    said = (
        message.uri, message.version, str(message.chain_id), message.nonce, message.issued_at, message.expires_at, message.not_before, message.request_id
    )  # fmt: skip
    lines += [f"{name}: {value}" for (name, _, _), value in zip(_FIELDS, said, strict=True) if value is not None]
    if message.resources is not None:
        lines += ["Resources:", *(f"- {resource}" for resource in message.resources)]
    return "\n".join(lines)


def moment(time: str) -> int:
    """A time of RFC 3339 in milliseconds since 1970; refused where the calendar has no such day.

    >>> moment("2021-09-30T16:25:24-02:00") - moment("2021-09-30T16:25:24Z")
    7200000
    """
    try:
        return int(datetime.fromisoformat(re.sub(r"(\.[0-9]{6})[0-9]*", r"\1", time.upper())).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise _wrong("names the time {time!r}, which there is not", time=time[:40]) from None


def digest(text: str) -> bytes:
    """The 32 bytes that a wallet signs of a text (`personal_sign`)."""
    data = text.encode()
    return keccak(b"\x19Ethereum Signed Message:\n%d" % len(data) + data)


def _wrong(fact: str, /, **values: object) -> Refusal:
    return refuse("message_wrong", "the message to sign in by", fact, "let the wallet sign the very text it was given (EIP-4361)", **values)
