"""Values as Solidity's `abi.encode` lays them out, read from text and refused where the text could mean something else.

An amount is decimal digits and nothing else: a distributor that took "0x64", or took "100" for hexadecimal, has paid 100 and
256 for the same line. An address in mixed case must have its own checksum (EIP-55). Layout: the Contract ABI Specification
of Solidity; a static value is one word of 32 bytes, a dynamic one an offset in its place and its words at the end.

>>> encoder(("uint256", "bytes32"))(("100", "0x" + "ab" * 32)).hex()[56:72]
'00000064abababab'
>>> encoder(("uint256",))(("0x64",))
Traceback (most recent call last):
engine.refusals.Refusal: field_wrong: a uint256 is '0x64', which is not decimal; write decimal digits, without zeros in front
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from engine.log.eip712 import keccak
from engine.refusals import Refusal, refuse

WORD = 32
ZERO_ADDRESS = "0x" + "00" * 20
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,77})")
_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})*")
HEX = re.compile(rb"[0-9a-fA-F]*")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_NUMBER = re.compile(r"(u?)int([1-9][0-9]{0,2})")
_FIXED = re.compile(r"bytes([1-9][0-9]?)")
_ARRAY = re.compile(r"(.+)\[([1-9][0-9]{0,5})?\]")
DEPTH_MAX = 4
"""Arrays in arrays: deeper ones are nobody's claim."""

Write = Callable[[Any], bytes]


class Kind(NamedTuple):
    """How one type is written, and whether its words stand apart from their place (`dynamic`). `words` is its place's width."""

    write: Write
    dynamic: bool
    words: int = 1


def encoder(types: Sequence[str]) -> Callable[[Sequence[Any]], bytes]:
    """What writes a row of values of these types; a row that does not fit them is refused."""
    kinds = [_kind(name, 0) for name in types]
    writes, count = [kind.write for kind in kinds], len(kinds)
    static = not any(kind.dynamic for kind in kinds)

    def encode(row: Sequence[Any]) -> bytes:
        if not isinstance(row, list | tuple) or len(row) != count:
            raise refuse("field_wrong", "a row", "does not hold {count} values", "give one for each of its types", count=count)
        if static:
            return b"".join([write(value) for write, value in zip(writes, row, strict=True)])
        return _laid_out(kinds, row)

    return encode


def checksummed(address: str) -> str:
    """An address in the letters of EIP-55.

    >>> checksummed("0x7e5f4552091a69125d5dfcb7b8c2659029395bdf")
    '0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf'
    """
    digits = address[2:].lower()
    letters = keccak(digits.encode()).hex()
    return "0x" + "".join(digit.upper() if int(letter, 16) > 7 else digit for digit, letter in zip(digits, letters, strict=False))


def _kind(name: str, depth: int) -> Kind:
    if (array := _ARRAY.fullmatch(name)) is not None and depth < DEPTH_MAX:
        return _array(name, _kind(array[1], depth + 1), int(array[2]) if array[2] else None)
    if (number := _NUMBER.fullmatch(name)) is not None and int(number[2]) % 8 == 0 and int(number[2]) <= 256:
        return _number(name, int(number[2]), signed=not number[1])
    if (fixed := _FIXED.fullmatch(name)) is not None and int(fixed[1]) <= WORD:
        return _fixed(name, int(fixed[1]))
    plain = {"address": Kind(_address, False), "bool": Kind(_bool, False), "string": Kind(_string, True), "bytes": Kind(_bytes, True)}
    if name not in plain:
        raise refuse("field_wrong", "type {name!r}", "is none of Solidity's", "use uint256, address, bytes32, string …", name=name[:40])
    return plain[name]


def _number(name: str, bits: int, signed: bool) -> Kind:
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)

    def write(value: Any) -> bytes:
        if not isinstance(value, str) or _DECIMAL.fullmatch(value) is None or value == "-0":
            raise _wrong(name, value, "is {value!r}, which is not decimal", "write decimal digits, without zeros in front")
        number = int(value)
        if not low <= number <= high:
            raise _wrong(name, value, "is {value!r}, which it cannot hold", "write a number it can hold")
        return number.to_bytes(WORD, "big", signed=number < 0)

    return Kind(write, False)


def _fixed(name: str, width: int) -> Kind:
    def write(value: Any) -> bytes:
        if not isinstance(value, str) or _HEX.fullmatch(value) is None or len(value) != 2 + 2 * width:
            raise _wrong(name, value, "is {value!r}", "write 0x and two hexadecimal digits for each byte")
        return bytes.fromhex(value[2:]).ljust(WORD, b"\0")

    return Kind(write, False)


def _address(value: Any) -> bytes:
    if not isinstance(value, str) or _ADDRESS.fullmatch(value) is None:
        raise _wrong("address", value, "is {value!r}", "write 0x and 40 hexadecimal digits")
    digits = value[2:]
    if digits != digits.lower() and digits != digits.upper() and checksummed(value) != value:
        raise _wrong("address", value, "is {value!r}, which has another's checksum", "copy it again, whole")
    return bytes.fromhex(digits).rjust(WORD, b"\0")


def _bool(value: Any) -> bytes:
    if value not in (True, False, "true", "false") or (isinstance(value, int) and not isinstance(value, bool)):
        raise _wrong("bool", value, "is {value!r}", "write true or false")
    return bytes([value in (True, "true")]).rjust(WORD, b"\0")


def _string(value: Any) -> bytes:
    try:
        data = value.encode() if isinstance(value, str) else None
    except UnicodeEncodeError:
        data = None
    if data is None:
        raise _wrong("string", value, "is {value!r}", "write a text")
    return _counted(data)


def _bytes(value: Any) -> bytes:
    if not isinstance(value, str) or _HEX.fullmatch(value) is None:
        raise _wrong("bytes", value, "is {value!r}", "write 0x and two hexadecimal digits for each byte")
    return _counted(bytes.fromhex(value[2:]))


def _array(name: str, of: Kind, length: int | None) -> Kind:
    def write(value: Any) -> bytes:
        if not isinstance(value, list | tuple) or length not in (None, len(value)):
            raise _wrong(name, value, "is {value!r}", "write a list of that length")
        body = _laid_out([of] * len(value), value)
        return body if length is not None else len(value).to_bytes(WORD, "big") + body

    return Kind(write, length is None or of.dynamic, of.words * (length or 1))


def _laid_out(kinds: Sequence[Kind], row: Sequence[Any]) -> bytes:
    """Places first, then the words of what is dynamic, each found by its offset from the first place."""
    written = [kind.write(value) for kind, value in zip(kinds, row, strict=True)]
    offset = WORD * sum(1 if kind.dynamic else kind.words for kind in kinds)
    places, tail = [], []
    for kind, data in zip(kinds, written, strict=True):
        if kind.dynamic:
            places.append(offset.to_bytes(WORD, "big"))
            tail.append(data)
            offset += len(data)
        else:
            places.append(data)
    return b"".join(places + tail)


def _counted(data: bytes) -> bytes:
    """The length, and the bytes filled up to whole words."""
    return len(data).to_bytes(WORD, "big") + data + bytes(-len(data) % WORD)


def _wrong(name: str, value: Any, fact: str, way_out: str) -> Refusal:
    shown = value[:80] if isinstance(value, str) else str(value)[:80]
    thing = "an {name}" if name[0] in "ai" else "a {name}"
    return refuse("field_wrong", thing, fact, way_out, name=name, value=shown)
