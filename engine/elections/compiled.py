"""The counts of `counting` and `tops` as compiled loops, for those who install numba (`pip install folkmoot[fast]`).

They give the same answers as the array kernels, cell by cell, and are used for large elections only, because loading
the compiler takes a part of a second. Only `counting.compiled` imports this file, and only where numba is installed.
Compiled loops do not notice where an array ends, so those that may meet unchecked ballots report whether every cell
names an option that exists.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

LANES, DEEP = 64, 127
"""Ballots compared at a time, and how often a byte can count before it has to be emptied."""
BLOCK = 1 << 13
"""Ballots whose ranks stay in the cache while they are written."""


@njit(cache=True)
def place(orders: Any, ranks: Any) -> None:
    """Write places from 1 into `ranks` (options, ballots), 0 where an option is not named; orders as in `ranks_of`."""
    count, length = orders.shape
    for start in range(0, count, BLOCK):
        end = min(count, start + BLOCK)
        ranks[:, start:end] = 0
        for ballot in range(start, end):
            for cell in range(length):
                option = orders[ballot, cell]
                if option >= 0:
                    ranks[option, ballot] = cell + 1


@njit(cache=True)
def tally(cells: Any, votes: Any) -> bool:
    """Add to `votes` (4, options) how many ballots have each option in their cell, spread over its rows so that two
    additions to one number need not wait for each other; cells below 0 count for nobody."""
    whole, options, fits = len(cells) // 4 * 4, votes.shape[1], True
    for start in range(0, whole, 4):
        for lane in range(4):
            option = cells[start + lane]
            if 0 <= option < options:
                votes[lane, option] += 1
            else:
                fits &= option == -1
    for ballot in range(whole, len(cells)):
        option = cells[ballot]
        if 0 <= option < options:
            votes[0, option] += 1
        else:
            fits &= option == -1
    return fits


@njit(cache=True)
def places(orders: Any, counts: Any) -> bool:
    """Add to `counts` (options, places) how many ballots put the row at the place of the column."""
    options, fits = counts.shape[0], True
    for ballot in range(len(orders)):
        for cell in range(orders.shape[1]):
            option = orders[ballot, cell]
            if 0 <= option < options:
                counts[option, cell] += 1
            else:
                fits &= option == -1
    return fits


@njit(cache=True)
def pairwise(ranks: Any, strict: bool, pairs: Any) -> None:
    """Add to `pairs` (options, options) how many ballots rank the row above the column; with `strict` only for rows before columns."""
    options, count = ranks.shape
    for start in range(0, count, LANES * DEEP):
        end = min(count, start + LANES * DEEP)
        whole = (end - start) // LANES
        for one in range(options):
            row = ranks[one, start:end]
            for other in range(one + 1 if strict else 0, options):
                column, above = ranks[other, start:end], np.zeros(LANES, np.int8)
                for turn in range(whole):
                    for lane in range(LANES):
                        above[lane] += row[turn * LANES + lane] < column[turn * LANES + lane]
                together = 0
                for lane in range(LANES):
                    together += above[lane]
                for ballot in range(whole * LANES, end - start):
                    together += row[ballot] < column[ballot]
                pairs[one, other] += together


@njit(cache=True)
def move(orders: Any, weights: Any, stays: Any, at: Any, top: Any, votes: Any) -> bool:
    """Move the ballots whose option in `top` has dropped out to the first option they name after the cell `at` that is
    still in, and add them to its `votes`; -1 if there is none. `weights` may be empty: then every ballot counts once.

    First a block of ballots that have to move is written down: that loop has no branch for the processor to mispredict.
    """
    weighted, length, moving, options = len(weights) > 0, orders.shape[1], np.empty(BLOCK, np.int64), len(stays) - 1
    for start in range(0, len(top), BLOCK):
        moving_count = 0
        for ballot in range(start, min(len(top), start + BLOCK)):
            moving[moving_count] = ballot
            moving_count += not stays[top[ballot]]
        for number in range(moving_count):
            ballot = moving[number]
            cell, option = at[ballot], -1
            while cell + 1 < length:
                cell += 1
                option = orders[ballot, cell]
                if not -1 <= option < options:
                    return False
                if stays[option]:
                    break
                option = -1
            at[ballot], top[ballot] = cell, option
            if option >= 0:
                votes[option] += weights[ballot] if weighted else 1
    return True
