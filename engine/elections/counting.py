"""The counts that rules share, as array kernels: ranks, pairwise comparisons, places.

Everything is exact: whole numbers, in blocks that stay in the processor's cache. Ranks are stored column-major, one row
per option, so that comparing two options reads two contiguous runs of bytes. All counts are sums over ballots: the
counts of two halves add up to those of the whole.

>>> ranks = ranks_of(np.array([[0, 1, 2], [0, 1, 2], [2, 0, 1]], np.int8), 3)
>>> ranks.tolist()                                    # option 0 is ranked first, first, second
[[0, 0, 1], [1, 1, 2], [2, 2, 0]]
>>> pairwise(ranks, None).tolist()
[[0, 3, 2], [0, 0, 2], [1, 1, 0]]
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.refusals import Refusal, refuse

Array = NDArray[Any]
SMALL = 60_000
"""Below so many cells, one broadcast over all ballots beats a loop over options."""
RANK_BLOCK, DUEL_BLOCK = 1 << 14, 1 << 17
"""Ballots per block: what a step touches stays in the cache."""
RANKS_INT8_MAX = 127
"""Options whose ranks fit a byte."""
COMPARED_MAX = 40
"""Options compared two by two rather than sorted."""
PAIRED_MIN = 1 << 18
"""Cells from which two are counted as one number."""
COMPILED_MIN = 1 << 22
"""From so many cells, compiled loops are used where they are installed."""


@cache
def _compiler() -> Any:
    """The compiled loops; None where numba is not installed, or is not for this NumPy, or has nowhere to keep what it compiled."""
    try:
        from engine.elections import compiled as loops
    except (ImportError, RuntimeError):
        return None
    return loops


def compiled(cells: int) -> Any:
    """`engine.elections.compiled` if there are enough cells to make it worthwhile and the extra `fast` is installed; otherwise None."""
    return _compiler() if cells >= COMPILED_MIN else None


def rank_type(options: int) -> type[np.signedinteger[Any]]:
    """The smallest integers that hold ranks from 0, and the number of options for the unranked."""
    return np.int8 if options < RANKS_INT8_MAX else np.int16


def ranks_of(orders: Array, options: int) -> Array:
    """Ranks (options, ballots) from orders (ballots, at most options): each row names options from 0, best first, and -1
    after the last. What is not named is ranked `options`. Refused when a ballot names an option twice, or an unknown one."""
    count, length = orders.shape
    kind = rank_type(options)
    ranks = np.empty((options, count), kind)
    if not count or not length:
        ranks.fill(options)
        return ranks
    lowest, highest = int(orders.min()), int(orders.max())
    if lowest < -1 or highest >= options:
        raise _wrong(
            "names option {lowest}", "options go from 0 to {options}", lowest=lowest if lowest < -1 else highest, options=options - 1
        )
    if orders.size <= SMALL:
        _scatter(orders, ranks, lowest < 0)
    elif fast := compiled(orders.size):
        fast.place(orders, ranks)
    else:
        _sum_of_places(orders, ranks)
    # Every cell of a ballot adds its place, from 1, to one option. With as many cells as options none is left at 0
    # unless another was named twice; where ballots end early, as many are left as cells are empty.
    missing = options * count - int(np.count_nonzero(ranks))
    empty = 0 if lowest >= 0 else int(np.count_nonzero(orders < 0))
    if missing != (options - length) * count + empty:
        raise _wrong("names an option twice", "name each option once on a ballot")
    if lowest < 0 and bool(((orders[:, :-1] < 0) & (orders[:, 1:] >= 0)).any()):
        raise _wrong("goes on after its last option", "write -1 only after the last option it names")
    ranks -= 1
    if missing:
        ranks[ranks < 0] = options
    return ranks


def _scatter(orders: Array, ranks: Array, short: bool) -> None:
    count, length = orders.shape
    ranks.fill(0)
    places = np.arange(1, length + 1, dtype=ranks.dtype)
    if not short:
        ranks[orders, np.arange(count)[:, None]] = places
        return
    ballots, cells = np.nonzero(orders >= 0)
    ranks[orders[ballots, cells], ballots] = places[cells]


def _sum_of_places(orders: Array, ranks: Array) -> None:
    count, length = orders.shape
    kind = np.int8 if ranks.dtype == np.int8 else np.int16
    places = np.arange(1, length + 1, dtype=kind)[:, None]
    named = np.empty((length, RANK_BLOCK), np.bool_)
    marked = np.empty((length, RANK_BLOCK), kind)
    for start in range(0, count, RANK_BLOCK):
        block = np.ascontiguousarray(orders[start : start + RANK_BLOCK].T)
        width = block.shape[1]
        hits, marks = named[:, :width], marked[:, :width]
        for option in range(len(ranks)):
            np.equal(block, option, out=hits)
            np.multiply(hits.view(np.int8), places, out=marks)
            np.bitwise_or.reduce(marks, axis=0, out=ranks[option, start : start + width])


def pairwise(ranks: Array, weights: Array | None, strict: bool = False) -> Array:
    """int64 (options, options): the weight of the ballots that rank the row above the column.

    `ranks` is (options, ballots); `strict` says that no ballot ranks two options alike, so that one comparison settles a pair.
    """
    options, count = ranks.shape
    if options * options * count <= SMALL:
        above = ranks[:, None, :] < ranks[None, :, :]
        small: Array = (
            above.sum(axis=2, dtype=np.int64) if weights is None else above.reshape(-1, count).dot(weights).reshape(options, options)
        )
        return small
    pairs = np.zeros((options, options), np.int64)
    fast = compiled(ranks.size) if weights is None else None
    if fast:
        fast.pairwise(ranks, strict, pairs)
        return _filled(pairs, count) if strict else pairs
    above = np.empty(min(count, DUEL_BLOCK), np.bool_)
    for start in range(0, count, DUEL_BLOCK):
        block = ranks[:, start : start + DUEL_BLOCK]
        width = block.shape[1]
        planes = None if weights is None else _bit_planes(weights[start : start + width])
        hits = above[:width]
        for one in range(options):
            for other in range(options):
                if one < other or (one > other and not strict):
                    np.less(block[one], block[other], out=hits)
                    pairs[one, other] += np.count_nonzero(hits) if planes is None else _weigh(hits, planes)
    return _filled(pairs, count if weights is None else int(weights.sum())) if strict else pairs


def _filled(pairs: Array, whole: int) -> Array:
    """Completed by the comparisons of later rows with earlier ones: each pair adds up to all ballots."""
    lower = np.tril_indices(len(pairs), -1)
    pairs[lower] = whole - pairs.T[lower]
    return pairs


def _bit_planes(weights: Array) -> list[tuple[int, Array]]:
    """Weights as packed bits: which ballots have the bit 2^n in their weight, for every n that one of them has."""
    whole = int(np.bitwise_or.reduce(weights))
    return [
        (1 << bit, np.packbits((weights >> bit & 1).astype(np.bool_)))
        for bit in range(whole.bit_length())
        if whole >> bit & 1
    ]  # fmt: skip


def _weigh(hits: Array, planes: list[tuple[int, Array]]) -> int:
    """The weight of the ballots that hit: bits counted plane by plane."""
    packed = np.packbits(hits)
    return sum(value * int(np.bitwise_count(packed & plane).sum(dtype=np.int64)) for value, plane in planes)


def tallied(cells: Array, weights: Array | None, options: int) -> Array:
    """int64 (options,): the weight of the ballots with each option in their cell; cells below 0 count for nobody."""
    if weights is None and (fast := compiled(len(cells) * options)):
        lanes = np.zeros((4, options), np.int64)
        if not fast.tally(cells, lanes):
            raise unknown_option(options)
        return np.asarray(lanes.sum(axis=0))
    lowest, highest = (int(cells.min()), int(cells.max())) if len(cells) else (0, 0)
    if lowest < -1 or highest >= options:
        raise unknown_option(options)
    if lowest < 0:
        kept = cells >= 0
        cells, weights = cells[kept], None if weights is None else weights[kept]
    if weights is None and len(cells) >= PAIRED_MIN and cells.itemsize == 1 and options <= RANKS_INT8_MAX:
        # Two cells read as one number are half as many to count.
        plain = np.ascontiguousarray(cells)
        pairs = np.bincount(plain[: len(plain) // 2 * 2].view(np.uint16), minlength=1 << 16).reshape(256, 256)
        together = pairs.sum(axis=0) + pairs.sum(axis=1)
        together[plain[-1]] += len(plain) % 2
        return np.asarray(together[:options])
    if weights is None and len(cells) > SMALL and options <= COMPARED_MAX:
        # Comparing bytes and counting what is equal goes many ballots at a time; telling them apart goes one by one.
        plain, equal = np.ascontiguousarray(cells), np.empty(len(cells), np.bool_)
        return np.array([np.count_nonzero(np.equal(plain, option, out=equal)) for option in range(options)], np.int64)
    if weights is None:
        return np.bincount(cells, minlength=options)
    return np.bincount(cells, weights, options).astype(np.int64)  # float64 holds sums below 2^53, and no total is larger


def rank_counts(table: Array, weights: Array | None) -> Array:
    """int64 (options, options): the weight of the ballots that rank the row with as many above it as the column says; `table` holds
    their ranks, (ballots, options)."""
    option_count = table.shape[1]
    counts = np.zeros((option_count, option_count), np.int64)
    for option in range(option_count):
        ranks = table[:, option]
        above = (table < ranks[:, None]).sum(axis=1)
        counts[option] = tallied(np.where(ranks < option_count, above, -1), weights, option_count)
    return counts


def places_of(orders: Array, weights: Array | None, options: int) -> Array:
    """int64 (options, options): the weight of the ballots that rank the row's option at the column's place; orders as in `ranks_of`."""
    counts = np.zeros((options, options), np.int64)
    if weights is None and (fast := compiled(orders.size)):
        if not fast.places(orders, counts):
            raise unknown_option(options)
        return counts
    for start in range(0, len(orders), DUEL_BLOCK):
        block = np.ascontiguousarray(orders[start : start + DUEL_BLOCK].T)
        kept = None if weights is None else weights[start : start + DUEL_BLOCK]
        for place, cells in enumerate(block):
            counts[:, place] += tallied(cells, kept, options)
    return counts


def numbered(codes: Array) -> tuple[Array, Array]:
    """What `np.unique(codes, return_inverse=True)` gives for codes from 0; without sorting if they are dense enough to
    be counted.

    >>> [part.tolist() for part in numbered(np.array([7, 2, 7]))]
    [[2, 7], [1, 0, 1]]
    """
    if not len(codes) or int(codes.max()) > 4 * len(codes) + SMALL:
        seen, place = np.unique(codes, return_inverse=True)
        return seen, place.reshape(-1)
    there = np.bincount(codes) > 0
    return np.flatnonzero(there), (np.cumsum(there) - 1)[codes]


def sums(table: Array, weights: Array | None) -> Array:
    """int64, or Python's integers where the table holds those, (options,): what all ballots together give each option; `table` is
    (ballots, options)."""
    if table.dtype == object:
        given = table if weights is None else table * weights.astype(object)[:, None]
        return np.asarray(given.sum(axis=0))
    if weights is None:
        return np.asarray(table.sum(axis=0, dtype=np.int64))
    return np.array([int(weights.dot(table[:, option].astype(np.int64))) for option in range(table.shape[1])], np.int64)


def unknown_option(options: int) -> Refusal:
    """The refusal of unchecked ballots that name an option which does not exist."""
    return _wrong("names an option that does not exist", "options go from 0 to {options}", options=options - 1)


def _wrong(fact: str, way_out: str, /, **values: object) -> Refusal:
    return refuse("election_wrong", "a ballot", fact, way_out, **values)
