"""Numbers that somebody gives, as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.refusals import refuse

Array = np.ndarray[Any, Any]
INT64_MAX = 2**63 - 1


def array_of(rows: Any) -> Array:
    """The numbers given, in the machine's order of bytes."""
    try:
        array = np.asarray(rows)
    except ValueError:
        raise refuse(
            "election_wrong", "the election", "has ballots of different lengths", "give every ballot a cell for every option"
        ) from None
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def amounts_of(rows: Any) -> Array:
    """Amounts of any size: Python's integers where 64 bits do not hold them.

    >>> amounts_of([[2**63, 0]]).tolist(), amounts_of([[2**255, 1]]).tolist() == [[2**255, 1]]
    ([[9223372036854775808, 0]], True)
    """
    array = array_of(rows)
    return np.array(rows, dtype=object) if array.dtype.kind in "fu" and not isinstance(rows, np.ndarray) else array


def weights_of(weights: Any) -> Array | None:
    """Weights as int64 where they are whole numbers that fit; None for none."""
    if weights is None:
        return None
    array = array_of(weights)
    return array.astype(np.int64) if (array.dtype.kind in "iu" and array.dtype != np.uint64) or not array.size else array


def distinct_rows(table: Array) -> tuple[Array, Array]:
    """The different rows of a table of numbers from 0, in ascending order, and for each row which of them it is.

    What `numpy.unique` says along the first axis; small numbers are compared eight bytes, or sixty-four bits, at a time.

    >>> rows, place = distinct_rows(np.array([[1, 0], [0, 1], [1, 0]]))
    >>> rows.tolist(), place.tolist()
    ([[0, 1], [1, 0]], [1, 0, 1])
    """
    if table.dtype == object:
        return _distinct_amounts(table)
    highest = int(table.max(initial=0))
    if highest > 255 or int(table.min(initial=0)) < 0 or not table.size:
        rows, place = np.unique(table, axis=0, return_inverse=True)
        return rows, place.reshape(-1)
    cells = np.packbits(table.astype(bool), axis=1) if highest < 2 else np.ascontiguousarray(table, np.uint8)
    padded = np.zeros((len(cells), -(-cells.shape[1] // 8) * 8), np.uint8)
    padded[:, : cells.shape[1]] = cells
    words = padded.view(">u8").astype(np.uint64)
    order = np.lexsort(words.T[::-1])
    new = np.append(True, (words[order[1:]] != words[order[:-1]]).any(axis=1))
    place = np.empty(len(table), np.int64)
    place[order] = np.cumsum(new) - 1
    return table[order[new]], place


def _distinct_amounts(table: Array) -> tuple[Array, Array]:
    rows = list(map(tuple, table.tolist()))
    places = {row: place for place, row in enumerate(sorted(set(rows)))}
    return np.array(list(places), dtype=object).reshape(-1, table.shape[1]), np.array([places[row] for row in rows], np.int64)
