"""The machine's limit: what a count costs as bare compiled loops, with nothing checked, explained or told. None without numba."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

from engine.elections.election import Array


class Kernels(NamedTuple):
    """Every pairwise comparison of complete orders (ballots, options), and the winner of a runoff that stops at the majority."""

    pairwise: Callable[[Array], Array]
    runoff: Callable[[Array], int]


def kernels() -> Kernels | None:
    if not find_spec("numba"):
        return None
    from numba import njit

    @njit(cache=False)
    def pairwise(orders: Any) -> Any:
        """Ranks written block by block, then compared 64 ballots at a time, in bytes that hold 127 of them."""
        count, option_count = orders.shape
        pairs = np.zeros((option_count, option_count), np.int64)
        block = 64 * 127
        ranks = np.empty((option_count, block), np.int8)
        for start in range(0, count, block):
            width = min(block, count - start)
            for row in range(width):
                for place in range(option_count):
                    ranks[orders[start + row, place], row] = place
            whole = width // 64
            for one in range(option_count):
                for other in range(one + 1, option_count):
                    above = np.zeros(64, np.int8)
                    for turn in range(whole):
                        for lane in range(64):
                            above[lane] += ranks[one, turn * 64 + lane] < ranks[other, turn * 64 + lane]
                    together = 0
                    for lane in range(64):
                        together += above[lane]
                    for row in range(whole * 64, width):
                        together += ranks[one, row] < ranks[other, row]
                    pairs[one, other] += together
        for one in range(option_count):
            for other in range(one):
                pairs[one, other] = count - pairs[other, one]
        return pairs

    @njit(cache=False)
    def runoff(orders: Any) -> int:
        """Ballots in one linked list for each option; whoever drops out hands on hers."""
        count, option_count = orders.shape
        head, following = np.full(option_count, -1, np.int32), np.empty(count, np.int32)
        at, votes, stays = np.zeros(count, np.int8), np.zeros(option_count, np.int64), np.ones(option_count, np.bool_)
        for ballot in range(count):
            top = orders[ballot, 0]
            following[ballot] = head[top]
            head[top] = ballot
            votes[top] += 1
        while True:
            best, last = -1, -1
            for option in range(option_count):
                if stays[option]:
                    best = option if best < 0 or votes[option] > votes[best] else best
                    last = option if last < 0 or votes[option] < votes[last] else last
            if 2 * votes[best] > count:
                return best
            stays[last] = False
            ballot = head[last]
            while ballot >= 0:
                later, cell = following[ballot], at[ballot] + 1
                while not stays[orders[ballot, cell]]:
                    cell += 1
                top = orders[ballot, cell]
                at[ballot], following[ballot], head[top] = cell, head[top], ballot
                votes[top] += 1
                ballot = later

    return Kernels(pairwise, runoff)
