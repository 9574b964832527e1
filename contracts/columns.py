"""A million rows of plain values encoded at once: what `abi.py` writes row by row, column by column.

Only for rows that need no second look: whatever a column does not take as it stands is left to the row writer, which refuses
it by name or knows better.

>>> plain(("address", "uint256"), [("0x" + "ab" * 20, "100")])[0] == encoder(("address", "uint256"))(("0x" + "ab" * 20, "100"))
True
>>> plain(("uint256",), [("0x64",)]) is None
True
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contracts.abi import HEX, WORD, checksummed, encoder

__all__ = ["encoder", "plain"]

Column = NDArray[np.uint8]
INT64_DIGITS = 18
"""Any number of so many fits into eight bytes."""


def plain(types: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[bytes] | None:
    """Each row encoded; None where any of it is not of these types, or not spelled as they are."""
    if not all(name in _COLUMNS for name in types) or not set(map(type, rows)) <= {list, tuple} or set(map(len, rows)) != {len(types)}:
        return None
    try:
        columns = [_COLUMNS[name]([row[number] for row in rows]) for number, name in enumerate(types)]
    except (TypeError, ValueError, OverflowError):
        return None
    width = WORD * len(types)
    data = np.concatenate(columns, axis=1).tobytes()
    return [data[start : start + width] for start in range(0, len(data), width)]


def _amounts(column: Sequence[str]) -> Column:
    """Decimal digits, and no zero in front of others."""
    lengths = np.fromiter(map(len, column), np.int64, len(column))
    joined = "".join(column)
    if not joined.isascii() or not joined.isdecimal() or lengths.min() < 1 or lengths.max() > 78:
        raise ValueError
    firsts = np.frombuffer(joined.encode(), np.uint8)[np.cumsum(lengths) - lengths]
    if ((firsts == ord("0")) & (lengths > 1)).any():
        raise ValueError
    if lengths.max() > INT64_DIGITS:
        return np.frombuffer(b"".join([int(text).to_bytes(WORD, "big") for text in column]), np.uint8).reshape(-1, WORD)
    words = np.zeros((len(column), WORD), np.uint8)
    words[:, -8:] = np.fromiter(map(int, column), np.int64, len(column)).astype(">i8").view(np.uint8).reshape(-1, 8)
    return words


def _addresses(column: Sequence[str]) -> Column:
    words = np.zeros((len(column), WORD), np.uint8)
    words[:, 12:] = _digits(column, 20)
    joined = "".join(column)
    if joined != joined.lower() and any(address not in (address.lower(), checksummed(address)) for address in column):
        raise ValueError
    return words


def _words(column: Sequence[str]) -> Column:
    return _digits(column, WORD)


def _digits(column: Sequence[str], width: int) -> Column:
    """0x and two hexadecimal digits for each of so many bytes."""
    spelled = 2 + 2 * width
    if set(map(len, column)) != {spelled}:
        raise ValueError
    letters = np.frombuffer("".join(column).encode("ascii"), np.uint8).reshape(-1, spelled)
    digits = letters[:, 2:].tobytes()
    if (letters[:, :2] != (48, 120)).any() or HEX.fullmatch(digits) is None:
        raise ValueError
    return np.frombuffer(binascii.unhexlify(digits), np.uint8).reshape(-1, width)


_COLUMNS: dict[str, Callable[[Sequence[str]], Column]] = {"uint256": _amounts, "address": _addresses, "bytes32": _words}
