"""From what a door was given to a command, and from a name to what is shown."""

from __future__ import annotations

from typing import Any

from api import explaining, views
from engine import commands
from engine.event import Command
from engine.community import Community, Receipt
from engine.limits import REQUEST_BYTES_MAX
from engine.log.codec import form
from engine.log.json import parse_input
from engine.refusals import refuse

THINGS = {"home": views.home, "charter": views.charter, "ledger": views.ledger}
LISTS = {"members": views.members, "ideas": views.ideas, "polls": views.polls, "log": views.log}


def read_json(data: bytes, thing: str) -> dict[str, Any]:
    """A JSON object somebody sent; refused when it is anything else."""
    if len(data) > REQUEST_BYTES_MAX:
        raise refuse("too_large", thing, f"has {len(data)} bytes", f"at most {REQUEST_BYTES_MAX}")
    found = parse_input(data, thing)
    if not isinstance(found, dict):
        raise refuse("json_malformed", thing, "is no JSON object", 'write {"…": …}')
    return found


def read_command(data: bytes) -> Command:
    """The command in `{"command": "SubmitIdea", "title": …}`."""
    fields = read_json(data, "the command")
    name = fields.pop("command", None)
    if not isinstance(name, str):
        raise refuse("field_missing", "command", "is not given", 'name it: {"command": "SubmitIdea", …}')
    return build(commands.command(name), fields)


def shown(receipt: Receipt, kind: type[Command]) -> dict[str, Any]:
    """A receipt in JSON; `id` where the command made something that has one, `erasure_pending` only while it is."""
    found = {"seq": receipt.seq, "count": receipt.count, "at": receipt.at, "leaf": receipt.leaf.hex()}
    if kind.makes:
        found["id"] = f"{kind.makes}{receipt.seq}"
    return found | ({"erasure_pending": True} if receipt.erasure_pending else {})


def build(kind: type[Command], fields: dict[str, Any]) -> Command:
    """A command from its fields; refused naming the field that is wrong."""
    found: Command = form(kind, lenient=True).read(fields, kind.__name__)
    return found


def view_of(community: Community, thing: str, start: int = 0, count: int = views.PAGE) -> Any:
    """What is called `thing`: a part of a list (or of what was said of an idea), or one thing by its id (m3, i18, p40, or an event's number)."""
    is_poll = thing[:1] == "p" and thing[1:].isdecimal()
    outcome = explaining.explained(community, thing) if is_poll else None
    with community.reading() as state:
        if is_poll:
            return views.poll(community, state, thing, outcome)
        if thing in THINGS:
            return THINGS[thing](community, state)
        if thing in LISTS:
            return LISTS[thing](community, state, start, count)
        if thing.isdecimal():
            return views.event(community, state, int(thing[:17]))
        if thing[:1] == "m" and thing[1:].isdecimal():
            return views.member(community, state, thing)
        if thing[:1] == "i" and thing[1:].isdecimal():
            return views.idea(community, state, thing, start, count)
    raise refuse(
        "thing_unknown", f"{thing[:40]!r}", "is nothing that can be shown", "try " + ", ".join([*THINGS, *LISTS]) + ", m1, i18, p40 or 17"
    )
