"""From what a door was given to a command, and from a receipt to what is answered."""

from __future__ import annotations

from typing import Any

from engine.community import Receipt
from engine.event import Command, command_of
from engine.limits import REQUEST_BYTES_MAX
from engine.log.codec import form
from engine.log.json import parse_input
from engine.refusals import refuse


def read_json(data: bytes, thing: str) -> dict[str, Any]:
    """A JSON object somebody sent; refused when it is anything else."""
    if len(data) > REQUEST_BYTES_MAX:
        raise refuse("too_large", "{thing}", "has {size} bytes", "at most {most}", thing=thing, size=len(data), most=REQUEST_BYTES_MAX)
    fields = parse_input(data, thing)
    if not isinstance(fields, dict):
        raise refuse("json_malformed", "{thing}", "is no JSON object", 'write {{"…": …}}', thing=thing)
    return fields


def read_named(data: bytes) -> tuple[type[Command], dict[str, Any]]:
    """The kind of command in `{"command": "SubmitIdea", "title": …}`, and its fields as they were given."""
    fields = read_json(data, "the command")
    name = fields.pop("command", None)
    if not isinstance(name, str):
        raise refuse("field_missing", "command", "is not given", 'name it: {"command": "SubmitIdea", …}')
    return command_of(name), fields


def read_command(data: bytes) -> Command:
    """The command that is named and given whole."""
    return build(*read_named(data))


def shown(receipt: Receipt, kind: type[Command]) -> dict[str, Any]:
    """A receipt in JSON; `id` where the command made something that has one, `erasure_pending` only while it is."""
    answer: dict[str, Any] = {"seq": receipt.seq, "count": receipt.count, "at": receipt.at, "leaf": receipt.leaf.hex()}
    if kind.makes is not None:
        answer["id"] = kind.makes.of(receipt.seq)
    return answer | ({"erasure_pending": True} if receipt.erasure_pending else {})


def build(kind: type[Command], fields: dict[str, Any]) -> Command:
    """A command from its fields; refused naming the field that is wrong."""
    command: Command = form(kind, lenient=True).read(fields, kind.__name__)
    return command
