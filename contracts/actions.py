"""What a decision would have done on a chain: calls, each a target, a value and data, as people write them in JSON.

>>> one = read(b'[{"target": "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf", "value": "5", "data": "0x"}]')
>>> one[0].value, digest(one).hex()[:8]
(5, '7a7ad88e')
>>> read(b'[{"target": "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf", "value": 5, "data": "0x"}]')
Traceback (most recent call last):
engine.refusals.Refusal: field_wrong: action 0: value is 5; write decimal digits in quotes
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from contracts.abi import checksummed, encoder
from engine.log.eip712 import keccak
from engine.log.json import parse_input
from engine.refusals import refuse

ACTIONS_MAX = 32
"""More than a block of calls that anybody reads before she votes."""
DATA_BYTES_MAX = 24_576
"""Call data as long as a contract may be."""
_FIELDS = {
    "target": re.compile(r"0x[0-9a-fA-F]{40}"),
    "value": re.compile(r"0|[1-9][0-9]{0,77}"),
    "data": re.compile(r"0x(?:[0-9a-fA-F]{2})*"),
}
_WAYS = {
    "target": "write 0x and 40 hexadecimal digits",
    "value": "write decimal digits in quotes",
    "data": "write 0x and hexadecimal digits",
}


class Action(NamedTuple):
    """A call of `target` with `value` of the chain's coin and `data`."""

    target: str
    value: int
    data: bytes


def read(text: bytes) -> list[Action]:
    """The actions in a JSON list; whatever could mean something else is refused, with its place."""
    told = parse_input(text, "the actions")
    if not isinstance(told, list) or not 0 < len(told) <= ACTIONS_MAX:
        raise refuse("field_wrong", "the actions", "are not a list of 1 to {most}", "give each as target, value and data", most=ACTIONS_MAX)
    return [_read(number, one) for number, one in enumerate(told)]


def _read(number: int, one: object) -> Action:
    if not isinstance(one, dict) or one.keys() != _FIELDS.keys():
        raise refuse("field_wrong", "action {number}", "is not a target, a value and data", "give just these three", number=number)
    for name, fits in _FIELDS.items():
        if not isinstance(one[name], str) or fits.fullmatch(one[name]) is None:
            shown = str(one[name])[:80]
            raise refuse("field_wrong", "action {number}: {name}", "is {shown}", _WAYS[name], number=number, name=name, shown=shown)
    encoder(("address", "uint256"))((one["target"], one["value"]))  # its checksum, and its bound
    data = bytes.fromhex(one["data"][2:])
    if len(data) > DATA_BYTES_MAX:
        raise refuse(
            "too_large", "action {number}", "has {size} bytes of data", "at most {most}", number=number, size=len(data), most=DATA_BYTES_MAX
        )
    return Action(checksummed(one["target"]), int(one["value"]), data)


def columns(actions: Sequence[Action]) -> tuple[list[str], list[str], list[str]]:
    """Targets, values and data, as contracts take them."""
    return [one.target for one in actions], [str(one.value) for one in actions], ["0x" + one.data.hex() for one in actions]


def digest(actions: Sequence[Action]) -> bytes:
    """Keccak-256 over all of it: what a poll's question can name, so that everybody votes on these very actions."""
    return keccak(encoder(("address[]", "uint256[]", "bytes[]"))(columns(actions)))
