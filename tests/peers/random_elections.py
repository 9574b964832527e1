"""Random ranked elections to compare with peers: orders with -1 after the last option named, and weights.

Every comparison has a seed of its own; `FOLKMOOT_PEERS_SHIFT=3 make peers` draws all of them anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from engine.elections.election import Election

SHIFT = int(os.environ.get("FOLKMOOT_PEERS_SHIFT") or 0)


def chance_of(seed: int) -> np.random.Generator:
    """The random numbers of a comparison."""
    return np.random.default_rng([seed, SHIFT] if SHIFT else seed)


class Drawn(NamedTuple):
    options: int
    orders: list[list[int]]
    weights: list[int]

    @property
    def election(self) -> Election:
        rows = [order + [-1] * (self.options - len(order)) for order in self.orders]
        return Election.of_orders(self.options, rows, self.weights)


def drawn(count: int, seed: int, weight_max: int = 4, short: bool = False, options: tuple[int, int] = (2, 6)) -> Iterator[Drawn]:
    """`options` from and below; `short` leaves options out at the end."""
    chance = chance_of(seed)
    for _ in range(count):
        option_count, rows = int(chance.integers(*options)), int(chance.integers(2, 12))
        orders = np.argsort(chance.random((rows, option_count)), axis=1).tolist()
        if short:
            orders = [order[: int(chance.integers(1, option_count + 1))] for order in orders]
        yield Drawn(option_count, orders, chance.integers(1, weight_max, rows).tolist())
