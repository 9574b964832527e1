"""Numbers that somebody gives, as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.refusals import refuse

Array = np.ndarray[Any, Any]


def array_of(rows: Any) -> Array:
    """The numbers given, in the machine's order of bytes."""
    try:
        array = np.asarray(rows)
    except ValueError:
        raise refuse(
            "election_wrong", "the election", "has ballots of different lengths", "give every ballot a cell for every option"
        ) from None
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def weights_of(weights: Any) -> Array | None:
    """Weights as int64 where they are whole numbers that fit; None for none."""
    if weights is None:
        return None
    array = array_of(weights)
    return array.astype(np.int64) if (array.dtype.kind in "iu" and array.dtype != np.uint64) or not array.size else array
