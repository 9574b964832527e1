"""How large an election may be: what the counts can hold, and how large a table of ballots may get.

>>> check_size(1_000_000, 20)
>>> check_size(10, 300)
Traceback (most recent call last):
engine.refusals.Refusal: election_wrong: the election has 300 options; give at most 256
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.limits import BALLOT_CELLS_MAX, OPTIONS_PER_POLL_MAX
from engine.refusals import refuse


def check_size(ballots: int, options: int) -> None:
    """Refuse what is too large; readers of files ask before they make a table."""
    if options > OPTIONS_PER_POLL_MAX:
        raise refuse(
            "election_wrong", "the election", "has {options:,} options", "give at most {options_per_poll_max}",
            options=options, options_per_poll_max=OPTIONS_PER_POLL_MAX,
        )  # fmt: skip
    if ballots * options > BALLOT_CELLS_MAX:
        raise refuse(
            "too_large", "the election", "has {ballots:,} ballots for {options} options", "merge ballots that say the same",
            ballots=ballots, options=options,
        )  # fmt: skip


def padded(ballots: Sequence[Sequence[int]], options: int) -> np.ndarray[Any, Any]:
    """int16 (ballots, longest): lists of option numbers as rows, padded with -1.

    >>> padded([[2, 0], [1]], 3).tolist()
    [[2, 0], [1, -1]]
    """
    check_size(len(ballots), options)
    rows = np.full((len(ballots), max(map(len, ballots), default=0)), -1, np.int16)
    for row, ballot in zip(rows, ballots, strict=True):
        row[: len(ballot)] = ballot
    return rows
