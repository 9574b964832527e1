"""Who may speak for whom in an open poll: frozen with its roll, and let go with its ballots."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TAKEN_ALONG = -2
"""A link to place 0 of whoever has taken her own vote away; those to other places lie below it."""


class Carriers(NamedTuple):
    """Ballots that speak for others, in the order of the roll: their places, for how many, and with what power besides their own."""

    places: NDArray[np.int64]
    voices: NDArray[np.int64]
    power: NDArray[np.int64]


@dataclass
class FrozenLinks:
    """What an open poll froze: each one's delegate by her place on the roll, -1 for none, and how far links are followed. Of who has taken
    her own vote away, the link stays for those behind her, as -2 less the place it leads to."""

    links: NDArray[np.int32]
    depth_max: int
    written: int = 0
    """How many of the ballots that carry others' power stand in the log."""
    carriers: Carriers | None = field(init=False, repr=False, compare=False, default=None)
    """All of them, once the poll has ended and somebody has worked them out."""
