"""Canonical JSON: RFC 8785, for the values the log holds (no fractions; keys are ASCII).

One value has one spelling, so equal facts have equal hashes. `parse` refuses whatever does not re-encode to itself:
duplicate keys, fractions, NaN, spare spaces.

>>> canonical({"b": 1, "a": "Zoë"})
b'{"a":"Zo\\xc3\\xab","b":1}'
>>> parse(b'{"a":1,"a":1}', "event 3")
Traceback (most recent call last):
engine.refusals.Refusal: json_not_canonical: event 3 is not in canonical form (RFC 8785); write it in canonical form
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

import orjson

from engine.refusals import refuse

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False).encode


def _no_fraction(text: str) -> NoReturn:
    raise ValueError(f"{text[:40]} is not a whole number")


def _integer(text: str) -> int:
    if len(text) > 20:
        raise ValueError(f"{text[:40]} is too large a number")
    return int(text)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {twice[:60]!r} is given twice")
    return fields


_decode = json.JSONDecoder(parse_float=_no_fraction, parse_int=_integer, parse_constant=_no_fraction).decode
_WHOLE = re.compile(rb'(?:[^"0-9]++|"(?:[^"\\]++|\\.)*+"|[0-9]++(?![.eE]))*+')
"""JSON without a fraction or an exponent, whatever its texts hold."""
_decode_strictly = json.JSONDecoder(
    parse_float=_no_fraction, parse_int=_integer, parse_constant=_no_fraction, object_pairs_hook=_no_duplicates
).decode


def canonical(value: Any) -> bytes:
    """The one spelling of a JSON value without fractions.

    orjson writes the same bytes as the standard library wherever it writes any, some twelve times as fast; what it does not
    write (whole numbers beyond 64 bits) the standard library does.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return _encode(value).encode()


def parse_own(data: bytes) -> Any:
    """The value of bytes this community wrote itself and hashed: no second look."""
    return orjson.loads(data)


def parse(data: bytes, thing: str) -> Any:
    """The value of canonical bytes; refused when they are not."""
    try:
        value = orjson.loads(data)
        if _WHOLE.fullmatch(data) is None:
            raise ValueError("it holds a number that is not whole")
        same = canonical(value) == data
        if not same:
            _decode(data.decode())  # what is malformed besides is called that
    except (ValueError, RecursionError) as wrong:
        raise refuse(
            "json_malformed", "{thing}", "is not JSON: {wrong}", "write it as UTF-8 JSON", thing=thing, wrong=_plain(wrong)
        ) from None
    if not same:
        raise refuse("json_not_canonical", "{thing}", "is not in canonical form (RFC 8785)", "write it in canonical form", thing=thing)
    return value


def parse_input(data: bytes, thing: str) -> Any:
    """The value of JSON somebody wrote by hand: any spacing, but no duplicate keys, fractions or deep nesting."""
    if not data.strip():
        raise refuse("json_malformed", thing, "is empty", 'write {"…": …}')
    try:
        value: Any = _decode_strictly(data.decode())
        _encode(value).encode()  # a lone surrogate, in a key or a value, is no text
    except (ValueError, RecursionError) as wrong:
        raise refuse("json_malformed", thing, "is not JSON: {plain}", "mend it; numbers are whole", plain=_plain(wrong)) from None
    return value


def _plain(wrong: Exception) -> str:
    """What went wrong, in letters that can be shown everywhere."""
    return str(wrong)[:200].encode("ascii", "backslashreplace").decode()
